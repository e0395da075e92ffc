import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, type Plan, wrap } from "../src/plan-view.ts";

const plan: Plan = {
  name: "hall", description: "", walls: [[0, 0, 5, 0], [5, 0, 5, 10]], obstacles: [],
  doors: [{ name: "street", x_m: 2.5, y_m: 10.4, street: true }], places: [],
  agent: { x_m: 4.3, y_m: 1, facing_deg: 105 },
  camera: { field_of_view_deg: 75, body_m: 8, face_m: 4 },
  kinds: [],
};

test("the whole room fits, in its proportions, with the far end above", () => {
  const to = fit(plan, 600, 400);
  for (const [x, y] of [[0, 0], [5, 10.4]] as const) {
    assert.ok(to.x(x) >= 0 && to.x(x) <= 600);
    assert.ok(to.y(y) >= 0 && to.y(y) <= 400);
  }
  assert.ok(to.y(10) < to.y(0));
  assert.ok(Math.abs(to.x(1) - to.x(0) - (to.y(0) - to.y(1))) < 1e-9);
});

test("lines break between words and none is lost", () => {
  const lines = wrap("I have an appointment with somebody whose name I forgot", 20);
  assert.ok(lines.every((line) => line.length <= 20));
  assert.equal(lines.join(" "), "I have an appointment with somebody whose name I forgot");
});
