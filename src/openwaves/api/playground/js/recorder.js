// Sound in: the microphone, at a rate that the server takes.

const WORKLET = new URL("recorder-worklet.js", import.meta.url).href;
const RATES = [8000, 16000, 22050, 24000, 44100, 48000];

/** Why there is no microphone here, before anybody asked for it; empty if there may be one. */
export function whyNoMicrophone() {
  if (!window.isSecureContext) {
    return `Browsers give a page the microphone only over https, or on this machine itself. This page came over plain http from ${location.hostname}: serve it behind https, or open it as http://localhost:${location.port || 80} through a tunnel. A dropped file works as it is.`;
  }
  if (!navigator.mediaDevices?.getUserMedia) return "This browser has no microphone for pages. A dropped file works.";
  return "";
}

const REASONS = {
  NotAllowedError:
    "The microphone was not allowed. Allow it for this page in the browser's address bar, then try again.",
  NotFoundError: "There is no microphone on this machine. A dropped file works.",
  NotReadableError: "Another program keeps the microphone for itself.",
};

export class Recorder {
  /** @param {(samples: Float32Array) => void} onsamples pieces of 20 ms, mono, in [-1, 1] */
  constructor(onsamples) {
    this.onsamples = onsamples;
    this.rate = 0;
  }

  /**
   * Open the microphone; call it in the handler of a tap. `use` says what the browser may do to the sound: nothing where a
   * voice is learnt from it, its level where it is written down, all where a loudspeaker answers.
   * The nodes are kept in this object: a browser may drop those that nobody holds.
   */
  async open({ rate = 16000, use = "write" } = {}) {
    const why = whyNoMicrophone();
    if (why) throw new Error(why);
    try {
      this.context = new AudioContext({ sampleRate: rate });
    } catch {
      this.context = new AudioContext();
    }
    this.context.resume();
    const ready = this.context.audioWorklet.addModule(WORKLET);
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          channelCount: 1,
          echoCancellation: use === "talk",
          noiseSuppression: use === "talk",
          autoGainControl: use !== "learn",
        },
      });
      await ready;
      try {
        this.source = this.context.createMediaStreamSource(this.stream);
      } catch {
        // a browser that does not resample the microphone
        this.context.close();
        this.context = new AudioContext();
        await this.context.audioWorklet.addModule(WORKLET);
        this.source = this.context.createMediaStreamSource(this.stream);
      }
    } catch (error) {
      this.close();
      throw new Error(REASONS[error.name] ?? `The microphone could not be opened: ${error.message}`);
    }
    this.rate = this.context.sampleRate;
    if (!RATES.includes(this.rate)) {
      this.close();
      throw new Error(`The microphone runs at ${this.rate} Hz, which the server does not take.`);
    }
    this.node = new AudioWorkletNode(this.context, "recorder", { numberOfOutputs: 1 });
    this.node.port.onmessage = ({ data }) => this.onsamples(data);
    this.silence = new GainNode(this.context, { gain: 0 });
    this.source.connect(this.node).connect(this.silence).connect(this.context.destination);
    return this;
  }

  close() {
    if (this.node) this.node.port.onmessage = null;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.source?.disconnect();
    if (this.context && this.context.state !== "closed") this.context.close();
    this.stream = this.source = this.node = this.context = null;
  }
}

/** The samples of a sound file, mono; raises if the browser cannot read it. */
export async function decode(file, rate = 16000) {
  const context = new OfflineAudioContext(1, 1, rate);
  const buffer = await context.decodeAudioData(await file.arrayBuffer());
  if (buffer.numberOfChannels === 1) return buffer.getChannelData(0);
  const mixed = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let n = 0; n < mixed.length; n += 1) mixed[n] += samples[n] / buffer.numberOfChannels;
  }
  return mixed;
}
