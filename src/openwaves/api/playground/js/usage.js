// Usage by day, as bars.

import { h } from "./dom.js";

export const DAYS = 30;
const COUNTS = [
  ["characters", "Letters spoken"],
  ["audio_s", "Seconds spoken"],
  ["heard_s", "Seconds heard"],
  ["completion_tokens", "Tokens written"],
  ["requests", "Requests"],
  ["errors", "Errors"],
];

export const whole = (value) => Math.round(value).toLocaleString("en");
export const dayOf = (text) =>
  new Date(text).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });

/** One bar a day, and the totals to choose what is shown; `since` is the first day. */
export function chart(usage, since) {
  let shown = "characters";
  const days = Array.from({ length: DAYS }, (_, n) =>
    new Date(Date.parse(since) + n * 86_400_000).toISOString().slice(0, 10),
  );
  const sum = (key, day) =>
    usage.filter((row) => !day || row.day === day).reduce((total, row) => total + (row[key] ?? 0), 0);
  const bars = h("div", { class: "bars", role: "img" });
  const present = COUNTS.filter(([key]) => key !== "completion_tokens" || usage.some((row) => row[key]));
  const tabs = h(
    "div",
    { class: "totals", role: "group", "aria-label": "What the chart shows" },
    present.map(([key, label]) =>
      h(
        "button",
        {
          type: "button",
          data: { key },
          onclick: () => {
            shown = key;
            draw();
          },
        },
        h("span", {}, label),
        h("b", { class: "number" }, whole(sum(key))),
      ),
    ),
  );
  function draw() {
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.key === shown));
    const values = days.map((day) => sum(shown, day));
    const most = Math.max(1, ...values);
    bars.replaceChildren(
      ...values.map((value, at) =>
        h("i", {
          class: value ? "" : "none",
          style: { height: `${value ? Math.max(3, (100 * value) / most) : 1}%` },
          title: `${days[at]}: ${whole(value)}`,
        }),
      ),
    );
    bars.setAttribute(
      "aria-label",
      `${present.find(([key]) => key === shown)[1]} on each of the last ${DAYS} days; most ${whole(most)}, today ${whole(values.at(-1))}`,
    );
  }
  draw();
  return h(
    "div",
    { class: "sheet block usage" },
    tabs,
    bars,
    h("div", { class: "row apart small quiet" }, h("span", {}, dayOf(days[0])), h("span", {}, "Today")),
  );
}
