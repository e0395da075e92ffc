// The loudspeaker: one audio clock, one worklet that plays the voice at frames of that clock. What
// it plays comes from the socket's thread (`mouth.ts`).

import type { AxisNow } from "./mouth.ts";

export interface Axis {
  /** Up to here it will be heard whatever is done now. */
  committed(): number;
  /** Play time that is heard at `perfS` of performance.now()/1000. */
  heard(perfS: number): number;
  /** When play time `playS` is heard. */
  perf(playS: number): number;
  now(): AxisNow;
}

/** Time without a loudspeaker: the page's own clock. */
export const silentAxis: Axis = {
  committed: () => performance.now() / 1000,
  heard: (perfS) => perfS,
  perf: (playS) => playS,
  now: () => ({ apart: 0, committed: 0, rateHz: null }),
};

const WORKLET = "/static/sound-worklet.js";
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
  private committed: number[] = [];

  read(context: AudioContext): void {
    this.committed.push(context.currentTime - performance.now() / 1000);
    if (this.committed.length > SETTLED) this.committed.shift();
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

  /** Play time of what can no longer be changed, minus page time, at most. */
  get surely(): number {
    return this.committed.length > 0 ? Math.max(...this.committed) : this.apart;
  }

  forget(): void {
    this.readings = [];
    this.committed = [];
    this.believed = null;
  }
}

export class Speaker implements Axis {
  readonly context: AudioContext;
  private voice: AudioWorkletNode | null = null;
  private readonly clocks = new ClockPair();

  constructor(private readonly changed: () => void) {
    this.context = new AudioContext({ latencyHint: "interactive" });
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
    this.voice.connect(this.context.destination);
    this.changed();
  }

  /** The way to the audio thread: the page's own work must not keep the voice waiting. */
  port(): MessagePort {
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

  /** What is heard; null before `open`. */
  get output(): AudioNode | null {
    return this.voice;
  }

  get latencyS(): number {
    return this.context.outputLatency || this.context.baseLatency || 0;
  }

  /** Read the clocks. Call often: by a timer, because pictures may be few. */
  tick(): void {
    if (this.running) this.clocks.read(this.context);
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

  /** How the audio clock lies on the page's. */
  now(): AxisNow {
    const { apart, surely } = this.clocks;
    return { apart, committed: surely, rateHz: this.context.sampleRate };
  }
}
