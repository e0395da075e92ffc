"""Whose lips are beside whose: baselines are the best of the others, claims are as wide as true."""

import numpy as np
import pytest

from agent.bench.face_sides import (
    BY_SOUND,
    BY_SOUND_AND_TEXT,
    OF_ANOTHER,
    RULES,
    SHIFTED,
    TOLD_APART,
    WRONG_TEXT,
    Measure,
    Sides,
    held_out_of,
)
from agent.bench.face_table import figures_of, text_gains
from agent.bench.face_takes import OTHERS, by_held_shapes, by_rule, by_text, pooled
from tests.fakes.voices import speech

TEXT, JAW = OTHERS


@pytest.fixture(scope="module")
def take():
    phones = ["pau", "b", "iy", "m", "aa", "p", "ih", "v", "ay", "f", "uw", "b", "ah", "m", "pau"]
    return by_rule(speech(phones, " ".join(["word"] * 8), phone_s=0.2))


@pytest.mark.parametrize(
    ("card", "held_out"),
    [
        ("flite", "engine"),
        ("piper, flite", "engine"),
        ("flite:slt", "voice"),
        ("espeak", ""),
        ("", ""),
    ],
)
def test_one_voice_held_out_is_not_its_engine_held_out(card, held_out):
    assert held_out_of("flite", card) == held_out


def figures(take, row, *, more_is_better, held_out="voice", again=False):
    sides = Sides({RULES: [take], BY_SOUND: [take]}, "", held_out)
    measure = Measure("bilabial closure", "%", lambda _: 0.0, more_is_better)
    table = {
        measure.name: row,
        "viseme timing, median": dict.fromkeys(row, 1.0),
    }
    for each in table.values():
        each[BY_SOUND_AND_TEXT] = each[WRONG_TEXT] = 95.0
    return {f.name: f for f in figures_of(sides, table, [measure], again=again)}


ROW = {RULES: 99.5, BY_SOUND: 91.0, TEXT: 50.0, JAW: 20.0, SHIFTED: 30.0, OF_ANOTHER: 25.0}


def test_the_baseline_is_the_best_of_the_others(take):
    most = figures(take, dict(ROW), more_is_better=True)[f"{RULES}: bilabial closure"]
    assert (most.baseline, most.baseline_of) == (50.0, TEXT)
    least = figures(take, dict(ROW), more_is_better=False)[f"{RULES}: bilabial closure"]
    assert (least.baseline, least.baseline_of) == (20.0, JAW)
    gap = figures(take, ROW | {TEXT: np.nan}, more_is_better=True)[f"{RULES}: bilabial closure"]
    assert gap.baseline == 20.0


def test_what_is_held_out_is_said_and_a_voice_that_was_taught_is_no_test(take):
    judged = figures(take, dict(ROW), more_is_better=True)
    assert "voice held out of training" in judged[f"{BY_SOUND}: bilabial closure"].note
    taught = figures(take, dict(ROW), more_is_better=True, held_out="")
    assert f"{BY_SOUND}: bilabial closure" not in taught
    assert not taught[BY_SOUND].met
    assert list(figures(take, dict(ROW), more_is_better=True, again=True)) == [
        f"{RULES}, fake: bilabial closure"
    ]


def text_adds(closed, at_vowels):
    """The row, from per cent closed by sound alone, with the text, and with a wrong one."""
    sides = (BY_SOUND, BY_SOUND_AND_TEXT, WRONG_TEXT)
    shut, open_ = (dict(zip(sides, values, strict=True)) for values in (closed, at_vowels))
    table = {
        "bilabial closure": shut,
        "vowels closed by mistake": open_,
        TOLD_APART: {side: shut[side] - open_[side] for side in sides},
    }
    (row,) = text_gains(table, [Measure(name, "%", lambda _: 0.0, True) for name in table])
    return row


def test_what_a_text_adds_to_closures_is_weighed_against_vowels_that_it_closes():
    better = text_adds((99.0, 99.0, 50.0), (4.0, 2.0, 1.0))
    assert (better.value, better.met) == (pytest.approx(2.0), True)
    assert better.control == pytest.approx(-46.0)
    assert "at vowels 4.0 -> 2.0" in better.note
    # Lips that simply meet more often gain nothing.
    assert not text_adds((90.0, 100.0, 50.0), (5.0, 15.5, 1.0)).met


def test_vowels_that_stay_shut_are_counted(take):
    assert pooled([take], "closed vowels") == 0.0
    assert pooled([take.moved_by(np.zeros_like(take.faces))], "closed vowels") == 100.0


def test_shapes_held_at_the_true_times_close_where_those_timed_by_text_need_not(take):
    assert pooled([by_held_shapes(take)], "closure") == 100.0
    assert pooled([take], "closure") == 100.0
    assert pooled([take.shifted(0.2)], "closure") < 60  # where each vowel was
    late = take.moved_by(np.roll(by_text(take).faces, 12, axis=0))
    assert pooled([late], "closure") < 100
