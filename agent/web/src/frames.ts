// The frames sent ahead, looked up by stage time and interpolated. Pure.

import { ARKIT_NAMES, FACE_COUNT, JOINT_COUNT, type Frame, type FrameChunk } from "./wire.ts";

export interface Pose {
  face: Float32Array;
  joints: Float32Array;
  gazeYaw: number;
  gazePitch: number;
}

/** How far an eye is turned where its eyeLookIn or eyeLookOut is 1. */
const FULL_YAW_RAD = 0.6;
const [OUT_LEFT = 0, IN_LEFT = 0, IN_RIGHT = 0, OUT_RIGHT = 0] = (
  ["eyeLookOutLeft", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutRight"] as const
).map((name) => ARKIT_NAMES.indexOf(name));
export const KEPT = 240;
/** Without new frames the last is held this long, then the body relaxes. */
export const HOLD_S = 0.15;
export const RELAX_S = 0.7;
/** How long the step between what was shown before a cut and what comes after it is hidden. */
export const BRIDGE_S = 0.16;

export function emptyPose(): Pose {
  const joints = new Float32Array(4 * JOINT_COUNT);
  for (let i = 3; i < joints.length; i += 4) joints[i] = 1;
  return { face: new Float32Array(FACE_COUNT), joints, gazeYaw: 0, gazePitch: 0 };
}

/** Where each eye looks sideways, its own left positive, radians: `[left, right]`. */
export function eyesYaw(face: Float32Array): [number, number] {
  const of = (i: number) => face[i] ?? 0;
  return [
    FULL_YAW_RAD * (of(OUT_LEFT) - of(IN_LEFT)), FULL_YAW_RAD * (of(IN_RIGHT) - of(OUT_RIGHT)),
  ];
}

export function copyPose(from: Pose, to: Pose): void {
  to.face.set(from.face);
  to.joints.set(from.joints);
  to.gazeYaw = from.gazeYaw;
  to.gazePitch = from.gazePitch;
}

/** Move `pose` towards `other` by `share` (0..1). */
export function blendPose(pose: Pose, other: Pose, share: number): void {
  if (share <= 0) return;
  for (let i = 0; i < FACE_COUNT; i++) {
    const a = pose.face[i] ?? 0;
    pose.face[i] = a + ((other.face[i] ?? 0) - a) * share;
  }
  for (let i = 0; i < pose.joints.length; i += 4) mixQuaternion(pose.joints, other.joints, i, share);
  pose.gazeYaw += (other.gazeYaw - pose.gazeYaw) * share;
  pose.gazePitch += (other.gazePitch - pose.gazePitch) * share;
}

/** Normalised linear interpolation along the shorter arc, in place; fine for small steps. */
function mixQuaternion(a: Float32Array, b: Float32Array, i: number, share: number): void {
  let dot = 0;
  for (let k = 0; k < 4; k++) dot += (a[i + k] ?? 0) * (b[i + k] ?? 0);
  const sign = dot < 0 ? -1 : 1;
  let norm = 0;
  for (let k = 0; k < 4; k++) {
    const value = (a[i + k] ?? 0) * (1 - share) + sign * (b[i + k] ?? 0) * share;
    a[i + k] = value;
    norm += value * value;
  }
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let k = 0; k < 4; k++) a[i + k] = (a[i + k] ?? 0) * scale;
}

function readFrame(frame: Frame, pose: Pose): void {
  for (let i = 0; i < FACE_COUNT; i++) pose.face[i] = (frame.face[i] ?? 0) / 65535;
  for (let i = 0; i < pose.joints.length; i++) pose.joints[i] = (frame.joints[i] ?? 0) / 32767;
  pose.gazeYaw = frame.gazeYaw;
  pose.gazePitch = frame.gazePitch;
}

const ease = (x: number) => {
  const t = Math.max(0, Math.min(1, x));
  return t * t * t * (10 + t * (6 * t - 15));
};

export interface Shown {
  /** 0: exactly the frames; 1: wholly relaxed, because none came. */
  relaxed: number;
  utterance: number | null;
  scoreS: number;
  generation: number;
}

export class FrameTrack {
  private frames: Frame[] = [];
  private generations: number[] = [];
  private generation = 0;
  private bridgeFrom: Pose | null = null;
  private bridgeAt = 0;
  private readonly shown = emptyPose();
  private readonly next = emptyPose();
  private lastAt = -Infinity;

  /** Take frames; those of an older generation are not kept. */
  push(chunk: FrameChunk): void {
    if (chunk.generation < this.generation) return;
    this.raise(chunk.generation, this.lastAt);
    for (const frame of chunk.frames) {
      // A revised stretch replaces what was sent for the same time.
      while ((this.frames.at(-1)?.at ?? -Infinity) >= frame.at) {
        this.frames.pop();
        this.generations.pop();
      }
      this.frames.push(frame);
      this.generations.push(chunk.generation);
    }
    const over = this.frames.length - KEPT;
    if (over > 0) {
      this.frames.splice(0, over);
      this.generations.splice(0, over);
    }
  }

  /** The agent may have been started anew: then it counts from `generation` again. */
  begin(generation: number): void {
    if (generation >= this.generation) return;
    this.frames = [];
    this.generations = [];
    this.generation = generation;
    this.bridgeFrom = null;
  }

  /** Nothing below `generation` is shown from here on; what was shown last is left smoothly. */
  cut(generation: number, stage: number): void {
    this.raise(generation, stage);
  }

  /** Write the pose at `stage` into `pose`; `rest` is where a body without frames goes. */
  sample(stage: number, rest: Pose, pose: Pose): Shown {
    let at = this.frames.findLastIndex((frame) => frame.at <= stage);
    if (at < 0 && this.frames.length > 0 && (this.frames[0]?.at ?? 0) - stage < 0.1) at = 0;
    const frame = this.frames[at];
    const shown: Shown = {
      relaxed: 1, utterance: null, scoreS: 0, generation: this.generations[at] ?? this.generation,
    };
    if (frame === undefined) {
      copyPose(rest, pose);
    } else {
      readFrame(frame, pose);
      shown.utterance = frame.utterance;
      shown.scoreS = frame.scoreS;
      const following = this.frames[at + 1];
      if (following !== undefined && following.at - frame.at < 0.25 && stage > frame.at) {
        const share = (stage - frame.at) / (following.at - frame.at);
        readFrame(following, this.next);
        blendPose(pose, this.next, share);
        if (following.utterance === frame.utterance) {
          shown.scoreS += share * (following.scoreS - frame.scoreS);
        }
      } else if (frame.utterance !== null) {
        shown.scoreS += Math.max(0, stage - frame.at);
      }
      shown.relaxed = ease((stage - frame.at - HOLD_S) / RELAX_S);
      blendPose(pose, rest, shown.relaxed);
    }
    if (this.bridgeFrom !== null) {
      const left = 1 - ease((stage - this.bridgeAt) / BRIDGE_S);
      if (left <= 0 || stage < this.bridgeAt - 1) this.bridgeFrom = null;
      else blendPose(pose, this.bridgeFrom, left);
    }
    copyPose(pose, this.shown);
    this.lastAt = stage;
    return shown;
  }

  private raise(generation: number, stage: number): void {
    if (generation <= this.generation) return;
    this.generation = generation;
    const keep = this.generations.findIndex((g) => g >= generation);
    const from = keep < 0 ? this.frames.length : keep;
    if (from > 0 && Number.isFinite(stage)) {
      this.bridgeFrom = emptyPose();
      copyPose(this.shown, this.bridgeFrom);
      this.bridgeAt = stage;
    }
    this.frames.splice(0, from);
    this.generations.splice(0, from);
  }
}
