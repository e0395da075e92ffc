// The words spoken over /ws, as `agent/pages/wire.py` (JSON), `actuation/embodiments/page.py` (voice and
// frames) and `perception/backends/browser.py` (pictures and sound) define them.

export const PROTOCOL = 1;
export const FACE_COUNT = 52;
export const JOINT_COUNT = 44;

export const ARKIT_NAMES = [
  "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
  "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
  "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward",
  "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
  "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
  "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
  "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft",
  "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
  "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
  "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
  "noseSneerRight", "tongueOut",
] as const;

const FINGERS = [
  ["Thumb", ["Metacarpal", "Proximal", "Distal"]],
  ["Index", ["Proximal", "Intermediate", "Distal"]],
  ["Middle", ["Proximal", "Intermediate", "Distal"]],
  ["Ring", ["Proximal", "Intermediate", "Distal"]],
  ["Little", ["Proximal", "Intermediate", "Distal"]],
] as const;
const finger = (side: string) =>
  FINGERS.flatMap(([name, parts]) => parts.map((part) => `${side}${name}${part}`));

/** VRM 1.0 humanoid bones in the order of a frame's joints. */
export const JOINT_NAMES: readonly string[] = [
  "hips", "spine", "chest", "upperChest", "neck", "head",
  "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand",
  "rightShoulder", "rightUpperArm", "rightLowerArm", "rightHand",
  ...finger("left"), ...finger("right"),
];

/** Why the server closed the socket. */
export const Close = {
  MALFORMED: 4000, TOKEN: 4001, BUSY: 4002, TAKEN_OVER: 4003, TOO_SLOW: 4004, TOO_MANY: 4005,
  RATE: 4006, SILENT: 4007, STOPPING: 4008,
} as const;

// Server to page, JSON.

export interface Welcome {
  kind: "welcome"; protocol: number; role: "kiosk" | "console"; name: string; language: string;
  generation: number; avatar: string; panel: boolean; asks: boolean; languages: string[];
  build: string;
}
export interface Ping { kind: "ping"; at: number; offset_s: number | null }
export interface Cut { kind: "cut"; generation: number }
export interface Volume { kind: "volume"; gain: number }
export interface Caption {
  kind: "caption"; who: "agent" | "visitor"; clauses: string[]; current: number | null;
  final: boolean;
  /** Of each clause; empty: the page's. */
  languages: string[];
}
export interface Card { kind: "card"; text: string; language: string }
export interface LanguageSaid { kind: "language"; language: string }
export type Doing = "idle" | "hearing" | "thinking" | "speaking";
export interface State { kind: "state"; doing: Doing }
export interface Worker {
  role: string; backend: string; fallback: boolean; detail: string; languages: string[];
}
export interface Workers { kind: "workers"; workers: Worker[] }
export interface PanelDoing { what: string; hand: string; sure: number | null; by: string[] }
export interface PanelPerson {
  person: string; x_m: number; y_m: number; facing_rad: number | null;
  gaze_off_rad: number | null; front_rad: number | null; look_rad: number | null;
  looks_here: boolean | null; state: string; cues: string[]; units: PanelDoing[];
  did: PanelDoing | null;
}
export interface PanelGroup {
  people: string[]; arrangement: string; x_m: number; y_m: number; queue: boolean;
}
export interface PanelAct {
  at: number; what: string; policy: string; because: string; norms: string[]; refused_by: string;
}
export interface PanelHealth { component: string; health: string; detail: string }
export interface Panel {
  kind: "panel"; at: number; people: PanelPerson[]; groups: PanelGroup[]; heard: string;
  level_db: number | null;
  speech: number | null; acts: PanelAct[]; latencies_ms: Record<string, number>;
  health: PanelHealth[]; page: Record<string, number>; transcript: string[];
}
export interface Notice { kind: "notice"; code: string; text: string }
export interface Pace { kind: "pace"; pictures_hz: number }
/** A form, as `agent/pages/form_wire.py` defines its words. */
export interface FormField {
  key: string; label: string; kind: string; required: boolean; page: number; help: string;
  text: string; options: string[]; longest: number;
}
export interface FormShow {
  kind: "form_show"; number: number; sheet: string; title: string; fields: FormField[];
}
export interface FormStep {
  kind: "form_step"; number: number; sheet: string; do: "read" | "tap" | "type" | "scroll";
  target: string; text: string;
}
export interface FormHide { kind: "form_hide"; done: boolean }
export type FromServer =
  | Welcome | Ping | Cut | Volume | Caption | Card | LanguageSaid | State | Workers | Panel | Notice | Pace
  | FormShow | FormStep | FormHide;

// Page to server, JSON.

export interface Hello {
  kind: "hello"; protocol: number; role: "kiosk" | "console"; page: string;
  token: string | null; take_over: boolean;
}
export interface Devices {
  kind: "devices"; camera: boolean; microphone: boolean; muted: boolean;
  sound: "on" | "blocked" | "none"; detail: string;
}
export interface PlayedReport {
  kind: "played"; generation: number; utterance: number; score_s: number; client_s: number;
  first: boolean; last: boolean; silent: boolean; lip_error_s: number | null;
}
export interface FormSeen {
  kind: "form_seen"; number: number; sheet: string; page: number; at: string; by_hand: boolean;
  sent_by_hand: boolean;
  fields: {
    key: string; label: string; kind: string; required: boolean; options: string[]; page: number;
    value: string; visible: boolean; wrong: boolean;
  }[];
}
export type ToServer =
  | Hello | Devices | PlayedReport | FormSeen
  | { kind: "pong"; at: number; client_s: number }
  | { kind: "line"; text: string }
  | { kind: "button"; button: string }
  | { kind: "figures"; frames_hz: number; late_chunks: number; margin_s: number;
      output_latency_s: number };

// Binary.

const PICTURE = 1;
const SOUND = 2;
const VOICE = 16;
const FRAMES = 17;
const BINARY_VERSION = 1;
const SENSE_HEADER = 16;
const VOICE_HEADER = 32;
const FRAMES_HEADER = 8;
const FRAME_HEADER = 24;
export const FRAME_BYTES = FRAME_HEADER + 2 * FACE_COUNT + 8 * JOINT_COUNT;

export interface VoiceChunk {
  kind: "voice"; generation: number; utterance: number; rateHz: number; at: number;
  scoreS: number; last: boolean; samples: Float32Array;
}

/** One instant of the body; the arrays are views into the message that brought it. */
export interface Frame {
  at: number; scoreS: number; utterance: number | null; gazeYaw: number; gazePitch: number;
  /** 52 values, 65535 is 1. */
  face: Uint16Array;
  /** 44 quaternions x y z w, 32767 is 1. */
  joints: Int16Array;
}
export interface FrameChunk { kind: "frames"; generation: number; frames: Frame[] }

/** Unpack a stretch of voice; null for what is none. */
export function unpackVoice(buffer: ArrayBuffer): VoiceChunk | null {
  const view = new DataView(buffer);
  if (view.byteLength < VOICE_HEADER || view.getUint8(0) !== VOICE) return null;
  const pcm = new Int16Array(buffer, VOICE_HEADER);
  return {
    kind: "voice",
    last: (view.getUint8(1) & 1) !== 0,
    generation: view.getUint32(4, true),
    utterance: view.getUint32(8, true),
    rateHz: view.getUint32(12, true),
    at: view.getFloat64(16, true),
    scoreS: view.getFloat64(24, true),
    samples: Float32Array.from(pcm, (sample) => sample / 32767),
  };
}

/** Unpack frames; null for what are none. */
export function unpackFrames(buffer: ArrayBuffer): FrameChunk | null {
  const view = new DataView(buffer);
  if (view.byteLength < FRAMES_HEADER || view.getUint8(0) !== FRAMES) return null;
  const count = view.getUint16(2, true);
  if (view.byteLength !== FRAMES_HEADER + count * FRAME_BYTES) return null;
  const frames: Frame[] = [];
  for (let i = 0; i < count; i++) {
    const start = FRAMES_HEADER + i * FRAME_BYTES;
    const utterance = view.getInt32(start + 12, true);
    const faceAt = start + FRAME_HEADER;
    frames.push({
      at: view.getFloat64(start, true),
      scoreS: view.getFloat32(start + 8, true),
      utterance: utterance < 0 ? null : utterance,
      gazeYaw: view.getFloat32(start + 16, true),
      gazePitch: view.getFloat32(start + 20, true),
      face: new Uint16Array(buffer, faceAt, FACE_COUNT),
      joints: new Int16Array(buffer, faceAt + 2 * FACE_COUNT, 4 * JOINT_COUNT),
    });
  }
  return { kind: "frames", generation: view.getUint32(4, true), frames };
}

function packSense(kind: number, sequence: number, clientS: number, payload: Uint8Array) {
  const message = new ArrayBuffer(SENSE_HEADER + payload.byteLength);
  const view = new DataView(message);
  view.setUint8(0, kind);
  view.setUint8(1, BINARY_VERSION);
  view.setUint32(4, sequence >>> 0, true);
  view.setFloat64(8, clientS, true);
  new Uint8Array(message, SENSE_HEADER).set(payload);
  return message;
}

/** A picture message: a JPEG captured at `clientS` on this page's clock. */
export function packPicture(sequence: number, clientS: number, jpeg: Uint8Array): ArrayBuffer {
  return packSense(PICTURE, sequence, clientS, jpeg);
}

/** A sound message: mono samples in [-1, 1] at 16 kHz, the first captured at `clientS`. */
export function packSound(sequence: number, clientS: number, samples: Float32Array): ArrayBuffer {
  const pcm = Int16Array.from(samples, (s) => Math.round(Math.max(-1, Math.min(1, s)) * 32767));
  return packSense(SOUND, sequence, clientS, new Uint8Array(pcm.buffer));
}
