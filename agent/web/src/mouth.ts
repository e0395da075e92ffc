// The voice, from the socket to the audio thread: placed on the audio clock and resampled on the
// socket's own thread. The page, which may be drawing, is only told where each stretch was placed.

import { Playout, type Stretch } from "./playout.ts";
import { Resampler } from "./resample.ts";
import type { VoiceChunk } from "./wire.ts";

/** How the play axis lies on the page's clock, as the page reads it; seconds. */
export interface AxisNow {
  /** Play time minus page time of what is heard. */
  apart: number;
  /** The same of what is heard whatever is done now: an upper bound. */
  committed: number;
  /** Of the loudspeaker; null: there is none, and the play axis is the page's clock. */
  rateHz: number | null;
}

export interface Placed {
  stretch: Stretch;
  /** Play time of its first sample. */
  startS: number;
  /** Play time minus stage time from here on. */
  shift: number;
  marginS: number;
  lateChunks: number;
  /** Page time at which it came. */
  arrivedS: number;
  rateHz: number | null;
}

const SCHEDULE_AHEAD_S = 0.012;
const JOINS_S = 0.004;

interface Running {
  utterance: number;
  rateHz: number;
  at: Resampler;
}

export class Mouth {
  /** Add to the page's seconds to get the agent's. */
  offsetS: number | null = null;
  private port: MessagePort | null = null;
  private axis: AxisNow | null = null;
  private gain = 1;
  private readonly playout = new Playout();
  private running: Running | null = null;
  private nextFrame = 0;

  /** `nowS`: the page's clock, seconds. */
  constructor(private readonly nowS: () => number) {}

  /** Speak by this port of the audio thread. */
  speakBy(port: MessagePort): void {
    this.port = port;
    port.postMessage({ gain: this.gain });
  }

  keepTo(axis: AxisNow): void {
    if (axis.rateHz !== (this.axis?.rateHz ?? null)) {
      this.playout.reset();
      this.running = null;
    }
    this.axis = axis;
  }

  /** Where the stretch is heard; null: nobody knows yet when, or it was cut. */
  say(chunk: VoiceChunk): Placed | null {
    if (this.axis === null || this.offsetS === null) return null;
    const arrivedS = this.nowS();
    const { apart, committed, rateHz } = this.axis;
    const { generation, utterance, scoreS, at, last } = chunk;
    const durationS = chunk.samples.length / chunk.rateHz;
    this.playout.forget(arrivedS + apart);
    const stretch = { generation, utterance, scoreS, at, durationS, last };
    const ahead = rateHz === null ? 0 : SCHEDULE_AHEAD_S;
    const startS = this.playout.place(stretch, apart - this.offsetS, arrivedS + committed + ahead);
    if (startS === null) return null;
    if (rateHz !== null) this.play(chunk, startS, rateHz);
    const { shift, marginS, lateChunks } = this.playout;
    return { stretch, startS, shift: shift ?? 0, marginS, lateChunks, arrivedS, rateHz };
  }

  /** Stretches that are remembered: those of the last second, and what is to come. */
  get held(): number {
    return this.playout.held;
  }

  cut(generation: number): void {
    this.running = null;
    if (this.axis !== null) this.playout.cut(generation, this.nowS() + this.axis.committed);
    this.port?.postMessage({ cut: generation });
  }

  begin(generation: number): void {
    this.playout.begin(generation);
    this.port?.postMessage({ begin: generation });
  }

  volume(gain: number): void {
    this.gain = gain;
    this.port?.postMessage({ gain });
  }

  /** Have it played so that its first sample is heard at play time `startS`. */
  private play(chunk: VoiceChunk, startS: number, rateHz: number): void {
    const frame = Math.round(startS * rateHz);
    const old = this.running;
    // The resampler holds back a few samples.
    const joinsAt = this.nextFrame + (Resampler.HELD / chunk.rateHz) * rateHz;
    const joins = old !== null && old.utterance === chunk.utterance &&
      old.rateHz === chunk.rateHz && Math.abs(frame - joinsAt) < JOINS_S * rateHz;
    const at = joins ? old.at : new Resampler(chunk.rateHz, rateHz);
    if (!joins) this.nextFrame = frame;
    this.running = { utterance: chunk.utterance, rateHz: chunk.rateHz, at };
    const samples = at.push(chunk.samples, chunk.last);
    if (samples.length === 0) return;
    const order = { frame: this.nextFrame, generation: chunk.generation, samples };
    this.nextFrame += samples.length; // before it is given away: then it has none
    this.port?.postMessage(order, [samples.buffer]);
  }
}
