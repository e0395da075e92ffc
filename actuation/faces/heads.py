"""Who moves which part of a face: the rules, a sound, a video, a slider. Pure functions of time.

A face has four parts: mouth, expression, head pose, gaze. For each the rules have an answer at any
time; another source may take a part over, wholly, column by column or on top of the rules, and
give it back. A change of who is in charge blends; the closures of p b m and f v stay last in
`faces.compose`, whoever moves the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_face import COLUMNS
from actuation.joints.moves import REWIND_S
from actuation.joints.rotations import minimum_jerk
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

RULE: Final = "rule"
"""The source that is always there."""
BLEND_S: Final = 0.25


class FacePart(StrEnum):
    """What can be moved by a source of its own."""

    MOUTH = "mouth"
    EXPRESSION = "expression"
    HEAD = "head"
    GAZE = "gaze"


PART_COLUMNS: Final[Mapping[FacePart, tuple[str, ...]]] = {
    FacePart.MOUTH: COLUMNS,
    FacePart.EXPRESSION: ARKIT_NAMES,
    FacePart.HEAD: ("yaw_rad", "pitch_rad", "roll_rad"),
    FacePart.GAZE: ("yaw_rad", "pitch_rad", "lids"),
}
"""Mouth and expression are 0..1. Head: against the trunk, left and up positive, roll towards the
character's right positive. Gaze: the line of sight against the trunk, so that eyes keep their aim
while the head moves; `lids` is how far a blink has closed them, 0..1."""
_LOW_HIGH: Final[Mapping[FacePart, tuple[Floats, Floats]]] = {
    FacePart.MOUTH: (np.zeros(len(COLUMNS)), np.ones(len(COLUMNS))),
    FacePart.EXPRESSION: (np.zeros(len(ARKIT_NAMES)), np.ones(len(ARKIT_NAMES))),
    FacePart.HEAD: (np.array([-0.9, -0.45, -0.35]), np.array([0.9, 0.45, 0.35])),
    FacePart.GAZE: (np.array([-1.4, -0.9, 0.0]), np.array([1.4, 0.9, 1.0])),
}
"""What a neck, eyes and a face can do; whatever a source says is taken into this."""


class Mouth(Protocol):
    """The mouth of one clause, by rule or from its sound. Times count from its first sample."""

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, len(COLUMNS)) in 0..1 at rising `times_s`; at rest long before and after."""
        ...


class FaceHead(Protocol):
    """A source for one part of a face, in stage time."""

    @property
    def source(self) -> str:
        """Where it comes from, for the console: `sound`, `video`, `slider`."""
        ...

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, columns of the part) at rising `times_s`, which may go back by `REWIND_S`.

        NaN in a column: no opinion, the rule's value counts. It answers at any time: where it has
        nothing newer it holds its last value, until the part is given back.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Charge:
    at: float
    head: FaceHead | None
    """None: the rules again."""
    adds: bool
    blend_s: float


class FaceHeads:
    """Who is in charge of each part of one character's face, over time."""

    def __init__(self) -> None:
        self._charges: dict[FacePart, list[_Charge]] = {part: [] for part in FacePart}

    def take(
        self,
        part: FacePart,
        head: FaceHead,
        at: float,
        *,
        adds: bool = False,
        blend_s: float = BLEND_S,
    ) -> None:
        """Let `head` move `part` from stage time `at` on. `adds`: on top of the rules."""
        self._charges[part].append(_Charge(at, head, adds, max(blend_s, 1e-3)))
        self._charges[part].sort(key=lambda charge: charge.at)

    def give_back(self, part: FacePart, at: float, *, blend_s: float = BLEND_S) -> None:
        """Let the rules move `part` again from `at` on."""
        self._charges[part].append(_Charge(at, None, False, max(blend_s, 1e-3)))
        self._charges[part].sort(key=lambda charge: charge.at)

    def source(self, part: FacePart, at: float) -> str:
        """Who is in charge of `part` at stage time `at`."""
        begun = [charge for charge in self._charges[part] if charge.at <= at]
        return begun[-1].head.source if begun and begun[-1].head is not None else RULE

    def in_charge(self, part: FacePart, ruled: Floats, times: Floats) -> Floats:
        """What is shown of `part` at rising `times`, given what the rules say, (n, columns)."""
        charges = self._forget_old(part, float(times[0]) - REWIND_S)
        if not charges:
            return ruled
        shown = ruled
        for charge in charges:
            weight = minimum_jerk((times - charge.at) / charge.blend_s)[:, None]
            if weight[-1, 0] > 0.0:
                shown = shown * (1 - weight) + _said(part, charge, ruled, times) * weight
        return shown

    def _forget_old(self, part: FacePart, before: float) -> list[_Charge]:
        """Drop what has been fully blended over, or given back, before `before`."""
        charges = self._charges[part]
        settled = [i for i, c in enumerate(charges) if c.at + c.blend_s <= before]
        if settled:
            last = settled[-1]
            charges = charges[last + (charges[last].head is None) :]
            self._charges[part] = charges
        return charges


def _said(part: FacePart, charge: _Charge, ruled: Floats, times: Floats) -> Floats:
    if charge.head is None:
        return ruled
    said = np.asarray(charge.head.evaluate(times), np.float64)
    low, high = _LOW_HIGH[part]
    meant = np.isfinite(said)
    if charge.adds:
        return np.asarray(np.clip(ruled + np.where(meant, said, 0.0), low, high))
    return np.where(meant, np.clip(said, low, high), ruled)


@dataclass(frozen=True, slots=True)
class Slider:
    """Some columns of a part held at values, by hand. The others stay with the rules."""

    values: tuple[float, ...]
    """One a column of the part; NaN where the rules go on."""
    source: str = "slider"

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, columns) of the same row."""
        return np.tile(np.array(self.values), (len(times_s), 1))


def as_part(name: str) -> FacePart:
    """A part by its name, or raise `BadInputError`."""
    try:
        return FacePart(name)
    except ValueError:
        raise BadInputError(f"no part {name} of a face; there is {', '.join(FacePart)}") from None


def slider(part: FacePart, values: Mapping[str, float]) -> Slider:
    """Hold named columns of `part`. Unknown names and values that are no numbers are refused."""
    columns = PART_COLUMNS[part]
    for name, value in values.items():
        if name not in columns:
            raise BadInputError(f"slider {part}: no column {name}; there is {', '.join(columns)}")
        if not np.isfinite(value):
            raise BadInputError(f"slider {part}: {name} is {value}; give a number")
    return Slider(tuple(values.get(name, float("nan")) for name in columns))


@dataclass(frozen=True, slots=True)
class Filmed:
    """A part of a face written down over time, as from a video; held before and after it."""

    times_s: Floats
    """(m,) rising, from the source's own start."""
    values: Floats
    """(m, columns); NaN: no opinion."""
    zero_at: float = 0.0
    """Stage time of its start."""
    source: str = "video"

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, columns), linear between what was written down."""
        at = np.clip(times_s - self.zero_at, self.times_s[0], self.times_s[-1])
        low = np.clip(np.searchsorted(self.times_s, at, side="right") - 1, 0, len(self.values) - 1)
        high = np.minimum(low + 1, len(self.values) - 1)
        length = np.maximum(self.times_s[high] - self.times_s[low], 1e-9)
        part = np.clip((at - self.times_s[low]) / length, 0.0, 1.0)[:, None]
        with np.errstate(invalid="ignore"):
            return np.asarray(self.values[low] * (1 - part) + self.values[high] * part)
