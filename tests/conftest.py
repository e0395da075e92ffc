"""Every `async def test_*` runs on virtual time, unless it is marked `real_time`.

What runs on the real clock, or measures time, is marked `alone`: `make test` runs all else first,
side by side.
"""

import asyncio
import gc
import inspect

import pytest

from agent.virtual_time import VirtualTimeLoop


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


def pytest_collection_modifyitems(items):
    for item in items:
        timed = item.get_closest_marker("real_time") and not item.get_closest_marker("patient")
        if timed or "perf" in item.path.parts:
            item.add_marker(pytest.mark.alone)


def pytest_collection_finish():
    """Thousands of collected tests are no part of what is measured: keep them out of collections.

    Looking through them stops everything for 0.3 s, now and then, in the middle of a test.
    """
    gc.collect()
    gc.freeze()
