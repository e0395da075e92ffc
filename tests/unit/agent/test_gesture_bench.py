"""The bench of bodies on one short sentence: what it says of who moves, and of who does not."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.body_sources import IdleSource, RulesSource
from agent.bench.gesture_hour import hour_figures
from agent.bench.gesture_joins import interval, jerk_ratios, joins_figure, with_seams
from agent.bench.gesture_knobs import knob_figures
from agent.bench.gesture_stage import (
    _away,
    _stop,
    act_of,
    changes_of_mind,
    interruptions,
    played,
)
from agent.bench.gesture_table import (
    mean_speeds,
    measures,
    row_of,
    slots_found,
    table_of,
)
from agent.bench.gesture_takes import take_of
from agent.core.messages import Clause, GestureCue
from tests.fakes.voices import speech, spelled

TEXT = "It was somewhat late for that so we left it."


@pytest.fixture(scope="module")
def take():
    said = speech(spelled(TEXT), TEXT)
    cue = GestureCue(lexeme="thumb_up", word=7)
    return take_of((Clause(text=TEXT, gestures=(cue,)),), [said])


def test_rules_meet_their_slots_and_an_idle_body_meets_none(take):
    rows = [row_of(source, [take], seeded=1) for source in (IdleSource(), RulesSource())]
    table = table_of(rows, [m for m in measures(None) if not m.name.startswith(("BC", "ends"))])
    assert table["apex within 50 ms"] == {"idle": 0.0, "rules": 100.0}
    assert table["pose error at the apex"]["rules"] < 0.01
    assert table["L1 diversity"]["idle"] < table["L1 diversity"]["rules"]
    assert table["spread over seeds"]["rules"] > 0
    assert all(np.isfinite(found.late_s) for found in slots_found(rows[1]))
    assert set(mean_speeds(rows[1])) == set(mean_speeds(rows[0]))
    assert np.isfinite(jerk_ratios(rows[1].moved)).all()


class Stuck(RulesSource):
    """Rules that do not hear of style."""

    name = "stuck"

    def motion(self, clauses, at_s, seed, wish):
        from actuation.gestures.style import BodyStyle

        return super().motion(clauses, at_s, seed, wish.model_copy(update={"style": BodyStyle()}))


@pytest.mark.long
def test_a_knob_that_moves_nothing_is_found_out(take):
    figures, table = knob_figures(Stuck(), [take], seeds=(3,))
    size = next(f for f in figures if "knob size" in f.name)
    assert "moves by 0 " in size.note
    assert table.count("\n") == sum("leaks" in f.name for f in figures)


def test_a_stop_is_seen_and_a_change_of_mind_makes_no_jump(take):
    said = take.clauses[0].speech
    (cut,) = interruptions([said], 1)
    assert cut.frames <= 2
    assert 0.1 < cut.back_s < 0.4
    assert cut.push < cut.jump / 10
    around, usual = changes_of_mind([said])
    assert around.max() < 190
    assert usual.max() > 0


def test_a_gesture_that_outlasts_its_words_ends_with_a_stop_all_the_same(take):
    said = take.clauses[0].speech
    act = act_of(said, None)
    act = replace(act, clauses=(Clause(text=TEXT, gestures=(GestureCue(lexeme="wave", word=9),)),))
    until_s = 0.5 + said.duration_s + 2.0
    twin = played(act, said, until_s)
    away = _away(twin, twin.joints[5])
    at_s = 0.5 + said.duration_s + 0.15
    assert away[round(at_s * 60)] > 0.5, "the gesture is over before its words"
    cut = played(act, said, until_s, at_s, _stop)
    assert _away(cut, cut.joints[5])[round((at_s + 0.36) * 60)] < 0.06


def test_minutes_on_stage_are_clear_and_the_control_is_not(take):
    figures = hour_figures(RulesSource(), [replace(take)], 0.05)
    assert [figure.value for figure in figures] == [0, 0, 0]
    assert figures[0].control == 10


def test_joins_are_found_where_there_is_a_seam_and_nowhere_else(take):
    (made,) = row_of(RulesSource(), [take], seeded=0).moved
    found = [replace(made, joints=made.joints[k:]) for k in range(6)]
    figure = joins_figure("rules", found)
    assert figure.met, figure
    broken = [replace(each, joints=with_seams(each.joints)) for each in found]
    assert not joins_figure("rules", broken).met
    assert figure.control == pytest.approx(joins_figure("rules", broken).value)


def test_an_interval_tells_chance_from_a_difference():
    random = np.random.default_rng(4)
    chance = np.exp(0.2 * random.normal(size=24))
    mean, low, high = interval(chance)
    assert low < mean < high
    assert low < 1 < high
    assert interval(1.3 * chance)[1] > 1
    assert np.isnan(interval(np.array([np.nan]))[0])
