// What runs on the audio thread: the voice, the microphone, and a tap for tests.

declare const sampleRate: number;
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, kind: new () => AudioWorkletProcessor): void;

interface Stretch {
  frame: number;
  generation: number;
  samples: Float32Array;
}

/** A stretch to play, an order to drop what is older, the volume, or a port to take all from. */
type VoiceOrder =
  | Stretch | { cut: number } | { begin: number } | { gain: number } | { from: MessagePort };

/** Plays stretches of voice, each at its own frame of the audio clock. */
class Voice extends AudioWorkletProcessor {
  private stretches: Stretch[] = [];
  private fading: Stretch[] = [];
  private fadeFrom = 0;
  private readonly fadeFrames = Math.round(0.015 * sampleRate);
  private generation = 0;
  private gain = 1;
  private wished = 1;

  constructor() {
    super();
    const take = ({ data }: MessageEvent<VoiceOrder>) => {
      if ("cut" in data) this.cut(data.cut);
      else if ("begin" in data) this.begin(data.begin);
      else if ("gain" in data) this.wished = data.gain;
      else if ("from" in data) data.from.onmessage = take;
      else if (data.generation >= this.generation) this.stretches.push(data);
    };
    this.port.onmessage = take;
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out === undefined) return true;
    for (const stretch of this.stretches) mix(stretch, out, () => 1);
    if (this.fading.length > 0) {
      const gain = (i: number) => 1 - (currentFrame + i - this.fadeFrom) / this.fadeFrames;
      for (const stretch of this.fading) mix(stretch, out, (i) => Math.max(0, gain(i)));
      if (currentFrame + out.length >= this.fadeFrom + this.fadeFrames) this.fading = [];
    }
    this.turn(out);
    const end = currentFrame + out.length;
    if (this.stretches.some((s) => s.frame + s.samples.length <= end)) {
      this.stretches = this.stretches.filter((s) => s.frame + s.samples.length > end);
    }
    return true;
  }

  /** To the volume that is wished; a whole way takes as long as fading out, as it may be one. */
  private turn(out: Float32Array): void {
    if (this.gain === 1 && this.wished === 1) return;
    const most = 1 / this.fadeFrames;
    for (let i = 0; i < out.length; i++) {
      this.gain += Math.max(-most, Math.min(most, this.wished - this.gain));
      out[i] = (out[i] ?? 0) * this.gain;
    }
  }

  /** The agent was started anew and counts from the beginning: what the old one said is over. */
  private begin(generation: number): void {
    if (generation >= this.generation) return;
    this.cut(Infinity);
    this.generation = generation;
  }

  /** What is older fades out; an order that comes twice counts once. */
  private cut(generation: number): void {
    if (generation <= this.generation) return;
    this.generation = generation;
    const soon = currentFrame + this.fadeFrames;
    this.fading = this.stretches.filter((s) => s.generation < generation && s.frame < soon);
    this.fadeFrom = currentFrame;
    this.stretches = this.stretches.filter((s) => s.generation >= generation);
  }
}

function mix(stretch: Stretch, out: Float32Array, gain: (i: number) => number): void {
  const offset = currentFrame - stretch.frame;
  const from = Math.max(0, -offset);
  const to = Math.min(out.length, stretch.samples.length - offset);
  for (let i = from; i < to; i++) {
    out[i] = (out[i] ?? 0) + (stretch.samples[offset + i] ?? 0) * gain(i);
  }
}

/** Hands on 20 ms stretches of what comes in, with the frame of their first sample. */
class Listener extends AudioWorkletProcessor {
  private readonly size = Math.round(0.02 * sampleRate);
  private held = new Float32Array(this.size);
  private count = 0;
  private out = this.port;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<{ to: MessagePort }>) => (this.out = data.to);
  }

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    if (input === undefined) return true;
    for (let i = 0; i < input.length; i++) {
      this.held[this.count++] = input[i] ?? 0;
      if (this.count === this.size) {
        const frame = currentFrame + i + 1 - this.size;
        this.out.postMessage({ frame, samples: this.held }, [this.held.buffer]);
        this.held = new Float32Array(this.size);
        this.count = 0;
      }
    }
    return true;
  }
}

registerProcessor("voice", Voice);
registerProcessor("listener", Listener);

export {};
