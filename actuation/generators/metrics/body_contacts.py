"""What a body must never do: be in itself or in the desk, bend where it has no joint, or snap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.joints.clearance import Clearance
from actuation.joints.safety import SafetyLimits

Floats = NDArray[np.float64]

TOUCHING_M = 0.002
"""Deeper than this is a collision; less is the skin's."""
_CHUNK = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations:
    """What was found in a stretch of motion."""

    frames: int
    collisions: int
    """Frames with an arm in face, torso, desk or the other arm."""
    deepest_m: float
    """Negative: how clear the arms were at the nearest."""
    bent: int
    """Joints times frames at angles that they do not have."""
    hasty: int
    """Joints times frames faster or more sudden (acceleration) than any body may be asked for."""


def violations(joints: Floats, clearance: Clearance, limits: SafetyLimits) -> Violations:
    """Of (n, 44, 4) local rotations, 60 frames a second.

    Depth by the balls and capsules of `clearance` (a body of its own, not the one that pushed the
    arms out); angles, speeds and accelerations by the tables of `limits`.
    """
    collisions, deepest, bent, hasty = 0, -np.inf, 0, 0
    for a in range(0, len(joints), _CHUNK):
        part = joints[a : a + _CHUNK + 2]
        depth = clearance.depth_m(part[:_CHUNK]).max(axis=1)
        collisions += int(np.count_nonzero(depth > TOUCHING_M))
        deepest = max(deepest, float(depth.max()))
        more_bent, more_hasty = limits.violated(part)
        bent, hasty = bent + more_bent, hasty + more_hasty
    return Violations(
        frames=len(joints), collisions=collisions, deepest_m=deepest, bent=bent, hasty=hasty
    )
