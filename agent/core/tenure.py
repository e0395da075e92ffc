"""How a task that ignores its cancellation is kept from doing harm.

Python can ask a task to end and cannot make it. So whoever starts work gives it a tenure: while it
lasts, the work may publish and read. Ending it is instant and needs no answer from the work: from
then on nothing it publishes arrives, and it gets no more messages. The tenure travels with the
context, so it covers tasks the work starts and threads it starts with `asyncio.to_thread`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

_PATIENCE_WITH_A_REFUSED_READER_S = 0.25


class TenureEnded(BaseException):  # noqa: N818 - not an error: an order to leave
    """Raised in work that tries to go on reading after its tenure. Do not catch it."""


class CutError(Exception):
    """The job did not finish: it was cut."""


class Tenure:
    """The right of one run of a component, or of one job, to publish and to read."""

    __slots__ = ("_own_ended", "_refusals", "holder", "outer", "refused")

    def __init__(self, holder: str, outer: "Tenure | None" = None) -> None:
        self.holder = holder
        self.outer = outer
        """The tenure of whoever started this work; when it ends, so does this one."""
        self.refused = 0
        """Messages that were published too late and dropped."""
        self._own_ended = False
        self._refusals = 0

    @property
    def ended(self) -> bool:
        """Whether the work has been given up on."""
        return self._own_ended or (self.outer is not None and self.outer.ended)

    def end(self) -> None:
        """Give up on the work."""
        self._own_ended = True

    async def refuse(self) -> NoReturn:
        """Turn a reader away. Work that catches even this is slowed to a crawl."""
        self._refusals += 1
        await asyncio.sleep(0 if self._refusals == 1 else _PATIENCE_WITH_A_REFUSED_READER_S)
        raise TenureEnded(self.holder)


TENURE: ContextVar[Tenure | None] = ContextVar("tenure", default=None)
"""The tenure under which the current task works; None outside any component."""


class Work:
    """One interruptible job at a time: cutting it takes effect at once, whatever the job does.

    `run` waits for the job; `cut`, from another task, makes `run` raise `CutError` in the loop's
    next turn. The job is cancelled too, but not waited for: what it still publishes is dropped.
    One that has not ended `grace_s` later is reported as abandoned.
    """

    def __init__(
        self,
        name: str,
        *,
        abandoned: Callable[[str, float], None] = lambda name, seconds: None,
        grace_s: float = 0.2,
    ) -> None:
        self.generation = 0
        """Rises with each cut. Threads and kernels compare it with the one they started under."""
        self._name = name
        self._abandoned = abandoned
        self._grace_s = grace_s
        self._tenure: Tenure | None = None
        self._task: asyncio.Task[Any] | None = None
        self._cut: asyncio.Future[None] | None = None
        self._leaving: set[asyncio.Task[Any]] = set()

    @property
    def busy(self) -> bool:
        """Whether a job is running that was not cut."""
        return self._task is not None

    @property
    def lingering(self) -> int:
        """Jobs that were cut and have not ended."""
        return len(self._leaving)

    async def run(self, job: Coroutine[Any, Any, T]) -> T:
        """Run `job` to its end and return its result; raise `CutError` when it is cut."""
        if self._task is not None:
            job.close()
            raise RuntimeError(f"{self._name} does one job at a time")
        loop = asyncio.get_running_loop()
        tenure = self._tenure = Tenure(self._name, TENURE.get())
        cut = self._cut = loop.create_future()
        task = start_under(tenure, job, self._name)
        self._task = task
        try:
            await asyncio.wait((task, cut), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._task = self._cut = None
            cut.cancel()
            if not task.done():
                self._let_go(task, tenure)
        if not task.done() or task.cancelled():
            raise CutError(self._name)
        return task.result()

    def cut(self) -> bool:
        """End the running job, if any. Returns at once; whether there was one."""
        self.generation += 1
        if self._tenure is None or self._task is None or self._cut is None:
            return False
        self._tenure.end()
        if not self._cut.done():
            self._cut.set_result(None)
        return True

    def _let_go(self, task: asyncio.Task[Any], tenure: Tenure) -> None:
        tenure.end()
        task.cancel()
        self._leaving.add(task)
        task.add_done_callback(self._left)
        task.get_loop().call_later(self._grace_s, self._check, task)

    def _left(self, task: asyncio.Task[Any]) -> None:
        self._leaving.discard(task)
        if not task.cancelled():
            task.exception()  # read, so that asyncio does not complain of it

    def _check(self, task: asyncio.Task[Any]) -> None:
        if not task.done():
            self._abandoned(self._name, self._grace_s)


def start_under(
    tenure: Tenure, job: Coroutine[Any, Any, T], name: str, group: asyncio.TaskGroup | None = None
) -> asyncio.Task[T]:
    """Start `job` as a task that works under `tenure`. The caller owns the task."""
    token = TENURE.set(tenure)
    try:
        if group is not None:
            return group.create_task(job, name=name)
        return asyncio.get_running_loop().create_task(job, name=name)
    finally:
        TENURE.reset(token)
