"""What a detector reports about one picture, and the Protocol behind which detectors stand.

Faces and bodies are already in the agent's frame (see `camera.py`) but not yet people: the same
person may be a face, a body, both, or missed. `people.py` makes people of them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from perception.eyes.camera import WHOLE, Box, Vector
from perception.eyes.lean import TrunkLean
from perception.senses import Picture


class Cue(StrEnum):
    """What a distance was read from, most trusted first."""

    FACE = "face"
    FEET = "feet"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One reading of how far a person is from the agent, along the floor."""

    cue: Cue
    distance_m: float
    trust: float
    """Weight against the other cues, 1 / (relative standard deviation)**2."""
    noise: float
    """Relative deviation of one reading from the next, apart from its lasting error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face: where the eyes are and where they look."""

    box: Box
    eyes: Vector
    """Middle between the eyes, metres in the agent's frame."""
    forward: Vector
    """Unit vector out of the face, agent's frame."""
    eyes_yaw_rad: float | None = None
    """Eyes against the head, the person's left positive; None: too small, or closed."""
    eyes_pitch_rad: float | None = None
    mouth_open: float | None = None
    width_px: float = 200.0
    """Width in the picture; a small face is measured badly."""
    quality: float = 1.0
    """How much it looks like a face, 0..1."""
    points: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    """(478, 3) pixels right, up, out, for who reads expressions. Never leaves memory."""
    shapes: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    """(52,) 0..1 by MediaPipe's own network, NaN where it tells none; None: it is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One body: its distance by several cues, and how it is turned."""

    box: Box
    head: Box
    """Where the face should be looked for."""
    bearing_rad: float
    """Direction from the agent over the floor, left positive."""
    ranges: tuple[Range, ...]
    """At least one."""
    front_rad: float | None = None
    """Heading of the chest over the floor, agent's frame, left positive."""
    head_front_rad: float | None = None
    """Heading of the nose, coarse; used where no face is resolved."""
    hand_raised: bool | None = None
    lean: TrunkLean | None = None
    """How the trunk leans; None: not all of it is seen."""
    eyes_height_m: float | None = None
    quality: float = 1.0
    world: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    """(33, 3) metres around the hips, axes as the camera's. Never leaves memory."""
    visible: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    """(33,) 0..1."""
    outline: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    """(33, 2) fractions of the picture, right and down. Never leaves memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A body that need not be found again: painted out before others are looked for."""

    outline: NDArray[np.float64] = field(compare=False, repr=False)
    """(33, 2) fractions of the picture, where the body should be by now."""
    spared: bool = False
    """This one is looked for, and stays where others behind are painted out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What to spend time on in one picture. Chosen by `focus.py`."""

    scan: Box | None = WHOLE
    """Where to look for bodies nobody knows of yet."""
    bodies: tuple[Box, ...] = ()
    """Where known bodies are to be measured again."""
    faces: tuple[Box, ...] = (WHOLE,)
    """Where to look for faces nobody knows of yet."""
    heads: tuple[Box, ...] = ()
    """Heads of known people, to be looked at enlarged."""
    known: tuple[Known, ...] = ()
    """Bodies that hide others and need not be found, the farthest first. May be passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found in one picture."""

    faces: tuple[Face, ...] = ()
    bodies: tuple[Body, ...] = ()


class PeopleDetector(Protocol):
    """Finds faces and bodies. Called in a worker thread, one call at a time."""

    def look(self, picture: Picture, focus: Focus) -> Look:
        """What is in `picture`, as far as `focus` says. Blocks; raises what it cannot survive."""
        ...

    def close(self) -> None:
        """Give models and memory back."""
        ...
