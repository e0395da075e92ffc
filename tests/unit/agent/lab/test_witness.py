"""What the witness holds against the agent, and what nobody could have known."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from agent.core.messages import (
    ActId,
    ActStarted,
    Clause,
    PersonId,
    SpeechContinues,
    SpeechStarted,
    TurnId,
)
from agent.lab.audit import named_in
from agent.lab.stage import TimedStage
from agent.lab.tape import Tape
from agent.lab.witness import Witness
from behavior.house.site import Host, SiteConfig
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


# Names that follow


class Speaks:
    """Somebody of the house is named in the second clause of an answer to person 1."""

    def __init__(self, *clauses):
        self.room, self.told = Room(person(1)), []
        self.stage = TimedStage(publish=self.told.append)
        self.one = Witness(self.room, HOUSE, Tape(), self.stage, page=True)
        self.act = replace(
            says("", policy="reply.answer", reply_to=TurnId(1)),
            clauses=tuple(Clause(text=text) for text in clauses),
        )
        self.one.take(10.0, self.act)
        self.stage.act(self.act, 10.0)
        self.now = 10.0

    def until(self, at, *, told=True):
        """Time passes in tenths; all that stand there are told of, or nobody."""
        while self.now < at - 1e-9:
            self.now = round(self.now + 0.1, 6)
            for someone in self.room.people:
                if told:
                    who = f"p{someone.person}"
                    sees(self.room, self.one, self.now, who, someone.person)
            self.stage.advance(self.now)
            while self.told:
                self.one.take(self.now, self.told.pop(0))
            self.room.at = self.now
            self.one.see_what_happened(self.now)
        return broken(self.one)

    def comes(self, **where):
        self.room.people = (*self.room.people, person(2, **where))


FIRST, NAMED = "You are expected.", "In a moment Ms Keller is with you."
HOUSE = SiteConfig(name="House", agent_name="Robin", hosts=(Host(name="Anna Keller"),))


def test_a_name_that_follows_is_judged_when_it_is_said():
    speaks = Speaks(FIRST, NAMED)
    assert speaks.until(10.8) == set()
    speaks.comes(y=1.0)
    assert speaks.until(11.4) == set()  # the first clause is still being said
    assert speaks.until(16.0) == {("names", True)}
    assert len(speaks.one.breaches) == 1


def test_who_comes_when_the_name_is_out_has_not_heard_it():
    speaks = Speaks(NAMED, FIRST)
    speaks.until(12.0)
    speaks.comes(y=1.0)
    assert speaks.until(16.0) == set()


def test_who_comes_after_the_name_but_before_the_end_has_not_heard_it_either():
    speaks = Speaks("Ms Keller has a message that you are here and comes down in a moment.")
    speaks.until(11.4)
    speaks.comes(y=1.0)
    assert speaks.until(12.0) == set()
    assert speaks.stage.heard(12.0) is not None  # the clause goes on


def test_who_goes_before_the_name_is_said_has_not_heard_it_either():
    speaks = Speaks(FIRST, NAMED)
    speaks.until(10.8)
    speaks.comes(y=1.0)
    speaks.until(11.4)
    speaks.room.people = speaks.room.people[:1]
    assert speaks.until(16.0) == set()


def test_a_stranger_who_comes_unseen_could_not_be_known():
    speaks = Speaks(FIRST, NAMED)
    speaks.until(10.8)
    speaks.comes(y=1.0)
    assert speaks.until(16.0, told=False) == {("names", False)}


def test_who_comes_no_nearer_than_earshot_hears_no_name():
    speaks = Speaks(FIRST, NAMED)
    speaks.until(10.8)
    speaks.comes(x=6.0)
    assert speaks.until(16.0) == set()


def test_who_came_with_the_visitor_is_no_stranger_when_the_visitors_id_is_lost():
    speaks = Speaks(FIRST, NAMED)
    speaks.room.truth += [
        Entered(at=0.0, person=n, ids=(), intention="visit", wants_help=True, group=5)
        for n in (1, 2)
    ]
    speaks.one.see_what_happened(0.0)
    speaks.room.numbers[PersonId("p1")] = 1
    speaks.comes(y=1.0)
    speaks.until(10.8)
    speaks.room.people = tuple(replace(one, place=one.place) for one in speaks.room.people)
    speaks.room.number_of = lambda _: None
    for k in range(109, 160):
        speaks.now = k / 10
        speaks.stage.advance(speaks.now)
        speaks.one.see_what_happened(speaks.now)
    assert broken(speaks.one) == set()


def test_one_name_is_held_against_it_once():
    speaks = Speaks(NAMED, NAMED)
    speaks.comes(y=1.0)
    assert speaks.until(16.0) == {("names", True)}
    assert len(speaks.one.breaches) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ms Keller expects you.", range(1, 2)),
        ("Anna Keller, of course.", range(2)),
        ("That is Keller.", range(2, 3)),
        ("The kellerman is out.", None),
        ("Nobody is here.", None),
    ],
)
def test_where_a_name_begins(text, words):
    assert named_in(text, frozenset({"anna keller", "keller"})) == words
