"""Facial action units (FACS) as geometry: which blendshapes make up each, and where it is seen.

The table follows the common ARKit-to-FACS correspondence. Units say what moved, never what
anybody feels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

SHAPES: Final = ARKIT_NAMES
SHAPE: Final[Mapping[str, int]] = {name: i for i, name in enumerate(SHAPES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One action unit."""

    number: int
    name: str
    """What moves, in plain words."""
    shapes: tuple[str, ...]
    """Left then right where it has sides; else what counts together."""
    regions: tuple[str, ...]
    """Where FACS sees it, as in `points.REGIONS`."""
    sided: bool = True

    @property
    def columns(self) -> list[int]:
        """Of its blendshapes."""
        return [SHAPE[name] for name in self.shapes]


def _pair(number: int, name: str, shape: str, *regions: str) -> Unit:
    return Unit(number=number, name=name, shapes=(f"{shape}Left", f"{shape}Right"), regions=regions)


def _one(number: int, name: str, shapes: tuple[str, ...], *regions: str) -> Unit:
    return Unit(number=number, name=name, shapes=shapes, regions=regions, sided=False)


_BROWS, _EYES = ("left brow", "right brow", "forehead"), ("left eye", "right eye")
_CHEEKS: Final = ("left cheek", "right cheek")
UNITS: Final[tuple[Unit, ...]] = (
    _one(1, "inner brows raised", ("browInnerUp",), *_BROWS),
    _pair(2, "outer brows raised", "browOuterUp", *_BROWS),
    _pair(4, "brows lowered", "browDown", *_BROWS),
    _pair(5, "upper lids raised", "eyeWide", *_EYES),
    _pair(6, "cheeks raised", "cheekSquint", *_CHEEKS, *_EYES),
    _pair(7, "lids tightened", "eyeSquint", *_EYES),
    _pair(9, "nose wrinkled", "noseSneer", "nose"),
    _pair(10, "upper lip raised", "mouthUpperUp", "lips", "nose"),
    _pair(12, "corners of the mouth drawn up", "mouthSmile", "lips", *_CHEEKS),
    _pair(14, "corners of the mouth dimpled", "mouthDimple", "lips", *_CHEEKS),
    _pair(15, "corners of the mouth drawn down", "mouthFrown", "lips", "chin"),
    _pair(16, "lower lip lowered", "mouthLowerDown", "lips", "chin"),
    _one(17, "chin raised", ("mouthShrugLower",), "chin", "lips"),
    _one(18, "lips puckered", ("mouthPucker",), "lips"),
    _pair(20, "lips stretched", "mouthStretch", "lips"),
    _one(22, "lips funnelled", ("mouthFunnel",), "lips"),
    _pair(24, "lips pressed", "mouthPress", "lips"),
    _one(26, "jaw dropped", ("jawOpen",), "chin", "lips"),
    _one(28, "lips sucked in", ("mouthRollLower", "mouthRollUpper"), "lips"),
    _one(33, "cheeks blown", ("cheekPuff",), *_CHEEKS),
    _pair(45, "eyes shut", "eyeBlink", *_EYES),
)
NUMBERS: Final = tuple(unit.number for unit in UNITS)
PRESENT: Final = 0.2
"""How far a unit must go to count as there, of 1."""


def intensities(shapes: Floats) -> Floats:
    """(..., len(UNITS)) in 0..1 of (..., 52) blendshapes: the stronger side of those with sides."""
    return np.stack(
        [
            shapes[..., unit.columns].max(axis=-1)
            if unit.sided
            else shapes[..., unit.columns].mean(axis=-1)
            for unit in UNITS
        ],
        axis=-1,
    )


def asymmetry(shapes: Floats) -> Floats:
    """(..., len(UNITS)) in -1..1: the person's left minus their right; 0 where there is one."""
    return np.stack(
        [
            shapes[..., unit.columns[0]] - shapes[..., unit.columns[1]]
            if unit.sided
            else np.zeros(shapes.shape[:-1])
            for unit in UNITS
        ],
        axis=-1,
    )
