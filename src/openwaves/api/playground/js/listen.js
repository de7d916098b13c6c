// Listen: what is said becomes text while it is said; the score shows it over its own sound.

import { ApiError, kept, openSocket, upload } from "./api.js";
import { fileOf, FILES, written } from "./captions.js";
import { button, clock, copy, field, h, head, icon, notice, save, select, toggle } from "./dom.js";
import { LANGUAGES } from "./languages.js";
import { pcmOfSamples, Player } from "./player.js";
import { decode, Recorder, whyNoMicrophone } from "./recorder.js";
import { Score } from "./score.js";
import { Sound, Strip } from "./sound.js";

const DEFAULTS = { language: "en", numbers: true, speakers: false };
const CODES = ["en", "es", "pt", "it", "fr", "de", "hi", "ta", "ja", "zh"]; // as docs/recognition.md lists them

export function view() {
  const chosen = kept.get("listen", DEFAULTS);
  const player = new Player();
  let words = []; // committed: {word, start, end, speaker?}
  let text = ""; // as committed, with its punctuation
  let tentative = "";
  let sound = null;
  let recorder = null;
  let socket = null;
  let transfer = null;
  let state = "empty"; // empty, opening, live, closing, reading, done
  let name = "recording";
  let isOpen = true;
  let isDirty = true;
  let isPlaying = false;

  const score = new Score({
    onword: (word) => {
      player.seek(word.start_s);
      play();
    },
    className: "heard",
  });
  const strip = new Strip({
    label: "Place in the recording",
    onseek: (seconds) => {
      if (state === "done") {
        player.seek(seconds);
        play();
      }
    },
  });
  const live = h("div", { class: "unseen", "aria-live": "polite" });
  const language = select(
    [["multi", "Find out"], ...LANGUAGES.filter(([code]) => CODES.includes(code))],
    chosen.language,
    { onchange: () => change("language", language.value) },
  );
  const input = h("input", {
    type: "file",
    hidden: true,
    accept: "audio/*,video/*",
    "aria-label": "Recording",
    onchange: () => {
      if (input.files[0]) read(input.files[0]);
      input.value = "";
    },
  });
  const go = button("listen", {
    text: "Start listening",
    kind: "first big go",
    onclick: () => (state === "live" ? finish() : listen()),
  });
  const replay = button("play", { label: "Play", onclick: () => (isPlaying ? pause() : play()) });
  const time = h("span", { class: "number quiet time" });
  const why = whyNoMicrophone();
  const meter = h("div", { class: "meter" }, h("i"));
  const progress = h(
    "div",
    { class: "reading", role: "status", hidden: true },
    h("p", {}),
    meter,
    button("stop", { text: "Stop", onclick: () => transfer?.abort() }),
  );
  const out = h("div", { class: "row exports" });
  const empty = h(
    "div",
    { class: "empty drop" },
    h("h2", {}, "Say something, or drop a recording here."),
    h("p", {}, "Words appear as you say them: faint while they may still change, firm once they stand."),
    h("div", { class: "row" }, button("file", { text: "Choose a file", onclick: () => input.click() })),
    why && h("p", { class: "hint bad" }, icon("warn"), h("span", {}, why)),
  );

  const stage = h(
    "div",
    { class: "sheet stage" },
    empty,
    score.element,
    progress,
    h("div", { class: "transport" }, go, h("div", { class: "reel" }, replay, strip.element, time)),
    h("div", { class: "ledger" }, h("span", { class: "small quiet number", id: "heard-count" }), out),
  );
  const element = h(
    "section",
    { class: "view listening", "aria-labelledby": "title" },
    head(
      "Listen",
      "Speech to text, live from the microphone or from a file, with the time of every word.",
    ),
    h(
      "div",
      { class: "desk" },
      stage,
      h(
        "aside",
        { class: "panel stack", "aria-label": "How it is heard" },
        field("Language", language, "What is spoken."),
        toggle("Numbers in digits", "“twenty five dollars” becomes $25.", chosen.numbers, (isOn) =>
          change("numbers", isOn),
        ),
        toggle("Tell speakers apart", "Who says what, in exports too.", chosen.speakers, (isOn) =>
          change("speakers", isOn),
        ),
        h(
          "div",
          { class: "stack rule" },
          button("file", { text: "Open a recording", onclick: () => input.click() }),
          h(
            "p",
            { class: "small quiet" },
            "WAV, MP3, M4A, FLAC, Ogg, WebM and more; it is sent to this server and nowhere else.",
          ),
        ),
      ),
    ),
    input,
    live,
  );

  function change(key, value) {
    chosen[key] = value;
    kept.set("listen", chosen);
  }

  function setState(next) {
    state = next;
    element.dataset.state = next;
    const [sign, label, kind] = {
      live: ["stop", "Stop", "live"],
      opening: ["listen", "Opening…", "first"],
      closing: ["listen", "Last words…", "first"],
    }[next] ?? ["listen", next === "empty" ? "Start listening" : "Listen again", "first"];
    go.className = `button big go ${kind}`;
    go.replaceChildren(icon(sign), h("span", {}, label));
    go.disabled = Boolean(why) || ["opening", "closing", "reading"].includes(next);
    empty.hidden = next !== "empty";
    score.element.hidden = next === "empty" || next === "reading";
    progress.hidden = next !== "reading";
    replay.disabled = next !== "done" || !sound?.length;
    showExports();
    isDirty = true;
  }

  function reset(label) {
    pause();
    player.stop();
    [words, text, tentative, sound, name] = [[], "", "", null, label];
    show();
  }

  /** Committed words in ink, those that may still change in grey. */
  function show() {
    score.setText(text + tentative);
    for (const word of words) score.time(word.word, word.start, word.end);
    for (const word of score.words) word.span.classList.toggle("tentative", word.begin >= text.trimEnd().length);
    element.querySelector("#heard-count").textContent = words.length ? `${words.length} words` : "";
    isDirty = true;
    if (state === "live") score.toEnd();
  }

  async function listen() {
    reset("recording");
    setState("opening");
    recorder = new Recorder((samples) => {
      sound?.add(samples);
      isDirty = true;
      if (socket?.readyState === WebSocket.OPEN) socket.send(pcmOfSamples(samples));
    });
    try {
      await recorder.open({ rate: 16000 });
      sound = new Sound(recorder.rate);
      socket = await openSocket("/waves/v1/stt/live", query({ sample_rate: recorder.rate, encoding: "linear16" }));
      sound = new Sound(recorder.rate);
    } catch (error) {
      recorder.close();
      setState("empty");
      notice(error.message, true);
      return;
    }
    if (!isOpen) return void hangUp();
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    socket.onclose = () => {
      if (state === "live" || state === "closing") {
        notice("The connection ended; what was heard until then stands here.", true);
        done();
      }
    };
    setState("live");
  }

  const query = (more) => ({
    model: "pulse",
    language: chosen.language,
    word_timestamps: "true",
    itn_normalize: String(chosen.numbers),
    diarize: String(chosen.speakers),
    ...more,
  });

  function take(frame) {
    if (frame.type === "error") {
      notice(frame.message, true);
      return done();
    }
    if (frame.type !== "transcription") return;
    if (frame.is_final) {
      if (frame.transcript.trim()) {
        commit(frame);
        live.textContent = frame.transcript;
      }
      tentative = "";
    } else tentative = frame.transcript;
    show();
    if (frame.is_last) done();
  }

  function commit(frame) {
    const heard = written(frame);
    words.push(...heard.words);
    text += heard.text;
  }

  function finish() {
    setState("closing");
    recorder?.close();
    socket?.send(JSON.stringify({ type: "close_stream" }));
  }

  function done() {
    hangUp();
    tentative = "";
    setState(sound?.length || text ? "done" : "empty");
    show();
  }

  function hangUp() {
    recorder?.close();
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    [recorder, socket] = [null, null];
  }

  async function read(file) {
    hangUp();
    reset(file.name.replace(/\.[^.]+$/, "") || "recording");
    transfer = new AbortController();
    setState("reading");
    const say = (words_) => {
      progress.firstChild.textContent = words_;
    };
    say(`Sending ${file.name}`);
    meter.className = "meter";
    const decoded = decode(file).catch(() => null);
    try {
      const asked = new URLSearchParams(query({}));
      asked.delete("itn_normalize");
      if (chosen.numbers) asked.set("numerals", "auto");
      const heard = await upload(`/waves/v1/stt/?${asked}`, file, {
        type: file.type || "application/octet-stream",
        signal: transfer.signal,
        onprogress: (part) => {
          meter.firstChild.style.width = `${100 * part}%`;
          if (part >= 1) {
            say(`Listening to ${file.name}`);
            meter.className = "meter busy";
          }
        },
      });
      const samples = await decoded;
      sound = new Sound(16000);
      if (samples) sound.add(samples);
      commit({ transcript: `${heard.transcription} `, words: heard.words });
      if (!heard.transcription.trim()) notice("No words were heard in this recording.");
      setState("done");
      show();
    } catch (error) {
      setState("empty");
      if (error.name !== "AbortError")
        notice(error instanceof ApiError ? error.message : "This recording could not be sent.", true);
    }
  }

  function play() {
    if (state !== "done" || !sound?.length) return;
    if (player.rate !== sound.rate || !isLoaded) {
      const at = player.position;
      player.open(sound.rate);
      player.push(sound.samples());
      player.end();
      isLoaded = sound;
      if (at && at < sound.seconds) player.seek(at);
    } else if (isLoaded !== sound) {
      player.open(sound.rate);
      player.push(sound.samples());
      player.end();
      isLoaded = sound;
    }
    if (player.position >= sound.seconds - 0.05) player.seek(0);
    player.resume();
    setPlaying(true);
  }
  let isLoaded = null;
  function pause() {
    player.pause();
    setPlaying(false);
  }
  function setPlaying(next) {
    isPlaying = next;
    replay.replaceChildren(icon(next ? "pause" : "play"));
    replay.setAttribute("aria-label", next ? "Pause" : "Play");
    isDirty = true;
  }
  player.addEventListener("finished", () => {
    if (isPlaying) setPlaying(false);
  });

  function showExports() {
    const isReady = state === "done" && words.length > 0;
    const menu = select([["", "Save as…"], ...Object.entries(FILES).map(([key, [label]]) => [key, label])], "", {
      "aria-label": "Save the transcript",
      disabled: !isReady,
      onchange: () => {
        if (menu.value) exportAs(menu.value);
        menu.value = "";
      },
    });
    out.replaceChildren(
      button("copy", { text: "Copy text", disabled: !isReady, onclick: () => copy(text.trim()) }),
      h("span", { class: "menu" }, menu),
    );
  }

  function exportAs(kind) {
    const content = fileOf(kind, { text: text.trim(), language: chosen.language, seconds: sound?.seconds ?? 0, words });
    save(new Blob([content], { type: FILES[kind][1] }), `${name}.${kind}`);
  }

  for (const kind of ["dragover", "drop", "dragleave"])
    stage.addEventListener(kind, (event) => {
      event.preventDefault();
      stage.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) read(event.dataTransfer.files[0]);
    });

  const redraw = () => {
    isDirty = true;
  };
  for (const kind of ["resize", "openwaves-theme"]) addEventListener(kind, redraw);
  function frame() {
    if (!isOpen) return;
    if (isDirty || score.isStale || isPlaying) {
      const position = isLoaded === sound && sound ? player.position : 0;
      score.show(sound, isPlaying ? position : null);
      if (!isPlaying) score.draw(state === "live" ? (sound?.seconds ?? 0) + 9 : position);
      strip.show(sound, state === "live" ? 0 : position, state === "live" ? 20 : 0);
      time.textContent = sound?.length
        ? state === "done"
          ? `${clock(position, true)} / ${clock(sound.seconds, true)}`
          : clock(sound.seconds)
        : "";
      isDirty = false;
    }
    requestAnimationFrame(frame);
  }

  setState("empty");
  requestAnimationFrame(frame);
  return {
    element,
    leave() {
      isOpen = false;
      transfer?.abort();
      hangUp();
      player.stop();
      player.context?.close();
      for (const kind of ["resize", "openwaves-theme"]) removeEventListener(kind, redraw);
    },
  };
}
