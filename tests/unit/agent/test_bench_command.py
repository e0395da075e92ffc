"""`foyer bench` knows every bench there is, and says what one does not take."""

import importlib
import inspect
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.commands.bench import BENCHES

BENCH = Path(__file__).parents[3] / "agent" / "bench"


def test_every_bench_that_exists_is_listed_and_no_other():
    found = {
        path.stem
        for path in BENCH.glob("*.py")
        if "\ndef measure(" in (t := path.read_text()) or "\nasync def measure(" in t
    }
    assert found == set(BENCHES)


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_can_be_measured_without_arguments(name):
    measure = importlib.import_module(f"agent.bench.{name}").measure
    needed = [p for p in inspect.signature(measure).parameters.values() if p.default is p.empty]
    assert needed == []


def test_an_option_that_a_bench_does_not_take_is_refused(capsys):
    assert main(["bench", "loop", "--clip", "x.mp4"]) == 2
    assert "loop takes no --clip" in capsys.readouterr().err
