"""On the phone, carrying, waiting, a child, a wheelchair: told of who is, and not of who is not."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.core.messages import (
    Arrangement,
    Context,
    Engagement,
    EngagementChanged,
    FormationChanged,
    PersonId,
    Place,
)
from perception.engagement.context import ContextConfig, Contexts, Limbs, limbs_of
from perception.engagement.handling import Handled
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.sightings import Cue, Range
from tests.fakes.people import body_at, seen

P1 = PersonId("p1")


def told(*, seconds=4.0, vx=0.0, x_m=2.0, limbs=None, config=None, core=None, at=0.0, hz=8):
    core, out = core or Contexts(config or ContextConfig()), []
    for k in range(round(seconds * hz)):
        now = at + k / hz
        one = seen(now, x_m, 0.0, vx=vx)
        out += core.see(one, replace(limbs, at=now) if limbs is not None else None)
    return [(t.context, t.holds) for t in out]


PLAIN = Limbs(0, sits=False, at_ear=False, holds=False, on_feet_m=1.6)


def test_of_somebody_who_just_stands_nothing_is_told():
    assert told(limbs=PLAIN) == []
    assert told(limbs=Limbs(0, None, None, None, None)) == []
    assert told() == []


@pytest.mark.parametrize(
    ("limbs", "vx", "then"),
    [
        (replace(PLAIN, at_ear=True), 0.0, Context.PHONE),
        (replace(PLAIN, holds=True), 1.0, Context.CARRYING),
        (replace(PLAIN, sits=True), 0.6, Context.WHEELCHAIR),
        (replace(PLAIN, on_feet_m=0.95), 0.0, Context.CHILD),
        (replace(PLAIN, holds=True), 0.0, None),
        (replace(PLAIN, sits=True), 0.0, None),
        (replace(PLAIN, sits=True, on_feet_m=0.95), 0.0, None),
    ],
)
def test_each_is_told_where_the_evidence_is_there(limbs, vx, then):
    assert told(limbs=limbs, vx=vx) == ([(then, True)] if then else [])


def test_a_hand_through_the_hair_is_no_call_and_a_call_ends():
    core = Contexts(ContextConfig())
    assert told(limbs=replace(PLAIN, at_ear=True), seconds=0.6, core=core) == []
    assert told(limbs=PLAIN, core=core, at=0.6) == []
    core = Contexts(ContextConfig())
    assert told(limbs=replace(PLAIN, at_ear=True), core=core) == [(Context.PHONE, True)]
    assert told(limbs=PLAIN, core=core, at=4) == [(Context.PHONE, False)]


def test_low_eyes_from_afar_are_no_child_for_the_camera_may_be_tilted():
    low = replace(PLAIN, on_feet_m=1.1)
    assert told(limbs=replace(PLAIN, on_feet_m=1.02), x_m=1.5) == [(Context.CHILD, True)]
    assert told(limbs=low, x_m=6.0) == []


def test_who_stands_for_minutes_waits_long_and_who_walks_does_not():
    config = ContextConfig(waiting_s=20)
    assert told(seconds=25, config=config) == [(Context.WAITING, True)]
    assert told(seconds=25, config=config, vx=1.0) == []


def test_who_is_served_does_not_wait_and_waits_anew_after_that():
    core = Contexts(ContextConfig(waiting_s=5))
    assert told(seconds=2, core=core) == []
    for state in (Engagement.ENGAGED, Engagement.DISENGAGING):
        core.serve(EngagementChanged(at=2, person=P1, state=state, previous=None, distance_m=2))
        waited = told(seconds=6, core=core, at=2 if state is Engagement.ENGAGED else 8)
        served = state is Engagement.ENGAGED
        assert waited == ([] if served else [(Context.WAITING, True)])


def test_who_stands_in_a_formation_is_in_company_and_who_queues_is_not():
    def with_other(arrangement):
        core = Contexts(ContextConfig())
        core.form(
            FormationChanged(at=0, people=(P1, PersonId("p2")), arrangement=arrangement,
                             together=True, center=Place(x_m=2, y_m=0))
        )  # fmt: skip
        return told(core=core)

    assert with_other(Arrangement.FACING) == [(Context.COMPANY, True)]
    assert with_other(Arrangement.QUEUE) == []


# From points


def standing():
    """33 points of somebody who stands upright, camera axes: x right, y down, z away."""
    points, side = (
        np.zeros((33, 3)),
        {1: (11, 13, 15, 23, 25, 27, 7), -1: (12, 14, 16, 24, 26, 28, 8)},
    )
    for sign, (shoulder, elbow, wrist, hip, knee, foot, ear) in side.items():
        points[shoulder] = (0.18 * sign, -0.5, 0)
        points[elbow] = (0.2 * sign, -0.22, 0)
        points[wrist] = (0.2 * sign, 0.03, -0.02)
        points[hip] = (0.1 * sign, 0, 0)
        points[knee] = (0.1 * sign, 0.42, 0)
        points[foot] = (0.1 * sign, 0.85, 0)
        points[ear] = (0.08 * sign, -0.68, 0)
    points[0] = (0, -0.66, -0.1)
    return points


def limbs(points, *, seen_all=1.0, tilt_deg=0.0, ranges=None):
    body = replace(body_at(2.0), world=points, visible=np.full(33, seen_all))
    if ranges:
        body = replace(body, ranges=ranges)
    return limbs_of(0.0, body, Lens(CameraConfig(tilt_deg=tilt_deg), width_px=640, height_px=480))


def test_points_of_one_who_stands_say_so_under_a_tilted_camera_too():
    for tilt_deg in (0, -20, 15):
        turn = math.radians(tilt_deg)
        points = standing()
        y, z = points[:, 1].copy(), points[:, 2].copy()
        points[:, 1] = math.cos(turn) * y + math.sin(turn) * z
        points[:, 2] = -math.sin(turn) * y + math.cos(turn) * z
        found = limbs(points, tilt_deg=tilt_deg)
        assert (found.sits, found.at_ear, found.holds) == (False, False, False)


def test_level_thighs_sit_a_hand_at_the_ear_calls_and_bent_arms_hold():
    sitting, calling, holding = standing(), standing(), standing()
    sitting[25], sitting[26] = (0.1, 0.05, -0.42), (-0.1, 0.05, -0.42)
    calling[13], calling[15] = (0.3, -0.4, -0.1), (0.16, -0.62, -0.1)
    for elbow, wrist, sign in ((13, 15, 1), (14, 16, -1)):
        holding[elbow], holding[wrist] = (0.22 * sign, -0.25, 0), (0.1 * sign, -0.22, -0.24)
    assert limbs(sitting).sits is True
    assert limbs(calling).at_ear is True
    assert limbs(holding).holds is True


def test_a_hand_stretched_out_before_the_face_or_beside_it_is_at_no_ear():
    ahead, beside = standing(), standing()
    ahead[13], ahead[15] = (0.1, -0.45, -0.3), (0.08, -0.66, -0.7)
    beside[13], beside[15] = (0.4, -0.45, -0.1), (0.4, -0.72, -0.1)
    assert limbs(ahead).at_ear is False
    assert limbs(beside).at_ear is False


def test_what_is_not_seen_is_unknown():
    found = limbs(standing(), seen_all=0.2)
    assert (found.sits, found.at_ear, found.holds, found.on_feet_m) == (None, None, None, None)


def test_the_eyes_of_a_small_one_are_where_the_feet_say():
    def reading(cue, metres):
        return Range(cue=cue, distance_m=metres, trust=1.0, noise=0.1)

    ranges = (reading(Cue.BODY, 3.0), reading(Cue.FEET, 2.0))
    low = replace(body_at(2.0), world=standing(), visible=np.ones(33), ranges=ranges)
    low = replace(low, eyes_height_m=0.75)
    found = limbs_of(0.0, low, Lens(CameraConfig(), width_px=640, height_px=480))
    assert found.on_feet_m == pytest.approx(1.0)


# What is in a hand


SUITCASE, CALL = "a suitcase in the left hand", "a telephone at the left ear"


def told_with(looks, *, limbs=PLAIN, vx=0.0, every_s=0.5, core=None, at=0.0):
    """Looks at things, each `(carries, phones)`, while the body is seen eight times a second."""
    core, out = core or Contexts(ContextConfig()), []
    for k, (carries, phones) in enumerate(looks):
        for step in range(round(every_s * 8)):
            now = at + k * every_s + step / 8
            out += core.see(seen(now, 2.0, vx=vx), replace(limbs, at=now) if limbs else None)
        core.handle(P1, Handled(now, carries=carries, phones=phones))
    return out + core.see(seen(now + 0.1, 2.0, vx=vx), None)


@pytest.mark.parametrize(
    ("look", "then"), [((SUITCASE, ""), Context.CARRYING), (("", CALL), Context.PHONE)]
)
def test_a_thing_in_the_hand_is_told_of_one_who_stands_and_is_the_reason(look, then):
    (one,) = told_with([look] * 3)
    assert (one.context, one.holds) == (then, True)
    assert one.because == f"{look[0] or look[1]} in 3 of 3 looks"
    assert 0.6 <= one.confidence < 1


def test_it_is_as_sure_as_it_is_seen_often():
    (one,) = told_with([(SUITCASE, ""), ("", ""), (SUITCASE, ""), (SUITCASE, "")])
    assert one.confidence == 0.67  # of the three looks at which it was first told


def test_a_single_look_or_one_in_three_is_not_enough():
    nothing = ("", "")
    assert told_with([(SUITCASE, "")] * 2) == []
    assert told_with([(SUITCASE, ""), nothing, nothing, nothing]) == []
    assert told_with([nothing, (SUITCASE, ""), nothing]) == []


def test_it_is_over_when_it_is_no_longer_seen_and_old_looks_do_not_count():
    core = Contexts(ContextConfig())
    assert [t.holds for t in told_with([(SUITCASE, "")] * 4, core=core)] == [True]
    assert [t.holds for t in told_with([("", "")] * 5, core=core, at=2.0)] == [False]
    core = Contexts(ContextConfig())
    told_with([(SUITCASE, "")] * 2, core=core)
    assert told_with([(SUITCASE, "")], core=core, at=15.0) == []


def test_posture_that_no_look_at_things_bears_out_is_told_as_without_such_looks():
    for limbs, vx in ((replace(PLAIN, holds=True), 1.0), (replace(PLAIN, at_ear=True), 0.0)):
        core = Contexts(ContextConfig())
        (alone,) = [t for k in range(32) for t in core.see(*_sight(limbs, vx, k / 8))]
        (with_looks,) = told_with([("", "")] * 8, limbs=limbs, vx=vx)
        assert (with_looks.context, with_looks.confidence) == (alone.context, alone.confidence)
        assert with_looks.because == alone.because


def _sight(limbs, vx, at):
    return seen(at, 2.0, vx=vx), replace(limbs, at=at)


def test_posture_and_thing_together_are_surer_than_either_and_both_are_named():
    half = [replace(PLAIN, at_ear=k % 2 == 0) for k in range(32)]
    core, alone = Contexts(ContextConfig()), []
    for k, limbs in enumerate(half):
        alone += core.see(*_sight(limbs, 0.0, k / 8))
    assert alone == []  # half of the looks are not enough
    core, out = Contexts(ContextConfig()), []
    for k, limbs in enumerate(half):
        out += core.see(*_sight(limbs, 0.0, k / 8))
        if k % 4 == 3:  # one look in three, which is not enough either
            core.handle(P1, Handled(k / 8, phones=CALL if k % 12 == 11 else ""))
    (one,) = out
    assert (one.context, one.holds) == (Context.PHONE, True)
    assert CALL in one.because
    assert "a hand at the ear" in one.because


def test_nothing_is_kept_of_who_is_not_in_view():
    core = Contexts(ContextConfig())
    for k in range(4):
        core.handle(P1, Handled(k / 2, carries=SUITCASE))
    assert told_with([("", "")], core=core, at=2.0) == []
    told_with([(SUITCASE, "")] * 3, core=core)
    core.lose(P1)
    assert told_with([("", "")], core=core, at=2.0) == []
