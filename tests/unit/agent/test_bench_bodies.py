"""What `bench bodies` says of what it saw: known delays, skews and stops are found."""

import numpy as np
import pytest

from actuation.embodiments.ros_trajectory import JointMapping
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import multiply
from actuation.motion import JOINT_INDEX, FrameChunk, VoiceChunk
from agent.bench.arrivals import Arrivals, Robot, _robot
from agent.bench.bodies import _absent, _renamed, _wanted
from agent.bench.bodies_far import FAR_SIDES, Seen
from agent.bench.bodies_figures import delays, emergency, skew
from agent.bench.bodies_page import _planned_loudness
from agent.bench.bodies_reachy import reachy
from agent.bench.bodies_stage import JAW, Noted, OnArrival, Performance, Planned
from agent.bench.figure import Figure
from agent.core.bus import Bus
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import Played
from tests.fakes.puppets import frame
from tests.fakes.stages import KeepingBody

AT = np.arange(100.0, 116.0, 1 / 60)


def jaw(at):
    return 0.3 + 0.3 * np.sin(9 * at) * np.sin(1.3 * at)


def frames(at, **more):
    return tuple(frame(float(t), jawOpen=float(jaw(t)), **more) for t in at)


def performed():
    planned = Planned()
    planned.take(FrameChunk(generation=0, frames=frames(AT)))
    return Performance(planned, began_at=100.0, emergency_at=115.0)


def body(name, shown, late_s=0.0, until=115.05, given_late_s=0.0, **more):
    at, values = shown.planned.jaw()
    moments = AT[until > AT]
    return Seen(
        body=name,
        plan=(at, values),
        given=(at + given_late_s, values),
        rows=np.column_stack([moments + late_s, jaw(moments)]),
        **more,
    )


def control(shown):
    early = OnArrival(lambda: 0.0)
    early.shown = [(f.at - 0.3, float(f.face[JAW])) for f in shown.planned.in_order()]
    return early


def test_each_body_is_held_against_what_it_was_given():
    shown = performed()
    bodies = [body("zmq", shown, 0.012), body("humanoid", shown, 0.112, given_late_s=0.1)]
    values = [figure.value for figure in delays(bodies, shown, control(shown))]
    assert values == pytest.approx([12, 12], abs=1.5)


def test_of_twenty_puppets_one_is_told_and_a_body_that_heard_nothing_is_a_miss():
    shown = performed()
    puppets = [body(f"vmc {n + 1}", shown) for n in range(20)]
    silent = Seen(
        body="ros", plan=shown.planned.jaw(), given=shown.planned.jaw(), rows=np.empty((0, 2))
    )
    figures = delays([*puppets, silent], shown, control(shown))
    assert [f.name.split(":")[0] for f in figures] == ["vmc 1", "ros"]
    assert not figures[1].met


def test_bodies_that_are_late_together_are_not_apart_and_one_alone_is():
    shown = performed()
    together = [body(name, shown, 0.08) for name in ("page", "zmq", "ros")]
    overall, worst = skew(together, shown, control(shown))
    assert overall.value < 2
    assert overall.control > 100
    overall, worst = skew([*together, body("reachy", shown, 0.16)], shown, control(shown))
    assert worst.value == pytest.approx(80, abs=3)
    assert "reachy 80" in worst.note or "reachy 79" in worst.note or "reachy 81" in worst.note


def test_the_last_to_stand_still_counts_and_what_has_mass_is_told_apart():
    shown = performed()
    bodies = [body("zmq", shown), body("ros", shown, until=115.09)]
    braking = body("humanoid", shown, until=115.41, stops_late=True)
    (figure,) = emergency([*bodies, braking], shown)
    assert figure.value == pytest.approx(85, abs=18)
    assert "ros the last" in figure.note
    assert "humanoid 4" in figure.note


def test_frames_that_are_given_again_take_the_place_of_those_not_seen_yet():
    planned = Planned()
    planned.take(FrameChunk(generation=0, frames=frames(AT[:60])))
    planned.take(FrameChunk(generation=0, frames=frames(AT[30:40] - 0.004)))
    assert len(planned.frames) == 40
    assert planned.in_order()[-1].at == pytest.approx(AT[39] - 0.004)


async def test_what_a_body_was_to_show_is_found_on_the_stage_though_it_got_it_later():
    stage, noted = Planned(), Noted(KeepingBody())
    spoken = [_spoken(n) for n in range(60)]
    stage.take(FrameChunk(generation=0, frames=tuple(spoken)))
    noted.apply(FrameChunk(generation=0, frames=tuple(_spoken(n, later_s=0.2) for n in range(60))))
    at = noted.on_stage(np.array([100.7]), stage)
    assert at == pytest.approx([100.5], abs=1e-6)
    assert len(noted._body.frames) == 60


def _spoken(number, later_s=0.0):
    made = frame(100.0 + number / 60 + later_s)
    return type(made)(
        at=made.at, utterance=1, score_s=number / 60, joints=made.joints, face=made.face,
        gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
    )  # fmt: skip


def chunk(at, samples, score_s=0.0):
    return VoiceChunk(
        generation=0, at=at, utterance=1, score_s=score_s, rate_hz=1000,
        samples=samples.astype(np.float32),
    )  # fmt: skip


def test_the_planned_loudness_lies_where_the_samples_are_to_be_heard():
    beep = 0.5 * np.sin(2 * np.pi * 200 * np.arange(100) / 1000)
    at, loud = _planned_loudness([chunk(50.3, beep, 0.3), chunk(50.0, np.zeros(100))])
    assert at[loud > 0.5] == pytest.approx(np.arange(50.305, 50.4, 0.01))


def test_the_first_words_are_late_by_what_the_mouthpiece_tells():
    shown = performed()
    shown.planned.take(chunk(101.0, np.zeros(10)))
    shown.played = [
        Played(at=101.25, body="page", utterance=1, score_s=0.0, first=True),
        Played(at=101.5, body="page", utterance=1, score_s=0.25),
    ]
    assert shown.late_s() == pytest.approx([0.25])


def test_far_sides_that_do_not_exist_are_named(monkeypatch):
    monkeypatch.setenv("FOYER_BENCH_BODIES", "network,screen")
    with pytest.raises(BadInputError, match="there is no screen; there is network, mqtt"):
        _wanted()
    monkeypatch.setenv("FOYER_BENCH_BODIES", "page")
    assert _wanted() == ("page",)
    monkeypatch.delenv("FOYER_BENCH_BODIES")
    assert _wanted() == tuple(FAR_SIDES)


def test_the_second_performance_adds_what_the_first_did_not_tell():
    def figure(name):
        return Figure(name=name, value=1.0, unit="ms")

    first = [figure("zmq: planned to performed"), figure("skew between bodies, p95")]
    second = [figure("page: planned to performed"), *first]
    assert [f.name for f in _renamed(second, first)] == [
        "page: planned to performed", "skew between bodies, p95, beside a page",
    ]  # fmt: skip


async def test_a_robot_that_is_not_built_here_is_told_with_what_builds_it(monkeypatch, tmp_path):
    monkeypatch.setattr("agent.bench.bodies_reachy.DAEMON", tmp_path / "none")
    with pytest.raises(BackendUnavailableError, match="make test-robot builds it"):
        async with reachy(Bus()):
            pass
    assert _absent("reachy", "make test-robot builds it").note == (
        "not here: make test-robot builds it"
    )
    assert _absent("reachy", "").met, "what is not here is no miss"


def test_what_is_drawn_of_a_trajectory_is_what_the_arms_were_to_do():
    arms = ("leftUpperArm", "leftLowerArm", "rightUpperArm", "rightLowerArm", "leftHand")
    rng, joints = np.random.default_rng(4), rest_pose()
    for bone in arms:
        turn = 0.4 * rng.normal(size=3)
        rotation = np.array([*turn, 1.0]) / np.sqrt(1 + turn @ turn)
        joints[JOINT_INDEX[bone]] = multiply(joints[JOINT_INDEX[bone]].astype(float), rotation)
    mapping = JointMapping(_robot(1).joints)
    robot = Robot(Arrivals())
    robot._angles = dict(
        zip(mapping.names, mapping.angles(frame(joints=joints.astype(np.float32))), strict=True)
    )
    for bone in arms:
        together = np.abs(np.sum(robot._joints()[JOINT_INDEX[bone]] * joints[JOINT_INDEX[bone]]))
        assert together == pytest.approx(1.0, abs=1e-4), bone
