import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { layOut, pillOf, staysS } from "../src/captions.ts";
import { backoffS, isOutdated } from "../src/link.ts";
import { LEVELS, Quality } from "../src/quality.ts";
import { NAMES, TEXTS, textsIn } from "../src/texts.ts";
import type { Caption } from "../src/wire.ts";

const agent = (clauses: string[], current: number | null, final = false): Caption =>
  ({ kind: "caption", who: "agent", clauses, current, final, languages: [] });

test("the clause being said stands out between what was said and what comes", () => {
  const { spans } = layOut(agent(["One.", "Two.", "Three."], 1));
  assert.deepEqual(spans.map((span) => span.part), ["told", "now", "to-come"]);
});

test("a long reply keeps the clause being said in view", () => {
  const clauses = Array.from({ length: 12 }, (_, i) => `Clause number ${i} ${"goes on ".repeat(6)}`);
  for (let current = 0; current < 12; current++) {
    const { spans } = layOut(agent(clauses, current));
    assert.equal(spans.filter((span) => span.part === "now").length, 1);
    assert.ok(spans.map((span) => span.text).join(" ").length < 300);
  }
});

test("a finished caption is whole, and an empty one is nothing", () => {
  assert.deepEqual(layOut(agent(["One.", "Two."], null, true)).spans, [{ text: "One. Two.", part: "whole" }]);
  assert.deepEqual(layOut(agent([], null, true)).spans, []);
});

test("longer captions stay longer", () => {
  const brief = layOut(agent(["Yes."], null, true));
  const long = layOut(agent(["word ".repeat(20)], null, true));
  assert.ok(staysS(long) > staysS(brief) + 5);
});

test("the pill says what matters most", () => {
  assert.equal(pillOf(false, "speaking", true, true, false).doing, "away");
  assert.equal(pillOf(true, "speaking", true, true, true).text, "Speaking");
  assert.equal(pillOf(true, "idle", true, true, true).text, "Microphone muted");
  assert.equal(pillOf(true, "idle", false, true, false).text, "Listening · camera off");
  assert.equal(pillOf(true, "idle", false, false, false).text, "Camera and microphone off");
});

test("a page is outdated once pages were built anew since its first welcome, and not before", () => {
  assert.equal(isOutdated("", "b2"), false);
  assert.equal(isOutdated("b1", "b1"), false);
  assert.equal(isOutdated("b1", ""), false);
  assert.equal(isOutdated("b1", "b2"), true);
});

test("tries to come back grow apart and stay below ten seconds", () => {
  assert.ok(backoffS(0, 0.5) < 0.6);
  assert.ok(backoffS(3, 0.5) > backoffS(1, 0.5));
  assert.ok(backoffS(50, 1) < 10);
});

test("slow pictures lower the quality and quick ones raise it again, not at once", () => {
  const quality = new Quality(1);
  let seconds = 0;
  while (!quality.took(0.05)) seconds += 0.05;
  assert.ok(seconds > 0.9 && seconds < 1.2);
  assert.equal(quality.level, 2);
  for (let n = 0; n < 10 * 60; n++) assert.equal(quality.took(1 / 60), false);
  for (let n = 0; n < 10 * 60; n++) quality.took(1 / 60);
  assert.equal(quality.level, 1);
  for (let n = 0; n < 1000; n++) quality.took(0.5);
  assert.equal(quality.level, LEVELS.length - 1);
});

test("each clause keeps its language, and Chinese has no spaces between clauses", () => {
  const mixed: Caption = {
    kind: "caption", who: "agent", clauses: ["Das habe ich nur auf Englisch.", "It is here.", "Come in."],
    current: null, final: true, languages: ["de", "en", "en"],
  };
  assert.deepEqual(layOut(mixed).spans, [
    { text: "Das habe ich nur auf Englisch.", part: "whole", language: "de" },
    { text: "It is here. Come in.", part: "whole", language: "en" },
  ]);
  const chinese: Caption = { ...mixed, clauses: ["好的。", "请坐。"], languages: ["zh", "zh"] };
  assert.deepEqual(layOut(chinese).spans, [{ text: "好的。请坐。", part: "whole", language: "zh" }]);
});

test("a Chinese caption stays as long as its characters need", () => {
  const brief = layOut(agent(["Yes."], null, true));
  const long = layOut(agent(["请沿我左边的走廊走洗手间是第二扇门"], null, true));
  assert.ok(staysS(long) > staysS(brief) + 2);
});

test("the page can say everything in every language, and no text stays English", () => {
  const english = TEXTS["en"];
  assert.ok(english);
  for (const [code, texts] of Object.entries(TEXTS)) {
    assert.ok(NAMES[code], code);
    for (const [key, text] of Object.entries(texts)) {
      assert.ok(text.trim().length > 1, `${code}.${key}`);
      if (code !== "en") assert.notEqual(text, english[key as keyof typeof english], `${code}.${key}`);
    }
  }
  assert.equal(pillOf(true, "speaking", true, true, false, textsIn("de")).text, "Ich spreche");
});

test("every text that the kiosk page names is there", () => {
  const page = readFileSync("static/kiosk.html", "utf8");
  const named = [...page.matchAll(/data-(?:say|label|placeholder)="(\w+)"/g)].map((m) => m[1] ?? "");
  assert.ok(named.length > 15);
  for (const key of named) assert.ok(key in textsIn("en"), key);
});
