"""What is kept: the visit book on disk, and the memory of one encounter, which ends with it.

A visit that was recorded is on the disk: one transaction a visit, written through before it is
reported, so that a crash or a pulled plug at any moment loses none.
"""

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from behavior.dialogue.conversation import Conversation, RecordVisit
from behavior.tools.permission import VisitUses

SCHEMA = 1
_DAY_S = 86_400.0
_MIGRATIONS = (
    """
    CREATE TABLE visits (
        visit INTEGER PRIMARY KEY,
        began_unix_s REAL NOT NULL,
        kind TEXT NOT NULL,
        visitor TEXT NOT NULL,
        host TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX visits_by_time ON visits (began_unix_s);
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One row of the book."""

    visit: int
    began_unix_s: float
    kind: str
    visitor: str
    host: str
    detail: str


class VisitBook:
    """The visits of a site in one SQLite file. Blocking: call it off the loop, one call at a time.

    Raises `BadInputError` when the file is no visit book, or one of a newer version.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            # What is deleted is overwritten, not only unlinked.
            self._db.execute("PRAGMA secure_delete=ON")
            self._migrate()
        except sqlite3.OperationalError:  # the disk, not the file: full, read-only, locked
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BadInputError(f"{path}: not a visit book ({error}); move it away") from None
        path.chmod(0o600)

    def record(self, visit: RecordVisit, unix_s: float, *, instead_of: int | None = None) -> int:
        """Write a visit, or put an earlier one right; return its number once it is on the disk."""
        values = (visit.kind, visit.visitor, visit.host, visit.detail)
        with self._transaction():
            if instead_of is not None:
                changed = self._db.execute(
                    "UPDATE visits SET kind=?, visitor=?, host=?, detail=? WHERE visit=?",
                    (*values, instead_of),
                )
                if changed.rowcount:
                    return instead_of
            made = self._db.execute(
                "INSERT INTO visits (kind, visitor, host, detail, began_unix_s)"
                " VALUES (?, ?, ?, ?, ?)",
                (*values, unix_s),
            )
            return int(made.lastrowid or 0)

    def forget(self, visits: tuple[int, ...]) -> int:
        """Delete these visits for good; return how many there were."""
        with self._transaction():
            gone = sum(
                self._db.execute("DELETE FROM visits WHERE visit=?", (visit,)).rowcount
                for visit in visits
            )
        self._scrub()
        return gone

    def expire(self, unix_s: float, retention_days: float) -> int:
        """Delete visits older than the site may keep them; return how many."""
        with self._transaction():
            gone = self._db.execute(
                "DELETE FROM visits WHERE began_unix_s < ?", (unix_s - retention_days * _DAY_S,)
            ).rowcount
        if gone:
            self._scrub()
        return gone

    def visits(self, since_unix_s: float = 0.0) -> tuple[Visit, ...]:
        """Return the visits since a moment, oldest first."""
        rows = self._db.execute(
            "SELECT visit, began_unix_s, kind, visitor, host, detail FROM visits"
            " WHERE began_unix_s >= ? ORDER BY visit",
            (since_unix_s,),
        )
        return tuple(
            Visit(visit=v, began_unix_s=t, kind=k, visitor=n, host=h, detail=d)
            for v, t, k, n, h, d in rows
        )

    def lend(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do work on a table of its own in the same file, as one transaction a statement."""
        work(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)

    def _scrub(self) -> None:
        # The write-ahead log still holds what was deleted until it is emptied.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _migrate(self) -> None:
        with closing(self._db.execute("PRAGMA user_version")) as answer:
            version = int(answer.fetchone()[0])
        if version > SCHEMA:
            raise BadInputError(
                f"{self._path}: written by a newer version (schema {version}, this one knows"
                f" {SCHEMA}); update Foyer or choose another file"
            )
        for step in range(version, SCHEMA):
            # One script, one transaction: a crash leaves the old schema or the new one.
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_MIGRATIONS[step]} PRAGMA user_version = {step + 1}; COMMIT;"
            )


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


@dataclass(slots=True, kw_only=True)
class Encounter:
    """The memory of one visit while it lasts. Dropped with it."""

    began_at: float
    last_at: float
    person: PersonId | None = None
    company: set[PersonId] = field(default_factory=set)
    """Who walked in with them: a couple is one visit, whoever of them speaks."""
    conversation: Conversation = field(default_factory=Conversation)
    history: list[tuple[str, str]] = field(default_factory=list)
    """(`visitor` or `agent`, words), oldest first; of the agent only what was really heard."""
    visits: dict[str, int] = field(default_factory=dict)
    """Kind of visit -> its number in the book."""
    forgotten: int = 0
    """How often the visitor has asked to be forgotten."""
    asked_something: bool = False
    left_at: float | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Names the visit where a number was drawn; random, and told to nobody."""
    uses: VisitUses = field(default_factory=VisitUses)
    """What its tools have used up."""

    def note(self, who: str, words: str, longest: int = 40) -> None:
        """Remember what was said by whom."""
        if words.strip():
            self.history.append((who, words.strip()))
            del self.history[:-longest]

    def take_back(self, who: str, words: str) -> None:
        """Forget what was noted last, if it was this."""
        if self.history and self.history[-1] == (who, words.strip()):
            del self.history[-1]

    def is_of(self, person: PersonId | None) -> bool:
        """Whether it is this person's visit, or that of somebody who came with them."""
        return person is not None and (person == self.person or person in self.company)

    def leave(self, person: PersonId, at: float) -> None:
        """Somebody has left; the visit goes on as long as one of them is here."""
        self.company.discard(person)
        if person == self.person:
            if self.company:
                self.person = self.company.pop()
            else:
                self.left_at = at

    def forget(self) -> None:
        """Empty the memory. What is in the book is deleted by who wrote it there.

        A number that was drawn stays in its queue, and belongs to nobody any more. What tools have
        used up still counts, without the names.
        """
        self.forgotten += 1
        self.key = secrets.token_hex(8)
        self.uses.forget()
        old = self.conversation
        self.conversation = Conversation(
            turns=old.turns, wordings=old.wordings, salt=old.salt, language=old.language
        )
        self.history.clear()
