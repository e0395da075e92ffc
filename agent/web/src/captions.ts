// What both sides say, as the page shows it. Pure.

import { textsIn, type Texts } from "./texts.ts";
import type { Caption } from "./wire.ts";

export interface Span {
  text: string;
  part: "told" | "now" | "to-come" | "whole";
  /** Of the text, where the server says so. */
  language?: string;
}

export interface Shown {
  spans: Span[];
  final: boolean;
}

export const NOTHING: Shown = { spans: [], final: true };
/** A finished caption stays for at least this, and longer for more words. */
export const STAYS_S = 6;
const PER_WORD_S = 0.45;
const LONGEST = 220;

/** Lay out a caption: what was heard, what is being said, what comes. */
export function layOut(caption: Caption): Shown {
  const { clauses, current } = caption;
  const languages = caption.languages ?? [];
  if (current === null) return { spans: whole(clauses, languages), final: caption.final };
  const spans = clauses.map((text, i): Span => ({
    text, part: i < current ? "told" : i === current ? "now" : "to-come", ...inLanguage(languages[i]),
  }));
  return { spans: fit(spans, current), final: false };
}

/** All clauses as one stretch of text for each run of one language. */
function whole(clauses: string[], languages: string[]): Span[] {
  const spans: Span[] = [];
  clauses.forEach((text, i) => {
    const last = spans.at(-1);
    if (last !== undefined && last.language === languages[i]) {
      last.text = `${last.text}${gap(languages[i])}${text}`.trim();
    } else if (text.trim() !== "") {
      spans.push({ text: text.trim(), part: "whole", ...inLanguage(languages[i]) });
    }
  });
  return spans;
}

function inLanguage(language: string | undefined): { language?: string } {
  return language === undefined || language === "" ? {} : { language };
}

/** What stands between two clauses: nothing in Chinese. */
export function gap(language: string | undefined): string {
  return language === "zh" ? "" : " ";
}

/** Long replies keep the clause being said and what fits around it. */
function fit(spans: Span[], current: number): Span[] {
  let from = current;
  let to = current + 1;
  let size = spans[current]?.text.length ?? 0;
  for (;;) {
    const after = spans[to];
    const before = spans[from - 1];
    if (after !== undefined && size + after.text.length <= LONGEST) {
      size += after.text.length;
      to++;
    } else if (before !== undefined && size + before.text.length <= LONGEST) {
      size += before.text.length;
      from--;
    } else return spans.slice(from, to);
  }
}

/** How long a finished caption is kept, seconds. */
export function staysS(shown: Shown): number {
  const words = shown.spans.reduce((n, span) => n + wordsIn(span.text), 0);
  return STAYS_S + PER_WORD_S * words;
}

/** Chinese has no spaces: two characters are about a word. */
function wordsIn(text: string): number {
  const chinese = text.match(/[\u3400-\u9fff]/g)?.length ?? 0;
  return text.split(/\s+/).length + chinese / 2;
}

export type Pill = { doing: string; text: string };

/** What the status pill says. */
export function pillOf(
  open: boolean, doing: string, camera: boolean, microphone: boolean, muted: boolean,
  say: Texts = textsIn("en"),
): Pill {
  if (!open) return { doing: "away", text: say.notConnected };
  if (doing === "speaking") return { doing, text: say.speaking };
  if (doing === "thinking") return { doing, text: say.thinking };
  if (doing === "hearing") return { doing, text: say.listening };
  if (muted) return { doing: "off", text: say.muted };
  if (!microphone) return { doing: "off", text: camera ? say.noMicrophone : say.noSenses };
  if (!camera) return { doing: "idle", text: say.noCamera };
  return { doing: "idle", text: say.ready };
}
