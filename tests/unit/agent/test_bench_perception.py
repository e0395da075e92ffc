"""The bench of seeing: what cannot be measured is missed, and what came of a film is judged."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.bench import perception, perception_things
from agent.bench.figure import Figure
from agent.bench.perception_bad import Came, as_it_should, cases
from agent.core.errors import BackendUnavailableError


def unready():
    raise ExceptionGroup("tasks", [BackendUnavailableError("the agent was not ready in time")])


def test_a_part_that_cannot_be_measured_is_missed_and_the_others_are_told(monkeypatch, capsys):
    monkeypatch.setattr(perception, "between_figures", unready)
    good = Figure(name="acts", value=1.0, unit="")
    monkeypatch.setattr(perception, "action_figures", lambda: [good])
    missed, found = perception.measure(only="between,actions")
    assert not missed.met
    assert math.isnan(missed.value)
    assert "not ready in time" in missed.note
    assert found is good
    assert "actions: " in capsys.readouterr().err


def test_a_fault_of_the_bench_itself_is_not_passed_over(monkeypatch):
    monkeypatch.setattr(perception, "between_figures", lambda: [][0])
    with pytest.raises(IndexError):
        perception.measure(only="between")


def test_a_film_is_as_it_should_be_only_with_its_people_its_word_and_no_stack():
    black = cases()["black"]
    came = Came(code=0, people=0, told="the camera sees only black; uncover the lens")
    assert as_it_should(black, came)
    wrong = [{"code": None}, {"code": 2}, {"people": 1}, {"told": ""}]
    wrong.append({"told": came.told + "; Traceback"})
    assert not any(as_it_should(black, replace(came, **one)) for one in wrong)
    assert as_it_should(cases()["empty"], replace(came, code=2, told="it is empty"))


def test_without_a_model_of_things_that_part_is_missed_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    (missed,) = perception.measure(only="things")
    assert not missed.met
    assert "foyer models pull --objects" in missed.note


def test_a_shape_is_painted_where_its_corners_say_whichever_way_they_go_round():
    corners = np.array([(2.0, 1.0), (6.0, 1.0), (6.0, 3.0), (2.0, 3.0)])
    for way in (corners, corners[::-1]):
        pixels = np.zeros((6, 8, 3), np.uint8)
        perception_things.paint(pixels, way, (9, 8, 7))
        assert {tuple(at) for at in np.argwhere(pixels[..., 0] == 9)} == {
            (y, x) for y in (1, 2, 3) for x in (2, 3, 4, 5, 6)
        }
