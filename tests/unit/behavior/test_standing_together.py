"""Who belongs together, and who goes along: told from places and bodies."""

import math

import pytest

from agent.core.messages import (
    PersonId,
    PersonLost,
)
from behavior.norms.people import stranger_m
from behavior.situation.people import Mark
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import Wish
from tests.fakes.encounters import Lobby, acts_of, after, marked, seen


def walk(situation, *people, start=0.0, for_s=3.5, apart_m=0.8):
    """They come up side by side, and stand at 1.5 m."""
    for k in range(round(for_s * 10) + 1):
        x = 1.5 + 0.1 * (for_s * 10 - k)
        for place, who in enumerate(people):
            one = seen(who, start + 0.1 * k, x=x, y=place * apart_m, speed=1.0)
            situation = update(situation, one)
    for place, who in enumerate(people):
        one = seen(who, start + for_s + 0.1, x=1.5, y=place * apart_m, speed=0.0)
        situation = update(situation, one)
    return situation


def greeted_at_once(situation, *people):
    for one in people:
        situation = marked(situation, one, Mark.GREETED)
    return situation


def a_name_for(situation, who="p1"):
    lobby = Lobby()
    (act,) = [a for a in acts_of(lobby.attends(who, 0.0)) if a.to == who][:1]
    return stranger_m(situation, Wish(act=act))


def test_who_came_together_and_was_greeted_together_may_hear_names():
    together = greeted_at_once(walk(Situation(), "p1", "p2"), "p1", "p2")
    assert a_name_for(together) is None


def test_who_only_stands_beside_is_a_stranger_though_greeted_in_the_same_breath():
    apart = after(seen("p1", 0.0, speed=0.0), seen("p2", 0.1, y=0.8, speed=0.0))
    assert a_name_for(greeted_at_once(apart, "p1", "p2")) == pytest.approx(0.8)


def test_to_walk_past_one_another_for_a_moment_is_not_to_come_together():
    passing = greeted_at_once(walk(Situation(), "p1", "p2", for_s=2.5), "p1", "p2")
    assert a_name_for(passing) == pytest.approx(0.8)


def test_company_outlives_a_change_of_id():
    situation = greeted_at_once(walk(Situation(), "p1", "p2"), "p1", "p2")
    situation = after(seen("p1", 4.1), seen("p3", 4.2, y=0.8), start=situation)
    situation = after(seen("p3", 4.3, y=0.8), start=situation)
    assert "p2" not in situation.people
    assert situation.people["p1"].came_with(situation.people["p3"])
    situation = after(seen("p3", 4.7, y=0.8), seen("p4", 4.8), start=situation)
    situation = after(seen("p4", 4.9), start=situation)
    assert set(situation.people) == {"p3", "p4"}
    assert situation.people["p4"].came_with(situation.people["p3"])


def test_those_who_came_with_a_greeted_person_are_not_greeted_once_more():
    lobby = Lobby()
    for k in range(40):
        for who, y in (("p1", 0.0), ("p2", 1.25)):
            lobby.tell(seen(who, 0.1 * k, x=5.5 - 0.1 * k, y=y, speed=1.0, approach=1.0))
    lobby.becomes("p2", 3.95, "approaching")
    assert len(lobby.acts("greeting.sign")) == 1
    lobby.attends("p1", 4.1, x=1.4)
    lobby.until(5.5)
    (greeting,) = acts_of([one for _, one in lobby.sent if getattr(one, "clauses", ())])
    assert lobby.situation.people["p2"].has(Mark.GREETED)
    lobby.performs([greeting], 5.5, 9.0)
    lobby.loses("p1", 30.0)
    lobby.becomes("p2", 32.0, "attending")
    lobby.until(50.0)
    assert lobby.branches().count("greeting.words") == 1


# Who stands behind somebody who leaves


def somebody_behind_one_who_leaves(stays):
    """p1 is served and walks off at 40 s; p2 stood 1.1 m behind and stays, or goes along."""
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0, x=1.2)
    lobby.until(2.0)
    lobby.speaks(8.0)
    lobby.ends(9.0, "where is the lift", voiced_s=1.0, person=PersonId("p1"))
    lobby.performs(lobby.replies(9.0, "On the left.", now=9.2), 9.3, 11.0)
    lobby.attends("p2", 30.0, x=2.3)
    lobby.loses("p1", 40.0)
    if not stays:
        lobby.becomes("p2", 42.0, "disengaging", x=2.6)
    lobby.until(60.0)
    return [at for at, branch, _ in lobby.said() if branch == "greeting.words" and at > 10.0]


def test_who_goes_along_with_one_who_leaves_is_not_greeted_meanwhile():
    assert somebody_behind_one_who_leaves(stays=False) == []


def test_who_left_without_a_word_keeps_nobody_waiting():
    lobby = Lobby(waiting={"enabled": False})
    lobby.sees("p1", 1.0, x=1.2)
    lobby.sees("p2", 1.0, x=2.3)
    lobby.sees("p1", 4.9, x=1.2)
    lobby.loses("p1", 5.0)
    lobby.becomes("p2", 5.0, "attending", x=2.3)
    lobby.until(20.0)
    ((at, _, _),) = lobby.said()
    assert at < 7.8


def test_who_stays_behind_is_greeted_when_that_is_clear():
    (at,) = somebody_behind_one_who_leaves(stays=True)
    assert 42.0 <= at <= 43.0


# Names, and who comes near meanwhile


def test_who_comes_near_while_a_name_would_be_said_is_near_already():
    far = after(seen("p1", 0.0), seen("p2", 0.1, x=4.6, approach=1.0))
    assert a_name_for(far) == pytest.approx(2.6)
    leaving = after(seen("p1", 0.0), seen("p2", 0.1, x=0.5, y=-2.0, approach=-1.0))
    assert a_name_for(leaving) == pytest.approx(math.hypot(0.5, 2.0))


def test_who_was_lost_a_moment_ago_may_hear_still():
    lost = after(seen("p1", 5.0), seen("p2", 5.0, x=2.4), PersonLost(at=5.0, person=PersonId("p2")))
    assert a_name_for(lost) == pytest.approx(2.4)
    later = after(seen("p1", 8.0), start=lost)
    assert a_name_for(later) is None


def test_a_name_waits_for_nobody_whom_a_new_id_made():
    start = after(seen("p1", 10.0))
    assert a_name_for(after(seen("p9", 10.1, y=0.3), start=start)) is None
    assert a_name_for(after(seen("p9", 10.1, y=0.8), start=start)) == pytest.approx(0.8)
    both = after(seen("p9", 10.1, y=0.3), seen("p1", 10.2), start=start)
    assert a_name_for(both) == pytest.approx(0.3)


# Bodies over half a second


def greeted_at(turned, *, for_s=1.5, then=None):
    """Somebody stands with the body turned so; the last pictures may show another angle."""
    lobby = Lobby(waiting={"enabled": False})
    for k in range(round(for_s * 10)):
        lobby.tell(seen("p1", 0.1 * k, x=1.4, facing=turned, speed=0.0))
        if k == 1:
            lobby.becomes("p1", 0.1, "attending", x=1.4)
    for k in range(2):
        at = for_s + 0.1 * k
        lobby.tell(seen("p1", at, x=1.4, facing=turned if then is None else then, speed=0.0))
    return "greeting.words" in lobby.branches()


def test_a_body_is_judged_by_half_a_second_and_not_by_one_picture():
    assert greeted_at(0.2)
    assert not greeted_at(0.95)
    assert not greeted_at(0.95, then=0.55)


def test_who_turns_to_the_agent_and_stays_so_is_greeted():
    lobby = Lobby(waiting={"enabled": False})
    for k in range(40):
        turned = 0.95 if k < 15 else 0.1
        lobby.tell(seen("p1", 0.1 * k, x=1.4, facing=turned, speed=0.0))
        if k == 1:
            lobby.becomes("p1", 0.1, "attending", x=1.4)
    lobby.until(4.5)
    (greeting,) = [at for at, branch, _ in lobby.said() if branch == "greeting.words"]
    assert 1.5 < greeting < 2.5
