"""An instruction in words becomes a face: `apologetic, eyebrows up` -> shapes, head, eyes. Pure.

Words and amounts are data (`words.yaml`). An instruction is read phrase by phrase: whole faces
are worn together, details are set on top, `no` and `without` take away, `slightly` and `very`
weigh. What is not understood is left out and named, so that it can be told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from actuation.faces.expressions import (
    Bearing,
    GazeHabit,
    HeadHeld,
    amount_of,
    bearing,
    bearing_at,
    indices_of,
)
from agent.core.messages import Expression

LONGEST: Final = 300
"""Characters of an instruction that are read; the rest is left out."""
_PHRASE_ENDS = re.compile(r"[,;.:!?/+&()\n]|\b(?:and|but|with|while|yet|plus)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MOOD = re.compile(r"\b(valence|arousal)\s*[:=]?\s*([+-]?\d+(?:\.\d+)?)")
_LESS: Final = 0.4


class _Detail(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()
    shapes: dict[str, float] = Field(default_factory=dict)
    head: HeadHeld | None = None
    gaze: GazeHabit | None = None
    like: tuple[str, ...] = ()


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    faces: dict[str, tuple[str, ...]]
    details: dict[str, _Detail]
    amounts: dict[float, tuple[str, ...]]
    negations: tuple[str, ...]
    less: tuple[str, ...]
    silent: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    return _Table.model_validate(yaml.safe_load(text))


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    form = re.escape(word).replace(r"\*", r"[\w'-]*").replace(r"\ ", r"\s+")
    return re.compile(rf"(?<![\w'-]){form}(?![\w'-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceInstruction:
    """What was understood of an instruction. Amounts weigh the usual intensity: 1 is as usual."""

    faces: tuple[tuple[str, float], ...] = ()
    """Names of expressions.yaml; an amount of 0: not this."""
    details: tuple[tuple[str, float], ...] = ()
    """Names of details; an amount of 0: taken away."""
    mood: tuple[float, float] | None = None
    """Valence and arousal, -1..1, where they were given as numbers."""
    unknown: tuple[str, ...] = ()
    """Words that mean nothing to a face."""

    @property
    def empty(self) -> bool:
        """Nothing in it moves a face."""
        return not self.faces and not self.details and self.mood is None

    def nearest(self) -> Expression | None:
        """The first face in it that bodies know by name."""
        named = (Expression(n) for n, amount in self.faces if amount > 0 and n in set(Expression))
        return next(named, None)


@lru_cache(maxsize=512)
def read_face(instruction: str) -> FaceInstruction:
    """Understand an instruction to the face; never raises."""
    line = instruction.lower().replace("’", "'")[:LONGEST]
    mood = {name: float(value) for name, value in _MOOD.findall(line)}
    line = _MOOD.sub(",", line)
    faces: dict[str, float] = {}
    details: dict[str, float] = {}
    unknown: list[str] = []
    denied = False
    for text, goes_on in _phrases(line):
        phrase = _read(text)
        denied = phrase.denied or (denied and goes_on)
        weight = 0.0 if denied else phrase.amount
        faces |= dict.fromkeys(phrase.faces, weight)
        details |= dict.fromkeys(phrase.details, weight)
        unknown += phrase.unknown
    return FaceInstruction(
        faces=tuple(faces.items()),
        details=tuple(details.items()),
        mood=(mood.get("valence", 0.0), mood.get("arousal", 0.0)) if mood else None,
        unknown=tuple(dict.fromkeys(unknown)),
    )


def _phrases(line: str) -> list[tuple[str, bool]]:
    """Phrases, each with whether it goes on from the one before (`no smile or frown`)."""
    return [
        (piece, i > 0 and k == 0)
        for part in _PHRASE_ENDS.split(line)
        for i, whole in enumerate(re.split(r"\bn?or\b", part))
        for k, piece in enumerate(_before_and_after_no(whole))
        if piece.strip()
    ]


def _before_and_after_no(phrase: str) -> list[str]:
    """`friendly without overdoing it` is friendly; `eyes not wide` is one thing and stays whole."""
    starts = [a for a, _ in _where(phrase, _table().negations)]
    before = phrase[: min(starts)] if starts else ""
    if before and (named := _read(before)) and (named.faces or named.details):
        return [before, phrase[len(before) :]]
    return [phrase]


_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Phrase:
    faces: list[str]
    details: list[str]
    amount: float
    denied: bool
    unknown: list[str]


def _read(phrase: str) -> _Phrase:
    table = _table()
    details, taken = _details(phrase)
    amounts = [
        (value, span)
        for value, words in table.amounts.items()
        for span in _where(phrase, words)
        if span not in taken
    ]
    # A word that weighs a detail (`a soft smile`) is no face beside it; alone it is one.
    weighing = [span for _, span in amounts] if details else []
    faces: list[str] = []
    for name, words in table.faces.items():
        spans = [s for s in _where(phrase, words) if s not in taken and s not in weighing]
        if spans:
            faces.append(name)
            taken += spans
    amounts = [(value, span) for value, span in amounts if span not in taken]
    less, denials = _where(phrase, table.less), _where(phrase, table.negations)
    amount = _LESS if less else 1.0
    for value, _ in amounts:
        # `not very` is a little; `no smile` is none.
        amount *= 0.5 if denials and value > 1 else value
    denied = bool(denials) and not any(value > 1 for value, _ in amounts)
    understood = [*taken, *less, *denials, *(span for _, span in amounts)]
    return _Phrase(faces, details, amount, denied, _left_over(phrase, understood))


def _where(phrase: str, words: Sequence[str]) -> list[_Span]:
    return [m.span() for word in words for m in _pattern(word).finditer(phrase)]


def _details(phrase: str) -> tuple[list[str], list[_Span]]:
    """Details that a phrase names, and where.

    Of those that share a word the one that needs most words counts: `one brow up` is not `brows
    up` as well.
    """
    hits: list[tuple[int, str, list[_Span]]] = []
    for name, detail in _table().details.items():
        spans = _where(phrase, detail.words)
        groups = [_where(phrase, group) for group in detail.all]
        if groups and all(groups):
            hits.append((len(groups), name, [span for group in groups for span in group]))
        elif spans:
            hits.append((1, name, spans))
    details: list[str] = []
    taken: list[_Span] = []
    for _, name, spans in sorted(hits, key=lambda hit: -hit[0]):
        if not set(spans) & set(taken):
            details.append(name)
            taken += spans
    return details, taken


def _left_over(phrase: str, spans: Sequence[_Span]) -> list[str]:
    """Words of a phrase that nothing understood."""
    silent = set(_table().silent)
    return [
        m.group()
        for m in _WORD.finditer(phrase)
        if m.group() not in silent and not any(a <= m.start() < b for a, b in spans)
    ]


def instructed(
    instruction: FaceInstruction, *, face: str | None, intensity: float, usual: Bearing
) -> Bearing:
    """The bearing that an instruction asks for.

    `face`: an expression named beside it, worn at `intensity`, unless the words speak of it
    themselves. `usual`: what is worn when the words name no whole face.
    """
    strength = amount_of(intensity)
    worn = [(n, strength * a) for n, a in instruction.faces if a > 0]
    said = {*dict(instruction.faces), *_said_by_details(instruction)}
    if face is not None and face not in said:
        worn.append((face, strength))
    denied = [name for name, amount in instruction.faces if amount <= 0]
    if worn or instruction.mood is None:
        base = bearing(worn) if worn else usual
    else:
        base = bearing_at(*instruction.mood)
    if denied and not worn:
        base = _without(base, denied)
    for name, amount in instruction.details:
        base = _set(base, _table().details[name], amount, strength)
    return base


def _said_by_details(instruction: FaceInstruction) -> set[str]:
    """Faces that say no more than the details do."""
    return {face for name, _ in instruction.details for face in _table().details[name].like}


def _without(base: Bearing, denied: Sequence[str]) -> Bearing:
    """A face less what others would show: `not happy` takes the smile away."""
    shapes = base.shapes.copy()
    for name in denied:
        shapes[bearing([(name, 1.0)]).shapes > 0] = 0.0
    return replace(base, shapes=shapes)


_DETAIL_USUAL: Final = 0.6
"""The intensity at which a detail shows as it stands in the file."""


def _set(base: Bearing, detail: _Detail, amount: float, strength: float) -> Bearing:
    shapes, head = base.shapes.copy(), base.head
    much = min(amount * strength / _DETAIL_USUAL, 1.35)
    for name, value in detail.shapes.items():
        for i in indices_of(name):
            if amount <= 0:
                shapes[i] = 0.0 if value > 0 else shapes[i]
            elif value <= 0:
                shapes[i] *= max(0.0, 1 - amount)
            else:
                shapes[i] = min(value * much, 1.0)
    if detail.head is not None:
        asked = np.array([detail.head.yaw_rad, detail.head.pitch_rad, detail.head.roll_rad])
        changed = asked != 0.0
        head = np.where(changed, asked * min(much, 1.35) if amount > 0 else 0.0, head)
    gaze = base.gaze
    if detail.gaze is not None:
        gaze = detail.gaze if amount > 0 else GazeHabit.STEADY
    return replace(base, shapes=shapes, head=head, gaze=gaze)


def details() -> Mapping[str, _Detail]:
    """All details by name."""
    return _table().details
