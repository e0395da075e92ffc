"""The hearing bench: its parts, and that its measures tell good from bad."""

import shutil

import pytest

from agent.bench.hearing import PARTS, measure
from agent.bench.hearing_noise import as_shown, taken_back
from agent.bench.hearing_voice import Counts
from agent.core.errors import BadInputError


def test_a_part_or_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match="no part whispers; there is live, noise"):
        measure(only="voice,whispers")
    with pytest.raises(BadInputError, match="there is no such folder"):
        measure(audio=tmp_path / "absent", only="voice")
    assert set(PARTS) >= {"noise", "where", "overlap", "who", "addressee", "echo"}


def test_the_short_voice_part_meets_its_targets_and_its_control_does_not():
    if shutil.which("flite") is None:
        pytest.skip("the made visitor needs flite: apt install flite")
    rows = measure(only="voice", short=True)
    assert all(row.met for row in rows)
    for row in rows[:-1]:
        assert row.control is not None
        assert row.control < row.value - 0.2


def test_frames_near_a_border_are_judged_neither_way():
    counts = Counts()
    counts.add([(1.02, 2.03)], [(1.0, 2.0)], 3.0)
    assert (counts.precision, counts.recall) == (1.0, 1.0)
    counts.add([(0.0, 1.0)], [(1.0, 2.0)], 3.0)
    assert counts.recall < 0.6


def test_words_taken_back_are_counted_and_the_rule_takes_none_back():
    readings = ["where", "wear is", "where is the", "where is the lift", "where is the lift now"]
    assert taken_back(readings) == 3
    assert taken_back(as_shown(readings)) == 0
