"""Who does what towards whom: gaze, touch, expression, gesture, posture, each from what is seen."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import Arrangement, Channel, FormationChanged, PersonId, Place
from agent.lessons.interaction_scenes import scenes, told_of
from perception.engagement.nonverbal import AGENT, Nonverbal, Triplet
from perception.engagement.touch import Hand
from tests.fakes.people import seen

A, B = PersonId("a"), PersonId("b")


def looking(who, x_m, y_m, at_point, *, front=None, **kwargs):
    """Somebody whose head points at a place; None: it is not seen."""
    to_agent = math.atan2(-y_m, -x_m)
    yaw = None
    if at_point is not None:
        heading = math.atan2(at_point[1] - y_m, at_point[0] - x_m)
        yaw = math.remainder(heading - to_agent, math.tau)
    return replace(seen(0, x_m, y_m, person=who, **kwargs), head_yaw_rad=yaw, front_rad=front)


def told(*people, seconds=1.0, before=lambda core, at: None, core=None):
    """All that begins, and all that is over, in so many seconds."""
    core, out = core or Nonverbal(), []
    for k in range(round(seconds * 10)):
        for one in people:
            core.see(replace(one, at=k / 10))
        before(core, k / 10)
        out += core.judge(k / 10)
    return out


def begun(found, kind):
    return {(i.triplet.individual, i.triplet.group, i.triplet.what)
            for i in found if i.triplet.kind is kind and not i.over}  # fmt: skip


@pytest.mark.parametrize("turn_deg", [0, 70, 160, 250])
def test_two_who_look_at_each_other_meet_wherever_in_the_room_they_stand(turn_deg):
    dx, dy = 0.6 * math.cos(math.radians(turn_deg)), 0.6 * math.sin(math.radians(turn_deg))
    a, b = (2.5 - dx, 0.3 - dy), (2.5 + dx, 0.3 + dy)
    found = begun(told(looking("a", *a, b), looking("b", *b, a)), Channel.GAZE)
    assert found == {(A, (B,), "mutual gaze"), (B, (A,), "mutual gaze")}


def test_one_who_looks_at_another_who_looks_away_only_looks():
    found = told(looking("a", 2, -0.6, (2, 0.6)), looking("b", 2, 0.6, (9, 9)))
    assert begun(found, Channel.GAZE) == {(A, (B,), "looks at")}


def test_eyes_that_meet_are_not_told_as_a_look_besides_where_a_head_is_missed_now_and_then():
    core, out = Nonverbal(), []
    a, b = looking("a", 2, -0.6, (2, 0.6)), looking("b", 2, 0.6, (2, -0.6))
    for k in range(40):
        core.see(replace(a, at=k / 10))
        core.see(replace(b, at=k / 10, head_yaw_rad=None if k % 3 == 2 else b.head_yaw_rad))
        out += core.judge(k / 10)
    assert {what for _, _, what in begun(out, Channel.GAZE)} == {"mutual gaze"}


def test_a_look_at_the_agent_is_one_at_the_agent():
    found = told(looking("a", 2, -0.6, (0, 0)), looking("b", 2, 0.6, (9, 9)))
    assert begun(found, Channel.GAZE) == {(A, (AGENT,), "looks at")}


def test_an_unseen_head_looks_at_nobody_and_a_walkers_head_looks_ahead():
    assert told(looking("a", 2, -0.6, None), looking("b", 2, 0.6, (9, 9))) == []
    walker = looking("a", 2, -1.5, (2, 1.5), front=math.pi / 2, vy=1.2)
    assert begun(told(walker, looking("b", 2, 1.5, (9, 9))), Channel.GAZE) == set()


def test_a_glance_is_nothing_and_a_look_that_ends_is_over():
    here, away = looking("a", 2, 0, (0, 0)), looking("a", 2, 0, (9, 9))
    core = Nonverbal()
    assert told(here, seconds=0.3, core=core) == []
    core = Nonverbal()
    told(here, core=core)
    (over,) = [i for k in range(10, 25) for i in _later(core, away, k / 10) if i.over]
    assert over.triplet == Triplet(A, (AGENT,), Channel.GAZE, "looks at")
    assert over.at == pytest.approx(0.9, abs=0.05)


def _later(core, one, at):
    core.see(replace(one, at=at))
    return core.judge(at)


def hand(x, y, z):
    return Hand(bearing_rad=math.atan2(y, x), distance_m=math.hypot(x, y), height_m=z)


FACING = (looking("a", 2, -0.45, (2, 9), front=math.pi / 2),
          looking("b", 2, 0.45, (2, -9), front=-math.pi / 2))  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs", "then"),
    [
        ((2, 0, 1.0), (2.05, 0.03, 1.02), "shakes hands"),
        ((2, 0.45, 1.4), (2, 0.6, 0.8), "touches"),
        ((2, -0.5, 0.8), (2, 0.5, 0.8), None),
        ((2, 0, 1.0), (2, 0, 1.5), None),
        ((2, 0, 1.0), (3, 0, 1.0), None),
    ],
)
def test_hands_that_meet_and_hands_laid_on_somebody_touch(mine, theirs, then):
    def reach(core, at):
        core.reach(A, at, (hand(*mine),))
        core.reach(B, at, (hand(*theirs),))

    found = {w for p, _, w in begun(told(*FACING, before=reach), Channel.TOUCH) if p == A}
    assert found == ({then} if then else set())


def test_hands_of_two_who_face_one_way_are_held():
    def reach(core, at):
        core.reach(A, at, (hand(2, 0, 0.8),))
        core.reach(B, at, (hand(2, 0.05, 0.8),))

    beside = [replace(one, front_rad=math.pi) for one in FACING]
    assert (A, (B,), "holds hands") in begun(told(*beside, before=reach), Channel.TOUCH)


def test_a_smile_and_a_wave_go_to_whom_one_looks_at():
    def signs(core, at):
        core.smile(A, 0.8)
        core.sign(A, at, "wave", 0.7)
        core.sign(B, at, "sit", 0.9)

    found = told(looking("a", 2, -0.6, (2, 0.6)), looking("b", 2, 0.6, (9, 9)), before=signs)
    assert begun(found, Channel.EXPRESSION) == {(A, (B,), "smiles")}
    assert begun(found, Channel.GESTURE) == {(A, (B,), "wave")}


def test_a_smile_that_is_no_longer_seen_is_over():
    found = told(
        looking("a", 1.5, 0, (0, 0)), seconds=3,
        before=lambda core, at: core.smile(A, 0.8 if at < 1.5 else None),
    )  # fmt: skip
    assert [i.over for i in found if i.triplet.kind is Channel.EXPRESSION] == [False, True]


def test_those_of_a_formation_face_each_other_until_it_comes_apart():
    def form(core, at):
        if at in (0.0, 1.5):
            core.form(
                FormationChanged(at=at, people=(A, B), arrangement=Arrangement.FACING,
                                 together=at == 0.0, center=Place(x_m=2, y_m=0))
            )  # fmt: skip

    found = [i for i in told(*FACING, seconds=3, before=form) if i.triplet.kind is Channel.POSTURE]
    assert [(i.triplet.individual, i.triplet.group, i.over) for i in found] == [
        (A, (B,), False), (B, (A,), False), (A, (B,), True), (B, (A,), True),
    ]  # fmt: skip


def test_only_who_was_turned_to_the_agent_turns_away_from_it():
    to, away = (
        seen(0, 1.5, 0, person="a", facing_deg=5),
        seen(0, 1.5, 0, person="a", facing_deg=170),
    )
    assert begun(told(away), Channel.POSTURE) == set()
    core = Nonverbal()
    told(to, core=core)
    later = [i for k in range(10, 25) for i in _later(core, away, k / 10)]
    assert (A, (AGENT,), "turns away") in begun(later, Channel.POSTURE)


def test_who_faces_the_agent_does_so_until_clearly_turned_and_half_turned_nobody_begins_to():
    to, half, aside = (seen(0, 1.5, 0, person="a", facing_deg=deg) for deg in (5, 30, 50))
    assert begun(told(half), Channel.POSTURE) == set()
    core = Nonverbal()
    assert begun(told(to, core=core), Channel.POSTURE) == {(A, (AGENT,), "faces")}
    assert [i for k in range(10, 25) for i in _later(core, half, k / 10)] == []
    assert [i.over for k in range(25, 40) for i in _later(core, aside, k / 10)] == [True]


def test_of_who_is_gone_nothing_is_kept():
    core = Nonverbal()
    told(*FACING, core=core)
    core.lose(A)
    core.lose(B)
    assert [i for k in range(10, 30) for i in core.judge(k / 10) if not i.over] == []


def test_made_scenes_are_told_as_they_were_made():
    right = told_all = true = 0
    for k, scene in enumerate(scenes(32, 3)):
        told_here = told_of(scene, k)
        right += len(told_here & scene.truth)
        told_all, true = told_all + len(told_here), true + len(scene.truth)
    assert right / true > 0.85
    assert right / told_all > 0.75
