"""Murmurs are told from words that want the floor by their sound; no other turn waits for it."""

import numpy as np
import pytest

from agent.core.messages import TurnEnded, TurnPaused
from perception.audio import FRAME_S
from perception.turns.murmur import (
    Line,
    chance_of_murmur,
    features,
    read_line,
    read_lists,
    voice_rows,
    with_words_of_listeners,
)
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded
from tests.fakes.sounds import script


def hear(turns, *parts, murmur=0.9, judges=True, listens=None):
    """When what came; words a frame after they are asked for, the judgement three frames later."""
    out, due, at = [], [], 0.0
    for p in script(*parts):
        outcomes = turns.hear(at, p)
        at += FRAME_S
        for when, wish in [one for one in due if one[0] <= at]:
            due.remove((when, wish))
            if isinstance(wish, SettleWords):
                heard = Heard(
                    turn=wish.turn, revision=wish.revision, text="could", confidence=0.9,
                    listens=listens,
                )  # fmt: skip
                outcomes += turns.read(heard)
            else:
                told = Sounded(turn=wish.turn, revision=wish.revision, finished=0.5, murmur=murmur)
                outcomes += turns.sounded(told)
        out += [(at, one) for one in outcomes]
        due += [(at + FRAME_S, one) for one in outcomes if isinstance(one, SettleWords)]
        asked = [one for one in outcomes if isinstance(one, JudgeEnd)]
        due += [(at + 3 * FRAME_S, one) for one in asked if judges]
    return out


def only(out, kind):
    ((at, one),) = [(at, one) for at, one in out if isinstance(one, kind)]
    return at, one


def over_the_agent():
    turns = TurnTaker(TurnsConfig())
    turns.agent_speaks(True)
    return turns


SHORT = ((0.5, 0.0), (0.4, 0.95), (3.0, 0.0))


def test_over_the_agents_voice_words_and_sound_are_told_together():
    out = hear(over_the_agent(), *SHORT)
    assert only(out, TurnPaused)[1].murmur == 0.9
    assert only(out, TurnPaused)[1].text == "could"
    assert only(out, TurnEnded)[1].murmur == 0.9


def test_who_speaks_while_the_agent_is_silent_is_neither_asked_about_nor_kept_waiting():
    out = hear(TurnTaker(TurnsConfig()), *SHORT)
    asked_at, asked = only(out, JudgeEnd)
    told_at, told = only(out, TurnPaused)
    assert asked.voice_s is None
    assert told_at - asked_at == pytest.approx(FRAME_S)
    assert told.murmur is None


def test_where_nobody_judges_the_sound_the_words_are_told_all_the_same():
    out = hear(over_the_agent(), *SHORT, judges=False)
    at, told = only(out, TurnPaused)
    assert told.murmur is None
    assert 0.38 < at - told.at < 0.5


def test_a_long_voice_is_no_murmur_and_is_not_asked_about():
    out = hear(over_the_agent(), (0.5, 0.0), (1.8, 0.95), (3.0, 0.0))
    assert only(out, JudgeEnd)[1].voice_s is None


def test_the_ear_is_told_where_in_the_sound_the_voice_is():
    out = hear(over_the_agent(), *SHORT)
    asked_at, asked = only(out, JudgeEnd)
    began_s, ended_s = asked.voice_s
    assert asked_at - began_s == pytest.approx(0.5, abs=2 * FRAME_S)
    assert began_s - ended_s == pytest.approx(0.4, abs=0.1)


def test_the_rows_of_a_voice_are_those_of_its_time():
    rows = np.arange(400, dtype=np.float32)[:, None]
    assert voice_rows(rows, 1.0, 0.5)[[0, -1], 0].tolist() == [350, 374]
    assert voice_rows(rows, 20.0, 7.9)[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert len(voice_rows(rows, 0.2, 0.19)) == 3


def test_what_comes_first_and_what_comes_last_are_told_apart():
    rows = np.zeros((9, 2), np.float32)
    early, late = rows.copy(), rows.copy()
    early[0, 0] = late[-1, 0] = 1.0
    a, b = features(early, 0.3), features(late, 0.3)
    assert a[:4] == pytest.approx(b[:4])
    assert np.abs(a - b).max() > 0.1


def test_odds_follow_the_line_and_stay_inside_it():
    zero, one, weights = np.float32([[0, 0], [1, 1], [1, 0]])
    line = Line(mean=zero, spread=one, weights=weights, bias=0.0)
    chances = [chance_of_murmur(np.array([x, 5.0], np.float32), line) for x in (-99, 0, 2, 99)]
    assert chances[1] == 0.5
    assert chances[2] == pytest.approx(0.8808, abs=1e-3)
    assert 0 < chances[0] < 0.01
    assert 0.99 < chances[3] < 1


def test_weights_of_another_encoder_and_other_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="the weights are for"):
        chance_of_murmur(np.zeros(7, np.float32))
    with pytest.raises(ValueError, match="too few"):
        features(np.zeros((2, 4), np.float32), 0.04)
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    with pytest.raises(ValueError, match="foyer train murmurs"):
        read_line(tmp_path / "other.npz")


@pytest.mark.parametrize("kind", [TurnPaused, TurnEnded])
def test_a_sound_that_fits_what_listeners_say_is_more_of_a_murmur(kind):
    told = [only(hear(over_the_agent(), *SHORT, listens=x), kind)[1] for x in (-1.0, None, 1.0)]
    assert told[0].murmur < told[1].murmur == 0.9 < told[2].murmur < 1.0


def test_how_a_stretch_fits_says_nothing_of_the_next():
    turns = over_the_agent()
    parts = ((0.5, 0.0), (0.4, 0.95), (0.35, 0.0), (0.4, 0.95), (3.0, 0.0))
    heard, at, last = iter((3.0, None)), 0.0, []
    for p in script(*parts):
        for one in turns.hear(at, p):
            if isinstance(one, SettleWords):
                fits = next(heard)
                reading = Heard(turn=one.turn, revision=one.revision, text="x", listens=fits)
                last += turns.read(reading)
            if isinstance(one, JudgeEnd):
                told = Sounded(turn=one.turn, revision=one.revision, finished=0.5, murmur=0.5)
                last += turns.sounded(told)
        at += FRAME_S
    paused = [one.murmur for one in last if isinstance(one, TurnPaused)]
    assert paused[0] > 0.8
    assert paused[1] == 0.5


@pytest.mark.parametrize("listens", [-3.0, 0.0, 3.0])
def test_ear_and_words_of_listeners_each_count(listens):
    chances = [with_words_of_listeners(x, listens) for x in (0.0, 0.3, 0.7, 1.0)]
    assert chances == sorted(set(chances))
    assert all(0.0 < one < 1.0 for one in chances)
    assert with_words_of_listeners(0.4, None) == 0.4


def test_files_without_lists_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", listens=np.zeros(3))
    with pytest.raises(ValueError, match="lacks claims; run foyer train murmurs"):
        read_lists(tmp_path / "other.npz")
