// The small panel: who is seen, what was heard, why the agent acted, and how fast.

import type { Panel, PanelPerson, Worker } from "./wire.ts";

const COLOURS: Record<string, string> = {
  present: "#8fa3a0", passing: "#8fa3a0", approaching: "#e0b65c", attending: "#63c7a6",
  engaged: "#4aa3ff", disengaging: "#d98e6a", left: "#555",
};

function element(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

export class PanelView {
  private readonly plan = document.createElement("canvas");
  private readonly people = document.createElement("ul");
  private readonly heard = document.createElement("p");
  private readonly acts = document.createElement("ul");
  private readonly told = document.createElement("ol");
  private readonly figures = document.createElement("dl");
  private readonly team = document.createElement("ul");

  constructor(private readonly root: HTMLElement) {
    this.plan.setAttribute("role", "img");
    this.plan.setAttribute("aria-label", "Plan of the people in front of the desk");
    const parts: [string, HTMLElement][] = [
      ["In front of the desk", this.plan], ["Who is seen", this.people],
      ["What was heard", this.heard], ["Why I act", this.acts],
      ["The encounter", this.told],
      ["How fast", this.figures], ["At work", this.team],
    ];
    for (const [title, part] of parts) this.root.append(element("h2", title), part);
  }

  workers(workers: Worker[]): void {
    this.team.replaceChildren(...workers.map((worker) => {
      const line = document.createElement("li");
      line.append(element("b", worker.role), ` ${worker.backend}`);
      if (worker.fallback) line.append(element("span", " (fallback)", "bad"));
      if (worker.detail !== "") line.append(element("div", worker.detail, "soft"));
      return line;
    }));
  }

  show(panel: Panel): void {
    this.drawPlan(panel.people);
    this.people.replaceChildren(...panel.people.map((person) => {
      const line = document.createElement("li");
      const metres = Math.hypot(person.x_m, person.y_m).toFixed(1);
      line.append(element("b", person.person.slice(0, 6)), ` ${person.state}, ${metres} m`);
      if (person.cues.length > 0) line.append(element("div", person.cues.join(" · "), "soft"));
      return line;
    }));
    if (panel.people.length === 0) this.people.append(element("li", "nobody", "soft"));
    const level = panel.level_db === null ? "" : ` (${panel.level_db.toFixed(0)} dB, voice ${Math.round(100 * (panel.speech ?? 0))} %)`;
    this.heard.textContent = (panel.heard === "" ? "nothing yet" : `“${panel.heard}”`) + level;
    this.acts.replaceChildren(...panel.acts.slice(-6).reverse().map((act) => {
      const line = document.createElement("li");
      line.append(element("b", act.what));
      if (act.refused_by !== "") line.append(element("span", ` refused by ${act.refused_by}`, "bad"));
      line.append(element("div", `${act.policy}: ${act.because}`, "soft"));
      return line;
    }));
    this.told.replaceChildren(...panel.transcript.map((line) => element("li", line, "soft")));
    // Only operators are sent it.
    (this.told.previousElementSibling as HTMLElement).hidden = panel.transcript.length === 0;
    const figures = [
      ...Object.entries(panel.latencies_ms).map(([name, ms]) => [name, `${ms} ms`] as const),
      ...Object.entries(panel.page).map(([name, value]) => [name, String(value)] as const),
    ];
    this.figures.replaceChildren(...figures.flatMap(([name, value]) =>
      [element("dt", name), element("dd", value)]));
  }

  /** Seen from above: the desk below, the room above it, four metres deep. */
  private drawPlan(people: PanelPerson[]): void {
    const ratio = window.devicePixelRatio || 1;
    const width = this.plan.clientWidth;
    const height = this.plan.clientHeight;
    this.plan.width = width * ratio;
    this.plan.height = height * ratio;
    const paint = this.plan.getContext("2d");
    if (paint === null || width === 0) return;
    paint.scale(ratio, ratio);
    const metre = (height - 34) / 4.2;
    const x = (y_m: number) => width / 2 + y_m * metre; // as in a mirror: our left is drawn right
    const y = (x_m: number) => height - 22 - x_m * metre;
    paint.font = "11px system-ui, sans-serif";
    paint.textAlign = "center";
    for (const [radius, name] of [[1.2, "1.2 m"], [3.6, "3.6 m"]] as const) {
      paint.strokeStyle = "rgba(255,255,255,.16)";
      paint.setLineDash([4, 5]);
      paint.beginPath();
      paint.arc(x(0), y(0), radius * metre, Math.PI, 2 * Math.PI);
      paint.stroke();
      paint.fillStyle = "rgba(255,255,255,.5)";
      paint.fillText(name, x(0.82 * radius), y(0.57 * radius) - 6);
    }
    paint.setLineDash([]);
    paint.fillStyle = "#b98a5e";
    paint.fillRect(x(-0.9), y(0), 1.8 * metre, 7);
    for (const person of people) this.drawPerson(paint, x(person.y_m), y(person.x_m), metre, person);
  }

  private drawPerson(
    paint: CanvasRenderingContext2D, px: number, py: number, metre: number, person: PanelPerson,
  ): void {
    paint.fillStyle = COLOURS[person.state] ?? "#8fa3a0";
    paint.beginPath();
    paint.ellipse(px, py, 0.26 * metre, 0.16 * metre, 0, 0, 2 * Math.PI);
    paint.fill();
    paint.beginPath();
    paint.arc(px, py, 0.12 * metre, 0, 2 * Math.PI);
    paint.fillStyle = "#fff";
    paint.fill();
    paint.fillStyle = "#e9efed";
    paint.fillText(person.state, px, py - 0.24 * metre);
  }
}
