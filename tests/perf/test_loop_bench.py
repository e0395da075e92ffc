"""The bench of the loop, in small: its figures mean what they say."""

import asyncio
import sys

import pytest

from agent.bench import loop as bench
from agent.bench.chain import Chain
from agent.bench.peers import PeerMissingError, ask
from agent.core.bus import Delivery


@pytest.mark.real_time
async def test_an_item_passes_all_hops_and_its_age_is_noted():
    def script(chain):
        for _ in range(20):
            chain.arrived.clear()
            chain.send()
            assert chain.arrived.wait(5)

    chain = Chain(5)
    await chain.run(script)
    assert len(chain.ages) == 20
    assert all(0 < age < 1 for age in chain.ages)


@pytest.mark.parametrize("job", [bench._block, bench._swallow])
def test_an_interruption_takes_effect_in_every_stage_and_nothing_stale_is_shown(job):
    found, stale, _ = bench._interruption(job, rounds=2)
    assert len(found) == 2
    assert max(found) < 0.25  # the targets themselves are the bench's, on a quiet machine
    assert stale == 0


def test_the_stage_that_swallows_its_cancellation_is_reported_and_the_other_is_not():
    assert bench._interruption(bench._swallow, rounds=1)[2] < 0.5
    assert bench._interruption(bench._block, rounds=1)[2] == float("inf")


@pytest.mark.real_time
async def test_the_age_of_messages_is_bounded_only_where_the_delivery_bounds_it():
    def script(chain):
        for _ in range(100):
            chain.send()
            bench.pause(0.01)

    ages = {}
    for name, delivery in (("bounded", bench._FRESH), ("not", Delivery(10**6, lossy=False))):
        chain = Chain(3, lambda: asyncio.sleep(0.03), inbox=delivery)
        await chain.run(script)
        ages[name] = max(chain.ages[-5:])
    assert ages["bounded"] < 0.25
    assert ages["not"] > 2 * ages["bounded"]


def test_a_peer_that_is_not_there_leaves_its_baseline_out(monkeypatch, capsys):
    def missing(*_):
        raise PeerMissingError("pipecat could not be installed: no network")

    monkeypatch.setattr(bench, "environment", missing)
    assert bench._pipecat() == {}
    assert "no baseline: pipecat could not be installed" in capsys.readouterr().err
    figures = bench._interruption_figures(([0.01], 0, 0.0), ([0.01], 0, 0.2), {})
    assert all(figure.met for figure in figures)
    assert figures[0].baseline is None


def test_a_peer_that_prints_nonsense_is_named(tmp_path):
    script = tmp_path / "peer.py"
    script.write_text("print('hello')")
    with pytest.raises(PeerMissingError, match="peer.py hops"):
        ask(sys.executable, script, "hops")
