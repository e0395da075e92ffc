"""How often, how long, how low: what just changes how a person is read, and what just does not."""

from dataclasses import replace

import numpy as np
import pytest

from agent.core.messages import Arrangement, Context, FormationChanged, PersonId, Place
from perception.engagement.context import ContextConfig, Contexts, limbs_of
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.sightings import Cue, Range
from tests.fakes.people import body_at, seen
from tests.unit.perception.test_context import P1, PLAIN, limbs, standing, told

CALLS = replace(PLAIN, at_ear=True)


def fresh():
    return Contexts(ContextConfig())


def facts(core, looks, *, x_m=2.0, speeds=(0.0,), at=0.0):
    """All that is told while eight looks a second say this, in turn, of somebody this fast."""
    return [
        fact
        for k, look in enumerate(looks)
        for fact in core.see(
            seen(at + k / 8, x_m, vx=speeds[k % len(speeds)]), replace(look, at=at + k / 8)
        )
    ]


def whats(*args, **kwargs):
    return [(fact.context, fact.holds) for fact in facts(*args, **kwargs)]


# How many looks, and for how long


@pytest.mark.parametrize(("hz", "is_told"), [(1.5, False), (3, True), (8, True)])
def test_a_few_looks_say_nothing_yet(hz, is_told):
    assert bool(told(limbs=CALLS, hz=hz)) is is_told


@pytest.mark.parametrize("at", [0.0, 100.0])
def test_a_hand_that_is_up_for_a_second_calls_nobody(at):
    assert told(limbs=CALLS, seconds=1.0, at=at) == []


def test_a_call_is_told_within_two_seconds_and_its_end_as_well():
    core = fresh()
    (begun,) = facts(core, [CALLS] * 16)
    assert begun.confidence == pytest.approx(1.0)
    (over,) = facts(core, [PLAIN] * 17, at=2.0)
    assert not over.holds
    assert over.confidence == pytest.approx(0.72, abs=0.02)


@pytest.mark.parametrize(("of_twenty", "goes_on"), [(9, True), (4, False)])
def test_a_call_goes_on_while_the_hand_is_up_now_and_then(of_twenty, goes_on):
    core = fresh()
    facts(core, [CALLS] * 24)
    looks = [CALLS if k * of_twenty % 20 < of_twenty else PLAIN for k in range(48)]
    assert whats(core, looks, at=3.0) == ([] if goes_on else [(Context.PHONE, False)])


# How they move


@pytest.mark.parametrize(("speeds", "carries"), [((1.0, 1.0, 0.0), True), ((1.0, 0.0, 0.0), False)])
def test_who_carries_walks_for_more_than_half_of_the_time(speeds, carries):
    looks = [replace(PLAIN, holds=True)] * 40
    assert bool(whats(fresh(), looks, speeds=speeds)) is carries


def test_who_shuffles_with_the_hands_before_the_trunk_does_not_carry():
    assert whats(fresh(), [replace(PLAIN, holds=True)] * 40, speeds=(0.25,)) == []


def test_whoever_has_walked_for_long_carries_no_longer_soon_after_they_stand():
    core, looks = fresh(), [replace(PLAIN, holds=True)] * 80
    assert whats(core, looks, speeds=(1.0,)) == [(Context.CARRYING, True)]
    assert whats(core, looks[:24], at=10.0) == [(Context.CARRYING, False)]


def test_who_came_on_wheels_is_still_on_them_when_they_stand_still():
    core, looks = fresh(), [replace(PLAIN, sits=True)] * 40
    assert whats(core, looks, speeds=(0.6,)) == [(Context.WHEELCHAIR, True)]
    assert whats(core, looks, at=5.0) == []


@pytest.mark.parametrize(
    ("seconds", "x_m", "speed_m_s", "waits"),
    [
        (80, 2.0, 0.0, False),
        (100, 2.0, 0.0, True),
        (100, 4.0, 0.0, True),
        (100, 6.0, 0.0, False),
        (100, 2.0, 0.5, True),
    ],
)
def test_who_stands_or_sways_within_five_metres_for_a_minute_and_a_half_waits_long(
    seconds, x_m, speed_m_s, waits
):
    found = told(seconds=seconds, x_m=x_m, vx=speed_m_s, hz=2)
    assert found == ([(Context.WAITING, True)] if waits else [])


# How low the eyes are


@pytest.mark.parametrize(("eyes_m", "is_child"), [(1.05, True), (1.09, False)])
def test_eyes_have_to_be_lower_by_what_they_may_be_mismeasured(eyes_m, is_child):
    assert bool(told(limbs=replace(PLAIN, on_feet_m=eyes_m))) is is_child


@pytest.mark.parametrize(
    ("mostly_m", "now_and_then_m", "is_child"), [(0.95, 1.9, True), (1.6, 0.5, False)]
)
def test_a_height_that_is_wrong_now_and_then_changes_nothing(mostly_m, now_and_then_m, is_child):
    looks = [
        replace(PLAIN, on_feet_m=mostly_m if k % 5 else now_and_then_m) for k in range(40)
    ]  # fmt: skip
    assert bool(whats(fresh(), looks)) is is_child


def test_a_few_heights_are_not_enough():
    low = replace(PLAIN, on_feet_m=0.95)
    assert whats(fresh(), [low] * 4 + [replace(PLAIN, on_feet_m=None)] * 30) == []


def test_who_was_told_to_be_small_is_not_told_to_have_grown():
    core = fresh()
    assert whats(core, [replace(PLAIN, on_feet_m=0.95)] * 24) == [(Context.CHILD, True)]
    assert whats(core, [replace(PLAIN, on_feet_m=1.6)] * 80, at=3.0) == []


# Company

P2, P3 = PersonId("p2"), PersonId("p3")


def formed(*people, arrangement=Arrangement.FACING, together=True):
    return FormationChanged(
        at=0, people=people, arrangement=arrangement, together=together,
        center=Place(x_m=2, y_m=0),
    )  # fmt: skip


def test_company_is_of_those_who_stand_together_and_ends_with_it():
    core = fresh()
    core.form(formed(P2, P3))
    assert told(core=core) == []
    core.form(formed(P1, P2))
    (begun,) = facts(core, [PLAIN] * 8, at=4.0)
    assert (begun.context, begun.confidence) == (Context.COMPANY, pytest.approx(0.8))
    core.form(formed(P1, P2, together=False))
    assert told(core=core, at=5.0) == [(Context.COMPANY, False)]


def test_two_who_turn_from_facing_each_other_to_a_corner_are_in_company_still():
    core = fresh()
    core.form(formed(P1, P2))
    assert told(core=core) == [(Context.COMPANY, True)]
    core.form(formed(P1, P2, arrangement=Arrangement.CORNER))
    core.form(formed(P1, P2, together=False))
    assert told(core=core, at=4.0) == []


def test_whose_company_has_gone_is_in_company_no_longer():
    core = fresh()
    core.form(formed(P1, P2))
    assert told(core=core) == [(Context.COMPANY, True)]
    core.lose(P2)
    assert told(core=core, at=4.0) == [(Context.COMPANY, False)]


# From points

SHOULDER, ELBOW, WRIST, HIP, KNEE, EAR = 11, 13, 15, 23, 25, 7


def posed(*, left=None, both=None):
    """One who stands, with points of the left or of both sides elsewhere, mirrored."""
    points = standing()
    for index, (x, y, z) in {**(left or {}), **(both or {})}.items():
        points[index] = (x, y, z)
        if both and index in both:
            points[index + 1] = (-x, y, z)
    return points


def unseen(points, *indices):
    visible = np.ones(33)
    visible[list(indices)] = 0.2
    body = replace(body_at(2.0), world=points, visible=visible)
    return limbs_of(0.0, body, Lens(CameraConfig(), width_px=640, height_px=480))


@pytest.mark.parametrize(("knee", "sits"), [((0.1, 0.15, -0.4), True), ((0.1, 0.25, -0.34), False)])
def test_thighs_that_fall_by_less_than_half_sit(knee, sits):
    assert limbs(posed(both={KNEE: knee})).sits is sits


def test_one_foot_on_a_step_is_no_sitting_and_unseen_knees_say_nothing():
    points = posed(left={KNEE: (0.1, 0.05, -0.42)})
    assert limbs(points).sits is False
    points[[25, 26]] = points[[26, 25]]
    assert limbs(points).sits is False
    for indices in ((KNEE, KNEE + 1), (HIP, HIP + 1)):
        assert unseen(posed(both={KNEE: (0.1, 0.05, -0.42)}), *indices).sits is None


AT_EAR = {ELBOW: (0.3, -0.4, -0.1), WRIST: (0.16, -0.62, -0.1)}


def test_a_hand_at_the_ear_of_an_arm_that_is_not_all_seen_says_nothing():
    assert unseen(posed(left=AT_EAR), SHOULDER, WRIST + 1).at_ear is None


def test_an_ear_and_the_hand_at_it_may_be_behind_the_hips():
    behind = {index: (x, y, z + 0.4) for index, (x, y, z) in AT_EAR.items()}
    assert limbs(posed(left={**behind, EAR: (0.08, -0.68, 0.4)})).at_ear is True


def test_a_hand_under_a_bowed_chin_is_at_no_ear():
    bowed = posed(left={EAR: (0.1, -0.5, 0), WRIST: (0.14, -0.38, -0.05)})
    assert limbs(bowed).at_ear is False


HELD = {ELBOW: (0.22, -0.25, 0), WRIST: (0.1, -0.22, -0.24)}


@pytest.mark.parametrize(
    ("pose", "holds"),
    [
        ({"both": HELD}, True),
        ({"left": HELD}, False),
        ({"both": {ELBOW: (0.22, -0.25, 0), WRIST: (0.2, -0.43, -0.14)}}, False),
        ({"both": {ELBOW: (0.3, -0.45, 0), WRIST: (0.3, -0.7, -0.05)}}, False),
        ({"both": {ELBOW: (0.2, -0.05, 0), WRIST: (0.2, 0.14, -0.25)}}, False),
        ({"both": {ELBOW: (0.2, -0.1, 0), WRIST: (0.2, 0.05, -0.24)}}, True),
    ],
)
def test_what_is_held_is_held_by_two_bent_arms_between_hips_and_shoulders(pose, holds):
    assert limbs(posed(**pose)).holds is holds
    assert limbs(posed(**pose) + (0.5, 0.3, 0.4)).holds is holds


def test_one_arm_alone_says_nothing_of_what_is_held():
    assert unseen(posed(both=HELD), WRIST).holds is None


def test_an_arm_as_straight_as_can_be_is_an_angle_like_any_other():
    down = np.array((-0.92, -0.46, 0.22))
    straight = standing()
    for elbow, shoulder, wrist in ((13, 11, 15), (14, 12, 16)):
        straight[elbow] = 0.0
        straight[shoulder] = straight[wrist] = down
    assert limbs(straight).holds is False


def test_a_body_without_points_says_nothing():
    lens = Lens(CameraConfig(), width_px=640, height_px=480)
    for known in ({}, {"world": standing()}, {"visible": np.ones(33)}):
        found = limbs_of(0.0, replace(body_at(2.0), **known), lens)
        assert (found.sits, found.at_ear, found.holds, found.on_feet_m) == (None,) * 4
    ranges = tuple(
        Range(cue=cue, distance_m=2.0, trust=1.0, noise=0.1) for cue in (Cue.BODY, Cue.FEET)
    )
    body = replace(
        body_at(2.0), world=standing(), visible=np.ones(33), ranges=ranges, eyes_height_m=None
    )
    assert limbs_of(0.0, body, lens).on_feet_m is None
