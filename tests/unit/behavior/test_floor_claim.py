"""Words and sound together say who wants the floor; neither decides against a sure other."""

import pytest

from agent.core.messages import ButtonPressed, StageState
from behavior.understanding.floor_claim import Said, wants_the_floor
from tests.unit.behavior.test_interruption import LOWERED_FIRST, QUESTION, ducked, floor_only, held


@pytest.mark.parametrize("said", Said)
def test_the_less_it_sounds_like_a_murmur_the_surer_it_wants_the_floor(said):
    sure = [wants_the_floor(said, trust=0.7, murmur=m) for m in (0.0, 0.2, 0.5, 0.8, 1.0)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1] + 0.3


def test_of_one_sound_words_that_ask_for_the_floor_count_most_and_murmurs_least():
    of = {said: wants_the_floor(said, trust=0.8, murmur=0.5) for said in Said}
    assert of[Said.FLOOR] > of[Said.WORDS] > of[Said.NOTHING] > of[Said.MURMUR]


@pytest.mark.parametrize(
    ("words", "trust", "murmur", "after"),
    [
        ("could", 0.9, 0.97, "duck:1"),  # "good", misheard
        ("could", 0.9, 0.2, "stop:words"),
        ("okay", 0.9, 0.4, "duck:1"),
        ("stop", 0.9, 0.6, "stop:words"),
        ("flood but", 0.1, 0.03, "stop:words"),  # hardly understood, but said as one says words
        ("flood but", 0.1, 0.9, "duck:1"),
        ("are you", 0.9, 0.2, "stop:words"),  # particles, said as one says words
        ("", 0.0, 0.9, "duck:1"),
    ],
)
def test_a_short_voice_is_judged_by_both(words, trust, murmur, after):
    lobby = held()
    assert floor_only(paused(lobby, words, trust, murmur)) == [after]


@pytest.mark.parametrize("words", ["okay", "amazing", "that is lovely"])
def test_an_answer_to_its_own_question_is_taken_however_it_sounds(words):
    assert floor_only(paused(held(QUESTION), words, 0.9, 0.99)) == ["stop:words"]
    assert floor_only(paused(held(), words, 0.9, 0.99)) == ["duck:1"]


def test_its_own_echo_is_no_interruption_however_it_sounds():
    lobby = held()
    echo = "is on the first floor past the lift"
    assert floor_only(paused(lobby, echo, 0.9, 0.01)) == ["duck:1"]


def test_how_surely_the_floor_must_be_wanted_is_a_setting():
    lobby = held(interruption={**LOWERED_FIRST, "yields_from": 0.95})
    assert floor_only(paused(lobby, "could", 0.9, 0.3)) == []


DOUBTFUL = ("could", 0.5, 0.6)
"""Words, trust and sound of what may have been either."""


def test_what_may_have_been_either_is_given_time_to_say_more_before_it_goes_on():
    lobby = held()
    assert floor_only(paused(lobby, *DOUBTFUL)) == []
    lobby.ends(10.5, "could", turn=2, voiced_s=0.5, confidence=0.5, murmur=0.6)
    lobby.until(11.4)
    assert lobby.situation.floor.gain == 0.0
    lobby.until(11.6)
    assert lobby.situation.floor.gain == 1.0


def test_whoever_says_more_in_that_time_gets_the_floor_and_whoever_murmurs_does_not():
    for words, after in (("where is it then", "stop:words"), ("okay", "duck:1")):
        lobby = held()
        paused(lobby, *DOUBTFUL)
        assert floor_only(lobby.speaks(11.0, turn=2, revision=1)) == []
        assert lobby.situation.floor.gain == 0.0
        assert floor_only(lobby.pauses(11.5, words, turn=2, revision=1)) == [after]


def test_no_doubt_keeps_it_silent_for_longer_than_a_listener_bears():
    lobby = held()
    for at in (10.5, 11.0):
        lobby.speaks_on(at, at - 10.0, turn=2)
    assert floor_only(lobby.pauses(11.15, "could", turn=2, confidence=0.5, murmur=0.6)) == []
    lobby.until(11.8)
    assert lobby.situation.floor.gain == 0.0
    lobby.until(12.0)
    assert lobby.situation.floor.gain == 1.0


def said_again(first, second, *, at=13.0):
    """What the second of two short voices leads to; the first was let pass."""
    lobby = held()
    assert "stop:words" not in floor_only(paused(lobby, *first))
    lobby.ends(10.5, first[0], turn=2, voiced_s=0.5, confidence=first[1], murmur=first[2])
    lobby.speaks(at, turn=3)
    lobby.speaks_on(at + 0.4, 0.4, turn=3)
    words, trust, murmur = second
    sent = lobby.pauses(at + 0.5, words, turn=3, confidence=trust, murmur=murmur)
    lobby.until(at + 2.0)
    return "stop:words" in floor_only(sent)


def test_nobody_has_to_ask_for_the_floor_three_times():
    assert said_again(DOUBTFUL, DOUBTFUL)
    assert not said_again(DOUBTFUL, DOUBTFUL, at=17.0)  # that is another matter
    assert not said_again(DOUBTFUL, ("okay", 0.9, 0.9))
    assert not said_again(("okay", 0.9, 0.9), DOUBTFUL)


@pytest.mark.parametrize("state", ["ducked", "held"])
def test_a_lowered_voice_is_never_forgotten(state):
    lobby = {"ducked": ducked, "held": held}[state]()
    paused(lobby, *DOUBTFUL)
    lobby.ends(10.5, "could", turn=2, voiced_s=0.5, confidence=0.5, murmur=0.6)
    lobby.tell(ButtonPressed(at=10.7, button="forget"))
    lobby.until(13.0)
    assert lobby.situation.floor.gain == 1.0


def test_hardly_understood_words_that_were_let_pass_do_not_stop_it_at_the_next_news():
    lobby = held()
    assert floor_only(lobby.pauses(10.4, "him", turn=2, confidence=0.1)) == ["duck:1"]
    assert floor_only(lobby.tell(StageState(at=10.6, speaking=True))) == []


def paused(lobby, words, trust, murmur):
    return lobby.pauses(10.5, words, turn=2, confidence=trust, murmur=murmur)
