// What both sides say, as the page shows it. Pure.

import type { Caption } from "./wire.ts";

export interface Span {
  text: string;
  part: "told" | "now" | "to-come" | "whole";
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
  if (current === null) {
    const text = clauses.join(" ").trim();
    return { spans: text === "" ? [] : [{ text, part: "whole" }], final: caption.final };
  }
  const spans = clauses.map((text, i): Span => ({
    text, part: i < current ? "told" : i === current ? "now" : "to-come",
  }));
  return { spans: fit(spans, current), final: false };
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
  const words = shown.spans.reduce((n, span) => n + span.text.split(/\s+/).length, 0);
  return STAYS_S + PER_WORD_S * words;
}

export type Pill = { doing: string; text: string };

/** What the status pill says. */
export function pillOf(
  open: boolean, doing: string, camera: boolean, microphone: boolean, muted: boolean,
): Pill {
  if (!open) return { doing: "away", text: "Not connected" };
  if (doing === "speaking") return { doing, text: "Speaking" };
  if (doing === "thinking") return { doing, text: "Thinking …" };
  if (doing === "hearing") return { doing, text: "Listening" };
  if (muted) return { doing: "off", text: "Microphone muted" };
  if (!microphone) return { doing: "off", text: camera ? "Microphone off" : "Camera and microphone off" };
  if (!camera) return { doing: "idle", text: "Listening · camera off" };
  return { doing: "idle", text: "Ready to listen" };
}
