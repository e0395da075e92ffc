"""Notices that something tall moves where nobody is known to be: somebody may be coming in.

Two small grey copies of the picture, a fifth of a second apart, are compared cell by cell. It says
nothing about people; it only lets the search look now instead of at its next turn. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from perception.eyes.camera import Box
from perception.senses import Picture

COLUMNS, ROWS = 48, 36
APART_S = 0.15
"""Pictures nearer in time than this are not compared."""
OLD_S = 1.0
DIFFERS = 24.0
"""Grey levels of 255 by which a cell must change."""
TALL, WIDE = 0.33, 0.125
"""Share of the picture's height that moves within a strip of this width: a body within four metres
or so of a common camera, not one far away."""
ASIDE = 0.1
"""Beside somebody known, as a share of the width, what moves is an arm or where they just were."""
LARGEST = 0.5
"""More of the picture than this is the light or the camera itself."""


class Stir:
    """Remembers one small picture."""

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._before_at = 0.0
        self._felt = False

    def feel(self, picture: Picture, known: Sequence[Box]) -> bool:
        """Whether something large has moved outside the boxes of those who are known."""
        elapsed = picture.at - self._before_at
        if self._before is None or elapsed >= APART_S:
            self._felt = self._compare(picture, known, elapsed)
        return self._felt

    def _compare(self, picture: Picture, known: Sequence[Box], elapsed: float) -> bool:
        small = _small(picture.pixels)
        before, self._before, self._before_at = self._before, small, picture.at
        if before is None or elapsed > OLD_S or before.shape != small.shape:
            return False
        # What the whole picture got brighter by is the light's.
        change = small - before
        moved = np.abs(change - np.median(change)) > DIFFERS
        if moved.mean() > LARGEST:
            return False
        columns = moved.shape[1]
        for box in known:
            left, right = (box.left - ASIDE) * columns, (box.right + ASIDE) * columns
            moved[:, max(0, int(left)) : max(0, int(np.ceil(right)))] = False
        wide = max(1, round(WIDE * columns))
        strips = np.lib.stride_tricks.sliding_window_view(moved, wide, axis=1).any(axis=2)
        return bool(strips.mean(axis=0).max() >= TALL)


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    rows = np.linspace(0, height - 1, min(ROWS, height)).astype(np.intp)
    columns = np.linspace(0, width - 1, min(COLUMNS, width)).astype(np.intp)
    return np.asarray(pixels[np.ix_(rows, columns)].mean(axis=2), np.float32)
