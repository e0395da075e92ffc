"""The language in which a model says what to perform: its schema, its reader, its limits.

The schema is made from the message types, so what actuation can do is what a model may ask for.
Clauses are read as they arrive: each is out as soon as its closing brace is.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.core.errors import FoyerError
from agent.core.messages import Clause, Expression, Gaze, GazeTarget, GestureCue, PersonId, Place

LEXEMES = (
    "nod", "wave", "point", "offer_palm", "show_way", "welcome_arms", "shrug", "heart_clasp",
    "self_indicate", "small_bow", "here_desk",
)  # fmt: skip
"""Names in the lexicon of gestures that a model may ask for."""
_DEICTIC = frozenset({"point", "show_way"})
CLAUSE_CHARS = 200
CLAUSES = 6

_MARKUP = re.compile(
    r"<\||\|>|```|[{}<>]|https?://|\*\*|^#|\[[a-z_]+\]|\bassistant:|\bsystem:", re.I
)
_ENGLISH = frozenset(
    """the a an is are am i you it to of and or in on at for from with by my your this that there
    here please can could will would do does not no yes be have has what who where when how they we
    let know take may me our if so just thank thanks sorry hello welcome""".split()  # noqa: SIM905
)
_CLAIM = re.compile(
    r"\bI(?:'ve| have| am|'m|'ll| will)?(?: just| already| now)* "
    r"(?:called|calling|call|notified|notifying|informed|informing|told|telling|messaged|letting"
    r"|booked|ordered|sent|unlocked|opened)\b",
    re.I,
)


class NonsenseError(FoyerError):
    """What a model said cannot be performed, with why."""


class SpokenClause(BaseModel):
    """One clause as a model writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str = Field(min_length=1, max_length=CLAUSE_CHARS)
    gesture: str | None = None
    expression: Expression | None = None
    gaze: GazeTarget | None = None


def reply_schema(
    lexemes: tuple[str, ...] = LEXEMES, tools: Mapping[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """JSON Schema of a whole reply, for servers that decode by grammar.

    `tools`: name -> schema of its arguments, of those a model may propose after its words.
    """

    def one_of(names: Iterator[str]) -> dict[str, Any]:
        return {"enum": [*names, None]}

    clause = {
        "type": "object",
        "properties": {
            "say": {"type": "string", "minLength": 1, "maxLength": CLAUSE_CHARS},
            "gesture": one_of(iter(lexemes)),
            "expression": one_of(e.value for e in Expression),
            "gaze": one_of(g.value for g in GazeTarget),
        },
        "required": ["say", "gesture", "expression", "gaze"],
        "additionalProperties": False,
    }
    properties: dict[str, Any] = {
        "clauses": {"type": "array", "minItems": 1, "maxItems": CLAUSES, "items": clause}
    }
    if tools:
        properties["tool"] = {"anyOf": [{"type": "null"}, *map(_tool_schema, tools.items())]}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _tool_schema(row: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, arguments = row
    return {
        "type": "object",
        "properties": {"name": {"const": name}, "arguments": arguments},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


class ClauseReader:
    """Reads a reply as its text streams in. `feed` yields each clause once it is complete."""

    _LONGEST = 8_000

    def __init__(self) -> None:
        self._text = ""
        self._at = -1
        """Where reading goes on; -1 until the array of clauses begins."""
        self._count = 0
        self.complete = False
        """The reply came to its own end."""

    def feed(self, piece: str) -> list[SpokenClause]:
        """Take more text; return the clauses it completes. Raises `NonsenseError`."""
        self._text += piece
        if len(self._text) > self._LONGEST:
            raise NonsenseError("too long")
        if self._at < 0:
            self._find_start()
        clauses = []
        while self._at >= 0 and not self.complete and (clause := self._next()) is not None:
            clauses.append(clause)
        return clauses

    @property
    def goes_on(self) -> bool:
        """Something follows the clauses."""
        return self._text[self._at + 1 :].lstrip()[:1] in {"", ","}

    @property
    def closed(self) -> bool:
        """The object that holds the clauses is closed, too."""
        return _closing_brace(self._text, max(0, self._text.find("{"))) is not None

    @property
    def tool(self) -> object:
        """What follows the clauses as `tool`, as it stands there; None: nothing readable."""
        end = _closing_brace(self._text, max(0, self._text.find("{")))
        try:
            whole = json.loads(self._text[:end]) if end else None
        except ValueError:
            return None
        return whole.get("tool") if isinstance(whole, dict) else None

    def _find_start(self) -> None:
        start = re.match(r'\s*\{\s*"clauses"\s*:\s*\[', self._text)
        if start:
            self._at = start.end()
        elif len(self._text.strip()) > 24 or self._text.strip()[:1] not in {"{", ""}:
            raise NonsenseError("not the JSON that was asked for")

    def _next(self) -> SpokenClause | None:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n,":
            self._at += 1
        if self._at >= len(self._text):
            return None
        if self._text[self._at] == "]":
            self.complete = True
            return None
        if self._text[self._at] != "{":
            raise NonsenseError("not the JSON that was asked for")
        end = _closing_brace(self._text, self._at)
        if end is None:
            return None
        try:
            clause = SpokenClause.model_validate(json.loads(self._text[self._at : end]))
        except (ValueError, ValidationError):
            raise NonsenseError("a clause breaks the schema") from None
        self._at = end
        self._count += 1
        if self._count > CLAUSES:
            raise NonsenseError("too many clauses")
        return clause


def _closing_brace(text: str, start: int) -> int | None:
    depth, quoted, escaped = 0, False, False
    for i in range(start, len(text)):
        char = text[i]
        if quoted:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if depth == 0:
                return i + 1
    return None


def check_words(text: str, *, before: tuple[str, ...], rules: str, deeds: bool) -> None:
    """Raise `NonsenseError` when `text` must not be spoken.

    `before`: clauses of this reply so far. `rules`: the instructions, which must not be recited.
    `deeds`: something is being done, so that saying so is true.
    """
    words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", text.lower())
    if not words:
        raise NonsenseError("no words")
    if _MARKUP.search(text):
        raise NonsenseError("markup instead of speech")
    letters = [c for c in text if c.isalpha()]
    if sum(c.isascii() for c in letters) < 0.85 * len(letters):
        raise NonsenseError("another language")
    heard = [*(w for clause in before for w in re.findall(r"[a-z']+", clause.lower())), *words]
    if len(heard) >= 5 and sum(w in _ENGLISH for w in heard) < 0.12 * len(heard):
        raise NonsenseError("another language")
    if text in before or _stutters(words):
        raise NonsenseError("repeats itself")
    if _recites(words, rules):
        raise NonsenseError("recites its instructions")
    if not deeds and _CLAIM.search(text):
        raise NonsenseError("claims to do what is not being done")


def to_clause(spoken: SpokenClause, *, person: PersonId | None, toward: Place | None) -> Clause:
    """Make a clause of what a model wrote. It points only where the desk has a true place."""
    gestures: tuple[GestureCue, ...] = ()
    if spoken.gesture in LEXEMES and (spoken.gesture not in _DEICTIC or toward is not None):
        deictic = toward if spoken.gesture in {*_DEICTIC, "offer_palm"} else None
        gestures = (GestureCue(lexeme=spoken.gesture, toward=deictic),)
    gaze = None
    if spoken.gaze is GazeTarget.PLACE:
        gaze = Gaze(target=GazeTarget.PLACE, place=toward) if toward is not None else None
    elif spoken.gaze is GazeTarget.PERSON:
        gaze = Gaze(target=GazeTarget.PERSON, person=person)
    elif spoken.gaze is not None:
        gaze = Gaze(target=spoken.gaze)
    return Clause(
        text=" ".join(spoken.say.split()),
        gestures=gestures,
        expression=spoken.expression,
        gaze=gaze,
    )


def _stutters(words: list[str]) -> bool:
    return len(words) >= 8 and len(set(words)) < 0.4 * len(words)


def _recites(words: list[str], rules: str) -> bool:
    ruled = " ".join(re.findall(r"[^\W\d_]+(?:'[a-z]+)?", rules.lower()))
    return any(" ".join(words[i : i + 8]) in ruled for i in range(len(words) - 7))
