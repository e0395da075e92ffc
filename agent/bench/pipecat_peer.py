"""Measures Pipecat as `agent.bench.loop` measures this agent. Runs in Pipecat's own environment.

Knows nothing of this agent. One scenario a process; prints its result as JSON. The pipeline is
bare: without RTVI, turn tracking and idle timers, which is Pipecat at its fastest. Stamps are
taken by a foreign thread.
"""

import asyncio
import gc
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil
from loguru import logger
from pipecat.frames.frames import DataFrame, EndFrame, Frame, InterruptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

logger.remove()
pause = threading.Event().wait
"""Lets so many seconds pass, in the foreign thread."""


class Stamped(DataFrame):  # type: ignore[misc]
    """A frame that knows when it was sent."""

    def __init__(self, sent_at: float) -> None:
        super().__init__()
        self.sent_at = sent_at


class Pass(FrameProcessor):  # type: ignore[misc]
    """Passes on; one of them may take its time in some way."""

    def __init__(self, work: Callable[[], Any] | None = None) -> None:
        super().__init__()
        self._work = work

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Work on stamped frames, pass all on."""
        await super().process_frame(frame, direction)
        if self._work is not None and isinstance(frame, Stamped):
            waited = self._work()
            if waited is not None:
                await waited
        await self.push_frame(frame, direction)


class Sink(FrameProcessor):  # type: ignore[misc]
    """Notes what arrives and when."""

    def __init__(self) -> None:
        super().__init__()
        self.ages: list[float] = []
        self.arrived = threading.Event()
        self.interrupted_at = 0.0
        self.interrupted = threading.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Stamp."""
        await super().process_frame(frame, direction)
        if isinstance(frame, Stamped):
            self.ages.append(time.perf_counter() - frame.sent_at)
            self.arrived.set()
        elif isinstance(frame, InterruptionFrame):
            self.interrupted_at = time.perf_counter()
            self.interrupted.set()
        await self.push_frame(frame, direction)


class Bench:
    """One pipeline with a sink, run while a foreign thread does `script`."""

    def __init__(self, hops: int, work: Callable[[], Any] | None = None) -> None:
        self.sink = Sink()
        stages = [Pass(work if i == hops // 2 else None) for i in range(hops - 1)]
        self.worker = PipelineWorker(
            Pipeline([*stages, self.sink]),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
            cancel_on_idle_timeout=False,
        )

    def send(self, frame: Frame) -> None:
        """From any thread."""
        asyncio.run_coroutine_threadsafe(self.worker.queue_frame(frame), self.loop)

    async def run(self, script: Callable[["Bench"], None]) -> None:
        """Start, let the thread do its script, end."""
        self.loop = asyncio.get_running_loop()
        started = asyncio.Event()

        async def on_started(*_: object) -> None:
            started.set()

        self.worker.add_event_handler("on_pipeline_started", on_started)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        running = self.loop.create_task(runner.run())
        await started.wait()
        await asyncio.to_thread(script, self)
        await self.worker.queue_frame(EndFrame())
        await running


def hops(count: int) -> None:
    """Serial frames through short and long chains."""
    medians = {}
    cpu_us = 0.0
    for length in (5, 25):
        bench = Bench(length)

        def script(bench: Bench) -> None:
            for _ in range(count):
                bench.sink.arrived.clear()
                bench.send(Stamped(time.perf_counter()))
                bench.sink.arrived.wait(5)

        cpu_s = time.process_time()
        asyncio.run(bench.run(script))
        cpu_us = (time.process_time() - cpu_s) / count * 1e6
        medians[length] = statistics.median(bench.sink.ages[count // 10 :])
    per_hop = (medians[25] - medians[5]) / 20
    leave({"hop_us": per_hop * 1e6, "chain_25_us": medians[25] * 1e6, "cpu_25_us": cpu_us})


def interruption(work: Callable[[], Any], rounds: int, limit_s: float) -> None:
    """Seconds from the stamp to the sink, with a backlog of twenty. `limit_s`: gave up."""
    found: list[float] = []
    bench = Bench(10, work)

    def script(bench: Bench) -> None:
        for _ in range(rounds):
            for _ in range(20):
                bench.send(Stamped(time.perf_counter()))
            pause(0.12)
            bench.sink.interrupted.clear()
            sent_at = time.perf_counter()
            bench.send(InterruptionFrame())
            if bench.sink.interrupted.wait(limit_s):
                found.append(bench.sink.interrupted_at - sent_at)
            else:
                found.append(limit_s)
                break
            pause(0.3)
        leave(found)

    asyncio.run(bench.run(script))


def block() -> None:
    """Hold the loop for 50 ms."""
    until = time.perf_counter() + 0.05
    while time.perf_counter() < until:
        pass


async def swallow() -> None:
    """Take a second, whatever anybody says."""
    until = time.perf_counter() + 1.0
    while (left := until - time.perf_counter()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue


def overload(seconds: float) -> None:
    """Age of the newest messages after so long at one and a half times the stage's rate."""
    bench = Bench(10, lambda: asyncio.sleep(0.03))

    def script(bench: Bench) -> None:
        begin = time.perf_counter()
        for n in range(int(seconds / 0.02)):
            pause(max(0.0, begin + n * 0.02 - time.perf_counter()))
            bench.send(Stamped(time.perf_counter()))
        leave(max(bench.sink.ages[-20:]))

    asyncio.run(bench.run(script))


def memory(count: int) -> None:
    """Bytes of resident memory a frame, over `count` frames through two hops."""
    bench = Bench(2)

    def send(number: int) -> None:
        for _ in range(number // 100):
            bench.sink.arrived.clear()
            before = len(bench.sink.ages)
            for _ in range(100):
                bench.send(Stamped(time.perf_counter()))
            while len(bench.sink.ages) < before + 100:
                bench.sink.arrived.wait(0.01)
                bench.sink.arrived.clear()
            bench.sink.ages.clear()

    def script(_: Bench) -> None:
        process = psutil.Process()
        send(count // 4)
        gc.collect()
        before = process.memory_info().rss
        send(count)
        gc.collect()
        leave((process.memory_info().rss - before) / count)

    asyncio.run(bench.run(script))


SCENARIOS: dict[str, Callable[[], None]] = {
    "hops": lambda: hops(1500),
    "blocking_s": lambda: interruption(block, rounds=4, limit_s=5.0),
    "swallowing_s": lambda: interruption(swallow, rounds=1, limit_s=5.0),
    "overload_s": lambda: overload(6.0),
    "memory_b": lambda: memory(40_000),
}


def leave(result: object) -> None:
    """Print the result and end at once: not every pipeline ends when it is asked to."""
    print(json.dumps(result), flush=True)
    os._exit(0)


if __name__ == "__main__":
    SCENARIOS[sys.argv[1]]()
