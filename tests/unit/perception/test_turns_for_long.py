"""A long life, and sound as it should not be: hours of nothing, a radio, a clock that jumps."""

import tracemalloc

import numpy as np
import pytest

from agent.core.messages import SpeechStarted, TurnEnded
from perception.audio import FRAME_S
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded

HOUR_S = 3600.0
CONFIG = TurnsConfig()


def told_by(turns, probability, seconds, *, start=0.0, answers=True):
    """Messages of so many seconds of sound; words and judgements come at once."""
    for i in range(int(seconds / FRAME_S)):
        outcomes = turns.hear(start + i * FRAME_S, probability(i * FRAME_S))
        for wish in outcomes:
            if isinstance(wish, SettleWords) and answers:
                text = "and then we went on to the next"
                heard = Heard(turn=wish.turn, revision=wish.revision, text=text, confidence=0.9)
                outcomes += turns.read(heard)
            elif isinstance(wish, JudgeEnd) and answers:
                judged = Sounded(turn=wish.turn, revision=wish.revision, finished=0.7)
                outcomes += turns.sounded(judged)
        yield from outcomes


def radio(at):
    """Somebody who talks on, with a breath of a quarter of a second now and then."""
    return 0.02 if at % 4.1 < 0.25 else 0.95


def test_an_hour_without_speech_says_nothing_and_costs_nothing():
    turns = TurnTaker(CONFIG)
    tracemalloc.start()
    assert list(told_by(turns, lambda at: 0.02, 10.0)) == []
    before, _ = tracemalloc.get_traced_memory()
    assert list(told_by(turns, lambda at: 0.02, HOUR_S / 4, start=10.0)) == []
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 4_000


@pytest.mark.parametrize("answers", [True, False])
def test_a_radio_is_cut_into_turns_that_all_end_and_memory_stays_flat(answers):
    turns = TurnTaker(CONFIG)
    started, ended, sizes = 0, 0, []
    tracemalloc.start()
    for minute in range(8):
        start = minute * 60.0
        for one in told_by(turns, radio, 60.0, start=start, answers=answers):
            started += isinstance(one, SpeechStarted) and one.revision == 0
            ended += isinstance(one, TurnEnded)
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert started - ended in (0, 1)
    assert ended >= 8 * 60 / (CONFIG.longest_turn_s + 8.0)
    assert sizes[-1] - sizes[3] < 8_000


def test_a_turn_of_five_minutes_is_heard_to_its_end():
    out = list(told_by(TurnTaker(CONFIG), lambda at: radio(at) if at < 300 else 0.02, 306.0))
    ends = [one for one in out if isinstance(one, TurnEnded)]
    assert ends[-1].at == pytest.approx(300, abs=4.5)
    assert sum(end.voiced_s for end in ends) > 240


@pytest.mark.parametrize("jump_s", [HOUR_S, 30.0, -5.0, -HOUR_S])
@pytest.mark.parametrize("paused", [False, True])
def test_a_clock_that_jumps_closes_the_turn_and_the_next_one_is_taken_as_ever(jump_s, paused):
    turns = TurnTaker(CONFIG)
    first = list(told_by(turns, lambda at: 0.95 if at < 1.5 or not paused else 0.02, 1.7))
    start = 1.7 + jump_s
    second = list(told_by(turns, lambda at: 0.95 if at < 1.0 else 0.02, 4.0, start=start))
    ends = [one for one in (*first, *second) if isinstance(one, TurnEnded)]
    begun = [one for one in (*first, *second) if isinstance(one, SpeechStarted)]
    assert [one.turn for one in ends] == sorted({one.turn for one in begun})
    assert len(ends) == 2
    assert ends[1].at == pytest.approx(start + 1.0, abs=0.1)


def test_a_hitch_of_the_clock_is_no_jump():
    turns = TurnTaker(CONFIG)
    chance = np.random.default_rng(3)
    at, ends = 0.0, []
    for i in range(100):
        at += FRAME_S + float(chance.uniform(-0.04, 0.04))
        out = turns.hear(at, 0.95 if i < 60 else 0.02)
        for wish in [one for one in out if isinstance(one, SettleWords)]:
            out += turns.read(Heard(turn=wish.turn, revision=wish.revision, text="yes"))
        ends += [one for one in out if isinstance(one, TurnEnded)]
    assert len(ends) == 1
