"""`foyer bench loop`: the event loop against Pipecat (bare), in one run on one machine.

Stamps are taken by a foreign thread, as an audio callback takes them: stamped by the loop itself,
a blocked loop would hide its own delay. Controls show that each measure can tell: a bare
`asyncio.Queue`, a queue without bounds, a list that forgets nothing.
"""

import asyncio
import gc
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from agent.bench.chain import Chain
from agent.bench.figure import Figure
from agent.bench.peers import PeerMissingError, ask, environment, say
from agent.core.bus import Delivery

_PIPECAT = "pipecat-ai==1.14.0"
_PEER = Path(__file__).with_name("pipecat_peer.py")
_FRESH = Delivery(capacity=4, lossy=True, max_age_s=0.05)
"""What a stage that makes motion would ask for."""
_SHORT, _LONG = 5, 25
pause = threading.Event().wait
"""Lets so many seconds pass, in the foreign thread."""


def measure() -> list[Figure]:
    """Measure ours, the controls and Pipecat, in turn."""
    say("ours")
    hop, cpu = _hop()
    blocking = _interruption(_block, rounds=10)
    swallowing = _interruption(_swallow, rounds=5)
    age, unbounded = _overload(_FRESH), _overload(Delivery(capacity=10**6, lossy=False))
    slope = _memory(1_000_000, keep=False)
    say("controls")
    raw, kept = _raw_hop(), _memory(100_000, keep=True)
    peer = _pipecat()
    return [
        *_hop_figures(hop, cpu, raw, peer),
        *_interruption_figures(blocking, swallowing, peer),
        Figure(
            name="message age at 1.5x overload",
            value=age * 1e3,
            unit="ms",
            target=120,
            baseline=_scaled(peer.get("overload_s"), 1e3),
            baseline_of="Pipecat, and growing",
            control=unbounded * 1e3,
            control_of="our bus, no bound",
            note="oldest of the last 20 after 6 s",
        ),
        Figure(
            name="memory slope",
            value=slope,
            unit="B/message",
            target=1,
            baseline=peer.get("memory_b"),
            baseline_of="Pipecat, 40,000",
            control=kept,
            control_of="keeps all",
            note="resident, over 1,000,000 messages",
        ),
    ]


def _hop_figures(hop: float, cpu: float, raw: float, peer: dict[str, Any]) -> list[Figure]:
    theirs = peer.get("hops", {})
    return [
        Figure(
            name="hop p50",
            value=hop * 1e6,
            unit="us",
            target=10,
            baseline=theirs.get("hop_us"),
            baseline_of="Pipecat",
            control=raw * 1e6,
            control_of="asyncio.Queue",
            note=f"({_LONG} hops - {_SHORT} hops) / {_LONG - _SHORT}",
        ),
        Figure(
            name=f"CPU a message, {_LONG} hops",
            value=cpu * 1e6,
            unit="us",
            baseline=theirs.get("cpu_25_us"),
            baseline_of="Pipecat",
            note="both threads",
        ),
    ]


def _interruption_figures(
    blocking: tuple[list[float], int, float],
    swallowing: tuple[list[float], int, float],
    peer: dict[str, Any],
) -> list[Figure]:
    never = max(peer.get("swallowing_s") or [0.0]) >= 5.0
    return [
        Figure(
            name="interruption, a stage blocks 50 ms a message",
            value=max(blocking[0]) * 1e3,
            unit="ms",
            target=60,
            baseline=_worst(peer.get("blocking_s")),
            baseline_of="Pipecat",
            note=f"worst of {len(blocking[0])}; 20 messages waiting",
        ),
        Figure(
            name="interruption, a stage swallows cancellation",
            value=max(swallowing[0]) * 1e3,
            unit="ms",
            target=250,
            baseline=_worst(peer.get("swallowing_s")),
            baseline_of="Pipecat: never, gave up" if never else "Pipecat",
            note=f"worst of {len(swallowing[0])}",
        ),
        Figure(
            name="that stage reported as abandoned after",
            value=swallowing[2] * 1e3,
            unit="ms",
            target=250,
        ),
        Figure(
            name="messages from before the interruption shown after it",
            value=blocking[1] + swallowing[1],
            unit="",
            target=0,
        ),
    ]


def _hop() -> tuple[float, float]:
    """Seconds a hop, from chains of two lengths; processor seconds a message on the longer."""
    slopes, cpu = [], []
    for _ in range(3):
        medians = {}
        for hops in (_SHORT, _LONG):
            busy = time.process_time()
            ages = asyncio.run(_serial(hops, 1500))
            if hops == _LONG:
                cpu.append((time.process_time() - busy) / 1500)
            medians[hops] = statistics.median(ages[150:])
        slopes.append((medians[_LONG] - medians[_SHORT]) / (_LONG - _SHORT))
    return statistics.median(slopes), statistics.median(cpu)


async def _serial(hops: int, count: int) -> list[float]:
    def script(chain: Chain) -> None:
        for _ in range(count):
            chain.arrived.clear()
            chain.send()
            chain.arrived.wait(5)

    chain = Chain(hops)
    await chain.run(script)
    return chain.ages


def _raw_hop() -> float:
    """The same for bare queues and tasks: what asyncio itself costs."""

    async def chain(hops: int) -> float:
        loop = asyncio.get_running_loop()
        queues: list[asyncio.Queue[float]] = [asyncio.Queue() for _ in range(hops)]
        ages: list[float] = []
        arrived = threading.Event()

        async def stage(inbox: asyncio.Queue[float], out: asyncio.Queue[float]) -> None:
            while True:
                out.put_nowait(await inbox.get())

        async def sink() -> None:
            while True:
                sent_at = await queues[-1].get()
                ages.append(time.perf_counter() - sent_at)
                arrived.set()

        def script() -> None:
            for _ in range(1500):
                arrived.clear()
                loop.call_soon_threadsafe(queues[0].put_nowait, time.perf_counter())
                arrived.wait(5)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(sink())]
            pairs = zip(queues, queues[1:], strict=False)
            tasks += [group.create_task(stage(inbox, out)) for inbox, out in pairs]
            await asyncio.to_thread(script)
            for task in tasks:
                task.cancel()
        return statistics.median(ages[150:])

    short, long = asyncio.run(chain(_SHORT)), asyncio.run(chain(_LONG))
    return (long - short) / (_LONG - _SHORT)


def _interruption(job: Callable[[], Any], rounds: int) -> tuple[list[float], int, float]:
    """Seconds to effect in each round; stale messages shown; seconds to the report."""
    found: list[float] = []
    reported: list[float] = []

    def script(chain: Chain) -> None:
        for n in range(rounds):
            for _ in range(20):
                chain.send()
            pause(0.12 + 0.007 * n)  # meets the stage at different points of its work
            chain.abandoned_at = 0.0
            sent_at = chain.interrupt()
            found.append(chain.cut_at - sent_at if chain.cut.wait(5) else 5.0)
            pause(0.3)
            if chain.abandoned_at:
                reported.append(chain.abandoned_at - sent_at)

    async def run() -> int:
        chain = Chain(10, job)
        await chain.run(script)
        return chain.stale

    stale = asyncio.run(run())
    return found, stale, max(reported, default=float("inf"))


def _block() -> None:
    """Hold the loop for 50 ms: what a stage must not do, and sometimes does."""
    until = time.perf_counter() + 0.05
    while time.perf_counter() < until:
        pass


async def _swallow() -> None:
    """Take a second, whatever anybody says."""
    until = time.perf_counter() + 1.0
    while (left := until - time.perf_counter()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue


def _overload(delivery: Delivery) -> float:
    """Age of the newest messages after 6 s at one and a half times the stage's rate."""

    def script(chain: Chain) -> None:
        begin = time.perf_counter()
        for n in range(300):
            pause(max(0.0, begin + n * 0.02 - time.perf_counter()))
            chain.send()

    async def run() -> float:
        chain = Chain(10, lambda: asyncio.sleep(0.03), inbox=delivery)
        await chain.run(script)
        return max(chain.ages[-20:])

    return asyncio.run(run())


def _memory(count: int, *, keep: bool) -> float:
    """Bytes of resident memory a message, through two hops."""
    process, kept = psutil.Process(), []
    grown = 0.0

    def send(chain: Chain, number: int) -> None:
        for _ in range(number // 100):
            for _ in range(100):
                chain.send()
            while len(chain.ages) < 100:
                chain.arrived.wait(0.05)
                chain.arrived.clear()
            if keep:
                kept.append(chain.ages[:])
            chain.ages.clear()

    def script(chain: Chain) -> None:
        nonlocal grown
        send(chain, count // 4)
        gc.collect()
        before = process.memory_info().rss
        send(chain, count)
        gc.collect()
        grown = (process.memory_info().rss - before) / count

    async def run() -> None:
        await Chain(2).run(script)

    asyncio.run(run())
    return grown


def _pipecat() -> dict[str, Any]:
    """Pipecat's figures, as far as it can be had here."""
    found: dict[str, Any] = {}
    try:
        python = environment("pipecat", _PIPECAT, "psutil")
        for scenario in ("hops", "blocking_s", "swallowing_s", "overload_s", "memory_b"):
            say(f"pipecat: {scenario}")
            found[scenario] = ask(python, _PEER, scenario)
    except PeerMissingError as error:
        say(f"no baseline: {error}")
    return found


def _worst(seconds: list[float] | None) -> float | None:
    return max(seconds) * 1e3 if seconds else None


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
