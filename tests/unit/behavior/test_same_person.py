"""Ids change and people do not: who is taken for whom."""

from dataclasses import replace

import pytest

from agent.core.messages import (
    PersonId,
    PersonLost,
    TurnEnded,
    TurnId,
)
from behavior.situation.people import Mark
from behavior.situation.state import Encounter
from tests.fakes.encounters import after, marked, seen


def test_somebody_new_is_taken_for_whoever_left_nearest_to_there():
    start = after(seen("p1", 10.0, x=1.1), seen("p2", 10.0, x=3.0, y=-2.0))
    start = marked(start, "p1", Mark.GREETED)
    start = after(
        PersonLost(at=10.0, person=PersonId("p1")),
        PersonLost(at=10.0, person=PersonId("p2")),
        start=start,
    )
    assert after(seen("p3", 12.5, x=1.2), start=start).people["p3"].has(Mark.GREETED)


@pytest.mark.parametrize(
    ("walked_m_s", "after_s", "far_m", "is_taken_for"),
    [
        (0.0, 1.7, 2.4, False),
        (0.0, 1.7, 1.2, True),
        (0.0, 0.2, 1.0, False),
        (1.0, 1.7, 2.4, True),
        (0.0, 5.0, 2.0, False),
        (0.0, 60.0, 1.4, True),
    ],
)
def test_who_stood_when_lost_is_not_somebody_far_off_a_moment_later(
    walked_m_s, after_s, far_m, is_taken_for
):
    start = marked(after(seen("p1", 10.0, x=1.2, speed=walked_m_s)), "p1", Mark.GREETED)
    start = after(PersonLost(at=10.0, person=PersonId("p1")), start=start)
    later = after(seen("p2", 10.0 + after_s, x=1.2 + far_m), start=start)
    assert later.people["p2"].has(Mark.GREETED) is is_taken_for


def lost_then(*appear):
    """p1 was greeted, stood at 1.2 m, and is lost at 10 s; then others appear."""
    start = marked(after(seen("p1", 10.0, x=1.2, speed=0.0)), "p1", Mark.GREETED, Mark.SPOKE)
    start = replace(start, encounter=Encounter(addressee=PersonId("p1"), since=5.0, active_at=9.0))
    start = after(
        TurnEnded(at=10.0, turn=TurnId(1), revision=0, text="and", voiced_s=0.5),
        PersonLost(at=10.0, person=PersonId("p1")),
        start=start,
    )
    return after(*appear, start=start)


def test_who_appears_where_somebody_was_lost_is_rather_them_than_who_was_taken_for_them():
    first = lost_then(seen("p2", 11.5, x=2.3, speed=1.0))
    assert first.people["p2"].has(Mark.GREETED)  # nobody better is there yet
    then = after(seen("p3", 11.6, x=1.25, speed=0.0), start=first)
    assert then.people["p3"].has(Mark.GREETED)
    assert not then.people["p2"].has(Mark.GREETED)
    assert then.encounter.addressee == "p3"


def test_what_has_passed_since_stays_with_who_was_taken_for_another():
    first = lost_then(seen("p2", 11.5, x=2.3, speed=1.0))
    first = marked(first, "p2", Mark.NOTICED)
    then = after(seen("p3", 11.6, x=1.25, speed=0.0), start=first)
    assert set(then.people["p2"].marks) == {Mark.NOTICED}


@pytest.mark.parametrize(("at", "x"), [(15.0, 1.25), (11.6, 1.7)])
def test_later_or_elsewhere_nothing_is_given_back(at, x):
    first = lost_then(seen("p2", 11.5, x=2.3, speed=1.0))
    then = after(seen("p2", at - 0.1, x=2.3), seen("p3", at, x=x, speed=0.0), start=first)
    assert then.people["p2"].has(Mark.GREETED)


def test_who_came_back_to_where_they_stood_keeps_what_is_theirs():
    first = lost_then(seen("p2", 11.0, x=1.3, speed=0.0))
    then = after(seen("p3", 11.1, x=1.2, y=0.1, speed=0.0), start=first)
    assert then.people["p2"].has(Mark.GREETED)


def test_of_several_ids_lost_in_one_place_the_one_we_know_most_of_comes_back():
    start = marked(after(seen("p1", 10.0, x=2.0)), "p1", Mark.REFUSED)
    start = after(seen("p2", 10.1, x=1.8), start=start)
    start = after(
        PersonLost(at=10.1, person=PersonId("p1")),
        PersonLost(at=10.1, person=PersonId("p2")),
        start=start,
    )
    back = after(seen("p3", 10.5, x=1.8), start=start)
    assert back.refused(back.people["p3"])


def test_several_ids_within_a_second_are_all_taken_up():
    """Lost and found three times in a row, each time before the id before was given up."""
    start = marked(after(seen("p1", 10.0)), "p1", Mark.GREETED)
    now = after(
        seen("p2", 10.1),
        seen("p2", 10.2),
        seen("p3", 10.4),
        seen("p3", 11.1),
        seen("p4", 11.2),
        seen("p4", 11.4),
        start=start,
    )
    assert set(now.people) == {"p4"}
    assert now.people["p4"].has(Mark.GREETED)
    assert now.people["p4"].first_seen_at == 10.0


def test_two_old_ids_are_given_up_at_once():
    start = marked(after(seen("p1", 10.0)), "p1", Mark.GREETED)
    now = after(seen("p2", 10.1), seen("p3", 10.2), seen("p3", 10.5), start=start)
    assert set(now.people) == {"p3"}
    assert now.people["p3"].has(Mark.GREETED)


def test_who_stood_there_before_is_not_who_was_lost_there():
    start = after(seen("p2", 9.9, y=0.3), seen("p1", 10.0))
    now = after(seen("p2", 10.3, y=0.3), seen("p2", 10.6, y=0.3), start=start)
    assert set(now.people) == {"p1", "p2"}
