"""A robot behind rosbridge: a server that knows only the protocol, on a real socket."""

import asyncio

import numpy as np
import pytest
from pydantic import ValidationError

from actuation.bodies.ros_config import RosConfig, RosJoint
from actuation.embodiments.ros_trajectory import (
    Follower,
    JointMapping,
    angles_about,
    blendshapes,
    joint_trajectory,
)
from actuation.joints.rotations import about, multiply, turned
from actuation.motion import JOINT_INDEX, Cut, Frame, FrameChunk, Halt, Release
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    ClauseSpoken,
    EmergencyRelease,
    EmergencyStop,
    Reason,
)
from tests.fakes.rosbridge import linked

real_time = pytest.mark.real_time
TRAJECTORY = "/joint_trajectory_controller/joint_trajectory"


def frame(at, yaw=0.0, pitch=0.0, jaw=0.0, **bones):
    """A frame with the head turned; half of it by the neck."""
    joints = np.tile(np.array([0, 0, 0, 1.0]), (44, 1))
    joints[JOINT_INDEX["neck"]] = about("y", yaw / 2)
    joints[JOINT_INDEX["head"]] = turned(yaw / 2, pitch)
    for bone, rotation in bones.items():
        joints[JOINT_INDEX[bone]] = rotation
    face = np.zeros(52, np.float32)
    face[17] = jaw
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints.astype(np.float32), face=face,
        gaze_yaw_rad=0.1, gaze_pitch_rad=0.0,
    )  # fmt: skip


def chunk(begins, seconds, yaw, *, generation=0, **more):
    """`yaw`: of the seconds since the first frame."""
    times = np.arange(round(seconds * 60)) / 60
    return FrameChunk(
        generation=generation, frames=tuple(frame(begins + t, yaw(t), **more) for t in times)
    )


def joint(name="j", bones=("head",), axis="y", low=-3.0, high=3.0, **more):
    return RosJoint(
        name=name, bones=bones, axis=axis, lowest_rad=low, highest_rad=high, **more
    )  # fmt: skip


@pytest.mark.parametrize("axes", ["xyz", "yzx", "zxy", "xzy", "zyx", "yxz"])
def test_three_joints_in_a_row_make_the_rotation_of_their_bone(axes):
    wanted = (0.7, -0.5, 1.1)
    rotation = np.array([0, 0, 0, 1.0])
    for axis, angle in zip(axes, wanted, strict=True):
        rotation = multiply(rotation, about(axis, angle))
    assert angles_about(rotation, axes) == pytest.approx(wanted)


def test_two_joints_take_theirs_and_one_the_turn_about_its_axis():
    rotation = multiply(about("y", 0.6), about("x", -0.3))
    assert angles_about(rotation, "yx") == pytest.approx([0.6, -0.3])
    assert angles_about(about("z", -2.0), "z") == pytest.approx([-2.0])
    assert angles_about(-about("z", -2.0), "z") == pytest.approx([-2.0])
    assert angles_about(about("x", 1.0), "z") == pytest.approx([0.0])


def test_a_mapping_turns_counts_shifts_and_limits():
    mapping = JointMapping(
        [
            joint("pan", ("neck", "head"), "y", sign=-1, offset_rad=0.2),
            joint("tilt", ("neck", "head"), "x", low=-0.1, high=0.1),
            joint("eyes", ("eyes",), "y"),
        ]
    )
    assert mapping.angles(frame(0.0, yaw=0.6, pitch=-0.5)) == pytest.approx([-0.4, 0.1, 0.1])


def test_no_joint_is_ever_faster_or_further_than_it_may():
    chance = np.random.default_rng(3)
    mapping = JointMapping(
        [joint("a", fastest_rad_s=1.0), joint("b", axis="x", low=-0.5, high=0.4)]
    )
    follower = Follower(mapping)
    follower.begin(np.zeros(2))
    now = 10.0
    for _ in range(300):
        now += chance.uniform(0.005, 0.3)
        before = follower.at(now)
        targets = chance.normal(0, 3, (3, 2))
        targets[chance.random((3, 2)) < 0.1] = np.nan
        points = follower.towards(targets, now, 0.04)
        path = np.concatenate([before[None], points])
        assert np.all(np.abs(np.diff(path, axis=0)) <= np.array([1.0, 1.5]) * 0.04 + 1e-12)
        assert np.all(points >= mapping.low)
        assert np.all(points <= mapping.high)


def test_no_joint_starts_or_stops_harder_than_it_may():
    rng = np.random.default_rng(4)
    mapping = JointMapping([joint("a", fastest_rad_s=3.0, hardest_rad_s2=8.0)])
    follower, now, dt = Follower(mapping), 2.0, 0.04
    follower.begin(np.array([0.2]))
    walked = [0.2]
    for _ in range(60):
        targets = np.full((3, 1), rng.uniform(-3, 3))
        for _ in range(rng.integers(1, 15)):
            walked.append(float(follower.towards(targets, now, dt)[0, 0]))
            now += dt
    speed = np.diff(walked) / dt
    assert np.abs(np.diff(speed) / dt).max() <= 8.0 + 1e-6
    assert np.abs(speed).max() <= 3.0 + 1e-9
    assert np.abs(speed).max() > 2.0
    assert np.abs(walked).max() <= mapping.high[0] + 1e-9
    follower.begin(np.array([-1.0]))
    way = []
    for _ in range(60):
        way.append(float(follower.towards(np.full((3, 1), 0.5), now, dt)[0, 0]))
        now += dt
    assert max(way) <= 0.5 + 1e-9, "it goes past its target"
    assert way[-1] == pytest.approx(0.5, abs=1e-6)


def test_a_joint_found_outside_its_limits_comes_back_slowly():
    mapping = JointMapping([joint("a", high=0.5, fastest_rad_s=1.0)])
    follower = Follower(mapping)
    follower.begin(np.array([0.9]))
    assert follower.towards(np.array([[0.5]]), 3.0, 0.1)[0] == pytest.approx([0.8])


def test_who_sends_late_goes_on_from_where_the_robot_is_by_then():
    follower = Follower(JointMapping([joint("a", fastest_rad_s=1.0)]))
    follower.begin(np.array([0.0]))
    assert follower.at(0.0) == pytest.approx([0.0])
    follower.towards(np.full((3, 1), 2.0), 5.0, 0.1)
    assert [float(follower.at(5.0 + t)[0]) for t in (0.0, 0.05, 0.1, 0.25, 0.3, 9.0)] == (
        pytest.approx([0.0, 0.05, 0.1, 0.25, 0.3, 0.3])
    )
    assert follower.towards(np.full((3, 1), 2.0), 5.25, 0.1)[0] == pytest.approx([0.35])


def test_a_joint_without_a_number_stays():
    mapping = JointMapping([joint("a")])
    bad = frame(0.0, head=np.full(4, np.nan))
    assert np.isnan(mapping.angles(bad)).all()
    follower = Follower(mapping)
    follower.begin(np.array([0.3]))
    assert follower.towards(mapping.angles(bad)[None], 3.0, 0.1) == pytest.approx(np.array([[0.3]]))


def test_a_trajectory_begins_now_and_ends_standing():
    points = np.array([[0.1], [0.2], [0.3]])
    said = joint_trajectory(["pan"], points, 0.4, start=np.array([0.0]))
    assert said["header"]["stamp"] == {"sec": 0, "nanosec": 0}
    assert [p["time_from_start"] for p in said["points"]] == [
        {"sec": 0, "nanosec": 400_000_000},
        {"sec": 0, "nanosec": 800_000_000},
        {"sec": 1, "nanosec": 200_000_000},
    ]
    assert [p["velocities"] for p in said["points"]] == [[0.25], [0.25], [0.0]]
    assert [p["velocities"] for p in joint_trajectory(["pan"], points, 0.4)["points"]] == [[]] * 3


def test_a_face_has_fifty_two_numbers_whatever_the_frame_says():
    said = blendshapes(np.full(52, np.nan, np.float32))
    assert said["data"] == [0.0] * 52
    assert said["layout"]["dim"] == [{"label": "arkit", "size": 52, "stride": 52}]


@pytest.mark.parametrize(
    ("joints", "told"),
    [
        ([joint("a"), joint("a", axis="x")], "a is there twice"),
        ([joint("a"), joint("b")], "both turn head about y"),
    ],
)
def test_joints_that_contradict_each_other_are_refused(joints, told):
    with pytest.raises(ValidationError, match=told):
        RosConfig(joints=joints)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"low": 1.0, "high": 0.0}, "must be below"),
        ({"rest_rad": 3.5}, "within its limits"),
        ({"bones": ("nose",)}, "there is no bone nose; there is eyes, hips"),
    ],
)
def test_an_impossible_joint_is_refused_with_what_is_wrong(wrong, told):
    with pytest.raises(ValidationError, match=told):
        joint(**wrong)


@real_time
async def test_the_robot_follows_the_frames_as_planned():
    async with linked() as world:
        begins = world.clock.now() + 0.1
        world.body.apply(chunk(begins, 2.5, lambda t: 0.4 * np.sin(2 * t), pitch=-0.1, jaw=0.5))
        await asyncio.sleep(2.4)
        robot = world.bridge.robot
        moving = [(when, at) for when, at in robot.path if begins + 0.5 < when < begins + 2.2]
        planned = [0.4 * np.sin(2 * (when - begins)) for when, _ in moving]
        shown = [at["head_pan_joint"] for _, at in moving]
        assert np.percentile(np.abs(np.array(planned) - shown), 90) < 0.06
        assert moving[-1][1]["head_tilt_joint"] == pytest.approx(0.1, abs=0.01)
        said = world.bridge.published(TRAJECTORY)
        rate = np.median(np.diff([when for when, _ in said]))
        assert rate == pytest.approx(1 / 25, abs=0.01)
        assert len(said[5][1]["points"]) == 3
        face = world.bridge.published("/foyer/blendshapes")[0][1]
        assert face["data"][17] == pytest.approx(0.5)
    opened = [op for _, op in world.bridge.ops if op["op"] in ("advertise", "subscribe")]
    assert sorted(op["topic"] for op in opened) == [
            "/emergency_stop", "/foyer/blendshapes", "/joint_states", TRAJECTORY,
        ]  # fmt: skip


@real_time
async def test_a_wild_publisher_of_frames_cannot_make_it_fast_or_go_too_far():
    async with linked() as world:
        now = world.clock.now()
        world.body.apply(chunk(now, 3.0, lambda t: 3.0 * np.sign(np.sin(9 * t)), pitch=1.5))
        await asyncio.sleep(2.0)
        robot = world.bridge.robot
        for name, low, high in (("head_pan_joint", -1.2, 1.2), ("head_tilt_joint", -0.5, 0.5)):
            assert low - 1e-4 <= robot.angles(name).min()
            assert robot.angles(name).max() <= high + 1e-4
        asked = [
            [p["positions"] for p in message["points"]]
            for _, message in world.bridge.published(TRAJECTORY)
        ]
        steps = np.abs(np.diff(np.array(asked), axis=1)).max(axis=(0, 1))
        assert steps == pytest.approx([2.0 / 25, 1.5 / 25], abs=1e-4)


@real_time
async def test_it_starts_from_where_the_robot_is_and_not_before_it_knows():
    async with linked(
        robot={"head_pan_joint": 1.0, "head_tilt_joint": 0.0}, settled=False
    ) as world:
        world.bridge.states = False
        await asyncio.sleep(0.3)
        world.bridge.ops.clear()
        world.body._senses.forget()
        await asyncio.sleep(0.7)
        world.bridge.ops.clear()
        world.body.apply(chunk(world.clock.now(), 1.0, lambda t: 0.0))
        await asyncio.sleep(0.3)
        assert world.bridge.published(TRAJECTORY) == []
        health, detail = world.healths()[-1]
        assert health == "degraded"
        assert "waiting on /joint_states for head_pan_joint, head_tilt_joint" in detail
        world.bridge.states = True
        await world.until(lambda: world.bridge.published(TRAJECTORY))
        first = world.bridge.published(TRAJECTORY)[0][1]["points"][0]["positions"]
        start = world.bridge.robot.path[0][1]["head_pan_joint"]
        assert first[0] >= start - 2.0 / 25 - 0.05
        assert world.body.health() == "running"


@real_time
async def test_without_joint_states_the_first_move_is_slow():
    async with linked(
        robot={"head_pan_joint": 1.0, "head_tilt_joint": 0.0}, state_topic="", first_move_s=0.8
    ) as world:
        world.body.apply(chunk(world.clock.now(), 4.0, lambda t: 0.5))
        await world.until(lambda: len(world.bridge.published(TRAJECTORY)) >= 2)
        (at, first), (then, _) = world.bridge.published(TRAJECTORY)[:2]
        assert first["points"][0]["time_from_start"] == {"sec": 0, "nanosec": 800_000_000}
        assert then - at > 0.75


@real_time
async def test_a_halt_during_that_first_move_sends_no_points_which_means_stop():
    async with linked(state_topic="", first_move_s=2) as world:
        await world.until(lambda: world.bridge.published(TRAJECTORY))
        world.body.apply(Halt(at=world.clock.now(), because="smoke"))
        await asyncio.sleep(0.2)
        assert world.bridge.published(TRAJECTORY)[-1][1]["points"] == []


@real_time
async def test_a_halt_holds_the_present_position_at_once_until_the_release():
    async with linked() as world:
        begins = world.clock.now()
        world.body.apply(chunk(begins, 3.0, lambda t: 0.9 * np.sin(2.0 * t)))
        await asyncio.sleep(0.6)
        robot = world.bridge.robot
        halted_at = world.clock.now()
        there = robot.at(halted_at)["head_pan_joint"]
        world.body.apply(Halt(at=halted_at, because="smoke"))
        world.body.apply(chunk(halted_at, 3.0, lambda t: -1.0))
        await asyncio.sleep(0.6)
        said = [s for s in world.bridge.published(TRAJECTORY) if s[0] >= halted_at]
        assert said[0][0] - halted_at < 0.1
        assert len({s[1]["points"][0]["positions"][0] for s in said}) == 1
        assert robot.at(world.clock.now())["head_pan_joint"] == pytest.approx(there, abs=0.1)
        after = np.array([a["head_pan_joint"] for w, a in robot.path if w > halted_at + 0.1])
        assert np.ptp(after) < 1e-6
        world.body.apply(Cut(generation=1, at=world.clock.now()))
        world.body.apply(Release(at=world.clock.now()))
        world.body.apply(chunk(world.clock.now(), 2.0, lambda t: -0.4, generation=1))
        await world.until(lambda: robot.joints["head_pan_joint"] < -0.38)


@real_time
async def test_a_robot_that_somebody_holds_is_halted_where_it_is_and_not_where_it_should_be():
    async with linked() as world:
        world.bridge.robot.stuck = True
        world.body.apply(chunk(world.clock.now(), 2.0, lambda t: 0.8))
        await asyncio.sleep(0.6)
        halted_at = world.clock.now()
        world.body.apply(Halt(at=halted_at, because="smoke"))
        await asyncio.sleep(0.2)
        said = [m for at, m in world.bridge.published(TRAJECTORY) if at >= halted_at]
        assert said[0]["points"][0]["positions"] == [0.0, 0.0]


@real_time
async def test_a_halt_does_not_wait_for_the_next_trajectory():
    async with linked(rate_hz=2) as world:
        world.body.apply(chunk(world.clock.now(), 3.0, lambda t: 0.3 * t))
        sent = len(world.bridge.published(TRAJECTORY))
        await world.until(lambda: len(world.bridge.published(TRAJECTORY)) > sent)
        halted_at = world.clock.now()
        world.body.apply(Halt(at=halted_at, because="smoke"))
        await world.until(lambda: len(world.bridge.published(TRAJECTORY)[-1][1]["points"]) == 1)
        assert world.bridge.published(TRAJECTORY)[-1][0] - halted_at < 0.1


@real_time
async def test_a_robot_on_its_way_stops_there_when_frames_stop():
    slow = joint("head_pan_joint", fastest_rad_s=0.5)
    async with linked(robot={"head_pan_joint": 0.0}, joints=[slow]) as world:
        begins = world.clock.now()
        world.body.apply(chunk(begins, 0.4, lambda t: 2.0))
        await asyncio.sleep(1.3)
        last_at = begins + 23 / 60
        path = world.bridge.robot.path
        held = [a["head_pan_joint"] for w, a in path if last_at + 0.4 < w < last_at + 0.9]
        assert np.ptp(held) < 1e-6
        assert 0.2 < held[0] < 0.45


@real_time
async def test_when_frames_stop_it_holds_and_then_goes_slowly_to_rest():
    async with linked(rest_speed_rad_s=0.25) as world:
        begins = world.clock.now()
        world.body.apply(chunk(begins, 1.0, lambda t: 0.5, jaw=0.8))
        await asyncio.sleep(1.0)
        robot = world.bridge.robot
        last_at = begins + 59 / 60
        await asyncio.sleep(2.4)
        held = [a["head_pan_joint"] for w, a in robot.path if last_at + 0.3 < w < last_at + 0.95]
        assert held == pytest.approx([0.5] * len(held), abs=0.01)
        late = [a["head_pan_joint"] for w, a in robot.path if w > last_at + 1.2]
        assert 0.1 < late[-1] < 0.5
        going = [m["points"] for w, m in world.bridge.published(TRAJECTORY) if w > last_at + 1.2]
        paths = np.array([[p["positions"][0] for p in points] for points in going])
        assert np.abs(np.diff(paths, axis=1)).max() <= 0.25 / 25 + 1e-4
        face = world.bridge.published("/foyer/blendshapes")[-1][1]
        assert max(face["data"]) == 0.0
        await world.until(lambda: abs(robot.joints["head_pan_joint"]) < 0.01)


@real_time
async def test_the_emergency_topic_stops_and_releases_only_where_it_may():
    for may in (False, True):
        async with linked(may_release=may) as world:
            await world.bridge.say("/emergency_stop", {"data": False})
            await world.bridge.say("/emergency_stop", {"data": True})
            await world.bridge.say("/emergency_stop", {"data": True})
            await world.until(lambda: world.of(EmergencyStop))  # noqa: B023
            assert len(world.of(EmergencyStop)) == 1
            assert world.of(EmergencyStop)[0].source == "ros"
            await world.bridge.say("/emergency_stop", {"data": False})
            await asyncio.sleep(0.1)
            assert len(world.of(EmergencyRelease)) == int(may)


@real_time
async def test_words_and_acts_are_passed_on_when_asked_for():
    async with linked(words_topic="/foyer/words", acts_topic="/foyer/acts") as world:
        reason = Reason(policy="greeting.words", because="p1 attends")
        world.traffic.say(Act(at=0.0, act=ActId(1), reason=reason, clauses=(Clause(text="Hi."),)))
        for _ in range(2):
            world.traffic.say(ClauseSpoken(at=0.0, act=ActId(1), index=0, text="Hi."))
        await world.until(lambda: len(world.bridge.published("/foyer/words")) == 2)
        assert world.bridge.published("/foyer/words")[0][1] == {"data": "Hi."}
        assert '"kind":"Act"' in world.bridge.published("/foyer/acts")[0][1]["data"]


def test_it_says_what_it_is():
    from actuation.embodiments.ros import RosBody

    arm = joint("shoulder", ("leftUpperArm",), "z")
    for config, arms, mouth in (
        (RosConfig(), False, True),
        (RosConfig(joints=[arm], face_topic=""), True, False),
    ):
        body = RosBody(config=config, clock=None, publish=print, traffic=())
        said = body.describe()
        assert (said.has_arms, said.has_mouth, said.speaks) == (arms, mouth, False)
    assert said.limits_rad == {"shoulder": (-3.0, 3.0)}
