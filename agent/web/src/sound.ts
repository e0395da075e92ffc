// The loudspeaker: one audio clock, one worklet that plays the voice at frames of that clock.

import { Resampler } from "./resample.ts";

export interface Axis {
  /** First play time that can still be scheduled. */
  earliest(): number;
  /** Up to here it will be heard whatever is done now. */
  committed(): number;
  /** Play time that is heard at `perfS` of performance.now()/1000. */
  heard(perfS: number): number;
  /** When play time `playS` is heard. */
  perf(playS: number): number;
}

/** Time without a loudspeaker: the page's own clock. */
export const silentAxis: Axis = {
  earliest: () => performance.now() / 1000,
  committed: () => performance.now() / 1000,
  heard: (perfS) => perfS,
  perf: (playS) => playS,
};

const WORKLET = "/static/sound-worklet.js";
const SCHEDULE_AHEAD_S = 0.012;
const SETTLED = 7;
/** Differences larger than this are followed at once, smaller ones slowly. */
const STEP_S = 0.005;
const EASE = 0.1;

/**
 * How the audio clock lies on performance.now(): a median, because single readings jump. A short
 * one, because a loudspeaker that is starved stands still, and lips must wait with it.
 */
class ClockPair {
  private readings: number[] = [];
  private stampMs = -1;
  private believed: number | null = null;

  read(context: AudioContext): void {
    const stamp = context.getOutputTimestamp?.();
    const usable = stamp?.contextTime && stamp.performanceTime;
    if (usable && stamp.performanceTime === this.stampMs) return; // nothing new
    this.stampMs = stamp?.performanceTime ?? -1;
    const apart = usable
      ? (stamp.contextTime ?? 0) - (stamp.performanceTime ?? 0) / 1000
      : context.currentTime - (context.outputLatency || context.baseLatency || 0) -
        performance.now() / 1000;
    this.readings.push(apart);
    if (this.readings.length > SETTLED) this.readings.shift();
    const median = [...this.readings].sort((a, b) => a - b)[this.readings.length >> 1] ?? apart;
    const off = this.believed === null ? Infinity : median - this.believed;
    this.believed = Math.abs(off) > STEP_S || this.believed === null
      ? median
      : this.believed + EASE * off;
  }

  /** Play time minus page time. */
  get apart(): number {
    return this.believed ?? 0;
  }

  forget(): void {
    this.readings = [];
    this.believed = null;
  }
}

export class Speaker implements Axis {
  readonly context: AudioContext;
  private voice: AudioWorkletNode | null = null;
  private readonly gain: GainNode;
  private readonly clocks = new ClockPair();
  private resampler: { utterance: number; rateHz: number; at: Resampler } | null = null;
  private nextFrame = 0;

  constructor(private readonly changed: () => void) {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.gain = new GainNode(this.context);
    this.gain.connect(this.context.destination);
    this.context.onstatechange = () => {
      this.clocks.forget();
      this.changed();
    };
  }

  /** Load the worklet. Throws where the browser has none (an insecure address). */
  async open(): Promise<void> {
    await this.context.audioWorklet.addModule(WORKLET);
    this.voice = new AudioWorkletNode(this.context, "voice", {
      numberOfInputs: 0, outputChannelCount: [1],
    });
    this.voice.connect(this.gain);
    this.changed();
  }

  /** One more way to the audio thread, for orders to be silent that must not wait for the page. */
  shortcut(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.voice?.port.postMessage({ from: port1 }, [port1]);
    return port2;
  }

  /** Ask to be heard; works only after a tap where the browser wants one. */
  async wake(): Promise<void> {
    if (this.context.state !== "running") await this.context.resume();
  }

  get running(): boolean {
    return this.voice !== null && this.context.state === "running";
  }

  get output(): AudioNode {
    return this.gain;
  }

  get latencyS(): number {
    return this.context.outputLatency || this.context.baseLatency || 0;
  }

  /** Read the clocks. Call often: by a timer, because pictures may be few. */
  tick(): void {
    if (this.running) this.clocks.read(this.context);
  }

  earliest(): number {
    return this.context.currentTime + SCHEDULE_AHEAD_S;
  }

  committed(): number {
    return this.context.currentTime;
  }

  heard(perfS: number): number {
    return perfS + this.clocks.apart;
  }

  perf(playS: number): number {
    return playS - this.clocks.apart;
  }

  /** Play samples so that the first is heard at play time `playS`. */
  play(
    stretch: { generation: number; utterance: number; rateHz: number; last: boolean },
    samples: Float32Array,
    playS: number,
  ): void {
    const rate = this.context.sampleRate;
    const frame = Math.round(playS * rate);
    const old = this.resampler;
    const joins = old !== null && old.utterance === stretch.utterance &&
      old.rateHz === stretch.rateHz && Math.abs(frame - this.delayed(stretch.rateHz)) < 0.004 * rate;
    const at = joins ? old.at : new Resampler(stretch.rateHz, rate);
    if (!joins) this.nextFrame = frame;
    this.resampler = stretch.last ? null : { ...stretch, at };
    const out = at.push(samples, stretch.last);
    if (out.length === 0) return;
    this.voice?.port.postMessage(
      { frame: this.nextFrame, generation: stretch.generation, samples: out }, [out.buffer],
    );
    this.nextFrame += out.length;
  }

  cut(generation: number): void {
    this.resampler = null;
    this.voice?.port.postMessage({ cut: generation });
  }

  /** Set the voice's gain over about 30 ms. */
  volume(gain: number): void {
    this.gain.gain.setTargetAtTime(gain, this.context.currentTime, 0.01);
  }

  /** Where the next stretch would join: the resampler holds back a few samples. */
  private delayed(rateHz: number): number {
    return this.nextFrame + (Resampler.HELD / rateHz) * this.context.sampleRate;
  }
}
