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


@pytest.mark.parametrize("front_deg", [20, 45, 135, 160])
def test_whichever_way_they_are_turned_two_side_by_side_are_beside_each_other(front_deg):
    # Their middles are too far apart to meet: only that they are level joins them.
    across = math.radians(front_deg + 90)
    x_m, y_m = 0.9 * math.cos(across), 0.9 * math.sin(across)
    assert found(one("a", 4, 0, front_deg), one("b", 4 + x_m, y_m, front_deg)) == {(A.BESIDE, "ab")}


def test_where_only_how_far_they_are_turned_is_known_the_side_that_fits_is_taken():
    assert found(one("a", 2, -0.5, facing_deg=76), one("b", 2, 0.5, facing_deg=76)) == {
        (A.FACING, "ab")
    }


def test_where_the_side_is_unknown_two_may_still_be_beside_each_other_or_in_line():
    # It is enough that one of the two sides fits.
    beside = one("a", 3, -0.45, 200), one("b", 3, 0.45, facing_deg=25)
    assert found(*beside) == {(A.BESIDE, "ab")}
    in_line = one("a", 1.2, 0, facing_deg=30), one("b", 2.2, 0, facing_deg=30)
    assert found(*in_line) == {(A.QUEUE, "ab")}


def test_the_middle_of_a_talk_is_between_them():
    ((_, center),) = formations(list(TALK), GroupConfig())
    assert center.x_m == pytest.approx(2)
    assert center.y_m == pytest.approx(0, abs=0.2)


def test_who_stand_one_behind_the_other_before_the_agent_queue():
    queue = (one("a", 1.2, 0, 180), one("b", 2.2, 0.2, 180), one("c", 3.3, 0.1, 185))
    assert found(*queue) == {(A.QUEUE, "abc")}
    assert found(queue[0]) == set()


@pytest.mark.parametrize("aside_m", [-0.1, 0.1])
def test_a_line_a_little_to_either_side_faces_the_agent_and_the_next_alike(aside_m):
    first, behind = one("a", 1.2, aside_m, -175), one("b", 2.2, aside_m, 175)
    assert found(first, behind) == {(A.QUEUE, "ab")}
    first, behind = one("a", 1.2, aside_m, 175), one("b", 2.2, aside_m, -175)
    assert found(first, behind) == {(A.QUEUE, "ab")}


def test_a_line_may_come_from_half_left():
    front_deg = math.degrees(math.atan2(-1.0, -1.2))
    queue = one("a", 1.2, 1.0, front_deg), one("b", 1.9, 1.6, front_deg)
    assert found(*queue) == {(A.QUEUE, "ab")}


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


@pytest.mark.parametrize(
    ("apart_m", "turned_deg", "ahead_m", "beside"),
    [
        (0.9, 0, 0.0, True),
        (1.05, 0, 0.0, False),
        (0.9, 34, 0.0, True),
        (0.9, 46, 0.0, False),
        (0.7, 0, 0.38, True),
        (0.7, 0, 0.52, False),
    ],
)
def test_side_by_side_means_near_turned_alike_and_neither_ahead(
    apart_m, turned_deg, ahead_m, beside
):
    # Turned apart from each other: their middles never meet before them.
    pair = (
        one("a", 3, -apart_m / 2, 180 + turned_deg / 2),
        one("b", 3 - ahead_m, apart_m / 2, 180 - turned_deg / 2),
    )
    for people in (pair, reversed(pair)):
        assert found(*people) == ({(A.BESIDE, "ab")} if beside else set())


def test_headings_on_both_sides_of_the_full_circle_are_the_same_way():
    # 10 and 350 degrees are nearly the same way; turned apart, no middle of theirs meets.
    for left_deg, right_deg in ((350, 10), (10, 350), (-175, 175)):
        assert found(one("a", 3, -0.45, left_deg), one("b", 3, 0.45, right_deg)) == {
            (A.BESIDE, "ab")
        }


def test_who_is_ahead_as_the_other_is_turned_does_not_stand_beside():
    # By the first's chest they are level, by the second's one stands half a metre before the other.
    level, ahead = one("a", 3, -0.45, 180), one("b", 3, 0.45, 144)
    assert found(level, ahead) == set()
    assert found(replace(ahead, person="a"), replace(level, person="b")) == set()


@pytest.mark.parametrize(
    ("between_deg", "arrangement"),
    [
        (44, A.BESIDE),
        (58, A.CORNER),
        (90, A.CORNER),
        (116, A.CORNER),
        (136, A.FACING),
        (180, A.FACING),
    ],
)
def test_how_far_their_chests_are_turned_to_each_other_names_the_shape(between_deg, arrangement):
    half = between_deg / 2
    assert found(one("a", 3, -0.4, 180 - half), one("b", 3, 0.4, 180 + half)) == {
        (arrangement, "ab")
    }


@pytest.mark.parametrize(("apart_m", "together"), [(1.5, True), (1.68, False)])
def test_middles_up_to_three_quarters_of_a_metre_apart_are_the_same(apart_m, together):
    # Chests at right angles, each past the other: only how near their middles come can join them.
    pair = (one("a", 3, -apart_m / 2, 135), one("b", 3, apart_m / 2, -135))
    assert bool(found(*pair)) is together


def test_who_stand_too_near_look_past_each_others_middle():
    pair = (one("a", 3, -0.02, 90), one("b", 3, 0.02, -90))
    assert found(*pair) == set()


def test_three_beside_each_other_are_a_row_whoever_is_told_of_first():
    # On an arc, so that the outer two are turned too far apart to be neighbours.
    row = [one("a", 3, -0.75, 208), one("b", 3, 0, 180), one("c", 3, 0.75, 152)]
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2)):
        assert found(*(row[i] for i in order)) == {(A.BESIDE, "abc")}


def test_two_beside_each_other_and_one_before_them_are_a_circle():
    assert found(one("a", 3, -0.4, 180), one("b", 3, 0.4, 180), one("c", 1.9, 0.0, 0)) == {
        (A.CIRCLE, "abc")
    }


def test_two_beside_each_other_and_one_at_their_corner_are_a_circle():
    people = one("a", 3, -0.4, 180), one("b", 3, 0.4, 180), one("c", 2.2, 1.0, -100)
    assert found(*people) == {(A.CIRCLE, "abc")}


def test_the_middle_is_as_far_from_each_of_them():
    ((_, center),) = formations([one("a", 2, -0.8, 90), one("b", 2.4, 0.8, -90)], GroupConfig())
    assert center.x_m == pytest.approx(2.2)
    assert center.y_m == pytest.approx(0, abs=0.01)


def test_where_the_side_is_unknown_the_middle_is_the_one_towards_the_other():
    # At three metres, 90 degrees from the agent: to the left or to the right.
    pair = [one("a", 3, -0.7, facing_deg=90), one("b", 3, 0.7, facing_deg=90)]
    ((_, center),) = formations(pair, GroupConfig())
    assert abs(center.y_m) < 0.15
    alone, told = one("a", 3, -0.7, facing_deg=90), one("b", 3, 0.5, -90)
    ((_, center),) = formations([alone, told], GroupConfig())
    assert -0.15 < center.y_m < 0.1


@pytest.mark.parametrize(
    ("step_m", "aside_deg", "turned_deg", "in_line"),
    [
        (1.5, 0, 0, True),
        (1.75, 0, 0, False),
        (0.5, 0, 0, True),
        (0.2, 0, 0, False),
        (1.0, 0, 34, True),
        (1.0, 0, 47, False),
        (1.0, 47, 0, False),
    ],
)
def test_the_next_in_line_stands_a_step_behind_and_faces_that_back(
    step_m, aside_deg, turned_deg, in_line
):
    aside = math.radians(aside_deg)
    first = one("a", 1.2, 0, 180)
    behind = one("b", 1.2 + step_m * math.cos(aside), step_m * math.sin(aside), 180 + turned_deg)
    assert ((A.QUEUE, "ab") in found(first, behind)) is in_line


@pytest.mark.parametrize(("turned_deg", "in_line"), [(44, True), (58, False)])
def test_who_is_turned_otherwise_than_the_next_is_not_behind_them(turned_deg, in_line):
    first = one("a", 1.2, 0, 180 + turned_deg * 0.6)
    behind = one("b", 2.2, 0, 180 - turned_deg * 0.4)
    assert ((A.QUEUE, "ab") in found(first, behind)) is in_line


@pytest.mark.parametrize(("head_m", "begins"), [(2.1, True), (2.35, False)])
def test_a_queue_begins_near_the_agent(head_m, begins):
    queue = (one("a", head_m, 0, 180), one("b", head_m + 1, 0, 180))
    assert ((A.QUEUE, "ab") in found(*queue)) is begins


def test_the_place_of_a_queue_is_its_head():
    queue = [one("b", 2.2, 0.2, 180), one("a", 1.2, 0, 180)]
    ((_, place),) = formations(queue, GroupConfig())
    assert place.x_m == pytest.approx(1.2)


def test_who_waits_in_line_talks_to_nobody_else_at_once():
    # The two of the queue stand near enough to count as beside one another, too.
    assert found(one("a", 1.6, 0, 180), one("b", 2.0, 0.25, 205)) == {(A.QUEUE, "ab")}


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


@pytest.mark.parametrize(("seconds", "is_told"), [(1.4, False), (1.7, True)])
def test_a_second_of_it_is_needed(seconds, is_told):
    assert bool(told(Groups(GroupConfig()), TALK, seconds)) is is_told


def test_those_who_had_parted_stand_together_anew_only_after_another_second():
    groups = Groups(GroupConfig())
    back = (replace(TALK[0], front_rad=-TALK[0].front_rad), TALK[1])
    told(groups, TALK, 2)
    told(groups, back, 3, start=2.0)
    assert told(groups, TALK, 0.8, start=5.0) == []
    (begun,) = told(groups, TALK, 1.2, start=5.8)
    assert begun.at == pytest.approx(5.1, abs=0.3)


def test_two_passing_moments_face_to_face_make_no_talk():
    groups = Groups(GroupConfig())
    back = (replace(TALK[0], front_rad=-TALK[0].front_rad), TALK[1])
    for start in (0.0, 10.0):
        assert told(groups, TALK, 0.7, start=start) == []
        assert told(groups, back, 3, start=start + 0.7) == []


def test_those_who_stand_together_are_told_in_the_order_of_their_names():
    row = [one(name, 3, 0.7 * k - 1.4, 180) for k, name in enumerate("decab")]
    (begun,) = told(Groups(GroupConfig()), row, 2)
    assert begun.people == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize(("seconds", "is_over"), [(1.4, False), (1.9, True)])
def test_a_second_and_a_half_without_it_ends_it(seconds, is_over):
    groups = Groups(GroupConfig())
    assert len(told(groups, TALK, 2)) == 1
    back = (replace(TALK[0], front_rad=-TALK[0].front_rad), TALK[1])
    assert bool(told(groups, back, seconds, start=2.0)) is is_over


def test_judging_is_done_four_times_a_second():
    groups, judged = Groups(GroupConfig()), []
    formed = groups._formed
    groups._formed = lambda at: judged.append(at) or formed(at)
    told(groups, TALK, 2)
    assert len(judged) in (7, 8)


def test_the_talk_that_is_told_has_its_place():
    groups = Groups(GroupConfig())
    (begun,) = told(groups, TALK, 2)
    assert (begun.center.x_m, begun.center.y_m) == pytest.approx((2, 0), abs=0.2)
    moved = [replace(p, place=replace(p.place, x_m=3.0)) for p in TALK]
    told(groups, moved, 1, start=2.0)
    (ended,) = told(groups, TALK[:1], 4, start=3.0)
    assert ended.center.x_m == pytest.approx(3)


def test_a_sighting_counts_for_a_second():
    groups = Groups(GroupConfig())
    told(groups, TALK, 2)
    (ended,) = told(groups, TALK[:1], 4, start=2.0)
    assert 2.6 < ended.at < 2.95


def test_who_is_lost_is_out_of_it_at_once():
    groups = Groups(GroupConfig())
    told(groups, TALK, 2)
    assert groups.take(lost(2.0, person="b")) == []
    (ended,) = told(groups, TALK[:1], 4, start=2.0)
    assert ended.at < 2.05


@pytest.mark.parametrize(("speed_m_s", "together"), [(0.3, True), (0.5, False)])
def test_who_sways_stands_and_who_strolls_does_not(speed_m_s, together):
    pair = (one("a", 2, -0.5, 90, vx=speed_m_s), one("b", 2, 0.5, -90))
    assert bool(told(Groups(GroupConfig()), pair, 2)) is together


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
