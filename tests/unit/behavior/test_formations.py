"""Who stands with whom is what perception tells, also where one picture cannot say it."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import Act, Arrangement, FormationChanged, PersonId, PersonLost, Place
from behavior.norms.facts import Facts
from behavior.situation.people import Mark
from behavior.situation.presence import mark
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import UNNUMBERED, Wish, because
from tests.fakes.people import seen

A = Arrangement


def moment(*people, formations=()):
    """Everybody seen for a second, then what is told of how they stand."""
    situation = Situation()
    for i in range(11):
        for person in people:
            situation = update(situation, replace(person, at=i / 10))
    for people_in_it, arrangement, together in formations:
        situation = update(
            situation,
            FormationChanged(
                at=0.5, people=tuple(map(PersonId, people_in_it)), arrangement=arrangement,
                together=together, center=Place(x_m=2, y_m=0),
            ),
        )  # fmt: skip
    return situation


def fact(situation, name, of="a"):
    act = Act(at=situation.now, act=UNNUMBERED, reason=because("greeting.words", ""), to=of)
    return Facts(situation, Wish(act=act))[name]


A_TALK = (
    seen(0, 2, -0.5, person="a", facing_deg=75),
    seen(0, 2, 0.5, person="b", facing_deg=100),
)


@pytest.mark.parametrize("arrangement", [A.FACING, A.CORNER, A.CIRCLE])
def test_who_stands_in_a_talk_is_in_conversation_though_their_gaze_is_not_seen(arrangement):
    apart = (A_TALK[0], replace(A_TALK[1], place=Place(x_m=2, y_m=1.2)))
    assert not fact(moment(*apart), "addressee.in_conversation")
    told = moment(*apart, formations=[("ab", arrangement, True)])
    assert fact(told, "addressee.in_conversation") is True


def test_a_talk_that_has_come_apart_is_none():
    apart = (A_TALK[0], replace(A_TALK[1], place=Place(x_m=2, y_m=1.2)))
    told = moment(*apart, formations=[("ab", A.FACING, True), ("ab", A.FACING, False)])
    assert not fact(told, "addressee.in_conversation")


def test_who_glances_over_from_a_talk_is_faced_by_another():
    glance = replace(A_TALK[0], gaze_off_rad=0.1, facing_rad=0.1)
    there = (glance, replace(A_TALK[1], place=Place(x_m=2, y_m=1.2)))
    told = moment(*there, formations=[("ab", A.CORNER, True)])
    assert fact(told, "addressee.in_conversation") is False
    assert fact(told, "addressee.faced_by_another") is True
    assert fact(moment(*there), "addressee.faced_by_another") is False


@pytest.mark.parametrize("arrangement", [A.BESIDE, A.CIRCLE, A.CORNER])
def test_who_stand_together_and_face_the_agent_are_no_conversation(arrangement):
    there = [
        seen(0, 1.5, y, person=who, facing_deg=8)
        for who, y in zip("abc", (-0.5, 0, 0.5), strict=True)
    ]
    told = moment(*there, formations=[("abc", arrangement, True)])
    assert not fact(told, "addressee.in_conversation")
    assert not fact(told, "addressee.faced_by_another")


def test_one_behind_another_is_in_no_conversation_by_that():
    there = (
        seen(0, 1.2, 0, person="a", facing_deg=5),
        seen(0, 2.2, 0.9, person="b", facing_deg=170),
    )
    line = moment(*there, formations=[("ab", A.QUEUE, True)])
    assert fact(line, "addressee.faced_by_another") is False


def test_of_a_talk_whose_other_half_has_gone_nothing_is_left():
    apart = (A_TALK[0], replace(A_TALK[1], place=Place(x_m=2, y_m=1.2)))
    told = moment(*apart, formations=[("ab", A.FACING, True)])
    told = update(told, PersonLost(at=1.1, person=PersonId("b")))
    assert not fact(told, "addressee.in_conversation")


def test_formations_of_a_long_day_are_not_kept_without_end():
    situation = moment()
    for k in range(200):
        change = FormationChanged(
            at=float(k), people=(PersonId(f"p{k}"), PersonId(f"q{k}")), arrangement=A.FACING,
            together=True, center=Place(x_m=math.pi, y_m=0),
        )  # fmt: skip
        situation = update(situation, change)
    assert len(situation.formations) < 20


def test_who_came_in_at_the_same_time_and_waits_in_line_may_hear_no_names():
    people = (seen(0, 1.4, -0.1, person="a"), seen(0, 2.3, -0.4, person="b"))
    greeting = Act(at=0.6, act=UNNUMBERED, reason=because("greeting.words", ""), to=PersonId("a"))

    def nearest_stranger_m(*formations):
        situation = moment(*people, formations=formations)
        a = replace(situation.people[PersonId("a")], walked_with_s={PersonId("b"): 5.0})
        situation = replace(situation, people={**situation.people, a.id: a})
        for who in situation.people:
            situation = mark(situation, who, Mark.GREETED)
        return Facts(situation, Wish(act=replace(greeting, at=situation.now)))["room.stranger_m"]

    assert nearest_stranger_m() is None
    assert nearest_stranger_m(("ab", A.FACING, True)) is None
    assert nearest_stranger_m(("ab", A.QUEUE, True)) < 2.4
