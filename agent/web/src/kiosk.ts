// The kiosk page: puts its parts together.

import { loadModel, loadVrm } from "./body.ts";
import { gap, layOut, NOTHING, pillOf, type Shown, staysS } from "./captions.ts";
import { PageLanguage } from "./language.ts";
import { FormView } from "./form.ts";
import { Link, type LinkState, perfS } from "./link.ts";
import { PanelView } from "./panel.ts";
import { Player } from "./player.ts";
import { Senses } from "./senses.ts";
import { Speaker } from "./sound.ts";
import { Stage } from "./stage.ts";
import { Close, type Doing, type FromServer, type Worker } from "./wire.ts";

function at<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as T;
}

const CARD_STAYS_S = 30;
/** More letters than this are written smaller on a card. */
const CARD_LONG = 48;
const FIGURES_EVERY_S = 5;
const TELL_EVERY_MS = 25;

class Kiosk {
  readonly link: Link;
  readonly player: Player;
  readonly senses: Senses;
  readonly form: FormView;
  stage: Stage | null = null;
  private readonly panel = new PanelView(at("panel"));
  private readonly language = new PageLanguage(
    at("languages"), (code) => this.link.say({ kind: "button", button: `language_${code}` }),
  );
  /** Spoken languages that are understood; empty: not known. */
  private understood: string[] = [];
  private open = false;
  private doing: Doing = "idle";
  private asked = false;
  /** Whether the page's own camera or microphone is wanted. */
  private asks = true;
  private cardUntilS = Infinity;
  private clearAt = { agent: Infinity, visitor: Infinity };
  private pictures = 0;
  private figuresS = 0;
  private drawnS = 0;
  private loaded = false;

  constructor() {
    this.link = new Link(
      "kiosk", (message) => this.hear(message), (chunk) => this.player.take(chunk),
      (placed) => this.player.place(placed), (state) => this.linkChanged(state),
    );
    this.player = new Player(this.link);
    this.senses = new Senses(this.link, () => this.devicesChanged());
    this.form = new FormView(at("sheet"), at("line"), (message) => this.link.say(message));
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.player.still = still.matches;
    still.onchange = () => (this.player.still = still.matches);
    this.startSpeaker();
    this.startStage();
    this.listenToPeople();
    this.link.connect();
    requestAnimationFrame((ms) => this.picture(ms));
    setInterval(() => this.tell(), TELL_EVERY_MS);
  }

  get bodyName(): string {
    return this.stage?.bodyName ?? "none";
  }

  private startSpeaker(): void {
    try {
      const speaker = new Speaker(() => this.soundChanged());
      this.player.speaker = speaker;
      speaker.open().then(
        () => {
          this.link.speakBy(speaker.port());
          this.soundChanged();
        },
        () => this.notice("no_sound", this.language.texts.needsHttps),
      );
    } catch {
      this.notice("no_sound", this.language.texts.noSound);
    }
  }

  private startStage(): void {
    try {
      this.stage = new Stage(at<HTMLCanvasElement>("stage"));
    } catch {
      at("plain").hidden = false;
      return;
    }
    const fit = new ResizeObserver(() => this.stage?.resize());
    fit.observe(at("scene"));
  }

  private async load(avatar: string): Promise<void> {
    if (this.loaded || this.stage === null) return;
    this.loaded = true;
    const desk = await loadModel("/desk.glb");
    if (desk !== null) await this.stage.furnish(desk);
    try {
      await this.stage.show(await loadVrm(avatar));
    } catch {
      this.notice("no_avatar", this.language.texts.noFace, 8);
    }
    at("stage").classList.add("ready");
  }

  // People.

  private listenToPeople(): void {
    at("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.wake();
      const field = at<HTMLInputElement>("line");
      const text = field.value.trim();
      if (text !== "" && this.link.say({ kind: "line", text })) field.value = "";
    });
    at("help").addEventListener("click", () => this.link.say({ kind: "button", button: "help" }));
    at("mute").addEventListener("click", () => this.senses.setMuted(!this.senses.muted));
    at("tap").addEventListener("click", () => this.wake());
    at("ask-yes").addEventListener("click", () => this.answerAsk(true));
    at("ask-no").addEventListener("click", () => this.answerAsk(false));
    at("panel-toggle").addEventListener("click", () => this.togglePanel());
    addEventListener("pointerdown", () => this.wake());
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => {
      this.wake();
      if (!document.hidden) this.stayAwake();
    });
    this.stayAwake();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Pause" || (event.ctrlKey && event.key === ".")) {
      event.preventDefault();
      this.link.say({ kind: "button", button: "emergency" });
    } else if (event.key === "F2") {
      event.preventDefault();
      this.togglePanel();
    } else if (event.key === "Escape" && !at("panel").hidden) this.togglePanel();
    else this.wake();
  }

  private togglePanel(): void {
    if (at("panel-toggle").hidden) return;
    const panel = at("panel");
    panel.hidden = !panel.hidden;
    document.body.classList.toggle("with-panel", !panel.hidden);
    at("panel-toggle").setAttribute("aria-expanded", String(!panel.hidden));
  }

  private async greet(): Promise<void> {
    if (this.asked) return;
    if (!this.asks) return this.settle();
    if (await this.senses.allowedBefore()) return this.answerAsk(true);
    at("ask").hidden = false;
    document.body.classList.add("with-ask");
    at("ask-yes").focus({ preventScroll: true });
  }

  /** Nothing is left to ask. */
  private settle(): void {
    this.asked = true;
    at("ask").hidden = true;
    document.body.classList.remove("with-ask");
    at("line").focus({ preventScroll: true });
    this.wake();
    this.devicesChanged();
  }

  private answerAsk(yes: boolean): void {
    if (this.asked) return;
    this.settle();
    if (yes) void this.senses.start().then((said) => said !== "" && this.notice("senses", said, 12));
    this.link.say({ kind: "button", button: "start" });
  }

  /** A kiosk's screen does not go dark, where the browser lets us ask. */
  private stayAwake(): void {
    void navigator.wakeLock?.request("screen").catch(() => undefined);
  }

  private wake(): void {
    void this.player.speaker?.wake().catch(() => undefined);
  }

  // The server.

  private linkChanged(state: LinkState): void {
    this.open = state.state === "open";
    this.form.away(!this.open);
    this.drop("away");
    this.drop("refused");
    if (state.state === "away") {
      this.notice("away", this.language.texts.away);
      this.senses.setPace(0);
    } else if (state.state === "refused") this.refused(state.code);
    this.showPill();
  }

  private refused(code: number): void {
    at("ask").hidden = true;
    document.body.classList.remove("with-ask");
    const other = code === Close.BUSY || code === Close.TAKEN_OVER;
    const texts = this.language.texts;
    const text = other ? texts.elsewhere : texts.noToken;
    const notice = this.notice("refused", text);
    if (!other) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "main";
    button.textContent = texts.showHere;
    button.onclick = () => this.link.connect(true);
    notice.append(button);
  }

  private hear(message: FromServer): void {
    switch (message.kind) {
      case "welcome":
        this.player.begin(message.generation);
        this.language.offer(message.languages);
        this.speak(message.language.slice(0, 2));
        at("name").textContent = message.name;
        document.title = `${message.name} · Reception`;
        at("panel-toggle").hidden = !message.panel;
        if (!message.panel) at("panel").hidden = true;
        this.devicesChanged();
        void this.load(message.avatar);
        this.asks = message.asks;
        void this.greet();
        return;
      case "cut": return this.player.cut(message.generation);
      case "caption": return this.caption(message.who, layOut(message));
      case "card": return this.card(message.text, message.language);
      case "language": return this.speak(message.language);
      case "state":
        this.doing = message.doing;
        if (this.stage) this.stage.listens = ["hearing", "thinking"].includes(message.doing);
        return this.showPill();
      case "workers": return this.workers(message.workers);
      case "panel": return at("panel").hidden ? undefined : this.panel.show(message);
      case "notice":
        if (message.text === "") this.drop(message.code);
        else this.notice(message.code, this.inTheirs(message), ["emergency", "reading"].includes(message.code) ? Infinity : 20);
        return;
      case "form_show":
        this.card("");
        return this.form.show(message);
      case "form_step": return void this.form.step(message);
      case "form_hide": return this.form.hide(message.done);
      case "pace": return this.senses.setPace(message.pictures_hz);
    }
  }

  private speak(code: string): void {
    this.language.speak(code);
    this.showPill();
    this.tellTyping();
  }

  private workers(workers: Worker[]): void {
    this.panel.workers(workers);
    this.understood = workers.find((worker) => worker.role === "recogniser")?.languages ?? [];
    this.tellTyping();
  }

  /** Say so where the language chosen is not understood when it is spoken. */
  private tellTyping(): void {
    const deaf = this.understood.length > 0 && !this.understood.includes(this.language.code);
    this.drop("typing");
    if (deaf) this.notice("typing", this.language.texts.typePlease, 30);
  }

  /** What the server tells in the site's own language, in the visitor's where the page has it. */
  private inTheirs(notice: { code: string; text: string }): string {
    if (this.language.isOwn) return notice.text;
    if (notice.code === "help_called") return this.language.texts.called;
    return notice.code === "emergency" ? this.language.texts.stopped : notice.text;
  }

  private caption(who: "agent" | "visitor", shown: Shown): void {
    const line = at(who);
    line.replaceChildren(...shown.spans.map((span) => {
      const part = document.createElement("span");
      part.className = span.part;
      if (span.language !== undefined) part.lang = span.language;
      part.textContent = `${span.text}${gap(span.language)}`;
      return part;
    }));
    line.classList.toggle("final", shown.final);
    line.classList.toggle("partial", !shown.final);
    if (who === "visitor") {
      if (shown.spans.length > 0) line.dataset["who"] = this.language.texts.you;
      else delete line.dataset["who"];
    }
    this.clearAt[who] = shown.final ? perfS() + staysS(shown) : Infinity;
  }

  private card(text: string, language = ""): void {
    at("card").hidden = text === "";
    at("card").classList.toggle("long", text.length > CARD_LONG);
    at("card-text").lang = language === "" ? this.language.code : language;
    at("card-text").textContent = text;
    this.cardUntilS = perfS() + CARD_STAYS_S;
  }

  // What it looks like.

  private notice(code: string, text: string, forS = Infinity): HTMLElement {
    this.drop(code);
    const notice = document.createElement("div");
    notice.className = `notice ${code}`;
    const words = document.createElement("span");
    words.textContent = text;
    notice.append(words);
    at("notices").append(notice);
    if (Number.isFinite(forS)) setTimeout(() => notice.remove(), forS * 1000);
    return notice;
  }

  private drop(code: string): void {
    for (const notice of [...at("notices").children]) {
      if (notice.classList.contains(code)) notice.remove();
    }
  }

  private showPill(): void {
    const { camera, microphone, muted } = this.senses;
    const pill = pillOf(
      this.open, this.doing, camera || !this.asks, microphone || !this.asks, muted, this.language.texts,
    );
    at("pill").dataset["doing"] = pill.doing;
    if (at("pill-text").textContent !== pill.text) at("pill-text").textContent = pill.text;
  }

  private soundChanged(): void {
    const speaker = this.player.speaker;
    at("tap").hidden = speaker === null || speaker.running || !this.asked;
    this.player.chooseAxis();
    this.devicesChanged();
  }

  private devicesChanged(): void {
    const { camera, microphone, muted, detail } = this.senses;
    const speaker = this.player.speaker;
    const sound = speaker === null ? "none" : speaker.running ? "on" : "blocked";
    at("tap").hidden = speaker === null || speaker.running || !this.asked;
    const mute = at<HTMLButtonElement>("mute");
    mute.disabled = !microphone;
    mute.setAttribute("aria-pressed", String(muted));
    this.showPill();
    if (this.open) this.link.say({ kind: "devices", camera, microphone, muted, sound, detail });
  }

  private picture(ms: number): void {
    const nowS = ms / 1000;
    const seen = this.stage?.finished(nowS) ?? true;
    this.player.tick(nowS, seen);
    const elapsedS = nowS - this.drawnS;
    if (seen && elapsedS > (this.stage?.atLeastS ?? 0) - 0.004) {
      this.pictures++;
      this.drawnS = nowS;
      const pose = this.player.poseAt(nowS);
      this.stage?.draw(pose, nowS, elapsedS);
    }
    if (nowS > this.cardUntilS) this.card("");
    for (const who of ["agent", "visitor"] as const) {
      if (nowS > this.clearAt[who]) this.caption(who, NOTHING);
    }
    if (nowS - this.figuresS > FIGURES_EVERY_S) this.tellFigures(nowS);
    requestAnimationFrame((next) => this.picture(next));
  }

  /** A hidden page draws nothing and still speaks, so its reports do not wait for pictures. */
  private tell(): void {
    if (document.hidden) this.player.tick(perfS(), false);
    this.player.tell();
  }

  private tellFigures(nowS: number): void {
    const framesHz = Math.min(1000, this.pictures / Math.max(0.001, nowS - this.figuresS));
    this.pictures = 0;
    this.figuresS = nowS;
    this.link.say({
      kind: "figures", frames_hz: framesHz, late_chunks: this.player.lateChunks,
      margin_s: this.player.marginS,
      output_latency_s: this.player.speaker?.latencyS ?? 0,
    });
  }
}

declare global {
  interface Window {
    /** For tests in a browser: what was shown and heard. */
    __foyer?: Kiosk;
  }
}
window.__foyer = new Kiosk();
