// The lobby page: the simulated room from above, its people with their true intentions, and why
// the agent does what it does.

import { type Plan, type Somebody, colourOf, drawRoom } from "./plan-view.ts";
import type { Panel } from "./wire.ts";

function at(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

function line(bold: string, rest: string, soft: string, bad = ""): HTMLLIElement {
  const made = document.createElement("li");
  const strong = document.createElement("b");
  strong.textContent = bold;
  made.append(strong, rest);
  if (bad !== "") {
    const span = document.createElement("span");
    span.className = "bad";
    span.textContent = bad;
    made.append(span);
  }
  if (soft !== "") {
    const below = document.createElement("div");
    below.className = "soft";
    below.textContent = soft;
    made.append(below);
  }
  return made;
}

export function clockOf(hour: number): string {
  const minutes = Math.floor(hour * 60 + 1e-6);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

class LobbyPage {
  private plan: Plan | null = null;
  private readonly canvas = at("plan") as HTMLCanvasElement;

  constructor() {
    const stream = new EventSource("/lobby/stream");
    stream.onerror = () => (at("link").textContent = "The agent does not answer; trying again …");
    stream.addEventListener("plan", (event) => {
      this.plan = JSON.parse(event.data) as Plan;
      this.doors(this.plan.kinds);
      at("plan-title").textContent = `The room from above: ${this.plan.description || this.plan.name}`;
    });
    stream.addEventListener("panel", (event) => this.why(JSON.parse(event.data) as Panel));
    stream.addEventListener("people", (event) => {
      const { hour, people, agent_says } = JSON.parse(event.data) as {
        hour: number; people: Somebody[]; agent_says: string;
      };
      at("link").textContent = `It is ${clockOf(hour)} there; ${people.length} in the room`;
      if (this.plan !== null) drawRoom(this.canvas, this.plan, people, agent_says);
      this.who(people);
    });
  }

  /** A button for everyone who may be sent in. */
  private doors(kinds: string[]): void {
    at("send").replaceChildren(...kinds.map((kind) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.replaceAll("_", " ");
      button.onclick = () => void fetch(`/lobby/people/${kind}`, { method: "POST" });
      return button;
    }));
  }

  private who(people: Somebody[]): void {
    at("who").replaceChildren(...people.map((one) => {
      const dot = document.createElement("i");
      dot.style.background = colourOf(one);
      const made = line(one.intention.replaceAll("_", " "), `, ${one.doing}`, one.says === "" ? "" : `“${one.says}”`);
      if (!one.seen) made.append(" (out of the camera’s sight)");
      made.prepend(dot);
      return made;
    }));
    if (people.length === 0) at("who").append(line("", "Nobody at the moment.", ""));
    const kinds = new Map(people.map((one) => [one.wants_help ? "came for the reception" : "did not come for it", one]));
    at("legend").replaceChildren(...[...kinds].map(([text, one]) => {
      const item = document.createElement("li");
      const dot = document.createElement("i");
      dot.style.background = colourOf(one);
      item.append(dot, text);
      return item;
    }));
  }

  private why(panel: Panel): void {
    at("acts").replaceChildren(...panel.acts.slice(-8).reverse().map((act) => line(
      act.what, "", `${act.policy}: ${act.because}`,
      act.refused_by === "" ? "" : ` refused by ${act.refused_by}`,
    )));
  }
}

new LobbyPage();
