"""Messages to people of the house on their way: on the disk until they got through.

A visitor is told that a host is told, or that somebody is called. Where the agent is killed or
stopped in the seconds in which a message waits to be tried again, its next start sends it, under
the same key, so that one that got through after all need not be there twice. One that has become
old is not sent any more: nobody comes to the door for who left an hour ago.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field

from agent.core.errors import FoyerError

_TABLE = """
    CREATE TABLE IF NOT EXISTS unsent (
        key TEXT PRIMARY KEY,
        asked_unix_s REAL NOT NULL,
        host TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL
    )
"""
Work = Callable[[sqlite3.Connection], object]
OnDisk = Callable[[Work], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """One message."""

    key: str
    asked_unix_s: float
    host: str
    """Their name; empty: whoever is on duty."""
    subject: str
    text: str = field(repr=False)


class Unsent:
    """What is on its way, in the file of the visit book. A fault of the disk costs only this."""

    def __init__(self, on_disk: OnDisk) -> None:
        """`on_disk` runs work on the book's connection, off the loop, one after the other."""
        self._on_disk = on_disk

    async def keep(self, message: OnItsWay) -> None:
        """Have it on the disk, if the disk lets us: nobody waits for a disk to be told."""

        def work(book: sqlite3.Connection) -> None:
            book.execute(_TABLE)
            book.execute(
                "INSERT OR REPLACE INTO unsent VALUES (?, ?, ?, ?, ?)",
                (message.key, message.asked_unix_s, message.host, message.subject, message.text),
            )

        await self._try(work)

    async def drop(self, *keys: str) -> None:
        """They have got through, were given up, or are to be forgotten."""

        def work(book: sqlite3.Connection) -> None:
            book.execute(_TABLE)
            gone = sum(
                book.execute("DELETE FROM unsent WHERE key=?", (key,)).rowcount for key in keys
            )
            if gone:  # the write-ahead log still holds what was deleted until it is emptied
                book.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        if keys:
            await self._try(work)

    async def left_over(self) -> tuple[OnItsWay, ...]:
        """What an earlier run did not get through, oldest first."""
        found: list[OnItsWay] = []

        def work(book: sqlite3.Connection) -> None:
            book.execute(_TABLE)
            with closing(book.execute("SELECT * FROM unsent ORDER BY asked_unix_s")) as rows:
                for key, asked_unix_s, host, subject, text in rows:
                    one = OnItsWay(
                        key=key, asked_unix_s=asked_unix_s, host=host, subject=subject, text=text
                    )
                    found.append(one)

        await self._try(work)
        return tuple(found)

    async def _try(self, work: Work) -> None:
        try:
            await self._on_disk(work)
        except (FoyerError, OSError, sqlite3.Error):
            return  # the book's own faults are told where visits are written
