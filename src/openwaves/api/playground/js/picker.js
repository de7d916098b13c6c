// Choosing a voice: a list to search and filter, each one to be heard before it is taken.

import { allVoices } from "./api.js";
import { button, dialog, glyph, h, icon, line, notice, select } from "./dom.js";
import { titled } from "./languages.js";

const preview = { audio: null, id: "", show: () => {} };

/** Play a clip of a voice, or stop it if it is the one that plays. */
export function hear(id, url, show) {
  preview.audio?.pause();
  preview.show(false);
  if (preview.id === id) {
    preview.id = "";
    return;
  }
  preview.id = id;
  preview.show = show;
  preview.audio = new Audio(url);
  const end = () => {
    if (preview.id === id) {
      preview.id = "";
      show(false);
    }
  };
  preview.audio.onended = end;
  show(true);
  preview.audio.play().catch((error) => {
    end();
    if (error.name !== "AbortError")
      notice("This clip could not be played. The server may still be making it; try again.", true);
  });
}

export function hush() {
  preview.audio?.pause();
  preview.show(false);
  preview.id = "";
}

export function hearButton(id, url, name) {
  const control = button("play", {
    label: `Hear ${name}`,
    kind: "tiny",
    onclick: async () => {
      const address = typeof url === "function" ? await url() : url;
      hear(id, address, (plays) => {
        control.replaceChildren(icon(plays ? "stop" : "play"));
        control.setAttribute("aria-label", plays ? "Stop" : `Hear ${name}`);
      });
    },
  });
  return control;
}

export const clipOf = (id) => `/waves/v1/voice/preview/${encodeURIComponent(id)}.mp3`;
export const traits = (voice) =>
  [voice.languages.map(titled).join(", "), titled(voice.accent), voice.gender].filter(Boolean).join(" · ");

/** Open the list; `onchoose(voice)` is told. */
export async function pick(chosen, onchoose) {
  let voices;
  try {
    voices = await allVoices();
  } catch (error) {
    notice(error.message, true);
    return;
  }
  const known = (read) => [...new Set(voices.flatMap(read).filter(Boolean))].sort();
  const wanted = { text: "", language: "", gender: "", accent: "", use: "" };
  const count = h("p", { class: "small quiet", role: "status" });
  const list = h("div", { class: "voices", role: "radiogroup", "aria-label": "Voices" });
  const choice = (name, label, values) =>
    select([["", label], ...values.map((value) => [value, titled(value)])], "", {
      "aria-label": label,
      onchange: (event) => {
        wanted[name] = event.target.value;
        fill();
      },
    });
  const search = line({
    type: "search",
    placeholder: "Search by name or manner",
    "aria-label": "Search voices",
    oninput: () => {
      wanted.text = search.value.toLowerCase();
      fill();
    },
  });
  const open = dialog(
    "Voices",
    [
      h(
        "div",
        { class: "filters" },
        search,
        choice(
          "language",
          "Every language",
          known((voice) => voice.languages),
        ),
        choice(
          "gender",
          "Every gender",
          known((voice) => voice.gender),
        ),
        choice(
          "accent",
          "Every accent",
          known((voice) => voice.accent),
        ),
        choice(
          "use",
          "Every use",
          known((voice) => voice.uses),
        ),
      ),
      count,
      list,
    ],
    { onclose: hush, kind: "tall" },
  );

  function fill() {
    const found = voices.filter(
      (voice) =>
        (!wanted.language ||
          voice.languages.includes(wanted.language) ||
          (voice.cloned && !wanted.accent && !wanted.gender && !wanted.use)) &&
        (!wanted.gender || voice.gender === wanted.gender) &&
        (!wanted.accent || voice.accent === wanted.accent) &&
        (!wanted.use || voice.uses.includes(wanted.use)) &&
        `${voice.name} ${voice.id} ${voice.description} ${voice.uses.join(" ")} ${voice.accent}`
          .toLowerCase()
          .includes(wanted.text),
    );
    count.textContent = found.length === 1 ? "1 voice" : `${found.length} voices`;
    list.replaceChildren(
      ...found.map((voice) => {
        const input = h("input", {
          type: "radio",
          name: "voice",
          class: "unseen",
          value: voice.id,
          checked: voice.id === chosen,
          onchange: () => {
            chosen = voice.id;
          },
        });
        const row = h(
          "div",
          { class: "voice" },
          h(
            "label",
            { ondblclick: () => take(voice) },
            input,
            glyph(voice.id),
            h(
              "span",
              { class: "grow" },
              h("b", {}, voice.name),
              voice.cloned && h("span", { class: "tag" }, "Your voice"),
              h("small", {}, voice.description || traits(voice)),
              h("small", { class: "traits" }, voice.description ? traits(voice) : ""),
            ),
          ),
          !voice.cloned && hearButton(voice.id, clipOf(voice.id), voice.name),
          button(null, { text: "Use", onclick: () => take(voice), "aria-label": `Use ${voice.name}` }),
        );
        input.addEventListener("keydown", (event) => {
          if (event.key === "Enter") take(voice);
        });
        return row;
      }),
      (!found.length && h("p", { class: "empty" }, "No voice is like that. Take a filter away.")) || "",
    );
    const at = list.querySelector("input:checked")?.closest(".voice");
    list.scrollTop = at ? at.offsetTop - list.offsetTop - list.clientHeight / 2 + at.offsetHeight / 2 : 0;
  }
  function take(voice) {
    onchoose(voice);
    open.close();
  }
  fill();
  search.focus();
}
