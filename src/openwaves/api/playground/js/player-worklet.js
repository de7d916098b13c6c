// Plays what it is given, sample by sample, on the sound thread: stop is stop, and a gap is silence.

const TELL_EVERY = 4; // blocks of 128 samples

class PlayerProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.chunks = [];
    this.starts = []; // of each chunk, in samples from the beginning
    this.total = 0;
    this.at = 0; // the next sample to play
    this.chunk = 0;
    this.ended = false;
    this.playing = true;
    this.finished = false;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(message) {
    if (message.samples) {
      this.starts.push(this.total);
      this.chunks.push(message.samples);
      this.total += message.samples.length;
      this.finished = false;
    } else if (message.end) this.ended = true;
    else if (message.clear) {
      Object.assign(this, {
        chunks: [],
        starts: [],
        total: 0,
        at: 0,
        chunk: 0,
        ended: false,
        playing: true,
        finished: false,
      });
    } else if (message.seek !== undefined) {
      this.at = Math.max(0, Math.min(this.total, Math.round(message.seek)));
      this.chunk = 0;
      while (this.chunk + 1 < this.starts.length && this.starts[this.chunk + 1] <= this.at) this.chunk += 1;
      this.finished = false;
    } else if (message.playing !== undefined) this.playing = message.playing;
    this.tell();
  }

  tell() {
    this.port.postMessage({ at: this.at, time: currentTime, isMoving: this.playing && this.at < this.total });
  }

  process(_inputs, [[output]]) {
    let written = 0;
    while (this.playing && written < output.length && this.at < this.total) {
      const samples = this.chunks[this.chunk];
      const offset = this.at - this.starts[this.chunk];
      const n = Math.min(output.length - written, samples.length - offset);
      output.set(samples.subarray(offset, offset + n), written);
      written += n;
      this.at += n;
      if (offset + n >= samples.length && this.chunk + 1 < this.chunks.length) this.chunk += 1;
    }
    if (this.ended && !this.finished && this.at >= this.total) {
      this.finished = true;
      this.port.postMessage({ finished: true });
    }
    this.blocks = (this.blocks + 1) % TELL_EVERY;
    if (this.blocks === 0) this.tell();
    return true;
  }
}

registerProcessor("player", PlayerProcessor);
