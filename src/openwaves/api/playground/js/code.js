// The request of the Speak page as a program: what is on the screen, in five ways.

import { at, base } from "./api.js";
import { button, copy, dialog, h } from "./dom.js";

const here = () => base.href.replace(/\/$/, "");
const wire = () => here().replace(/^http/, "ws");
const quoted = (text) => JSON.stringify(text);
const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const ending = { pcm: "pcm", wav: "wav", mp3: "mp3", ulaw: "ulaw", alaw: "alaw" };

function body({ text, voice, language, speed, rate, format, dictionaries, model }) {
  const fields = { text, voice_id: voice, model, language, speed, sample_rate: rate, output_format: format };
  if (dictionaries.length) fields.pronunciation_dicts = dictionaries;
  return fields;
}

const python = (value) =>
  JSON.stringify(value, null, 4).replace(/\n/g, "\n    ").replaceAll("true", "True").replaceAll("false", "False");

export const PROGRAMS = {
  cURL: (asked) => `curl -X POST ${here()}/waves/v1/tts \\
  -H "Authorization: Bearer $OPENWAVES_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${shell(JSON.stringify(body(asked)))} \\
  --fail --output speech.${ending[asked.format]}
`,
  Python: (asked) => `import os

import requests

answer = requests.post(
    "${here()}/waves/v1/tts",
    headers={"Authorization": "Bearer " + os.environ["OPENWAVES_API_KEY"]},
    json=${python(body(asked))},
)
answer.raise_for_status()
with open("speech.${ending[asked.format]}", "wb") as file:
    file.write(answer.content)
`,
  JavaScript: (
    asked,
  ) => `// speech.mjs for Node 22 or newer. A browser puts a token of POST /waves/v1/auth/token in the key's place.
import { writeFileSync } from "node:fs";

const key = process.env.OPENWAVES_API_KEY;
const socket = new WebSocket(${quoted(`${wire()}/waves/v1/tts/live?token=`)} + key);
const chunks = [];

socket.onopen = () => socket.send(JSON.stringify(${JSON.stringify({ ...body(asked), word_timestamps: true }, null, 2)}));

socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.status === "chunk") chunks.push(Buffer.from(frame.data.audio, "base64"));
  if (frame.status === "word_timestamp") console.log(frame.data.start, frame.data.word);
  if (frame.status === "error") throw new Error(frame.message);
  if (frame.status === "complete") {
    writeFileSync("speech.${ending[asked.format]}", Buffer.concat(chunks));
    socket.close();
  }
};
`,
  LiveKit: (asked) => `import os

from livekit.agents import AgentSession
from livekit.plugins import smallestai

tts = smallestai.TTS(
    api_key=os.environ["OPENWAVES_API_KEY"],
    model="${asked.model}",
    voice_id=${quoted(asked.voice)},
    language="${asked.language}",
    speed=${asked.speed},
    sample_rate=${asked.rate},
    base_url="${here()}/waves/v1",
    ws_url="${wire()}/waves/v1/tts/live",
)
session = AgentSession(tts=tts)
`,
  Pipecat: (asked) => `import os

from pipecat.services.smallest.tts import SmallestTTSService

tts = SmallestTTSService(
    api_key=os.environ["OPENWAVES_API_KEY"],
    base_url="${wire()}",
    sample_rate=${asked.rate},
    settings=SmallestTTSService.Settings(
        model="${asked.model}",
        voice=${quoted(asked.voice)},
        language="${asked.language}",
        speed=${asked.speed},
    ),
)
`,
};

/** Show the programs for a request. */
export function showCode(asked) {
  const names = Object.keys(PROGRAMS);
  const text = h("pre", { class: "program", tabindex: "0", role: "tabpanel", id: "program" });
  const tabs = h(
    "div",
    { class: "segments", role: "tablist", "aria-label": "Language" },
    names.map((name) =>
      h(
        "button",
        { type: "button", role: "tab", "aria-controls": "program", onclick: () => choose(name), onkeydown: move },
        name,
      ),
    ),
  );
  function choose(name) {
    for (const tab of tabs.children) {
      tab.setAttribute("aria-selected", String(tab.textContent === name));
      tab.tabIndex = tab.textContent === name ? 0 : -1;
    }
    text.setAttribute("aria-label", name);
    text.textContent = PROGRAMS[name](asked);
  }
  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(event.target.textContent) + step + names.length) % names.length];
    choose(next);
    [...tabs.children].find((tab) => tab.textContent === next).focus();
  }
  choose(names[0]);
  dialog("This, as code", [
    h("div", { class: "row apart" }, tabs, button("copy", { text: "Copy", onclick: () => copy(text.textContent) })),
    text,
    h(
      "p",
      { class: "small quiet" },
      "The key is read from ",
      h("span", { class: "mono" }, "OPENWAVES_API_KEY"),
      ": it never stands in the code. Every route and field: ",
      h("a", { href: at("/reference") }, "API reference"),
      ".",
    ),
  ]);
}
