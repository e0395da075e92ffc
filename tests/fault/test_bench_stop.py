"""A bench that is told to stop puts away what it has started, as a browser."""

import asyncio
import signal
import sys

BENCH = """
import asyncio, sys, types
from agent.__main__ import main

async def measure():
    try:
        print("started", flush=True)
        await asyncio.sleep(60)
    finally:
        print("put away", flush=True)

sys.modules["agent.bench.reaction"] = types.ModuleType("agent.bench.reaction")
sys.modules["agent.bench.reaction"].measure = measure
sys.exit(main(["bench", "reaction"]))
"""


async def test_a_bench_that_is_told_to_stop_puts_away_what_it_has_started():
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BENCH, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        assert bench.stdout is not None
        assert await bench.stdout.readline() == b"started\n"
        bench.send_signal(signal.SIGTERM)
        told, _ = await bench.communicate()
    assert told == b"put away\n"
    assert bench.returncode != 0
