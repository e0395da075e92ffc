"""A form on the real page in a real browser: filled by conversation and by hand, each step seen.

What is typed to the agent stands for what is said to it: the same turns, without a microphone.
"""

import asyncio
import json
import sqlite3
from pathlib import Path

import cv2
import pytest

from agent.core.messages import (
    FormShown,
    HostNotified,
    PageChanged,
    ReplyReady,
    ToolFinished,
    ToolOutcome,
)
from agent.pages.server import WEB
from tests.e2e.browser import browser, screenshot
from tests.fakes.agents import house, whole_agent

pytestmark = pytest.mark.real_time

OUTPUT = Path(__file__).parents[1] / "output" / "form"
SCRIPT = '<img src=x onerror="window.__owned = true">'
ANSWER_S = 30.0
WATCH = """(() => {
  const form = __foyer.form, say = form.say, step = form.step.bind(form);
  window.__log = [];
  form.say = (message) => (__log.push(structuredClone(message)), say(message));
  form.step = (message) => (__log.push(structuredClone(message)), step(message));
})()"""
LOOK = """(() => {
  const box = document.querySelector('#sheet'), view = (e) => e?.getBoundingClientRect();
  const inside = (e) => { const b = view(e); return b && b.left >= 0 && b.top >= 0
    && b.right <= innerWidth && b.bottom <= innerHeight; };
  const seen = (e) => e.checkVisibility() && view(e).height > 0;
  return {
    hidden: box.hidden,
    values: Object.fromEntries([...box.querySelectorAll('.form-field')].map((f) => [f.dataset.key,
      f.querySelector('input:checked, input.form-input')?.value ?? '']).filter(([, v]) => v)),
    labels: [...box.querySelectorAll('.form-label')].map((e) => e.textContent),
    at: box.querySelector('.at')?.dataset.key ?? '',
    focused: document.activeElement?.closest?.('.form-field')?.dataset.key ?? '',
    inside: inside(box), over: view(box).bottom - view(document.querySelector('#agent')).top,
    targets: [...box.querySelectorAll('button, .form-option, .form-input')].filter(seen)
      .map((e) => Math.min(view(e).height, view(e).width)),
    letters: [...box.querySelectorAll('label, span, p, input, button')].filter(seen)
      .map((e) => parseFloat(getComputedStyle(e).fontSize)),
    images: box.querySelectorAll('img').length,
    owned: window.__owned ?? false,
  };
})()"""


class Visit:
    """A visitor at the page: talks, types and taps, and looks at it."""

    def __init__(self, whole, page):
        self.whole, self.page = whole, page

    async def says(self, line):
        """Returns the answer."""
        before = len(self.whole.of(ReplyReady))
        self.whole.types(line)
        await self.whole.until(
            lambda: any(r.last for r in self.whole.of(ReplyReady)[before:]), within_s=ANSWER_S
        )
        return " ".join(c.text for r in self.whole.of(ReplyReady)[before:] for c in r.clauses)

    async def looks(self):
        return await self.page.evaluate(LOOK)

    async def writes(self, key, text):
        """By hand: over what stands there."""
        await self.page.evaluate(f"document.querySelector('#form-{key}').select()")
        await self.page.type(text)

    async def touches(self, selector):
        spot = await self.page.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({ block: 'nearest' }); const b = e.getBoundingClientRect();"
            " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.page.call(
                "Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left",
                clickCount=1,
            )  # fmt: skip


async def conversation(folder):
    """The whole visit; what was said and seen, moment by moment."""
    said, seen = {}, {}
    settings = house(
        folder,
        camera={"source": "none"},
        microphone={"source": "none"},
    )
    async with whole_agent(folder, settings=settings, headless=False) as whole:
        await whole.agent.server.started.wait()
        async with browser(flags=("--disable-3d-apis",)) as chrome:
            page = await chrome.open(whole.agent.server.address + "/", width=1280, height=800)
            asked = "__foyer.asked || !document.querySelector('#ask').hidden"
            await page.until(f"__foyer.open && ({asked})", within_s=60)
            await page.evaluate("document.querySelector('#ask-no').click()", gesture=True)
            await whole.until(lambda: any(m.connected for m in whole.of(PageChanged)))
            await page.evaluate(WATCH)
            visit = Visit(whole, page)

            said["begin"] = await visit.says("I would like to register, my name is Rosa Demo")
            seen["begin"] = await visit.looks()
            await page.until("document.querySelector('#agent').textContent.length > 20")
            await screenshot(page, OUTPUT / "asked.png")

            await visit.writes("company", "Globex")
            said["by hand"] = await visit.says("here to see Anna Keller")
            seen["by hand"] = await visit.looks()

            relabel = "document.querySelector('[data-key=plate] .form-label').textContent = 'PIN'"
            await page.evaluate(relabel)
            said["changed"] = await visit.says("b a b one two three")
            seen["changed"] = await visit.looks()

            said["choice"] = await visit.says("until noon")
            await visit.touches("[data-key=rules] .form-option")
            said["read back"] = await visit.says("what have you written")
            seen["read back"] = await visit.looks()
            await screenshot(page, OUTPUT / "read_back.png")

            await visit.touches(".form-back")
            await visit.writes("company", SCRIPT)
            said["differs"] = await visit.says("yes")
            seen["differs"] = await visit.looks()
            said["sent"] = await visit.says("yes")
            said["again"] = await visit.says("yes")
            await page.until("document.querySelector('.form-sent')")
            seen["sent"] = await visit.looks()
            await whole.until(lambda: whole.of(HostNotified))
            log = await page.evaluate("__log")
            assert not [line for line in chrome.console if "exceptionThrown" in line]
    with sqlite3.connect(folder / "visits.sqlite") as book:
        rows = book.execute("SELECT kind, visitor, host, detail FROM visits").fetchall()
    return said, seen, log, rows, whole


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    if not (WEB / "form.css").exists():
        pytest.skip("the pages are not built: foyer pages build")
    with asyncio.Runner() as runner:
        said, seen, log, rows, whole = runner.run(conversation(tmp_path_factory.mktemp("form")))

    class Result:
        pass

    result = Result()
    result.said, result.seen, result.log, result.rows, result.whole = said, seen, log, rows, whole
    return result


def test_what_is_said_is_written_and_the_next_field_is_marked_and_has_the_keyboard(visit):
    assert visit.seen["begin"]["values"] == {"name": "Rosa Demo"}
    assert visit.seen["begin"]["at"] == visit.seen["begin"]["focused"] == "company"
    assert "Which company" in visit.said["begin"]


def test_each_step_is_seen_done_before_the_next(visit):
    told = [m for m in visit.log if m["kind"] == "form_step" or m.get("number")]
    for step, answer in zip(told[:-1], told[1:], strict=True):
        if step["kind"] == "form_step":
            assert (answer["kind"], answer["number"]) == ("form_seen", step["number"])
    typed = [m for m in told if m["kind"] == "form_step" and m["do"] == "type"]
    answers = {m["number"]: m for m in told if m["kind"] == "form_seen"}
    assert {m["target"] for m in typed} >= {"name", "host", "plate"}
    for step in typed:
        values = {f["key"]: f["value"] for f in answers[step["number"]]["fields"]}
        assert values[step["target"]] == step["text"]
    assert {m["do"] for m in told if m["kind"] == "form_step"} == {"read", "tap", "type", "scroll"}


def test_what_a_hand_wrote_is_noticed_and_kept(visit):
    assert "Company" in visit.said["by hand"]
    assert "yourself" in visit.said["by hand"]
    assert visit.seen["by hand"]["values"] == {
        "name": "Rosa Demo",
        "company": "Globex",
        "host": "Anna Keller",
    }


def test_a_form_that_was_changed_on_the_page_is_noticed_and_put_back(visit):
    assert "had changed" in visit.said["changed"]
    assert "PIN" not in visit.seen["changed"]["labels"]
    assert visit.seen["changed"]["values"]["plate"] == "BAB123"
    assert visit.seen["changed"]["values"]["host"] == "Anna Keller"


def test_a_tap_of_the_agents_own_is_not_taken_for_a_hand(visit):
    assert "yourself" not in visit.said["choice"]
    assert "Noon" in visit.said["choice"]


def test_a_touch_counts_like_a_word_and_all_is_read_back(visit):
    assert visit.seen["read back"]["values"]["rules"] == "yes"
    assert "Shall I send it" in visit.said["read back"]


def test_what_was_changed_after_the_reading_back_is_read_again_and_script_is_text(visit):
    assert "not as it was" in visit.said["differs"]
    assert visit.seen["differs"]["values"]["company"] == SCRIPT
    assert not visit.seen["differs"]["owned"]
    assert visit.seen["differs"]["images"] == 0


def test_it_arrives_once_and_leaves_nothing_on_the_page(visit):
    assert "sent" in visit.said["sent"]
    (row,) = visit.rows
    assert row[:3] == ("registration", "Rosa Demo", "Anna Keller")
    assert SCRIPT in row[3]
    assert [m.host for m in visit.whole.of(HostNotified)] == ["Anna Keller"]
    assert visit.seen["sent"]["values"] == {}
    assert [m.shown for m in visit.whole.of(FormShown)] == [True, False]
    used = visit.whole.of(ToolFinished)
    assert {m.outcome for m in used} == {ToolOutcome.DONE}


def test_it_can_be_read_touched_and_reached_and_covers_no_caption(visit):
    for moment in ("begin", "by hand", "read back"):
        look = visit.seen[moment]
        assert look["inside"]
        assert look["over"] <= 0
        assert min(look["targets"]) >= 44
        assert min(look["letters"]) >= 13
    picture = cv2.imread(str(OUTPUT / "read_back.png"))
    assert picture.shape == (800, 1280, 3)
    assert picture.std() > 20
