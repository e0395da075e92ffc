// The form on the kiosk: real fields that a hand can fill at any time, and steps that the agent
// asks for, done on the same fields. After each step the page tells what then stands there, read
// back from what is shown. All words in it are set as text, never as markup.

import type { FormField, FormSeen, FormShow, FormStep, ToServer } from "./wire.ts";

const TYPE_S = 0.4;
/** A typed value appears letter by letter, in this time at most. */
const PAUSE_MS = 30;
/** A page that has lost its agent keeps nothing of a visitor for longer. */
const ALONE_S = 30;
const BUSY_S = 15;
const NATIVE: Record<string, string> = { date: "date", email: "email", phone: "tel" };
const RADIOS: Record<string, [string, string][]> = { yes_no: [["yes", "Yes"], ["no", "No"]] };

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, className = "", text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

export class FormView {
  private sheet = "";
  private order = 0;
  private sent = false;
  private handAtMs = -Infinity;
  private lineAtMs = -Infinity;
  private handDuring = false;
  private acting = false;
  private toldMs = -Infinity;
  private timer = 0;
  private thanks = 0;

  /** `box`: where it is shown. `line`: where visitors type to the agent; its focus is left alone. */
  constructor(
    private readonly box: HTMLElement,
    private readonly line: HTMLElement,
    private readonly say: (message: ToServer) => boolean,
  ) {
    line.addEventListener("input", () => (this.lineAtMs = performance.now()));
    for (const kind of ["input", "change"]) {
      box.addEventListener(kind, (event) => this.touched(event));
    }
    box.addEventListener("focusin", (event) => event.isTrusted && this.mark(this.fieldOf(event.target)));
    box.addEventListener("keydown", (event) => this.key(event));
    const foot = document.querySelector<HTMLElement>(".foot");
    if (foot === null) return;
    // The form ends where the captions begin, however many lines they have; what is being filled
    // stays in view.
    new ResizeObserver(() => {
      box.style.setProperty("--foot", `${foot.offsetHeight}px`);
      box.querySelector(".form-field.at")?.scrollIntoView({ block: "nearest", behavior: "instant" });
    }).observe(foot);
  }

  // What the agent asks for.

  show(message: FormShow): void {
    this.empty();
    window.clearTimeout(this.thanks);
    this.sheet = message.sheet;
    this.sent = false;
    this.handAtMs = -Infinity;
    this.build(message);
    this.turn(1);
    this.box.hidden = false;
    document.body.classList.add("with-form");
    this.tell(message.number);
  }

  async step(message: FormStep): Promise<void> {
    const mine = ++this.order;
    this.handDuring = false;
    if (message.sheet === this.sheet && this.sheet !== "") {
      try {
        await this.act(message, mine);
      } catch {
        // What could not be done is seen in what is told.
      }
      if (mine !== this.order) return;
    }
    this.tell(message.number);
  }

  /** Empty it and take it away, in mid-step if need be. */
  hide(done: boolean): void {
    const shown = this.sheet !== "";
    this.empty();
    if (!done || !shown) {
      this.close();
      return;
    }
    this.box.replaceChildren(make("p", "form-sent", "Thank you. It is sent."));
    this.thanks = window.setTimeout(() => this.close(), 6000);
  }

  /** The agent is out of reach, or back. */
  away(away: boolean): void {
    window.clearTimeout(this.timer);
    if (away && this.sheet !== "") this.timer = window.setTimeout(() => this.leave(), ALONE_S * 1000);
  }

  private leave(): void {
    const waitMs = this.handAtMs + BUSY_S * 1000 - performance.now();
    if (waitMs > 0) this.timer = window.setTimeout(() => this.leave(), waitMs);
    else this.hide(false);
  }

  private empty(): void {
    this.order++;
    this.sheet = "";
    for (const one of this.box.querySelectorAll("input, textarea")) {
      if (one instanceof HTMLInputElement && (one.type === "radio" || one.type === "checkbox")) one.checked = false;
      else (one as HTMLInputElement).value = "";
    }
    this.box.replaceChildren();
  }

  private close(): void {
    this.box.hidden = true;
    this.box.replaceChildren();
    document.body.classList.remove("with-form");
  }

  private async act(step: FormStep, mine: number): Promise<void> {
    const field = this.field(step.target);
    switch (step.do) {
      case "read": return;
      case "scroll": {
        if (field === null) return;
        this.turn(Number(field.dataset["page"]));
        field.scrollIntoView({ block: "nearest", behavior: "instant" });
        return;
      }
      case "tap": {
        if (step.target === "next" || step.target === "back") {
          this.box.querySelector<HTMLButtonElement>(`.form-${step.target}`)?.click();
          return;
        }
        if (field === null || field.hidden) return;
        this.mark(field);
        if (step.text !== "") return this.choose(field, step.text);
        return this.focus(field);
      }
      case "type": {
        if (field === null || field.hidden) return;
        this.mark(field);
        if (step.text === "") this.clear(field);
        else await this.write(field, step.text, mine);
      }
    }
  }

  private choose(field: HTMLElement, value: string): void {
    for (const input of field.querySelectorAll<HTMLInputElement>("input")) {
      if (input.value !== value || input.checked) continue;
      this.acting = true; // the browser takes what follows a click for a hand's
      input.click();
      this.acting = false;
    }
  }

  private clear(field: HTMLElement): void {
    for (const input of field.querySelectorAll<HTMLInputElement>("input")) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = false;
      else this.set(input, "");
    }
  }

  private async write(field: HTMLElement, text: string, mine: number): Promise<void> {
    const input = field.querySelector<HTMLInputElement>("input");
    if (input === null || input.type === "radio" || input.type === "checkbox") return;
    this.focus(field);
    const began = performance.now();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || input.type === "date";
    while (!calm) {
      const share = (performance.now() - began) / 1000 / TYPE_S;
      if (share >= 1) break;
      this.set(input, text.slice(0, Math.ceil(share * text.length)));
      await new Promise((done) => setTimeout(done, PAUSE_MS));
      // Given up, or a hand is at this form: it is not written over.
      if (mine !== this.order || this.handDuring) return;
    }
    this.set(input, text);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private set(input: HTMLInputElement, text: string): void {
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true, data: text }));
  }

  // What a hand does.

  private touched(event: Event): void {
    const field = this.fieldOf(event.target);
    if (field !== null) field.classList.remove("wrong");
    if (!event.isTrusted || this.acting || this.sheet === "") return;
    this.handAtMs = performance.now();
    this.handDuring = true;
    this.sent = false;
    if (this.handAtMs - this.toldMs > 1000) {
      this.toldMs = this.handAtMs;
      this.tell(0);
    }
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const fields = this.fields().filter((one) => !one.hidden);
    const next = fields[fields.indexOf(this.fieldOf(event.target) as HTMLElement) + 1];
    if (next !== undefined) next.querySelector<HTMLInputElement>("input")?.focus();
    else this.box.querySelector<HTMLButtonElement>(".form-next:not([hidden]), .form-send:not([hidden])")?.focus();
  }

  private pressSend(event: Event): void {
    if (!event.isTrusted || this.sheet === "") return;
    this.sent = true;
    for (const field of this.fields()) field.classList.toggle("wrong", this.isWrong(field));
    const first = this.fields().find((one) => one.classList.contains("wrong"));
    if (first !== undefined) {
      this.turn(Number(first.dataset["page"]));
      this.mark(first);
      this.focus(first);
    }
    this.say({ kind: "line", text: "Send the form" });
  }

  // What it looks like.

  private build(message: FormShow): void {
    const pages = Math.max(...message.fields.map((one) => one.page));
    const head = make("header", "form-head");
    const close = make("button", "round form-close");
    close.type = "button";
    close.setAttribute("aria-label", "Empty and close the form");
    close.textContent = "✕";
    close.onclick = (event) => event.isTrusted && this.say({ kind: "line", text: "Cancel the form" });
    const title = make("h2", "", message.title);
    title.id = "form-title";
    head.append(title, make("span", "form-page"), close);
    const body = make("div", "form-body");
    body.append(...message.fields.map((one) => this.fieldset(one)));
    const foot = make("footer", "form-foot");
    const back = this.button("form-back quiet solid", "Back", () => this.turn(this.page - 1));
    const next = this.button("form-next main", "Next", () => this.turn(this.page + 1));
    const send = this.button("form-send main", "Send", (event) => this.pressSend(event));
    foot.append(back, next, send);
    this.box.dataset["pages"] = String(pages);
    this.box.setAttribute("aria-labelledby", "form-title");
    this.box.replaceChildren(head, body, foot);
  }

  private button(className: string, text: string, press: (event: Event) => void): HTMLButtonElement {
    const button = make("button", className, text);
    button.type = "button";
    button.onclick = press;
    return button;
  }

  private fieldset(one: FormField): HTMLElement {
    const options = one.kind === "choice" ? one.options.map((o): [string, string] => [o, o]) : RADIOS[one.kind];
    const field = make("div", "form-field");
    field.dataset["key"] = one.key;
    field.dataset["kind"] = one.kind;
    field.dataset["page"] = String(one.page);
    if (one.required) field.dataset["required"] = "";
    const id = `form-${one.key}`;
    const label = make(options === undefined ? "label" : "span", "form-label", one.label);
    label.id = `${id}-label`;
    const head = make("div", "form-name");
    head.append(label);
    if (!one.required) head.append(make("span", "form-optional", "may stay empty"));
    field.append(head);
    if (one.text !== "") field.append(this.longText(one));
    if (options !== undefined) {
      field.append(this.radios(one, options, id));
    } else if (one.kind === "agree") {
      const box = make("label", "form-option");
      const input = make("input");
      input.type = "checkbox";
      input.value = "yes";
      input.id = id;
      box.append(input, make("span", "", "I agree"));
      field.append(box);
      if (label instanceof HTMLLabelElement) label.htmlFor = id;
    } else {
      const input = make("input", "form-input");
      input.type = NATIVE[one.kind] ?? "text";
      if (one.kind === "number") input.inputMode = "numeric";
      input.id = id;
      input.maxLength = one.longest;
      input.autocomplete = "off";
      input.spellcheck = false;
      input.required = one.required;
      if (label instanceof HTMLLabelElement) label.htmlFor = id;
      field.append(input);
    }
    if (one.help !== "") {
      const help = make("p", "form-help", one.help);
      help.id = `${id}-help`;
      field.querySelector("input")?.setAttribute("aria-describedby", help.id);
      field.append(help);
    }
    return field;
  }

  private longText(one: FormField): HTMLElement {
    const text = make("div", "form-text", one.text.trim());
    text.tabIndex = 0;
    text.setAttribute("role", "region");
    text.setAttribute("aria-label", one.label);
    return text;
  }

  private radios(one: FormField, options: [string, string][], id: string): HTMLElement {
    const group = make("div", "form-options");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-labelledby", `${id}-label`);
    group.append(...options.map(([value, text]) => {
      const option = make("label", "form-option");
      const input = make("input");
      input.type = "radio";
      input.name = `form-${one.key}`;
      input.value = value;
      option.append(input, make("span", "", text));
      return option;
    }));
    return group;
  }

  private get page(): number {
    return Number(this.box.dataset["page"] ?? "1");
  }

  private turn(page: number): void {
    const pages = Number(this.box.dataset["pages"] ?? "1");
    const to = Math.max(1, Math.min(pages, page));
    this.box.dataset["page"] = String(to);
    for (const field of this.fields()) field.hidden = Number(field.dataset["page"]) !== to;
    const body = this.box.querySelector(".form-body");
    if (body !== null) body.scrollTop = 0;
    const told = this.box.querySelector(".form-page");
    if (told !== null) told.textContent = pages > 1 ? `${to} of ${pages}` : "";
    const show = (name: string, shown: boolean): void => {
      const button = this.box.querySelector<HTMLElement>(name);
      if (button !== null) button.hidden = !shown;
    };
    show(".form-back", to > 1);
    show(".form-next", to < pages);
    show(".form-send", to === pages);
  }

  /** Show which field is being filled. */
  private mark(field: HTMLElement | null): void {
    for (const one of this.fields()) one.classList.toggle("at", one === field);
  }

  /** Whoever types to the agent keeps the keyboard; the field is only marked then. */
  private focus(field: HTMLElement): void {
    const typing = document.activeElement === this.line
      && ((this.line as HTMLInputElement).value !== "" || performance.now() - this.lineAtMs < 3000);
    if (!typing) field.querySelector<HTMLElement>("input")?.focus({ preventScroll: true });
  }

  // What stands there.

  private fields(): HTMLElement[] {
    return [...this.box.querySelectorAll<HTMLElement>(".form-field")];
  }

  private field(key: string): HTMLElement | null {
    return this.fields().find((one) => one.dataset["key"] === key) ?? null;
  }

  private fieldOf(target: EventTarget | null): HTMLElement | null {
    return target instanceof Element ? target.closest<HTMLElement>(".form-field") : null;
  }

  private valueOf(field: HTMLElement): string {
    const inputs = [...field.querySelectorAll<HTMLInputElement>("input")];
    const ticks = inputs.filter((one) => one.type === "radio" || one.type === "checkbox");
    if (ticks.length > 0) return ticks.find((one) => one.checked)?.value ?? "";
    return inputs[0]?.value ?? "";
  }

  private isWrong(field: HTMLElement): boolean {
    if (field.dataset["required"] !== undefined && this.valueOf(field) === "") return true;
    return [...field.querySelectorAll("input")].some((one) => !one.checkValidity());
  }

  /** Within the part of the form that is scrolled into view. */
  private isVisible(field: HTMLElement): boolean {
    const body = this.box.querySelector(".form-body");
    if (field.hidden || body === null) return false;
    const mine = field.getBoundingClientRect();
    const view = body.getBoundingClientRect();
    const tall = Math.min(mine.height, view.height);
    const shown = Math.min(mine.bottom, view.bottom) - Math.max(mine.top, view.top);
    return mine.height > 0 && shown >= tall - 2;
  }

  private optionsOf(field: HTMLElement): string[] {
    if (field.dataset["kind"] !== "choice") return [];
    return [...field.querySelectorAll(".form-option span")].map((one) => one.textContent ?? "");
  }

  private tell(number: number): void {
    const fields: FormSeen["fields"] = this.fields().map((one) => ({
      key: one.dataset["key"] ?? "",
      label: one.querySelector(".form-label")?.textContent ?? "",
      kind: one.dataset["kind"] ?? "",
      required: one.dataset["required"] !== undefined,
      options: this.optionsOf(one),
      page: Number(one.dataset["page"]),
      value: this.valueOf(one).slice(0, 400),
      visible: this.isVisible(one),
      wrong: this.valueOf(one) !== "" && this.isWrong(one),
    }));
    this.say({
      kind: "form_seen", number, sheet: this.sheet, fields, page: this.page,
      at: this.box.querySelector<HTMLElement>(".form-field.at")?.dataset["key"] ?? "",
      by_hand: this.handDuring, sent_by_hand: this.sent,
    });
  }
}
