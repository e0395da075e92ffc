// Bones and shapes applied here, not in a shader, and few meshes instead of many: where the
// processor draws, each bone a shader looks up costs it more than the arithmetic itself.

import {
  BufferAttribute, BufferGeometry, Color, DynamicDrawUsage, Group, Matrix3, Matrix4, Mesh,
  MeshMatcapMaterial, MeshStandardMaterial, type Object3D, type Skeleton, type SkinnedMesh,
  Vector3,
} from "three";

/** The layer of what is drawn by a stand-in: no camera looks at it. */
const ASIDE = 1;
/** A shape moves a corner by more than this, metres, or leaves it alone. */
const MOVES_M = 1e-6;
/** Of a shape this little is not seen. */
const SEEN = 0.004;

/** Positions and normals of corners: x, y, z, x, y, z ... */
interface Corners {
  points: Float32Array;
  normals: Float32Array;
}

/** What one shape does: which corners it moves, and how. */
interface Shape extends Corners {
  corners: Uint32Array;
}

/** One mesh as it takes part in a stand-in. */
interface Part {
  mesh: Mesh;
  /** Where its corners begin in the stand-in. */
  first: number;
  count: number;
  rest: Corners;
  shapes: Shape[];
  bones: { skeleton: Skeleton; index: Uint16Array; weight: Float32Array } | null;
  shown: boolean;
}

/** Stand-ins for all plain meshes below a root, one for each kind of surface. In the world's frame. */
export class Bent {
  readonly object = new Group();
  private readonly parts: { part: Part; made: Corners; to: BufferGeometry }[] = [];
  private readonly meshes: Mesh[] = [];
  private readonly skeletons = new Set<Skeleton>();

  /** `plain`: the cheap material of a mesh. Meshes drawn otherwise stay as they are. */
  constructor(private readonly root: Object3D, plain: (mesh: Mesh) => MeshMatcapMaterial | null) {
    root.updateWorldMatrix(true, true);
    const alike = new Map<string, { material: MeshMatcapMaterial; meshes: Mesh[] }>();
    root.traverse((node) => {
      const mesh = node as Mesh;
      const material = mesh.isMesh ? plain(mesh) : null;
      if (material === null) return;
      this.meshes.push(mesh);
      const { map, side, transparent, opacity, alphaTest, depthWrite } = material;
      const key = [map?.uuid, side, transparent, opacity, alphaTest, depthWrite].join();
      const kind = alike.get(key) ?? { material, meshes: [] };
      kind.meshes.push(mesh);
      alike.set(key, kind);
    });
    for (const { material, meshes } of alike.values()) this.join(material, meshes, plain);
    this.show(true);
    this.bend(true);
  }

  /** Draw the stand-ins, or what they stand for. */
  show(on: boolean): void {
    this.object.visible = on;
    for (const mesh of this.meshes) mesh.layers.set(on ? ASIDE : 0);
  }

  /** Put every corner where bones and shapes have it. `all`: also of what never moves. */
  bend(all = false): void {
    if (!this.object.visible) return;
    if (this.skeletons.size > 0) this.root.updateWorldMatrix(true, true);
    for (const skeleton of this.skeletons) skeleton.update();
    for (const { part, made, to } of this.parts) {
      const shown = seen(part.mesh, this.root);
      if (!all && shown === part.shown && (!shown || stiff(part))) continue;
      part.shown = shown;
      if (shown) place(part, made);
      else made.points.fill(0, 3 * part.first, 3 * (part.first + part.count));
      to.attributes["position"]!.needsUpdate = true;
      to.attributes["normal"]!.needsUpdate = true;
    }
  }

  private join(
    material: MeshMatcapMaterial, meshes: Mesh[], plain: (mesh: Mesh) => MeshMatcapMaterial | null,
  ): void {
    const used = meshes.map((mesh) => usedCorners(mesh.geometry));
    const total = used.reduce((sum, corners) => sum + corners.list.length, 0);
    const made = { points: new Float32Array(3 * total), normals: new Float32Array(3 * total) };
    const places = new Float32Array(2 * total);
    const colours = new Float32Array(3 * total);
    const index: number[] = [];
    const to = new BufferGeometry();
    let first = 0;
    meshes.forEach((mesh, k) => {
      const { list, index: own } = used[k]!;
      const { uv } = mesh.geometry.attributes;
      const colour = plain(mesh)?.color ?? new Color(1, 1, 1);
      list.forEach((corner, i) => {
        if (uv !== undefined) places.set([uv.getX(corner), uv.getY(corner)], 2 * (first + i));
        colours.set([colour.r, colour.g, colour.b], 3 * (first + i));
      });
      for (const corner of own) index.push(first + corner);
      const part = partOf(mesh, list, first);
      if (part.bones !== null) this.skeletons.add(part.bones.skeleton);
      this.parts.push({ part, made, to });
      first += list.length;
    });
    for (const [name, values] of [["position", made.points], ["normal", made.normals]] as const) {
      to.setAttribute(name, new BufferAttribute(values, 3).setUsage(DynamicDrawUsage));
    }
    to.setAttribute("uv", new BufferAttribute(places, 2));
    to.setAttribute("color", new BufferAttribute(colours, 3));
    to.setIndex(index);
    const { map, matcap, side, transparent, opacity, alphaTest, depthWrite } = material;
    const mesh = new Mesh(to, new MeshMatcapMaterial({
      map, matcap, side, transparent, opacity, alphaTest, depthWrite, vertexColors: true,
    }));
    mesh.frustumCulled = false; // its corners leave the bounds they began in
    this.object.add(mesh);
  }
}

/** The cheap material of a mesh that has one, by `shaded` of its own. */
export function plainOf(mesh: Mesh): MeshMatcapMaterial | null {
  const made = mesh.material as MeshMatcapMaterial;
  const fine = made.userData?.["fine"] as unknown;
  return fine instanceof MeshStandardMaterial && !made.vertexColors ? made : null;
}

function seen(mesh: Object3D, root: Object3D): boolean {
  for (let node: Object3D | null = mesh; node !== null; node = node.parent) {
    if (!node.visible) return false;
    if (node === root) return true;
  }
  return true;
}

const stiff = (part: Part): boolean => part.bones === null && part.shapes.length === 0;

/** The corners that are drawn, and the triangles in their numbers. */
function usedCorners(geometry: BufferGeometry): { list: number[]; index: number[] } {
  const numbers = new Map<number, number>();
  const list: number[] = [];
  const count = geometry.index?.count ?? geometry.attributes["position"]?.count ?? 0;
  const index = Array.from({ length: count }, (_, i) => {
    const corner = geometry.index?.getX(i) ?? i;
    let number = numbers.get(corner);
    if (number === undefined) {
      number = list.length;
      numbers.set(corner, number);
      list.push(corner);
    }
    return number;
  });
  return { list, index };
}

function partOf(mesh: Mesh, list: readonly number[], first: number): Part {
  const { geometry } = mesh;
  const skinned = (mesh as SkinnedMesh).isSkinnedMesh ? (mesh as SkinnedMesh) : null;
  // Bones move what was bound to them; anything else stands where it is in the world.
  const bind = skinned?.bindMatrix ?? mesh.matrixWorld;
  const rest = read(geometry, list, bind);
  const shapes = (mesh.morphTargetInfluences ?? []).map((_, k) => shapeOf(geometry, k, list, bind));
  const part: Part = { mesh, first, count: list.length, rest, shapes, bones: null, shown: true };
  const { skinIndex, skinWeight } = geometry.attributes;
  if (skinned === null || skinIndex === undefined || skinWeight === undefined) return part;
  const index = new Uint16Array(4 * list.length);
  const weight = new Float32Array(4 * list.length);
  list.forEach((corner, i) => {
    for (let j = 0; j < 4; j++) {
      index[4 * i + j] = skinIndex.getComponent(corner, j);
      weight[4 * i + j] = skinWeight.getComponent(corner, j);
    }
  });
  part.bones = { skeleton: skinned.skeleton, index, weight };
  return part;
}

function read(geometry: BufferGeometry, list: readonly number[], bind: Matrix4): Corners {
  const { position, normal } = geometry.attributes;
  const turn = new Matrix3().getNormalMatrix(bind);
  const made = { points: new Float32Array(3 * list.length), normals: new Float32Array(3 * list.length) };
  const at = new Vector3();
  list.forEach((corner, i) => {
    if (position !== undefined) at.fromBufferAttribute(position, corner).applyMatrix4(bind).toArray(made.points, 3 * i);
    if (normal !== undefined) at.fromBufferAttribute(normal, corner).applyMatrix3(turn).toArray(made.normals, 3 * i);
  });
  return made;
}

/** What a shape adds to where corners rest: shapes of a glTF are told so. */
function shapeOf(geometry: BufferGeometry, k: number, list: readonly number[], bind: Matrix4): Shape {
  const position = geometry.morphAttributes["position"]?.[k];
  const normal = geometry.morphAttributes["normal"]?.[k];
  const linear = new Matrix3().setFromMatrix4(bind);
  const turn = new Matrix3().getNormalMatrix(bind);
  const moved: number[] = [];
  const points: number[] = [];
  const normals: number[] = [];
  const at = new Vector3();
  list.forEach((corner, i) => {
    if (position === undefined) return;
    at.fromBufferAttribute(position, corner).applyMatrix3(linear);
    if (at.lengthSq() < MOVES_M * MOVES_M) return;
    moved.push(i);
    points.push(at.x, at.y, at.z);
    if (normal === undefined) normals.push(0, 0, 0);
    else normals.push(...at.fromBufferAttribute(normal, corner).applyMatrix3(turn).toArray());
  });
  return {
    corners: Uint32Array.from(moved), points: Float32Array.from(points), normals: Float32Array.from(normals),
  };
}

function place(part: Part, made: Corners): void {
  const { first, count, rest, shapes, mesh, bones } = part;
  const { points, normals } = made;
  points.set(rest.points, 3 * first);
  normals.set(rest.normals, 3 * first);
  shapes.forEach((shape, k) => {
    const much = mesh.morphTargetInfluences?.[k] ?? 0;
    if (Math.abs(much) < SEEN) return;
    const { corners, points: by, normals: turns } = shape;
    for (let i = 0; i < corners.length; i++) {
      const to = 3 * (first + corners[i]!);
      for (let j = 0; j < 3; j++) {
        points[to + j]! += much * by[3 * i + j]!;
        normals[to + j]! += much * turns[3 * i + j]!;
      }
    }
  });
  if (bones !== null) skin(bones, made, first, count);
}

/** Linear blend skinning, in place. */
function skin(bones: NonNullable<Part["bones"]>, made: Corners, first: number, count: number): void {
  const { points, normals } = made;
  const { index, weight } = bones;
  const matrices = bones.skeleton.boneMatrices as Float32Array;
  for (let i = 0; i < count; i++) {
    let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, k = 0, x = 0, y = 0, z = 0;
    for (let j = 4 * i; j < 4 * i + 4; j++) {
      const w = weight[j]!;
      if (w === 0) continue;
      const m = 16 * index[j]!;
      a += w * matrices[m]!;
      b += w * matrices[m + 1]!;
      c += w * matrices[m + 2]!;
      d += w * matrices[m + 4]!;
      e += w * matrices[m + 5]!;
      f += w * matrices[m + 6]!;
      g += w * matrices[m + 8]!;
      h += w * matrices[m + 9]!;
      k += w * matrices[m + 10]!;
      x += w * matrices[m + 12]!;
      y += w * matrices[m + 13]!;
      z += w * matrices[m + 14]!;
    }
    const at = 3 * (first + i);
    const px = points[at]!, py = points[at + 1]!, pz = points[at + 2]!;
    points[at] = a * px + d * py + g * pz + x;
    points[at + 1] = b * px + e * py + h * pz + y;
    points[at + 2] = c * px + f * py + k * pz + z;
    const nx = normals[at]!, ny = normals[at + 1]!, nz = normals[at + 2]!;
    normals[at] = a * nx + d * ny + g * nz;
    normals[at + 1] = b * nx + e * ny + h * nz;
    normals[at + 2] = c * nx + f * ny + k * nz;
  }
}
