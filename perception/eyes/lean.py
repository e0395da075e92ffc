"""How somebody's trunk leans, by the shoulders over the hips. Pure geometry.

A head that is bowed, a raised shoulder or a turned chest are no lean. Along the line of sight one
camera tells a lean badly: whoever uses it should look at what changes, slowly.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.eyes.camera import Lens

SHOULDERS, HIPS = (11, 12), (23, 24)
SHORTEST_M, STEEPEST_RAD = 0.25, math.radians(50)
"""Trunks shorter than this, or leant farther, are misread or bent over something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkLean:
    """Angles of the trunk against upright, radians."""

    forward_rad: float
    """To where the chest looks, positive."""
    left_rad: float
    """To the person's own left, positive."""


def lean_of(world: NDArray[np.float64], used: NDArray[np.bool_], lens: Lens) -> TrunkLean | None:
    """The lean of a trunk whose shoulders and hips are all in the picture; else None.

    `world`: (33, 3) metres in axes parallel to the camera's; `used`: (33,) which points are seen.
    """
    if not used[[*SHOULDERS, *HIPS]].all():
        return None
    trunk = lens.direction(world[[*SHOULDERS]].mean(axis=0) - world[[*HIPS]].mean(axis=0))
    across = lens.direction(
        world[SHOULDERS[0]] - world[SHOULDERS[1]] + world[HIPS[0]] - world[HIPS[1]]
    )
    left = np.array([across[0], across[1], 0.0])
    width, length = float(np.linalg.norm(left)), float(np.linalg.norm(trunk))
    if width < 0.05 or length < SHORTEST_M or trunk[2] <= 0:
        return None
    left /= width
    ahead = np.array([left[1], -left[0], 0.0])
    forward = math.atan2(float(trunk @ ahead), float(trunk[2]))
    sideways = math.atan2(float(trunk @ left), float(trunk[2]))
    if max(abs(forward), abs(sideways)) > STEEPEST_RAD:
        return None
    return TrunkLean(forward_rad=forward, left_rad=sideways)
