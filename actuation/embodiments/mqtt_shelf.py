"""A file in which a broker's events wait, too: they outlive a restart of the agent.

What is put here is on the disk's side of the process before it is sent, and leaves when the broker
has confirmed it. It gets events as they are published, so what may not be published is never
written; each remembers how much it was allowed to say, and an agent that may say less than the one
before it erases what says more. SQLite, readable for its owner alone; what leaves is overwritten,
in the journal beside it at the next start. A process that is killed loses nothing; a machine that
loses its power, the last moments.
"""

import os
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from actuation.embodiments.mqtt_event import Event

_SETTINGS: Final = (
    "locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON",
)  # fmt: skip
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  body BLOB NOT NULL,
  says INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS session (name TEXT NOT NULL);
"""


class Shelf:
    """One agent's file. Only opening it raises; what fails later is told by `fault`."""

    def __init__(self, path: Path, *, says: int, capacity: int) -> None:
        """`says`: how much events tell, 0 being the least.

        Raises `OSError` or `sqlite3.Error` when the file is none, or another agent has it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self.fault = ""
        """Why it takes nothing more; empty: it does."""
        self._says = says
        self._file = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        try:
            self._begin(capacity)
        except sqlite3.Error:
            self._file.close()
            raise

    def _begin(self, capacity: int) -> None:
        for setting in _SETTINGS:
            self._file.execute(f"PRAGMA {setting}")
        self._file.executescript(_TABLES)
        known = self._file.execute("SELECT name FROM session").fetchone()
        self.session = known[0] if known else secrets.token_hex(4)
        """Goes on from start to start, and so do the numbers of events."""
        if not known:
            self._file.execute("INSERT INTO session VALUES (?)", (self.session,))
        erased = self._file.execute("DELETE FROM events WHERE says > ?", (self._says,))
        self.erased = erased.rowcount
        """Events that said more than may be said now."""
        self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # not in the journal either
        rows = self._file.execute("SELECT seq, topic, body FROM events ORDER BY seq").fetchall()
        self.given_up = max(0, len(rows) - capacity)
        for seq, *_ in rows[: self.given_up]:
            self.drop(seq)
        self.waiting = [Event(seq, topic, bytes(body)) for seq, topic, body in rows][-capacity:]
        last = self._file.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
        ).fetchone()
        self.last = int(last[0]) if last else 0
        """The highest number ever given."""

    def put(self, event: Event) -> None:
        """Keep it until it is dropped."""
        row = (event.seq, event.topic, event.body, self._says)
        self._do("INSERT INTO events VALUES (?, ?, ?, ?)", row)

    def drop(self, seq: int) -> None:
        """It has arrived, or is given up."""
        self._do("DELETE FROM events WHERE seq = ?", (seq,))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _do(self, statement: str, values: tuple[object, ...]) -> None:
        if self.fault:
            return
        try:
            self._file.execute(statement, values)
        except sqlite3.Error as fault:
            self.fault = str(fault)
