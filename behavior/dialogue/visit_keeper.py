"""The visit book kept off the loop: what is written, forgotten and expired, one after the other.

A visit that the disk does not take waits in memory, and is written when the disk does. How the book
is, is told when that is news.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.core.clock import Clock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import ComponentHealth, Health, Message, VisitRecorded
from behavior.dialogue.conversation import RecordVisit
from behavior.dialogue.memory import Encounter, VisitBook

T = TypeVar("T")
_AGAIN_S = 30.0
"""Visits that the disk did not take are tried again so often."""
_MOST_WAITING = 500


class VisitKeeper:
    """Writes visits. Between `open` and `close`; its work is awaited one after the other."""

    def __init__(
        self,
        *,
        path: Path,
        retention_days: float,
        publish: Callable[[Message], None],
        clock: Clock,
        wall: WallTime,
    ) -> None:
        self.path = path
        self._retention_days = retention_days
        self._publish = publish
        self._clock = clock
        self._wall = wall
        self._book: VisitBook | None = None
        self._disk: ThreadPoolExecutor | None = None
        self._waiting: list[tuple[RecordVisit, Encounter, float]] = []
        """Visits that the disk did not take; they are written when it does."""
        self._tried_at = float("-inf")
        self._fault = ""

    def open(self) -> None:
        """Have a thread for the disk."""
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="visit-book")

    async def close(self) -> None:
        """Close the book, after what was asked of it."""
        if self._book is not None:
            await asyncio.get_running_loop().run_in_executor(self._disk, self._book.close)
            self._book = None
        if self._disk is not None:
            self._disk.shutdown(wait=False)

    async def record(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        """Write a visit; return once it is on the disk. Raises what the disk does."""
        earlier = encounter.visits.get(visit.kind)
        unix_s = self._wall.unix_s(at)
        number = await self.lend(lambda book: book.record(visit, unix_s, instead_of=earlier))
        encounter.visits[visit.kind] = number
        self.tell("")
        self._publish(VisitRecorded(at=at, visit=number, purpose=visit.kind))

    async def record_or_wait(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        """The same; what the disk does not take is written later."""
        try:
            await self.record(visit, encounter, at)
        except (FoyerError, OSError, sqlite3.Error):
            self._waiting.append((visit, encounter, at))
            del self._waiting[:-_MOST_WAITING]
            raise

    async def record_question(self, encounter: Encounter) -> None:
        """Note an encounter in which something was asked, and nothing else came of it."""
        # Decided when its turn comes: what this encounter asked for before is in the book by then.
        waits = any(about is encounter for _, about, _ in self._waiting)
        if encounter.asked_something and not encounter.visits and not waits:
            question = RecordVisit(kind="question")
            await self.record_or_wait(question, encounter, encounter.began_at)

    def may_try(self, now: float) -> bool:
        """Visits wait, and the disk has been let alone for a while: it is tried again now."""
        if not self._waiting or now - self._tried_at < _AGAIN_S:
            return False
        self._tried_at = now
        return True

    async def write_waiting(self) -> None:
        """Write what the disk did not take before."""
        while self._waiting:
            await self.record(*self._waiting[0])
            del self._waiting[0]

    def let_go(self, encounter: Encounter) -> None:
        """What waits of this encounter is written no more."""
        self._waiting = [one for one in self._waiting if one[1] is not encounter]

    async def forget(self, encounter: Encounter) -> None:
        """Delete what is in the book of this encounter."""
        visits = tuple(encounter.visits.values())
        encounter.visits.clear()
        encounter.asked_something = False
        if visits:
            await self.lend(lambda book: book.forget(visits))

    async def expire(self, now: float) -> None:
        """Delete what may not be kept any longer."""
        unix_s = self._wall.unix_s(now)
        await self.lend(lambda book: book.expire(unix_s, self._retention_days))
        self.tell("")

    async def lend(self, job: Callable[[VisitBook], T]) -> T:
        """Run `job` on the book, off the loop."""

        def work() -> T:
            if self._book is None:
                self._book = VisitBook(self.path)
            return job(self._book)

        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def tell(self, fault: str) -> None:
        """How the book is, when that is news."""
        if fault and str(self.path) not in fault:
            fault = f"{fault}: {self.path}; free some space, or make it writable"
        if fault and self._waiting:
            fault += f"; {len(self._waiting)} visits wait to be written"
        if fault == self._fault:
            return
        self._fault = fault
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component="behavior.visit_book",
                health=Health.DEGRADED if fault else Health.RUNNING,
                detail=fault,
            )
        )
