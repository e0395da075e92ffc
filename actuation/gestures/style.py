"""How somebody moves, whatever they say and feel: the style of a body, as a few numbers.

Content is which strokes are made, emotion is how the body is held, style is how somebody makes any
stroke. The three are separate inputs; `BodyWish` is all that is asked of a body beside its words.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from actuation.faces.expressions import faces

Floats = NDArray[np.float64]

STYLE_NAMES: Final = ("size", "speed", "smoothness", "spread", "rest_height")
"""The order of `BodyStyle.vector`."""


class BodyPart(StrEnum):
    """A part of the body that may have an act of its own."""

    HEAD = "head"
    TRUNK = "trunk"
    LEFT_ARM = "left_arm"
    RIGHT_ARM = "right_arm"


class BodyStyle(BaseModel):
    """How somebody moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: float = Field(
        1.0, ge=0.5, le=1.4, description="How far hands go, against how far they usually go."
    )
    speed: float = Field(
        1.0, ge=0.7, le=1.3, description="How fast strokes are made; their apex stays on its word."
    )
    smoothness: float = Field(
        1.0, ge=0, le=1, description="1: flowing; 0: each movement begins and ends abruptly."
    )
    spread: float = Field(
        0.0, ge=-1, le=1, description="Elbows: -1 at the ribs, 0 as usual, 1 far from the body."
    )
    rest_height: float = Field(
        0.0, ge=0, le=1, description="Between gestures hands are 0 on the desk .. 1 at the belly."
    )

    def vector(self) -> Floats:
        """(5,) in the order of `STYLE_NAMES`, each in its own unit."""
        return np.array([getattr(self, name) for name in STYLE_NAMES], np.float64)


class BodyWish(BaseModel):
    """What is asked of a body beside its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    emotion: str | None = Field(
        None, description="A face of expressions.yaml; None: `valence` and `arousal` count."
    )
    valence: float = Field(0.0, ge=-1, le=1, description="How pleasant; without an emotion.")
    arousal: float = Field(0.0, ge=-1, le=1, description="How lively; without an emotion.")
    intensity: float = Field(0.6, ge=0, le=1, description="How much of it shows.")
    style: BodyStyle = Field(default_factory=BodyStyle, description="How it moves.")
    parts: frozenset[BodyPart] = Field(
        frozenset(BodyPart), description="The parts that go along with speech; others stay idle."
    )

    @field_validator("emotion")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None and name not in faces():
            raise ValueError(f"no emotion {name!r}; there is {', '.join(faces())}")
        return name

    def feeling(self) -> tuple[float, float]:
        """Valence and arousal at this intensity, each -1..1."""
        if self.emotion is not None:
            face = faces()[self.emotion]
            return self.intensity * face.valence, self.intensity * face.arousal
        return self.intensity * self.valence, self.intensity * self.arousal
