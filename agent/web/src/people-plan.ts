// The people in front of the desk from above: places, ids, where they look, who stands together.

import type { PanelGroup, PanelPerson } from "./wire.ts";

const COLOURS: Record<string, string> = {
  present: "#8fa3a0", passing: "#8fa3a0", approaching: "#e0b65c", attending: "#63c7a6",
  engaged: "#4aa3ff", disengaging: "#d98e6a", left: "#555",
};
const DEPTH_M = 4.2;
const LABEL_PX = 12;

export interface Spot { person: string; x: number; y: number }
/** A label of two lines: its middle, its lower line's base, half its width. */
export interface Label extends Spot { half: number }

const meet = (a: Label, b: Label): boolean =>
  Math.abs(a.x - b.x) < a.half + b.half + 4 && Math.abs(a.y - b.y) < 2.2 * LABEL_PX;

/** Where labels go so that none lies on another: above their person, below, or farther off. */
export function labelled(wanted: readonly Label[], off: number, high: number): Label[] {
  const placed: Label[] = [];
  for (const label of [...wanted].sort((a, b) => b.y - a.y)) {
    const tries = [0, 1, 2, 3, 4].flatMap((step) => [
      label.y - off - step * LABEL_PX, label.y + off + (1.8 + step) * LABEL_PX,
    ]);
    const fits = tries.map((y) => ({ ...label, y: Math.min(Math.max(y, 2 * LABEL_PX), high - 4) }));
    placed.push(fits.find((one) => !placed.some((other) => meet(one, other))) ?? fits[0] ?? label);
  }
  return placed;
}

/** The desk below, the room above it, as in a mirror: the agent's left is drawn right. */
export function drawPeople(
  canvas: HTMLCanvasElement, people: readonly PanelPerson[], groups: readonly PanelGroup[],
): void {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const paint = canvas.getContext("2d");
  if (paint === null || width === 0) return;
  paint.scale(ratio, ratio);
  const deep = Math.max(DEPTH_M, ...people.map((one) => Math.min(one.x_m, 9) + 0.9));
  const metre = (height - 34) / deep;
  const to = {
    x: (y_m: number) => Math.min(Math.max(width / 2 + y_m * metre, 16), width - 16),
    y: (x_m: number) => height - 22 - Math.min(Math.max(x_m, 0), deep) * metre,
    metre,
  };
  paint.font = "11px system-ui, sans-serif";
  paint.textAlign = "center";
  drawFloor(paint, to);
  const spots = people.map((one) => ({ person: one.person, x: to.x(one.y_m), y: to.y(one.x_m) }));
  for (const group of groups) drawGroup(paint, group, spots, to);
  for (const one of people) drawLook(paint, one, to);
  for (const one of people) drawPerson(paint, one, to);
  const wanted = people.map((one, i) => {
    const half = paint.measureText(stateOf(one)).width / 2;
    const { x, y } = spots[i] as Spot;
    return { person: one.person, x: Math.min(Math.max(x, half + 4), width - half - 4), y, half };
  });
  for (const label of labelled(wanted, 0.2 * metre + 8, height)) {
    const one = people.find((person) => person.person === label.person);
    if (one !== undefined) drawLabel(paint, one, label);
  }
}

interface Scale { x: (y_m: number) => number; y: (x_m: number) => number; metre: number }

function drawFloor(paint: CanvasRenderingContext2D, to: Scale): void {
  for (const radius of [1.2, 3.6]) {
    paint.strokeStyle = "rgba(255,255,255,.16)";
    paint.setLineDash([4, 5]);
    paint.beginPath();
    paint.arc(to.x(0), to.y(0), radius * to.metre, Math.PI, 2 * Math.PI);
    paint.stroke();
    paint.fillStyle = "rgba(255,255,255,.5)";
    paint.fillText(`${radius} m`, to.x(0.82 * radius), to.y(0.57 * radius) - 6);
  }
  paint.setLineDash([]);
  paint.fillStyle = "#b98a5e";
  paint.fillRect(to.x(-0.9), to.y(0), 1.8 * to.metre, 7);
}

/** A queue is a line from one to the next, others a ring around all. */
function drawGroup(
  paint: CanvasRenderingContext2D, group: PanelGroup, spots: readonly Spot[], to: Scale,
): void {
  const members = group.people.flatMap((id) => spots.filter((spot) => spot.person === id));
  if (members.length < 2) return;
  paint.strokeStyle = "rgba(240,214,140,.75)";
  paint.fillStyle = "rgba(240,214,140,.10)";
  paint.lineWidth = 1.5;
  paint.beginPath();
  if (group.queue) members.forEach((spot, i) => (i === 0 ? paint.moveTo(spot.x, spot.y) : paint.lineTo(spot.x, spot.y)));
  else {
    const [x, y] = [mean(members.map((one) => one.x)), mean(members.map((one) => one.y))];
    const away = (of: (one: Spot) => number) => Math.max(...members.map((one) => Math.abs(of(one)))) + 0.4 * to.metre;
    paint.ellipse(x, y, away((one) => one.x - x), away((one) => one.y - y), 0, 0, 2 * Math.PI);
    paint.fill();
  }
  paint.stroke();
  paint.lineWidth = 1;
}

const mean = (values: number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** A ray where the head looks: bright where it meets the agent; none where it was not seen. */
function drawLook(paint: CanvasRenderingContext2D, one: PanelPerson, to: Scale): void {
  if (one.look_rad === null) return;
  const [x, y] = [to.x(one.y_m), to.y(one.x_m)];
  const here = one.looks_here === true;
  const long = (here ? Math.max(Math.hypot(one.x_m, one.y_m) - 0.25, 0.5) : 1.1) * to.metre;
  paint.strokeStyle = here ? "rgba(120,220,255,.8)" : "rgba(233,239,237,.45)";
  paint.setLineDash(one.looks_here === null ? [2, 5] : []);
  paint.beginPath();
  paint.moveTo(x, y);
  paint.lineTo(x + long * Math.sin(one.look_rad), y - long * Math.cos(one.look_rad));
  paint.stroke();
  paint.setLineDash([]);
}

function drawPerson(paint: CanvasRenderingContext2D, one: PanelPerson, to: Scale): void {
  paint.save();
  paint.translate(to.x(one.y_m), to.y(one.x_m));
  paint.rotate(one.front_rad ?? Math.PI);
  paint.fillStyle = COLOURS[one.state] ?? "#8fa3a0";
  paint.beginPath();
  paint.ellipse(0, 0, 0.26 * to.metre, 0.16 * to.metre, 0, 0, 2 * Math.PI);
  paint.fill();
  paint.beginPath();
  paint.arc(0, 0, 0.12 * to.metre, 0, 2 * Math.PI);
  paint.fillStyle = "#fff";
  paint.fill();
  paint.restore();
}

const stateOf = (one: PanelPerson): string =>
  one.did === null ? one.state : `${one.state} · ${one.did.what}`;

function drawLabel(paint: CanvasRenderingContext2D, one: PanelPerson, at: Spot): void {
  paint.fillStyle = "#9fc9bd";
  paint.fillText(one.person.slice(0, 6), at.x, at.y - LABEL_PX);
  paint.fillStyle = "#e9efed";
  paint.fillText(stateOf(one), at.x, at.y);
}
