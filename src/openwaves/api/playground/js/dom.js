// Elements without markup strings: the page's policy forbids text that becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties: `class`, `on…` handlers, `data`, `style` (an object), everything else as an attribute; false and null leave it out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "data") Object.assign(element.dataset, value);
  else if (name === "style") Object.assign(element.style, value);
  else if (name in element && ["value", "checked", "disabled", "selected", "indeterminate", "htmlFor"].includes(name))
    element[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Shapes of the icons, on a grid of 24. */
const SHAPES = {
  speak: "M4 10v4M8 7v10M12 4v16M16 8v8M20 11v2",
  listen: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  talk: "M4 5.5h11v8H9l-3.5 3v-3H4ZM18 9.5h2.5v8H19v3l-3.5-3H11",
  dictionaries: "M5 4.5h10.5a3 3 0 0 1 3 3v12H8a3 3 0 0 1-3-3ZM5 16.5a3 3 0 0 1 3-3h10.5M9 8.5h5.5",
  voices: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-3.6 3-5.5 6.5-5.5s6.1 1.9 6.5 5.5M17 6.5v6M20.5 8v3",
  keys: "M14.5 4.5a5 5 0 1 1-4.3 7.5L4.5 17.7V20h3v-2h2v-2l2-2.2M15.5 8.5h.01",
  play: "M8 5.5v13l10.5-6.5Z",
  stop: "M7 7h10v10H7Z",
  pause: "M8.5 6v12M15.5 6v12",
  download: "M12 4v11m-4.5-4L12 15.5 16.5 11M5 19.5h14",
  code: "M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v10H9ZM5 15V5h10",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20 20",
  plus: "M12 5v14M5 12h14",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7",
  check: "M5 12.5 10 17.5 19.5 7",
  warn: "M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17v.01",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5.5M12 7.8v.01",
  file: "M6 3.5h8l4.5 4.5v12.5H6ZM14 3.5V8h4.5",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  screen: "M3.5 5h17v11h-17ZM9 20h6M12 16v4",
  leave: "M13.5 4.5h-8v15h8M10.5 12h10m-3.5-3.5 3.5 3.5-3.5 3.5",
  tune: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  again: "M19.5 12A7.5 7.5 0 1 1 17 6.4L19.5 8.5M19.5 4v4.5H15",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  if (name === "play" || name === "stop") path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

/** Seven bars that are always the same for a voice: its sign in lists. */
export function glyph(id) {
  let hash = 2166136261;
  for (const letter of id) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    stroke: "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "aria-hidden": "true",
  }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  const bars = [];
  for (let n = 0; n < 6; n += 1) {
    hash = (Math.imul(hash, 1664525) + 1013904223) >>> 0;
    const half = 1.5 + ((hash >>> 24) / 255) * 7.5 * (n === 0 || n === 5 ? 0.55 : 1);
    bars.push(`M${2 + n * 4} ${(12 - half).toFixed(1)}v${(2 * half).toFixed(1)}`);
  }
  path.setAttribute("d", bars.join(""));
  svg.append(path);
  return h("span", { class: "glyph" }, svg);
}

/** A button with an icon; without a visible text it is round and `label` is its name. */
export function button(name, { label, text, kind = "", ...rest } = {}) {
  const content = [name && icon(name), text && h("span", {}, text)];
  return h(
    "button",
    {
      type: "button",
      class: `button ${text ? "" : "round "}${kind}`,
      "aria-label": text ? null : label,
      title: text ? null : label,
      ...rest,
    },
    content,
  );
}

export function select(options, value, properties = {}) {
  return h(
    "select",
    { class: "select", ...properties },
    options.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) }, text)),
  );
}

/** A line to write in. */
export const line = (properties = {}) => h("input", { class: "input", autocomplete: "off", ...properties });

let fields = 0;

export function field(label, control, hint) {
  control.id ||= `field-${(fields += 1)}`;
  if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: control.id }, label),
    control,
    hint && h("small", { id: `${control.id}-hint` }, hint),
  );
}

export function toggle(label, hint, checked, onchange) {
  const input = h("input", { type: "checkbox", role: "switch", checked, onchange: () => onchange(input.checked) });
  return h("label", { class: "switch" }, input, h("span", {}, label, hint && h("small", {}, hint)));
}

/** The top of a view: its name, what it is for, and what can be begun there. */
export const head = (title, text, actions) =>
  h("header", { class: "head" }, h("div", {}, h("h1", { id: "title" }, title), h("p", {}, text)), actions);

/** Tells something in passing; screen readers hear it too. */
export function notice(text, bad = false) {
  const element = h("div", { class: `notice${bad ? " bad" : ""}` }, text);
  const all = document.getElementById("notices");
  all.replaceChildren(...[...all.children].slice(-2), element);
  setTimeout(() => element.remove(), bad ? 9000 : 4000);
}

/** A dialog, open until it is closed; the element that had the focus gets it back. */
export function dialog(title, body, { onclose, kind = "" } = {}) {
  const close = button("close", { label: "Close", kind: "plain", onclick: () => element.close() });
  const element = h(
    "dialog",
    {
      class: `dialog ${kind}`,
      "aria-label": title,
      onclose: () => {
        element.remove();
        onclose?.();
      },
    },
    h("header", {}, h("h2", {}, title), close),
    h("div", { class: "body" }, body),
  );
  element.addEventListener("click", (event) => event.target === element && element.close());
  document.body.append(element);
  element.showModal();
  return element;
}

/** Ask before what cannot be taken back; `work` is done after a yes, and its failure is told. */
export function sure(title, text, { yes, no = "Keep it", sign = null }, work) {
  const act = async () => {
    asked.close();
    try {
      await work();
    } catch (error) {
      notice(error.message, true);
    }
  };
  const answers = [
    button(null, { text: no, onclick: () => asked.close() }),
    button(sign, { text: yes, kind: "live", onclick: act }),
  ];
  const asked = dialog(title, [h("p", { class: "quiet" }, text), h("div", { class: "row end-row" }, answers)]);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "unseen" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  notice("Copied");
}

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Minutes, seconds and a tenth. */
export function clock(seconds, tenths = false) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole - 60 * minutes;
  return `${minutes}:${(tenths ? rest.toFixed(1) : String(Math.floor(rest))).padStart(tenths ? 4 : 2, "0")}`;
}

export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
