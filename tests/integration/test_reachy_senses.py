"""A Reachy Mini's camera, microphones, loudspeaker and direction of sound, against its stand-in."""

import asyncio
import contextlib
import math

import numpy as np
import pytest

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.reachy import ReachyBody
from actuation.embodiments.reachy_voice import RATE_HZ, ReachyVoice
from actuation.motion import Cut, Halt, VoiceChunk
from agent.core.clock import LoopClock
from agent.core.messages import ComponentHealth, Health, Played, SoundDirection, UtteranceId
from perception.backends.reachy_direction import ReachyDirection, azimuth
from perception.backends.reachy_media import ReachyMedia
from tests.fakes.reachy_daemon import FakeReachy

pytest.importorskip("aiortc", reason="the robot's sound and pictures need foyer[reachy]")
from tests.fakes.reachy_media import TONE_HZ, FakeReachyMedia  # noqa: E402

pytestmark = pytest.mark.real_time


async def until(condition, within_s=10.0):
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(*parts):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part.run()) for part in parts]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


class Link:
    """The session with a robot, and what it says of itself."""

    def __init__(self, robot, **more):
        self.clock = LoopClock(asyncio.get_running_loop())
        self.told = []
        self.media = ReachyMedia(
            address="http://127.0.0.1:1", port=robot.port, clock=self.clock,
            publish=self.told.append, **more,
        )  # fmt: skip

    @property
    def health(self):
        return [m.health for m in self.told]


@contextlib.asynccontextmanager
async def a_robot(**more):
    robot = await FakeReachyMedia(**more).start()
    try:
        yield robot
    finally:
        await robot.kill()


async def first(source, count):
    got = []
    async with asyncio.timeout(10):
        async for each in source:
            got.append(each)
            if len(got) == count:
                return got


async def test_its_microphones_are_heard_as_mono_at_the_rate_of_all_ears_and_in_time():
    async with a_robot() as robot:
        link = Link(robot)
        async with running(link.media):
            chunks = await first(link.media.microphone.sound(), 60)
            ended = link.clock.now()
    sound = np.concatenate([c.samples for c in chunks[20:]])
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) * 16_000 / len(sound) == pytest.approx(TONE_HZ, abs=5)
    assert np.abs(sound).max() == pytest.approx(8000 / 32768, rel=0.2)
    assert np.diff([c.at for c in chunks[20:]]) == pytest.approx(0.02, abs=0.015)
    last = chunks[-1].at + len(chunks[-1].samples) / 16_000
    assert ended - 0.5 < last < ended, "what is told is when it was captured, not when it came"


async def test_its_camera_is_seen():
    async with a_robot() as robot:
        link = Link(robot)
        async with running(link.media):
            picture = (await first(link.media.camera.pictures(), 4))[-1]
    height, width, _ = picture.pixels.shape
    assert (height, width) == (360, 640)
    left, right = picture.pixels[:, :300].mean((0, 1)), picture.pixels[:, 340:].mean((0, 1))
    assert left[0] > left[2] + 100, "red"
    assert right[2] > right[0] + 100, "blue"


def burst(at, seconds=0.6, generation=0):
    """A tone as the stage sends a voice: in short stretches."""
    count = round(seconds / 0.1)
    for k in range(count):
        t = 0.1 * k + np.arange(1600) / 16_000
        yield VoiceChunk(
            generation=generation, at=at + 0.1 * k, utterance=UtteranceId(1), score_s=0.1 * k,
            rate_hz=16_000, samples=(0.4 * np.sin(2 * np.pi * 300 * t)).astype(np.float32),
            last=k == count - 1,
        )  # fmt: skip


async def test_what_is_said_comes_out_there_when_it_is_meant_to():
    delay_s = 0.3
    async with a_robot() as robot:
        link, voice = Link(robot, sees=False), ReachyVoice(delay_s)
        link.media.voice_from(voice.fill)
        async with running(link.media):
            await until(lambda: robot.heard)
            meant = link.clock.now() + 1.0
            for chunk in burst(meant):
                voice.take(chunk, link.clock.now())
            await until(lambda: link.clock.now() > meant + 1.2)
    loud = [at for at, level in robot.loudness() if level > 0.1]
    # The robot keeps it for `delay_s` before it plays it; the stand-in is done when it has it.
    assert loud[0] + delay_s - meant == pytest.approx(0.0, abs=0.15)
    assert loud[-1] - loud[0] == pytest.approx(0.6, abs=0.1)
    sound = np.concatenate([s for at, s in robot.heard if loud[0] < at < loud[-1]])
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.4 / math.sqrt(2), rel=0.25)


async def test_what_was_cut_leaves_no_more_and_is_thrown_away_there_too():
    daemon = await FakeReachy().start()
    async with a_robot() as robot:
        link = Link(robot, sees=False)
        body = ReachyBody(
            config=ReachyConfig(address=daemon.address, voice=True, voice_delay_s=0.3),
            clock=link.clock, publish=link.told.append, traffic=nothing(),
        )  # fmt: skip
        assert body.describe().speaks
        link.media.voice_from(body.voice.fill)
        async with running(link.media, body):
            await body.connect()
            await until(lambda: robot.heard and body.health() is Health.RUNNING)
            begins = link.clock.now() + 0.6
            for chunk in burst(begins, seconds=2.0):
                body.apply(chunk)
            await until(lambda: any(level > 0.1 for _, level in robot.loudness()))
            await until(lambda: link.clock.now() > begins + 0.5)
            cut = link.clock.now()
            body.apply(Cut(generation=1, at=cut))
            await until(lambda: daemon.hushed)
            assert daemon.hushed[0] - cut < 0.1
            await asyncio.sleep(0.5)
        await daemon.kill()
    assert not [at for at, level in robot.loudness() if level > 0.05 and at > cut + 0.25]
    played = [m for m in link.told if isinstance(m, Played)]
    assert [m.first for m in played].count(True) == 1
    assert played[0].at == pytest.approx(begins, abs=0.1)
    assert played[-1].score_s < 1.0, "the rest was not heard"


async def nothing():
    return
    yield


def test_in_an_emergency_it_is_silent_until_it_is_over():
    voice = ReachyVoice(0.3)
    for chunk in burst(1.0):
        voice.take(chunk, 0.0)
    voice.take(Halt(at=0.5, because="test"), 0.5)
    for chunk in burst(1.2, generation=5):
        voice.take(chunk, 0.6)
    assert not np.any([voice.fill(960, 0.7 + k * 960 / RATE_HZ) for k in range(60)])


async def test_a_daemon_that_goes_away_is_found_again():
    robot = await FakeReachyMedia().start()
    link = Link(robot, sees=False)
    async with running(link.media):
        await until(lambda: Health.RUNNING in link.health)
        await robot.kill()
        await until(lambda: link.health[-1] is Health.DEGRADED)
        again = await FakeReachyMedia(port=robot.port).start()
        await until(lambda: link.health[-1] is Health.RUNNING)
        assert len(await first(link.media.microphone.sound(), 5)) == 5
        await again.kill()


@pytest.mark.parametrize(
    ("shares", "refuses", "said"),
    [(False, None, "neither camera nor sound"), (True, "too many", "too many")],
)
async def test_why_there_is_no_session_is_said(shares, refuses, said):
    async with a_robot() as robot:
        robot.shares, robot.refuses = shares, refuses
        link = Link(robot)
        async with running(link.media):
            await until(lambda: link.told)
    assert link.told[0].health is Health.DEGRADED
    assert said in link.told[0].detail


async def test_where_nobody_answers_the_cure_is_said():
    async with a_robot() as robot:
        port = robot
    link = Link(port)
    async with running(link.media):
        await until(lambda: link.told)
    assert "--no-media" in link.told[0].detail


@pytest.mark.parametrize(
    ("angle", "head_yaw", "meant"),
    [(0.0, 0.0, math.pi / 2), (math.pi / 2, 0.0, 0.0), (math.pi, 0.0, -math.pi / 2),
     (math.pi / 2, 0.4, 0.4), (0.0, 2.0, math.pi / 2 + 2.0 - 2 * math.pi)],
)  # fmt: skip
def test_the_daemons_angle_is_turned_into_the_agents_frame(angle, head_yaw, meant):
    assert azimuth(angle, head_yaw) == pytest.approx(meant)


async def test_the_direction_of_a_voice_is_told_while_it_lasts_and_once_after():
    daemon = await FakeReachy().start()
    clock, told = LoopClock(asyncio.get_running_loop()), []
    part = ReachyDirection(address=daemon.address, clock=clock, publish=told.append)

    def heard():
        return [m for m in told if isinstance(m, SoundDirection)]

    async with running(part):
        await until(lambda: told)
        assert isinstance(told[0], ComponentHealth)
        assert "no microphones" in told[0].detail, "a robot without them says so"
        daemon.head = dict(daemon.head, yaw=0.3)
        daemon.doa = {"angle": 1.0, "speech_detected": True}
        await until(lambda: len(heard()) > 3)
        daemon.doa = {"angle": 1.0, "speech_detected": False}
        await until(lambda: not heard()[-1].speech)
        after = len(heard())
        await asyncio.sleep(0.35)
        assert len(heard()) == after
    assert heard()[0].azimuth_rad == pytest.approx(math.pi / 2 - 1.0 + 0.3)
    assert [m.speech for m in heard()].count(False) == 1
    await daemon.kill()
