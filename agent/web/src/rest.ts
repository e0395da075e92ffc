// Where the body goes without frames: standing easy, breathing, blinking now and then.

import { emptyPose, type Pose } from "./frames.ts";
import { ARKIT_NAMES, JOINT_NAMES } from "./wire.ts";

const BREATH_S = 4.2;
const BLINK_S = 0.22;
const rest = emptyPose();

function setJoint(pose: Pose, name: string, x: number, y: number, z: number): void {
  const i = 4 * JOINT_NAMES.indexOf(name);
  const [cx, sx] = [Math.cos(x / 2), Math.sin(x / 2)];
  const [cy, sy] = [Math.cos(y / 2), Math.sin(y / 2)];
  const [cz, sz] = [Math.cos(z / 2), Math.sin(z / 2)];
  pose.joints[i] = sx * cy * cz + cx * sy * sz;
  pose.joints[i + 1] = cx * sy * cz - sx * cy * sz;
  pose.joints[i + 2] = cx * cy * sz + sx * sy * cz;
  pose.joints[i + 3] = cx * cy * cz - sx * sy * sz;
}

/** The resting pose at `seconds`; `still` leaves out breath for those who want less motion. */
export function restPose(seconds: number, still: boolean): Pose {
  const breath = still ? 0 : Math.sin((2 * Math.PI * seconds) / BREATH_S);
  setJoint(rest, "chest", -0.012 * breath, 0, 0);
  setJoint(rest, "head", 0.008 * breath, 0, 0);
  setJoint(rest, "leftUpperArm", 0.1, 0, -1.25 - 0.01 * breath);
  setJoint(rest, "rightUpperArm", 0.1, 0, 1.25 + 0.01 * breath);
  setJoint(rest, "leftLowerArm", 0, -0.35, 0);
  setJoint(rest, "rightLowerArm", 0, 0.35, 0);
  for (const side of ["left", "right"] as const) {
    const sign = side === "left" ? -1 : 1;
    for (const name of ["Index", "Middle", "Ring", "Little"]) {
      for (const part of ["Proximal", "Intermediate", "Distal"]) {
        setJoint(rest, `${side}${name}${part}`, 0, 0, sign * 0.22);
      }
    }
  }
  const since = seconds % 3.9;
  const lid = since < BLINK_S ? Math.sin((Math.PI * since) / BLINK_S) : 0;
  rest.face[ARKIT_NAMES.indexOf("eyeBlinkLeft")] = lid;
  rest.face[ARKIT_NAMES.indexOf("eyeBlinkRight")] = lid;
  rest.face[ARKIT_NAMES.indexOf("mouthSmileLeft")] = 0.18;
  rest.face[ARKIT_NAMES.indexOf("mouthSmileRight")] = 0.18;
  return rest;
}
