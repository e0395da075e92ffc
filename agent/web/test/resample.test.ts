import assert from "node:assert/strict";
import { test } from "node:test";

import { Resampler } from "../src/resample.ts";

function tone(hz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, n) =>
    Math.sin((2 * Math.PI * hz * n) / rate));
}

function stream(input: Float32Array, from: number, to: number, piece: number): Float32Array {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  for (let i = 0; i < input.length; i += piece) {
    const end = i + piece >= input.length;
    out.push(...resampler.push(input.slice(i, i + piece), end));
  }
  return Float32Array.from(out);
}

for (const [from, to] of [[22050, 48000], [16000, 44100], [24000, 48000], [48000, 16000], [16000, 16000]] as const) {
  test(`${from} to ${to}: a tone stays that tone, at its time, in pieces of any size`, () => {
    const input = tone(440, from, 0.5);
    const wanted = tone(440, to, 0.5);
    const whole = stream(input, from, to, input.length);
    const pieces = stream(input, from, to, 441);
    assert.ok(Math.abs(whole.length - wanted.length) <= 1, `${whole.length} of ${wanted.length}`);
    assert.deepEqual(whole, pieces);
    let worst = 0;
    for (let n = 200; n < wanted.length - 200; n++) {
      worst = Math.max(worst, Math.abs((whole[n] ?? 0) - (wanted[n] ?? 0)));
    }
    assert.ok(worst < 0.01, `off by ${worst}`);
  });
}

test("a rate below keeps out what it cannot carry", () => {
  const out = stream(tone(12_000, 48_000, 0.3), 48_000, 16_000, 960);
  const loudest = Math.max(...out.slice(200, -200).map(Math.abs));
  assert.ok(loudest < 0.15, `${loudest}`);
});
