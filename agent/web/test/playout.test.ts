import assert from "node:assert/strict";
import { test } from "node:test";

import { Playout, type Stretch } from "../src/playout.ts";

const near = (a: number | null | undefined, b: number, within = 1e-6) =>
  assert.ok(a !== null && a !== undefined && Math.abs(a - b) <= within, `${a} is not near ${b}`);

/** A stretch of 0.1 s; stage time is 1000 + score. */
function stretch(scoreS: number, more: Partial<Stretch> = {}): Stretch {
  return { generation: 0, utterance: 1, scoreS, at: 1000 + scoreS, durationS: 0.1, last: false, ...more };
}
const IDEAL = -990; // stage time 1000 is play time 10

test("what comes early is heard at its moment", () => {
  const playout = new Playout();
  near(playout.place(stretch(0), IDEAL, 9.8), 10);
  near(playout.marginS, 0.2);
  near(playout.place(stretch(0.1), IDEAL, 9.8), 10.1);
  near(playout.scoreAt(10.15)?.scoreS, 0.15);
  near(playout.stageAt(10.15), 1000.15);
});

test("what begins late is heard whole, and its frames wait with it", () => {
  const playout = new Playout();
  near(playout.place(stretch(0), IDEAL, 10.3), 10.3);
  near(playout.place(stretch(0.1), IDEAL, 10.3), 10.4);
  near(playout.stageAt(10.4), 1000.1);
  assert.equal(playout.lateChunks, 0);
});

test("a gap in the network delays lips and sound together", () => {
  const playout = new Playout();
  playout.place(stretch(0), IDEAL, 9.8);
  near(playout.place(stretch(0.1), IDEAL, 10.25), 10.25);
  assert.equal(playout.lateChunks, 1);
  near(playout.scoreAt(10.3)?.scoreS, 0.15);
  near(playout.stageAt(10.3), 1000.15);
});

test("lips never leave the sound while the clocks drift, and meet the ideal afterwards", () => {
  const playout = new Playout();
  for (let n = 0; n < 100; n++) {
    const last = n === 99;
    playout.place(stretch(n / 10, { last }), IDEAL + 0.001 * n, 9.9 + n / 10);
  }
  for (let t = 10.05; t < 19.9; t += 0.1) {
    playout.follow(IDEAL + 0.1, t, 0.1);
    near((playout.stageAt(t) ?? 0) - 1000, playout.scoreAt(t)?.scoreS ?? -1, 1e-6);
  }
  for (let t = 20.1; t < 30; t += 0.1) playout.follow(IDEAL + 0.1, t, 0.1);
  near(playout.stageAt(30), 30 - IDEAL - 0.1);
});

test("a loudspeaker that stood still long parts no lips from what is being said", () => {
  const playout = new Playout();
  playout.place(stretch(0), IDEAL, 9.8);
  playout.place(stretch(0.1), IDEAL, 9.8);
  playout.follow(IDEAL - 1.5, 10.05, 0.1);
  near((playout.stageAt(10.1) ?? 0) - 1000, playout.scoreAt(10.1)?.scoreS ?? -1);
  playout.follow(IDEAL - 1.5, 12.3, 0.1); // the rest has not come for two seconds
  near(playout.stageAt(12.3), 12.3 - IDEAL + 1.5);
});

test("a new utterance is anchored anew", () => {
  const playout = new Playout();
  playout.place(stretch(0, { last: true }), IDEAL, 10.5);
  const next = stretch(0, { utterance: 2, at: 1005 });
  near(playout.place(next, IDEAL + 0.01, 14.5), 15.01);
});

test("time on the stage never runs back", () => {
  const playout = new Playout();
  playout.follow(IDEAL, 10, 0.01);
  let before = -Infinity;
  for (let n = 0; n < 300; n++) {
    const t = 10 + n / 60;
    if (n === 100) playout.place(stretch(1.5), IDEAL, t + 0.2);
    if (n === 150) playout.place(stretch(1.6), IDEAL, t + 0.3);
    playout.follow(IDEAL + (n % 3) * 0.01, t, 1 / 60);
    const stage = playout.stageAt(t) ?? 0;
    assert.ok(stage >= before);
    before = stage;
  }
});

test("reports: the first sample, about ten positions a second, the end", () => {
  const playout = new Playout();
  for (let n = 0; n < 10; n++) playout.place(stretch(n / 10, { last: n === 9 }), IDEAL, 9.9);
  const heard = [];
  for (let t = 9.9; t < 12; t += 1 / 60) heard.push(...playout.reports(t));
  assert.equal(heard.filter((report) => report.first).length, 1);
  near(heard[0]?.playS, 10);
  near(heard[0]?.scoreS, 0);
  const end = heard.at(-1);
  assert.ok(end?.last);
  near(end.scoreS, 1);
  near(end.playS, 11);
  assert.ok(heard.length >= 9 && heard.length <= 12, `${heard.length} reports`);
  assert.equal(playout.scoreAt(11.5), null);
});

test("two utterances that follow each other are both begun and both ended", () => {
  const playout = new Playout();
  playout.place(stretch(0, { last: true }), IDEAL, 9.9);
  playout.place(stretch(0, { utterance: 2, at: 1000.1, last: true }), IDEAL, 9.9);
  const heard = playout.reports(10.5);
  assert.deepEqual(
    heard.map((report) => [report.utterance, report.first, report.last]),
    [[1, true, false], [1, false, true], [2, true, false], [2, false, true]],
  );
});

test("a cut drops what is unplayed and says where it fell", () => {
  const playout = new Playout();
  for (let n = 0; n < 10; n++) playout.place(stretch(n / 10), IDEAL, 9.9);
  playout.reports(10.3);
  const heard = playout.cut(1, 10.35);
  near(heard?.scoreS, 0.35);
  assert.ok(heard?.last);
  assert.equal(playout.scoreAt(10.6), null);
  assert.deepEqual(playout.reports(10.6), []);
  assert.equal(playout.place(stretch(1), IDEAL, 10.4), null);
  near(playout.place(stretch(0, { generation: 1, utterance: 2, at: 1001 }), IDEAL, 10.5), 11);
  assert.equal(playout.cut(1, 10.6), null);
});

test("a page that lost its loudspeaker starts anew", () => {
  const playout = new Playout();
  playout.place(stretch(0), IDEAL, 9.9);
  playout.reset();
  assert.equal(playout.stageAt(10), null);
  near(playout.place(stretch(0.1), 0, 1000), 1000.1);
});

test("an agent started anew counts from the beginning and is heard", () => {
  const playout = new Playout();
  playout.place(stretch(0, { generation: 40 }), IDEAL, 9.8);
  playout.cut(41, 10.02);
  assert.equal(playout.place(stretch(0, { generation: 10 }), IDEAL, 9.8), null);
  playout.begin(9);
  near(playout.place(stretch(0, { generation: 10 }), IDEAL, 9.8), 10);
});

test("the same agent come back plays on", () => {
  const playout = new Playout();
  playout.place(stretch(0, { generation: 3 }), IDEAL, 9.8);
  playout.begin(3);
  near(playout.scoreAt(10.05)?.scoreS, 0.05);
});

test("what was placed elsewhere is shown and reported as if it had been placed here", () => {
  const [there, here] = [new Playout(), new Playout()];
  for (let n = 0; n < 10; n++) {
    const one = stretch(n / 10, { last: n === 9 });
    const late = n >= 5 ? 10.9 : 9.9;
    const startS = there.place(one, IDEAL, late);
    assert.ok(startS !== null && there.shift !== null);
    here.follows(one, startS, there.shift);
  }
  near(here.stageAt(11.2), there.stageAt(11.2)!);
  near(here.scoreAt(11.2)?.scoreS, there.scoreAt(11.2)!.scoreS);
  assert.deepEqual(here.reports(12).map((r) => [r.first, r.last]), [[true, false], [false, true]]);
  here.cut(1, 12);
  here.follows(stretch(2), 12, IDEAL);
  assert.equal(here.scoreAt(12.05), null);
});
