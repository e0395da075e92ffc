// The page in the visitor's language: its own texts, and the buttons to choose one.

import { NAMES, textsIn, type Texts } from "./texts.ts";

/** Attributes of the page by which an element takes its text, label or placeholder from `Texts`. */
const KINDS = ["say", "label", "placeholder"] as const;

export class PageLanguage {
  code = "en";
  private own = "en";

  constructor(
    private readonly buttons: HTMLElement, private readonly choose: (code: string) => void,
  ) {}

  get texts(): Texts {
    return textsIn(this.code);
  }

  /** Whether the visitor is served in the site's own language. */
  get isOwn(): boolean {
    return this.code === this.own;
  }

  /** Offer these languages; one alone is no choice. */
  offer(codes: string[]): void {
    this.own = codes[0] ?? "en";
    this.buttons.hidden = codes.length < 2;
    this.buttons.replaceChildren(...codes.map((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.lang = code;
      button.dataset["code"] = code;
      button.textContent = NAMES[code] ?? code;
      button.onclick = () => this.choose(code);
      return button;
    }));
    this.mark();
  }

  /** Put the page into a language. */
  speak(code: string): void {
    this.code = code;
    document.documentElement.lang = code;
    const texts = this.texts;
    for (const kind of KINDS) {
      for (const element of document.querySelectorAll<HTMLElement>(`[data-${kind}]`)) {
        const text = texts[element.dataset[kind] as keyof Texts] ?? "";
        if (kind === "say") element.textContent = text;
        else element.setAttribute(kind === "label" ? "aria-label" : "placeholder", text);
      }
    }
    this.mark();
  }

  private mark(): void {
    for (const button of this.buttons.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset["code"] === this.code));
    }
  }
}
