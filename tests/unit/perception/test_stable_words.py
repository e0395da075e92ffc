"""Words that are shown while they are spoken do not flicker."""

import pytest

from agent.core.messages import TurnEnded, TurnId, TurnPaused, WordsHeard
from perception.words.stable import StableWords


def shown(*readings, judge=None, turn=1):
    judge = judge or StableWords()
    return [
        judge.complete(WordsHeard(at=float(i), turn=TurnId(turn), revision=0, text=text)).stable
        for i, text in enumerate(readings)
    ]


def test_a_word_is_shown_once_two_readings_agree_on_it_and_have_gone_on():
    told = shown("where", "where is", "where is the", "where is the lift", "where was the lift now")
    assert told == ["", "", "", "where", "where"]


def test_the_newest_words_are_there_for_whoever_must_decide_at_once():
    said = StableWords().complete(WordsHeard(at=1.0, turn=TurnId(1), revision=0, text="stop it"))
    assert (said.text, said.stable) == ("stop it", "")


@pytest.mark.parametrize(
    "readings",
    [
        ("a b c", "a b c", "a x c d", "a x c d e", "a b c d e"),
        ("i am", "i am here", "high am here to", "i am here to see", "i am here to see anna"),
        ("one two", "one two", "two", "won two three", "won two three four", "three four"),
    ],
)
def test_what_is_shown_only_grows(readings):
    told = [text.split() for text in shown(*readings)]
    for before, after in zip(told, told[1:], strict=False):
        assert after[: len(before)] == before


def test_a_word_more_or_less_before_it_does_not_show_a_word_twice():
    told = shown("i have an old", "i have an old appointment", "i i have an old appointment with",
                 "i i have an old appointment with anna")  # fmt: skip
    assert told == ["", "i have", "i have an", "i have an old"]


def test_the_settled_words_of_a_pause_stand_and_more_is_added_to_them():
    judge = StableWords()
    shown("where is", judge=judge)
    judge.complete(TurnPaused(at=2.0, turn=TurnId(1), revision=0, text="where is anna"))
    more = "where is anna keller", "where is anna keller please today"
    told = shown(*more, f"{more[1]} then", judge=judge)
    assert told == ["where is anna", "where is anna", "where is anna keller"]


def test_another_turn_begins_with_nothing():
    judge = StableWords()
    shown("good morning", "good morning", judge=judge)
    end = TurnEnded(at=3.0, turn=TurnId(1), revision=0, text="good morning")
    assert judge.complete(end) == end
    assert shown("good", judge=judge, turn=2) == [""]
