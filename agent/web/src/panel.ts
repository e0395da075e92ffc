// The small panel: who is seen, what was heard, why the agent acted, and how fast.

import { drawPeople } from "./people-plan.ts";
import type { Panel, PanelDoing, PanelPerson, Worker } from "./wire.ts";

function element(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

/** What somebody does and by what it was told: `12 corners of the mouth drawn up, left, 0.9`. */
export function doingText({ what, hand, sure }: PanelDoing): string {
  return [what, hand, sure === null ? "" : sure.toFixed(1)].filter((part) => part !== "").join(", ");
}

function personLine(person: PanelPerson): HTMLElement {
  const line = document.createElement("li");
  const metres = Math.hypot(person.x_m, person.y_m).toFixed(1);
  line.append(element("b", person.person.slice(0, 6)), ` ${person.state}, ${metres} m`);
  if (person.cues.length > 0) line.append(element("div", person.cues.join(" · "), "soft"));
  for (const doing of [...(person.did === null ? [] : [person.did]), ...person.units]) {
    const told = element("div", doingText(doing), "does");
    if (doing.by.length > 0) told.append(element("span", ` by ${doing.by.join(", ")}`, "soft"));
    line.append(told);
  }
  return line;
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
    drawPeople(this.plan, panel.people, panel.groups);
    this.people.replaceChildren(...panel.people.map(personLine));
    for (const { people, arrangement } of panel.groups) {
      const names = people.map((id) => id.slice(0, 6)).join(", ");
      this.people.append(element("li", `${names}: together, ${arrangement}`, "soft"));
    }
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
}
