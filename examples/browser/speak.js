// Speaks text while it arrives, over the WebSocket, with nothing but what browsers have.

/**
 * Opens one utterance.
 * @param {string} url Of the server, as in https://voice.example
 * @param {string} token A key or, in a page, an access token: POST /waves/v1/auth/token makes one
 * @param {{voice?: string, rate?: number, onSound: (samples: Float32Array) => void, onWord?: (word: object) => void}} options
 * @returns {Promise<{say: (text: string) => void, end: () => void, stop: () => void, done: Promise<void>}>}
 */
export async function speaker(url, token, { voice = "sophia", rate = 24000, onSound, onWord = () => {} }) {
  const address = `${url.replace(/^http/, "ws")}/waves/v1/tts/live?token=${encodeURIComponent(token)}`;
  const socket = new WebSocket(address);
  await new Promise((opened, failed) => {
    socket.onopen = opened;
    socket.onerror = () => failed(new Error("the server refused the connection"));
  });
  const send = (fields) =>
    socket.send(JSON.stringify({ voice_id: voice, sample_rate: rate, word_timestamps: true, ...fields }));
  const done = new Promise((ended, failed) => {
    socket.onclose = () => ended();
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.status === "chunk") onSound(samplesOf(frame.data.audio));
      if (frame.status === "word_timestamp") onWord(frame.data);
      if (frame.status === "error") failed(new Error(frame.message));
      if (frame.status === "complete") socket.close();
    };
  });
  return {
    say: (text) => send({ text, continue: true }),
    end: () => send({ text: "", continue: false }),
    stop: () => socket.close(),
    done,
  };
}

/** 16-bit samples in base64 to numbers between -1 and 1. */
function samplesOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32768);
}

/** Plays pieces of sound one after the other. Make it inside of a click: browsers want that. */
export class Player {
  constructor(rate = 24000) {
    this.context = new AudioContext({ sampleRate: rate });
    this.rate = rate;
    this.end = 0;
    this.playing = new Set();
  }

  add(samples) {
    const buffer = this.context.createBuffer(1, samples.length, this.rate);
    buffer.copyToChannel(samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    this.end = Math.max(this.end, this.context.currentTime + 0.05);
    source.start(this.end);
    this.end += buffer.duration;
    this.playing.add(source);
    source.onended = () => this.playing.delete(source);
  }

  stop() {
    for (const source of this.playing) source.stop();
    this.end = 0;
  }
}
