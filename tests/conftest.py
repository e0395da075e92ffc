"""Every `async def test_*` runs on virtual time, unless it is marked `real_time`.

What measures time, or needs a browser or a robot, is marked `alone` and has nothing beside it;
what else runs on the real clock mostly waits and is marked `waits`. `make test` runs the others,
all processors busy, with what waits beside them and before them in line, then what is alone.
What is marked `long` comes first, so that no processor has nothing left to do at the end.
"""

import asyncio
import gc
import inspect
from functools import cache

import pytest

from agent.virtual_time import VirtualTimeLoop

_IN_BROWSERS = frozenset(("e2e", "robot", "vllm"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    kwargs = {name: pyfuncitem.funcargs[name] for name in wanted}
    real = pyfuncitem.get_closest_marker("real_time") is not None
    with asyncio.Runner(loop_factory=None if real else VirtualTimeLoop) as runner:
        runner.run(pyfuncitem.obj(**kwargs))
    return True


@cache
def _looked_into_for_timed(path):
    """`tests/run.sh` collects what waits only from files that hold this word."""
    return "real_time" in path.read_text("utf-8")


def pytest_collection_modifyitems(items):
    for item in items:
        timed = item.get_closest_marker("real_time") and not item.get_closest_marker("patient")
        if "perf" in item.path.parts or (timed and not _IN_BROWSERS.isdisjoint(item.path.parts)):
            item.add_marker(pytest.mark.alone)
        elif timed:
            item.add_marker(pytest.mark.waits)
            if not _looked_into_for_timed(item.path):
                raise pytest.UsageError(f"{item.nodeid}: mark it real_time in its own file")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish():
    """Thousands of collected tests are no part of what is measured: keep them out of collections.

    Looking through them stops everything for 0.3 s, now and then, in the middle of a test.
    """
    gc.collect()
    gc.freeze()
