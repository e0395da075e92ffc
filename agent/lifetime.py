"""Runs the agent's main coroutine and brings the process to an end in bounded time.

`asyncio.run` waits without limit for tasks that ignore their cancellation, and the interpreter
waits at exit for every worker thread, hung ones included. A receptionist that a person has asked
to stop must stop.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_to_end(
    main: Coroutine[Any, Any, T],
    *,
    grace_s: float = 3.0,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> T:
    """Run `main` on a new loop until it returns, or until Ctrl-C or SIGTERM cancels it.

    Whatever it leaves behind has `grace_s` to end. Raises `KeyboardInterrupt` after a signal.
    """
    loop = loop_factory()
    asyncio.set_event_loop(loop)
    task = loop.create_task(main, name="main")
    signalled = _cancel_on_signal(loop, task)
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        if signalled:
            raise KeyboardInterrupt from None
        raise
    finally:
        _wind_up(loop, grace_s)
        asyncio.set_event_loop(None)
        loop.close()


def settle() -> None:
    """Keep what was built at the start out of later garbage collections. Call once, when ready.

    Modules, models and settings stay as long as the process does. Looking through them all takes
    some 70 ms each time, in which nobody is heard; without them a collection takes about one.
    """
    gc.collect()
    gc.freeze()


def leave(code: int) -> NoReturn:
    """End the process now, without waiting for hung worker threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    current = threading.current_thread()
    if any(t.is_alive() and not t.daemon and t is not current for t in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


def _cancel_on_signal(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> list[int]:
    """Cancel `task` at the first signal; a second one ends the process at once."""
    seen: list[int] = []

    def on_signal(number: int) -> None:
        if seen:
            os._exit(128 + number)
        seen.append(number)
        task.cancel()

    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, on_signal, number)
            except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt by itself
                break
    return seen


def _wind_up(loop: asyncio.AbstractEventLoop, grace_s: float) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        _, stubborn = loop.run_until_complete(asyncio.wait(left, timeout=grace_s))
        for task in stubborn:
            _log.error("task ignored its cancellation", extra={"task": task.get_name()})
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # said just now
    closing = loop.create_task(loop.shutdown_asyncgens())
    loop.run_until_complete(asyncio.wait((closing,), timeout=grace_s))
