"""Runs blocking work beside the event loop, in one thread that may be given up."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from agent.core.errors import FoyerError

T = TypeVar("T")


class GivenUpError(FoyerError):
    """Work that did not answer in time. What is done next is a fresh start."""


class OffLoop(Protocol):
    """Where a component sends work that would hold up the loop."""

    async def call(self, work: Callable[[], T], timeout_s: float) -> T:
        """Run `work`, one at a time; return or raise what it does.

        Raises `GivenUpError` when there is no answer within `timeout_s`.
        """
        ...

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Let go of the thread; it ends after what it is doing, and after `last`."""
        ...


class OneThread:
    """One daemon thread. When a call hangs, the thread is left behind and a new one begun.

    What the abandoned thread still answers goes nowhere.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] | None = None
        self._thread: threading.Thread | None = None

    async def call(self, work: Callable[[], T], timeout_s: float) -> T:
        """See `OffLoop.call`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                result = work()
            except BaseException as fault:
                _deliver(loop, answer, answer.set_exception, fault)
            else:
                _deliver(loop, answer, answer.set_result, result)

        self._running().put(job)
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            if answer.done() and not answer.cancelled():
                raise  # the work's own, not ours
            self.close()
            raise GivenUpError(
                f"{self._name}: no answer within {timeout_s:g} s; it was given up"
            ) from None

    def close(self, last: Callable[[], None] | None = None) -> None:
        """See `OffLoop.close`."""
        if self._jobs is not None:
            if last is not None:
                self._jobs.put(last)
            self._jobs.put(None)
            self._jobs = None

    def wait(self, timeout_s: float) -> None:
        """Block until the thread has ended, for programs that end with it."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _running(self) -> queue.SimpleQueue[Callable[[], None] | None]:
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            self._thread = threading.Thread(
                target=_work_off, args=(self._jobs,), name=self._name, daemon=True
            )
            self._thread.start()
        return self._jobs


def _work_off(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()


def _deliver(
    loop: asyncio.AbstractEventLoop,
    answer: "asyncio.Future[Any]",
    settle: Callable[[Any], None],
    value: object,
) -> None:
    def on_loop() -> None:
        if not answer.done():
            settle(value)

    try:
        loop.call_soon_threadsafe(on_loop)
    except RuntimeError:
        return  # the loop is closed; nobody waits any more
