"""`foyer kiosk` with a real Chromium: shown by itself, what it may use, killed and back."""

import asyncio
import contextlib
import json
import os
import signal

import aiohttp
import numpy as np
import psutil
import pytest

from actuation.embodiments.page import AvatarBody
from agent.bench.browser import Browser, Page
from agent.bench.stand_in import LEAD_S, StandInPerformer
from agent.core.bus import RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, PageChanged, Played
from agent.kiosk.browser import NAMES, KioskBrowser, KioskConfig, program_of
from agent.pages.config import ServerConfig
from agent.pages.panel import SHOWN
from agent.pages.server import WEB, PageServer, Senses
from perception.backends.browser import BrowserCamera, BrowserMicrophone

pytestmark = pytest.mark.real_time

HERE = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, which Chromium's sandbox refuses
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--use-fake-device-for-media-stream",
    "--remote-debugging-port=0",
)


class Scene:
    def __init__(self, tmp_path, senses, *, speaks=True):
        if not (WEB / "kiosk.html").exists():
            pytest.skip("the pages are not built: foyer pages build")
        if not any(map(_found, NAMES)):
            pytest.skip("needs a browser: apt install chromium")
        clock, self.bus, self.said = LoopClock(asyncio.get_running_loop()), Bus(), []
        self.profile = tmp_path / "profile"
        self.clock = clock
        body = AvatarBody(clock=clock, report=self.said.append, speaks=speaks)
        self.performer = StandInPerformer(clock=clock, apply=body.apply)
        self.server = PageServer(
            config=ServerConfig(port=0, token_file=tmp_path / "token"),
            clock=clock,
            facts=self.bus.subscribe(*SHOWN, delivery=RECENT),
            publish=self.said.append,
            senses=Senses(picture=BrowserCamera().put, sound=BrowserMicrophone().put),
            body=body,
        )
        self.browser = KioskBrowser(
            config=KioskConfig(profile=self.profile, page_silent_s=8),
            server=self.server, senses=senses, clock=clock, publish=self.said.append, flags=HERE,
        )  # fmt: skip

    def of(self, kind):
        return [message for message in self.said if isinstance(message, kind)]

    def healths(self):
        """What the kiosk's browser has told of itself."""
        told = [m for m in self.of(ComponentHealth) if m.component == "agent.kiosk"]
        return [(m.health, m.detail) for m in told]

    def pids(self):
        """All processes of this kiosk's browser."""
        mark = f"--user-data-dir={self.profile}"
        running = psutil.process_iter(["cmdline"])
        return [p.pid for p in running if mark in (p.info["cmdline"] or [])]

    async def until(self, condition, within_s=60):
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.1)


def _found(name):
    try:
        return program_of(name)
    except BackendUnavailableError:
        return None


@contextlib.asynccontextmanager
async def running(scene):
    async with asyncio.TaskGroup() as group:
        parts = (scene.server, scene.browser, scene.performer)
        tasks = [group.create_task(part.run()) for part in parts]
        try:
            yield scene
        finally:
            for task in tasks:
                task.cancel()


@contextlib.asynccontextmanager
async def inside(scene):
    """The page that the kiosk shows, through its DevTools."""
    await scene.until((scene.profile / "DevToolsActivePort").exists)
    port, path = (scene.profile / "DevToolsActivePort").read_text().split()
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
        asyncio.TaskGroup() as group,
    ):
        driven = Browser(socket)
        task = group.create_task(driven.listen())
        try:
            yield driven
        finally:
            task.cancel()


async def shown_page(driven, address):
    targets = (await driven.call("Target.getTargets"))["targetInfos"]
    (target,) = [t for t in targets if t["type"] == "page" and t["url"].startswith(address)]
    attached = await driven.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    return Page(driven, attached["sessionId"])


ALLOWED = """Promise.all(["camera", "microphone"].map(
    (name) => navigator.permissions.query({ name }).then((found) => found.state)))"""


async def test_it_shows_the_page_uses_its_devices_unasked_and_comes_back_when_it_is_killed(
    tmp_path,
):
    scene = Scene(tmp_path, {"camera": True, "microphone": True})
    async with running(scene):
        await scene.until(lambda: any(m.camera and m.microphone for m in scene.of(PageChanged)))
        assert scene.server.shown
        async with inside(scene) as driven:
            page = await shown_page(driven, scene.server.address)
            assert await page.evaluate(ALLOWED) == ["granted", "granted"]
            assert await page.evaluate("__foyer.player.speaker.running")
            # The same machine by another name is another origin, and is allowed nothing.
            stranger = await driven.open(scene.server.address.replace("127.0.0.1", "localhost"))
            await stranger.until("location.hostname === 'localhost'")
            assert await stranger.evaluate(ALLOWED) == ["denied", "denied"]
        before = scene.pids()
        assert before
        os.kill(min(before), signal.SIGKILL)
        await scene.until(lambda: scene.browser.restarts == 1)
        seen = len(scene.of(PageChanged))
        await scene.until(lambda: any(m.camera for m in scene.of(PageChanged)[seen:]))
        assert [health for health, _ in scene.healths()][:2] == [Health.RUNNING, Health.DEGRADED]
        preferences = json.loads((scene.profile / "Default" / "Preferences").read_text())
        assert preferences["profile"]["content_settings"]["exceptions"]["media_stream_camera"]
    assert scene.pids() == []


async def test_a_page_that_hangs_has_its_browser_replaced_and_devices_of_others_are_left_alone(
    tmp_path,
):
    scene = Scene(tmp_path, {"camera": False, "microphone": False})
    async with running(scene):
        await scene.until(lambda: scene.healths())
        async with inside(scene) as driven:
            page = await shown_page(driven, scene.server.address)
            assert await page.evaluate(ALLOWED) == ["denied", "denied"]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await page.call("Page.crash")
        await scene.until(lambda: scene.browser.restarts == 1)
        await scene.until(lambda: scene.server.shown)
        assert scene.healths()[0] == (Health.RUNNING, "")
        assert "its page stopped answering for 8 s" in scene.healths()[1][1]
    assert scene.pids() == []


async def test_a_page_beside_a_loudspeaker_is_silent_and_its_lips_keep_the_stages_time(tmp_path):
    scene = Scene(tmp_path, {}, speaks=False)
    async with running(scene), inside(scene) as driven:
        await scene.until(lambda: scene.healths())
        page = await shown_page(driven, scene.server.address)
        await page.until("__foyer.player.speaker.running && __foyer.loaded", within_s=60)
        await asyncio.sleep(3)
        await page.tap()
        offset_s = await page.clock_offset_s()
        begins_at = scene.clock.now() + LEAD_S
        scene.performer.say(5.0)
        await asyncio.sleep(6)
        spoken = [m for m in await page.moments() if m["utterance"] == 1]
        output = await page.output()
        late_s = [m["dueS"] + offset_s - begins_at - m["scoreShownS"] for m in spoken]
        assert len(spoken) > 10
        assert np.median(np.abs(late_s)) < 0.02
        assert np.ptp([m["jawOpen"] for m in spoken]) > 0.1
        assert np.abs(output.samples).max() == 0.0
        assert scene.of(Played) == []
