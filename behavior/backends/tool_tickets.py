"""The numbers of the queues, in one SQLite file. Blocking: call it off the loop, one at a time."""

import sqlite3
from pathlib import Path

from agent.core.errors import BadInputError
from behavior.tools.queues import Waiting

SCHEMA = 1
_DAY_S = 86_400.0


class TicketBook:
    """Numbers by service and day. A number that was given is on the disk before it is told.

    Raises `BadInputError` when the file is no such book.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if version > SCHEMA:
                raise BadInputError(f"{path}: written by a newer version; choose another file")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(
                "CREATE TABLE IF NOT EXISTS tickets (service TEXT NOT NULL, day TEXT NOT NULL,"
                " number INTEGER NOT NULL, visit TEXT NOT NULL, taken_unix_s REAL NOT NULL,"
                " called_unix_s REAL, PRIMARY KEY (service, day, number));"
                f" PRAGMA user_version = {SCHEMA};"
            )
        except sqlite3.OperationalError:  # the disk, not the file: full, read-only, locked
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BadInputError(f"{path}: not a book of numbers ({error}); move it away") from None
        if path.is_file():  # else it is kept in memory only, as in a replay
            path.chmod(0o600)

    def take(
        self, service: str, day: str, visit: str, unix_s: float, *, first: int
    ) -> tuple[Waiting, bool]:
        """Give the visit a number, or the one it still waits with; say whether it is new."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            held = self.held(service, day, visit)
            if held is not None:
                return held, False
            last = self._db.execute(
                "SELECT MAX(number) FROM tickets WHERE service=? AND day=?", (service, day)
            ).fetchone()[0]
            number = first if last is None else int(last) + 1
            self._db.execute(
                "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, NULL)",
                (service, day, number, visit, unix_s),
            )
            return Waiting(number=number, visit=visit, taken_unix_s=unix_s), True
        finally:
            self._db.execute("COMMIT")

    def held(self, service: str, day: str, visit: str) -> Waiting | None:
        """The newest number of a visit that was not called yet."""
        rows = [w for w in self.day(service, day) if w.visit == visit and w.called_unix_s is None]
        return rows[-1] if rows else None

    def day(self, service: str, day: str) -> tuple[Waiting, ...]:
        """All numbers of a day, in their order."""
        rows = self._db.execute(
            "SELECT number, visit, taken_unix_s, called_unix_s FROM tickets"
            " WHERE service=? AND day=? ORDER BY number",
            (service, day),
        )
        return tuple(
            Waiting(number=n, visit=v, taken_unix_s=t, called_unix_s=c) for n, v, t, c in rows
        )

    def call_next(self, service: str, day: str, unix_s: float) -> int | None:
        """Call the lowest number that waits; None: nobody does."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            row = self._db.execute(
                "SELECT MIN(number) FROM tickets"
                " WHERE service=? AND day=? AND called_unix_s IS NULL",
                (service, day),
            ).fetchone()
            if row[0] is None:
                return None
            self._db.execute(
                "UPDATE tickets SET called_unix_s=? WHERE service=? AND day=? AND number=?",
                (unix_s, service, day, row[0]),
            )
            return int(row[0])
        finally:
            self._db.execute("COMMIT")

    def expire(self, unix_s: float, retention_days: float) -> None:
        """Delete numbers older than the site keeps visits."""
        self._db.execute(
            "DELETE FROM tickets WHERE taken_unix_s < ?", (unix_s - retention_days * _DAY_S,)
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
