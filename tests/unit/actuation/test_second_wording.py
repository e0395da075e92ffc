"""The rest of an act is said in other words, on the real stage, wherever it has got to."""

from dataclasses import replace

import pytest

from agent.core.messages import ActFinished, ActStarted, Clause, ClauseSpoken
from tests.fakes.stages import HandMoved, act
from tests.fakes.voices import speech, spelled

FIRST, NAME, LAST = "we have a big map of the house.", "miss bell is told of it.", "do sit down."
OTHER = "your host is told of it."


def said_again(of, *texts):
    """An act that revises another."""
    return replace(act(*texts), revises=of.act)


def told(stage, number):
    """What was heard of an act, and whether it was cut; None: it has not ended."""
    ends = [(f.heard, f.interrupted) for f in stage.of(ActFinished) if f.act == number]
    return ends[0] if len(ends) == 1 else None


def heard(stage):
    """All that was heard, in order."""
    return " ".join(f.heard for f in stage.of(ActFinished) if f.heard)


@pytest.fixture
def stage():
    stage = HandMoved()
    stage.run(0.5)
    return stage


def test_what_has_not_begun_is_never_heard_in_its_first_words(stage):
    old = act(NAME, LAST)
    new = said_again(old, OTHER, LAST)
    stage.stage.act(old, stage.now)  # no sound of it is there yet
    stage.act(new)
    stage.run(4.5)
    assert told(stage, old.act) == ("", True)
    assert [started.act for started in stage.of(ActStarted)] == [new.act]
    assert heard(stage) == f"{OTHER} {LAST}"


def test_a_clause_that_stays_as_it_was_is_said_to_its_end(stage):
    old = act(FIRST, NAME, LAST)
    stage.act(old)
    stage.run(0.6)
    new = said_again(old, FIRST, OTHER, LAST)
    stage.act(new)
    stage.run(5.0)
    assert told(stage, old.act) == (FIRST, True)
    assert told(stage, new.act) == (f"{OTHER} {LAST}", False)


def test_the_clause_that_is_being_heard_is_cut_where_its_words_change(stage):
    old = act(NAME, LAST)
    stage.act(old)
    stage.run(0.6)
    new = said_again(old, OTHER, LAST)
    stage.act(new)
    stage.run(5.0)
    words, cut = told(stage, old.act)
    assert cut
    assert NAME.startswith(words)
    assert len(words) < len(NAME)
    assert told(stage, new.act) == (f"{OTHER} {LAST}", False)


def test_clauses_that_were_heard_are_not_said_again(stage):
    old = act(FIRST, NAME, LAST)
    stage.act(old)
    while not stage.of(ClauseSpoken):
        stage.run(0.1)
    new = said_again(old, FIRST, OTHER, LAST)
    stage.act(new)
    stage.run(5.0)
    assert heard(stage) == f"{FIRST} {OTHER} {LAST}"


def test_only_the_end_of_an_act_may_be_given(stage):
    old = act(FIRST, NAME, LAST)
    stage.act(old)
    stage.run(0.6)
    new = said_again(old, OTHER, LAST)
    stage.act(new)
    stage.run(5.0)
    assert heard(stage) == f"{FIRST} {OTHER} {LAST}"


@pytest.mark.parametrize("after_s", [0.0, 0.6])
def test_what_waits_behind_is_said_afterwards_and_has_not_ended(stage, after_s):
    old, behind = act(FIRST, NAME), act("come in.")
    stage.act(old)
    stage.act(behind)
    stage.run(after_s)
    new = said_again(old, FIRST, OTHER)
    stage.act(new)
    assert told(stage, behind.act) is None
    stage.run(6.5)
    assert heard(stage) == f"{FIRST} {OTHER} come in."
    assert told(stage, behind.act) == ("come in.", False)


@pytest.mark.parametrize("after_s", [0.0, 0.6])
def test_what_stands_before_is_said_to_its_end(stage, after_s):
    first, old = act(FIRST, "come in."), act(NAME)
    stage.act(first)
    stage.act(old)
    stage.run(after_s)
    stage.act(said_again(old, OTHER))
    stage.run(6.5)
    assert heard(stage) == f"{FIRST} come in. {OTHER}"
    assert told(stage, old.act) == ("", True)


def test_what_is_over_is_not_said_in_other_words(stage):
    old = act(NAME)
    stage.act(old)
    stage.run(4.5)
    new = said_again(old, OTHER)
    stage.act(new)
    stage.run(4.0)
    assert told(stage, new.act) == ("", True)
    assert heard(stage) == NAME


def test_words_that_become_nothing_are_left_out(stage):
    old = act(FIRST, NAME)
    stage.act(old)
    stage.run(0.6)
    new = replace(act(FIRST), clauses=(Clause(text=FIRST), Clause(text="")), revises=old.act)
    stage.act(new)
    stage.run(5.0)
    assert told(stage, old.act) == (FIRST, True)
    assert told(stage, new.act) == ("", False)


def test_sound_of_the_old_words_that_comes_late_is_not_played(stage):
    old = act(FIRST, NAME)
    stage.act(old, sound=False)
    stage.give_sound(1)
    stage.run(0.6)
    late, index, _ = stage.wanted.pop(0)
    stage.act(said_again(old, FIRST, OTHER), sound=False)
    sound = speech(spelled(NAME), NAME)
    assert stage.stage.have_sound(late, index, sound, stage.now) is None
    stage.give_sound()
    stage.run(5.0)
    assert heard(stage) == f"{FIRST} {OTHER}"


@pytest.mark.parametrize("before_s", [0.7, 0.2, 0.05])
def test_what_was_sent_ahead_of_the_old_words_is_dropped(stage, before_s):
    old = act(FIRST, NAME)
    stage.act(old)
    ends_s = speech(spelled(FIRST), FIRST).duration_s
    stage.run(0.05 + ends_s - before_s, step=0.02)
    assert not stage.of(ClauseSpoken)
    stage.act(said_again(old, FIRST, OTHER))
    stage.run(5.0)
    length_s = sum(len(c.samples) / c.rate_hz for c in stage.body.sound)
    both_s = ends_s + speech(spelled(OTHER), OTHER).duration_s
    assert length_s == pytest.approx(both_s, abs=0.002)
    assert heard(stage) == f"{FIRST} {OTHER}"
