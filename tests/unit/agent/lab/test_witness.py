"""What the witness holds against the agent, and what nobody could have known."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from agent.core.messages import (
    ActId,
    ActStarted,
    PersonId,
    SpeechContinues,
    SpeechStarted,
    TurnId,
)
from agent.lab.stage import TimedStage
from agent.lab.tape import Tape
from agent.lab.witness import Witness
from behavior.directory import SiteConfig
from behavior.lobby.truth import Entered, Refused, Spoke
from behavior.lobby.view import LobbyView
from tests.fakes.encounters import seen
from tests.unit.agent.lab.test_audit import person, says

SITE = SiteConfig(name="House", agent_name="Robin")


class Room:
    """People who stand where a test puts them, under the ids it gives them."""

    def __init__(self, *people):
        self.people = people
        self.numbers = {}
        self.truth = []
        self.plan = SimpleNamespace(agent=SimpleNamespace(x_m=0.0, y_m=0.0))
        self.at = 0.0

    def view(self):
        return LobbyView(at=self.at, plan="hall", hour=10.0, people=self.people)

    def number_of(self, who):
        return self.numbers.get(who)


def witness(*people):
    room = Room(*people)
    return room, Witness(room, SITE, Tape(), TimedStage(publish=lambda _: None), page=True)


def sees(room, one, at, who, number, **where):
    """The senses tell of a person; where they really stand is the room's business."""
    room.at, room.numbers[PersonId(who)] = at, number
    one.take(at, seen(who, at, **where))


def speaks(room, one, at, to, policy="waiting.offer", number=1):
    act = replace(says("Can I help you?", policy=policy), at=at, act=ActId(number), to=PersonId(to))
    room.at = at
    one.take(at, act)
    one.take(at, ActStarted(at=at, act=act.act, text="Can I help you?"))


def a_voice(one, at):
    one.take(at, SpeechStarted(at=at, turn=TurnId(1), revision=0))
    one.take(at + 0.5, SpeechContinues(at=at + 0.5, turn=TurnId(1), revision=0, voiced_s=0.5))


def broken(one):
    return {(breach.norm, breach.knowable) for breach in one.breaches}


@pytest.mark.parametrize(
    ("heard", "id_then", "moved_m", "knowable"),
    [
        (True, "p1", 0.0, True),
        (True, "p2", 0.0, True),
        (True, "p2", 1.5, False),
        (False, "p1", 0.0, False),
    ],
)
def test_a_refusal_counts_where_the_senses_told_of_it_and_of_the_same_person(
    heard, id_then, moved_m, knowable
):
    room, one = witness(person(1))
    room.truth += [
        Entered(at=0.0, person=1, ids=(), intention="visit", wants_help=True, group=0),
        Spoke(at=9.0, person=1, ids=(), text="no thanks"),
        Refused(at=10.0, person=1, ids=(), text="no thanks"),
    ]
    sees(room, one, 9.0, "p1", 1)
    if heard:
        a_voice(one, 9.0)
    one.see_what_happened(10.0)
    sees(room, one, 10.5, id_then, 1, y=moved_m)
    sees(room, one, 20.0, id_then, 1, y=moved_m)
    speaks(room, one, 20.0, id_then)
    assert broken(one) == {("refusals", knowable)}


@pytest.mark.parametrize(("moved_m", "knowable"), [(0.0, True), (1.5, False)])
def test_a_second_greeting_counts_where_the_person_could_be_followed(moved_m, knowable):
    room, one = witness(person(1))
    room.truth += [Entered(at=0.0, person=1, ids=(), intention="visit", wants_help=True, group=0)]
    sees(room, one, 1.0, "p1", 1)
    one.see_what_happened(1.0)
    speaks(room, one, 2.0, "p1", "greeting.words")
    assert broken(one) == set()
    sees(room, one, 2.5, "p1", 1)
    sees(room, one, 3.5, "p2", 1, y=moved_m)
    sees(room, one, 20.0, "p2", 1, y=moved_m)
    speaks(room, one, 20.0, "p2", "greeting.words", number=2)
    assert broken(one) == {("twice", knowable)}


@pytest.mark.parametrize("was_another", [False, True])
def test_a_passer_by_under_a_visitors_id_is_not_held_against_it(was_another):
    room, one = witness(person(2, x=2.0))
    room.truth += [
        Entered(at=0.0, person=2, ids=(), intention="passing", wants_help=False, group=0)
    ]
    one.see_what_happened(0.0)
    if was_another:
        sees(room, one, 1.0, "p1", 1)
    sees(room, one, 5.0, "p1", 2, x=2.0)
    one.look(room.view(), 0.5)
    room.people = (person(2, x=2.5),)
    one.look(room.view(), 0.5)
    speaks(room, one, 5.2, "p1", "farewell.words")
    assert broken(one) == {("passers_by", not was_another)}
