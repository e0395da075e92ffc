// How finely to draw, by how long pictures take.

/** How finely to draw: fewer pixels, then no shadow, at last plain materials. */
export interface Level {
  ratio: number;
  shadow: boolean;
  plain: boolean;
  /** No more pictures than this, so that a machine that draws by its processor can also listen. */
  atMostHz: number;
}

export const LEVELS: readonly Level[] = [
  { ratio: 2, shadow: true, plain: false, atMostHz: 240 },
  { ratio: 1.5, shadow: true, plain: false, atMostHz: 240 },
  { ratio: 1, shadow: true, plain: false, atMostHz: 240 },
  { ratio: 0.8, shadow: false, plain: false, atMostHz: 60 },
  { ratio: 0.5, shadow: false, plain: true, atMostHz: 15 },
];
const SLOW_S = 1 / 42;
const QUICK_S = 1 / 56;

/** Goes down a level after a second of slow pictures, up after a quarter of a minute of quick ones. */
export class Quality {
  private slowS = 0;
  private quickS = 0;

  constructor(public level: number) {}

  /** Take the time between two pictures that were wanted at full rate; true when the level changed. */
  took(seconds: number): boolean {
    if (seconds > 1) return false; // the page was hidden
    this.slowS = seconds > SLOW_S ? this.slowS + seconds : Math.max(0, this.slowS - seconds);
    this.quickS = seconds < QUICK_S ? this.quickS + seconds : 0;
    if (this.slowS > 1 && this.level < LEVELS.length - 1) return this.move(1);
    if (this.quickS > 15 && this.level > 0) return this.move(-1);
    return false;
  }

  private move(step: number): boolean {
    this.level += step;
    this.slowS = 0;
    this.quickS = 0;
    return true;
  }
}

/** Whether pictures are drawn by the processor. */
export function drawsBySoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const about = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && about ? String(gl.getParameter(about.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
