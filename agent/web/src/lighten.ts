// Fewer triangles where the processor draws: there, corners cost more than pixels.

import { MeshoptSimplifier } from "meshoptimizer/simplifier";
import { Box3, BufferAttribute, type BufferGeometry, type Mesh, type Object3D } from "three";

/** Share of the triangles kept. Faces keep more: they are what people look at. */
const KEEP = 0.07;
const KEEP_FACE = 0.16;
/** How far a surface may move, metres: what lies on another must not show through. */
const OFF_M = 0.003;
const NORMALS_COUNT = [0.5, 0.5, 0.5];
/** As many shapes as this are kept true, those that move a face most: lips, jaw and lids. */
const SHAPES = 9;
/** What ends below this stands behind the desk, metres. */
const UNSEEN_BELOW_M = 0.82;

/** Give every mesh below `root` a light version of itself and show it. Morphs and skins stay. */
export async function lighten(root: Object3D): Promise<void> {
  await MeshoptSimplifier.ready;
  root.traverse((node) => {
    const mesh = node as Mesh;
    if (!mesh.isMesh || mesh.geometry.index === null) return;
    const unseen = new Box3().setFromObject(mesh).max.y < UNSEEN_BELOW_M;
    const keep = mesh.morphTargetInfluences === undefined ? KEEP : KEEP_FACE;
    const { geometry } = mesh;
    geometry.userData["full"] = geometry.index;
    geometry.userData["light"] = new BufferAttribute(
      unseen ? new Uint32Array() : simpler(geometry, keep), 1,
    );
  });
  choose(root, false);
}

/** Show everything below `root` in full, or light where a light version was made. */
export function choose(root: Object3D, full: boolean): void {
  root.traverse((node) => {
    const { geometry } = node as Mesh;
    const index = geometry?.userData[full ? "full" : "light"] as BufferAttribute | undefined;
    if (index !== undefined) geometry.setIndex(index);
  });
}

function simpler(geometry: BufferGeometry, keep: number): Uint32Array {
  const indices = Uint32Array.from(geometry.index?.array ?? []);
  const { position, normal } = geometry.attributes;
  if (position === undefined || normal === undefined) return indices;
  const wanted = 3 * Math.ceil((indices.length * keep) / 3);
  const points = floats(position);
  const moves = widest(geometry.morphAttributes["position"] ?? []);
  const counts = [...NORMALS_COUNT, ...moves.flatMap(() => [1, 1, 1])];
  // As deep as the points themselves: in shares of the mesh's extent.
  const size = MeshoptSimplifier.getScale(points, 3) || 1;
  const wide = counts.length;
  const columns = new Float32Array(wide * position.count);
  const turned = floats(normal);
  for (let i = 0; i < position.count; i++) {
    for (let j = 0; j < 3; j++) {
      columns[wide * i + j] = turned[3 * i + j]!;
      moves.forEach((by, k) => columns[wide * i + 3 * (k + 1) + j] = by[3 * i + j]! / size);
    }
  }
  const [made] = MeshoptSimplifier.simplifyWithAttributes(
    indices, points, 3, columns, wide, counts, null, wanted, OFF_M,
    ["ErrorAbsolute"],
  );
  return made;
}

/** Of these shapes the few that move a corner farthest. */
function widest(shapes: readonly BufferGeometry["attributes"][string][]): Float32Array[] {
  const reach = (by: Float32Array) => by.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const all = shapes.map((shape) => floats(shape));
  return all.sort((a, b) => reach(b) - reach(a)).slice(0, SHAPES);
}

function floats(of: BufferGeometry["attributes"][string]): Float32Array {
  const out = new Float32Array(3 * of.count);
  for (let i = 0; i < of.count; i++) out.set([of.getX(i), of.getY(i), of.getZ(i)], 3 * i);
  return out;
}
