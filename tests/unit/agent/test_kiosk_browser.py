"""The browser of a kiosk: started, watched, replaced; and what its profile allows to whom."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys

import psutil
import pytest

from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Health
from agent.kiosk.browser import (
    FLAGS,
    KioskBrowser,
    KioskConfig,
    command_line,
    launched,
    preferences,
    prepare_profile,
    program_of,
)

ADDRESS = "http://127.0.0.1:8710"
BOTH = {"camera": True, "microphone": True}


class FakeServer:
    def __init__(self):
        self.started = asyncio.Event()
        self.started.set()
        self.address = ADDRESS
        self.shown = False


class FakeProcess:
    def __init__(self, command):
        self.command = command
        self.returncode = None
        self.ended = False
        self.gave_way = 0

    async def give_way(self):
        self.gave_way += 1

    async def end(self):
        self.ended = True
        self.returncode = self.returncode or -15


class Scene:
    def __init__(self, tmp_path, **config):
        self.server, self.processes, self.said = FakeServer(), [], []
        self.clock = LoopClock(asyncio.get_running_loop())
        self.browser = KioskBrowser(
            config=KioskConfig(browser=sys.executable, profile=tmp_path / "profile", **config),
            server=self.server, senses=BOTH, clock=self.clock, publish=self.said.append,
            launch=self.launch,
        )  # fmt: skip

    async def launch(self, command):
        self.processes.append(FakeProcess(command))
        return self.processes[-1]

    @property
    def told(self):
        return [(message.health, message.detail) for message in self.said]


@contextlib.asynccontextmanager
async def running(scene):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.browser.run())
        try:
            yield scene
        finally:
            task.cancel()


async def test_it_waits_for_the_server_and_shows_its_address_full_screen(tmp_path):
    scene = Scene(tmp_path)
    scene.server.started.clear()
    async with running(scene):
        await asyncio.sleep(5)
        assert scene.processes == []
        scene.server.started.set()
        await asyncio.sleep(1)
        (process,) = scene.processes
        assert process.command[-1] == f"{ADDRESS}/"
        assert "--kiosk" in process.command
    assert process.ended


async def test_a_browser_that_dies_is_started_again_with_growing_patience(tmp_path):
    scene = Scene(tmp_path, first_delay_s=1, longest_delay_s=4)
    async with running(scene):
        begun = []
        for k in range(5):
            while len(scene.processes) <= k:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.1)
            begun.append(scene.clock.now())
            scene.processes[-1].returncode = -11
        gaps = [b - a for a, b in zip(begun, begun[1:], strict=False)]
        assert gaps == pytest.approx([2, 3, 5, 5], abs=0.3)
    assert scene.told[0] == (
        Health.DEGRADED, "browser: it ended (signal 11); it is started again in 1 s",
    )  # fmt: skip
    assert all(process.ended for process in scene.processes)


async def test_one_that_ran_well_is_started_again_at_once(tmp_path):
    scene = Scene(tmp_path, first_delay_s=1)
    scene.server.shown = True
    async with running(scene):
        for k in range(3):
            await asyncio.sleep(200)
            assert len(scene.processes) == k + 1
            scene.processes[-1].returncode = 1
            await asyncio.sleep(2.5)
            assert len(scene.processes) == k + 2


async def test_a_page_that_stops_answering_has_its_browser_replaced(tmp_path):
    scene = Scene(tmp_path, page_silent_s=15)
    async with running(scene):
        await asyncio.sleep(2)
        scene.server.shown = True
        await asyncio.sleep(300)
        assert len(scene.processes) == 1
        scene.server.shown = False
        await asyncio.sleep(14)
        assert len(scene.processes) == 1
        await asyncio.sleep(5)
        assert len(scene.processes) == 2
        assert scene.processes[0].ended
    assert scene.told[0] == (Health.RUNNING, "")
    assert scene.told[1][1].startswith("browser: its page stopped answering for 15 s")


async def test_a_page_that_never_comes_is_waited_for_longer(tmp_path):
    scene = Scene(tmp_path, page_within_s=60)
    async with running(scene):
        await asyncio.sleep(58)
        assert len(scene.processes) == 1
        await asyncio.sleep(8)
        assert len(scene.processes) == 2
    assert "its page never came for 60 s" in scene.told[0][1]


async def test_while_the_server_is_away_the_page_is_not_blamed(tmp_path):
    scene = Scene(tmp_path, page_silent_s=15)
    scene.server.shown = True
    async with running(scene):
        await asyncio.sleep(5)
        scene.server.shown = False
        scene.server.started.clear()
        await asyncio.sleep(600)
        scene.server.started.set()
        await asyncio.sleep(10)
        scene.server.shown = True
        await asyncio.sleep(60)
        assert len(scene.processes) == 1


def test_without_a_browser_it_says_what_to_install():
    with pytest.raises(BackendUnavailableError, match="no browser mosaic; apt install chromium"):
        program_of("mosaic")


def test_no_flag_takes_a_guard_away_and_further_ones_come_before_the_address(tmp_path):
    command = command_line("/usr/bin/chromium", tmp_path, ADDRESS, ["--force-dark-mode"])
    assert command[-2:] == ["--force-dark-mode", f"{ADDRESS}/"]
    for guard in ("--no-sandbox", "--disable-web-security", "--use-fake-ui-for-media-stream"):
        assert guard not in FLAGS


def allowed(preferences):
    settings = preferences["profile"]["content_settings"]["exceptions"]
    return {kind: settings[kind] for kind in ("media_stream_camera", "media_stream_mic")}


def test_only_this_agents_page_may_see_and_hear_and_only_what_it_is_to_use():
    made = preferences({}, ADDRESS, {"camera": True, "microphone": False})
    assert allowed(made) == {
        "media_stream_camera": {f"{ADDRESS},*": {"setting": 1}},
        "media_stream_mic": {f"{ADDRESS},*": {"setting": 2}},
    }
    for kind in ("media_stream_camera", "media_stream_mic", "notifications", "geolocation"):
        assert made["profile"]["default_content_setting_values"][kind] == 2


def test_an_address_of_before_is_allowed_nothing_any_more():
    before = preferences({}, "http://127.0.0.1:9999", BOTH)
    before["profile"]["exit_type"] = "Crashed"
    before["intl"] = {"selected_languages": "en"}
    after = preferences(before, ADDRESS, BOTH)
    assert list(allowed(after)["media_stream_camera"]) == [f"{ADDRESS},*"]
    assert after["profile"]["exit_type"] == "Normal"
    assert after["intl"] == before["intl"]


def test_a_spoilt_profile_is_written_anew(tmp_path):
    path = tmp_path / "Default" / "Preferences"
    path.parent.mkdir()
    for spoilt in ("{ not json", "[]", ""):
        path.write_text(spoilt)
        prepare_profile(tmp_path, ADDRESS, BOTH)
        assert allowed(json.loads(path.read_text()))


def sleeper(*words):
    """A process that is up: the system shows a new one without its words for a moment."""
    script = "import time; print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script, *words], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def test_a_browser_left_behind_by_an_earlier_agent_is_ended_and_no_other_program(tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    former, stranger = sleeper(f"--user-data-dir={profile}"), sleeper()
    try:
        for process, ends in ((stranger, False), (former, True)):
            os.symlink(f"a-host-{process.pid}", profile / "SingletonLock")
            prepare_profile(profile, ADDRESS, BOTH)
            assert not (profile / "SingletonLock").is_symlink()
            if ends:
                assert process.wait(5) == -9
            else:
                assert process.poll() is None
    finally:
        for process in (former, stranger):
            process.kill()
            process.communicate()


@pytest.mark.real_time
async def test_a_browser_that_will_not_end_is_killed_with_all_its_children(tmp_path):
    script = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid) + '.')\n"
        "time.sleep(60)\n"
    )
    noted = tmp_path / "child"
    process = await launched([sys.executable, "-c", script])
    async with asyncio.timeout(20):
        await until(lambda: noted.exists() and noted.read_text().endswith("."))
        await process.end()
        assert process.returncode == -9
        assert not alive(int(noted.read_text().rstrip(".")))


@pytest.mark.real_time
async def test_a_child_that_outlives_its_browser_is_ended_with_it(tmp_path):
    noted = tmp_path / "child"
    child = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(noted)!r}, 'w').write(str(os.getpid()) + '.')\n"
        "time.sleep(60)\n"
    )
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "time.sleep(60)\n"
    )
    process = await launched([sys.executable, "-c", script])
    async with asyncio.timeout(20):
        await until(lambda: noted.exists() and noted.read_text().endswith("."))
        await process.end()
        assert process.returncode == -15
        assert not alive(int(noted.read_text().rstrip(".")))


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.05)


def alive(number):
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_program_that_cannot_be_run_is_told(tmp_path):
    path = tmp_path / "browser"
    path.write_text("no program")
    with pytest.raises(BackendUnavailableError, match="kiosk: .*browser: Permission denied"):
        await launched([str(path)])
