// The picture: light, background, camera and the body, drawn as often as the machine can.

import {
  AmbientLight, CanvasTexture, Color, DirectionalLight, Group, HemisphereLight, LinearFilter, Mesh,
  MeshBasicMaterial, MeshStandardMaterial, NeutralToneMapping, Object3D, PCFShadowMap,
  PerspectiveCamera, PlaneGeometry, PMREMGenerator, Scene, SRGBColorSpace, WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js";
import { RoundedBoxGeometry } from "three/examples/jsm/geometries/RoundedBoxGeometry.js";

import { type BodyView, PlaceholderBody } from "./body.ts";
import type { Pose } from "./frames.ts";

/** Fewer pixels and no shadow when pictures take long; more again when there is time. */
export class Quality {
  private slow = 0;
  private quick = 0;
  level = 1;

  constructor(private readonly levels: number) {}

  /** Take one picture's duration; true when the level has changed. */
  took(seconds: number): boolean {
    this.slow = seconds > 1 / 45 ? this.slow + 1 : Math.max(0, this.slow - 2);
    this.quick = seconds < 1 / 57 ? this.quick + 1 : 0;
    if (this.slow > 40 && this.level < this.levels - 1) return this.move(1);
    if (this.quick > 900 && this.level > 0) return this.move(-1);
    return false;
  }

  private move(step: number): boolean {
    this.level += step;
    this.slow = 0;
    this.quick = 0;
    return true;
  }
}

const RATIOS = [2, 1.5, 1, 0.75, 0.55];

export class Stage {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(24, 1, 0.1, 20);
  private readonly key = new DirectionalLight(0xfff0dd, 2.5);
  private readonly quality = new Quality(RATIOS.length);
  private readonly room = new Group();
  private body: BodyView = new PlaceholderBody();
  private desk: Object3D;

  /** Throws where the browser has no WebGL. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: "low-power" });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.toneMappingExposure = 1.05;
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.light();
    this.desk = plainDesk();
    this.room.add(backdrop());
    this.scene.add(this.room, this.desk, this.body.object);
    this.resize();
  }

  get bodyName(): string {
    return this.body instanceof PlaceholderBody ? "placeholder" : "vrm";
  }

  show(body: BodyView): void {
    this.scene.remove(this.body.object);
    this.body = body;
    this.scene.add(body.object);
    this.resize();
  }

  furnish(desk: Object3D): void {
    this.scene.remove(this.desk);
    this.desk = desk;
    this.scene.add(desk);
  }

  /** Fit the canvas; the body stays waist up and clear of the captions. */
  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(window.devicePixelRatio || 1, RATIOS[this.quality.level] ?? 1);
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.renderer.shadowMap.enabled = this.quality.level < RATIOS.length - 1;
    const aspect = width / height;
    const tall = aspect < 0.8;
    // Metres seen from top to bottom, and how far below the eyes the middle lies.
    const seen = tall ? Math.max(1.15, 0.8 / aspect) : 1.02;
    const below = tall ? seen * 0.27 : seen * 0.24;
    const fov = this.camera.fov * (Math.PI / 180);
    const distance = seen / 2 / Math.tan(fov / 2);
    const y = this.body.eyesY - below;
    this.camera.aspect = aspect;
    this.camera.position.set(0, y + 0.1, distance);
    this.camera.lookAt(0, y, 0);
    this.camera.updateProjectionMatrix();
  }

  /** Draw one picture of `pose`. */
  draw(pose: Pose, elapsedS: number): void {
    this.body.apply(pose, elapsedS);
    this.renderer.render(this.scene, this.camera);
    if (this.quality.took(elapsedS)) this.resize();
  }

  private light(): void {
    const makers = new PMREMGenerator(this.renderer);
    this.scene.environment = makers.fromScene(new RoomEnvironment(), 0.06).texture;
    this.scene.environmentIntensity = 0.32;
    makers.dispose();
    this.scene.background = new Color(0xe9e4da);
    this.key.position.set(1.1, 2.6, 2.2);
    this.key.target.position.set(0, 1.25, 0);
    this.key.castShadow = true;
    this.key.shadow.mapSize.set(1024, 1024);
    this.key.shadow.radius = 5;
    this.key.shadow.bias = -0.0004;
    this.key.shadow.normalBias = 0.012;
    Object.assign(this.key.shadow.camera, {
      left: -0.9, right: 0.9, top: 0.9, bottom: -0.9, near: 0.5, far: 6,
    });
    const fill = new DirectionalLight(0xdfe9ff, 0.55);
    fill.position.set(-2.2, 1.6, 1.8);
    const rim = new DirectionalLight(0xffe3c2, 2.2);
    rim.position.set(-1.6, 2.3, -2.0);
    const glow = new DirectionalLight(0xcfe4ff, 1.1);
    glow.position.set(1.8, 2.0, -1.8);
    this.scene.add(
      this.key, this.key.target, fill, rim, glow,
      new HemisphereLight(0xfff6ea, 0x8a7a6a, 0.55), new AmbientLight(0xffffff, 0.12),
    );
  }
}

/** A desk of two boxes, until the modelled one is there. */
function plainDesk(): Group {
  const desk = new Group();
  const top = new Mesh(
    new RoundedBoxGeometry(2.4, 0.045, 0.62, 4, 0.018),
    new MeshStandardMaterial({ color: 0xb98a5e, roughness: 0.45 }),
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
function backdrop(): Mesh {
  const canvas = document.createElement("canvas");
  canvas.width = 1024;
  canvas.height = 640;
  const paint = canvas.getContext("2d");
  if (paint !== null) paintLobby(paint, canvas.width, canvas.height);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  const wall = new Mesh(
    new PlaneGeometry(8, 5), new MeshBasicMaterial({ map: texture, toneMapped: false }),
  );
  wall.position.set(0, 1.5, -2.6);
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
