"""The scenarios with a language model that words them, and with one that fails in every known way.

What is done and said within its time has to be the same as without a model. Time is virtual but
while the server is asked: then it passes as in life.
"""

import asyncio

import pytest

from agent.core.clock import LoopClock
from agent.core.messages import ModelAnswered
from agent.virtual_time import VirtualTimeLoop
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.model.server import ModelServerConfig
from tests.fakes.desk import GESTURES
from tests.fakes.model_server import AFTER_FIRST, FAULTS, ModelServer
from tests.integration.visitor import _Ready, play, scenarios

# Sockets are real here.
pytestmark = pytest.mark.patient
SCENARIOS = [s for language in ("en", "de", "fr", "es", "zh") for s in scenarios(language)]
SLOW = {"hang", "slow_drip", "hang_after_first", "endless_comments"}
"""Faults that cost the whole deadline, each turn."""


def served(chosen, folder, *, fault="", seeds=(0,), **config):
    """Visits with a model behind the desk: the runs, what the model made of it, the server."""

    async def visits():
        told, runs = [], []
        async with ModelServer(words_the_draft=True, fault=fault) as server:
            for number, scenario in enumerate(chosen):
                (folder / f"{number}").mkdir()
                dialogue = OpenAiCompatibleDialogue(
                    embedded=_Ready(scenario, "minilm"),
                    config=ModelServerConfig(
                        url="http://127.0.0.1:9/v1" if fault == "absent" else server.url,
                        **({"first_clause_s": 2.0, "whole_s": 3.0, "failures": 20} | config),
                    ),
                    publish=told.append,
                    clock=LoopClock(asyncio.get_running_loop()),
                    gestures=GESTURES,
                )
                runs += await play(
                    scenario, folder / f"{number}", seeds, varied=False, backend=dialogue
                )
        return runs, [m for m in told if isinstance(m, ModelAnswered)], server

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s=20)) as runner:
        return runner.run(visits())


def few(fault, count):
    """Some scenarios for a fault, others for another; of those that ask the model at all."""
    start = 7 * sorted(FAULTS).index(fault)
    short = [s for s in SCENARIOS if len(s["turns"]) <= 3 and not s.get("slow")]
    return [short[(start + i) % len(short)] for i in range(count)]


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_every_scenario_ends_well_with_a_model_that_words_it(part, tmp_path):
    runs, answered, server = served(SCENARIOS[part::4], tmp_path)
    assert [str(run) for run in runs if run.faults] == []
    assert [m.fault for m in answered if m.fault] == []
    assert len(answered) == len(server.requests) > len(runs) / 2


@pytest.mark.parametrize("fault", sorted(FAULTS - SLOW))
def test_whatever_the_model_does_the_tasks_are_done_and_the_desk_is_heard_in_time(fault, tmp_path):
    runs, answered, server = served(few(fault, 3), tmp_path, fault=fault, first_clause_s=0.8)
    assert [str(run) for run in runs if run.faults] == []
    assert all(m.fault for m in answered)
    begun = [m for m in answered if m.first_clause_s is not None]
    assert bool(begun) is (fault in AFTER_FIRST and bool(answered))


@pytest.mark.parametrize("fault", sorted(SLOW))
def test_a_model_that_keeps_silent_is_waited_for_until_its_deadline_only(fault, tmp_path):
    runs, answered, _ = served(
        few(fault, 2), tmp_path, fault=fault, first_clause_s=0.4, whole_s=0.7
    )
    assert [str(run) for run in runs if run.faults] == []
    assert all(m.fault and m.whole_s < 0.7 + 0.3 for m in answered)


def test_the_model_is_really_asked_in_most_scenarios_and_its_words_are_taken(tmp_path):
    """The control of the above: without asking, nothing could go wrong."""
    chosen = SCENARIOS[::10]
    runs, answered, server = served(chosen, tmp_path)
    assert len(server.requests) >= len(chosen) / 2
    assert all(m.first_clause_s is not None for m in answered)
    assert all(run.lines for run in runs)
