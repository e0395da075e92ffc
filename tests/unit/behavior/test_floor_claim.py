"""Words and sound together say who wants the floor; neither decides against a sure other."""

import pytest

from behavior.understanding.floor_claim import Said, wants_the_floor
from tests.unit.behavior.test_interruption import QUESTION, floor_only, held


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
        ("okay", 0.9, 0.2, "duck:1"),
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
    lobby = held(interruption={"yields_from": 0.95})
    assert floor_only(paused(lobby, "could", 0.9, 0.3)) == ["duck:1"]


def paused(lobby, words, trust, murmur):
    return lobby.pauses(10.5, words, turn=2, confidence=trust, murmur=murmur)
