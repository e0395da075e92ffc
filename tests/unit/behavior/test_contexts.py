"""What is told of people changes how they are met, and what is not told changes nothing."""

from dataclasses import replace

import pytest

from agent.core.messages import (
    Act,
    Channel,
    Context,
    ContextChanged,
    Engagement,
    EngagementChanged,
    Interaction,
    PersonId,
    PersonLost,
)
from behavior.norms.facts import Facts
from behavior.policies.waiting import WaitingPolicy
from behavior.situation.people import Mark
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import UNNUMBERED, Wish, because
from tests.fakes.desk import Reception, ended, paused
from tests.fakes.encounters import Lobby, house_policies, marked
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


def becomes(state, at):
    return EngagementChanged(at=at, person=P1, state=state, previous=None, distance_m=2.0)


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


# What is done about it


def stood_for_long(lobby, *, told=True):
    """Greeted, offered help, and still there without a word."""
    lobby.page(0.0)
    lobby.attends("p1", 1.0)
    for i in range(2, 300):
        lobby.until(float(i))
        for act in [act for _, act in lobby.sent if isinstance(act, Act) and act.clauses]:
            lobby.finishes(act, float(i))
        if i == 95 and told:
            lobby.tell(holds(Context.WAITING, 95.0))


def test_who_stands_there_for_long_is_told_so_once_and_of_another_way():
    lobby, untold = Lobby(), Lobby()
    stood_for_long(lobby)
    stood_for_long(untold, told=False)
    assert lobby.branches() == ["greeting.words", "waiting.offer", "waiting.long"]
    ((at, words),) = [(at, words) for at, branch, words in lobby.said() if branch == "waiting.long"]
    assert 95.0 <= at < 97.0
    assert "a person" in words
    assert untold.branches() == ["greeting.words", "waiting.offer"]


def wished(*marks, told=True, now=100.0, later=()):
    """What the house would say to somebody of whom this is known."""
    situation = after(holds(Context.WAITING)) if told else after()
    attends = becomes(Engagement.ATTENDING, 3.0)
    situation = marked(update(situation, attends), P1, *marks)
    situation = marked(replace(situation, now=now - 60), P1, *later)
    policy = WaitingPolicy(house_policies().waiting)
    acts = policy.decide(replace(situation, now=now), attends).acts
    return [wish.act.reason.policy for wish in acts]


def test_a_long_wait_is_spoken_of_where_words_were_had_and_no_host_is_waited_for():
    assert wished(Mark.QUEUED) == ["waiting.long"]
    assert wished(Mark.QUEUED, told=False) == []
    assert wished(Mark.GREETED, Mark.OFFERED, Mark.WAITED) == []
    assert wished(Mark.QUEUED, Mark.WAITING) == []
    assert wished(Mark.QUEUED, Mark.WAITING, now=5000.0, later=(Mark.REASSURED,)) == []
    assert wished(Mark.QUEUED, Mark.REFUSED) == []
    assert wished() == []


def test_two_whose_eyes_meet_are_greeted_when_they_have_looked_away():
    lobby = Lobby()
    lobby.page(0.0)
    lobby.sees("p2", 0.5, x=1.7, y=-0.6)
    lobby.sees("p1", 0.5, x=1.6, y=0.6)
    lobby.tell(passes("mutual gaze", P2, 0.9))
    lobby.becomes("p1", 1.0, "attending")
    lobby.until(4.0)
    assert lobby.said() == []
    lobby.tell(passes("mutual gaze", P2, 4.5, holds=False))
    lobby.until(6.0)
    assert lobby.branches() == ["greeting.words"]


WAYS = [("where is the cafe", "no steps"), ("where is the lecture hall", "double doors on my left")]


@pytest.mark.parametrize(("asked", "told"), WAYS)
async def test_who_came_on_wheels_is_told_a_way_without_steps_where_the_usual_has_some(
    asked, told, tmp_path
):
    async with Reception(tmp_path) as desk:
        desk.tell(holds(Context.WHEELCHAIR, 0.0), becomes(Engagement.ENGAGED, 0.5))
        desk.tell(paused(1.0, asked), ended(1.1, asked, person=P1))
        await desk.settle(2)
        assert told in desk.said()


async def test_who_walks_or_came_after_them_is_told_the_usual_way(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(holds(Context.WHEELCHAIR, 0.0), PersonLost(at=0.5, person=P1))
        desk.tell(ended(1.1, "where is the cafe", person=P2))
        desk.tell(ended(5.1, "where is the cafe", turn=2, person=P1))
        await desk.settle(2)
        assert "through the arch" in desk.said()
        assert "no steps" not in desk.said()
