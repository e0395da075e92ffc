// Fewer triangles where the processor draws: there, corners cost more than pixels.

import { MeshoptSimplifier } from "meshoptimizer/simplifier";
import { Box3, BufferAttribute, type BufferGeometry, type Mesh, type Object3D } from "three";

/** Share of the triangles kept. Faces keep more: they are what people look at. */
const KEEP = 0.2;
const KEEP_FACE = 0.4;
/** How far a surface may move, as a share of its own extent. */
const OFF = 0.02;
const NORMALS_COUNT = [0.5, 0.5, 0.5];
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
  const [made] = MeshoptSimplifier.simplifyWithAttributes(
    indices, floats(position), 3, floats(normal), 3, NORMALS_COUNT, null, wanted, OFF,
  );
  return made;
}

function floats(of: BufferGeometry["attributes"][string]): Float32Array {
  const out = new Float32Array(3 * of.count);
  for (let i = 0; i < of.count; i++) out.set([of.getX(i), of.getY(i), of.getZ(i)], 3 * i);
  return out;
}
