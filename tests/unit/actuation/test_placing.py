"""Where strokes go: the same for every seed, in time, begun before the sound if need be."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.style import BodyStyle
from actuation.stage.config import PerformerConfig
from actuation.stage.stage import Stage
from agent.core.messages import GestureCue
from tests.fakes.gestured import SENTENCES, choice, chosen, clause, score_of
from tests.fakes.stages import act
from tests.fakes.voices import speech, spelled

LONG_FIRST = "Strengthened and wonderful things are to be had here."


def placed(seed):
    """Names and requested stresses of a talk without a pause, and when each was ready."""
    gestures = Gesticulation(seed=seed)
    said = [speech(spelled(text), text) for text in SENTENCES[:14]]
    strokes = []
    for spoken in score_of(*said, starts_s=1.0):
        gestures.for_clause(spoken, earliest_s=spoken.start_s - 0.9)
        strokes += gestures.latest
    return strokes


def test_a_seed_changes_how_strokes_are_made_and_never_which():
    talks = [placed(seed) for seed in range(6)]
    which = [[(s.lexeme, s.hands, round(s.asked_s, 6)) for s in talk] for talk in talks]
    assert all(each == which[0] for each in which)
    made = {tuple(round(s.end_of_hold_s, 6) for s in talk) for talk in talks}
    assert len(made) == len(talks)


def test_a_variety_for_which_there_is_no_time_does_not_come_late():
    spoken = clause("It was this that counted.", GestureCue(lexeme="halt", word=2), starts_s=1.0)
    slow, usual = choice(), choice()
    slow.placing.vary = lambda style: style.model_copy(update={"speed": 0.8 * style.speed})
    (plain,) = chosen(spoken, usual)
    early_s = plain.start_s  # as much time as the usual stroke takes, and none to spare
    while chosen(spoken, choice(), earliest_s=early_s + 0.01)[0].apex_s <= plain.apex_s:
        early_s += 0.01
    (late,) = chosen(spoken, slow, earliest_s=early_s)
    assert late.apex_s == pytest.approx(plain.apex_s, abs=0.002)


def test_a_gesture_bound_to_no_word_takes_the_strongest_stress_that_it_can_reach():
    spoken = clause(LONG_FIRST, GestureCue(lexeme="welcome_arms"), starts_s=0.0)
    strongest_s = spoken.stroke_s(None)
    (free,) = chosen(spoken, earliest_s=-2.0)
    assert free.apex_s == pytest.approx(strongest_s)
    (hurried,) = chosen(spoken, earliest_s=strongest_s - 0.1)
    stresses_s = [p.at_s for p in spoken.prominences]
    assert hurried.apex_s > strongest_s + 0.1
    assert np.abs(np.array(stresses_s) - hurried.apex_s).min() < 0.021


def test_hands_say_how_long_before_the_sound_they_must_begin():
    first, later = (
        clause(LONG_FIRST, GestureCue(lexeme="halt", word=word), starts_s=0.0) for word in (0, 7)
    )
    choosing = choice()
    lead_s = choosing.lead_s(first)
    assert 0.1 < lead_s < 0.6
    assert chosen(first, earliest_s=-lead_s)[0].apex_s == pytest.approx(first.stroke_s(0))
    assert choosing.lead_s(later) == 0.0
    unbound = clause(LONG_FIRST, GestureCue(lexeme="halt"), starts_s=0.0)
    assert choosing.lead_s(unbound) == 0.0
    choosing.placing.style = BodyStyle(speed=0.7)
    assert choosing.lead_s(first) > lead_s


@pytest.mark.parametrize(("word", "most_s"), [(0, 0.35), (0, 0.1), (7, 0.35)])
def test_sound_waits_for_a_hand_that_must_begin_before_it_and_no_longer(word, most_s):
    wanted = []
    stage = Stage(
        config=PerformerConfig(gesture_wait_s=most_s), gestures=Gesticulation(), lead_s=0.25,
        start=0.0, publish=lambda _: None, send=lambda _: None,
        want=lambda on_stage, index, _: wanted.append((on_stage, index)),
    )  # fmt: skip
    spoken = act(LONG_FIRST)
    cued = replace(spoken.clauses[0], gestures=(GestureCue(lexeme="halt", word=word),))
    stage.advance(1.0)
    stage.act(replace(spoken, clauses=(cued,)), 1.0)
    said = speech(spelled(LONG_FIRST), LONG_FIRST)
    scored = stage.have_sound(*wanted[0], said, 1.0)
    waits_s = stage._current.stage_at(0.0) - 1.0
    needed_s = choice().lead_s(scored)
    assert waits_s == pytest.approx(max(0.05, min(most_s, needed_s)), abs=1e-6)
    assert (waits_s > 0.06) == (word == 0)
