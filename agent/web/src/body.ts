// Bodies that can be shown: any VRM humanoid, and three primitives until one is loaded.

import { VRMLoaderPlugin, VRMUtils, type VRM, type VRMHumanBoneName } from "@pixiv/three-vrm";
import {
  BufferGeometry, CapsuleGeometry, Euler, Group, Mesh, MeshStandardMaterial, Object3D, Quaternion,
  SphereGeometry, Vector3,
} from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

import { eyesYaw, type Pose } from "./frames.ts";
import { ARKIT_NAMES, JOINT_NAMES } from "./wire.ts";

export interface BodyView {
  readonly object: Object3D;
  /** Middle between the eyes, metres above the floor. */
  readonly eyesY: number;
  apply(pose: Pose, elapsedS: number): void;
}

const face = (name: (typeof ARKIT_NAMES)[number]): number => ARKIT_NAMES.indexOf(name);
const JAW_OPEN = face("jawOpen");
const PUCKER = face("mouthPucker");
const SMILE = face("mouthSmileLeft");
const BLINK_LEFT = face("eyeBlinkLeft");
const BLINK_RIGHT = face("eyeBlinkRight");
const HEAD = JOINT_NAMES.indexOf("head");

/** A face of simple shapes: shown while the character loads, or when it cannot be. */
export class PlaceholderBody implements BodyView {
  readonly object = new Group();
  readonly eyesY = 1.52;
  private readonly head = new Group();
  private readonly eyes: Mesh[] = [];
  private readonly mouth: Mesh;

  constructor() {
    const skin = new MeshStandardMaterial({ color: 0xd9a98c, roughness: 0.6 });
    const cloth = new MeshStandardMaterial({ color: 0x2f4858, roughness: 0.9 });
    const dark = new MeshStandardMaterial({ color: 0x2b2320, roughness: 0.3 });
    const torso = new Mesh(new CapsuleGeometry(0.2, 0.32, 8, 24), cloth);
    torso.position.y = 1.08;
    torso.scale.z = 0.65;
    const skull = new Mesh(new SphereGeometry(0.125, 40, 32), skin);
    skull.scale.set(0.92, 1.18, 0.98);
    for (const side of [-1, 1]) {
      const eye = new Mesh(new SphereGeometry(0.014, 20, 16), dark);
      eye.position.set(0.042 * side, 0.025, 0.113);
      this.eyes.push(eye);
    }
    this.mouth = new Mesh(new SphereGeometry(0.03, 24, 16), dark);
    this.mouth.position.set(0, -0.062, 0.098);
    this.head.position.y = 1.5;
    this.head.add(skull, ...this.eyes, this.mouth);
    this.object.add(torso, this.head);
  }

  apply(pose: Pose): void {
    const f = pose.face;
    const wide = 1 + 0.4 * (f[SMILE] ?? 0) - 0.45 * (f[PUCKER] ?? 0);
    this.mouth.scale.set(wide, 0.12 + 0.9 * (f[JAW_OPEN] ?? 0), 0.5);
    const lids = [f[BLINK_RIGHT] ?? 0, f[BLINK_LEFT] ?? 0];
    this.eyes.forEach((eye, i) => {
      eye.scale.y = 1 - 0.9 * (lids[i] ?? 0);
      eye.position.x = 0.042 * (i === 0 ? -1 : 1) + 0.02 * Math.sin(pose.gazeYaw);
      eye.position.y = 0.025 + 0.02 * Math.sin(pose.gazePitch);
    });
    const q = pose.joints.subarray(4 * HEAD, 4 * HEAD + 4);
    this.head.quaternion.set(q[0] ?? 0, q[1] ?? 0, q[2] ?? 0, q[3] ?? 1);
  }
}

/** Hands whose wrists are all below this are behind the desk, metres. */
const BELOW_DESK_M = 0.86;

interface Morph {
  influences: number[];
  index: number;
}

/** A VRM character. A full ARKit face is used as it is; others get VRM's own few expressions. */
export class VrmBody implements BodyView {
  readonly object: Object3D;
  readonly eyesY: number;
  private readonly bones: (Object3D | null)[];
  private readonly eyes: Object3D[] = [];
  private readonly morphs: Morph[][];
  private readonly hands: { meshes: Object3D[]; wrists: Object3D[] };
  private readonly whole: boolean;
  private readonly euler = new Euler(0, 0, 0, "YXZ");
  private readonly turn = new Quaternion();
  private readonly point = new Vector3();

  constructor(private readonly vrm: VRM) {
    VRMUtils.rotateVRM0(vrm);
    this.object = vrm.scene;
    this.bones = JOINT_NAMES.map((name) =>
      vrm.humanoid.getNormalizedBoneNode(name as VRMHumanBoneName));
    for (const name of ["leftEye", "rightEye"] as const) {
      // One that is missing keeps its place, so that the other does not turn for it.
      this.eyes.push(vrm.humanoid.getNormalizedBoneNode(name) ?? new Object3D());
    }
    this.morphs = ARKIT_NAMES.map((name) => morphsNamed(vrm.scene, name));
    this.whole = this.morphs.filter((found) => found.length > 0).length > 40;
    this.hands = handsOf(vrm);
    vrm.scene.updateMatrixWorld(true);
    const at = new Vector3();
    const node = vrm.humanoid.getNormalizedBoneNode("leftEye")
      ?? vrm.humanoid.getNormalizedBoneNode("head");
    this.eyesY = node === null ? 1.5 : node.getWorldPosition(at).y;
  }

  apply(pose: Pose, elapsedS: number): void {
    this.bones.forEach((bone, i) => {
      const q = pose.joints;
      bone?.quaternion.set(q[4 * i] ?? 0, q[4 * i + 1] ?? 0, q[4 * i + 2] ?? 0, q[4 * i + 3] ?? 1);
    });
    const look = eyesYaw(pose.face);
    this.eyes.forEach((eye, i) => {
      this.euler.set(-pose.gazePitch, look[i] ?? 0, 0);
      eye.quaternion.copy(this.turn.setFromEuler(this.euler));
    });
    if (this.whole) this.applyWhole(pose);
    else this.applyFew(pose.face);
    this.vrm.humanoid.update();
    this.vrm.nodeConstraintManager?.update();
    this.vrm.springBoneManager?.update(Math.min(elapsedS, 0.05));
    if (!this.whole) this.vrm.expressionManager?.update();
    // A third of the triangles are fingers; below the desk nobody sees them.
    const seen = this.hands.wrists.some((wrist) => wrist.getWorldPosition(this.point).y > BELOW_DESK_M);
    for (const mesh of this.hands.meshes) mesh.visible = seen;
  }

  private applyWhole(pose: Pose): void {
    for (let i = 0; i < this.morphs.length; i++) {
      const value = pose.face[i] ?? 0;
      for (const morph of this.morphs[i] ?? []) morph.influences[morph.index] = value;
    }
    // Lids go with the eyes. The look shapes carry the lids; the eyeballs turn by bones.
    const down = Math.max(0, Math.min(0.5, -pose.gazePitch * 1.2));
    const up = Math.max(0, Math.min(0.5, pose.gazePitch * 1.2));
    this.set("eyeLookDownLeft", down);
    this.set("eyeLookDownRight", down);
    this.set("eyeLookUpLeft", up);
    this.set("eyeLookUpRight", up);
  }

  private set(name: (typeof ARKIT_NAMES)[number], value: number): void {
    for (const morph of this.morphs[face(name)] ?? []) morph.influences[morph.index] = value;
  }

  private applyFew(f: Float32Array): void {
    const of = (name: (typeof ARKIT_NAMES)[number]) => f[face(name)] ?? 0;
    const jaw = of("jawOpen");
    const round = Math.max(of("mouthPucker"), of("mouthFunnel"));
    const wide = (of("mouthSmileLeft") + of("mouthStretchLeft")) / 2;
    const closed = of("mouthClose");
    const set = (name: string, value: number) =>
      this.vrm.expressionManager?.setValue(name, Math.max(0, Math.min(1, value)));
    set("aa", jaw * (1 - round) - closed);
    set("oh", jaw * round);
    set("ou", round * (1 - jaw));
    set("ee", wide * 0.6 * (1 - jaw));
    set("blinkLeft", of("eyeBlinkLeft"));
    set("blinkRight", of("eyeBlinkRight"));
    set("happy", of("mouthSmileLeft") * 0.5);
    set("sad", of("mouthFrownLeft") * 0.7);
    set("surprised", of("browInnerUp") * 0.5);
  }
}

/** Meshes that are nothing but hands, and the bones that tell where they are. */
function handsOf(vrm: VRM): { meshes: Object3D[]; wrists: Object3D[] } {
  const meshes: Object3D[] = [];
  vrm.scene.traverse((node) => {
    if ((node as Mesh).isMesh && /^hands?(_|$)/i.test(node.name)) meshes.push(node);
  });
  const wrists = (["leftHand", "rightHand"] as const).map((name) =>
    vrm.humanoid.getRawBoneNode(name));
  return { meshes, wrists: wrists.filter((bone) => bone !== null) };
}

function morphsNamed(scene: Object3D, name: string): Morph[] {
  const found: Morph[] = [];
  scene.traverse((node) => {
    const mesh = node as Mesh<BufferGeometry>;
    const index = mesh.morphTargetDictionary?.[name];
    if (index !== undefined && mesh.morphTargetInfluences !== undefined) {
      found.push({ influences: mesh.morphTargetInfluences, index });
    }
  });
  return found;
}

/** Load a character. Throws when the file is missing or is no VRM. */
export async function loadVrm(url: string): Promise<VrmBody> {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const gltf = await loader.loadAsync(url);
  const vrm = gltf.userData["vrm"] as VRM | undefined;
  if (vrm === undefined) throw new Error(`${url} is no VRM character`);
  vrm.scene.traverse((node) => {
    node.frustumCulled = false; // skinned meshes move out of their resting bounds
    node.castShadow = true;
    node.receiveShadow = true;
  });
  return new VrmBody(vrm);
}

/** Load a plain model such as the desk; null when there is none. */
export async function loadModel(url: string): Promise<Object3D | null> {
  try {
    const gltf = await new GLTFLoader().loadAsync(url);
    gltf.scene.traverse((node) => {
      node.castShadow = true;
      node.receiveShadow = true;
    });
    return gltf.scene;
  } catch {
    return null;
  }
}
