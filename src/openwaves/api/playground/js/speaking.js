// One text, spoken: over the socket, whole or token by token, into the player, the sound and the score.

import { ApiError, openSocket } from "./api.js";
import { bytesOfBase64, samplesOfAlaw, samplesOfPcm, samplesOfUlaw } from "./player.js";
import { Sound } from "./sound.js";

const PATH = "/waves/v1/tts/live";
const DECODE = { pcm: samplesOfPcm, ulaw: samplesOfUlaw, alaw: samplesOfAlaw };

/** The socket stays open between texts: the next first sound is as early as can be. */
let warm = null;
let number = 0;

export async function warmUp() {
  if (warm && warm.readyState <= WebSocket.OPEN) return warm;
  warm = await openSocket(PATH, { timeout: 300 });
  return warm;
}

export function coolDown() {
  warm?.close();
  warm = null;
}

/** As a language model gives its answer: pieces of words, the space in front. */
export const tokensOf = (text) => text.match(/\s*\S{1,4}|\s+$/g) ?? [];

/**
 * Speak a text; resolves when all of it has arrived. What is told on the way: `onfirst(ms)`, `onsamples(samples)`,
 * `onword(word, start_s, end_s)`, `onsent(letters)`.
 */
export class Speaking {
  constructor(asked, told) {
    this.asked = asked;
    this.told = told;
    this.sound = new Sound(asked.rate);
    this.context = `p${Date.now().toString(36)}${(number += 1)}`;
    this.began = performance.now();
    this.isOver = false;
  }

  async run() {
    const socket = await warmUp();
    if (this.isOver) return this;
    this.socket = socket;
    const arrived = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      socket.onmessage = ({ data }) => this.take(JSON.parse(data));
      socket.onclose = () => reject(new ApiError(0, "The connection ended before the text did."));
    });
    this.asked.tokensPerS ? this.sendTokens() : this.send({ text: this.asked.text, continue: false });
    await arrived;
    return this;
  }

  fields() {
    const { voice, model, language, speed, rate, format, dictionaries } = this.asked;
    const fields = {
      voice_id: voice,
      model,
      language,
      speed,
      sample_rate: rate,
      output_format: DECODE[format] ? format : "pcm",
      word_timestamps: true,
    };
    if (dictionaries.length) fields.pronunciation_dicts = dictionaries;
    return fields;
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify({ ...this.fields(), ...message, context_id: this.context }));
  }

  async sendTokens() {
    let letters = 0;
    const began = performance.now();
    for (const [at, token] of tokensOf(this.asked.text).entries()) {
      const wait = began + (1000 * at) / this.asked.tokensPerS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.isOver) return;
      letters += token.length;
      this.send({ text: token, continue: true });
      this.told.onsent?.(letters);
    }
    this.send({ text: "", continue: false });
    this.told.onsent?.(Infinity);
  }

  take(frame) {
    if (this.isOver || frame.context_id !== this.context) {
      if (!this.isOver && frame.status === "error" && !frame.context_id) this.fail(frame.message);
      return;
    }
    if (frame.status === "chunk") {
      const samples = (DECODE[this.asked.format] ?? samplesOfPcm)(bytesOfBase64(frame.data.audio));
      if (!this.sound.length) this.told.onfirst?.(performance.now() - this.began);
      this.sound.add(samples);
      this.told.onsamples?.(samples);
    } else if (frame.status === "word_timestamp") this.told.onword?.(frame.data.word, frame.data.start, frame.data.end);
    else if (frame.status === "complete") {
      this.isOver = true;
      this.tookMs = performance.now() - this.began;
      this.settle.resolve();
    } else if (frame.status === "error") this.fail(frame.message);
  }

  fail(message) {
    this.isOver = true;
    this.settle.reject(new ApiError(400, message));
  }

  /** Nothing more of it, from now on. */
  stop() {
    if (this.isOver) return;
    this.isOver = true;
    if (this.socket?.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify({ context_id: this.context, cancel_request: true }));
    this.settle?.resolve();
  }
}
