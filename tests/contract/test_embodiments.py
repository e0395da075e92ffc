"""One contract for every body that runs in this process."""

import asyncio
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from actuation.bodies.bodies import Bodies
from actuation.bodies.configs import HumanoidConfig, MqttConfig, ReachyConfig, SpeakerConfig
from actuation.bodies.puppet_configs import LiveLinkConfig, VmcConfig
from actuation.bodies.ros_config import RosConfig
from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.catalogue import BODIES, AbsentBody, build_body
from actuation.embodiments.livelink import LiveLinkBody
from actuation.embodiments.mqtt import MqttBody
from actuation.embodiments.null import NullBody
from actuation.embodiments.page import AvatarBody
from actuation.embodiments.reachy import ReachyBody
from actuation.embodiments.ros import RosBody
from actuation.embodiments.speaker import SpeakerBody
from actuation.embodiments.vmc import VmcBody
from actuation.embodiments.zmq_ import ZmqBody
from actuation.generators.rules_idle import rest_pose
from actuation.motion import Cut, Frame, FrameChunk, VoiceChunk, Volume
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Health, UtteranceId
from agent.local_sound import LocalSound
from agent.settings import AgentConfig
from tests.fakes.puppets import silence
from tests.fakes.stages import KeepingBody

JOINTS = rest_pose().astype(np.float32)


def frame(at, jaw=0.0):
    face = np.zeros(52, np.float32)
    face[17] = jaw
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=JOINTS, face=face, gaze_yaw_rad=0.0,
        gaze_pitch_rad=0.0,
    )  # fmt: skip


def voice(at, seconds=0.5, generation=0, score_s=0.0, utterance=1):
    return VoiceChunk(
        generation=generation, at=at, utterance=UtteranceId(utterance), score_s=score_s,
        rate_hz=16_000, samples=np.zeros(round(16_000 * seconds), np.float32),
    )  # fmt: skip


def bodies(report=lambda _: None):
    clock = LoopClock(asyncio.get_running_loop())
    return [
        NullBody(clock=clock, report=report),
        AvatarBody(clock=clock, report=report),
        KeepingBody(),
        VmcBody(config=VmcConfig(), clock=clock, publish=lambda _: None, traffic=silence()),
        MqttBody(
            config=MqttConfig(pose_hz=1), clock=clock, publish=lambda _: None, traffic=silence()
        ),
        LiveLinkBody(
            config=LiveLinkConfig(), clock=clock, publish=lambda _: None, traffic=silence()
        ),
        ZmqBody(config=ZmqConfig(), clock=clock, publish=lambda _: None, traffic=silence()),
        RosBody(config=RosConfig(), clock=clock, publish=lambda _: None, traffic=silence()),
        ReachyBody(config=ReachyConfig(), clock=clock, publish=lambda _: None, traffic=silence()),
        SpeakerBody(config=SpeakerConfig(), clock=clock, publish=report, traffic=silence()),
        *humanoids(clock),
        AbsentBody("lamp", "body: lamp needs a wick; buy one"),
    ]


def humanoids(clock):
    """The robot in MuJoCo, where that is installed."""
    if find_spec("mujoco") is None:
        return []
    config = HumanoidConfig()
    return [build_body(config, clock=clock, publish=lambda _: None, traffic=silence())]


async def test_a_body_whose_package_is_missing_is_absent_and_the_others_play_on(monkeypatch):
    for kind in ("vmc", "speaker"):
        missing = replace(BODIES[kind], packages=("no_such_package",), cure="")
        monkeypatch.setitem(BODIES, kind, missing)
    said, clock = [], LoopClock(asyncio.get_running_loop())
    absent = build_body(
        VmcConfig(name="lamp"), clock=clock, publish=said.append, traffic=silence()
    )  # fmt: skip
    keeping = KeepingBody()
    stage = Bodies([absent, keeping], clock=clock, publish=said.append)
    await stage.connect()
    stage.apply(FrameChunk(generation=0, frames=(frame(clock.now()),)))
    assert len(keeping.items) == 1
    assert said == []
    assert absent.name == "actuation.body.lamp"
    with pytest.raises(BackendUnavailableError, match="pip install no_such_package; then start"):
        await absent.run()
    with_speaker = AgentConfig.model_validate({"bodies": [{"kind": "speaker"}]})
    assert not LocalSound(with_speaker).speaks  # the page keeps its voice


async def test_every_body_describes_itself_the_same_way_each_time():
    for body in bodies():
        described = body.describe()
        assert described.name
        assert described == body.describe()
        assert 0 < described.lead_s < 2


async def test_every_body_takes_all_items_without_blocking():
    loop = asyncio.get_running_loop()
    for body in bodies():
        await body.connect()
        begun = loop.time()
        body.apply(FrameChunk(generation=0, frames=tuple(frame(begun + k / 60) for k in range(6))))
        body.apply(voice(begun))
        body.apply(Volume(at=begun, gain=0.3))
        body.apply(Cut(generation=1, at=begun))
        body.apply(voice(begun, generation=1))
        assert loop.time() == begun
        assert isinstance(body.health(), Health)
        await body.rest()


async def performed(body, seconds):
    try:
        async with asyncio.timeout(seconds):
            await body.run()
    except TimeoutError:
        pass


async def test_the_null_body_reports_what_a_perfect_body_plays():
    told = []
    loop = asyncio.get_running_loop()
    body = NullBody(clock=LoopClock(loop), report=told.append)
    body.apply(voice(loop.time() + 0.2, seconds=0.4))
    body.apply(voice(loop.time() + 0.6, seconds=0.4, score_s=0.4))
    await performed(body, 2.0)
    assert [p.first for p in told] == [True] + [False] * (len(told) - 1)
    assert told[0].at == pytest.approx(0.2)
    assert all(p.at - p.score_s == pytest.approx(0.2) for p in told)
    assert told[-1].score_s == pytest.approx(0.8, abs=0.11)


async def test_the_null_body_drops_what_was_cut():
    told = []
    loop = asyncio.get_running_loop()
    body = NullBody(clock=LoopClock(loop), report=told.append)
    body.apply(voice(loop.time() + 1.0))
    body.apply(Cut(generation=3, at=loop.time()))
    body.apply(voice(loop.time() + 0.1, generation=2))
    body.apply(FrameChunk(generation=2, frames=(frame(loop.time()),)))
    await performed(body, 3.0)
    assert told == []
    assert body.shown() is None
    assert body.dropped == 2


async def test_frames_sent_again_take_the_place_of_those_in_the_queue():
    loop = asyncio.get_running_loop()
    body = NullBody(clock=LoopClock(loop), report=lambda _: None)
    body.apply(FrameChunk(generation=0, frames=tuple(frame(k / 60, 0.1) for k in range(60))))
    body.apply(FrameChunk(generation=0, frames=tuple(frame(k / 60, 0.9) for k in range(30, 60))))
    await asyncio.sleep(0.4)
    assert body.shown().face[17] == pytest.approx(0.1)
    await asyncio.sleep(0.3)
    assert body.shown().face[17] == pytest.approx(0.9)
