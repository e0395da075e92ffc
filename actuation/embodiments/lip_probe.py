"""Measures the opening between the lips on a character's own mesh, in metres.

At rest the lips touch vertex by vertex. Pairs of vertices that coincide at rest and that a falling
jaw drives apart are the two lips; what lies between them in a frame is the opening.
"""

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.vrm_file import Character
from actuation.motion import FACE_INDEX

Floats = NDArray[np.float64]

_TOUCHING_M = 4e-4
_DRIVEN_M = 5e-3
_CENTRE_M = 8e-3


class LipProbe:
    """The middle of one character's lips."""

    def __init__(self, character: Character) -> None:
        count = character.morphs.shape[1]
        points = character.points[:count].astype(np.float64)
        jaw = character.morphs[FACE_INDEX["jawOpen"]].astype(np.float64)
        mouth = points[np.linalg.norm(jaw, axis=1) > _DRIVEN_M]
        near = np.flatnonzero(
            (np.abs(points[:, 0]) < _CENTRE_M)
            & (points[:, 1] > mouth[:, 1].min())
            & (points[:, 1] < mouth[:, 1].max() + 0.02)
            & (points[:, 2] > mouth[:, 2].max() - 0.03)
        )
        apart = np.linalg.norm(points[near][:, None] - points[near][None], axis=2)
        driven = jaw[near][:, None, 1] - jaw[near][None, :, 1]
        upper, lower = np.nonzero((apart < _TOUCHING_M) & (driven > _DRIVEN_M))
        if len(upper) == 0:
            raise ValueError("the lips of this character do not touch at rest")
        self._rest = points[near[upper]] - points[near[lower]]
        moves = character.morphs[:, :count].astype(np.float64)
        self._moves = moves[:, near[upper]] - moves[:, near[lower]]

    def opening_m(self, faces: Floats) -> Floats:
        """(n,) median height between the lips for (n, 52) faces; below 0 they overlap."""
        between = self._rest[None] + np.tensordot(faces, self._moves, axes=1)
        return np.asarray(np.median(between[..., 1], axis=1))
