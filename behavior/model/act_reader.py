"""Reads a reply of the act grammar as its text streams in; looks at each character once.

Each clause is out as soon as its closing brace is, so the first one is spoken while the model
still writes the second. Whatever is not of the grammar raises `NonsenseError`, early.
"""

import json
import re
from enum import Enum, auto

from pydantic import ValidationError

from agent.core.errors import FoyerError
from behavior.model.act_grammar import CLAUSES, SpokenClause

_LONGEST = 8_000
_LONGEST_CLAUSE = 1_500
_DEEPEST = 12
_BLANKS = 200
"""Blanks in a row between two tokens; small models under a grammar may write nothing else."""
_OPENING = re.compile(r'\s*\{\s*"clauses"\s*:\s*\[')
_OPENING_CHARS = 24


class NonsenseError(FoyerError):
    """What a model said cannot be performed, with why."""


class _At(Enum):
    OPENING = auto()
    BETWEEN = auto()
    CLAUSE = auto()
    REST = auto()
    END = auto()


class ClauseReader:
    """`feed` yields each clause once it is complete."""

    def __init__(self) -> None:
        self._at = _At.OPENING
        self._held = ""
        """Text of the clause, or of what follows the clauses, that is not complete yet."""
        self._depth = 0
        self._quoted = self._escaped = False
        self._length = self._blanks = self._count = 0

    @property
    def complete(self) -> bool:
        """The clauses came to their own end."""
        return self._at in {_At.REST, _At.END}

    @property
    def closed(self) -> bool:
        """The object that holds the clauses is closed, too."""
        return self._at is _At.END

    @property
    def tool(self) -> object:
        """What follows the clauses as `tool`, as it stands there; None: nothing readable."""
        if not self.closed:
            return None
        try:
            rest = _loads("{" + self._held.lstrip(", \t\r\n"))
        except (ValueError, RecursionError):
            return None
        return rest.get("tool") if isinstance(rest, dict) else None

    def feed(self, piece: str) -> list[SpokenClause]:
        """Take more text; return the clauses it completes. Raises `NonsenseError`."""
        self._length += len(piece)
        if self._length > _LONGEST:
            raise NonsenseError("too long")
        if self._at is _At.OPENING:
            piece = self._open(piece)
        clauses = []
        for char in piece:
            if (clause := self._take(char)) is not None:
                clauses.append(clause)
        return clauses

    def _open(self, piece: str) -> str:
        """Wait for the array of clauses; return what follows its bracket."""
        self._held += piece
        if begun := _OPENING.match(self._held):
            rest, self._held = self._held[begun.end() :], ""
            self._at = _At.BETWEEN
            return rest
        written = "".join(self._held.split())
        if len(written) > _OPENING_CHARS or written[:1] not in {"{", ""}:
            raise NonsenseError("not the JSON that was asked for")
        if len(self._held) > _BLANKS:
            raise NonsenseError("nothing but blanks")
        return ""

    def _take(self, char: str) -> SpokenClause | None:
        if not self._quoted:
            self._blanks = self._blanks + 1 if char.isspace() else 0
            if self._blanks > _BLANKS:
                raise NonsenseError("nothing but blanks")
        match self._at:
            case _At.BETWEEN:
                self._begin(char)
            case _At.CLAUSE:
                self._held += char
                self._nest(char)
                if len(self._held) > _LONGEST_CLAUSE:
                    raise NonsenseError("a clause without an end")
                if self._depth == 0:
                    return self._end_clause()
            case _At.REST:
                self._held += char
                self._nest(char)
                if self._depth == 0:
                    self._at = _At.END
            case _:
                pass
        return None

    def _begin(self, char: str) -> None:
        if char == "{":
            self._at, self._held, self._depth = _At.CLAUSE, "{", 1
        elif char == "]":
            # Still inside the object that holds the clauses.
            self._at, self._held, self._depth = _At.REST, "", 1
        elif char != "," and not char.isspace():
            raise NonsenseError("not the JSON that was asked for")

    def _nest(self, char: str) -> None:
        if self._quoted:
            if self._escaped:
                self._escaped = False
            elif char == "\\":
                self._escaped = True
            elif char == '"':
                self._quoted = False
        elif char == '"':
            self._quoted = True
        elif char in "{[":
            self._depth += 1
            if self._depth > _DEEPEST:
                raise NonsenseError("nested too deeply")
        elif char in "}]":
            self._depth -= 1

    def _end_clause(self) -> SpokenClause:
        try:
            clause = SpokenClause.model_validate(_loads(self._held))
        except (ValueError, ValidationError):
            raise NonsenseError("a clause breaks the schema") from None
        self._at, self._held = _At.BETWEEN, ""
        self._count += 1
        if self._count > CLAUSES:
            raise NonsenseError("too many clauses")
        return clause


def _loads(text: str) -> object:
    """JSON whose strings may hold control characters, as some servers' grammars let them."""
    return json.loads(text, strict=False)
