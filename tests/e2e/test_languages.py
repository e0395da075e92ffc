"""A visitor at a real page in other languages: chosen by a button, typed, answered and shown."""

import asyncio
import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent.app import build
from agent.core.bus import Bus, Delivery
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, LanguageFollowed, Message
from agent.pages.server import WEB
from agent.settings import apart, read_settings
from tests.e2e.browser import browser
from tests.e2e.test_reception import Ten

pytestmark = pytest.mark.real_time
DEMO = Path(__file__).parents[2] / "configs" / "demo.yaml"
ALL = Delivery(capacity=1_000_000, lossy=False)
SAID = {
    "de": ("Guten Tag, wo sind hier bitte die Toiletten?", "zweite Tür", "Einen Menschen rufen"),
    "zh": ("您好，请问洗手间在哪里？", "第二扇门", "叫工作人员"),
}
TELL = """JSON.stringify({
  page: document.documentElement.lang,
  agent: document.querySelector('#agent').innerText,
  languages: [...document.querySelectorAll('#agent span')].map((span) => span.lang),
  visitor: document.querySelector('#visitor').innerText,
  help: document.querySelector('#help').innerText,
  ai: document.querySelector('.ai').innerText,
  pressed: document.querySelector('#languages [aria-pressed="true"]')?.lang,
  notices: document.querySelector('#notices').innerText,
})"""


@contextlib.asynccontextmanager
async def at_work(tmp_path, heard):
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    settings = apart(read_settings(DEMO), tmp_path)
    nowhere = settings.config.microphone.model_copy(update={"source": "none"})
    blind = settings.config.camera.model_copy(update={"source": "none"})
    config = settings.config.model_copy(update={"microphone": nowhere, "camera": blind})
    settings = replace(settings, config=config)
    agent = build(settings, bus=bus, clock=clock, wall=Ten(clock))
    traffic = bus.subscribe(Message, delivery=ALL)

    async def note():
        async for message in traffic:
            heard.append(message)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(agent.runtime.run()), group.create_task(note())]
        await agent.server.started.wait()
        try:
            yield agent
        finally:
            for task in tasks:
                task.cancel()


async def visit(tmp_path):
    heard, shown = [], {}
    # Nothing is drawn: this is about words, and the processor has enough to do.
    drawn = ("--disable-3d-apis",)
    async with at_work(tmp_path, heard) as agent, browser(flags=drawn) as chrome:
        page = await chrome.open(agent.server.address + "/", width=1280, height=720)
        ready = "window.__foyer && document.querySelector('#languages button')"
        await page.until(ready, within_s=60)
        await page.evaluate("document.querySelector('#ask-no').click()", gesture=True)
        for code, (line, answer, _) in SAID.items():
            await page.evaluate(
                f"document.querySelector('#languages [lang={code}]').click()", gesture=True
            )
            await page.until(f"document.documentElement.lang === '{code}'", within_s=20)
            script = f"""(() => {{ const field = document.querySelector('#line');
                field.value = {json.dumps(line)};
                document.querySelector('#form').requestSubmit(); }})()"""
            await page.evaluate(script, gesture=True)
            await page.until(
                f"document.querySelector('#agent').innerText.includes('{answer}')", within_s=40
            )
            shown[code] = json.loads(await page.evaluate(TELL))
            await page.until("__foyer.doing !== 'speaking'", within_s=40)
    return heard, shown


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    if not (WEB / "kiosk.html").exists():
        pytest.skip("the pages are not built: foyer pages build")
    with asyncio.Runner() as runner:
        return runner.run(visit(tmp_path_factory.mktemp("languages")))


def test_the_page_and_its_captions_are_in_the_language_chosen(seen):
    _, shown = seen
    for code, (line, answer, help_label) in SAID.items():
        here = shown[code]
        assert here["page"] == here["pressed"] == code
        assert answer in here["agent"]
        assert set(here["languages"]) == {code}
        assert line in here["visitor"]
        assert help_label in here["help"]
        assert "AI" not in here["ai"] or code == "en"


def test_who_is_at_work_tells_the_language_it_speaks(seen):
    heard, _ = seen
    voices = [m.languages for m in heard if isinstance(m, BackendChosen) and m.role == "voice"]
    assert {("de",), ("zh",)} <= set(voices)
    told = [m.language for m in heard if isinstance(m, LanguageFollowed)]
    assert told == ["de", "zh"]
