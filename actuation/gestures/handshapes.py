"""Hand shapes as data: how much each finger is curled and spread.

Posture synergies of the hand are few (Santello, Flanders and Soechting 1998 find that two describe
most grasps), so a shape needs one curl a finger, the spread, and the thumb's opposition.
"""

from dataclasses import dataclass

from actuation.joints.skeleton import FINGERS, parts_of
from actuation.joints.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class HandShape:
    """Curl 0 (straight) .. 1 (closed) for index, middle, ring, little; thumb apart."""

    curl: tuple[float, float, float, float]
    spread: float = 0.0
    """Fingers apart, -0.3..1."""
    thumb_curl: float = 0.15
    thumb_in: float = 0.3
    """Thumb across the palm, 0 (out to the side) .. 1."""
    thumb_opposed: float = 0.0
    """Thumb out before the palm, facing the fingertips, 0..1."""


SHAPES: dict[str, HandShape] = {
    "relaxed": HandShape(curl=(0.22, 0.28, 0.32, 0.36), spread=0.15, thumb_in=0.35),
    "resting": HandShape(curl=(0.17, 0.20, 0.24, 0.28), spread=0.05, thumb_in=0.32),
    "open": HandShape(curl=(0.02, 0.03, 0.05, 0.06), spread=0.6, thumb_in=0.05, thumb_curl=0.0),
    "flat": HandShape(curl=(0.03, 0.03, 0.04, 0.05), spread=0.05, thumb_in=0.25, thumb_curl=0.05),
    "cup": HandShape(curl=(0.25, 0.28, 0.3, 0.32), spread=0.2, thumb_in=0.4),
    "fist": HandShape(curl=(0.95, 1.0, 1.0, 1.0), thumb_curl=0.7, thumb_in=0.9),
    "point": HandShape(curl=(0.0, 0.88, 0.95, 0.95), thumb_curl=0.6, thumb_in=0.8),
    "two": HandShape(curl=(0.0, 0.0, 0.95, 0.95), spread=0.7, thumb_curl=0.6, thumb_in=0.9),
    "three": HandShape(curl=(0.0, 0.0, 0.0, 0.95), spread=0.6, thumb_curl=0.6, thumb_in=0.95),
    "four": HandShape(curl=(0.0, 0.0, 0.0, 0.0), spread=0.6, thumb_curl=0.6, thumb_in=1.0),
    "thumb_up": HandShape(curl=(0.95, 0.95, 0.95, 0.95), thumb_curl=0.0, thumb_in=-0.4),
    "pinch": HandShape(
        curl=(0.48, 0.42, 0.45, 0.5), spread=0.1, thumb_in=0.25, thumb_curl=0.16, thumb_opposed=0.54
    ),
    "ok": HandShape(
        curl=(0.48, 0.1, 0.08, 0.05), spread=0.5, thumb_in=0.25, thumb_curl=0.15, thumb_opposed=0.54
    ),
    "write": HandShape(
        curl=(0.48, 0.5, 0.62, 0.68), spread=0.1, thumb_in=0.25, thumb_curl=0.16, thumb_opposed=0.54
    ),
    "gap": HandShape(
        curl=(0.3, 0.85, 0.92, 0.95), spread=0.1, thumb_in=0.1, thumb_curl=0.05, thumb_opposed=0.5
    ),
    "grip": HandShape(
        curl=(0.4, 0.42, 0.44, 0.46), spread=0.05, thumb_in=0.3, thumb_curl=0.3, thumb_opposed=0.9
    ),
    "claw": HandShape(curl=(0.4, 0.42, 0.44, 0.46), spread=0.8, thumb_in=0.1, thumb_curl=0.2),
    "hook": HandShape(curl=(0.45, 0.88, 0.95, 0.95), thumb_curl=0.6, thumb_in=0.8),
    "ell": HandShape(curl=(0.0, 0.92, 0.95, 0.95), thumb_curl=0.0, thumb_in=-0.3),
    "bunch": HandShape(
        curl=(0.5, 0.48, 0.5, 0.54), spread=-0.3, thumb_in=0.3, thumb_curl=0.16, thumb_opposed=0.6
    ),
    "thumb_two": HandShape(curl=(0.0, 0.0, 0.95, 0.95), spread=0.5, thumb_curl=0.0, thumb_in=-0.3),
    "thumb_three": HandShape(curl=(0.0, 0.0, 0.0, 0.95), spread=0.5, thumb_curl=0.0, thumb_in=-0.3),
    "crossed": HandShape(curl=(0.06, 0.0, 0.95, 0.95), spread=-1.5, thumb_curl=0.6, thumb_in=0.9),
    "two_flat": HandShape(curl=(0.0, 0.0, 0.95, 0.95), spread=-0.2, thumb_curl=0.6, thumb_in=0.9),
    "key": HandShape(curl=(0.72, 0.85, 0.9, 0.92), thumb_curl=0.1, thumb_in=0.45),
    "phone": HandShape(curl=(0.95, 0.95, 0.95, 0.0), spread=0.4, thumb_curl=0.0, thumb_in=-0.4),
}

# Bending of each bone of a finger when fully closed, radians, from the palm outwards.
_CLOSED_RAD = (1.45, 1.75, 1.05)
_SPREAD_RAD = {"Index": 0.16, "Middle": 0.03, "Ring": -0.1, "Little": -0.24}


def solve_hand(side: str, shape: HandShape) -> dict[str, Turn]:
    """Local rotations of the fifteen finger bones of one hand."""
    sign = 1.0 if side == "left" else -1.0
    turned: dict[str, Turn] = {}
    for finger, curl in zip(FINGERS[1:], shape.curl, strict=True):
        # The palm looks down at rest: closing turns the fingertips from +-X towards -Y.
        aside = Turn.from_vector([0.0, -sign * shape.spread * _SPREAD_RAD[finger], 0.0])
        for part, full in zip(parts_of(finger), _CLOSED_RAD, strict=True):
            bend = Turn.from_vector([0.0, 0.0, -sign * curl * full])
            turned[f"{side}{finger}{part}"] = aside * bend if part == "Proximal" else bend
    opposed = Turn.from_vector([0.9 * shape.thumb_opposed, 0.0, -sign * 0.55 * shape.thumb_opposed])
    across = opposed * Turn.from_vector([0.35 * shape.thumb_in, sign * 0.75 * shape.thumb_in, 0.0])
    bend = Turn.from_vector([0.0, sign * 0.8 * shape.thumb_curl, 0.0])
    turned[f"{side}ThumbMetacarpal"] = across
    turned[f"{side}ThumbProximal"] = bend
    turned[f"{side}ThumbDistal"] = bend
    return turned
