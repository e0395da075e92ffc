import assert from "node:assert/strict";
import { test } from "node:test";

// The audio thread's world, as far as the processors need it.
interface Processor {
  port: FakePort;
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}
class FakePort {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  said: unknown[] = [];
  postMessage(message: unknown): void {
    this.said.push(message);
  }
  tell(data: unknown): void {
    this.onmessage?.({ data });
  }
}
const made = new Map<string, new () => Processor>();
const world = globalThis as unknown as Record<string, unknown>;
world["sampleRate"] = 16_000;
world["currentFrame"] = 0;
world["AudioWorkletProcessor"] = class {
  readonly port = new FakePort();
};
world["registerProcessor"] = (name: string, kind: new () => Processor) => made.set(name, kind);
await import("../src/sound-worklet.ts");

const BLOCK = 128;
const ones = (length: number) => new Float32Array(length).fill(1);

/** What comes out from frame `from` on, for `blocks` blocks. */
function played(voice: Processor, from: number, blocks: number): number[] {
  const all: number[] = [];
  for (let n = 0; n < blocks; n++) {
    world["currentFrame"] = from + n * BLOCK;
    const out = new Float32Array(BLOCK);
    voice.process([], [[out]]);
    all.push(...out);
  }
  world["currentFrame"] = from + blocks * BLOCK;
  return all;
}
const voice = () => {
  world["currentFrame"] = 0;
  return new (made.get("voice")!)();
};

test("a stretch is played at its very frame", () => {
  const speaker = voice();
  speaker.port.tell({ frame: 200, generation: 0, samples: ones(100) });
  const out = played(speaker, 0, 4);
  assert.equal(out.indexOf(1), 200);
  assert.equal(out.lastIndexOf(1), 299);
});

test("a cut fades out within 15 ms, whichever port it comes by, and a second one changes nothing", () => {
  const speaker = voice();
  const shortcut = new FakePort();
  speaker.port.tell({ from: shortcut });
  speaker.port.tell({ frame: 0, generation: 3, samples: ones(4000) });
  played(speaker, 0, 2);
  shortcut.tell({ cut: 4 });
  const first = played(speaker, 256, 1);
  speaker.port.tell({ cut: 4 });
  const out = [...first, ...played(speaker, 384, 3)];
  assert.ok(out[60]! > 0.5 && out[60]! < 1);
  assert.ok(out[180]! > 0 && out[180]! < out[60]!);
  assert.ok(out.slice(241).every((x) => x === 0));
});

test("the volume goes over in 30 ms without a step, and comes back", () => {
  const speaker = voice();
  speaker.port.tell({ frame: 0, generation: 0, samples: ones(8000) });
  const full = played(speaker, 0, 1);
  speaker.port.tell({ gain: 0.2 });
  const down = [full.at(-1)!, ...played(speaker, 128, 8)];
  const steps = down.slice(1).map((x, i) => Math.abs(x - down[i]!));
  assert.ok(Math.max(...steps) < 0.01);
  assert.ok(Math.abs(down[260]! - 0.2) < 1e-6);
  speaker.port.tell({ gain: 1 });
  assert.equal(played(speaker, 1152, 10).at(-1), 1);
  speaker.port.tell({ gain: 0 });
  assert.ok(played(speaker, 2432, 2).at(-1)! < 1e-6);
});

test("what the page still hands on from before a cut is not played", () => {
  const speaker = voice();
  speaker.port.tell({ cut: 4 });
  speaker.port.tell({ frame: 0, generation: 3, samples: ones(1000) });
  assert.ok(played(speaker, 0, 4).every((x) => x === 0));
  speaker.port.tell({ frame: 512, generation: 4, samples: ones(100) });
  assert.equal(played(speaker, 512, 1).indexOf(1), 0);
});

test("an agent started anew is heard, and what the old one said is over", () => {
  const speaker = voice();
  speaker.port.tell({ cut: 40 });
  speaker.port.tell({ frame: 0, generation: 40, samples: ones(9000) });
  speaker.port.tell({ begin: 0 });
  speaker.port.tell({ frame: 1024, generation: 10, samples: ones(50) });
  const out = played(speaker, 0, 9);
  assert.equal(out.slice(241, 1024).every((x) => x === 0), true);
  assert.equal(out[1030], 1);
});

test("a listener hands stretches of 20 ms with the frame of their first sample to its port", () => {
  const listener = new (made.get("listener")!)();
  const to = new FakePort();
  listener.port.tell({ to });
  for (let n = 0; n < 6; n++) {
    world["currentFrame"] = 1000 + n * BLOCK;
    listener.process([[ones(BLOCK)]], []);
  }
  const said = to.said as { frame: number; samples: Float32Array }[];
  assert.deepEqual(said.map((s) => [s.frame, s.samples.length]), [[1000, 320], [1320, 320]]);
});
