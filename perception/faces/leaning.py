"""What the points of one face do when its head moves, learned while it is watched. Pure.

A head that nods leaves something on a face that was freed of its motion: the mesh bends, and light
moves over the skin. Two thirds of that goes straight with the head's angles, but in each face and
light another way; what is alike in all (a tenth) is in the frame already. So each watched face has
slopes of its own: least squares between what points and what angles did for a moment, of the last
seconds. Muscles pull at the angles, too, a little; so slopes stay near zero until the head has
really moved.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REMEMBERED_S: Final = 8.0
DOUBT_RAD2_S: Final = 0.0025
"""Half of a slope is believed after as much: a second of which the head was 0.05 rad off."""
LONGEST_STEP_S: Final = 0.1


class Leaning:
    """Of one face. Times rise."""

    def __init__(self, values: int) -> None:
        """`values`: of the points, three each."""
        self._angles = np.zeros((3, 3))
        self._both = np.zeros((3, values))
        self._at = -math.inf

    def take(self, at: float, angles: Floats, moved: Floats) -> None:
        """What the head (3,), radians, and the points (values,) did about a moment."""
        step = at - self._at
        kept, weight = math.exp(-step / REMEMBERED_S), min(step, LONGEST_STEP_S)
        self._at = at
        self._angles = kept * self._angles + weight * np.outer(angles, angles)
        self._both = kept * self._both + weight * np.outer(angles, moved)

    @property
    def slopes(self) -> Floats:
        """(3, values) what points move with each angle."""
        return np.asarray(np.linalg.solve(self._angles + DOUBT_RAD2_S * np.eye(3), self._both))
