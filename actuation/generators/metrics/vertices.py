"""Errors of a face against another, on vertices: as published, and as they were meant.

Vertices are those of a character posed by its morphs; head and body stay out of it. None of these
is comparable with figures from other meshes. On shapes in place of vertices, give (n, 52, 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.motion import FACE_INDEX
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

_LIP_M, _UPPER_M = 2e-3, 5e-4
_UPPER = ("brow", "eye", "cheekSquint", "noseSneer")


def lip_vertex_error(made: Floats, truth: Floats) -> float:
    """LVE of (n, lips, 3) vertices: in each frame the largest squared distance; their mean, m^2.

    As in CodeTalker's `main/cal_metric.py` (after MeshTalk): no root is taken, so it is in square
    metres, and one vertex decides each frame.
    """
    return float(np.mean(np.max(np.sum((made - truth) ** 2, axis=2), axis=1)))


def upper_face_dynamics(made: Floats, truth: Floats, neutral: Floats) -> float:
    """FDD of (n, upper, 3) vertices: how much livelier the truth is, m^2; signed.

    As in CodeTalker's `main/cal_metric.py`: of each vertex the standard deviation over time of its
    squared distance from `neutral` ((upper, 3)), mean over vertices, truth less made. Positive: the
    made face moves too little; negative: too much. Over sequences average the signed values and
    their absolutes, and state both: livelier and duller ones cancel in the first.
    """

    def liveliness(faces: Floats) -> float:
        return float(np.mean(np.std(np.sum((faces - neutral) ** 2, axis=2), axis=0)))

    return liveliness(truth) - liveliness(made)


def landmark_difference_published(made: Floats, truth: Floats) -> float:
    """LVD as EMAGE's `emage_trainer.py` codes it; a position error in spite of its name, metres.

    It takes mean |(made[1:] - truth[:-1]) - (truth[1:] - truth[:-1])|, in which the earlier truth
    cancels: mean |made[1:] - truth[1:]|.
    """
    return float(np.mean(np.abs((made[1:] - truth[:-1]) - (truth[1:] - truth[:-1]))))


def landmark_velocity_difference(made: Floats, truth: Floats) -> float:
    """LVD as its name says, metres a frame: mean |(made[1:] - made[:-1]) - (truth[1:] - ...)|.

    A face that is off by the same all the time has none.
    """
    return float(np.mean(np.abs(np.diff(made, axis=0) - np.diff(truth, axis=0))))


@dataclass(frozen=True, slots=True)
class FacePoints:
    """The lips and the upper face of one character, posed by the 52 shapes."""

    lips: Floats
    """(lips, 3) at rest, metres."""
    upper: Floats
    """(upper, 3)."""
    lip_moves: Floats
    """(52, lips, 3)."""
    upper_moves: Floats

    @classmethod
    def of(cls, points: NDArray[np.float32], morphs: NDArray[np.float32]) -> "FacePoints":
        """Choose from `points` ((v, 3), metres) by what `morphs` ((52, m, 3)) move.

        Lips: what pursing moves by 2 mm or more. Upper face: what brows, lids, eyes, the upper
        cheeks and the nose move by half a millimetre, and an opening jaw does not.
        """
        rest = points[: morphs.shape[1]].astype(np.float64)
        far = np.linalg.norm(morphs, axis=2)
        lips = far[FACE_INDEX["mouthPucker"]] > _LIP_M
        rows = [i for i, name in enumerate(ARKIT_NAMES) if name.startswith(_UPPER)]
        upper = (far[rows].max(axis=0) > _UPPER_M) & (far[FACE_INDEX["jawOpen"]] < _UPPER_M)
        moves = morphs.astype(np.float64)
        return cls(rest[lips], rest[upper], moves[:, lips], moves[:, upper])

    def posed_lips(self, faces: Floats) -> Floats:
        """(n, lips, 3) for (n, 52) faces."""
        return np.asarray(self.lips + np.tensordot(faces, self.lip_moves, axes=1))

    def posed_upper(self, faces: Floats) -> Floats:
        """(n, upper, 3) for (n, 52) faces."""
        return np.asarray(self.upper + np.tensordot(faces, self.upper_moves, axes=1))
