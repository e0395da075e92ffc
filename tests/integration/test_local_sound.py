"""The whole agent with a loudspeaker and a microphone of its own; and PortAudio as it really is."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from actuation.bodies.configs import SpeakerConfig
from actuation.embodiments import speaker
from agent.core.messages import BackendChosen, Health, Played
from agent.core.sound_devices import SoundSystem, read_afresh
from tests.fakes.agents import house, whole_agent
from tests.fakes.portaudio import FakePortAudio, device


def with_speaker(folder, **changes):
    settings = house(folder)
    bodies = (SpeakerConfig(device="desk"),)
    return replace(
        settings, config=settings.config.model_copy(update={"bodies": bodies, **changes})
    )


async def test_an_agent_with_a_loudspeaker_is_heard_there_and_its_page_is_mute(
    tmp_path, monkeypatch
):
    world = FakePortAudio(device("Desk speaker"))
    monkeypatch.setattr(speaker, "_portaudio", lambda: world)
    async with whole_agent(tmp_path, settings=with_speaker(tmp_path), headless=False) as whole:
        assert await whole.answers()
        told = whole.of(Played)
        assert told
        assert {p.body for p in told} == {"speaker"}
        loud = max(np.abs(samples).max() for _, samples in world.played)
        assert loud > 0.01
        cancels = [m for m in whole.of(BackendChosen) if m.role == "echo canceller"]
        assert len(cancels) == 1
        body = whole.agent.server._body
        assert not body.describe().speaks
        assert not body._ahead or all(not is_voice for _, _, is_voice, _ in body._ahead)


async def test_without_its_loudspeaker_the_agent_answers_and_takes_it_back_when_it_is_plugged_in(
    tmp_path, monkeypatch
):
    world = FakePortAudio(device("HDMI"))
    monkeypatch.setattr(speaker, "_portaudio", lambda: world)
    monkeypatch.setattr(SoundSystem.__init__, "__defaults__", (world.afresh,))
    settings = with_speaker(tmp_path)
    async with whole_agent(tmp_path, settings=settings) as whole:
        await whole.until(
            lambda: (
                whole.health("actuation.body.speaker")[-1:]
                and whole.health("actuation.body.speaker")[-1][0] is Health.DEGRADED
            )
        )
        assert "there is 0 HDMI" in whole.health("actuation.body.speaker")[-1][1]
        assert await whole.answers()
        assert not [p for p in whole.of(Played) if p.body == "speaker"]
        world.plugged.append(device("Desk speaker"))
        await whole.live(12)
        assert whole.health("actuation.body.speaker")[-1][0] is Health.RUNNING
        assert await whole.answers("when do you close")
        assert [p for p in whole.of(Played) if p.body == "speaker"]


REAL = """
import asyncio
from actuation.bodies.configs import SpeakerConfig
from actuation.embodiments.speaker import SpeakerBody
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen
from agent.runtime import leaves
from perception.backends.devices_microphone import DeviceMicrophone

async def main():
    clock, said = LoopClock(asyncio.get_running_loop()), []
    async def traffic():
        await asyncio.Event().wait()
        yield
    body = SpeakerBody(config=SpeakerConfig(), clock=clock, publish=said.append, traffic=traffic())
    async def listen():
        async for chunk in DeviceMicrophone(clock).sound():
            pass
    for part in (body.run, listen):
        try:
            await asyncio.wait_for(part(), 20)
        except (Exception, ExceptionGroup) as fault:
            print(*leaves(fault))
    print([m.backend for m in said if isinstance(m, BackendChosen)])
asyncio.run(main())
"""


@pytest.fixture
def silent_device(tmp_path):
    """The real PortAudio on ALSA's null device: it opens, asks and closes, but keeps no time."""
    try:
        import sounddevice  # noqa: F401
    except (ImportError, OSError) as missing:
        pytest.skip(f"{missing}: apt install libportaudio2")
    if sys.platform != "linux":
        pytest.skip("ALSA's null device is Linux's")
    path = tmp_path / "asound.conf"
    path.write_text("pcm.!default { type null }\nctl.!default { type null }\n")
    return {**os.environ, "ALSA_CONFIG_PATH": str(path)}


@pytest.mark.real_time
async def test_the_real_portaudio_opens_a_device_and_one_that_keeps_no_time_is_told(silent_device):
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", REAL], env=silent_device, capture_output=True,
        text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loudspeaker, microphone, chosen = done.stdout.strip().splitlines()
    assert loudspeaker.startswith("loudspeaker default keeps no time")
    assert microphone.startswith("microphone default keeps no time")
    assert chosen == "['default']"
    assert "Traceback" not in done.stderr


@pytest.mark.real_time
async def test_the_devices_are_listed_afresh_by_a_child(silent_device, monkeypatch):
    monkeypatch.setenv("ALSA_CONFIG_PATH", silent_device["ALSA_CONFIG_PATH"])
    assert [d.name for d in await read_afresh()] == ["default"]
