"""Somebody comes near between planning a name and saying it: what is still unsaid is put otherwise.

A visitor p1 stands at 1.2 m and is answered; `s1` is a stranger.
"""

import pytest

from agent.core.messages import (
    ActFinished,
    ActStarted,
    Clause,
    ClauseSpoken,
    Duck,
    PersonId,
    ReplyReady,
    StageState,
    TurnId,
)
from behavior.situation.people import Mark
from tests.fakes.encounters import Lobby, acts_of, house_norms

HELLO = Clause(text="Good morning.")
NAMED = Clause(
    text="Ms Bell expects you at nine.", discreet="Your host expects you.", screen="2.14"
)
LATE = Clause(text="You are expected by Ms Bell.", discreet="You are expected.")
SEAT = Clause(text="Please take a seat.")


def answers(*clauses, **more):
    """A visitor has asked, and this is the answer that went to the stage at 10.0 s."""
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False}, **more)
    lobby.page(0.0)
    lobby.attends("p1", 1.0, x=1.2)
    lobby.speaks(8.5)
    lobby.ends(10.0, "who expects me", voiced_s=1.0)
    ready = ReplyReady(at=10.0, turn=TurnId(1), revision=0, clauses=clauses)
    (act,) = [one for one in acts_of(lobby.tell(ready)) if one.clauses]
    return lobby, act


def begins(lobby, act, at):
    lobby.tell(StageState(at=at, speaking=True))
    return lobby.tell(ActStarted(at=at, act=act.act, text="..."))


def hears(lobby, act, index, at):
    return lobby.tell(ClauseSpoken(at=at, act=act.act, index=index, text="..."))


def comes(lobby, at, who="s1", **where):
    """A stranger is told of; returns what is said instead of what is on stage."""
    sent = acts_of(lobby.sees(who, at, **({"x": 1.8, "y": 0.8} | where)))
    return [one for one in sent if one.revises is not None]


def said(act):
    return [clause.text for clause in act.clauses]


def test_a_name_that_has_not_begun_is_put_otherwise_when_a_stranger_comes():
    lobby, act = answers(NAMED, SEAT)
    (new,) = comes(lobby, 10.1)
    assert new.revises == act.act
    assert said(new) == ["Your host expects you.", "Please take a seat."]
    assert new.clauses[0].screen is None
    assert (new.to, new.in_reply_to, new.priority) == (act.to, act.in_reply_to, act.priority)
    assert "names_are_not_for_strangers" in new.reason.norms
    assert "nobody else's business" in new.reason.because


def test_without_a_stranger_it_is_left_as_it_was():
    lobby, _ = answers(NAMED, SEAT)
    assert comes(lobby, 10.1, x=6.0) == []
    assert comes(lobby, 10.2, "p1", x=1.2, y=0.0) == []


def test_the_norm_decides_and_not_the_stage():
    norms = [norm for norm in house_norms() if norm.id != "names_are_not_for_strangers"]
    lobby, _ = answers(NAMED, norms=norms)
    assert comes(lobby, 10.1) == []


def test_an_exception_to_the_norm_holds_here_too():
    names = next(norm for norm in house_norms() if norm.id == "names_are_not_for_strangers")
    alarm = next(norm for norm in house_norms() if norm.id == "alarm_comes_first")
    always = alarm.model_copy(
        update={"when": {"act.names_somebody": names.when["act.names_somebody"]}}
    )
    lobby, _ = answers(NAMED, norms=[names, always])
    assert comes(lobby, 10.1) == []


def test_clauses_without_names_are_left_to_end():
    lobby, act = answers(HELLO, NAMED, SEAT)
    begins(lobby, act, 10.2)
    (new,) = comes(lobby, 10.6)
    assert said(new) == ["Good morning.", "Your host expects you.", "Please take a seat."]


def test_what_has_been_heard_is_not_thought_over():
    lobby, act = answers(NAMED, SEAT)
    begins(lobby, act, 10.2)
    hears(lobby, act, 0, 12.0)
    assert comes(lobby, 12.1) == []


def test_who_has_said_half_a_name_stops_there():
    lobby, act = answers(NAMED, SEAT)
    begins(lobby, act, 10.2)
    (new,) = comes(lobby, 10.5)
    assert said(new)[0] == "Your host expects you."


def test_a_name_that_is_out_is_not_helped_by_stopping():
    lobby, act = answers(NAMED, LATE)
    begins(lobby, act, 10.2)
    (new,) = comes(lobby, 13.5)
    assert said(new) == [NAMED.text, "You are expected."]


def test_where_the_name_ends_the_clause_there_is_longer_to_stop():
    early = Clause(text="Ms Bell is expecting you.", discreet="Somebody is expecting you.")
    for clause, too_late in ((early, True), (LATE, False)):
        lobby, act = answers(clause)
        begins(lobby, act, 10.2)
        assert (comes(lobby, 11.6) == []) is too_late


def test_the_time_of_a_clause_begins_with_the_end_of_the_one_before():
    lobby, act = answers(HELLO, HELLO, NAMED)
    begins(lobby, act, 10.2)
    hears(lobby, act, 0, 13.0)
    hears(lobby, act, 1, 16.0)
    (new,) = comes(lobby, 16.3)
    assert said(new) == ["Your host expects you."]


def test_it_is_thought_over_once_and_not_with_every_picture():
    lobby, act = answers(NAMED, SEAT)
    (new,) = comes(lobby, 10.1)
    assert comes(lobby, 10.2) == []
    lobby.tell(ActFinished(at=10.2, act=act.act, heard="", interrupted=True))
    assert comes(lobby, 10.3) == []
    assert [one.act for one in lobby.situation.floor.speech] == [new.act]


def test_who_came_together_with_the_visitor_may_hear_it():
    lobby, _ = answers(NAMED)
    assert len(comes(lobby, 10.1)) == 1
    lobby = Lobby(waiting={"enabled": False})
    for k in range(40):
        for who, y in (("p1", 0.0), ("p2", 0.8)):
            lobby.sees(who, 0.1 * k, x=5.5 - 0.1 * k, y=y, approach=1.0)
    lobby.attends("p1", 4.1, x=1.4)
    lobby.until(6.0)
    assert lobby.situation.people["p2"].has(Mark.GREETED)
    lobby.performs([one for _, one in lobby.sent], 6.0, 9.0)
    lobby.speaks(9.5)
    lobby.ends(10.0, "who expects us", voiced_s=0.5, person=PersonId("p1"))
    lobby.tell(ReplyReady(at=10.0, turn=TurnId(1), revision=0, clauses=(NAMED,)))
    assert comes(lobby, 10.1, "p2", x=1.4) == []


def test_the_visitor_under_a_new_id_is_no_stranger():
    lobby, _ = answers(NAMED)
    assert comes(lobby, 10.1, "p9", x=1.3, y=0.1) == []


def test_what_is_held_is_thought_over_when_it_goes_on():
    lobby, act = answers(HELLO, NAMED)
    begins(lobby, act, 10.2)
    lobby.speaks(10.4, turn=2)
    lobby.speaks_on(11.0, 0.6, turn=2)
    assert lobby.situation.floor.gain == 0.0
    assert comes(lobby, 11.1) == []
    lobby.ends(11.6, "mhm", turn=2, voiced_s=0.6)
    lobby.until(14.0)
    resumed = [
        i for i, (_, one) in enumerate(lobby.sent) if isinstance(one, Duck) and one.gain == 1
    ]
    new = [i for i, (_, one) in enumerate(lobby.sent) if getattr(one, "revises", None) == act.act]
    assert len(new) == 1
    assert resumed[0] < new[0]


def test_a_visitors_mm_hm_does_not_keep_the_name_in():
    """No norm on beginning to speak is asked again of what is being said already."""
    lobby, act = answers(HELLO, NAMED)
    begins(lobby, act, 10.2)
    lobby.speaks(10.4, turn=2)
    assert lobby.situation.visitor_speaks
    assert 0.0 < lobby.situation.floor.gain < 1.0
    (new,) = comes(lobby, 10.42)  # before the voice is held
    assert said(new) == ["Good morning.", "Your host expects you."]


def test_a_phrase_that_is_said_again_gives_its_name_away_again():
    """It was held in the middle of the name, and goes on from the start of the phrase."""
    lobby, act = answers(NAMED)
    begins(lobby, act, 10.2)
    lobby.speaks(10.4, turn=2)
    lobby.speaks_on(11.0, 0.6, turn=2)
    assert lobby.situation.floor.gain == 0.0
    lobby.ends(13.0, "mhm", turn=2, voiced_s=0.6)
    lobby.until(13.2)
    assert lobby.situation.floor.gain == 1.0
    (new,) = comes(lobby, 13.3)
    assert said(new) == ["Your host expects you."]


def test_an_answer_in_parts_goes_on_after_it_was_put_otherwise():
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False})
    lobby.attends("p1", 1.0, x=1.2)
    lobby.speaks(8.5)
    lobby.ends(10.0, "who expects me", voiced_s=1.0)
    part = ReplyReady(at=10.0, turn=TurnId(1), revision=0, clauses=(NAMED,), last=False)
    lobby.tell(part)
    (new,) = comes(lobby, 10.1)
    assert new.more_follows
    rest = lobby.replies(10.5, "Please take a seat.", part=1)
    assert [said(one) for one in acts_of(rest)] == [["Please take a seat."]]


@pytest.mark.parametrize("late_s", [0.0, 1.0])
def test_past_cases_and_reasons_tell_of_it(late_s):
    lobby, _ = answers(NAMED, SEAT)
    comes(lobby, 10.1 + late_s)
    assert any("names_are_not_for_strangers" in case.norms for case in lobby.planner.cases)
