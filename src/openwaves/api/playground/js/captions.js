// Heard words as files: text, SubRip, WebVTT, JSON. Words are {word, start, end, speaker?}.

export const FILES = {
  txt: ["Text", "text/plain"],
  srt: ["SubRip (.srt)", "application/x-subrip"],
  vtt: ["WebVTT (.vtt)", "text/vtt"],
  json: ["JSON with word times", "application/json"],
};
const LINE = 42; // letters. Source: BBC Subtitle Guidelines and Netflix Timed Text Style Guide
const LONGEST_S = 7;
const PAUSE_S = 1;
const ENDS = /[.?!…।。？！]["”’)]?$/;

/** Groups of words that stand on the screen together: two lines at most, a sentence or a part of it. */
export function cues(words) {
  const groups = [];
  for (const word of words) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const breaks =
      !group ||
      word.speaker !== last.speaker ||
      word.start - last.end >= PAUSE_S ||
      word.end - group[0].start > LONGEST_S ||
      (ENDS.test(last.word) && last.end - group[0].start >= 1) ||
      !lines([...group, word]);
    if (breaks) groups.push([word]);
    else group.push(word);
  }
  return groups.map((group, at) => {
    const start = group[0].start;
    const next = groups[at + 1]?.[0].start ?? Infinity;
    return {
      start,
      end: Math.max(group.at(-1).end, Math.min(start + 1, next)),
      lines: lines(group) ?? [group.map(({ word }) => word).join(" ")],
      speaker: group[0].speaker,
    };
  });
}

/** One line, or the two most even ones; null if they do not fit. */
function lines(group) {
  const texts = group.map(({ word }) => word);
  const whole = texts.join(" ");
  if (whole.length <= LINE) return [whole];
  let best = null;
  for (let cut = 1; cut < texts.length; cut += 1) {
    const pair = [texts.slice(0, cut).join(" "), texts.slice(cut).join(" ")];
    const uneven = Math.abs(pair[0].length - pair[1].length);
    if (Math.max(...pair.map((line) => line.length)) <= LINE && (!best || uneven < best.uneven))
      best = { pair, uneven };
  }
  return best?.pair ?? null;
}

const stamp = (seconds, mark) => {
  const ms = Math.round(1000 * Math.max(0, seconds));
  const part = (value, width = 2) => String(Math.floor(value)).padStart(width, "0");
  return `${part(ms / 3_600_000)}:${part((ms / 60_000) % 60)}:${part((ms / 1000) % 60)}${mark}${part(ms % 1000, 3)}`;
};

export const srt = (words) =>
  cues(words)
    .map((cue, at) => `${at + 1}\n${stamp(cue.start, ",")} --> ${stamp(cue.end, ",")}\n${cue.lines.join("\n")}\n`)
    .join("\n");

export const vtt = (words) =>
  `WEBVTT\n\n${cues(words)
    .map((cue) => {
      const text = cue.lines.join("\n").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      return `${stamp(cue.start, ".")} --> ${stamp(cue.end, ".")}\n${cue.speaker === undefined ? "" : `<v Speaker ${cue.speaker + 1}>`}${text}\n`;
    })
    .join("\n")}`;

/** A transcript as a file of one of `FILES`. */
export function fileOf(kind, { text, language, seconds, words }) {
  if (kind === "srt") return srt(words);
  if (kind === "vtt") return vtt(words);
  if (kind === "txt") return `${text}\n`;
  return `${JSON.stringify({ text, language, duration: Number(seconds.toFixed(3)), words }, null, 2)}\n`;
}

/** Words as they are written: the server's times come with bare words, its text has the punctuation. */
export function written({ transcript, words = [] }) {
  const pieces = transcript.trim().split(/\s+/);
  const same = pieces.length === words.length;
  const heard = words.map(({ word, start, end, speaker }, at) => ({
    word: same ? pieces[at] : word,
    start,
    end,
    ...(speaker !== undefined && { speaker }),
  }));
  const text = same || !heard.length ? transcript : `${heard.map(({ word }) => word).join(" ")} `;
  return { words: heard, text };
}
