"""Scenario conversations in German, French, Spanish and Mandarin with the whole reception."""

import pytest

from behavior.languages.tongue import LANGUAGES
from tests.integration.visitor import played, scenarios

OTHERS = LANGUAGES[1:]
SCENARIOS = [scenario for code in OTHERS for scenario in scenarios(code)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s['file']}: {s['name']}")
def test_every_wording_of_a_visit_in_another_language_ends_well(scenario, tmp_path):
    wordings = max(len(turn.get("says", ())) for turn in scenario["turns"])
    runs = played(scenario, tmp_path, range(wordings), varied=False, encoder="words")
    assert [str(run) for run in runs if run.faults] == []


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_has_its_happy_path(code):
    names = " ".join(scenario["name"] for scenario in scenarios(code))
    for part in ("greeting", "restroom", "appointment", "parcel", "wifi", "hours", "rude",
                 "person", "emergency", "mid-visit", "not switched"):  # fmt: skip
        assert part in names
