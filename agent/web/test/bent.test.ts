// Bones and shapes applied by the page: corners come to where a shader would have put them.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Bone, BufferAttribute, BufferGeometry, Float32BufferAttribute, Group, Mesh, MeshMatcapMaterial,
  MeshStandardMaterial, Skeleton, SkinnedMesh, Texture, Uint16BufferAttribute, Vector3,
} from "three";

import { Bent, plainOf } from "../src/bent.ts";

/** Four corners of which three are drawn, one bone at the floor and one above it, one shape. */
function figure(map: Texture | null = null): { root: Group; mesh: SkinnedMesh; upper: Bone } {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute([0, 0, 0, 9, 9, 9, 0.2, 1, 0, 0, 1, 0.3], 3));
  geometry.setAttribute("normal", new Float32BufferAttribute([0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0], 3));
  geometry.setAttribute("uv", new Float32BufferAttribute([0, 0, 1, 1, 0.25, 0.5, 0.75, 1], 2));
  geometry.setAttribute("skinIndex", new Uint16BufferAttribute([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0], 4));
  geometry.setAttribute("skinWeight", new Float32BufferAttribute([1, 0, 0, 0, 1, 0, 0, 0, 0.25, 0.75, 0, 0, 1, 0, 0, 0], 4));
  geometry.morphAttributes["position"] = [new Float32BufferAttribute([0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0.1, 0, 0], 3)];
  geometry.morphTargetsRelative = true;
  geometry.setIndex(new BufferAttribute(new Uint16Array([3, 0, 2]), 1));
  const mesh = new SkinnedMesh(geometry, cheap(0x808080, map));
  mesh.updateMorphTargets();
  const lower = new Bone();
  const upper = new Bone();
  upper.position.y = 1;
  lower.add(upper);
  const root = new Group();
  root.add(mesh, lower);
  root.position.set(0.3, 0, -1);
  root.rotation.y = Math.PI;
  root.updateMatrixWorld(true);
  mesh.bind(new Skeleton([lower, upper]));
  return { root, mesh, upper };
}

function cheap(color: number, map: Texture | null): MeshMatcapMaterial {
  const made = new MeshMatcapMaterial({ color, map });
  made.userData["fine"] = new MeshStandardMaterial();
  return made;
}

const drawn = (bent: Bent, k = 0): BufferGeometry => (bent.object.children[k] as Mesh).geometry;
const corner = (geometry: BufferGeometry, i: number, of = "position"): Vector3 =>
  new Vector3().fromBufferAttribute(geometry.attributes[of]!, geometry.index!.getX(i));

function near(a: Vector3, b: Vector3): void {
  assert.ok(a.distanceTo(b) < 1e-6, `${a.toArray()} is not ${b.toArray()}`);
}

test("corners come to where three's own arithmetic has them, shapes and bones together", () => {
  const { root, mesh, upper } = figure();
  const bent = new Bent(root, plainOf);
  for (const [angle, much] of [[0, 0], [0.7, 0.8], [-1.1, 0.3]] as const) {
    upper.rotation.z = angle;
    mesh.morphTargetInfluences![0] = much;
    bent.bend();
    [3, 0, 2].forEach((own, i) => {
      const wanted = mesh.getVertexPosition(own, new Vector3()).applyMatrix4(mesh.matrixWorld);
      near(corner(drawn(bent), i), wanted);
    });
  }
});

test("normals turn with their bones", () => {
  const { root, upper } = figure();
  const bent = new Bent(root, plainOf);
  near(corner(drawn(bent), 0, "normal"), new Vector3(0, 1, 0));
  upper.rotation.z = Math.PI / 2;
  bent.bend();
  // Up in the figure's frame becomes its left; the figure itself stands turned about.
  near(corner(drawn(bent), 0, "normal"), new Vector3(1, 0, 0));
});

test("only corners that are drawn are kept, with their own places in the picture", () => {
  const geometry = drawn(new Bent(figure().root, plainOf));
  assert.equal(geometry.attributes["position"]!.count, 3);
  const uv = geometry.attributes["uv"]!;
  assert.deepEqual([3, 0, 2].map((_, i) => [uv.getX(i), uv.getY(i)]), [[0.75, 1], [0, 0], [0.25, 0.5]]);
});

test("meshes with the same picture are drawn as one, each in its own colour", () => {
  const { root } = figure();
  const box = new BufferGeometry();
  box.setAttribute("position", new Float32BufferAttribute([0, 0, 0, 1, 0, 0, 0, 1, 0], 3));
  box.setAttribute("normal", new Float32BufferAttribute([0, 0, 1, 0, 0, 1, 0, 0, 1], 3));
  const beside = new Mesh(box, cheap(0xff0000, null));
  beside.position.x = 2;
  const pictured = new Mesh(box, cheap(0xffffff, new Texture()));
  root.add(beside, pictured);
  const bent = new Bent(root, plainOf);
  assert.equal(bent.object.children.length, 2);
  // Its corners leave the bounds they began in: it is never left out as lying outside the picture.
  assert.ok(bent.object.children.every((one) => !one.frustumCulled));
  const colour = drawn(bent).attributes["color"]!;
  assert.equal(colour.count, 6);
  assert.deepEqual([colour.getX(3), colour.getY(3)], [1, 0]);
  near(corner(drawn(bent), 3), new Vector3(-1.7, 0, -1));
});

test("what is hidden is not drawn, and comes back where it is by then", () => {
  const { root, mesh, upper } = figure();
  const bent = new Bent(root, plainOf);
  mesh.visible = false;
  bent.bend();
  assert.ok(drawn(bent).attributes["position"]!.array.every((value) => value === 0));
  upper.rotation.z = 1;
  mesh.visible = true;
  bent.bend();
  near(corner(drawn(bent), 0), mesh.getVertexPosition(3, new Vector3()).applyMatrix4(mesh.matrixWorld));
});

test("surfaces that are drawn otherwise stay as they are", () => {
  const { root, mesh } = figure();
  mesh.material = new MeshStandardMaterial();
  const bent = new Bent(root, plainOf);
  assert.equal(bent.object.children.length, 0);
  assert.ok(mesh.layers.isEnabled(0));
});

test("either the stand-ins are drawn or what they stand for", () => {
  const { root, mesh } = figure();
  const bent = new Bent(root, plainOf);
  assert.ok(bent.object.visible && !mesh.layers.isEnabled(0));
  bent.show(false);
  assert.ok(!bent.object.visible && mesh.layers.isEnabled(0));
});
