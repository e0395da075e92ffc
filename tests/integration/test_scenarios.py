"""Scenario conversations with the embedded dialogue: as typed, and as imperfectly heard."""

import pytest

from tests.fakes.desk import demo_desk
from tests.integration.visitor import converse, scenarios

SCENARIOS = scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
def test_every_wording_of_a_scenario_ends_well(scenario):
    desk = demo_desk("minilm")
    wordings = max(len(turn["says"]) for turn in scenario["turns"])
    faults = [f for seed in range(wordings) for f in converse(scenario, desk, seed).faults]
    assert faults == []


def test_nineteen_of_twenty_end_well_with_every_tenth_word_wrong():
    desk = demo_desk("minilm")
    runs = [converse(s, desk, seed, word_errors=0.1) for s in SCENARIOS for seed in (100, 101, 102)]
    failed = [run for run in runs if run.faults]
    assert len(failed) <= 0.05 * len(runs), [run.faults for run in failed]


def test_without_the_encoder_most_of_it_still_works():
    runs = [converse(s, demo_desk("words"), seed) for s in SCENARIOS for seed in (0, 1)]
    failed = [run for run in runs if run.faults]
    assert len(failed) <= 0.15 * len(runs), [run.faults for run in failed]
