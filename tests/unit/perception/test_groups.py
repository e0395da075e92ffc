"""Who stands with whom: every arrangement, who does not belong to it, how it begins and ends."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import Arrangement, PersonId
from perception.engagement.groups import GroupConfig, Groups, formations
from tests.fakes.people import lost, seen

A = Arrangement


def one(name, x_m, y_m, front_deg=None, *, at=0.0, facing_deg=None, vx=0.0):
    told = seen(at, x_m, y_m, person=name, vx=vx, facing_deg=facing_deg)
    return replace(told, front_rad=None if front_deg is None else math.radians(front_deg))


def found(*people):
    return {
        (arrangement, "".join(sorted(who)))
        for (arrangement, who), _ in formations(list(people), GroupConfig())
    }


TALK = (one("a", 2, -0.5, 90), one("b", 2, 0.5, -90))


@pytest.mark.parametrize(
    ("people", "then"),
    [
        (TALK, {(A.FACING, "ab")}),
        ((one("a", 2, -0.4, 135), one("b", 2, 0.4, -135)), {(A.CORNER, "ab")}),
        ((one("a", 3, -0.35, 180), one("b", 3, 0.35, 180)), {(A.BESIDE, "ab")}),
        ((one("a", 3, -0.4, 180), one("b", 3, 0.4, 180)), {(A.BESIDE, "ab")}),
        ((one("a", 3, -0.45, 165), one("b", 3.2, 0.4, 195)), {(A.BESIDE, "ab")}),
        ((one("a", 3, -0.6, 180), one("b", 3, 0.6, 180)), set()),
        ((one("a", 3, -0.4, 180), one("b", 3.6, 0.3, 180)), set()),
        ((one("a", 3, -0.4, 180), one("b", 3, 0.4, 0)), set()),
        (
            (one("a", 3, -0.8, 180), one("b", 3, 0, 180), one("c", 3, 0.8, 180)),
            {(A.BESIDE, "abc")},
        ),
        ((*TALK, one("c", 2.7, 0, 180)), {(A.CIRCLE, "abc")}),
        ((one("a", 2, -0.5, -90), one("b", 2, 0.5, 90)), set()),
        ((one("a", 2, -0.5, 90), one("b", 2, 0.5, 90)), set()),
        ((one("a", 2, -1.5, 90), one("b", 2, 1.5, -90)), set()),
        ((one("a", 2, -0.5), one("b", 2, 0.5)), set()),
        ((*TALK, one("c", 5, 3, 0)), {(A.FACING, "ab")}),
        (
            (*TALK, one("c", 5, -0.5, 90), one("d", 5, 0.5, -90)),
            {(A.FACING, "ab"), (A.FACING, "cd")},
        ),
    ],
)
def test_those_whose_chests_share_a_space_stand_together(people, then):
    assert found(*people) == then


@pytest.mark.parametrize("turn_deg", [0, 40, 90, 200])
def test_where_in_the_room_they_stand_makes_no_difference(turn_deg):
    turn = math.radians(turn_deg)
    turned = []
    for person in (one("a", 4, -0.5, 90), one("b", 4, 0.5, -90)):
        x, y = person.place.x_m, person.place.y_m
        place = replace(
            person.place,
            x_m=x * math.cos(turn) - y * math.sin(turn),
            y_m=x * math.sin(turn) + y * math.cos(turn),
        )
        turned.append(replace(person, place=place, front_rad=person.front_rad + turn))
    assert found(*turned) == {(A.FACING, "ab")}


def test_where_only_how_far_they_are_turned_is_known_the_side_that_fits_is_taken():
    assert found(one("a", 2, -0.5, facing_deg=76), one("b", 2, 0.5, facing_deg=76)) == {
        (A.FACING, "ab")
    }


def test_the_middle_of_a_talk_is_between_them():
    ((_, center),) = formations(list(TALK), GroupConfig())
    assert center.x_m == pytest.approx(2)
    assert center.y_m == pytest.approx(0, abs=0.2)


def test_who_stand_one_behind_the_other_before_the_agent_queue():
    queue = (one("a", 1.2, 0, 180), one("b", 2.2, 0.2, 180), one("c", 3.3, 0.1, 185))
    assert found(*queue) == {(A.QUEUE, "abc")}
    assert found(queue[0]) == set()


def test_who_turns_from_the_line_or_begins_far_off_does_not_queue():
    assert found(one("a", 1.2, 0, 180), one("b", 2.2, 0.2, 0)) == set()
    assert (A.QUEUE, "ab") not in found(one("a", 4, 0, 180), one("b", 5, 0, 180))


def test_who_faces_another_way_than_the_next_is_not_in_the_line():
    first, next_one = one("a", 1.2, 0, 180), one("b", 2.2, 0, 142)
    assert (A.QUEUE, "abc") in found(first, next_one, one("c", 3.2, 0, 180))
    assert (A.QUEUE, "ab") in found(first, next_one, one("c", 3.2, 0, 218))


def test_two_who_face_each_other_from_afar_do_not_stand_together():
    assert found(one("a", 4, -0.85, 90), one("b", 4, 0.85, -90)) == {(A.FACING, "ab")}
    assert found(one("a", 4, -0.95, 90), one("b", 4, 0.95, -90)) == set()


# In time


def told(groups, people, seconds, start=0.0):
    out = []
    for i in range(int(seconds * 10)):
        for person in people:
            out += groups.take(replace(person, at=start + i / 10))
    return out


def test_standing_together_is_told_once_it_holds_and_again_when_it_ends():
    groups = Groups(GroupConfig())
    (begun,) = told(groups, TALK, 3)
    assert begun.together
    assert begun.people == ("a", "b")
    assert begun.at < 0.5
    away = (one("a", 2, -0.5, 90), one("b", 2, 0.5, 90))
    (ended,) = told(groups, away, 3, start=3.0)
    assert not ended.together
    assert ended.at < 3.1


def test_a_moment_face_to_face_in_passing_is_nothing():
    groups = Groups(GroupConfig())
    assert told(groups, TALK, 0.8) == []
    apart = (one("a", 2, -2, 90), one("b", 2, 2, -90))
    assert told(groups, apart, 3, start=0.8) == []


def test_those_who_walk_stand_with_nobody():
    walking = (one("a", 2, -0.5, 90, vx=1.0), one("b", 2, 0.5, -90, vx=1.0))
    assert told(Groups(GroupConfig()), walking, 3) == []


def test_who_is_gone_or_not_seen_any_more_stands_with_nobody():
    groups = Groups(GroupConfig())
    told(groups, TALK, 3)
    groups.take(lost(3.0, person="b"))
    (ended,) = told(groups, TALK[:1], 4, start=3.0)
    assert not ended.together
    assert PersonId("b") in ended.people
