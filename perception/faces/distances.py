"""A face as a puppet's, from distances between its points: lips, corners, brows, lids, irises.

Against the same person's usual face, so nobody is measured against anybody else. No cheeks, no
nose, no tongue, and nothing about what the person feels.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FULL_M: Final = {
    "jaw": 0.040, "pucker": 0.016, "stretch": 0.014, "corners": 0.008, "brow_inner": 0.010,
    "brow_outer": 0.011, "brow_down": 0.007,
}  # fmt: skip
"""How far points go at full shape, metres on a face of ordinary size."""
_SHUT, _EYEBALL_M = 0.75, 0.012
"""A lid that has gone this part of its way counts as shut; radius of the eyeball."""
_SIDES: Final = {
    # person's left and right: outer and inner corner, upper and lower lid, iris, inner and outer
    # brow, corner of the mouth
    "Left": (263, 362, 386, 374, 473, 336, 334, 291),
    "Right": (33, 133, 159, 145, 468, 107, 105, 61),
}
_LIP_UP, _LIP_LOW = 13, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PuppetFrame:
    """One instant of a filmed face."""

    at_s: float
    """Since the film's first frame."""
    shapes: dict[str, float]
    """ARKit's names, 0..1; what cannot be told is not named."""
    head: tuple[float, float, float]
    """Yaw to the person's left, pitch up, roll to their right, radians, from their usual pose."""
    eyes: tuple[float, float]
    """Yaw and pitch against the head, radians, from their usual pose."""


def measured(faces: Floats) -> dict[str, Floats]:
    """(n, ...) distances on faces without their pose, metres."""
    left, right = (np.array(_SIDES[side]) for side in ("Left", "Right"))

    def both(k: int) -> Floats:
        return np.stack([faces[:, left[k]], faces[:, right[k]]], axis=1)

    corner, inner_corner, upper, lower, iris = (both(k) for k in range(5))
    eye = (corner + inner_corner) / 2
    return {
        "apart": faces[:, _LIP_UP, 1] - faces[:, _LIP_LOW, 1],
        "width": np.linalg.norm(both(7)[:, 0] - both(7)[:, 1], axis=1),
        "corners": both(7)[..., 1],
        "brow_inner": (both(5) - inner_corner)[..., 1],
        "brow_outer": (both(6) - eye)[..., 1],
        "lids": (upper - lower)[..., 1],
        "iris": (iris - eye)[..., :2].mean(axis=1),
    }


def shapes_from(now: dict[str, Floats], usual: dict[str, Floats]) -> dict[str, float]:
    """ARKit's names, 0..1, of measures now against the usual ones."""

    def part(value: float, full: float) -> float:
        return float(np.clip(value / full, 0.0, 1.0))

    off = {name: now[name] - usual[name] for name in now}
    wider = float(off["width"])
    shapes = {
        "jawOpen": part(float(now["apart"]) - 0.001, _FULL_M["jaw"]),
        "mouthPucker": part(-wider, _FULL_M["pucker"]),
        "browInnerUp": part(float(off["brow_inner"].mean()), _FULL_M["brow_inner"]),
    }
    for k, side in enumerate(_SIDES):
        shapes |= {
            f"mouthStretch{side}": part(wider, _FULL_M["stretch"]),
            f"mouthSmile{side}": part(float(off["corners"][k]), _FULL_M["corners"]),
            f"mouthFrown{side}": part(-float(off["corners"][k]), _FULL_M["corners"]),
            f"browOuterUp{side}": part(float(off["brow_outer"][k]), _FULL_M["brow_outer"]),
            f"browDown{side}": part(-float(off["brow_inner"][k]), _FULL_M["brow_down"]),
            f"eyeBlink{side}": part(-float(off["lids"][k]), _SHUT * max(usual["lids"][k], 1e-3)),
        }
    return shapes


def eyes_from(off: Floats) -> tuple[float, float]:
    """Yaw and pitch, radians, of irises (2,) metres off their usual place."""
    yaw, pitch = np.arcsin(np.clip(off / _EYEBALL_M, -0.9, 0.9))
    return float(yaw), float(pitch)
