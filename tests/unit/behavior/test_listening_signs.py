"""What a listener shows and says while somebody speaks, or waits for an answer."""

import pytest

from agent.core.messages import GazeTarget
from tests.fakes.encounters import MORNING, Lobby, acts_of, kinds


def murmurs(words="and then we came back home", *, hour=10, **changes):
    """What it does at a pause after seven seconds of voice."""
    lobby = Lobby(start=MORNING.replace(hour=hour), **changes)
    lobby.attends("p1", 1.0)
    lobby.until(4.0)  # it has greeted, and said that it is an AI
    for act in [one for one in acts_of([sent for _, sent in lobby.sent]) if one.clauses]:
        lobby.finishes(act, 6.0)
    lobby.speaks(10.0)
    for i in range(1, 36):
        lobby.speaks_on(10.0 + i / 5, i / 5)
    lobby.pauses(17.0, words)
    lobby.until(17.6)
    return lobby


def test_it_murmurs_at_the_end_of_a_clause_in_a_long_turn():
    (act,) = murmurs().acts("listening.murmur")
    assert [clause.text for clause in act.clauses] == ["Mm-hm."]
    assert [cue.lexeme for cue in act.gestures] == ["nod"]


@pytest.mark.parametrize(
    "words", ["and then we went to", "i was looking for um", "so can you tell me where it is"]
)
def test_it_neither_nods_nor_murmurs_over_a_question_or_a_search_for_words(words):
    lobby = murmurs(words)
    assert lobby.acts("listening.murmur") == lobby.acts("listening.nod") == []


@pytest.mark.parametrize(
    "changes", [{"listening": {"murmurs_until_hour": 9.0}}, {"listening": {"murmurs": ()}}]
)
def test_in_quiet_hours_and_where_the_house_wants_it_so_it_only_nods(changes):
    lobby = murmurs(**changes)
    assert lobby.acts("listening.murmur") == []
    assert len(lobby.acts("listening.nod")) == 1


def test_going_on_over_a_murmur_interrupts_nothing_and_is_answered():
    lobby = murmurs()
    (murmur,) = lobby.acts("listening.murmur")
    lobby.starts(murmur, 17.5)
    lobby.speaks(17.7, revision=1)
    lobby.finishes(murmur, 18.0)
    lobby.pauses(18.5, "okay", revision=1)
    lobby.ends(18.5, "okay", revision=1, voiced_s=8.0)
    assert [
        k for k in kinds([one for _, one in lobby.sent]) if k.startswith(("duck", "stop"))
    ] == []
    (act,) = [a for a in acts_of(lobby.replies(18.6, "Good.", revision=1)) if a.clauses]
    assert act.reason.policy == "reply.answer"


def thinks(**changes):
    """What it says and does until 5 s after a question that nobody answers."""
    lobby = Lobby(reply=changes)
    lobby.attends("p1", 1.0)
    lobby.until(4.0)
    for act in [one for one in acts_of([sent for _, sent in lobby.sent]) if one.clauses]:
        lobby.finishes(act, 6.0)
    lobby.speaks(10.0)
    lobby.ends(12.0, "where is the canteen", voiced_s=2.0)
    return lobby


@pytest.mark.parametrize(("by", "words"), [("looking_away", 0), ("a_word", 1)])
def test_who_waits_for_an_answer_gets_one_sign_of_thinking_by_gaze_or_by_a_word(by, words):
    lobby = thinks(thinks_by=by)
    lobby.until(12.59)
    assert lobby.acts("reply.thinking") == []
    lobby.until(14.0)
    (act,) = lobby.acts("reply.thinking")
    assert len(act.clauses) == words
    assert (act.gaze is not None and act.gaze.target is GazeTarget.AWAY) == (words == 0)


@pytest.mark.parametrize("by", ["looking_away", "a_word"])
def test_a_quick_answer_comes_without_a_sign_of_thinking(by):
    lobby = thinks(thinks_by=by)
    lobby.replies(12.3, "On the first floor.")
    lobby.until(20.0)
    assert lobby.acts("reply.thinking") == lobby.acts("reply.filler") == []
