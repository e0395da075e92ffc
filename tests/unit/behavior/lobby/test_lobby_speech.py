"""The lobby's microphone: turns that pause, go on and end as those of perception do."""

import random

import pytest

from agent.core.messages import (
    LineTyped,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnPaused,
    WordsHeard,
)
from behavior.lobby.ear import Ear
from behavior.lobby.microphone import Microphone
from behavior.lobby.noise import HearingNoise


def microphone(seed=1, names=(), **noise):
    return Microphone(HearingNoise(**noise), random.Random(seed), frozenset(names))


def listen(mic, until, now=0.0):
    found = []
    while now <= until:
        mic.step(now, lambda message, now=now: found.append((now, message)))
        now += 0.1
    return found


def of(found, kind):
    return [message for _, message in found if isinstance(message, kind)]


def test_a_line_is_one_turn_that_starts_goes_on_pauses_and_ends():
    mic = microphone()
    mic.say(1, "Good morning, I am here to see Priya Nair.", 0.0, 14.0, (0, 0, 0))
    found = listen(mic, 6)
    kinds = [type(message) for _, message in found]
    assert kinds[0] is SpeechStarted
    assert kinds[-2:] == [TurnPaused, TurnEnded]
    assert set(kinds[1:-2]) == {SpeechContinues, WordsHeard}
    ended = of(found, TurnEnded)[0]
    assert ended.text == "good morning i am here to see priya nair"
    assert ended.at == pytest.approx(42 / 14)
    assert ended.voiced_s == pytest.approx(3.0)
    assert not mic.busy


def test_it_is_told_later_than_it_happened():
    mic = microphone(pause_s=0.2, ends_s=0.5)
    line = mic.say(1, "Where is the lift?", 0.0, 14.0, (0, 0, 0))
    told = {type(message): at for at, message in listen(mic, 5)}
    assert told[TurnPaused] == pytest.approx(line.end + 0.2, abs=0.11)
    assert told[TurnEnded] == pytest.approx(line.end + 0.5, abs=0.11)


def test_a_short_gap_makes_a_new_revision_and_a_long_one_a_new_turn():
    def turns(gap_s):
        mic = microphone()
        mic.say(1, "I would like to see my host please", 0.0, 12.0, (1.0, gap_s, gap_s))
        return listen(mic, 30)

    short, long = turns(0.5), turns(1.6)
    assert len(of(short, TurnEnded)) == 1
    assert of(short, TurnEnded)[0].revision >= 2
    assert len(of(long, TurnEnded)) >= 3
    assert {one.revision for one in of(long, TurnEnded)} == {0}
    for found in (short, long):
        words = " ".join(one.text for one in of(found, TurnEnded))
        assert words == "i would like to see my host please"


def test_words_are_misheard_as_often_as_the_noise_says():
    mic = microphone(word_errors=0.2)
    text = "please tell the people upstairs that my train was rather late today"
    wrong = total = 0
    for _ in range(300):
        heard = mic.mishear(text).split()
        total += len(text.split())
        wrong += sum(word not in heard for word in text.split())
    assert wrong / total == pytest.approx(0.17, abs=0.04)


def test_names_are_misheard_at_a_rate_of_their_own():
    mic = microphone(names={"priya", "nair"}, name_errors=1.0)
    heard = mic.mishear("I am here to see Priya Nair").split()
    assert heard[:5] == ["i", "am", "here", "to", "see"]
    assert "priya" not in heard
    assert "nair" not in heard


def test_a_turn_may_come_empty_or_not_at_all():
    empty = microphone(empty_turns=1.0)
    empty.say(1, "Hello there.", 0.0, 14.0, (0, 0, 0))
    (ended,) = of(listen(empty, 4), TurnEnded)
    assert (ended.text, ended.confidence) == ("", 0.0)
    deaf = microphone(missed_turns=1.0)
    deaf.say(1, "Hello there.", 0.0, 14.0, (0, 0, 0))
    assert listen(deaf, 4) == []
    assert not deaf.busy


def test_a_noise_is_a_turn_without_words_of_nobody():
    mic = microphone()
    mic.rustle(0.0, 0.4)
    (ended,) = of(listen(mic, 3), TurnEnded)
    assert ended.text == ""
    assert mic.speakers[ended.turn] == 0


def test_whoever_breaks_off_has_said_only_the_first_words():
    mic = microphone()
    mic.say(1, "I have a delivery for the people on the second floor", 0.0, 12.0, (0, 0, 0))
    found = listen(mic, 1.5)
    mic.break_off(1.6)
    found += listen(mic, 6, now=1.7)
    (ended,) = of(found, TurnEnded)
    assert ended.at == pytest.approx(1.6)
    assert "i have a delivery for".startswith(ended.text)
    assert ended.text


@pytest.mark.parametrize("at", [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0])
def test_breaking_off_at_any_moment_ends_the_line(at):
    mic = microphone(seed=3)
    mic.say(1, "I would like to see my host please", 0.0, 12.0, (1.0, 1.2, 1.6))
    listen(mic, at)
    mic.break_off(at + 0.05)
    listen(mic, at + 5, now=at + 0.1)
    assert not mic.busy


def test_breaking_off_after_a_turn_and_before_the_next_ends_the_line():
    mic = microphone()
    line = mic.say(1, "I would like to see my host please", 0.0, 12.0, (1.0, 1.6, 1.6))
    between = line.stretches[0].end + 1.35
    listen(mic, between)
    mic.break_off(between)
    found = listen(mic, between + 4, now=between + 0.1)
    assert found == []
    assert not mic.busy


def test_a_typed_line_is_at_once_a_whole_turn():
    line, ended = microphone().type(7, "where is the lift", 3.0)
    assert isinstance(line, LineTyped)
    assert (ended.typed, ended.text, ended.at) == (True, "where is the lift", 3.0)


def test_cues_are_found_whatever_the_case():
    ear = Ear({"asks": (r"\byour name\b",), "other": (r"\bnothing\b",)})
    assert ear.cues("What is YOUR name?") == {"asks"}
    assert ear.matches((r"wi-?fi",), "The Wi-Fi is free.")
    assert not ear.matches((), "The Wi-Fi is free.")
