"""What is told of people changes how they are met, and what is not told changes nothing."""

import pytest

from agent.core.messages import (
    Act,
    Channel,
    Context,
    ContextChanged,
    Interaction,
    PersonId,
    PersonLost,
)
from behavior.norms.facts import Facts
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import UNNUMBERED, Wish, because
from tests.fakes.people import seen

P1, P2 = PersonId("p1"), PersonId("p2")
NAMES = {
    Context.PHONE: "on_the_phone",
    Context.CARRYING: "carries",
    Context.WAITING: "waits_long",
    Context.CHILD: "child",
    Context.WHEELCHAIR: "in_wheelchair",
}


def after(*events):
    situation = Situation()
    for who in (P1, P2):
        situation = update(situation, seen(1.0, 2.0, 0.0, person=who))
    for event in events:
        situation = update(situation, event)
    return situation


def holds(what, at=2.0, *, holds=True, person=P1):
    return ContextChanged(at=at, person=person, context=what, holds=holds, confidence=0.9)


def passes(what, to, at=2.0, *, holds=True, person=P1):
    interaction = Interaction(group=(to,), channel=Channel.GAZE, what=what)
    return ContextChanged(at=at, person=person, interaction=interaction, holds=holds, confidence=1)


def fact(situation, name, to=P1):
    act = Act(at=situation.now, act=UNNUMBERED, reason=because("greeting.words", ""), to=to)
    return Facts(situation, Wish(act=act))[f"addressee.{name}"]


@pytest.mark.parametrize("what", list(NAMES))
def test_a_context_is_known_of_whom_it_is_told_and_until_it_ends(what):
    told = after(holds(what))
    assert fact(told, NAMES[what]) is True
    assert [fact(told, name) for name in NAMES.values()].count(True) == 1
    assert fact(told, NAMES[what], to=P2) is None
    assert fact(update(told, holds(what, 3.0, holds=False)), NAMES[what]) is None
    assert fact(after(), NAMES[what]) is None


def test_eyes_that_meet_and_hands_that_shake_are_a_meeting_looks_are_none():
    assert fact(after(passes("mutual gaze", P2)), "meets_another") is True
    assert fact(after(passes("shakes hands", P2)), "meets_another", to=P2) is True
    assert fact(after(passes("looks at", P2)), "meets_another") is None
    assert fact(after(passes("mutual gaze", PersonId("agent"))), "meets_another") is None


def test_a_meeting_ends_when_it_is_over_or_one_has_gone():
    met = passes("mutual gaze", P2)
    assert fact(after(met, passes("mutual gaze", P2, 3.0, holds=False)), "meets_another") is None
    assert fact(after(met, PersonLost(at=3.0, person=P2)), "meets_another") is None


def test_what_is_told_of_a_stranger_is_passed_over():
    assert after(holds(Context.PHONE, person=PersonId("p9"))).people.keys() == {P1, P2}
