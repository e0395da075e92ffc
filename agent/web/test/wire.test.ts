import assert from "node:assert/strict";
import { eyesYaw } from "../src/frames.ts";
import { test } from "node:test";

import { ARKIT_NAMES, FACE_COUNT, FRAME_BYTES, JOINT_COUNT, JOINT_NAMES, packPicture, packSound, unpackFrames, unpackVoice } from "../src/wire.ts";
import golden from "./golden.json";

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
const hex = (buffer: ArrayBuffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

test("the names are as many as a frame has values", () => {
  assert.equal(ARKIT_NAMES.length, FACE_COUNT);
  assert.equal(JOINT_NAMES.length, JOINT_COUNT);
  assert.equal(JOINT_NAMES[43], "rightLittleDistal");
  assert.equal(FRAME_BYTES, 480);
});

test("voice is read as the server packs it", () => {
  const voice = unpackVoice(bytes(golden.to_page.voice));
  assert.ok(voice?.kind === "voice");
  const { generation, utterance, rateHz, at, scoreS, last } = voice;
  assert.deepEqual(
    { generation, utterance, rateHz, at, scoreS, last },
    { generation: 3, utterance: 7, rateHz: 22050, at: 12.5, scoreS: 0.25, last: true },
  );
  [0, 0.5, -0.5, 1, -1].forEach((value, i) => {
    assert.ok(Math.abs((voice.samples[i] ?? 9) - value) < 1e-4);
  });
});

test("frames are read as the server packs them", () => {
  const chunk = unpackFrames(bytes(golden.to_page.frames));
  assert.ok(chunk?.kind === "frames");
  assert.equal(chunk.generation, 3);
  const [first, second] = chunk.frames;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(first.at, 12.5);
  assert.equal(first.utterance, 7);
  assert.equal(first.scoreS, 0.25);
  assert.equal(first.gazeYaw, 0.125);
  assert.equal(first.gazePitch, -0.25);
  assert.equal(first.face[ARKIT_NAMES.indexOf("jawOpen")], 65535);
  assert.equal(first.face[ARKIT_NAMES.indexOf("eyeBlinkLeft")], 16384);
  // Each eye has its own direction: they meet on what is near.
  const [left, right] = eyesYaw(Float32Array.from(first.face, (value) => value / 65535));
  assert.ok(Math.abs(left - 0.09375) < 1e-4);
  assert.ok(Math.abs(right - 0.15625) < 1e-4);
  const head = 4 * JOINT_NAMES.indexOf("head");
  assert.deepEqual([...first.joints.subarray(head, head + 4)], [0, 19660, 0, 26214]);
  assert.equal(second.utterance, null);
});

test("pictures and sound are packed as the server reads them", () => {
  const picture = packPicture(5, 9.5, Uint8Array.of(0xff, 0xd8, 0xff));
  assert.equal(hex(picture), golden.from_page.picture);
  const sound = packSound(6, 9.5, Float32Array.of(0, 0.50002, -0.50002, 1, -1));
  assert.equal(hex(sound), golden.from_page.sound);
});

test("what this page does not know is left alone", () => {
  const voice = bytes(golden.to_page.voice);
  const frames = bytes(golden.to_page.frames);
  const unknown = Uint8Array.of(99, ...new Uint8Array(frames).slice(1)).buffer;
  for (const unpack of [unpackVoice, unpackFrames]) {
    assert.equal(unpack(new ArrayBuffer(0)), null);
    assert.equal(unpack(unknown), null);
  }
  assert.equal(unpackFrames(frames.slice(0, 300)), null);
  assert.equal(unpackVoice(voice.slice(0, 20)), null);
  assert.equal(unpackVoice(frames), null);
  assert.equal(unpackFrames(voice), null);
});
