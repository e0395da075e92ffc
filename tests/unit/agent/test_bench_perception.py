"""The bench of seeing: what cannot be measured is missed, and what came of a film is judged."""

import math
from dataclasses import replace

import pytest

from agent.bench import perception
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
