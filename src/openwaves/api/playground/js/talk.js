// Talk: a conversation that can be interrupted, and where the time of each turn goes.

import { allVoices, kept } from "./api.js";
import { button, field, h, head, icon, line, notice, toggle } from "./dom.js";
import { codeOf } from "./languages.js";
import { showCard } from "./manner.js";
import { hush as hushClips, pick } from "./picker.js";
import { Player } from "./player.js";
import { Recorder, whyNoMicrophone } from "./recorder.js";
import { Conversation } from "./talking.js";
import { Tide } from "./tide.js";
import { medianHeard, spanOf, STEPS, timelineOf } from "./timeline.js";

const HEARD = ["en", "es", "pt", "it", "fr", "de", "hi", "ta", "ja", "zh"]; // what a conversation can be in
const DEFAULTS = {
  voice: "sophia",
  language: "en",
  greets: true,
  mutes: false,
  instructions: "You are the host of a small hotel by the sea. You are warm and brief.",
};

export function view() {
  const chosen = kept.get("talk", DEFAULTS);
  const player = new Player();
  const turns = []; // {element, you, it, answer, times}
  const tide = new Tide();
  let conversation = null;
  let recorder = null;
  let state = "idle"; // idle, opening, live
  let queuedUntil = 0; // seconds of sound given to the player
  let isOpen = true;
  const why = whyNoMicrophone();

  const go = button("talk", {
    text: "Start talking",
    kind: "first big go",
    disabled: Boolean(why),
    onclick: () => (state === "idle" ? start() : end()),
  });
  const hush = button("stop", {
    text: "Interrupt",
    disabled: true,
    onclick: () => {
      conversation?.hush();
      quiet();
    },
  });
  const status = h("p", { class: "small quiet", role: "status" }, "");
  const words = line({
    placeholder: "Or write what you would say",
    "aria-label": "Write instead of speaking",
    disabled: true,
  });
  const write = h(
    "form",
    {
      class: "write",
      onsubmit: (event) => {
        event.preventDefault();
        if (!words.value.trim() || !conversation) return;
        quiet();
        const turn = addTurn();
        turn.you.textContent = words.value.trim();
        conversation.turn = null;
        conversation.say(words.value.trim());
        words.value = "";
      },
    },
    words,
    button(null, { text: "Say it", type: "submit", disabled: true }),
  );
  const empty = h(
    "div",
    { class: "empty" },
    h("h2", {}, "Talk with this server."),
    h(
      "p",
      {},
      "It hears, thinks and speaks. Interrupt it whenever you like. Under each turn stands where its time went.",
    ),
    why && h("p", { class: "hint bad" }, icon("warn"), h("span", {}, why)),
  );
  const log = h("div", { class: "talk", role: "log", "aria-label": "Conversation", tabindex: "0" }, empty);
  const voice = h("button", { type: "button", class: "card", onclick: () => pick(chosen.voice, chooseVoice) });
  const instructions = h("textarea", {
    class: "area",
    rows: "5",
    oninput: () => change("instructions", instructions.value),
  });
  instructions.value = chosen.instructions;
  const median = h("dd", { class: "number" }, "–");
  const count = h("dd", { class: "number" }, "0");
  const cuts = h("dd", { class: "number" }, "0");

  const element = h(
    "section",
    { class: "view talking", "aria-labelledby": "title" },
    head(
      "Talk",
      "Speech to speech, and where the time of each turn goes.",
    ),
    h(
      "div",
      { class: "desk" },
      h(
        "div",
        { class: "sheet stage" },
        tide.element,
        log,
        h("div", { class: "transport" }, go, hush, write),
        h(
          "div",
          { class: "ledger" },
          h(
            "dl",
            { class: "figures" },
            [
              ["Until heard, median", median],
              ["Turns", count],
              ["Interrupted", cuts],
            ].map(([name, value]) => h("div", {}, h("dt", {}, name), value)),
          ),
          status,
        ),
      ),
      h(
        "aside",
        { class: "panel stack", "aria-label": "The conversation" },
        h("div", { class: "field" }, h("span", {}, "Voice"), voice),
        field("Who it is", instructions, "Taken when the conversation starts."),
        toggle("It speaks first", "", chosen.greets, (isOn) => change("greets", isOn)),
        toggle(
          "Mute me while it speaks",
          "With loudspeakers and without echo cancellation it would hear itself. Then it cannot be interrupted by voice.",
          chosen.mutes,
          (isOn) => change("mutes", isOn),
        ),
      ),
    ),
  );

  function change(key, value) {
    chosen[key] = value;
    kept.set("talk", chosen);
  }

  function chooseVoice(one) {
    const code = one.cloned ? one.language : one.languages.map(codeOf).find((known) => HEARD.includes(known));
    change("voice", one.id);
    change("language", HEARD.includes(code) ? code : "en");
    showCard(voice, one.id, one);
  }

  function setState(next) {
    state = next;
    element.dataset.state = next;
    const isLive = next === "live";
    go.className = `button big go ${isLive ? "live" : "first"}`;
    go.replaceChildren(
      icon(isLive ? "stop" : "talk"),
      h("span", {}, { idle: turns.length ? "Talk again" : "Start talking", opening: "Opening…", live: "End" }[next]),
    );
    go.disabled = Boolean(why) || next === "opening";
    hush.disabled = words.disabled = !isLive;
    write.lastChild.disabled = !isLive;
    voice.disabled = instructions.disabled = next !== "idle";
  }

  async function start() {
    setState("opening");
    hushClips();
    const ready = player.open(24000); // in the tap
    conversation = new Conversation(chosen);
    for (const [name, handler] of Object.entries(handlers))
      conversation.addEventListener(name, ({ detail }) => isOpen && handler(detail));
    recorder = new Recorder(hear);
    try {
      await Promise.all([ready, recorder.open({ rate: 16000, use: "talk" })]);
      if (recorder.rate !== 16000)
        throw new Error(`This browser's microphone runs at ${recorder.rate} Hz only; a conversation needs 16 000.`);
      await conversation.open();
    } catch (error) {
      end();
      notice(error.message, true);
    }
  }

  function end() {
    recorder?.close();
    conversation?.close();
    [recorder, conversation] = [null, null];
    quiet();
    status.textContent = "";
    setState("idle");
  }

  const isSounding = () => player.position < queuedUntil - 0.02;

  function hear(samples) {
    const isMuted = chosen.mutes && isSounding();
    if (!isMuted) tide.hear("up", samples);
    if (conversation?.isReady) conversation.hear(isMuted ? new Float32Array(samples.length) : samples);
  }

  /** Silence from the server's side, at once. */
  function quiet() {
    if (isSounding()) tide.cut();
    player.stop();
    queuedUntil = 0;
  }

  function addTurn() {
    const you = h("p", {}, h("span", { class: "pending" }, "…"));
    const it = h("p", {});
    const timing = h("div", { class: "timing", hidden: true });
    const turn = { you, it, timing, text: "", times: {}, answer: null, isCut: false };
    turn.youLine = h("div", { class: "line you" }, h("span", { class: "who" }, "You"), you);
    turn.itLine = h("div", { class: "line it", hidden: true }, h("span", { class: "who" }, "Server"), it);
    turn.element = h("article", { class: "turn" }, turn.youLine, turn.itLine, timing);
    empty.remove();
    log.append(turn.element);
    turns.push(turn);
    follow();
    return turn;
  }

  function follow() {
    log.scrollTop = log.scrollHeight;
  }
  const turnOf = (id) => turns.findLast((turn) => turn.answer === id);

  const handlers = {
    ready() {
      setState("live");
      status.textContent = "Listening";
    },
    speech({ item }) {
      if (isSounding()) {
        const last = turns.at(-1);
        if (last?.answer) last.isCut = true;
        quiet();
      }
      const turn = addTurn();
      turn.item = item;
      status.textContent = "You are speaking";
    },
    partial({ item, text }) {
      const turn = turns.findLast((one) => one.item === item);
      if (turn && !turn.isFinal) turn.you.replaceChildren(h("span", { class: "pending" }, text || "…"));
    },
    stopped() {
      status.textContent = "Thinking";
    },
    done(item) {
      const text = item.content
        ?.map((part) => part.text ?? "")
        .join(" ")
        .trim();
      if (item.role === "user") {
        const turn = turns.findLast((one) => one.item === item.id);
        if (!turn) return;
        turn.isFinal = true;
        if (item.status === "incomplete" && !text) {
          turns.splice(turns.indexOf(turn), 1);
          turn.element.remove();
        } else turn.you.textContent = text || "(no words)";
      } else if (item.role === "assistant") {
        const turn = turns.findLast((one) => one.message === item.id) ?? turns.at(-1);
        if (turn && text) turn.it.firstChild ? (turn.it.firstChild.textContent = text) : turn.it.append(text);
      }
      follow();
    },
    added(item) {
      if (item.role === "assistant" && turns.length) turns.at(-1).message = item.id;
    },
    answer({ id }) {
      let turn = turns.at(-1);
      if (!turn || turn.answer) {
        turn = addTurn();
        turn.youLine.hidden = true;
      }
      turn.answer = id;
      if (!isSounding()) quiet();
      status.textContent = "Answering";
    },
    words({ id, text }) {
      const turn = turnOf(id);
      if (!turn) return;
      turn.itLine.hidden = false;
      turn.text += text;
      turn.it.replaceChildren(turn.text);
      follow();
    },
    sound({ id, samples }) {
      const turn = turnOf(id);
      if (turn && !turn.hasSound) {
        turn.hasSound = true;
        conversation.heardIn(1000 * (Math.max(0, queuedUntil - player.position) + player.latencyS));
      }
      player.push(samples);
      queuedUntil += samples.length / player.rate;
    },
    /** The server's own clock, once the answer is over; what this page adds is the way to the ear. */
    trace(told) {
      const turn = turnOf(told.response);
      if (!turn || told.speech_ms === null) return;
      const wayMs = turn.times.heard - turn.times.first_sound;
      for (const [key] of STEPS)
        if (typeof told[`${key}_ms`] === "number" && key !== "heard") turn.times[key] = told[`${key}_ms`];
      if (wayMs >= 0 && turn.times.first_sound !== undefined) turn.times.heard = turn.times.first_sound + wayMs;
      if (told.was_cut) markCut(turn);
      showTimes();
    },
    timing({ item, times }) {
      const turn = turns.findLast((one) => one.item === item);
      if (!turn) return;
      turn.times = { ...turn.times, ...times };
      showTimes();
    },
    answered({ id, status: ended, status_details: why_ }) {
      const turn = turnOf(id);
      if (turn && (ended === "cancelled" || turn.isCut)) markCut(turn);
      if (ended === "failed") notice(why_?.error?.message ?? "The server could not answer.", true);
      status.textContent = "Listening";
      count.textContent = String(turns.length);
    },
    problem(error) {
      notice(error.message, true);
    },
    ended({ code }) {
      if (state === "idle") return;
      end();
      notice(
        code === 1000
          ? "The conversation was closed after half a minute of silence."
          : code === 1013
            ? "The server has no room for another conversation now."
            : "The connection ended. Start again when the server is back.",
        true,
      );
    },
  };

  function markCut(turn) {
    if (turn.isMarked) return;
    turn.isMarked = turn.isCut = true;
    turn.itLine.hidden = false;
    turn.it.append(h("span", { class: "cut" }, turn.text ? "interrupted" : "interrupted before it spoke"));
    cuts.textContent = String(turns.filter((one) => one.isMarked).length);
  }

  function showTimes() {
    const typical = medianHeard(turns);
    median.textContent = typical === null ? "–" : `${Math.round(typical)} ms`;
    for (const turn of turns) {
      const parts = timelineOf(turn.times, spanOf(turns));
      turn.timing.hidden = !parts.length;
      turn.timing.replaceChildren(...parts);
    }
    follow();
  }

  function frame(now) {
    if (!isOpen) return;
    tide.step(now, state === "live" ? player.level : null);
    requestAnimationFrame(frame);
  }

  setState("idle");
  showCard(voice, chosen.voice, null);
  allVoices()
    .then((all) =>
      showCard(
        voice,
        chosen.voice,
        all.find(({ id }) => id === chosen.voice),
      ),
    )
    .catch(() => {});
  requestAnimationFrame(frame);
  return {
    element,
    leave() {
      hushClips();
      isOpen = false;
      end();
      player.context?.close();
    },
  };
}
