// Who speaks a text, and how: the panel of the Speak page.

import { allDictionaries, allVoices, kept } from "./api.js";
import { field, glyph, h, icon, select, toggle } from "./dom.js";
import { codeOf, LANGUAGES } from "./languages.js";
import { pick, traits } from "./picker.js";

const DEFAULTS = {
  voice: "magnus",
  language: "en",
  speed: 1,
  rate: 24000,
  format: "wav",
  tokens: false,
  tokensPerS: 20,
};
const RATES = [8000, 16000, 22050, 24000, 32000, 44100, 48000].map((rate) => [
  rate,
  `${(rate / 1000).toLocaleString("en")} kHz`,
]);
const FORMATS = [
  ["wav", "WAV"],
  ["mp3", "MP3"],
  ["pcm", "Raw PCM"],
  ["ulaw", "µ-law, as telephones"],
  ["alaw", "A-law, as telephones"],
];
const FIRST = { hi: "meher", en: "magnus" }; // who is taken for a language, if nobody chose

/** A button that shows a voice and opens the list. */
export function showCard(card, id, voice) {
  card.replaceChildren(
    glyph(id),
    h(
      "span",
      { class: "grow" },
      h("b", {}, voice?.name ?? id),
      h("small", {}, voice ? (voice.cloned ? "Your voice" : traits(voice)) : ""),
    ),
    icon("tune"),
  );
  card.setAttribute("aria-label", `Voice: ${voice?.name ?? id}. Choose another`);
}

export class Manner {
  constructor() {
    this.chosen = kept.get("speak", DEFAULTS);
    this.dictionaries = []; // ids, for this visit only
    this.voices = [];
    const { chosen } = this;
    this.card = h("button", {
      type: "button",
      class: "card",
      onclick: () => pick(chosen.voice, (voice) => this.take(voice)),
    });
    this.language = select([["auto", "By the text"], ...LANGUAGES], chosen.language, {
      onchange: () => this.change("language", this.language.value),
    });
    const speed = this.slider("speed", "Speed", { min: 0.5, max: 2, step: 0.05 }, (value) => `${value.toFixed(2)}×`);
    const pace = this.slider("tokensPerS", "Tokens a second", { min: 4, max: 60, step: 1 }, String);
    pace.hidden = !chosen.tokens;
    const rate = select(RATES, chosen.rate, { onchange: () => this.change("rate", Number(rate.value)) });
    const format = select(FORMATS, chosen.format, { onchange: () => this.change("format", format.value) });
    this.books = h("div", { class: "stack" });
    const hint = "Sends the text in pieces, as a language model writes it; speech begins before the text ends.";
    const tokens = toggle("Token by token", hint, chosen.tokens, (isOn) => {
      this.change("tokens", isOn);
      pace.hidden = !isOn;
    });
    this.element = h(
      "aside",
      { class: "panel stack", "aria-label": "How it is spoken" },
      h("div", { class: "field" }, h("span", {}, "Voice"), this.card),
      field("Language", this.language),
      speed,
      h("div", { class: "pair" }, field("Rate", rate), field("Format", format)),
      this.books,
      h("div", { class: "stack rule" }, tokens, pace),
    );
    this.show();
  }

  slider(name, label, bounds, say) {
    const shown = h("output", { class: "number" }, say(this.chosen[name]));
    const input = h("input", {
      ...bounds,
      class: "slider",
      type: "range",
      value: this.chosen[name],
      "aria-label": label,
      oninput: () => {
        this.change(name, Number(input.value));
        shown.textContent = say(this.chosen[name]);
      },
    });
    return h("div", { class: "field" }, h("span", { class: "row apart" }, label, shown), input);
  }

  change(name, value) {
    this.chosen[name] = value;
    kept.set("speak", this.chosen);
  }

  get voice() {
    return this.voices.find(({ id }) => id === this.chosen.voice);
  }

  show() {
    showCard(this.card, this.chosen.voice, this.voice);
  }

  /** Ask the server for its voices and the account's dictionaries. */
  async load() {
    this.voices = await allVoices();
    if (!this.voice) this.change("voice", (this.voices.find(({ cloned }) => !cloned) ?? this.voices[0]).id);
    this.show();
    this.showBooks(await allDictionaries());
  }

  take(voice) {
    this.change("voice", voice.id);
    const codes = voice.languages.map(codeOf).filter(Boolean);
    if (voice.cloned && voice.language) codes.push(voice.language);
    if (codes.length && !codes.includes(this.chosen.language)) this.speakIn(codes[0]);
    this.show();
  }

  speakIn(code) {
    this.change("language", code);
    this.language.value = code;
  }

  /** Another language, and somebody who speaks it. */
  suit(code) {
    const now = this.voice;
    if (now && !now.cloned && !now.languages.map(codeOf).includes(code)) {
      const first = this.voices.find(({ id }) => id === FIRST[code]);
      const other = first ?? this.voices.find((voice) => codeOf(voice.languages[0]) === code);
      if (other) this.take(other);
    }
    this.speakIn(code);
  }

  /** The request for a text. */
  asked(text) {
    const { voice, chosen } = this;
    const takesAll = !voice || voice.cloned || voice.models.includes("lightning_v3.1");
    const model = takesAll ? "lightning_v3.1" : voice.models[0];
    const tokensPerS = chosen.tokens ? chosen.tokensPerS : 0;
    return { ...chosen, text, model, dictionaries: this.dictionaries, tokensPerS };
  }

  showBooks(all) {
    if (!all.length) return this.books.replaceChildren();
    const ticks = all.map(({ id, items }) => {
      const input = h("input", {
        type: "checkbox",
        onchange: () => {
          const others = this.dictionaries.filter((other) => other !== id);
          this.dictionaries = input.checked ? [...others, id] : others;
        },
      });
      const names = items.slice(0, 3).map(({ word }) => word);
      const rest = items.length > 3 ? ` and ${items.length - 3} more` : "";
      return h("label", { class: "tick" }, input, h("span", {}, names.join(", ") + rest));
    });
    const legend = h("legend", { class: "legend" }, "Dictionaries");
    return this.books.replaceChildren(h("fieldset", { class: "stack dictionaries" }, legend, ticks));
  }
}
