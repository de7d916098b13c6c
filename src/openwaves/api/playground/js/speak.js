// Speak: a text, the voice that says it, and its sound written under its words.

import { getBytes, on, server } from "./api.js";
import { showCode } from "./code.js";
import { button, clock, h, head, icon, notice, save } from "./dom.js";
import { Manner } from "./manner.js";
import { hush } from "./picker.js";
import { Player, wavOf } from "./player.js";
import { Score } from "./score.js";
import { Strip } from "./sound.js";
import { coolDown, Speaking, warmUp } from "./speaking.js";

const TYPES = { mp3: "audio/mpeg", ulaw: "audio/basic", alaw: "audio/x-alaw-basic", pcm: "application/octet-stream" };
const SAMPLES = [
  [
    "A welcome",
    "en",
    "Good evening, and welcome aboard. The sea is calm tonight, the lights of the harbour are behind us, and dinner is served at half past seven.",
  ],
  [
    "An order",
    "en",
    "Your order of 3 lamps, worth $145.50, left our warehouse this morning. It should reach you by Friday, 14/06/2026.",
  ],
  [
    "A story",
    "en",
    "The old lighthouse had been dark for eleven years. Then, one night in March, somebody climbed the stairs and lit the lamp.",
  ],
  ["हिन्दी", "hi", "नमस्ते! आपका ऑर्डर कल सुबह 10:30 बजे पहुँच जाएगा, और कुल ₹1,249 देने होंगे।"],
  ["Español", "es", "Buenas tardes. El tren de las 18:45 con destino a Sevilla saldrá de la vía número siete."],
];
let draft = SAMPLES[0][2];

export function view() {
  const manner = new Manner();
  const player = new Player();
  let speaking = null;
  let sound = null;
  let state = "idle"; // idle, waiting, speaking, paused
  let isOpen = true;
  let isDirty = true;

  const score = new Score({
    editable: true,
    label: "Text to speak",
    placeholder: "Write something to be said.",
    oninput: edited,
    className: "writing",
  });
  const strip = new Strip({
    label: "Place in the sound",
    onseek: (seconds) => {
      if (sound) {
        player.seek(seconds);
        play();
      }
    },
  });
  const go = button("speak", {
    text: "Speak",
    kind: "first big go",
    onclick: () => (state === "idle" ? speak() : stop()),
  });
  const again = button("play", {
    label: "Play again",
    disabled: true,
    onclick: () => (state === "speaking" ? pause() : play()),
  });
  const time = h("span", { class: "number quiet time" }, "0:00");
  const down = button("download", { text: "Download", disabled: true, onclick: download });
  const figures = Object.fromEntries(
    ["First sound", "Real-time factor", "Sound"].map((name) => [name, h("dd", { class: "number" }, "–")]),
  );
  const count = h("span", { class: "count small quiet number" });
  const loading = h("p", { class: "banner", role: "status", hidden: true }, icon("info"), h("span", {}));

  const element = h(
    "section",
    { class: "view speak", "aria-labelledby": "title" },
    head(
      "Speak",
      "Write a text and hear it. Its sound appears under its words as it arrives.",
      h(
        "div",
        { class: "chips", role: "group", "aria-label": "Examples" },
        SAMPLES.map(([name, code, text]) =>
          h("button", { type: "button", class: "chip", lang: code, onclick: () => example(code, text) }, name),
        ),
      ),
    ),
    loading,
    h(
      "div",
      { class: "desk" },
      h(
        "div",
        { class: "sheet stage" },
        score.element,
        h("div", { class: "transport" }, go, h("div", { class: "reel" }, again, strip.element, time)),
        h(
          "div",
          { class: "ledger" },
          h(
            "dl",
            { class: "figures" },
            Object.entries(figures).map(([name, value]) => h("div", {}, h("dt", {}, name), value)),
          ),
          h(
            "div",
            { class: "row" },
            count,
            down,
            button("code", { text: "As code", onclick: () => showCode(manner.asked(score.text)) }),
          ),
        ),
      ),
      manner.element,
    ),
  );

  function example(code, text) {
    stop();
    score.setText(text);
    score.area.lang = code;
    edited();
    manner.suit(code);
  }

  function edited() {
    draft = score.text;
    if (state !== "idle") stop();
    sound = null;
    down.disabled = again.disabled = true;
    count.textContent = `${score.text.length.toLocaleString("en")} letters`;
    for (const value of Object.values(figures)) value.textContent = "–";
    isDirty = true;
  }

  function setState(next) {
    state = next;
    const busy = next !== "idle";
    go.className = `button big go ${busy ? "live" : "first"}`;
    go.replaceChildren(icon(busy ? "stop" : "speak"), h("span", {}, busy ? "Stop" : "Speak"));
    again.replaceChildren(icon(next === "speaking" ? "pause" : "play"));
    again.setAttribute("aria-label", next === "speaking" ? "Pause" : next === "paused" ? "Go on" : "Play again");
    again.disabled = !sound?.length;
    element.dataset.state = next;
    isDirty = true;
  }

  async function speak() {
    const request = manner.asked(score.text);
    if (!request.text.trim()) {
      score.area.focus();
      notice("There is no text to speak.");
      return;
    }
    hush();
    const ready = player.open(request.rate); // in the tap, before anything is awaited
    score.clearTimes();
    for (const value of Object.values(figures)) value.textContent = "–";
    score.setSent(request.tokensPerS ? 0 : Infinity);
    const mine = new Speaking(request, {
      onfirst: (ms) => {
        figures["First sound"].textContent = `${Math.round(ms)} ms`;
        setState("speaking");
      },
      onsamples: (samples) => {
        player.push(samples);
        isDirty = true;
      },
      onword: (word, start, end) => {
        score.time(word, start, end);
        isDirty = true;
      },
      onsent: (letters) => score.setSent(letters),
    });
    speaking = mine;
    sound = mine.sound;
    setState("waiting");
    try {
      await Promise.all([ready, mine.run()]);
      if (speaking !== mine || !mine.tookMs) return;
      player.end();
      showLength(); // with the factor of it, not a picture later
      const factor = mine.tookMs / 1000 / Math.max(0.01, sound.seconds);
      figures["Real-time factor"].textContent = request.tokensPerS ? "–" : factor.toFixed(2);
      figures["Real-time factor"].title = request.tokensPerS
        ? "The text came at the pace of its tokens"
        : `${sound.seconds.toFixed(1)} s of sound in ${(mine.tookMs / 1000).toFixed(1)} s`;
      down.disabled = !sound.length;
      if (!sound.length) setState("idle");
    } catch (error) {
      if (speaking !== mine) return;
      notice(error.message, true);
      score.setSent(Infinity);
      mine.stop();
      player.end();
      if (!sound?.length) {
        sound = null;
        setState("idle");
      }
    }
  }

  function stop() {
    player.stop();
    speaking?.stop();
    if (speaking) {
      const samples = speaking.sound.length ? speaking.sound.samples() : null;
      if (samples) {
        player.push(samples);
        player.end();
        player.pause();
      }
    }
    score.setSent(Infinity);
    down.disabled = !sound?.length;
    setState("idle");
    isRewound = true;
  }

  let isRewound = false;
  function play() {
    if (!sound?.length) return;
    if (state === "idle" && !isRewound) player.seek(player.position >= sound.seconds - 0.1 ? 0 : player.position);
    isRewound = false;
    player.resume();
    setState("speaking");
  }

  function pause() {
    player.pause();
    setState("paused");
  }

  player.addEventListener("finished", () => {
    if (isOpen)
      setTimeout(
        () => {
          if (state === "speaking" && player.position >= (sound?.seconds ?? 0) - 0.15) {
            setState("idle");
          }
        },
        1000 * player.latencyS + 60,
      );
  });

  async function download() {
    const request = manner.asked(score.text);
    const name = `${request.voice}.${request.format === "pcm" ? "pcm" : request.format}`;
    try {
      if (request.format === "wav") {
        save(wavOf(sound.samples(), sound.rate), name);
        return;
      }
      const { text, voice, model, language: code, speed: pace_, rate: hz, format: kind, dictionaries: ids } = request;
      const body = {
        text,
        voice_id: voice,
        model,
        language: code,
        speed: pace_,
        sample_rate: hz,
        output_format: kind,
        ...(ids.length && { pronunciation_dicts: ids }),
      };
      save(new Blob([await getBytes("/waves/v1/tts", { method: "POST", body })], { type: TYPES[kind] }), name);
    } catch (error) {
      notice(error.message, true);
    }
  }

  async function load() {
    const isReady = server.state !== "loading";
    const stage = server.stage || "starting";
    loading.hidden = isReady;
    loading.lastChild.textContent = `The server is loading its voices: ${stage}. You can write meanwhile.`;
    go.disabled = !isReady;
    if (!isReady || manner.voices.length) return;
    try {
      await manner.load();
      warmUp().catch(() => {});
    } catch (error) {
      if (error.status !== 503 && error.status !== 0) notice(error.message, true);
    }
  }

  const keys = (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === "Enter") {
      event.preventDefault();
      if (state === "idle") speak();
    }
    if (event.key === "Escape" && state !== "idle" && !document.querySelector("dialog[open]")) stop();
  };
  addEventListener("keydown", keys);
  const redraw = () => {
    isDirty = true;
  };
  for (const name of ["resize", "openwaves-theme"]) addEventListener(name, redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  function showLength() {
    figures.Sound.textContent = sound?.length ? `${sound.seconds.toFixed(1)} s` : "–";
  }

  function frame() {
    if (!isOpen) return;
    if (isDirty || score.isStale || state !== "idle") {
      const position = sound ? (state === "idle" && isRewound ? 0 : player.position) : 0;
      score.show(sound, state === "idle" || state === "waiting" ? null : position);
      if (sound && state === "idle") score.draw(isRewound ? 0 : sound.seconds + 1);
      strip.show(
        sound,
        position,
        speaking && !speaking.tookMs && state !== "idle" ? (0.065 * score.text.length) / manner.chosen.speed : 0,
      );
      time.textContent = sound?.length ? `${clock(position, true)} / ${clock(sound.seconds, true)}` : "";
      showLength();
      isDirty = false;
    }
    requestAnimationFrame(frame);
  }

  score.setText(draft);
  edited();
  const unsubscribe = [on("server", load), on("ready", load)];
  load();
  requestAnimationFrame(frame);
  return {
    element,
    leave() {
      isOpen = false;
      stop();
      player.context?.close();
      hush();
      coolDown();
      unsubscribe.forEach((end) => end());
      removeEventListener("keydown", keys);
      for (const name of ["resize", "openwaves-theme"]) removeEventListener(name, redraw);
    },
  };
}
