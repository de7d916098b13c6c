// A conversation on the socket: events in, events out, and when each thing of a turn happened.

import { openSocket } from "./api.js";
import { base64OfBytes, bytesOfBase64, pcmOfSamples, samplesOfPcm } from "./player.js";

const PATH = "/waves/v1/s2s";

export class Conversation extends EventTarget {
  /** @param {object} asked `{instructions, voice, language, greets}`; voice is any of the catalogue or a cloned one. */
  constructor(asked) {
    super();
    this.asked = asked;
    this.outRate = 24000;
    this.clock = null; // performance.now() of the session's audio time 0
    this.sentSamples = 0;
    this.isReady = false;
    this.turn = null;
    this.dead = new Set(); // answers that were interrupted
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async open(query = {}) {
    this.socket = await openSocket(PATH, { model: "hydra-v1.1", ...query });
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.socket.onclose = ({ code }) => this.tell("ended", { code });
    const { instructions, voice, language, greets } = this.asked;
    this.send({
      type: "session.configure",
      session: {
        ...(instructions && { instructions }),
        ...(voice && { voice }),
        ...(language && { language }),
        generate_initial_response: Boolean(greets),
        trace: true,
        input_audio_format: "pcm16",
        input_audio_sample_rate: 16000,
        output_audio_format: "pcm16",
        output_audio_sample_rate: this.outRate,
      },
    });
  }

  send(event) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  /** Samples at 16 kHz, as they are heard. */
  hear(samples) {
    if (this.clock === null) this.clock = performance.now() - 20;
    this.sentSamples += samples.length;
    this.send({
      type: "input_audio_buffer.append",
      audio: base64OfBytes(new Uint8Array(pcmOfSamples(samples).buffer)),
    });
  }

  /** Interrupt the answer that is being said. */
  hush() {
    this.send({ type: "response.cancel" });
  }

  say(text) {
    this.send({
      type: "conversation.item.create",
      item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
    });
    this.send({ type: "response.create" });
  }

  close() {
    if (!this.socket) return;
    this.socket.onclose = null;
    this.socket.close(1000);
    this.socket = null;
  }

  take(event) {
    switch (event.type) {
      case "session.configured":
        this.outRate = event.session.output_audio_sample_rate;
        this.isReady = true;
        this.tell("ready", event.session);
        break;
      case "input_audio_buffer.speech_started":
        this.turn = { item: event.item_id, answer: null, times: {}, startMs: event.audio_start_ms };
        this.tell("speech", { item: event.item_id });
        break;
      case "input_audio_buffer.speech_stopped":
        if (this.turn) {
          // The end of speech lies in the past by then: the session's clock says when it was.
          const now = performance.now();
          const ended = (this.clock ?? now) + event.audio_end_ms;
          this.turn.ended = Math.min(now, ended);
          this.turn.times.decided = now - this.turn.ended;
          this.tell("stopped", this.turn);
        }
        break;
      case "conversation.item.added":
        this.tell("added", event.item);
        break;
      case "conversation.item.done":
        if (event.item.role === "user" && this.turn?.item === event.item.id) this.mark("final");
        this.tell("done", event.item);
        break;
      case "response.created":
        this.answer = event.response.id;
        this.hasSound = false;
        this.tell("answer", { id: event.response.id, turn: this.turn });
        break;
      case "response.output_audio.delta":
        if (this.dead.has(event.response_id)) return;
        if (!this.hasSound) {
          this.hasSound = true;
          this.mark("first_sound");
        }
        this.tell("sound", { id: event.response_id, samples: samplesOfPcm(bytesOfBase64(event.delta)) });
        break;
      case "response.output_audio_transcript.delta":
        this.tell("words", { id: event.response_id, text: event.delta });
        break;
      case "response.done":
        if (event.response.status === "cancelled") this.dead.add(event.response.id);
        this.tell("answered", event.response);
        break;
      case "error":
        this.tell("problem", event.error);
        break;
      case "response.trace":
        this.tell("trace", event.trace);
        break;
    }
  }

  mark(step) {
    if (!this.turn?.ended || step in this.turn.times) return;
    this.turn.times[step] = performance.now() - this.turn.ended;
    this.tell("timing", this.turn);
  }

  /** The first sound leaves the loudspeaker in so many ms. */
  heardIn(ms) {
    if (!this.turn?.ended || "heard" in this.turn.times) return;
    this.turn.times.heard = performance.now() + ms - this.turn.ended;
    this.tell("timing", this.turn);
  }
}
