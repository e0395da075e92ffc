"""The agent's own faces as data, and how several of them are worn at once. Pure.

A face is more than shapes: how the head is held, where the eyes go, how often they blink, how far
speech opens the mouth. `Bearing` is all of it as one vector, so that it can be moved smoothly.
The data are in `expressions.yaml`; they describe the agent's face, never a visitor's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from actuation.motion import FACE_INDEX
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Expression

Floats = NDArray[np.float64]
SHAPES: Final = len(ARKIT_NAMES)
BEARING_SIZE: Final = SHAPES + 3 + 3
"""Shapes, head pose, and the factors of blinks, glances and mouth less 1."""


class GazeHabit(StrEnum):
    """What the eyes do when a face is put on."""

    STEADY = "steady"
    DOWN_BRIEFLY = "down_briefly"
    ASIDE = "aside"


class HeadHeld(BaseModel):
    """How the head is held with a face, radians."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    yaw_rad: float = Field(0.0, ge=-0.3, le=0.3)
    pitch_rad: float = Field(0.0, ge=-0.3, le=0.3)
    roll_rad: float = Field(0.0, ge=-0.3, le=0.3)


class FaceEntry(BaseModel):
    """One face of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    emotion: bool = False
    valence: float = Field(ge=-1, le=1)
    arousal: float = Field(ge=-1, le=1)
    shapes: dict[str, float]
    head: HeadHeld = HeadHeld.model_construct(yaw_rad=0.0, pitch_rad=0.0, roll_rad=0.0)
    gaze: GazeHabit = GazeHabit.STEADY
    blinks: float = Field(1.0, ge=0.3, le=3)
    glances: float = Field(1.0, ge=0, le=3)
    mouth: float = Field(1.0, ge=0.7, le=1.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """What a face is to be: everything that goes with it."""

    shapes: Floats
    """(52,) in 0..1."""
    head: Floats
    """(3,) yaw, pitch, roll on top of where the head is turned to, radians."""
    blinks: float = 1.0
    glances: float = 1.0
    mouth: float = 1.0
    gaze: GazeHabit = GazeHabit.STEADY

    def vector(self) -> Floats:
        """(BEARING_SIZE,): what moves smoothly from one bearing to the next."""
        factors = [self.blinks - 1, self.glances - 1, self.mouth - 1]
        return np.concatenate([self.shapes, self.head, factors])


def vector_of(shapes: Mapping[str, float]) -> Floats:
    """(52,) of named shapes; a name without its side means both. Unknown names are refused."""
    vector = np.zeros(SHAPES)
    for name, value in shapes.items():
        for i in indices_of(name):
            vector[i] = value
    return vector


def indices_of(name: str) -> tuple[int, ...]:
    """Where a shape is in ARKit's order; both sides for a name without one."""
    if name in FACE_INDEX:
        return (FACE_INDEX[name],)
    if f"{name}Left" in FACE_INDEX:
        return FACE_INDEX[f"{name}Left"], FACE_INDEX[f"{name}Right"]
    raise BadInputError(f"face: no shape {name}; ARKit has {', '.join(ARKIT_NAMES)}")


@lru_cache(maxsize=1)
def faces() -> Mapping[str, FaceEntry]:
    """All faces of `expressions.yaml` by name."""
    text = Path(__file__).with_name("expressions.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, FaceEntry]).validate_python(yaml.safe_load(text))


@lru_cache(maxsize=1)
def emotions() -> tuple[str, ...]:
    """The eight basic emotions, in the order of the file."""
    return tuple(name for name, face in faces().items() if face.emotion)


@lru_cache(maxsize=256)
def _full(name: str) -> Bearing:
    face = faces()[name]
    shapes = vector_of(face.shapes)
    head = np.array([face.head.yaw_rad, face.head.pitch_rad, face.head.roll_rad])
    # Kept for all characters: nobody may change it in place.
    shapes.setflags(write=False)
    head.setflags(write=False)
    return Bearing(
        shapes=shapes,
        head=head,
        blinks=face.blinks,
        glances=face.glances,
        mouth=face.mouth,
        gaze=face.gaze,
    )


def amount_of(intensity: float) -> float:
    """An intensity taken into 0..1; what is not a number counts as 0."""
    return float(np.clip(np.nan_to_num(intensity, nan=0.0), 0.0, 1.0))


def bearing_of(name: str, intensity: float) -> Bearing:
    """One face at `intensity`. Unknown names are refused."""
    return bearing([(name, intensity)])


_OPPOSED: Final = tuple(
    (first, second)
    for a, b in (("mouthSmile", "mouthFrown"), ("eyeWide", "eyeSquint"), ("eyeWide", "eyeBlink"),
                 ("browOuterUp", "browDown"))
    for first, second in zip(indices_of(a), indices_of(b), strict=True)
)  # fmt: skip
_GAZE_SHOWS: Final = 0.3
"""Below this intensity a face does not move the eyes."""


def bearing(wanted: Iterable[tuple[str, float]]) -> Bearing:
    """Several faces at once: the most of each shape; what pulls against each other, less the other.

    `wanted`: names and intensities; an intensity is taken into 0..1. None: neutral.
    """
    parts = [(_known(name), amount_of(intensity)) for name, intensity in wanted]
    shapes, head = np.zeros(SHAPES), np.zeros(3)
    factors = np.zeros(3)
    gaze = GazeHabit.STEADY
    total = sum(amount for _, amount in parts)
    for full, amount in parts:
        shapes = np.maximum(shapes, full.shapes * amount)
        share = amount / max(total, 1.0)
        head = head + full.head * share
        factors = factors + share * (np.array([full.blinks, full.glances, full.mouth]) - 1)
        if full.gaze is not GazeHabit.STEADY and amount >= _GAZE_SHOWS:
            gaze = full.gaze
    if len(parts) > 1:
        shapes = _settled(shapes, [full.shapes for full, _ in parts])
    blinks, glances, mouth = (1 + factors).tolist()
    return Bearing(shapes=shapes, head=head, blinks=blinks, glances=glances, mouth=mouth, gaze=gaze)


def _known(name: str) -> Bearing:
    if name not in faces():
        raise BadInputError(f"face: no {name}; there is {', '.join(faces())}")
    return _full(name)


def _settled(shapes: Floats, parts: list[Floats]) -> Floats:
    """Where two faces pull a part both ways, only the difference shows."""
    settled = shapes.copy()
    for a, b in _OPPOSED:
        both_in_one = any(part[a] > 0 and part[b] > 0 for part in parts)
        if not both_in_one and min(shapes[a], shapes[b]) > 0:
            less = min(shapes[a], shapes[b])
            settled[a], settled[b] = shapes[a] - less, shapes[b] - less
    return settled


_CIRCUMPLEX: Final = ("neutral", "happy", "surprised", "afraid", "sad", "calm", "friendly",
                      "attentive", "tired", "concerned")  # fmt: skip
_NEAR: Final = 0.28


def bearing_at(valence: float, arousal: float) -> Bearing:
    """A face by how pleasant and how lively it is, each -1..1 (Russell, 10.1037/h0077714).

    The faces near that point, weighed by a Gaussian of their distance. Anger, disgust and contempt
    are not reached this way: pleasantness and liveliness do not tell them from fear.
    """
    at = np.clip(np.nan_to_num([valence, arousal]), -1.0, 1.0)
    entries = [faces()[name] for name in _CIRCUMPLEX]
    away = np.array([[face.valence, face.arousal] for face in entries]) - at
    weights = np.exp(-np.sum(away**2, axis=1) / (2 * _NEAR**2)) + 1e-9
    weights /= weights.sum()
    mixed = sum(w * _full(n).vector() for w, n in zip(weights, _CIRCUMPLEX, strict=True))
    vector = np.asarray(mixed)
    blinks, glances, mouth = (1 + vector[-3:]).tolist()
    return Bearing(
        shapes=vector[:SHAPES],
        head=vector[SHAPES : SHAPES + 3],
        blinks=blinks,
        glances=glances,
        mouth=mouth,
        gaze=_full(_CIRCUMPLEX[int(np.argmax(weights))]).gaze,
    )


def expression_vector(expression: Expression, intensity: float) -> Floats:
    """(52,) of an expression at `intensity`, taken into 0..1; not a number counts as 0."""
    return bearing_of(expression.value, intensity).shapes
