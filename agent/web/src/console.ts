// The operator's page: live facts, acts with their reasons, health, and a stop button.

import { Link, type LinkState } from "./link.ts";
import { PanelView } from "./panel.ts";
import { OwnVoice, sliders } from "./puppet.ts";
import type { Caption, FromServer, Panel, PanelAct } from "./wire.ts";

const ACTS_KEPT = 200;

function at(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

function row(cells: string[], bad: boolean): HTMLTableRowElement {
  const made = document.createElement("tr");
  if (bad) made.className = "bad";
  for (const text of cells) made.insertCell().textContent = text;
  return made;
}

class Console {
  private readonly link: Link;
  private readonly panel = new PanelView(at("panel"));
  private acts: PanelAct[] = [];

  constructor() {
    this.link = new Link(
      "console", (message) => this.hear(message), () => undefined, () => undefined,
      (state) => this.linkChanged(state),
    );
    for (const button of ["emergency", "release", "stop", "reload", "staff", "next"]) {
      at(button).addEventListener("click", () => this.link.say({ kind: "button", button }));
    }
    addEventListener("keydown", (event) => {
      if (event.key !== "Pause" && !(event.ctrlKey && event.key === ".")) return;
      event.preventDefault();
      this.link.say({ kind: "button", button: "emergency" });
    });
    sliders(at("sliders"), at("face-back"), at("face-told"));
    new OwnVoice(at("speak"), at("face-told"));
    this.link.connect();
  }

  private linkChanged(state: LinkState): void {
    at("link").textContent = {
      connecting: "Connecting …",
      open: "Connected",
      away: "The agent does not answer; trying again …",
      refused: "The token is missing or wrong: open the console address the agent printed.",
    }[state.state];
  }

  private hear(message: FromServer): void {
    switch (message.kind) {
      case "caption": return this.caption(message);
      case "state": at("doing").textContent = message.doing; return;
      case "workers": return this.panel.workers(message.workers);
      case "panel":
        this.panel.show(message);
        this.health(message);
        return this.tellActs(message);
      case "notice":
        if (message.code === "emergency") return this.emergency(message.text);
        at("link").textContent = message.text;
        return;
      default:
    }
  }

  private emergency(text: string): void {
    at("halted").textContent = text;
    at("halted").hidden = text === "";
    at("release").hidden = text === "";
  }

  private caption({ who, clauses }: Caption): void {
    if (clauses.length > 0) at(who).textContent = clauses.join(" ");
  }

  private health(panel: Panel): void {
    at("health").replaceChildren(...panel.health.map((part) => {
      const well = part.health === "running" || part.health === "in use";
      return row([part.component, part.health, part.detail], !well);
    }));
  }

  /** The panel brings the newest acts; the console keeps a longer list of them. */
  private tellActs(panel: Panel): void {
    const known = new Set(this.acts.map((act) => JSON.stringify(act)));
    const fresh = panel.acts.filter((act) => !known.has(JSON.stringify(act)));
    this.acts = [...this.acts, ...fresh].slice(-ACTS_KEPT);
    if (fresh.length === 0) return;
    at("acts").replaceChildren(...[...this.acts].reverse().map((act) => {
      const when = new Date(Date.now() - 1000 * (panel.at - act.at)).toLocaleTimeString();
      const what = act.refused_by === "" ? act.what : `${act.what} (refused by ${act.refused_by})`;
      return row([when, what, act.policy, act.because], act.refused_by !== "");
    }));
  }
}

new Console();
