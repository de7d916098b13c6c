// Hands over what the microphone hears, in pieces of 20 ms.

class RecorderProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(Math.round(sampleRate / 50));
    this.n = 0;
  }

  process([[input]]) {
    if (!input) return true;
    let at = 0;
    while (at < input.length) {
      const n = Math.min(input.length - at, this.piece.length - this.n);
      this.piece.set(input.subarray(at, at + n), this.n);
      this.n += n;
      at += n;
      if (this.n === this.piece.length) {
        this.port.postMessage(this.piece, [this.piece.buffer]);
        this.piece = new Float32Array(Math.round(sampleRate / 50));
        this.n = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", RecorderProcessor);
