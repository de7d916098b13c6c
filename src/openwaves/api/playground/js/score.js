// The score: a text with its sound written under it. Under each word stands the wave of that word, as wide as the word
// is set, as soon as its sound arrived; the word that is heard is lit. Writing and reading happen in the same place: a
// textarea lies over the words, line for line.

import { h } from "./dom.js";
import { fill, sharp } from "./sound.js";

const BAR = 2;
const PITCH = 3.5;

export class Score {
  /**
   * @param {object} options `editable`: whether the text can be written; `label`, `placeholder`, `oninput`; `onword(word)`: a word was chosen.
   */
  constructor({ editable = false, label = "", placeholder = "", oninput, onword, className = "" } = {}) {
    this.words = []; // {text, begin, end, span, start_s, end_s}
    this.timed = []; // words with times, in order
    this.sent = Infinity;
    this.sound = null;
    this.lit = -1;
    this.boxes = []; // of the words with times, as far as they were measured
    this.ink = h("div", { class: "ink", "aria-hidden": editable ? "true" : null });
    this.area = editable
      ? h("textarea", {
          class: "pen",
          "aria-label": label,
          placeholder,
          spellcheck: "false",
          autocapitalize: "sentences",
          oninput: () => {
            this.setText(this.area.value, false);
            oninput?.();
          },
        })
      : null;
    this.paper = h("div", { class: "paper" }, this.ink, this.area);
    this.scroller = h("div", { class: "scroll" }, this.paper);
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.element = h("div", { class: `score ${className}` }, this.canvas, this.scroller);
    this.scroller.addEventListener("scroll", () => {
      this.isStale = true;
    });
    if (onword)
      this.ink.addEventListener("click", (event) => {
        const word = this.timed.find(({ span }) => span === event.target);
        if (word) onword(word);
      });
    new ResizeObserver(() => {
      this.isStale = true;
    }).observe(this.paper);
    document.fonts?.addEventListener("loadingdone", () => {
      this.isStale = true;
    });
    this.text = "";
    this.setText("");
  }

  setText(text, alsoArea = true) {
    if (alsoArea && this.area) this.area.value = text;
    this.text = text;
    this.words = [];
    const nodes = [];
    for (const found of text.matchAll(/\s+|\S+/g)) {
      if (/\S/.test(found[0])) this.words.push(this.word(found[0], found.index, nodes));
      else nodes.push(found[0]);
    }
    this.ink.replaceChildren(...nodes, "\u200b");
    this.clearTimes();
  }

  word(text, begin, nodes) {
    const span = h("span", { class: "w" }, text);
    nodes.push(span);
    return { text, begin, end: begin + text.length, span, rects: null };
  }

  /** Forget times and sound: the text is to be spoken anew. */
  clearTimes() {
    for (const word of this.timed) {
      word.start_s = undefined;
      word.span.classList.remove("on", "done");
    }
    this.timed = [];
    this.sound = null;
    this.lit = -1;
    this.cursor = 0;
    this.passed = 0; // words before the cursor
    this.isStale = true;
  }

  /** Letters that have been given to the server so far; the rest is faint. */
  setSent(letters) {
    this.sent = letters;
    for (const word of this.words) word.span.classList.toggle("faint", word.begin >= letters);
  }

  /** The next word that the server names, with its times in seconds. */
  time(text, start_s, end_s) {
    const begin = this.text.indexOf(text, this.cursor);
    if (begin < 0) return;
    this.cursor = begin + text.length;
    const word = this.wordAt(begin, this.cursor);
    if (!word) return;
    Object.assign(word, { start_s, end_s });
    this.timed.push(word);
  }

  /** The word of these offsets; scripts without spaces are cut where the server's words end. */
  wordAt(begin, end) {
    let at = this.passed;
    while (at < this.words.length && this.words[at].end <= begin) at += 1;
    const whole = this.words[at];
    if (!whole) return null;
    this.passed = at;
    if (whole.begin === begin && whole.end === end) return whole;
    const parts = [
      [whole.begin, begin],
      [begin, Math.min(end, whole.end)],
      [Math.min(end, whole.end), whole.end],
    ].filter(([from, to]) => to > from);
    const nodes = [];
    const made = parts.map(([from, to]) => this.word(this.text.slice(from, to), from, nodes));
    whole.span.replaceWith(...nodes);
    this.words.splice(at, 1, ...made);
    this.isStale = true;
    return made.find((word) => word.begin === begin);
  }

  /** Paint the waves and light the word that is heard at `position`; null lights none. */
  show(sound, position) {
    this.sound = sound;
    this.light(position);
    this.draw(position ?? -1);
  }

  light(position) {
    let on = -1;
    if (position !== null) for (let n = 0; n < this.timed.length && this.timed[n].start_s <= position; n += 1) on = n;
    if (on >= 0 && position > this.timed[on].end_s + 0.35) on = -1;
    if (on === this.lit) return;
    this.timed[this.lit]?.span.classList.remove("on");
    this.lit = on;
    const word = this.timed[on];
    if (!word) return;
    word.span.classList.add("on");
    this.follow(word.span);
  }

  follow(span) {
    const box = this.scroller.getBoundingClientRect();
    const place = span.getBoundingClientRect();
    if (place.bottom > box.bottom - 8 || place.top < box.top)
      this.scroller.scrollTop += place.top - box.top - box.height / 3;
  }

  /** Follow the end of what is being written. */
  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Where a word with times stands on the canvas; measured anew only where something may have moved. */
  place(at) {
    if (this.boxes.length <= at) {
      const origin = this.canvas.getBoundingClientRect(); // now: the page may have been scrolled since the last word
      for (const { span } of this.timed.slice(this.boxes.length, at + 1)) {
        const { left, top, bottom, width } = span.getBoundingClientRect();
        this.boxes.push({ left: left - origin.left, top: top - origin.top, base: bottom - origin.top, width });
      }
    }
    return this.boxes[at];
  }

  draw(position) {
    if (this.isStale) {
      this.boxes = [];
      this.tall = parseFloat(getComputedStyle(this.element).getPropertyValue("--wave-height")) || 22;
      this.isStale = false;
    }
    const { tall } = this;
    const { paint, height } = sharp(this.canvas);
    const [played, coming, now] = [new Path2D(), new Path2D(), new Path2D()];
    for (const [at, word] of this.timed.entries()) {
      const { left, top, base, width } = this.place(at);
      if (base < -tall || top > height) continue;
      const n = Math.max(1, Math.floor((width + PITCH - BAR) / PITCH));
      const spanned = Math.max(0.02, word.end_s - word.start_s);
      const mid = base + tall / 2;
      for (let bar = 0; bar < n; bar += 1) {
        const start = word.start_s + (bar / n) * spanned;
        const peak = this.sound?.peak(start, start + spanned / n) ?? null;
        if (peak === null) continue;
        const half = Math.max(1, (peak * tall) / 2);
        const isNow = position >= word.start_s && position <= word.end_s + 0.02 && start <= position;
        const path = isNow ? now : start <= position ? played : coming;
        path.roundRect(left + bar * PITCH, mid - half, BAR, 2 * half, BAR / 2);
      }
    }
    fill(paint, this.element, { "--sea": played, "--wave": coming, "--buoy": now });
  }
}
