// Streams samples from one rate to another with a windowed sinc; output sample n lies exactly at
// input position n * from / to. Pure.

const HALF = 12;

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

export class Resampler {
  /** Input samples it holds back until more come. */
  static readonly HELD = HALF;

  private readonly up: number;
  private readonly down: number;
  private readonly taps: Float32Array[] = [];
  private held: Float32Array = new Float32Array(HALF);
  /** Input position of held[HALF] ... as samples from the start of the stream. */
  private heldFrom = -HALF;
  private made = 0;

  constructor(from: number, to: number) {
    const g = divisor(from, to);
    this.up = to / g;
    this.down = from / g;
    const cutoff = Math.min(1, to / from) * 0.97;
    for (let phase = 0; phase < this.up; phase++) {
      const row = new Float32Array(2 * HALF);
      let sum = 0;
      for (let k = 0; k < row.length; k++) {
        const x = k - HALF + 1 - phase / this.up;
        const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
        const window = Math.abs(x) >= HALF ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * x) / HALF);
        row[k] = sinc * window;
        sum += row[k] ?? 0;
      }
      for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) / sum;
      this.taps.push(row);
    }
  }

  /** Take samples; give those that can be made already. `end` makes the rest. */
  push(samples: Float32Array, end: boolean): Float32Array {
    const tail = end ? HALF : 0;
    const all = new Float32Array(this.held.length + samples.length + tail);
    all.set(this.held);
    all.set(samples, this.held.length);
    const reach = this.heldFrom + all.length - HALF - 1;
    const out: number[] = [];
    for (;;) {
      const position = Math.floor((this.made * this.down) / this.up);
      if (position > reach || (end && position >= this.heldFrom + all.length - tail)) break;
      const row = this.taps[(this.made * this.down) % this.up];
      const first = position - HALF + 1 - this.heldFrom;
      let value = 0;
      if (row !== undefined) {
        for (let k = 0; k < row.length; k++) value += (all[first + k] ?? 0) * (row[k] ?? 0);
      }
      out.push(value);
      this.made++;
    }
    const keep = Math.min(all.length, 2 * HALF + Math.ceil(this.down / this.up) + 1);
    this.held = all.slice(all.length - keep);
    this.heldFrom += all.length - keep;
    return Float32Array.from(out);
  }
}
