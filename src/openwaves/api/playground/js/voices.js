// Voices: make one of half a minute of speech, and keep those that were made.

import { allVoices, getJson, kept, upload } from "./api.js";
import { button, clock, field, glyph, h, head, icon, line, notice, select, sure } from "./dom.js";
import { LANGUAGES } from "./languages.js";
import { hearButton, hush } from "./picker.js";
import { wavOf } from "./player.js";
import { hints, measure } from "./quality.js";
import { decode, Recorder, whyNoMicrophone } from "./recorder.js";
import { Sound, Strip } from "./sound.js";

const CLONES = "/waves/v1/voice-cloning";
const LONGEST_S = 30;
const MB = 1024 * 1024;
const READ =
  "The harbour wakes before the town does. Ropes creak, gulls argue, and the first boat slips out while the windows are still dark. By noon the market smells of oranges and rain, and somebody is always singing two streets away.";

export function view() {
  let recorder = null;
  let sound = null;
  let file = null; // what is sent: a Blob with a name
  let isOpen = true;
  let isDirty = true;
  let state = "empty"; // empty, recording, ready, sending
  const why = whyNoMicrophone();
  const strip = new Strip({ label: "Recording", onseek: () => {} });
  const list = h("div", { class: "stack" });
  const advice = h("ul", { class: "stack tips", "aria-live": "polite" });
  const time = h("span", { class: "number quiet time" });
  const record = button("listen", {
    text: "Record",
    kind: "first big go",
    disabled: Boolean(why),
    onclick: () => (state === "recording" ? stop() : begin()),
  });
  const input = h("input", {
    type: "file",
    hidden: true,
    accept: "audio/*,video/*",
    "aria-label": "Recording of a voice",
    onchange: () => {
      if (input.files[0]) take(input.files[0]);
      input.value = "";
    },
  });
  const name = line({ maxlength: "500", placeholder: "Asha", oninput: check });
  const language = select([["", "Not said"], ...LANGUAGES], "en");
  const consent = h("input", { type: "checkbox", id: "consent", onchange: check });
  const words = line({ maxlength: "2000", placeholder: "Asha Rao, by letter, 3 May 2026" });
  const make = button("voices", { text: "Make the voice", kind: "first big", disabled: true, onclick: send });
  const meter = h("div", { class: "meter" }, h("i"));
  const progress = h("div", { class: "stack", role: "status", hidden: true }, h("p", { class: "small quiet" }), meter);
  const stage = h(
    "div",
    { class: "sheet clone" },
    h(
      "div",
      { class: "step" },
      h("h2", {}, "Half a minute of speech"),
      h(
        "p",
        { class: "quiet" },
        "One person, a quiet room, close to the microphone. Timbre and pitch are taken over, accent and rhythm are not. Read this, or drop a recording here:",
      ),
      h("blockquote", { class: "reading-text" }, READ),
      h(
        "div",
        { class: "row" },
        record,
        button("file", { text: "Choose a file", onclick: () => input.click() }),
        h("span", { class: "grow" }),
        time,
      ),
      h("div", { class: "reel" }, strip.element),
      why && h("p", { class: "hint bad" }, icon("warn"), h("span", {}, why)),
      advice,
    ),
    h(
      "div",
      { class: "step" },
      h("h2", {}, "Whose voice it is"),
      h("div", { class: "pair wide" }, field("Name", name), field("Language of the recording", language)),
      h(
        "label",
        { class: "tick consent" },
        consent,
        h("span", {}, "The speaker agreed to this, and knows what the voice will say, and to whom."),
      ),
      field("Their consent, in words", words, "Kept with the voice; optional."),
      progress,
      make,
    ),
  );
  const element = h(
    "section",
    { class: "view", "aria-labelledby": "title" },
    head(
      "Voices",
      "Half a minute of speech becomes a similar voice, in every language.",
    ),
    h(
      "div",
      { class: "desk voices-desk" },
      stage,
      h("aside", { class: "panel stack", "aria-label": "Your voices" }, h("h2", {}, "Yours"), list),
    ),
    input,
  );

  function setState(next) {
    state = next;
    element.dataset.state = next;
    const isOn = next === "recording";
    record.className = `button big go ${isOn ? "live" : "first"}`;
    record.replaceChildren(
      icon(isOn ? "stop" : "listen"),
      h("span", {}, isOn ? "Stop" : sound ? "Record again" : "Record"),
    );
    record.disabled = Boolean(why) || next === "sending";
    progress.hidden = next !== "sending";
    check();
    isDirty = true;
  }

  function check() {
    make.disabled = !(state === "ready" && file && name.value.trim() && consent.checked);
  }

  async function begin() {
    hush();
    file = null;
    advice.replaceChildren();
    sound = new Sound(16000);
    recorder = new Recorder((samples) => {
      sound.add(samples);
      isDirty = true;
      if (sound.seconds >= LONGEST_S) stop();
    });
    try {
      await recorder.open({ rate: 24000, use: "learn" });
      sound = new Sound(recorder.rate);
      setState("recording");
    } catch (error) {
      sound = null;
      setState("empty");
      notice(error.message, true);
    }
  }

  function stop() {
    recorder?.close();
    recorder = null;
    const samples = sound.samples();
    file = new File([wavOf(samples, sound.rate)], "recording.wav", { type: "audio/wav" });
    advise(samples, sound.rate);
    setState("ready");
  }

  async function take(chosen) {
    recorder?.close();
    hush();
    if (chosen.size > 5 * MB) {
      notice(`This file has ${(chosen.size / MB).toFixed(1)} MB; 5 are the most. Half a minute is enough.`, true);
      return;
    }
    file = chosen;
    advice.replaceChildren();
    const samples = await decode(chosen).catch(() => null);
    sound = new Sound(16000);
    if (samples) {
      sound.add(samples);
      advise(samples, 16000);
    } else tell([["info", "This browser cannot read the file; the server will judge it."]]);
    setState("ready");
  }

  const advise = (samples, rate) => tell(hints(measure(samples, rate)));
  function tell(all) {
    advice.replaceChildren(
      ...all.map(([kind, text]) =>
        h(
          "li",
          { class: `hint ${kind}` },
          icon({ good: "check", info: "info", bad: "warn" }[kind]),
          h("span", {}, text),
        ),
      ),
    );
  }

  async function send() {
    const form = new FormData();
    for (const [key, value] of Object.entries({
      displayName: name.value.trim(),
      language: language.value,
      consent: words.value.trim() || "The speaker agreed, as whoever made the voice said on the page.",
    }))
      form.append(key, value);
    form.append("file", file, file.name);
    setState("sending");
    meter.className = "meter";
    progress.firstChild.textContent = "Sending the recording";
    try {
      const made = await upload(CLONES, form, {
        onprogress: (part) => {
          meter.firstChild.style.width = `${100 * part}%`;
          if (part >= 1) {
            progress.firstChild.textContent = "Finding a voice like it; this takes some seconds";
            meter.className = "meter busy";
          }
        },
      });
      notice(`${made.data.displayName} is ready. It speaks on the Speak page.`);
      [file, sound, name.value, words.value, consent.checked] = [null, null, "", "", false];
      advice.replaceChildren();
      setState("empty");
      await load();
    } catch (error) {
      setState("ready");
      notice(error.message.replace(/^file: /, ""), true);
    }
  }

  async function load() {
    try {
      const own = (await allVoices(true)).filter(({ cloned }) => cloned).reverse();
      list.replaceChildren(
        ...own.map(row),
        !own.length
          ? h(
              "p",
              { class: "small quiet" },
              "None yet. The 198 voices of the catalogue are on the Speak page, under the voice's name.",
            )
          : "",
      );
    } catch (error) {
      if (error.status !== 503) notice(error.message, true);
    }
  }

  function row(voice) {
    const sample = async () => {
      const { data } = await getJson(`${CLONES}/${voice.id}`);
      const link = new URL(data.samples[0].audioUrl, location.href);
      const path = link.pathname.slice(link.pathname.indexOf("/waves/v1/"));
      return path + link.search; // on this origin, whatever the server calls itself
    };
    return h(
      "div",
      { class: "card own" },
      glyph(voice.id),
      h("span", { class: "grow" }, h("b", {}, voice.name), h("small", { class: "mono" }, voice.id)),
      hearButton(voice.id, sample, voice.name),
      button("speak", {
        label: `Speak with ${voice.name}`,
        kind: "tiny",
        onclick: () => {
          kept.set("speak", {
            ...kept.get("speak", {}),
            voice: voice.id,
            ...(voice.language && { language: voice.language }),
          });
          location.hash = "#/speak";
        },
      }),
      button("bin", { label: `Delete ${voice.name}`, kind: "plain tiny", onclick: () => remove(voice) }),
    );
  }

  function remove(voice) {
    sure(
      `Delete ${voice.name}?`,
      "The recording, the voice and its samples go with it. Requests that name it are refused from then on.",
      { yes: "Delete", sign: "bin" },
      async () => {
        await getJson(`${CLONES}/delete`, { method: "POST", body: { voiceId: voice.id } });
        await load();
      },
    );
  }

  for (const kind of ["dragover", "drop", "dragleave"])
    stage.addEventListener(kind, (event) => {
      event.preventDefault();
      stage.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  const redraw = () => {
    isDirty = true;
  };
  for (const kind of ["resize", "openwaves-theme"]) addEventListener(kind, redraw);
  function frame() {
    if (!isOpen) return;
    if (isDirty) {
      strip.show(sound, 0, LONGEST_S);
      time.textContent = sound ? `${clock(sound.seconds, true)} of ${clock(LONGEST_S)}` : "";
      isDirty = false;
    }
    requestAnimationFrame(frame);
  }
  setState("empty");
  load();
  requestAnimationFrame(frame);
  return {
    element,
    leave() {
      isOpen = false;
      recorder?.close();
      hush();
      for (const kind of ["resize", "openwaves-theme"]) removeEventListener(kind, redraw);
    },
  };
}
