"""An event loop whose time stands still while anything works and jumps when all are waiting.

Ninety seconds of an encounter pass in milliseconds, and in the same order each time. What runs
outside the loop is waited for: while a worker thread or a child process is out, the loop sleeps
in real time until it answers, or until the next timer would have been due. So a job that is
faster than every deadline takes no virtual time, and a hung one still runs into its deadline.
With `patience_s` a job takes no virtual time even when it is slower than that: what is decided
does not depend on how fast the machine is today.
"""

import asyncio
import selectors
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from time import perf_counter
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _JumpingSelector(selectors.DefaultSelector):
    """Selects without waiting, and counts the wait it was asked for as time passed."""

    def __init__(self, start_s: float, patience_s: float) -> None:
        super().__init__()
        self.time_s = start_s
        self._patience_s = self._patience_left_s = patience_s
        self.waits_outside: Callable[[], bool] = lambda: False
        self.waits_in_life: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; when nothing is, move the time on by `timeout`."""
        if timeout is None:  # nothing scheduled: only a thread, a child or a socket can wake us
            return list(super().select(None))
        ready = super().select(0)
        if ready or timeout <= 0:
            return list(ready)
        if self.waits_outside():
            ready = self._wait_outside(timeout)
        elif self.waits_in_life():
            return self._wait_in_life(timeout)
        else:
            self._patience_left_s = self._patience_s
        if not ready:
            self.time_s += timeout
        return list(ready)

    def _wait_in_life(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait in real time, which counts: an answer takes as long here as it takes."""
        began_at = perf_counter()
        ready = super().select(timeout)
        waited_s = perf_counter() - began_at
        self.time_s += min(waited_s, timeout) if ready else timeout
        return list(ready)

    def _wait_outside(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait in real time until the timer is due, or longer while patience lasts."""
        wait_s = max(timeout, self._patience_left_s)
        began_at = perf_counter()
        ready = super().select(wait_s)
        self._patience_left_s = max(0.0, self._patience_left_s - (perf_counter() - began_at))
        return list(ready)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`loop.time()` starts at `start_s` and moves only when every task is waiting for a timer.

    Knows of work outside by `run_in_executor` (so `asyncio.to_thread`, name look-ups), by child
    processes started through asyncio, and by `outside()`. A thread started by hand is not seen.
    """

    def __init__(self, start_s: float = 0.0, patience_s: float = 0.0) -> None:
        """`patience_s`: real seconds that jobs outside may take in a row, at no virtual time."""
        selector = _JumpingSelector(start_s, patience_s)
        super().__init__(selector)
        self._jumping = selector
        self._jobs = self._asked = 0
        self._children: list[asyncio.SubprocessTransport] = []
        selector.waits_outside = self._works_outside
        selector.waits_in_life = lambda: self._asked > 0

    def time(self) -> float:
        """Virtual seconds."""
        return self._jumping.time_s

    @contextmanager
    def outside(self) -> Iterator[None]:
        """While this lasts, a server is asked over a socket: time passes as in life."""
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """As in asyncio; time does not jump past the job."""
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_ended)
        return future

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """As in asyncio; time does not jump past the life of the child."""
        return self._watch(await super().subprocess_exec(*args, **kwargs))

    async def subprocess_shell(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """As in asyncio; time does not jump past the life of the child."""
        return self._watch(await super().subprocess_shell(*args, **kwargs))

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """As in asyncio; its time limit counts in real time."""
        self._jobs += 1
        try:
            await super().shutdown_default_executor(*args, **kwargs)
        finally:
            self._jobs -= 1

    def _job_ended(self, _: object) -> None:
        self._jobs -= 1

    def _watch(self, started: Any) -> Any:  # noqa: ANN401
        self._children.append(started[0])
        return started

    def _works_outside(self) -> bool:
        if self._children:
            self._children = [c for c in self._children if c.get_returncode() is None]
        return self._jobs > 0 or bool(self._children)
