// Two voices on one line: yours above it, the server's below, the last twelve seconds.

import { h } from "./dom.js";
import { colours, sharp } from "./sound.js";

const SHOWN_S = 12;
const TICK_S = 0.04;
const REDRAWN_MS = 500; // while nothing comes: windows change their size and their colours

export class Tide {
  constructor() {
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.element = h(
      "div",
      { class: "tide" },
      this.canvas,
      h("span", { class: "up" }, "You"),
      h("span", { class: "down" }, "Server"),
    );
    this.ticks = []; // {up, down, cut}, newest last
    this.now = { up: 0, down: 0, cut: false };
    this.drawnAt = -REDRAWN_MS;
    this.tickedAt = 0;
    this.samples = new Float32Array(1024);
  }

  /** Somebody's sound; `who` is `up` or `down`. */
  hear(who, samples) {
    for (const sample of samples) this.now[who] = Math.max(this.now[who], Math.abs(sample));
  }

  /** The server was interrupted at this moment. */
  cut() {
    this.now.cut = true;
  }

  /** Go on; `level` is what the loudspeaker plays, null while there is no conversation. */
  step(at, level) {
    if (level) {
      level.getFloatTimeDomainData(this.samples);
      this.hear("down", this.samples);
      if (at - this.tickedAt >= 1000 * TICK_S) {
        this.ticks.push(this.now);
        if (this.ticks.length > 2 * (SHOWN_S / TICK_S)) this.ticks.shift();
        this.now = { up: 0, down: 0, cut: false };
        this.tickedAt = at;
        this.drawnAt = -REDRAWN_MS;
      }
    }
    if (at - this.drawnAt < REDRAWN_MS) return;
    this.drawnAt = at;
    this.draw();
  }

  draw() {
    const colour = colours(this.element);
    const { paint, width, height } = sharp(this.canvas);
    const mid = height / 2;
    const pitch = Math.max(3, (width * TICK_S) / SHOWN_S);
    paint.fillStyle = colour("--line");
    paint.fillRect(0, mid - 0.5, width, 1);
    const bar = (x, top, tall, name) => {
      paint.fillStyle = colour(name);
      paint.beginPath();
      paint.roundRect(x, top, Math.max(2, pitch - 1.4), tall, 1.2);
      paint.fill();
    };
    for (let at = this.ticks.length - 1, x = width - pitch; at >= 0 && x > -pitch; at -= 1, x -= pitch) {
      const { up, down, cut } = this.ticks[at];
      const [above, below] = [up, down].map((size) => Math.min(1, size * 1.15) * (mid - 12));
      if (cut) bar(x, 8, height - 16, "--buoy");
      if (above > 0.8) bar(x, mid - 2 - above, above, "--wave");
      if (below > 0.8) bar(x, mid + 2, below, "--sea");
    }
  }
}
