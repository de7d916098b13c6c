// Sound out: an AudioContext with a worklet that plays samples as they arrive.

const WORKLET = new URL("player-worklet.js", import.meta.url).href;

export class Player extends EventTarget {
  constructor() {
    super();
    this.rate = 0;
    this.context = null;
    this.node = null;
    this.level = null;
    this.pending = [];
    this.heard = { at: 0, time: 0, isMoving: false };
    this.run = 0;
  }

  /**
   * Make ready to play; call it in the handler of a tap, before anything is awaited. Telephones let only a tap begin
   * sound, so the context is made and resumed here, and the samples that come before its worklet is loaded wait.
   */
  open(rate) {
    this.stop();
    if (!this.context || this.rate !== rate || this.context.state === "closed") {
      this.context?.close();
      this.rate = rate;
      this.node = null;
      this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
      this.loading = this.load(this.context);
    }
    this.context.resume();
    return this.loading;
  }

  async load(context) {
    await context.audioWorklet.addModule(WORKLET);
    if (context !== this.context) return;
    this.node = new AudioWorkletNode(context, "player", { numberOfInputs: 0, outputChannelCount: [1] });
    this.level = new AnalyserNode(context, { fftSize: 1024 });
    this.node.connect(this.level).connect(context.destination);
    this.node.port.onmessage = ({ data }) => {
      if (data.finished) this.dispatchEvent(new Event("finished"));
      else this.heard = data;
    };
    for (const message of this.pending.splice(0)) this.node.port.postMessage(message);
  }

  post(message) {
    if (this.node) this.node.port.postMessage(message);
    else this.pending.push(message);
  }

  /** Samples in [-1, 1] at the rate that was opened, float32. */
  push(samples) {
    this.post({ samples });
  }

  /** No more will come: `finished` follows when all was played. */
  end() {
    this.post({ end: true });
  }

  /** Silence now, and forget what was to be played. */
  stop() {
    this.pending = [];
    this.heard = { at: 0, time: 0, isMoving: false };
    if (this.node) this.post({ clear: true });
  }

  pause() {
    this.post({ playing: false });
  }
  resume() {
    this.context?.resume();
    this.post({ playing: true });
  }
  seek(seconds) {
    this.heard = { at: seconds * this.rate, time: this.context?.currentTime ?? 0, isMoving: this.heard.isMoving };
    this.post({ seek: seconds * this.rate });
  }

  /** Seconds between a sample's leaving the worklet and its being heard. */
  get latencyS() {
    return this.context ? this.context.outputLatency || this.context.baseLatency || 0 : 0;
  }

  /** Seconds of the sound that have been heard. */
  get position() {
    if (!this.context || !this.rate) return 0;
    const since = this.heard.isMoving ? Math.min(0.25, this.context.currentTime - this.heard.time) : 0;
    return Math.max(0, this.heard.at / this.rate + since - (this.heard.isMoving ? this.latencyS : 0));
  }
}

/** 16-bit little-endian samples as float32. */
export function samplesOfPcm(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(bytes.byteLength >> 1);
  for (let n = 0; n < samples.length; n += 1) samples[n] = view.getInt16(2 * n, true) / 32768;
  return samples;
}

/** Source: ITU-T G.711, expansion of mu-law. */
export function samplesOfUlaw(bytes) {
  return Float32Array.from(bytes, (byte) => {
    const value = ~byte & 0xff;
    const size = ((((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4)) - 0x84;
    return (value & 0x80 ? -size : size) / 32768;
  });
}

/** Source: ITU-T G.711, expansion of A-law. */
export function samplesOfAlaw(bytes) {
  return Float32Array.from(bytes, (byte) => {
    const value = byte ^ 0x55;
    const exponent = (value & 0x70) >> 4;
    const mantissa = ((value & 0x0f) << 4) + 8;
    const size = exponent ? (mantissa + 0x100) << (exponent - 1) : mantissa;
    return (value & 0x80 ? size : -size) / 32768;
  });
}

export function bytesOfBase64(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let n = 0; n < letters.length; n += 1) bytes[n] = letters.charCodeAt(n);
  return bytes;
}

export function base64OfBytes(bytes) {
  let letters = "";
  for (let begin = 0; begin < bytes.length; begin += 0x8000)
    letters += String.fromCharCode(...bytes.subarray(begin, begin + 0x8000));
  return btoa(letters);
}

/** 16-bit samples of float32 ones. */
export function pcmOfSamples(samples) {
  const pcm = new Int16Array(samples.length);
  for (let n = 0; n < samples.length; n += 1)
    pcm[n] = Math.max(-32768, Math.min(32767, Math.round(samples[n] * 32768)));
  return pcm;
}

/** A WAV file of mono samples. Source: Microsoft and IBM, Multimedia Programming Interface, RIFF WAVE. */
export function wavOf(samples, rate) {
  const pcm = pcmOfSamples(samples);
  const head = new DataView(new ArrayBuffer(44));
  const letters = (at, text) => [...text].forEach((letter, n) => head.setUint8(at + n, letter.charCodeAt(0)));
  letters(0, "RIFF");
  head.setUint32(4, 36 + 2 * pcm.length, true);
  letters(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, 2 * rate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  letters(36, "data");
  head.setUint32(40, 2 * pcm.length, true);
  return new Blob([head, pcm], { type: "audio/wav" });
}
