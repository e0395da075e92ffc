// Labels of people on the panel's plan: none lies on another while there is room.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Label, labelled } from "../src/people-plan.ts";

const at = (person: string, x: number, y: number, half = 30): Label => ({ person, x, y, half });
const apart = (a: Label, b: Label) => Math.abs(a.x - b.x) >= a.half + b.half || Math.abs(a.y - b.y) >= 24;

test("labels of people who stand close do not lie on each other", () => {
  const placed = labelled([at("a", 100, 100), at("b", 110, 108), at("c", 96, 92, 60)], 20, 300);
  for (const one of placed) for (const other of placed) assert.ok(one === other || apart(one, other));
  assert.deepEqual(placed.map((one) => one.person).sort(), ["a", "b", "c"]);
});

test("a label stands above its person where nothing is in the way", () => {
  assert.equal(labelled([at("a", 100, 100)], 20, 300)[0]?.y, 80);
});

test("nobody's label leaves the plan, however many there are", () => {
  const crowd = Array.from({ length: 12 }, (_, i) => at(`p${i}`, 100, 10 + i));
  const placed = labelled(crowd, 20, 200);
  assert.equal(placed.length, 12);
  assert.ok(placed.every((one) => one.y >= 24 && one.y <= 196));
});
