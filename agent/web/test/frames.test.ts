import assert from "node:assert/strict";
import { test } from "node:test";

import { BRIDGE_S, emptyPose, FrameTrack, HOLD_S, RELAX_S } from "../src/frames.ts";
import { FACE_COUNT, type Frame, JOINT_COUNT } from "../src/wire.ts";

const JAW = 17;
const rest = emptyPose();

function frame(at: number, jaw: number, angle = 0, scoreS: number | null = null): Frame {
  const face = new Uint16Array(FACE_COUNT);
  face[JAW] = Math.round(jaw * 65535);
  const joints = new Int16Array(4 * JOINT_COUNT);
  for (let i = 0; i < JOINT_COUNT; i++) {
    joints[4 * i + 1] = Math.round(32767 * Math.sin(angle / 2));
    joints[4 * i + 3] = Math.round(32767 * Math.cos(angle / 2));
  }
  return {
    at, face, joints, gazeYaw: angle, gazePitch: 0, scoreS: scoreS ?? 0,
    utterance: scoreS === null ? null : 1,
  };
}
const run = (from: number, to: number, jaw: (at: number) => number, generation = 0) => {
  const frames: Frame[] = [];
  for (let n = Math.round(from * 60); n < to * 60; n++) frames.push(frame(n / 60, jaw(n / 60)));
  return { kind: "frames" as const, generation, frames };
};
const jawAt = (track: FrameTrack, at: number) => {
  const pose = emptyPose();
  track.sample(at, rest, pose);
  return pose.face[JAW] ?? 0;
};
const near = (a: number, b: number, within: number) =>
  assert.ok(Math.abs(a - b) <= within, `${a} is not near ${b}`);

test("between two frames the pose lies between", () => {
  const track = new FrameTrack();
  track.push({ kind: "frames", generation: 0, frames: [frame(1, 0, 0, 0), frame(1.1, 1, 1, 0.1)] });
  const pose = emptyPose();
  const shown = track.sample(1.05, rest, pose);
  near(pose.face[JAW] ?? 0, 0.5, 1e-3);
  near(shown.scoreS, 0.05, 1e-6);
  near(2 * Math.asin(pose.joints[1] ?? 0), 0.5, 1e-3);
  near(pose.gazeYaw, 0.5, 1e-6);
});

test("joints turn the short way", () => {
  const track = new FrameTrack();
  const a = frame(1, 0, 0.2);
  const b = frame(1.1, 0, 0.4);
  for (let i = 0; i < b.joints.length; i++) b.joints[i] = -(b.joints[i] ?? 0);
  track.push({ kind: "frames", generation: 0, frames: [a, b] });
  const pose = emptyPose();
  track.sample(1.05, rest, pose);
  near(2 * Math.asin(Math.abs(pose.joints[1] ?? 0)), 0.3, 1e-3);
});

test("without new frames the face relaxes smoothly", () => {
  const track = new FrameTrack();
  track.push(run(0, 1, () => 0.8));
  near(jawAt(track, 0.9), 0.8, 1e-3);
  near(jawAt(track, 1 + HOLD_S * 0.5), 0.8, 1e-3);
  let before = 0.8;
  for (let t = 1; t < 1 + HOLD_S + RELAX_S + 0.1; t += 1 / 60) {
    const jaw = jawAt(track, t);
    assert.ok(jaw <= before + 1e-6 && before - jaw < 0.06, `${before} -> ${jaw}`);
    before = jaw;
  }
  near(before, 0, 1e-3);
});

test("nothing from before a cut is shown after it", () => {
  const track = new FrameTrack();
  track.push(run(0, 2, () => 1));
  near(jawAt(track, 1), 1, 1e-3);
  track.cut(1, 1);
  track.push(run(1, 3, () => 1)); // late frames of the old generation
  track.push(run(1, 3, () => 0, 1));
  const shown = track.sample(1 + BRIDGE_S + 0.01, rest, emptyPose());
  assert.equal(shown.generation, 1);
  assert.equal(jawAt(track, 1 + BRIDGE_S + 0.02), 0);
});

test("the step a cut leaves is bridged, not jumped", () => {
  const track = new FrameTrack();
  track.push(run(0, 2, () => 1));
  let before = jawAt(track, 1);
  track.push(run(1, 3, () => 0, 1));
  for (let t = 1; t < 1.4; t += 1 / 60) {
    const jaw = jawAt(track, t);
    assert.ok(Math.abs(jaw - before) < 0.25, `${before} -> ${jaw}`);
    before = jaw;
  }
  assert.equal(before, 0);
});

test("a revised stretch replaces what was sent for the same time", () => {
  const track = new FrameTrack();
  track.push(run(0, 2, () => 1));
  track.push(run(1, 2, () => 0.2));
  near(jawAt(track, 0.9), 1, 1e-3);
  near(jawAt(track, 1.5), 0.2, 1e-3);
});

test("without any frame the body rests", () => {
  assert.equal(jawAt(new FrameTrack(), 5), 0);
});

test("an agent started anew counts from the beginning and is seen", () => {
  const track = new FrameTrack();
  track.push(run(0, 1, () => 0.2, 40));
  track.push(run(0, 1, () => 0.9, 10));
  near(jawAt(track, 0.5), 0.2, 0.01);
  track.begin(9);
  track.push(run(0, 1, () => 0.9, 10));
  near(jawAt(track, 0.5), 0.9, 0.01);
});
