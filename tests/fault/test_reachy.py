"""A Reachy Mini's daemon that goes, hangs, is held by others or talks nonsense."""

import asyncio
import contextlib

import numpy as np
import pytest

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.reachy import ReachyBody
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import multiply, turned
from actuation.motion import JOINT_INDEX, Cut, Frame, FrameChunk, Halt, Release
from agent.core.clock import LoopClock
from agent.core.messages import Health
from tests.fakes.reachy_daemon import FakeReachy

pytestmark = pytest.mark.real_time
REST = rest_pose()


def looking(at, yaw_rad, pitch_rad=0.0):
    joints = REST.copy()
    head = JOINT_INDEX["head"]
    joints[head] = multiply(joints[head], turned(yaw_rad, pitch_rad))
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
        face=np.zeros(52, np.float32), gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
    )  # fmt: skip


async def nothing():
    return
    yield


class Played:
    """A body that runs, and a score that keeps coming."""

    def __init__(self, config):
        self.clock = LoopClock(asyncio.get_running_loop())
        self.told = []
        self.body = ReachyBody(
            config=config, clock=self.clock, publish=self.told.append, traffic=nothing()
        )
        self.yaw_rad, self.plays, self.generation = 0.3, True, 0

    async def score(self):
        while True:
            now = self.clock.now()
            if self.plays:
                frames = tuple(looking(now + 0.2 + k / 60, self.yaw_rad) for k in range(6))
                self.body.apply(FrameChunk(generation=self.generation, frames=frames))
            await asyncio.sleep(0.1)

    def said(self):
        return [(m.health, m.detail) for m in self.told]


async def until(condition, within_s=5.0):
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def playing(robot, **config):
    played = Played(ReachyConfig(address=robot.address, **config))
    async with asyncio.TaskGroup() as group:
        await played.body.connect()
        tasks = [group.create_task(played.score()), group.create_task(played.body.run())]
        played.run = tasks[1]
        try:
            yield played
        finally:
            for task in tasks:
                task.cancel()


@contextlib.asynccontextmanager
async def a_robot(**more):
    robot = await FakeReachy(**more).start()
    try:
        yield robot
    finally:
        await robot.kill()


def paths(robot):
    return [path for _, path in robot.asked]


async def test_it_is_woken_first_and_then_follows_the_score():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        asked = paths(robot)
        assert asked.index("motors/set_mode/enabled") < asked.index("move/play/wake_up")
        assert robot.ignored == []
        assert robot.targets[0][1]["yaw"] == pytest.approx(0.0, abs=0.02)
        assert played.body.health() is Health.RUNNING


async def test_while_a_move_of_somebody_else_runs_nothing_is_streamed():
    async with a_robot(move_s=0.8) as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        robot.begin("dance")
        await asyncio.sleep(0.1)
        before = len(robot.targets) + len(robot.ignored)
        await asyncio.sleep(0.5)
        assert len(robot.targets) + len(robot.ignored) == before
        assert len(robot.ignored) <= 2, "only what was on its way when it began"
        robot.head = dict(robot.head, yaw=-0.2)
        await until(lambda: len(robot.targets) > before)
        assert robot.targets[before - len(robot.ignored)][1]["yaw"] < -0.15, "goes on from there"
        assert played.body.health() is Health.RUNNING


async def test_a_robot_that_another_app_holds_is_left_to_it_and_taken_back_after():
    async with a_robot() as robot:
        robot.lock = {"state": "local_app", "holder_name": "dance_party"}
        async with playing(robot) as played:
            await until(lambda: played.body.health() is Health.DEGRADED)
            await asyncio.sleep(0.3)
            assert "dance_party" in played.said()[-1][1]
            assert robot.targets == []
            assert not any(p.startswith("move/play") or "set_mode" in p for p in paths(robot))
            robot.lock = {"state": "free", "holder_name": None}
            await until(lambda: robot.head["yaw"] > 0.28)
            robot.lock = {"state": "remote_session", "holder_name": "remote"}
            await until(lambda: "remote" in played.said()[-1][1])
            before = len(robot.targets)
            await asyncio.sleep(0.3)
            assert len(robot.targets) == before


async def test_a_killed_daemon_costs_what_would_have_been_shown_and_is_found_again():
    robot = await FakeReachy().start()
    async with playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        await robot.kill()
        await until(lambda: played.body.health() is Health.DEGRADED)
        assert "start reachy-mini-daemon" in played.said()[-1][1] or "line" in played.said()[-1][1]
        await asyncio.sleep(0.3)
        assert not played.run.done()
        again = await FakeReachy(port=robot.port).start()
        await until(lambda: again.head["yaw"] > 0.28, 8.0)
        assert played.body.health() is Health.RUNNING
        await again.kill()


@pytest.mark.parametrize("ticks", range(12))
async def test_a_daemon_that_goes_as_the_program_ends_keeps_nothing_alive(ticks):
    robot = await FakeReachy().start()
    async with playing(robot) as played:
        await until(lambda: robot.targets)
        killing = asyncio.get_running_loop().create_task(robot.kill())
        for _ in range(ticks):
            await asyncio.sleep(0)
        played.run.cancel()
        await until(played.run.done, 1.0)
        assert played.run.cancelled()
        await killing


async def test_a_daemon_that_is_not_there_is_told_with_the_cure():
    robot = FakeReachy(port=9)
    async with playing(robot) as played:
        await until(lambda: played.told)
        health, detail = played.said()[0]
        assert health is Health.DEGRADED
        assert "start reachy-mini-daemon" in detail
        assert "address" in detail


async def test_a_hung_daemon_is_given_up_and_tried_again():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        robot.hung = True
        await until(lambda: played.body.health() is Health.DEGRADED, 6.0)
        robot.hung = False
        await until(lambda: played.body.health() is Health.RUNNING, 12.0)


async def test_a_daemon_that_answers_but_no_longer_tells_where_the_robot_is_is_left():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        robot.silent = True
        await until(lambda: played.body.health() is Health.DEGRADED, 4.0)


async def test_something_else_at_its_address_is_told_in_plain_words():
    async with a_robot() as robot:
        robot.garbage = True
        async with playing(robot) as played:
            await until(lambda: played.told)
            assert "is it the daemon of a Reachy Mini" in played.said()[0][1]
            assert not played.run.done()


async def test_an_emergency_holds_it_where_it_is_within_a_tenth_of_a_second():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: 0.1 < robot.head["yaw"] < 0.25)
        played.body.apply(Halt(at=played.clock.now(), because="test"))
        played.plays = False
        pressed = played.clock.now()
        await asyncio.sleep(0.6)
        held = {t[1]["yaw"] for t in robot.targets if t[0] > pressed + 0.1}
        assert len(held) == 1
        assert 0.1 < held.pop() < 0.26
        played.body.apply(Cut(generation=1, at=played.clock.now()))
        played.body.apply(Release(at=played.clock.now()))
        played.generation, played.plays = 1, True
        await until(lambda: robot.head["yaw"] > 0.28)


async def test_an_emergency_stops_a_primary_move_too():
    async with a_robot(move_s=3.0) as robot, playing(robot) as played:
        await until(lambda: robot.moves)
        await asyncio.sleep(0.1)
        played.body.apply(Halt(at=played.clock.now(), because="test"))
        await until(lambda: not robot.moves, 0.3)


async def test_at_rest_it_is_laid_to_sleep_and_woken_again_when_asked_back():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        await played.body.rest()
        await until(lambda: robot.mode == "disabled")
        before = len(robot.targets)
        await asyncio.sleep(0.3)
        assert len(robot.targets) == before, "nothing is streamed to a sleeper"
        await played.body.connect()
        await until(lambda: robot.head["yaw"] > 0.28)


async def test_it_is_laid_to_sleep_also_when_the_program_ends_at_once():
    async with a_robot() as robot:
        async with playing(robot) as played:
            await until(lambda: robot.head["yaw"] > 0.28)
            played.run.cancel()
            await played.body.rest()
        await until(lambda: robot.mode == "disabled")


async def test_when_no_frames_come_it_holds_and_then_looks_ahead():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        played.plays = False
        await asyncio.sleep(0.6)
        assert robot.head["yaw"] > 0.25
        await until(lambda: abs(robot.head["yaw"]) < 0.02)


async def test_a_head_that_does_not_follow_is_told():
    async with a_robot() as robot, playing(robot) as played:
        await until(lambda: robot.head["yaw"] > 0.28)
        robot.follows = False
        robot.head = dict(robot.head, yaw=-0.5)
        await until(lambda: played.body.health() is Health.DEGRADED)
        assert "does not follow" in played.said()[-1][1]


async def test_its_devices_are_let_go_of_only_when_asked():
    async with a_robot() as robot:
        async with playing(robot):
            await until(lambda: robot.targets)
        assert not robot.released
        async with playing(robot, release_devices=True):
            await until(lambda: robot.released)
