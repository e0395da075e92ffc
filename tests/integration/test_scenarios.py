"""Scenario conversations with the whole embedded reception: as written, and misheard."""

import os
import sys

import pytest

from tests.integration.visitor import played, scenarios
from tests.integration.wordings import SCENARIOS as FOLDER

SCENARIOS = scenarios()
ALL = 20
VISITS = int(os.environ.get("FOYER_VISITS", "2"))
"""Visits of each scenario, misheard each in its own way; the whole measure is 20."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s['file']}: {s['name']}")
def test_every_wording_of_a_scenario_ends_well(scenario, tmp_path):
    wordings = max(len(turn.get("says", ())) for turn in scenario["turns"])
    runs = played(scenario, tmp_path, range(wordings), varied=False)
    assert [str(run) for run in runs if run.faults] == []


@pytest.mark.long
def test_19_of_20_end_well_said_in_other_ways_and_misheard(tmp_path, record_property):
    runs = []
    for number, scenario in enumerate(SCENARIOS):
        first = 100 + (0 if VISITS == ALL else number % ALL)
        runs += played(scenario, tmp_path / str(number), range(first, first + VISITS), errors=1.0)
    failed = [run for run in runs if run.faults]
    wrong = sum(run.words_wrong for run in runs) / sum(run.words for run in runs)
    figure = f"{len(runs) - len(failed)} of {len(runs)} ended well, {wrong:.1%} of words misheard"
    sys.stdout.write(f"\n{figure}\n")
    record_property("ended well", figure)
    assert wrong > 0.03
    assert len(failed) <= 0.05 * len(runs), "\n".join(map(str, failed))


@pytest.mark.long
def test_without_the_encoder_most_of_it_still_works(tmp_path):
    runs = []
    for number, scenario in enumerate(SCENARIOS):
        runs += played(scenario, tmp_path / str(number), (0, 1), varied=False, encoder="words")
    failed = [run for run in runs if run.faults]
    assert len(failed) <= 0.15 * len(runs), "\n".join(map(str, failed))


def test_there_are_more_than_eighty_and_every_tool_is_asked_for():
    assert len(SCENARIOS) >= 80
    deeds = " ".join(deed for s in SCENARIOS for deed in s.get("done", ()))
    for tool in ("who", "department", "way", "room_free", "agenda", "expected", "take_number",
                 "my_number", "look", "listen"):  # fmt: skip
        assert f"Tool {tool} done" in deeds, tool
    assert all(word in deeds for word in ("NotifyHost", "CallHelp", "Ticket", "Forget"))


def test_every_scenario_has_a_name_of_its_own_in_its_file():
    names = [(s["file"], s["name"]) for s in SCENARIOS]
    assert len(set(names)) == len(names)
    assert list(FOLDER.glob("*.yaml"))
