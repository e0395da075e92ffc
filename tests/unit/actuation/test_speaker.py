"""A loudspeaker of this machine, before a PortAudio made of numbers."""

import asyncio
import contextlib
from datetime import datetime

import numpy as np
import pytest

from actuation.bodies.configs import SpeakerConfig
from actuation.bodies.loudness import LoudnessConfig
from actuation.embodiments.speaker import SpeakerBody
from actuation.motion import Cut, Halt, Release, VoiceChunk, Volume
from agent.core.clock import LoopClock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    BackendChosen,
    Health,
    MicrophoneLevel,
    Played,
    StageState,
    UtteranceId,
)
from agent.core.sound_devices import SoundSystem
from agent.runtime import leaves
from tests.fakes.portaudio import FakePortAudio, device

RATE_HZ = 24_000
FULL = LoudnessConfig(usual_db=0, per_db=0)


def tone(seconds, hz=440.0, start_s=0.0, rate_hz=RATE_HZ):
    t = start_s + np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def voice(at, seconds=0.1, *, score_s=0.0, generation=0, utterance=1, last=False):
    return VoiceChunk(
        generation=generation, at=at, utterance=UtteranceId(utterance), score_s=score_s,
        rate_hz=RATE_HZ, samples=tone(seconds, start_s=score_s), last=last,
    )  # fmt: skip


class Scene:
    """A speaker that runs, and what came out of it."""

    def __init__(self, body, world, said, traffic):
        self.body, self.world, self.said, self.traffic = body, world, said, traffic
        self.taken = []

    def of(self, kind):
        return [m for m in self.said if isinstance(m, kind)]

    def speak(self, at, seconds, **more):
        """A voice as the stage sends it: a tenth of a second at a time, ahead of time."""
        count = round(seconds / 0.1)
        for k in range(count):
            self.body.apply(voice(at + 0.1 * k, score_s=0.1 * k, last=k == count - 1, **more))

    def sound(self):
        """(when the first sample is heard, samples) of all that was played."""
        parts = self.world.played
        return parts[0][0], np.concatenate([p for _, p in parts])

    def loud_between(self, start, end):
        begins, sound = self.sound()
        part = sound[max(0, round((start - begins) * 48_000)) : round((end - begins) * 48_000)]
        return float(np.abs(part).max()) if len(part) else 0.0


@contextlib.asynccontextmanager
async def scene(*, world=None, system=None, wall=None, **config):
    clock = LoopClock(asyncio.get_running_loop())
    world = world or FakePortAudio(device("Desk speaker"))
    said, queue = [], asyncio.Queue()

    async def traffic():
        while True:
            yield await queue.get()

    body = SpeakerBody(
        config=SpeakerConfig(**{"loudness": FULL, **config}), clock=clock, publish=said.append,
        traffic=traffic(), portaudio=world, wall=wall,
    )  # fmt: skip
    shown = Scene(body, world, said, queue)
    body.share(
        system or SoundSystem(world.afresh), lambda at, s, rate: shown.taken.append((at, s, rate))
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(body.run())
        try:
            await asyncio.sleep(0.2)
            yield shown
        finally:
            task.cancel()


def now():
    return asyncio.get_running_loop().time()


async def test_the_voice_is_heard_at_its_stage_time_at_the_devices_own_rate():
    async with scene() as shown:
        at = now() + 0.25
        shown.speak(at, 1.0)
        await asyncio.sleep(1.6)
        begins, sound = shown.sound()
        first = np.flatnonzero(np.abs(sound) > 0.01)[0]
        assert begins + first / 48_000 == pytest.approx(at, abs=0.001)
        heard = sound[round((at - begins) * 48_000) :][: 48_000 - 100]
        meant = tone(1.0, rate_hz=48_000)[: len(heard)]
        assert heard[50:] == pytest.approx(meant[50:], abs=2e-3)


async def test_it_tells_what_came_out_of_the_device_and_when():
    async with scene(world=FakePortAudio(device("far"), latency_s=0.12)) as shown:
        at = now() + 0.3
        shown.speak(at, 1.0)
        await asyncio.sleep(2)
        told = shown.of(Played)
        assert [p.first for p in told] == [True] + [False] * (len(told) - 1)
        assert len(told) > 8
        assert all(p.at - p.score_s == pytest.approx(at, abs=0.002) for p in told)
        assert told[-1].score_s == pytest.approx(1.0, abs=0.002)
        assert {p.body for p in told} == {"speaker"}


async def test_a_voice_that_is_late_begins_late_and_says_so():
    async with scene() as shown:
        at = now() - 0.2
        shown.speak(at, 1.0)
        await asyncio.sleep(2)
        lags = [p.at - p.score_s - at for p in shown.of(Played)]
        assert lags[0] == pytest.approx(0.235, abs=0.02)
        assert max(lags) - min(lags) < 0.002
        assert shown.of(Played)[-1].score_s == pytest.approx(1.0, abs=0.002)


async def test_a_pause_lets_a_late_voice_catch_up():
    async with scene() as shown:
        at = now()
        for k in range(3):
            shown.body.apply(voice(at + 0.1 * k, score_s=0.1 * k))
        shown.body.apply(voice(at + 1.0, score_s=1.0, last=True))
        await asyncio.sleep(2)
        told = shown.of(Played)
        assert told[0].at - told[0].score_s - at > 0.03
        assert told[-1].at - told[-1].score_s == pytest.approx(at, abs=0.002)


@pytest.mark.parametrize("hush", ["cut", "halt"])
async def test_a_cut_or_a_halt_is_silent_within_fifty_milliseconds(hush):
    async with scene() as shown:
        shown.speak(now() + 0.1, 3.0)
        await asyncio.sleep(1.0)
        at = now()
        shown.body.apply(Cut(generation=1, at=at) if hush == "cut" else Halt(at=at, because="x"))
        await asyncio.sleep(0.5)
        assert shown.loud_between(at - 0.1, at) > 0.4
        assert shown.loud_between(at + 0.05, now()) == 0.0
        begins, sound = shown.sound()
        assert np.abs(np.diff(sound[round((at - begins) * 48_000) :])).max() < 0.05, "a click"
        told = [p for p in shown.of(Played) if p.at > at + 0.05]
        assert told == []


async def test_after_a_cut_the_next_generation_is_heard_and_the_old_one_is_not():
    async with scene() as shown:
        shown.speak(now() + 0.1, 1.0)
        shown.body.apply(Cut(generation=5, at=now()))
        shown.speak(now() + 0.1, 1.0, generation=4)
        await asyncio.sleep(1.0)
        assert shown.loud_between(0, now()) == 0.0
        shown.speak(now() + 0.1, 0.3, generation=5, utterance=2)
        await asyncio.sleep(0.8)
        assert [p.utterance for p in shown.of(Played) if p.first] == [2]


async def test_nothing_is_said_between_halt_and_release():
    async with scene() as shown:
        shown.body.apply(Halt(at=now(), because="test"))
        shown.speak(now() + 0.1, 0.5, generation=9)
        await asyncio.sleep(1)
        assert shown.loud_between(0, now()) == 0.0
        shown.body.apply(Release(at=now()))
        shown.speak(now() + 0.1, 0.5, generation=9, utterance=2)
        await asyncio.sleep(1)
        assert shown.loud_between(0, now()) > 0.4


async def test_the_volume_swells_within_thirty_milliseconds_and_without_a_click():
    async with scene() as shown:
        shown.speak(now() + 0.1, 2.0)
        await asyncio.sleep(1.0)
        at = now()
        shown.body.apply(Volume(at=at, gain=0.1))
        await asyncio.sleep(0.5)
        assert shown.loud_between(at + 0.08, at + 0.4) == pytest.approx(0.05, abs=0.01)
        begins, sound = shown.sound()
        assert np.abs(np.diff(sound[round((at - begins) * 48_000) :])).max() < 0.05
        shown.body.apply(Volume(at=now(), gain=1.0))
        await asyncio.sleep(0.3)
        assert shown.loud_between(now() - 0.1, now()) > 0.45


async def test_what_is_played_is_told_to_the_echo_canceller_as_it_is_heard():
    async with scene() as shown:
        shown.body.apply(Volume(at=now(), gain=0.5))
        at = now() + 0.2
        shown.speak(at, 0.5)
        await asyncio.sleep(1.0)
        loud = [t for t, samples, rate in shown.taken if rate == 48_000 and samples.any()]
        assert loud[0] == pytest.approx(at, abs=0.011)
        assert max(np.abs(s).max() for _, s, _ in shown.taken) == pytest.approx(0.25, abs=0.01)


async def test_a_clock_that_runs_apart_makes_no_seams():
    world = FakePortAudio(device("quick"))
    world.clock_error = 0.002
    async with scene(world=world) as shown:
        shown.speak(now() + 0.2, 5.0)
        await asyncio.sleep(6)
        _, sound = shown.sound()
        loud = np.flatnonzero(np.abs(sound) > 0.01)
        spoken = sound[loud[0] : loud[-1]]
        assert np.abs(np.diff(spoken)).max() < 0.05
        assert len(spoken) == pytest.approx(5 * 48_000, abs=100)


async def fault_of(world, happens):
    """What a speaker called usb tells when it can no longer play."""
    try:
        async with scene(world=world, device="usb") as shown:
            happens(shown)
            await asyncio.sleep(5)
    except ExceptionGroup as fell:
        (fault,) = leaves(fell)
        assert isinstance(fault, BackendUnavailableError)
        return str(fault)
    return "it did not fail"


async def test_a_loudspeaker_that_is_pulled_out_says_what_to_do_and_plays_on_when_it_is_back():
    world = FakePortAudio(device("HDMI"), device("USB speaker"))
    seen = []

    def pull(shown):
        seen.extend([shown.body, shown.body.health()])
        world.pull("USB speaker")

    assert "USB speaker has gone; plug it in again" in await fault_of(world, pull)
    assert seen[1] is Health.RUNNING
    assert seen[0].health() is Health.DEGRADED
    assert "there is 0 HDMI" in await fault_of(world, lambda shown: None)
    world.plugged.append(device("USB speaker"))
    async with scene(world=world, device="usb") as shown:
        shown.speak(now() + 0.1, 0.5)
        await asyncio.sleep(1)
        assert shown.of(BackendChosen)[0].backend == "USB speaker"
        assert shown.of(Played)


async def test_the_rest_of_a_sentence_is_heard_when_the_device_comes_back():
    world = FakePortAudio(device("USB speaker"))
    clock = LoopClock(asyncio.get_running_loop())
    said = []

    async def traffic():
        await asyncio.Event().wait()
        yield

    body = SpeakerBody(
        config=SpeakerConfig(loudness=FULL), clock=clock, publish=said.append, traffic=traffic(),
        portaudio=world,
    )  # fmt: skip
    body.share(SoundSystem(world.afresh))
    for k in range(20):
        body.apply(voice(now() + 0.1 * k, score_s=0.1 * k, last=k == 19))
    await asyncio.sleep(1.2)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            await body.run()
    told = [m for m in said if isinstance(m, Played)]
    assert told[0].score_s >= 1.1
    assert told[-1].score_s == pytest.approx(2.0, abs=0.01)
    assert told[-1].at - told[-1].score_s == pytest.approx(0.0, abs=0.06)


async def test_a_device_that_is_new_is_found_though_portaudio_lists_it_not():
    world = FakePortAudio(device("HDMI"))
    world.plugged.append(device("USB speaker"))
    async with scene(world=world, device="USB") as shown:
        assert shown.of(BackendChosen)[0].backend == "USB speaker"


async def test_while_another_looks_for_its_device_the_loudspeaker_lets_go_and_plays_on():
    world = FakePortAudio(device("Desk speaker"))
    system = SoundSystem(world.afresh)
    async with scene(world=world, system=system) as shown:
        shown.speak(now() + 0.1, 2.0)
        await asyncio.sleep(0.5)
        world.plugged.append(device("USB microphone", inputs=1, outputs=0))
        found = await system.find(world, "USB", "input")
        assert found.name == "USB microphone"
        assert system.restarts == 1
        await asyncio.sleep(2)
        last = shown.of(Played)[-1]
        assert last.score_s == pytest.approx(2.0, abs=0.01)
        assert len(shown.of(BackendChosen)) == 2
        assert [p.first for p in shown.of(Played)].count(True) == 1


async def test_the_voice_follows_the_noise_of_the_room_but_not_its_own_echo():
    loudness = LoudnessConfig(usual_db=-12, quiet_room_db=-60, per_db=0.5, follows_db_s=3)
    async with scene(loudness=loudness) as shown:

        async def room(level_db, seconds, speech=0.0):
            for _ in range(round(seconds / 0.1)):
                shown.traffic.put_nowait(
                    MicrophoneLevel(at=now(), level_db=level_db, speech=speech)
                )
                await asyncio.sleep(0.1)

        await room(-60, 5)
        quiet = shown.body._gain()
        shown.traffic.put_nowait(StageState(at=now(), speaking=True))
        await room(-20, 5)
        shown.traffic.put_nowait(StageState(at=now(), speaking=False))
        await room(-20, 0.5)
        await room(-15, 5, speech=0.9)
        assert shown.body._gain() == pytest.approx(quiet, abs=0.01)
        await room(-44, 60)
        assert 20 * np.log10(shown.body._gain() / quiet) == pytest.approx(8, abs=0.5)


async def test_a_machine_without_portaudio_says_what_to_install(monkeypatch):
    import importlib

    def absent(name):
        raise OSError("PortAudio library not found")

    clock = LoopClock(asyncio.get_running_loop())
    body = SpeakerBody(
        config=SpeakerConfig(), clock=clock, publish=lambda m: None, traffic=None
    )  # fmt: skip
    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(BackendUnavailableError, match=r"foyer\[local\].*libportaudio2"):
        await body.run()


async def test_quiet_hours_come_by_a_clock_that_is_set_meanwhile():
    noon_s, loop = datetime(2026, 5, 12, 12).timestamp(), asyncio.get_running_loop()
    set_by_s = [0.0]
    wall = WallTime(LoopClock(loop), calendar=lambda: noon_s + loop.time() + set_by_s[0])
    hours = {
        "quiet_from": "20:00",
        "quiet_until": "07:00",
        "quiet_hours_db": -20,
        "follows_db_s": 60,
    }
    loudness = LoudnessConfig.model_validate({"usual_db": 0, "per_db": 0, **hours})
    async with scene(wall=wall, loudness=loudness) as shown:
        begun = now() + 0.1
        shown.speak(begun, 4.0)
        await asyncio.sleep(2)
        set_by_s[0] = 11 * 3600.0
        await asyncio.sleep(3)
        assert shown.loud_between(begun + 0.5, begun + 1.5) > 0.4
        assert shown.loud_between(begun + 3, begun + 3.8) < 0.1
