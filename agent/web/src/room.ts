// What is around the body: a desk to stand behind, a lobby out of focus, and cheap shading.

import {
  CanvasTexture, Group, LinearFilter, type Material, Mesh, MeshBasicMaterial, MeshMatcapMaterial,
  MeshStandardMaterial, type Object3D, PlaneGeometry, SRGBColorSpace,
} from "three";
import { RoundedBoxGeometry } from "three/examples/jsm/geometries/RoundedBoxGeometry.js";

/** A desk of two boxes, until the modelled one is there. */
export function plainDesk(): Group {
  const desk = new Group();
  const top = new Mesh(
    new RoundedBoxGeometry(2.4, 0.045, 0.62, 4, 0.018),
    new MeshStandardMaterial({ color: 0x8a5f3c, roughness: 0.5 }),
  );
  top.position.set(0, 0.98, 0.5);
  const front = new Mesh(
    new RoundedBoxGeometry(2.3, 0.9, 0.05, 4, 0.02),
    new MeshStandardMaterial({ color: 0xf0ebe3, roughness: 0.7 }),
  );
  front.position.set(0, 0.5, 0.72);
  for (const part of [top, front]) {
    part.castShadow = true;
    part.receiveShadow = true;
    desk.add(part);
  }
  return desk;
}

/** A calm lobby out of focus: warm wall, soft daylight from one side, a hint of depth. */
export function backdrop(): Mesh {
  const canvas = document.createElement("canvas");
  canvas.width = 1024;
  canvas.height = 640;
  const paint = canvas.getContext("2d");
  if (paint !== null) paintLobby(paint, canvas.width, canvas.height);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  const wall = new Mesh(
    new PlaneGeometry(5.6, 3.5), new MeshBasicMaterial({ map: texture, toneMapped: false }),
  );
  wall.position.set(0, 1.32, -2.6);
  return wall;
}

function paintLobby(paint: CanvasRenderingContext2D, width: number, height: number): void {
  const wall = paint.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, "#e9eef0");
  wall.addColorStop(0.45, "#e4ddd0");
  wall.addColorStop(1, "#b9a994");
  paint.fillStyle = wall;
  paint.fillRect(0, 0, width, height);
  paint.filter = "blur(22px)";
  const blob = (x: number, y: number, w: number, h: number, colour: string) => {
    paint.fillStyle = colour;
    paint.fillRect(x * width, y * height, w * width, h * height);
  };
  blob(0.02, 0.1, 0.17, 0.62, "rgba(255,255,255,0.85)"); // window
  blob(0.215, 0.1, 0.035, 0.62, "rgba(255,255,255,0.55)");
  blob(0.68, 0.2, 0.26, 0.3, "rgba(120,138,128,0.35)"); // a picture on the wall
  blob(0.84, 0.52, 0.07, 0.3, "rgba(84,106,84,0.5)"); // a plant
  blob(0.8, 0.46, 0.15, 0.14, "rgba(96,124,92,0.45)");
  blob(-0.05, 0.8, 1.1, 0.3, "rgba(110,94,78,0.5)"); // floor
  paint.filter = "none";
  const glow = paint.createRadialGradient(
    0.5 * width, 0.42 * height, 20, 0.5 * width, 0.42 * height, 0.55 * width,
  );
  glow.addColorStop(0, "rgba(255,250,240,0.55)");
  glow.addColorStop(1, "rgba(60,48,38,0.22)");
  paint.fillStyle = glow;
  paint.fillRect(0, 0, width, height);
}

const plainOf = new Map<Material, Material>();
let studio: CanvasTexture | null = null;

/** Give every mesh below `root` its materials as they came, or cheap ones. */
export function shade(root: Object3D, plain: boolean): void {
  root.traverse((node) => {
    const mesh = node as Mesh;
    if (mesh.isMesh) mesh.material = shaded(mesh.material as Material, plain);
  });
}

/** A material as it came, or one that costs the processor little: all light in one picture. */
function shaded(now: Material, plain: boolean): Material {
  const fine = (now.userData["fine"] as Material | undefined) ?? now;
  if (!plain || !(fine instanceof MeshStandardMaterial)) return fine;
  let made = plainOf.get(fine);
  if (made === undefined) {
    const { color, map, transparent, opacity, alphaTest, side, vertexColors, depthWrite } = fine;
    studio ??= studioLight();
    made = new MeshMatcapMaterial({
      color, map, transparent, opacity, alphaTest, side, vertexColors, depthWrite, matcap: studio,
    });
    made.userData["fine"] = fine;
    plainOf.set(fine, made);
  }
  return made;
}

/** A ball under the stage's lights: soft warm key from the upper right, cool fill, warm rim. */
function studioLight(): CanvasTexture {
  const size = 128;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const paint = canvas.getContext("2d");
  const image = paint?.createImageData(size, size);
  for (let i = 0; i < size * size && image !== undefined; i++) {
    const x = ((i % size) + 0.5) / (size / 2) - 1;
    const y = 1 - (Math.floor(i / size) + 0.5) / (size / 2);
    const z = Math.sqrt(Math.max(0, 1 - x * x - y * y));
    const key = Math.max(0, 0.36 * x + 0.58 * y + 0.73 * z);
    const fill = Math.max(0, -0.7 * x + 0.25 * y + 0.65 * z);
    const rim = (1 - z) ** 3 * Math.max(0, 0.35 - 0.75 * x + 0.5 * y);
    const sky = 0.5 + 0.5 * y;
    const light = [
      0.27 + 0.66 * key + 0.16 * fill + 0.7 * rim + 0.08 * sky,
      0.26 + 0.63 * key + 0.17 * fill + 0.6 * rim + 0.08 * sky,
      0.25 + 0.58 * key + 0.19 * fill + 0.48 * rim + 0.09 * sky,
    ];
    light.forEach((value, c) => {
      image.data[4 * i + c] = 255 * Math.min(1, value) ** (1 / 2.2);
    });
    image.data[4 * i + 3] = 255;
  }
  if (image !== undefined) paint?.putImageData(image, 0, 0);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}
