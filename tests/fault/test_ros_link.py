"""A robot behind rosbridge when the server is away, dies, hangs, or says nonsense. Real sockets."""

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from actuation.bodies.ros_config import RosConfig
from actuation.embodiments.ros import RosBody
from actuation.embodiments.ros_senses import RosSenses
from actuation.motion import Halt
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import CommandRefused, EmergencyRelease, EmergencyStop
from tests.fakes.rosbridge import linked
from tests.fakes.rosbridge_flood import STOPS
from tests.fakes.zmq_subscribers import Traffic
from tests.unit.actuation.test_ros_body import TRAJECTORY, chunk

real_time = pytest.mark.real_time


@real_time
async def test_a_server_that_is_away_is_told_with_the_cure_and_given_up_after_a_while():
    async with linked(started=False, gives_up_after_s=0.6) as world:
        world.body.apply(chunk(world.clock.now(), 1.0, lambda t: 0.3))
        with pytest.raises(ExceptionGroup) as fault:
            async with asyncio.timeout(4):
                await world.running
        (leaf,) = fault.value.exceptions
        assert isinstance(leaf, BackendUnavailableError)
        assert "ros2 launch rosbridge_server" in str(leaf)
        assert world.healths()[0][0] == "degraded"
        assert world.body.health() == "degraded"


@real_time
async def test_a_server_that_dies_is_found_again_and_the_robot_taken_up_where_it_is():
    async with linked() as world:
        begins = world.clock.now()
        world.body.apply(chunk(begins, 3.9, lambda t: 0.5 * np.sin(2 * t)))
        await asyncio.sleep(0.5)
        bridge, robot = world.bridge, world.bridge.robot
        await bridge.stop()
        await asyncio.sleep(0.6)
        stopped = robot.at(world.clock.now())["head_pan_joint"]
        await asyncio.sleep(0.2)
        # What was sent last ends standing by itself.
        assert robot.at(world.clock.now())["head_pan_joint"] == stopped
        assert world.body.health() == "degraded"
        bridge.ops.clear()
        await bridge.start()
        await world.until(lambda: bridge.published(TRAJECTORY))
        first = bridge.published(TRAJECTORY)[0][1]["points"][0]["positions"][0]
        assert abs(first - stopped) <= 2.0 / 25 + 1e-3
        assert "advertise" in {op["op"] for _, op in bridge.ops}
        await world.until(lambda: world.body.health() == "running")
        assert [health for health, _ in world.healths()][-1] == "running"


@real_time
async def test_a_robot_that_was_moved_while_the_link_was_away_is_taken_up_where_it_is_now():
    async with linked() as world:
        world.body.apply(chunk(world.clock.now(), 3.9, lambda t: 0.0))
        await asyncio.sleep(0.2)
        bridge = world.bridge
        await bridge.stop()
        bridge.robot.move_by_hand(head_pan_joint=1.0, head_tilt_joint=0.0)
        bridge.ops.clear()
        await bridge.start()
        await world.until(lambda: bridge.published(TRAJECTORY))
        first = bridge.published(TRAJECTORY)[0][1]["points"][0]["positions"][0]
        assert first >= 1.0 - 2.0 / 25 - 1e-3


@real_time
async def test_a_halt_while_the_link_is_away_is_kept_when_it_comes_back():
    async with linked() as world:
        world.body.apply(chunk(world.clock.now(), 3.9, lambda t: 0.8))
        await asyncio.sleep(0.2)
        await world.bridge.stop()
        world.body.apply(Halt(at=world.clock.now(), because="smoke"))
        world.bridge.ops.clear()
        await world.bridge.start()
        await world.until(lambda: world.bridge.published(TRAJECTORY))
        await asyncio.sleep(0.4)
        asked = {
            tuple(point["positions"])
            for _, message in world.bridge.published(TRAJECTORY)
            for point in message["points"]
        }
        assert len(asked) <= 1


@real_time
async def test_a_server_that_hangs_holds_nobody_up_and_is_left():
    async with linked() as world:
        bridge = world.bridge
        bridge.hangs, bridge.states = bridge.links[0], False
        longest = 0.0
        begins = world.clock.now()
        while len(bridge.links) < 2 and world.clock.now() - begins < 8:
            frames = chunk(world.clock.now(), 1.0, lambda t: 0.3)
            begun = world.clock.now()
            world.body.apply(frames)
            longest = max(longest, world.clock.now() - begun)
            await asyncio.sleep(0.05)
        assert longest < 0.1
        assert len(bridge.links) > 1
        bridge.hangs, bridge.states = None, True
        await world.until(lambda: world.body.health() == "running")


NONSENSE = (
    "", "{", "null", "[]", "7", '{"op": 3}', '{"op": "call_service", "service": "/rosapi/x"}',
    '{"op": "publish", "topic": "/cmd_vel", "msg": {"linear": 9}}', "[" * 30_000,
    '{"op": "publish", "topic": "/emergency_stop", "msg": {"data": 1}}',
    '{"op": "publish", "topic": "/emergency_stop", "msg": null}',
    '{"op": "publish", "topic": "/emergency_stop"}',
    '{"op": "publish", "topic": "/joint_states", "msg": {"name": "x", "position": 1}}',
    '{"op": "publish", "topic": "/joint_states", "msg":'
    ' {"name": ["head_pan_joint"], "position": [NaN]}}',
    '{"op": "publish", "topic": "/joint_states", "msg":'
    ' {"name": ["head_pan_joint"], "position": [1e99]}}',
    '{"op": "publish", "topic": "/joint_states", "msg":'
    ' {"name": ["head_pan_joint"], "position": [null]}}',
)  # fmt: skip


async def test_nonsense_is_refused_and_neither_stops_nor_moves_anything():
    told = []
    clock = LoopClock(asyncio.get_running_loop())
    senses = RosSenses(config=RosConfig(), clock=clock, publish=told.append)
    for count, text in enumerate(NONSENSE, start=1):
        senses.hear(text)
        assert senses.refused == count, text
    assert senses.position(clock.now()) is None
    for _ in range(500):
        senses.hear("{")
        await asyncio.sleep(0.01)
    assert {type(m) for m in told} == {CommandRefused}
    assert len(told) <= 11


async def test_positions_that_are_old_or_not_whole_are_not_believed():
    clock = LoopClock(asyncio.get_running_loop())
    senses = RosSenses(config=RosConfig(), clock=clock, publish=print)

    def hear(**joints):
        message = {"name": list(joints), "position": list(joints.values())}
        op = {"op": "publish", "topic": "/joint_states", "msg": message}
        senses.hear(json.dumps(op))

    hear(head_pan_joint=0.1, wheel=3.0)
    assert senses.position(clock.now()) is None
    assert senses.missing() == ("head_tilt_joint",)
    hear(head_tilt_joint=0.2)
    assert senses.position(clock.now()) == pytest.approx([0.1, 0.2])
    await asyncio.sleep(0.6)
    assert senses.position(clock.now()) is None


@real_time
async def test_a_message_that_is_far_too_long_ends_the_link_and_is_told():
    async with linked() as world:
        await world.bridge.raw("x" * 200_000)
        await world.until(lambda: world.of(CommandRefused))
        await world.until(lambda: world.body.health() == "degraded")
        await world.until(lambda: world.body.health() == "running")


@real_time
async def test_a_flood_keeps_no_halt_from_the_robot_and_no_stop_from_the_agent():
    async with linked() as world:
        flooding = True

        async def flood():
            while flooding:
                for _ in range(20):  # some thousands a second
                    await world.bridge.raw('{"op": "publish", "topic": "/x", "msg": {}}')
                await asyncio.sleep(0.005)

        task = asyncio.get_running_loop().create_task(flood())
        world.body.apply(chunk(world.clock.now(), 3.0, lambda t: 0.5))
        await asyncio.sleep(0.4)
        pressed_at = world.clock.now()
        await world.bridge.say("/emergency_stop", {"data": True})
        await world.until(lambda: world.of(EmergencyStop))
        assert world.of(EmergencyStop)[0].at - pressed_at < 0.1
        halted_at = world.clock.now()
        world.body.apply(Halt(at=halted_at, because="smoke"))
        await world.until(
            lambda: any(
                at >= halted_at and len(message["points"]) == 1
                for at, message in world.bridge.published(TRAJECTORY)
            )
        )
        assert world.bridge.published(TRAJECTORY)[-1][0] - halted_at < 0.1
        flooding = False
        await task
        assert world.body._senses.refused > 100
        assert not world.of(EmergencyRelease)


@real_time
@pytest.mark.parametrize("flood", ["rubbish", "states"])
async def test_a_stop_does_not_wait_behind_a_server_that_sends_as_much_as_it_can(flood, capsys):
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.rosbridge_flood", flood,
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    told, clock = [], LoopClock(asyncio.get_running_loop())
    try:
        port = int(await server.stdout.readline())
        config = RosConfig(address=f"ws://127.0.0.1:{port}")
        body = RosBody(config=config, clock=clock, publish=told.append, traffic=Traffic())
        running = asyncio.get_running_loop().create_task(body.run())
        lines = [float(await server.stdout.readline()) for _ in range(STOPS + 1)]
        await asyncio.sleep(0.2)
        running.cancel()
        await asyncio.wait([running])
    finally:
        server.kill()
        await server.wait()
    sent, per_s = lines[:STOPS], lines[STOPS]
    heard = [m.at for m in told if isinstance(m, EmergencyStop)]
    took_s = [min((at for at in heard if at >= when), default=np.inf) - when for when in sent]
    with capsys.disabled():
        print(  # noqa: T201 - the figure
            f"\n[ros] stops beside a flood of {flood}, {per_s:.0f} messages/s: median"
            f" {1e3 * np.median(took_s):.1f}, slowest {1e3 * max(took_s):.1f} ms"
        )
    assert per_s > 5_000
    # Behind the flood on one link it was 400 to 800 ms. The slowest is the busy machine's.
    assert np.median(took_s) < 0.05
    assert sorted(took_s)[-2] < 0.1


@real_time
async def test_while_no_stop_could_be_heard_nothing_new_is_asked_of_the_robot():
    async with linked() as world:
        world.body.apply(chunk(world.clock.now(), 3.9, lambda t: 0.5 * np.sin(3 * t)))
        await asyncio.sleep(0.3)
        world.bridge.deaf = True
        await world.bridge.ears[0].close()
        await asyncio.sleep(0.2)
        asked = len(world.bridge.published(TRAJECTORY))
        await asyncio.sleep(0.3)
        assert len(world.bridge.published(TRAJECTORY)) == asked
        assert world.body.health() == "degraded"
        world.bridge.deaf = False
        await world.until(lambda: len(world.bridge.published(TRAJECTORY)) > asked)
        await world.until(lambda: world.body.health() == "running")


async def test_a_flood_on_the_emergency_topic_itself_counts_as_a_stop_and_a_busy_button_does_not():
    told, clock = [], LoopClock(asyncio.get_running_loop())
    senses = RosSenses(config=RosConfig(), clock=clock, publish=told.append)
    lifted = json.dumps({"op": "publish", "topic": "/emergency_stop", "msg": {"data": False}})
    for _ in range(500):
        senses.hear_press(lifted)
        await asyncio.sleep(0.01)
    assert told == []
    for _ in range(800):
        senses.hear_press(lifted)
    (stop,) = [m for m in told if isinstance(m, EmergencyStop)]
    assert "flooded" in stop.because
