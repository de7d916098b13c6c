// A sound that grows: its samples, its peaks, and the strip that shows them.

import { h, clock } from "./dom.js";

const PEAK_S = 0.005;

/** Samples with the peak of every 5 ms, so that drawing never reads them all. */
export class Sound {
  constructor(rate) {
    this.rate = rate;
    this.chunks = [];
    this.length = 0;
    this.peaks = [];
    this.loudest = 0.02;
    this.step = Math.max(1, Math.round(rate * PEAK_S));
    this.open = { peak: 0, n: 0 };
  }

  get seconds() {
    return this.length / this.rate;
  }

  add(samples) {
    this.chunks.push(samples);
    this.length += samples.length;
    let { peak, n } = this.open;
    for (const sample of samples) {
      const size = sample < 0 ? -sample : sample;
      if (size > peak) peak = size;
      n += 1;
      if (n === this.step) {
        this.peaks.push(peak);
        if (peak > this.loudest) this.loudest = peak;
        peak = 0;
        n = 0;
      }
    }
    this.open = { peak, n };
  }

  /** The loudest between two moments, 0 to 1 of the whole sound's; null where there is no sound yet. */
  peak(start, end) {
    const first = Math.floor(start / PEAK_S);
    if (first >= this.peaks.length) return null;
    const last = Math.min(this.peaks.length, Math.max(first + 1, Math.ceil(end / PEAK_S)));
    let most = 0;
    for (let n = first; n < last; n += 1) if (this.peaks[n] > most) most = this.peaks[n];
    return most / this.loudest;
  }

  /** All samples in one piece. */
  samples() {
    const whole = new Float32Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}

export const colours = (element) => {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name).trim();
};

/** Make a canvas as sharp as the screen; gives its context and size in CSS pixels. */
export function sharp(canvas) {
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const paint = canvas.getContext("2d");
  paint.setTransform(scale, 0, 0, scale, 0, 0);
  paint.clearRect(0, 0, width, height);
  return { paint, width, height };
}

/** Fill paths, each with the colour of its name: a few fills of many bars, where one for each bar is slow. */
export function fill(paint, element, paths) {
  const colour = colours(element);
  for (const [name, path] of Object.entries(paths)) {
    paint.fillStyle = colour(name);
    paint.fill(path);
  }
}

/** The whole sound in one strip, to look at and to jump in. */
export class Strip {
  constructor({ label, onseek }) {
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.element = h(
      "div",
      {
        class: "strip",
        role: "slider",
        tabindex: "0",
        "aria-label": label,
        "aria-valuemin": "0",
        "aria-valuemax": "0",
        "aria-valuenow": "0",
        "aria-disabled": "true",
      },
      this.canvas,
    );
    this.sound = null;
    this.position = 0;
    this.expected = 0;
    const seek = (event) => {
      if (!this.sound?.length) return;
      const box = this.canvas.getBoundingClientRect();
      onseek(Math.max(0, Math.min(this.sound.seconds, ((event.clientX - box.left) / box.width) * this.span)));
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.element.addEventListener("pointermove", (event) => event.buttons && seek(event));
    this.element.addEventListener("keydown", (event) => {
      if (!this.sound?.length) return;
      const to = {
        ArrowRight: this.position + 1,
        ArrowUp: this.position + 1,
        ArrowLeft: this.position - 1,
        ArrowDown: this.position - 1,
        Home: 0,
        End: this.sound.seconds,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      onseek(Math.max(0, Math.min(this.sound.seconds, to)));
    });
  }

  get span() {
    return Math.max(this.sound?.seconds ?? 0, this.expected, 0.001);
  }

  show(sound, position, expected = 0) {
    this.sound = sound;
    this.position = position;
    this.expected = expected;
    const seconds = sound?.seconds ?? 0;
    const now = Math.min(position, seconds);
    if (this.told !== `${now.toFixed(1)}/${seconds.toFixed(1)}`) {
      this.told = `${now.toFixed(1)}/${seconds.toFixed(1)}`;
      this.element.setAttribute("aria-valuemax", seconds.toFixed(1));
      this.element.setAttribute("aria-valuenow", now.toFixed(1));
      this.element.setAttribute("aria-valuetext", `${clock(now)} of ${clock(seconds)}`);
      this.element.setAttribute("aria-disabled", String(!seconds));
    }
    const { paint, width, height } = sharp(this.canvas);
    const mid = height / 2;
    const [silent, played, coming, needle] = [new Path2D(), new Path2D(), new Path2D(), new Path2D()];
    for (let x = 0; x < width - 1; x += 4) {
      const start = (x / width) * this.span;
      const peak = sound ? sound.peak(start, ((x + 4) / width) * this.span) : null;
      const half = peak === null ? 1 : Math.max(1.2, peak * (mid - 2));
      const path = peak === null ? silent : start < now ? played : coming;
      path.roundRect(x, mid - half, 2.5, 2 * half, 1.25);
    }
    if (sound?.length) needle.rect(Math.min(width - 2, (now / this.span) * width), 0, 2, height);
    fill(paint, this.element, { "--line": silent, "--sea": played, "--wave": coming, "--buoy": needle });
  }
}
