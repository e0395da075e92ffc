// A room from above on a canvas: walls, doors, places, people with heading and gaze, bubbles.

export interface Plan {
  name: string; description: string;
  walls: [number, number, number, number][];
  obstacles: { x_m: number; y_m: number; width_m: number; depth_m: number; low: boolean }[];
  doors: { name: string; x_m: number; y_m: number; street: boolean }[];
  places: { name: string; x_m: number; y_m: number; seats: number }[];
  agent: { x_m: number; y_m: number; facing_deg: number };
  camera: { field_of_view_deg: number; body_m: number; face_m: number };
  /** Who may be sent in, by intention. */
  kinds: string[];
}

export interface Somebody {
  person: number; x_m: number; y_m: number; heading_rad: number; gaze_rad: number;
  eye_height_m: number; intention: string; wants_help: boolean; doing: string; says: string;
  seen: boolean;
}

export const colourOf = (one: Somebody): string => (one.wants_help ? "#d9772b" : "#5f7f93");

const MARGIN = 26;

export interface Scale { metre: number; x: (m: number) => number; y: (m: number) => number }

/** Fit the plan into width x height pixels, world y upwards. */
export function fit(plan: Plan, width: number, height: number): Scale {
  const xs = [...plan.walls.flatMap((w) => [w[0], w[2]]), ...plan.doors.map((d) => d.x_m), plan.agent.x_m];
  const ys = [...plan.walls.flatMap((w) => [w[1], w[3]]), ...plan.doors.map((d) => d.y_m), plan.agent.y_m];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const metre = Math.min(
    (width - 2 * MARGIN) / Math.max(right - left, 1), (height - 2 * MARGIN) / Math.max(high - low, 1),
  );
  const x0 = (width - metre * (right - left)) / 2;
  const y0 = (height + metre * (high - low)) / 2;
  return { metre, x: (m) => x0 + (m - left) * metre, y: (m) => y0 - (m - low) * metre };
}

/** Draw everything anew. */
export function drawRoom(canvas: HTMLCanvasElement, plan: Plan, people: Somebody[], agentSays: string): void {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const paint = canvas.getContext("2d");
  if (paint === null || width === 0) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  paint.scale(ratio, ratio);
  const to = fit(plan, width, height);
  paint.font = "12px system-ui, sans-serif";
  paint.textAlign = "center";
  drawSight(paint, plan, to);
  drawBuilding(paint, plan, to);
  for (const one of people) drawSomebody(paint, to, one);
  drawAgent(paint, plan, to);
  for (const one of people) {
    if (one.says !== "") bubble(paint, to.x(one.x_m), to.y(one.y_m) - 0.34 * to.metre - 14, one.says, "#fff", width);
  }
  if (agentSays !== "") {
    // Behind the agent, so that nobody before it is covered.
    const front = (plan.agent.facing_deg * Math.PI) / 180;
    const [x, y] = [plan.agent.x_m - 0.5 * Math.cos(front), plan.agent.y_m - 0.5 * Math.sin(front)];
    bubble(paint, to.x(x), to.y(y) + (Math.sin(front) > 0 ? 44 : 0), agentSays, "#d8efe9", width);
  }
}

function drawSight(paint: CanvasRenderingContext2D, plan: Plan, to: Scale): void {
  const front = (plan.agent.facing_deg * Math.PI) / 180;
  const half = (plan.camera.field_of_view_deg * Math.PI) / 360;
  const [x, y] = [to.x(plan.agent.x_m), to.y(plan.agent.y_m)];
  for (const [reach, shade] of [[plan.camera.body_m, "rgba(44,107,99,.07)"], [plan.camera.face_m, "rgba(44,107,99,.08)"]] as const) {
    paint.fillStyle = shade;
    paint.beginPath();
    paint.moveTo(x, y);
    paint.arc(x, y, reach * to.metre, -front - half, -front + half);
    paint.fill();
  }
}

function drawBuilding(paint: CanvasRenderingContext2D, plan: Plan, to: Scale): void {
  for (const box of plan.obstacles) {
    paint.fillStyle = box.low ? "#d8cdb8" : "#a9a79f";
    paint.fillRect(
      to.x(box.x_m), to.y(box.y_m + box.depth_m), box.width_m * to.metre, box.depth_m * to.metre,
    );
  }
  paint.strokeStyle = "#44524e";
  paint.lineWidth = 4;
  paint.lineCap = "round";
  paint.beginPath();
  for (const [x1, y1, x2, y2] of plan.walls) {
    paint.moveTo(to.x(x1), to.y(y1));
    paint.lineTo(to.x(x2), to.y(y2));
  }
  paint.stroke();
  paint.lineWidth = 1;
  paint.fillStyle = "#4c5a56";
  for (const door of plan.doors) paint.fillText(door.name, to.x(door.x_m), to.y(door.y_m) - 6);
  paint.fillStyle = "#7a867f";
  for (const place of plan.places) {
    for (let seat = 0; seat < place.seats; seat++) {
      paint.strokeStyle = "#b9b09c";
      paint.strokeRect(
        to.x(place.x_m + 0.55 * (seat - (place.seats - 1) / 2)) - 0.22 * to.metre,
        to.y(place.y_m) - 0.22 * to.metre, 0.44 * to.metre, 0.44 * to.metre,
      );
    }
    paint.fillText(place.name, to.x(place.x_m), to.y(place.y_m) + 0.5 * to.metre);
  }
}

function drawSomebody(paint: CanvasRenderingContext2D, to: Scale, one: Somebody): void {
  const [x, y] = [to.x(one.x_m), to.y(one.y_m)];
  const ray = 0.9 * to.metre;
  paint.globalAlpha = one.seen ? 1 : 0.45;
  paint.strokeStyle = "rgba(60,70,68,.45)";
  paint.setLineDash([3, 4]);
  paint.beginPath();
  paint.moveTo(x, y);
  paint.lineTo(x + ray * Math.cos(one.gaze_rad), y - ray * Math.sin(one.gaze_rad));
  paint.stroke();
  paint.setLineDash([]);
  paint.fillStyle = colourOf(one);
  paint.save();
  paint.translate(x, y);
  paint.rotate(-one.heading_rad);
  paint.beginPath();
  paint.ellipse(0, 0, 0.15 * to.metre, 0.25 * to.metre, 0, 0, 2 * Math.PI);
  paint.fill();
  paint.beginPath();
  paint.arc(0.03 * to.metre, 0, 0.11 * to.metre, 0, 2 * Math.PI);
  paint.fillStyle = "#fff";
  paint.fill();
  paint.restore();
  paint.fillStyle = "#1d2523";
  paint.fillText(one.intention.replaceAll("_", " "), x, y - 0.34 * to.metre);
  paint.globalAlpha = 1;
}

function drawAgent(paint: CanvasRenderingContext2D, plan: Plan, to: Scale): void {
  const [x, y] = [to.x(plan.agent.x_m), to.y(plan.agent.y_m)];
  paint.save();
  paint.translate(x, y);
  paint.rotate((-plan.agent.facing_deg * Math.PI) / 180);
  paint.fillStyle = "#b98a5e";
  paint.fillRect(0.1 * to.metre, -0.6 * to.metre, 0.12 * to.metre, 1.2 * to.metre);
  paint.fillStyle = "#17403c";
  paint.beginPath();
  paint.arc(-0.12 * to.metre, 0, 0.17 * to.metre, 0, 2 * Math.PI);
  paint.fill();
  paint.restore();
}

function bubble(
  paint: CanvasRenderingContext2D, x: number, y: number, text: string, fill: string, width: number,
): void {
  const lines = wrap(text, 34).slice(0, 4);
  const wide = Math.max(...lines.map((line) => paint.measureText(line).width)) + 16;
  const high = 16 * lines.length + 8;
  const left = Math.min(Math.max(x - wide / 2, 4), width - wide - 4);
  const top = Math.max(y - high, 4);
  paint.fillStyle = fill;
  paint.strokeStyle = "rgba(30,40,38,.35)";
  paint.beginPath();
  paint.roundRect(left, top, wide, high, 8);
  paint.fill();
  paint.stroke();
  paint.fillStyle = "#1d2523";
  lines.forEach((line, i) => paint.fillText(line, left + wide / 2, top + 18 + 16 * i));
}

/** Break a text into lines of at most `length` characters, between words. */
export function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
