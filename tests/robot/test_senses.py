"""The robot's sound and pictures with GStreamer's own WebRTC, as its daemon has it."""

import asyncio
import json
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import Health
from perception.backends.reachy_media import ReachyMedia
from tests.robot.conftest import ENVIRONMENT

pytestmark = pytest.mark.real_time
# ruff: noqa: ASYNC110 - what is waited for has no event
PEER = Path(__file__).with_name("gstreamer_peer.py")
PYTHON = ENVIRONMENT / "bin" / "python"
SAID_DB = 20 * np.log10(0.5 / np.sqrt(2))


def tone(count, at):
    return (0.5 * np.sin(2 * np.pi * 300 * (at + np.arange(count) / 48_000))).astype(np.float32)


@pytest.fixture
def peer():
    if not PYTHON.exists():
        pytest.skip("the robot's daemon is not installed here; make test-robot builds it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([PYTHON, PEER, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield port, process
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


async def test_gstreamer_is_heard_seen_and_spoken_to(peer):
    port, process = peer
    clock, told, heard, seen = LoopClock(asyncio.get_running_loop()), [], [], []
    media = ReachyMedia(address="http://127.0.0.1:1", port=port, clock=clock, publish=told.append)
    media.voice_from(tone)

    async def listen():
        async for chunk in media.microphone.sound():
            heard.append(chunk)

    async def watch():
        async for picture in media.camera.pictures():
            seen.append(picture)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part) for part in (media.run(), listen(), watch())]
        begun = clock.now()
        while len(heard) < 100 or len(seen) < 10:
            await asyncio.sleep(0.1)
            assert clock.now() - begun < 20, told
        await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
    process.terminate()
    levels = [x["level_db"] for x in map(json.loads, process.stdout) if "level_db" in x]

    assert told[0].health is Health.RUNNING, told
    sound = np.concatenate([c.samples for c in heard[20:]])
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) * 16_000 / len(sound) == pytest.approx(440, abs=5)
    assert np.abs(sound).max() == pytest.approx(0.3, rel=0.2)
    assert seen[-1].pixels.mean((0, 1)) == pytest.approx([0, 0, 254], abs=8), "blue"
    assert np.median(levels[5:]) == pytest.approx(SAID_DB, abs=1.5), "as loud as it was said"
