"""The language in which a model says what to perform: one schema, and what it means.

Everything that a `Clause` can carry can be said in it, and nothing else: words, to whom, gestures
with the word or mark they are bound to, face, gaze, posture, a wait. `to_clause` and `from_clause`
are each other's inverse, so the desk's own lines are told to a model in the form it answers in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    PersonId,
    Place,
    Posture,
)
from behavior.languages.sounds_like import plain
from behavior.model.face_words import nearest_face
from behavior.tools.trust import without_tricks

_DEICTIC = frozenset({"point", "show_way"})
_AIMED = frozenset({*_DEICTIC, "offer_palm"})
CLAUSE_CHARS = 200
CLAUSES = 8
_GESTURES = 2
_WIDE_SIGNS = re.compile("([，。？！：；、（）])")
_WORD_CHARS = 40
_MANNER_CHARS = 60
_WAIT_S = 3.0
_INTENSITY = 0.6
"""Of a face without one, as in `Clause`."""
VISITOR, EVERYONE = "visitor", "everyone"


class Mark(StrEnum):
    """Where in a clause a gesture has its stroke, when no word is named."""

    START = "start"
    STRESS = "stress"
    END = "end"


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpokenGesture(_Said):
    """A gesture bound to a word or a mark of its clause."""

    name: str
    word: str | None = None
    """A word of the clause."""
    mark: Mark | None = None
    toward: str | None = None
    """Key of a place of the site."""


class SpokenFace(_Said):
    """A face by name, by a free instruction, or both."""

    expression: Expression | None = None
    intensity: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    instruction: str = ""


class SpokenClause(_Said):
    """One clause as a model writes it."""

    say: str = Field(min_length=1, max_length=CLAUSE_CHARS)
    to: str | None = None
    gestures: tuple[SpokenGesture, ...] = ()
    face: SpokenFace | None = None
    gaze: GazeTarget | None = None
    posture: Posture | None = None
    wait_s: float = Field(0.0, ge=0, le=_WAIT_S, allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What names in a reply stand for."""

    person: PersonId | None = None
    """The visitor who is answered."""
    others: tuple[PersonId, ...] = ()
    """Who else may be spoken to."""
    toward: Place | None = None
    """Where the desk itself points in this answer."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """True positions of public places, by key."""
    gestures: tuple[str, ...] = ()
    """Names of gestures that may be asked for, as the body has them."""


def reply_schema(
    here: Here | None = None, tools: Mapping[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """JSON Schema of a whole reply, for servers that decode by grammar.

    Only `say` is required: each key that must be written costs time before the first word.
    `tools`: name -> schema of its arguments, of those a model may propose after its words.
    """
    here = here or Here()
    said: dict[str, Any] = {
        "say": {"type": "string", "minLength": 1, "maxLength": CLAUSE_CHARS},
        "to": {"enum": [VISITOR, EVERYONE, *here.others]},
    }
    if here.gestures:
        said["gestures"] = {
            "type": "array", "minItems": 1, "maxItems": _GESTURES, "items": _gesture(here)
        }  # fmt: skip
    said |= {
        "face": _face(),
        "gaze": {"enum": [target.value for target in GazeTarget]},
        "posture": {"enum": [posture.value for posture in Posture]},
        "wait_s": {"type": "number", "minimum": 0, "maximum": _WAIT_S},
    }
    clause = _object(said, required=("say",))
    properties: dict[str, Any] = {
        "clauses": {"type": "array", "minItems": 1, "maxItems": CLAUSES, "items": clause}
    }
    if tools:
        properties["tool"] = {"anyOf": [{"type": "null"}, *map(_tool, tools.items())]}
    return _object(properties, required=properties)


def _gesture(here: Here) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": {"enum": list(here.gestures)},
        "word": {"type": "string", "minLength": 1, "maxLength": _WORD_CHARS},
        "mark": {"enum": [mark.value for mark in Mark]},
    }
    if here.places:
        properties["toward"] = {"enum": list(here.places)}
    return _object(properties, required=("name",))


def _face() -> dict[str, Any]:
    return _object(
        {
            "expression": {"enum": [one.value for one in Expression]},
            "intensity": {"type": "number", "minimum": 0, "maximum": 1},
            "instruction": {"type": "string", "minLength": 1, "maxLength": _MANNER_CHARS},
        },
        required=(),
    )


def _tool(row: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, arguments = row
    return _object(
        {"name": {"const": name}, "arguments": arguments}, required=("name", "arguments")
    )


def _object(properties: dict[str, Any], *, required: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def to_clause(spoken: SpokenClause, here: Here) -> Clause:
    """Make a clause of what a model wrote. It points only at true places.

    What names nothing that there is (a gesture, a place, a person, a word) is left out.
    """
    text = _seen(spoken.say)
    cues = tuple(
        cue for one in spoken.gestures[:_GESTURES] if (cue := _cue(one, text, here)) is not None
    )
    toward = next((cue.toward for cue in cues if cue.toward is not None), here.toward)
    to = PersonId(spoken.to) if spoken.to in here.others else None
    expression, intensity, manner = _worn(spoken.face)
    return Clause(
        text=text,
        gestures=cues,
        expression=expression,
        intensity=intensity,
        manner=manner,
        gaze=_gaze(spoken, to or here.person, toward),
        to=to,
        posture=spoken.posture,
        pause_after_s=spoken.wait_s,
    )


def _seen(text: str) -> str:
    """The text without what cannot be seen; Chinese signs stay as wide as they are written."""
    parts = _WIDE_SIGNS.split(text)
    return "".join(one if i % 2 else without_tricks(one) for i, one in enumerate(parts))


def _cue(spoken: SpokenGesture, text: str, here: Here) -> GestureCue | None:
    if spoken.name not in here.gestures:
        return None
    toward = here.places.get(spoken.toward, here.toward) if spoken.toward else here.toward
    if spoken.name in _DEICTIC and toward is None:
        return None
    return GestureCue(
        lexeme=spoken.name,
        word=_word_index(spoken, text.split()),
        toward=toward if spoken.name in _AIMED else None,
    )


def _word_index(spoken: SpokenGesture, words: list[str]) -> int | None:
    """The word that carries the stroke; None: the most stressed one."""
    wanted = plain(spoken.word or "")
    if wanted:
        heard = [plain(word) for word in words]
        return heard.index(wanted) if wanted in heard else None
    ends = {Mark.START: 0, Mark.END: max(0, len(words) - 1)}
    return ends.get(spoken.mark) if spoken.mark is not None else None


def _worn(face: SpokenFace | None) -> tuple[Expression | None, float, str]:
    """Expression, intensity and instruction of a face."""
    if face is None:
        return None, _INTENSITY, ""
    manner = without_tricks(face.instruction)[:_MANNER_CHARS]
    expression, intensity = face.expression, face.intensity
    if expression is None and manner and (near := nearest_face(manner)) is not None:
        # How much of it is said by the words themselves, which travel along.
        expression = near[0]
    return expression, _INTENSITY if intensity is None else intensity, manner


def _gaze(spoken: SpokenClause, person: PersonId | None, toward: Place | None) -> Gaze | None:
    match spoken.gaze:
        case None:
            if spoken.to == EVERYONE:
                return Gaze(target=GazeTarget.AMBIENT)
            return Gaze(target=GazeTarget.PERSON, person=person) if spoken.to else None
        case GazeTarget.PLACE:
            return Gaze(target=GazeTarget.PLACE, place=toward) if toward is not None else None
        case GazeTarget.PERSON:
            return Gaze(target=GazeTarget.PERSON, person=person)
        case target:
            return Gaze(target=target)


def from_clause(clause: Clause, here: Here) -> dict[str, Any]:
    """The clause as a model would write it; the inverse of `to_clause`."""
    said: dict[str, Any] = {"say": clause.text}
    if clause.to is not None:
        said["to"] = clause.to
    words = clause.text.split()
    named = [cue for cue in clause.gestures if cue.lexeme in here.gestures]
    if named:
        said["gestures"] = [_cue_said(cue, words, here) for cue in named]
    if face := _face_said(clause):
        said["face"] = face
    if clause.gaze is not None:
        said["gaze"] = clause.gaze.target.value
    if clause.posture is not None:
        said["posture"] = clause.posture.value
    if clause.pause_after_s:
        said["wait_s"] = clause.pause_after_s
    return said


def _cue_said(cue: GestureCue, words: list[str], here: Here) -> dict[str, Any]:
    said: dict[str, Any] = {"name": cue.lexeme}
    if cue.word is not None:
        heard = [plain(word) for word in words]
        word = heard[cue.word] if cue.word < len(words) else ""
        if word and heard.index(word) == cue.word:
            said["word"] = word
        elif cue.word >= len(words) - 1:
            said["mark"] = Mark.END.value
        elif cue.word == 0:
            said["mark"] = Mark.START.value
    if cue.toward is not None and cue.toward != here.toward:
        key = next((key for key, place in here.places.items() if place == cue.toward), None)
        if key is not None:
            said["toward"] = key
    return said


def _face_said(clause: Clause) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if clause.expression is not None:
        said["expression"] = clause.expression.value
        if clause.intensity != _INTENSITY:
            said["intensity"] = clause.intensity
    if clause.manner:
        said["instruction"] = clause.manner
    return said
