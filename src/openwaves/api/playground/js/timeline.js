// The timeline of a turn: what happened when, in ms after the end of speech.

import { h } from "./dom.js";

export const STEPS = [
  ["decided", "Turn decided", "Silence and the sound of the last words say that the speaker is done."],
  ["final", "Final text", "What was said, as text."],
  ["first_token", "First token", "The language model begins to answer."],
  ["first_sound", "First sound", "The first sound of the answer reaches this page."],
  ["heard", "Heard", "It leaves the loudspeaker."],
];

/** The longest of all turns, so that all stand on the same scale and compare. */
export const spanOf = (turns) => Math.max(1000, ...turns.flatMap(({ times }) => Object.values(times)));

/** The middle of the times until something was heard; null if nothing was. */
export function medianHeard(turns) {
  const heard = turns.map(({ times }) => times.heard).filter((ms) => ms !== undefined);
  return heard.sort((a, b) => a - b)[Math.floor((heard.length - 1) / 2)] ?? null;
}

/** The elements of one turn's timeline: a track of coloured stretches, and the figures; none before anything happened. */
export function timelineOf(times, span) {
  const steps = STEPS.filter(([key]) => times[key] !== undefined)
    .map(([key, label, hint]) => ({ key, label, hint, ms: Math.max(0, times[key]) }))
    .sort((a, b) => a.ms - b.ms);
  if (!steps.length) return [];
  const told = steps.map(({ label, ms }) => `${label} ${Math.round(ms)} milliseconds`).join(", ");
  const stretches = steps.map(({ key, label, ms }, at) => {
    const begin = at ? steps[at - 1].ms : 0;
    const style = { left: `${(100 * begin) / span}%`, width: `${(100 * (ms - begin)) / span}%` };
    return h("i", { class: `tone-${key}`, title: `${label}: ${Math.round(ms)} ms`, style });
  });
  const figures = steps.map(({ key, label, hint, ms }) =>
    h("li", { class: `tone-${key}`, title: hint }, `${label} `, h("b", {}, `${Math.round(ms)} ms`)),
  );
  const zero = h("li", { class: "tone-quiet" }, "End of speech ", h("b", {}, "0"));
  return [
    h("div", { class: "track", role: "img", "aria-label": `After the end of speech: ${told}` }, stretches),
    h("ul", { class: "steps number" }, zero, figures),
  ];
}
