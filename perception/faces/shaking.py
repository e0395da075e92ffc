"""Whether the points of a face keep still enough, from picture to picture, to be read. Pure.

In dim, noisy or distant pictures a detector's points shake by more than most units move them, and
units are told that are not there, surely. What shakes turns back at once, what a face does goes on
for some pictures: so the second difference is looked at, of those points that speech and looks
move least, freed of the head.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.points import MESH

Floats = NDArray[np.float64]

MOST_MM: Final = 1.1
"""Beyond, nothing is read. Drawn people in the light that taught: 0.2 to 0.7 mm; in twice their
noise 0.5 to 1.4, mostly 0.7; half as bright, 0.9 to 1.5 m off, in four times it: 0.8 to 3, mostly
1.3. Two real films: 0.3 to 1.4, mostly 0.65."""
_STILLEST: Final = 60
_LOOKS: Final = 12
_LEAST: Final = 3


class Shaking:
    """Of one face."""

    def __init__(self, weights: Floats) -> None:
        """`weights`: (478,) how still each point was in faces that moved."""
        self._points = np.argsort(-weights[:MESH])[:_STILLEST]
        self._before: deque[Floats] = deque(maxlen=2)
        self._turned_back: deque[float] = deque(maxlen=_LOOKS)

    def take(self, face_m: Floats) -> float | None:
        """Millimetres, the middle of the last dozen pictures; None: too few of them.

        `face_m`: (478, 3) metres, freed of the head. Depth is left out: it is guessed.
        """
        flat = face_m[self._points, :2]
        if len(self._before) == 2:
            first, second = self._before
            bend = flat - 2 * second + first
            self._turned_back.append(1e3 * float(np.sqrt((bend**2).sum(axis=1).mean())))
        self._before.append(flat)
        return float(np.median(self._turned_back)) if len(self._turned_back) >= _LEAST else None
