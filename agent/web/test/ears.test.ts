import assert from "node:assert/strict";
import { test } from "node:test";

import { Ears, type Stretch } from "../src/ears.ts";

function listening(rateHz: number) {
  let nowS = 0;
  const sent: DataView[] = [];
  const port = { onmessage: null, close: () => undefined } as unknown as MessagePort;
  const ears = new Ears(() => nowS, (packed) => sent.push(new DataView(packed)));
  ears.listen(port, rateHz);
  const hear = (stretch: Stretch, atS: number) => {
    nowS = atS;
    port.onmessage?.({ data: stretch } as MessageEvent);
  };
  return { ears, sent, hear };
}
const capturedS = (packed: DataView) => packed.getFloat64(8, true);

test("a stretch that arrives late is dated by the quickest ones, not by its arrival", () => {
  const { sent, hear } = listening(16_000);
  for (let n = 0; n < 10; n++) {
    const late = n === 7 ? 0.3 : 0.005;
    hear({ frame: 320 * n, samples: new Float32Array(320) }, 100 + 0.02 * (n + 1) + late);
  }
  sent.forEach((packed, n) => assert.ok(Math.abs(capturedS(packed) - (100.005 + 0.02 * n)) < 1e-9));
});

test("muted ears send nothing", () => {
  const { ears, sent, hear } = listening(16_000);
  ears.muted = true;
  hear({ frame: 0, samples: new Float32Array(320) }, 1);
  assert.equal(sent.length, 0);
});

test("another rate leaves as 16 kHz", () => {
  const { sent, hear } = listening(48_000);
  for (let n = 0; n < 50; n++) hear({ frame: 960 * n, samples: new Float32Array(960) }, 0.02 * n);
  const samples = sent.reduce((sum, packed) => sum + (packed.byteLength - 16) / 2, 0);
  assert.ok(Math.abs(samples - 16_000) < 40);
});
