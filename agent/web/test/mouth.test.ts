import assert from "node:assert/strict";
import { test } from "node:test";

import { Mouth } from "../src/mouth.ts";
import type { VoiceChunk } from "../src/wire.ts";

/** Takes away what is handed over, as the real one does. */
class FakePort {
  said: Record<string, unknown>[] = [];
  postMessage(message: Record<string, unknown>, transfer: Transferable[] = []): void {
    this.said.push(structuredClone(message, { transfer }));
  }
  get frames(): number[] {
    return this.said.filter((one) => "frame" in one).map((one) => one["frame"] as number);
  }
  get count(): number {
    return this.said.reduce((sum, one) => sum + ((one["samples"] as Float32Array)?.length ?? 0), 0);
  }
}

/** A tenth of a second of voice; the agent's clock is 1000 s ahead of the page's. */
function chunk(n: number, more: Partial<VoiceChunk> = {}): VoiceChunk {
  return {
    kind: "voice", generation: 1, utterance: 1, rateHz: 16_000, at: 1010 + n / 10, scoreS: n / 10,
    last: false, samples: new Float32Array(1600).fill(0.5), ...more,
  };
}

/** It is 9.8 s at the page; the audio clock reads 5 s less, and is 0.05 s ahead of what is heard. */
function mouth(nowS = () => 9.8) {
  const made = new Mouth(nowS);
  const port = new FakePort();
  made.speakBy(port as unknown as MessagePort);
  made.keepTo({ apart: -5, committed: -4.95, rateHz: 48_000 });
  made.offsetS = 1000;
  return { mouth: made, port };
}

test("voice is placed at its moment on the audio clock, and the page is told where", () => {
  const { mouth: speaking, port } = mouth();
  const placed = speaking.say(chunk(0));
  assert.ok(placed !== null && Math.abs(placed.startS - 5) < 1e-9);
  assert.ok(Math.abs(placed.shift - (5 - 1010)) < 1e-9);
  assert.ok(Math.abs(placed.marginS - (5 - (9.8 - 4.95 + 0.012))) < 1e-9);
  assert.equal(port.frames[0], 5 * 48_000);
});

test("stretches of one utterance join without a seam, each sample once", () => {
  const { mouth: speaking, port } = mouth();
  for (let n = 0; n < 5; n++) speaking.say(chunk(n, { last: n === 4 }));
  let at = 5 * 48_000;
  for (const one of port.said.filter((each) => "frame" in each)) {
    assert.equal(one["frame"], at);
    at += (one["samples"] as Float32Array).length;
  }
  assert.equal(port.count, 0.5 * 48_000);
});

test("what comes late is heard whole, as soon as it can be, and what follows it waits too", () => {
  const { mouth: speaking, port } = mouth(() => 10.5);
  const placed = speaking.say(chunk(0));
  const soonest = 10.5 - 4.95 + 0.012;
  assert.ok(placed !== null && Math.abs(placed.startS - soonest) < 1e-9);
  assert.equal(speaking.say(chunk(1))?.startS.toFixed(6), (soonest + 0.1).toFixed(6));
  assert.equal(port.frames[0], Math.round(soonest * 48_000));
});

test("nothing is said before the clocks are known, and nothing after it was cut", () => {
  const { mouth: speaking, port } = mouth();
  speaking.offsetS = null;
  assert.equal(speaking.say(chunk(0)), null);
  speaking.offsetS = 1000;
  speaking.cut(2);
  assert.deepEqual(port.said.at(-1), { cut: 2 });
  assert.equal(speaking.say(chunk(0)), null);
  assert.notEqual(speaking.say(chunk(1, { generation: 2, utterance: 2 })), null);
  assert.equal(port.frames.length, 1);
});

test("without a loudspeaker it is placed on the page's clock and nothing is played", () => {
  const { mouth: speaking, port } = mouth();
  speaking.say(chunk(0));
  speaking.keepTo({ apart: 0, committed: 0, rateHz: null });
  const placed = speaking.say(chunk(1));
  assert.ok(placed !== null && Math.abs(placed.startS - 10.1) < 1e-9);
  assert.equal(placed.rateHz, null);
  assert.equal(port.frames.length, 1);
});

test("the volume reaches an audio thread that comes later", () => {
  const speaking = new Mouth(() => 0);
  speaking.volume(0.3);
  const port = new FakePort();
  speaking.speakBy(port as unknown as MessagePort);
  assert.deepEqual(port.said, [{ gain: 0.3 }]);
});

test("what comes after a hole in the same utterance begins at its own moment", () => {
  const { mouth: speaking, port } = mouth();
  speaking.say(chunk(0));
  speaking.say(chunk(7));
  assert.equal(port.frames[1], Math.round(5.7 * 48_000));
});

test("an agent started anew counts from the beginning and is heard", () => {
  const { mouth: speaking, port } = mouth();
  speaking.cut(40);
  speaking.begin(0);
  assert.notEqual(speaking.say(chunk(0)), null);
  assert.deepEqual(port.said.at(-2), { begin: 0 });
});

test("a long day of talk is not remembered", () => {
  let nowS = 9.8;
  const { mouth: speaking } = mouth(() => nowS);
  for (let n = 0; n < 3000; n++) {
    nowS = 9.8 + n / 10;
    speaking.say(chunk(n, { utterance: 1 + Math.floor(n / 30), last: n % 30 === 29 }));
  }
  assert.ok(speaking.held < 20, `${speaking.held}`);
});
