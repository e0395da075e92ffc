"""Requests put in ways that the scenarios do not have, typed, each said once and not again."""

from pathlib import Path

import pytest

from tests.fakes.desk import learn
from tests.integration.visitor import played
from tests.made_yaml import read_yaml

HERE = Path(__file__).parent
SETS = read_yaml(HERE / "fresh_wordings.yaml")
IN_LANGUAGES = read_yaml(HERE / "fresh_in_languages.yaml")


def right(cases, folder, language="en"):
    """How many lines end well, and the visits that do not."""
    wrong, well = [], 0
    encoder = "minilm" if language == "en" else "words"
    if language == "en":
        learn(line for case in cases for line in (*case.get("after", ()), *case["says"]))
    for number, case in enumerate(cases):
        turn = {k: case[k] for k in ("says", "expect", "absent") if k in case} | {"typed": True}
        before = [{"says": [line]} for line in case.get("after", ())]
        scenario = {"name": str(number), "turns": [*before, turn], "language": language}
        scenario |= {k: case[k] for k in ("at", "done", "not_done") if k in case}
        runs = played(
            scenario, folder / str(number), range(len(case["says"])), varied=False, encoder=encoder
        )
        wrong += [run for run in runs if run.faults]
        well += sum(not run.faults for run in runs)
    return well, wrong


@pytest.mark.long
@pytest.mark.parametrize(("name", "at_least"), [("dev", 324), ("new", 60), ("sixth", 61)])
def test_what_ended_well_once_stays_so(name, at_least, tmp_path, record_property):
    well, wrong = right(SETS[name], tmp_path)
    record_property("ended well", f"{well} of {well + len(wrong)}")
    assert well >= at_least, "\n".join(map(str, wrong))


@pytest.mark.parametrize(("code", "at_least"), [("de", 14), ("fr", 13), ("es", 14), ("zh", 14)])
def test_so_does_what_ended_well_in_another_language(code, at_least, tmp_path):
    well, wrong = right(IN_LANGUAGES[code], tmp_path, code)
    assert well >= at_least, "\n".join(map(str, wrong))
