// Dictionaries: how names and abbreviations are said, heard before anything is saved.

import { allDictionaries, allVoices, getBytes, getJson, kept } from "./api.js";
import { button, field, h, head, icon, line, notice, select, sure } from "./dom.js";
import { hear, hush } from "./picker.js";

const DICTS = "/waves/v1/pronunciation-dicts";
const SENTENCE = "We call it {word}, and everybody here says {word}.";
const EXAMPLES = [
  ["nginx", "engine-x"],
  ["SQL", "sequel"],
  ["Siobhan", "shiv-awn"],
  ["GIF", "jiff"],
];

export function view() {
  let all = [];
  let current = null; // {id: null for a new one, rows: [{word, pronunciation}]}
  let isChanged = false;
  const speak = kept.get("speak", { voice: "magnus", language: "en" });
  const list = h("div", { class: "stack books" });
  const editor = h("div", { class: "sheet book" });
  const sentence = line({ value: SENTENCE, "aria-describedby": "sentence-hint" });
  const voice = select([[speak.voice, speak.voice]], speak.voice, {});
  const element = h(
    "section",
    { class: "view", "aria-labelledby": "title" },
    head(
      "Dictionaries",
      "A word as it is spelt, and as it should sound. Hear both before you save.",
      button("plus", { text: "New dictionary", kind: "first", onclick: () => open({ id: null, items: [] }) }),
    ),
    h(
      "div",
      { class: "desk books-desk" },
      editor,
      h("aside", { class: "panel stack", "aria-label": "Your dictionaries" }, h("h2", {}, "Yours"), list),
    ),
  );

  async function load(open_ = true) {
    try {
      all = await allDictionaries(true);
      showList();
      if (open_) open(all[0] ?? { id: null, items: [] }, true);
    } catch (error) {
      notice(error.message, true);
    }
    allVoices()
      .then((voices) =>
        voice.replaceChildren(
          ...voices.map((one) => h("option", { value: one.id, selected: one.id === speak.voice }, one.name)),
        ),
      )
      .catch(() => {});
  }

  function showList() {
    list.replaceChildren(
      ...all.map((one) =>
        h(
          "button",
          { type: "button", class: "card", "aria-pressed": String(current?.id === one.id), onclick: () => open(one) },
          h(
            "span",
            { class: "grow" },
            h(
              "b",
              {},
              one.items
                .slice(0, 3)
                .map(({ word }) => word)
                .join(", "),
            ),
            h("small", {}, `${one.items.length} ${one.items.length === 1 ? "word" : "words"}`),
          ),
        ),
      ),
      !all.length
        ? h(
            "p",
            { class: "small quiet" },
            "None yet. What you save appears here, and beside the text on the Speak page.",
          )
        : "",
    );
  }

  function open(one, quietly = false) {
    if (isChanged && !quietly && !confirm("Leave the changes of this dictionary unsaved?")) return;
    isChanged = false;
    current = { id: one.id, rows: one.items.map((item) => ({ ...item })) };
    if (!current.rows.length) current.rows.push({ word: "", pronunciation: "" });
    showList();
    show();
    if (!quietly) editor.querySelector("input")?.focus();
  }

  function show() {
    const rows = h(
      "div",
      { class: "rows", role: "group", "aria-label": "Words" },
      h(
        "div",
        { class: "entry titles", "aria-hidden": "true" },
        h("span", {}, "Word, as it is written"),
        h("span", {}, "As it should sound"),
        h("span", {}, "Hear"),
      ),
      current.rows.map((row, at) => entry(row, at)),
    );
    const isNew = current.id === null;
    editor.replaceChildren(
      h(
        "div",
        { class: "book-top" },
        h(
          "div",
          { class: "grow stack" },
          h("div", { class: "pair wide" }, field("Heard in the sentence", sentence), field("By the voice", voice)),
          h(
            "p",
            { class: "small quiet", id: "sentence-hint" },
            h("span", { class: "mono" }, "{word}"),
            " stands for the word of each row.",
          ),
        ),
      ),
      rows,
      h(
        "div",
        { class: "book-foot" },
        button("plus", {
          text: "Add a word",
          onclick: () => {
            current.rows.push({ word: "", pronunciation: "" });
            show();
            [...editor.querySelectorAll(".entry:not(.titles)")].at(-1).querySelector("input").focus();
          },
        }),
        isNew &&
          current.rows.every(({ word }) => !word) &&
          h(
            "div",
            { class: "chips" },
            EXAMPLES.map(([word, pronunciation]) =>
              h(
                "button",
                {
                  type: "button",
                  class: "chip",
                  onclick: () => {
                    current.rows = [...current.rows.filter((row) => row.word), { word, pronunciation }];
                    isChanged = true;
                    show();
                  },
                },
                `${word} → ${pronunciation}`,
              ),
            ),
          ),
        h("span", { class: "grow" }),
        !isNew && button("bin", { text: "Delete", kind: "plain danger", onclick: remove }),
        button("check", { text: isNew ? "Save dictionary" : "Save changes", kind: "first", onclick: store }),
      ),
    );
  }

  function entry(row, at) {
    const box = (key, placeholder, label) =>
      line({
        value: row[key],
        placeholder,
        "aria-label": label,
        oninput: (event) => {
          row[key] = event.target.value;
          isChanged = true;
        },
      });
    const word = box("word", "nginx", `Word ${at + 1}`);
    const sound = box("pronunciation", "engine-x", `How word ${at + 1} should sound`);
    const hearing = (label, items) => {
      const control = button("play", {
        text: label,
        "aria-label": `Hear word ${at + 1} ${label.toLowerCase()}`,
        onclick: () => listen(row, items, control),
      });
      return control;
    };
    return h(
      "div",
      { class: "entry" },
      word,
      sound,
      h(
        "div",
        { class: "row tight" },
        hearing("Before", false),
        hearing("After", true),
        button("bin", {
          label: `Remove word ${at + 1}`,
          kind: "plain tiny",
          onclick: () => {
            current.rows.splice(at, 1);
            if (!current.rows.length) current.rows.push({ word: "", pronunciation: "" });
            isChanged = true;
            show();
          },
        }),
      ),
    );
  }

  /** Speak the sentence as it stands, or with a dictionary of this one row that lives for this request only. */
  async function listen(row, isAfter, control) {
    if (!row.word.trim() || (isAfter && !row.pronunciation.trim())) {
      notice("Fill in the word and how it should sound.");
      return;
    }
    control.disabled = true;
    let made = null;
    try {
      if (isAfter)
        made = await getJson(DICTS, {
          method: "POST",
          body: { items: [{ word: row.word.trim(), pronunciation: row.pronunciation.trim() }] },
        });
      const text = sentence.value.includes("{word}")
        ? sentence.value.replaceAll("{word}", row.word.trim())
        : `${sentence.value} ${row.word.trim()}`;
      const body = {
        text,
        voice_id: voice.value,
        language: speak.language,
        sample_rate: 24000,
        output_format: "wav",
        ...(made && { pronunciation_dicts: [made.id] }),
      };
      const bytes = await getBytes("/waves/v1/tts", { method: "POST", body });
      hush();
      hear(`${row.word} ${isAfter}`, URL.createObjectURL(new Blob([bytes], { type: "audio/wav" })), (plays) =>
        control.replaceChildren(icon(plays ? "stop" : "play"), h("span", {}, isAfter ? "After" : "Before")),
      );
    } catch (error) {
      notice(error.message, true);
    } finally {
      control.disabled = false;
      if (made) getJson(DICTS, { method: "DELETE", body: { id: made.id }, keepalive: true }).catch(() => {});
    }
  }

  async function store() {
    const items = current.rows
      .map(({ word, pronunciation }) => ({ word: word.trim(), pronunciation: pronunciation.trim() }))
      .filter(({ word, pronunciation }) => word || pronunciation);
    const half = items.find(({ word, pronunciation }) => !word || !pronunciation);
    if (!items.length || half) {
      notice(
        half ? `“${half.word || half.pronunciation}” needs both a word and a sound.` : "Write at least one word.",
        true,
      );
      return;
    }
    try {
      const saved = await getJson(DICTS, {
        method: current.id ? "PUT" : "POST",
        body: current.id ? { id: current.id, items } : { items },
      });
      isChanged = false;
      notice("Saved. Choose it on the Speak page.");
      await load(false);
      open(all.find(({ id }) => id === saved.id) ?? { id: null, items: [] }, true);
    } catch (error) {
      notice(error.message, true);
    }
  }

  function remove() {
    sure(
      "Delete this dictionary?",
      "Requests that name it are refused from then on.",
      { yes: "Delete", sign: "bin" },
      async () => {
        await getJson(DICTS, { method: "DELETE", body: { id: current.id } });
        isChanged = false;
        await load();
      },
    );
  }

  showEmpty();
  function showEmpty() {
    current = { id: null, rows: [{ word: "", pronunciation: "" }] };
    show();
    showList();
  }
  load();
  return { element, leave: hush };
}
