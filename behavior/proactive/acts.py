"""The acts to choose from, composed of sayings, gestures, faces, gazes and postures in YAML.

Composing is blind but for what the parts allow: a purpose says what goes with it, `never` says
what does not go together at all. Slots in the words are filled when an act is done.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.core.messages import Expression, Posture

FILE = Path(__file__).with_name("acts.yaml")
SLOTS: Mapping[str, str] = {"good_day": "Good day"}
"""What stands for each slot where the words are compared in meaning."""
_NOON, _EVENING = 12.0, 18.0

Looks = Literal["person", "soft", "around", "away"]
"""person: at the one addressed; soft: past them; around: at each of a group; away."""
Number = Literal["one", "group", "any"]


class Purpose(BaseModel):
    """One thing that acts are for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = Field(min_length=10, description="What it is for, in plain words.")
    gestures: tuple[str, ...] = Field(
        ("none",), min_length=1, description="Gestures of the lexicon, or `none`."
    )
    faces: tuple[Expression, ...] = Field(
        (Expression.FRIENDLY,), min_length=1, description="Faces that go with it."
    )
    gazes: tuple[Looks, ...] = Field(
        ("person",),
        min_length=1,
        description="person: at them; soft: past them; around: at each of a group; away.",
    )
    postures: tuple[Posture, ...] = Field(
        (Posture.ATTENTIVE,), min_length=1, description="Postures that go with it."
    )
    to: Number = Field("any", description="For one person, a group, or either.")
    say: tuple[str, ...] = Field((), description="What can be said; none: a silent act.")

    @model_validator(mode="after")
    def _slots_are_known(self) -> "Purpose":
        for line in self.say:
            try:
                line.format_map(SLOTS)
            except (KeyError, ValueError, IndexError) as fault:
                slots = ", ".join(f"{{{name}}}" for name in SLOTS)
                raise ValueError(f"{line!r}: {fault}; the slots are {slots}") from None
        return self


class ActParts(BaseModel):
    """A file of act parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purposes: dict[str, Purpose] = Field(default_factory=dict, description="By name.")
    never: tuple[dict[Literal["gesture", "face", "gaze", "posture"], str], ...] = Field(
        (), description="Pairs that do not go together."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPattern:
    """One act, whole but for its addressee and its slots."""

    name: str
    """`greet/2/wave/friendly/person/attentive`"""
    purpose: str
    about: str
    say: str
    """Words with slots; empty: a silent act."""
    gesture: str
    face: Expression
    gaze: Looks
    posture: Posture
    to: Number

    @property
    def silent(self) -> bool:
        """It has no words."""
        return not self.say

    @property
    def meaning(self) -> str:
        """What its sentence vector is made of: what it is for, and its words."""
        return f"{self.about}. {self.say.format_map(SLOTS)}".strip()

    def words(self, hour: float) -> str:
        """What to say at this hour of the day."""
        part = "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"
        return self.say.format_map({"good_day": f"Good {part}"})


def read_parts(path: Path = FILE) -> ActParts:
    """Read a file of parts."""
    return ActParts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def compose(parts: ActParts) -> tuple[ActPattern, ...]:
    """Every act that the parts allow, in a fixed order."""
    return tuple(
        pattern
        for name, purpose in parts.purposes.items()
        for pattern in _of_purpose(name, purpose)
        if not any(_has(pattern, pair) for pair in parts.never)
    )


def _of_purpose(name: str, purpose: Purpose) -> list[ActPattern]:
    kinds = itertools.product(
        enumerate(purpose.say or ("",), 1),
        purpose.gestures,
        purpose.faces,
        purpose.gazes,
        purpose.postures,
    )
    return [
        ActPattern(
            name=f"{name}/{number}/{gesture}/{face}/{gaze}/{posture}",
            purpose=name,
            about=purpose.about,
            say=say,
            gesture=gesture,
            face=face,
            gaze=gaze,
            posture=posture,
            to=purpose.to,
        )
        for (number, say), gesture, face, gaze, posture in kinds
        # A silent act without a gesture is a look; without a look at anyone it is nothing.
        if say or gesture != "none" or gaze == "person"
    ]


def _has(
    pattern: ActPattern, pair: Mapping[Literal["gesture", "face", "gaze", "posture"], str]
) -> bool:
    return all(getattr(pattern, part) == value for part, value in pair.items())


@dataclass(frozen=True)
class Repertoire:
    """Acts by name and by number."""

    patterns: tuple[ActPattern, ...]

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Place of an act by its name."""
        return {pattern.name: i for i, pattern in enumerate(self.patterns)}

    @cached_property
    def purposes(self) -> tuple[str, ...]:
        """All purposes, in order."""
        return tuple(dict.fromkeys(pattern.purpose for pattern in self.patterns))

    def get(self, name: str) -> ActPattern | None:
        """The act of that name, if there is one."""
        place = self.number.get(name)
        return None if place is None else self.patterns[place]


@cache
def _house() -> ActParts:
    return read_parts()


def repertoire(*more: Mapping[str, Purpose]) -> Repertoire:
    """The acts of the house and a site's own; a purpose of the same name takes its place."""
    parts = _house()
    purposes = dict(parts.purposes)
    for extra in more:
        purposes.update(extra)
    return Repertoire(compose(parts.model_copy(update={"purposes": purposes})))
