// Sound of the microphone, from the audio thread to packed messages with their moment of capture.

import { Resampler } from "./resample.ts";
import { packSound } from "./wire.ts";

export const SOUND_RATE_HZ = 16_000;
const LATELY = 250;

/** A stretch from the audio thread, with the frame of its first sample. */
export interface Stretch {
  frame: number;
  samples: Float32Array;
}

export class Ears {
  muted = false;
  private sequence = 0;
  private port: MessagePort | null = null;

  /** `nowS`: the page's clock, seconds. `send` takes each packed message. */
  constructor(
    private readonly nowS: () => number,
    private readonly send: (packed: ArrayBuffer) => void,
  ) {}

  /** Take stretches of `rateHz` from `port`; an earlier microphone is let go. */
  listen(port: MessagePort, rateHz: number): void {
    this.port?.close();
    this.port = port;
    const resampler = rateHz === SOUND_RATE_HZ ? null : new Resampler(rateHz, SOUND_RATE_HZ);
    const behind = new QuickestArrival();
    port.onmessage = ({ data }: MessageEvent<Stretch>) => {
      const endS = (data.frame + data.samples.length) / rateHz;
      const apart = behind.take(this.nowS() - endS);
      const samples = resampler === null ? data.samples : resampler.push(data.samples, false);
      if (this.muted || samples.length === 0) return;
      this.send(packSound(this.sequence++, data.frame / rateHz + apart, samples));
    };
  }
}

/** The least delay lately between an audio clock and the arrival of its sound here. */
class QuickestArrival {
  private readonly lately: number[] = [];

  take(apart: number): number {
    this.lately.push(apart);
    if (this.lately.length > LATELY) this.lately.shift();
    return Math.min(...this.lately);
  }
}
