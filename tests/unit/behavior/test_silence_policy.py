"""The policy of silence by itself: whom it speaks to, and when not."""

from dataclasses import replace

import pytest

from agent.core.messages import (
    Clause,
    PersonId,
    Place,
    ReplyReady,
    StageState,
    TurnEnded,
    TurnId,
)
from behavior.policies.silence import SilenceConfig, SilencePolicy
from behavior.situation.floor import Floor, Turn
from behavior.situation.people import Mark, Person
from behavior.situation.state import Devices, Encounter, Situation

WHO = PersonId("a")
ASKED = "Of course. What is your name, please?"


def asked(words=ASKED, intent="meet_host", **person):
    """A visitor who was asked something 20 s ago, at 10 s."""
    reply = ReplyReady(
        at=9.0, turn=TurnId(1), revision=0, clauses=(Clause(text=words),), intent=intent
    )
    ended = TurnEnded(at=8.0, turn=TurnId(1), revision=0, text="i have an appointment")
    turn = Turn(
        id=TurnId(1), began_at=7.0, voice_began_at=7.0, voice_at=8.0, ended=ended,
        replies=(reply,), parts_spoken=1, closed=True,
    )  # fmt: skip
    somebody = Person(
        id=WHO, place=Place(x_m=1.2, y_m=0.0), first_seen_at=0.0, seen_at=30.0,
        attending_since=5.0, marks={Mark.SPOKE: 8.0},
    )  # fmt: skip
    return Situation(
        now=30.0,
        people={WHO: replace(somebody, **person)},
        encounter=Encounter(addressee=WHO, since=7.0, active_at=10.0),
        turns={TurnId(1): turn},
        floor=Floor(spoken=(words,)),
        devices=Devices(page_connected=True, page_used_at=None),
    )


def wishes(situation, **config):
    return SilencePolicy(SilenceConfig(**config)).decide(
        situation, StageState(at=situation.now, speaking=False)
    )


def test_a_question_without_an_answer_is_put_once_in_other_words():
    (wish,) = wishes(asked()).acts
    assert wish.proactive
    assert wish.marks == ((WHO, Mark.OFFERED),)
    assert wish.act.clauses[0].text.endswith("?")
    assert wish.act.clauses[0].text not in ASKED
    assert not wish.act.clauses[-1].text.endswith("?")


def test_until_then_it_waits():
    early = replace(asked(), now=15.0)
    assert wishes(early).acts == ()
    assert wishes(early).wake_at == 22.0
    assert wishes(early, after_s=4.0).acts


@pytest.mark.parametrize(
    "situation",
    [replace(asked(), acted={"silence.again": 25.0}),
     asked(marks={Mark.SPOKE: 8.0, Mark.OFFERED: 25.0}),
     asked(marks={Mark.SPOKE: 8.0, Mark.REFUSED: 8.5}),
     asked(attending_since=None),
     asked(place=Place(x_m=3.5, y_m=0.0)),
     asked("The lift is over there."),
     asked(intent="thanks+greeting"),
     asked(intent="form"),
     replace(asked(), devices=Devices(page_connected=True, page_used_at=20.0)),
     replace(asked(), encounter=None),
     replace(asked(), turns={})],
    ids=["said already", "offered", "refused", "turned away", "far", "no question", "courtesy",
         "form", "types", "no encounter", "no turn"],
)  # fmt: skip
def test_who_is_left_in_peace(situation):
    assert wishes(situation).acts == ()


def test_an_offer_before_the_question_does_not_count():
    assert wishes(asked(marks={Mark.SPOKE: 8.0, Mark.OFFERED: 5.0})).acts
    assert wishes(replace(asked(), acted={"silence.again": 5.0})).acts


def test_off_is_off():
    assert wishes(asked(), enabled=False).acts == ()


def test_one_question_among_small_talk_is_a_question():
    assert wishes(asked(intent="thanks+meet_host")).acts


def test_a_name_in_the_question_is_not_said_again():
    (wish,) = wishes(asked("Did you say Tomas Berger?", "meet_host")).acts
    assert len(wish.act.clauses) == 1


def test_the_line_said_longest_ago_comes_next():
    lines = SilenceConfig().otherwise
    (wish,) = wishes(replace(asked(), lines=(lines[0],))).acts
    assert wish.act.clauses[-1].text == lines[1]
