// The picture: light, background, camera and the body, drawn as often as the machine can.

import {
  AmbientLight, Color, DirectionalLight, Group, HemisphereLight,
  NeutralToneMapping, type Object3D, PCFShadowMap, PerspectiveCamera, PMREMGenerator, Scene,
  SRGBColorSpace, WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js";

import { Bent, plainOf } from "./bent.ts";
import { type BodyView, PlaceholderBody } from "./body.ts";
import type { Pose } from "./frames.ts";
import { choose, lighten } from "./lighten.ts";
import { drawsBySoftware, type Level, LEVELS, Quality } from "./quality.ts";
import { backdrop, plainDesk, shade } from "./room.ts";

const GIVE_UP_S = 3;
const AT_MOST_S = 0.2;
/** Of the time a processor may draw; and while somebody is listened to. */
const DRAWS_SHARE = 0.45;
const LISTENS_SHARE = 0.23;

export class Stage {
  /** Somebody speaks, or is being understood. */
  listens = false;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(24, 1, 0.1, 20);
  private readonly key = new DirectionalLight(0xfff0dd, 2.5);
  private readonly quality: Quality;
  private readonly software: boolean;
  private readonly room = new Group();
  private fence: WebGLSync | null = null;
  private drawnS = 0;
  private tookS = 1 / 60;
  private body: BodyView = new PlaceholderBody();
  /** What is drawn for body and desk where the processor draws. */
  private readonly bent: Bent[] = [];
  private desk: Object3D;

  /** Throws where the browser has no WebGL. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: !drawsBySoftware() });
    this.software = drawsBySoftware();
    this.quality = new Quality(this.software ? LEVELS.length - 1 : 1);
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.toneMappingExposure = 1.05;
    this.renderer.outputColorSpace = SRGBColorSpace;
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

  /** Put another body on the stage once its shaders are made, so that nothing stands still. */
  async show(body: BodyView): Promise<void> {
    const level = LEVELS[this.quality.level] ?? LEVELS[0]!;
    shade(body.object, level.plain);
    const drawn = this.software ? await this.bentOf(body.object) : body.object;
    await this.renderer.compileAsync(drawn, this.camera, this.scene);
    this.scene.remove(this.body.object);
    this.body = body;
    this.scene.add(body.object, drawn);
    this.resize();
  }

  async furnish(desk: Object3D): Promise<void> {
    const drawn = this.software ? await this.bentOf(desk) : desk;
    this.scene.remove(this.desk);
    this.desk = desk;
    this.scene.add(desk, drawn);
    this.resize();
  }

  /** Fit the canvas; the body stays waist up and clear of the captions. */
  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.fit(LEVELS[this.quality.level] ?? LEVELS[0]!, width, height);
    const aspect = width / height;
    const tall = aspect < 0.8;
    // Metres seen from top to bottom, and how far below the eyes the middle lies: the desk's edge
    // comes to two thirds of the height, and the captions over its front.
    const seen = tall ? Math.max(1.3, 0.78 / aspect) : 1.12;
    const below = seen * (tall ? 0.27 : 0.285);
    const fov = this.camera.fov * (Math.PI / 180);
    const distance = seen / 2 / Math.tan(fov / 2);
    const y = this.body.eyesY - below;
    this.camera.aspect = aspect;
    this.camera.position.set(0, y + 0.1, distance);
    this.camera.lookAt(0, y, 0);
    this.camera.updateProjectionMatrix();
  }

  /** Whether the picture drawn last is finished; ask once for each of the screen's pictures. */
  finished(nowS: number): boolean {
    if (this.fence === null) return true;
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    const waits = gl.getSyncParameter(this.fence, gl.SYNC_STATUS) === gl.UNSIGNALED;
    if (waits && nowS - this.drawnS < GIVE_UP_S) return false;
    gl.deleteSync(this.fence);
    this.fence = null;
    this.tookS += 0.2 * (nowS - this.drawnS - this.tookS);
    return true;
  }

  /** Seconds between two pictures at least: a processor that draws is needed for listening, too. */
  get atLeastS(): number {
    const least = 1 / (LEVELS[this.quality.level]?.atMostHz ?? 60);
    const share = this.listens ? LISTENS_SHARE : DRAWS_SHARE;
    return this.software ? Math.min(AT_MOST_S, Math.max(least, this.tookS / share)) : least;
  }

  get level(): number {
    return this.quality.level;
  }

  /** Draw one picture of `pose`, `elapsedS` after the one before. */
  draw(pose: Pose, nowS: number, elapsedS: number): void {
    this.body.apply(pose, elapsedS);
    for (const bent of this.bent) bent.bend();
    this.renderer.render(this.scene, this.camera);
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    this.drawnS = nowS;
    if (!this.software && this.quality.took(elapsedS)) this.resize();
  }

  /** Draw finely from now on, or as finely as the machine can again. For stills. */
  fine(on: boolean): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const level = LEVELS[on ? 0 : this.quality.level] ?? LEVELS[0]!;
    choose(this.scene, on);
    for (const bent of this.bent) bent.show(!on);
    this.fit(on ? { ...level, ratio: 2 } : level, width, height, on ? 2 : undefined);
  }

  /** What is drawn for `object` where the processor draws. */
  private async bentOf(object: Object3D): Promise<Object3D> {
    await lighten(object);
    shade(object, true);
    const bent = new Bent(object, plainOf);
    this.bent.push(bent);
    return bent.object;
  }

  private fit(level: Level, width: number, height: number, ratio?: number): void {
    const most = window.devicePixelRatio || 1;
    this.renderer.setPixelRatio(ratio ?? Math.min(most, level.ratio));
    this.renderer.setSize(width, height, false);
    this.renderer.shadowMap.enabled = level.shadow;
    this.key.castShadow = level.shadow;
    if (!level.plain) this.surround();
    shade(this.scene, level.plain);
  }

  /** Soft reflections of a bright room; made once, where materials show them. */
  private surround(): void {
    if (this.scene.environment !== null) return;
    const makers = new PMREMGenerator(this.renderer);
    this.scene.environment = makers.fromScene(new RoomEnvironment(), 0.06).texture;
    this.scene.environmentIntensity = 0.32;
    makers.dispose();
  }

  private light(): void {
    this.scene.background = new Color(0xe9e4da);
    this.key.position.set(1.1, 2.6, 2.2);
    this.key.target.position.set(0, 1.25, 0);
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

