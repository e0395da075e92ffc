"""The real page in a real browser: lips meet sound, a cut silences, typing arrives, it looks alive.

The picture is drawn by the processor here, so there are few pictures a second; what is judged is
whether the mouth in each picture belongs to the sound that is heard with it.
"""

import asyncio
import contextlib
from pathlib import Path

import numpy as np
import pytest

from actuation.embodiments.page import AvatarBody
from agent.bench.stand_in import StandInPerformer, heard_score, lip_errors, running
from agent.core.bus import RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActId,
    ActStarted,
    Clause,
    LineTyped,
    PageChanged,
    Played,
    Reason,
    StageState,
)
from agent.pages.config import ServerConfig
from agent.pages.panel import SHOWN
from agent.pages.server import WEB, PageServer, Senses
from perception.backends.browser import BrowserCamera, BrowserMicrophone
from tests.e2e.browser import browser, mjpeg, recorded, screenshot, wav

pytestmark = pytest.mark.real_time

OUTPUT = Path(__file__).parents[1] / "output" / "kiosk"
HOURS = "Open Monday to Wednesday from 8 am to 6 pm, Thursday to 8 pm and Friday to 4 pm. "
LATE_CUT_S = 0.1
"""From the order's arrival at the page to silence: what the device holds already, and a fade of
15 ms. How long the order itself took is the machine's load, and is written down."""


class Scene:
    """A server, a stand-in performer, and a kiosk page in a browser."""

    def __init__(self, page, bus, performer, clock, published):
        self.page = page
        self.bus = bus
        self.performer = performer
        self.clock = clock
        self.published = published

    def of(self, kind):
        return [message for message in self.published if isinstance(message, kind)]


@contextlib.asynccontextmanager
async def scene(tmp_path, *, size=(960, 540), **devices):
    if not (WEB / "kiosk.html").exists():
        pytest.skip("the pages are not built: foyer pages build")
    clock = LoopClock(asyncio.get_running_loop())
    bus, published = Bus(), []
    facts = bus.subscribe(*SHOWN, delivery=RECENT)

    def publish(message):
        published.append(message)
        bus.publish(message)

    body = AvatarBody(clock=clock, report=publish)
    camera, microphone = BrowserCamera(), BrowserMicrophone()
    server = PageServer(
        config=ServerConfig(port=0, token_file=tmp_path / "token", panel="open"),
        clock=clock,
        facts=facts,
        publish=publish,
        senses=Senses(picture=camera.put, sound=microphone.put),
        body=body,
    )
    performer = StandInPerformer(clock=clock, apply=body.apply)
    async with running(server, performer):
        await asyncio.wait_for(server.started.wait(), 10)
        async with browser(**devices) as chromium:
            page = await chromium.open(server.address, width=size[0], height=size[1])
            await page.until("__foyer.loaded", within_s=60)
            await page.until("__foyer.player.speaker.running", within_s=30)
            shown = Scene(page, bus, performer, clock, published)
            shown.camera, shown.microphone = camera, microphone
            yield shown
        assert not [line for line in chromium.console if "exceptionThrown" in line], (
            chromium.console
        )


def figure(name, text):
    """Leave what was measured beside the pictures."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{name}.txt").write_text(text + "\n")


async def test_lips_in_the_picture_belong_to_the_sound_that_is_heard(tmp_path):
    async with scene(tmp_path) as shown:
        page = shown.page
        await page.until("__foyer.bodyName === 'vrm'", within_s=60)
        await asyncio.sleep(2)
        await page.tap()
        shown.performer.say(6.0)
        await asyncio.sleep(7.5)
        samples, rate, start_s = await recorded(page)
        moments = [m for m in await page.moments() if m["utterance"] == 1]
        meant, seen = (
            errors[np.isfinite(errors)]
            for errors in (
                lip_errors(samples, rate, start_s, moments, when) for when in ("dueS", "perfS")
            )
        )
        about = (
            f"{len(meant)} pictures; |lip - sound| at the moment a picture is made for: "
            f"p50 {np.median(np.abs(meant)):.4f} s, p95 {np.percentile(np.abs(meant), 95):.4f} s; "
            f"when the processor had it ready: p50 {np.median(np.abs(seen)):.4f} s, "
            f"p95 {np.percentile(np.abs(seen), 95):.4f} s, middle {np.median(seen):+.4f} s"
        )
        figure("lips", about)
        assert len(meant) > 10
        assert np.percentile(np.abs(meant), 95) <= 0.02, about
        assert abs(np.median(seen)) <= 0.05, about
        played = shown.of(Played)
        assert played[0].first
        assert played[-1].score_s == pytest.approx(6.0, abs=0.01)
        assert len(played) > 20


async def test_a_cut_drops_all_that_is_unplayed(tmp_path):
    async with scene(tmp_path) as shown:
        page = shown.page
        await page.until("__foyer.bodyName === 'vrm'", within_s=60)
        await asyncio.sleep(2)
        await page.tap()
        shown.performer.say(8.0)
        await asyncio.sleep(2.0)
        cut_at = shown.clock.now()
        shown.performer.cut()
        await asyncio.sleep(1.5)
        offset = await page.evaluate("__foyer.link.offsetS")
        samples, rate, start_s = await recorded(page)
        loud = np.flatnonzero(np.abs(samples) > 0.01)
        silent_s = start_s + loud[-1] / rate + offset
        came_s = await page.evaluate("__foyer.player.cuts.at(-1).atS") + offset
        about = (
            f"silent {silent_s - cut_at:.3f} s after the order, which took "
            f"{came_s - cut_at:.3f} s to the page"
        )
        figure("cut", about)
        assert silent_s - came_s < LATE_CUT_S, about
        after = [m for m in await page.moments() if m["perfS"] + offset > cut_at + 0.3]
        assert after
        assert {m["generation"] for m in after} == {1}
        assert {m["utterance"] for m in after} == {None}
        fell = loud[-1] - int(0.08 * rate)
        fell_s = heard_score(samples, rate, fell) + 0.08
        assert shown.of(Played)[-1].score_s == pytest.approx(fell_s, abs=0.04)


async def test_a_visitor_types_by_keyboard_alone_and_reads_the_answer(tmp_path):
    async with scene(tmp_path) as shown:
        page = shown.page
        assert "talking to an AI" in await page.evaluate("document.body.innerText")
        await page.until("!document.getElementById('ask').hidden || __foyer.asked")
        await page.evaluate("document.getElementById('ask-no').focus()")
        await page.press("Enter", virtual=13, text="\r")
        await page.until("document.activeElement.id === 'line'")
        await page.type("where is the lift?")
        await page.press("Enter", virtual=13, text="\r")
        await page.until("document.getElementById('line').value === ''")
        async with asyncio.timeout(5):
            while not shown.of(LineTyped):  # noqa: ASYNC110 - a list has no event
                await asyncio.sleep(0.02)
        assert shown.of(LineTyped)[0].text == "where is the lift?"
        act = Act(
            at=shown.clock.now(),
            act=ActId(1),
            reason=Reason(policy="reply", because="the visitor asked"),
            clauses=(Clause(text="The lift is here.", screen="Lift\nleft of the desk"),),
        )
        shown.bus.publish(act)
        shown.bus.publish(ActStarted(at=shown.clock.now(), act=ActId(1)))
        await page.until("document.getElementById('agent').innerText.includes('lift')")
        assert "left of the desk" in await page.evaluate(
            "document.getElementById('card').innerText"
        )


_LIES_OVER = """(() => {
  const box = (id) => document.getElementById(id).getBoundingClientRect();
  const card = document.getElementById("card"), a = box("card");
  const over = ["agent", "visitor", "line", "mute", "help"].filter((id) => {
    const b = box(id);
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  });
  if (a.width < 50 || a.left < 0 || a.right > innerWidth || a.top < 0) over.push("edge");
  return card.scrollHeight > card.clientHeight + 1 ? [...over, "cut"] : over;
})()"""


@pytest.mark.parametrize("screen", ["Lift\nleft of the desk", HOURS], ids=["short", "long"])
async def test_a_card_lies_over_no_words_and_no_button_on_any_screen(tmp_path, screen):
    async with scene(tmp_path) as shown:
        page = shown.page
        await page.until("!document.getElementById('ask').hidden || __foyer.asked")
        await page.evaluate("document.getElementById('ask-no').click()")
        act = Act(
            at=shown.clock.now(),
            act=ActId(1),
            reason=Reason(policy="reply", because="the visitor asked"),
            clauses=(Clause(text=2 * HOURS, screen=screen),),
        )
        shown.bus.publish(act)
        shown.bus.publish(ActStarted(at=shown.clock.now(), act=ActId(1)))
        await page.until("!document.getElementById('card').hidden")
        await page.until("document.getElementById('agent').innerText.length > 20")
        for width, height in ((960, 540), (1366, 768), (1920, 1080), (1080, 1920), (768, 1024)):
            await page.size(width, height)
            assert await page.evaluate(_LIES_OVER) == [], (width, height)


async def test_the_page_sees_and_hears_and_looks_alive(tmp_path):
    lobby = [np.full((360, 640, 3), (200, 60, 40), np.uint8)] * 15
    clip = mjpeg(tmp_path / "lobby.mjpeg", lobby)
    tone = 0.4 * np.sin(2 * np.pi * 500 * np.arange(16_000 * 4) / 16_000)
    voice = wav(tmp_path / "voice.wav", tone)
    async with scene(tmp_path, video=clip, sound=voice) as shown:
        page = shown.page
        await page.until("__foyer.bodyName === 'vrm'", within_s=60)
        await page.evaluate("document.getElementById('ask-yes').click()", gesture=True)
        await page.until("__foyer.senses.camera && __foyer.senses.microphone", within_s=20)
        async with asyncio.timeout(10):
            pictures = shown.camera.pictures()
            await anext(pictures)  # the decoder is loaded with the first
            picture = await anext(pictures)
        assert picture.pixels.shape == (360, 640, 3)
        assert np.abs(picture.pixels.mean((0, 1)) - (200, 60, 40)).max() < 45
        assert 0 <= shown.clock.now() - picture.at < 1.0
        heard, first_at = [], None
        async with asyncio.timeout(10):
            async for chunk in shown.microphone.sound():
                first_at = chunk.at if first_at is None else first_at
                heard.append(chunk.samples)
                if sum(map(len, heard)) > 16_000:
                    break
        assert chunk.at - first_at == pytest.approx(1.0, abs=0.1)
        assert len(heard[0]) == 320
        assert any(change.camera and change.microphone for change in shown.of(PageChanged))
        await used_again_once_plugged_in(shown)
        shown.bus.publish(StageState(at=shown.clock.now(), speaking=True))
        await page.until("document.getElementById('pill-text').innerText === 'Speaking'")
        await looks_alive(page, "landscape", (960, 540))
        await looks_alive(page, "portrait", (540, 960))


UNPLUGS = """[__foyer.senses.video.srcObject, __foyer.senses.sound].forEach((stream) => {
  for (const track of stream.getTracks()) { track.stop(); track.dispatchEvent(new Event('ended')) }
})"""


async def used_again_once_plugged_in(shown):
    """Camera and microphone go away and come back; nobody touches the page."""
    page = shown.page
    await page.evaluate(UNPLUGS)
    await page.until("!__foyer.senses.camera && !__foyer.senses.microphone")
    await page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await page.until("__foyer.senses.camera && __foyer.senses.microphone", within_s=20)
    back_at = shown.clock.now()
    async with asyncio.timeout(10):
        async for chunk in shown.microphone.sound():
            if chunk.at > back_at:
                break
        async for picture in shown.camera.pictures():
            if picture.at > back_at:
                break
    told = [(change.camera, change.microphone) for change in shown.of(PageChanged)]
    assert told[-1] == (True, True)
    assert (False, False) in told[told.index((True, True)) :]


async def looks_alive(page, name, size):
    await page.size(*size)
    await asyncio.sleep(1.0)
    picture = await screenshot(page, OUTPUT / f"{name}.png")
    height, width = picture.shape[:2]
    assert (width, height) == size
    middle = picture[height // 8 : height // 2, width // 3 : 2 * width // 3]
    assert middle.std() > 20, "nobody is to be seen"
    wide = await page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth && "
        "[...document.querySelectorAll('button:not([hidden]),input')].every((e) => {"
        "const r = e.getBoundingClientRect(); return r.right <= innerWidth + 1 && r.left >= -1 })"
    )
    assert wide, "something lies outside the screen"


OVERLAPS = """((name) => {
  const a = document.getElementById('panel').getBoundingClientRect();
  const b = document.querySelector(name).getBoundingClientRect();
  return a.width > 0 && b.width > 0 &&
    !(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
})"""


async def test_the_open_panel_covers_neither_help_nor_typing_nor_the_notice(tmp_path):
    async with scene(tmp_path) as shown:
        page = shown.page
        await page.until("!document.getElementById('panel-toggle').hidden")
        await page.press("F2", virtual=113)
        await page.until("document.getElementById('panel').getBoundingClientRect().width > 0")
        for width, height in ((1280, 720), (720, 1280)):
            await page.size(width, height)
            await page.until(f"innerWidth === {width}")
            for name in ("#help", "#line", ".ai"):
                assert not await page.evaluate(f"{OVERLAPS}('{name}')"), (name, width, height)
