"""The body as the learned generator sees it: five parts, six numbers a joint, 30 frames a second.

A rotation is the first two columns of its matrix (Zhou et al. 2019, 10.1109/CVPR.2019.00589): no
jumps anywhere, so that a network can learn it. Pure, numpy.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.path import slerp
from actuation.motion import JOINT_NAMES

Floats = NDArray[np.float64]

RATE_HZ: Final = 30
SIX: Final = 6
PARTS: Final = ("torso", "left_arm", "right_arm", "left_hand", "right_hand")
"""Torso with neck and head; shoulders, arms and wrists; fifteen finger joints a hand."""
JOINTS_OF: Final = {
    "torso": slice(0, 6),
    "left_arm": slice(6, 10),
    "right_arm": slice(10, 14),
    "left_hand": slice(14, 29),
    "right_hand": slice(29, 44),
}
"""Indices into `JOINT_NAMES`, which are in the order of the parts."""
COLUMNS_OF: Final = {part: slice(SIX * s.start, SIX * s.stop) for part, s in JOINTS_OF.items()}
WIDTH: Final = SIX * len(JOINT_NAMES)
SIDE_PARTS: Final = {"left": (1, 3), "right": (2, 4)}
"""Which parts a side's arm and hand are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What is usual of each of the `WIDTH` numbers, so that the network sees about -1..1."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    def apply(self, six: Floats) -> NDArray[np.float32]:
        """(..., WIDTH) to the same, as the network sees it."""
        return np.asarray((six - self.mean) / self.spread, np.float32)

    def undo(self, seen: NDArray[np.float32]) -> Floats:
        """Back from what the network sees."""
        return np.asarray(seen, np.float64) * self.spread + self.mean


LEAST_SPREAD: Final = 0.05
"""Numbers that hardly vary are not blown up."""


def scale_of(six: Floats) -> Scale:
    """Of (n, WIDTH) frames."""
    spread = np.maximum(six.std(axis=0), LEAST_SPREAD)
    return Scale(six.mean(axis=0).astype(np.float32), spread.astype(np.float32))


def to_six(joints: Floats) -> Floats:
    """(..., 44, 4) unit quaternions to (..., 264)."""
    x, y, z, w = np.moveaxis(joints, -1, 0)
    made = np.stack(
        [
            1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w),
            2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w),
        ],
        axis=-1,
    )  # fmt: skip
    return np.asarray(made.reshape(*joints.shape[:-2], -1))


def from_six(numbers: NDArray[np.floating]) -> Floats:
    """(..., 264) to (..., 44, 4): Gram and Schmidt, then quaternions, w not negative."""
    six = np.asarray(numbers, np.float64).reshape(*numbers.shape[:-1], -1, SIX)
    first = _unit(six[..., :3])
    second = six[..., 3:] - first * np.sum(first * six[..., 3:], axis=-1, keepdims=True)
    second = _unit(second)
    third = np.cross(first, second)
    # Columns of the matrix: first, second, third. All four squares, the greatest leads.
    m00, m11, m22 = first[..., 0], second[..., 1], third[..., 2]
    squares = np.stack(
        [1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22, 1 + m00 + m11 + m22], -1
    )
    xy, xz = first[..., 1] + second[..., 0], first[..., 2] + third[..., 0]
    yz = second[..., 2] + third[..., 1]
    xw, yw = second[..., 2] - third[..., 1], third[..., 0] - first[..., 2]
    zw = first[..., 1] - second[..., 0]
    rows = np.stack(
        [
            np.stack([squares[..., 0], xy, xz, xw], -1),
            np.stack([xy, squares[..., 1], yz, yw], -1),
            np.stack([xz, yz, squares[..., 2], zw], -1),
            np.stack([xw, yw, zw, squares[..., 3]], -1),
        ],
        axis=-2,
    )
    leads = np.argmax(squares, axis=-1)
    q = np.take_along_axis(rows, leads[..., None, None], axis=-2)[..., 0, :]
    q = q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), 1e-9)
    return np.asarray(np.where(q[..., 3:] < 0, -q, q))


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9))


def at_times(joints: Floats, frames: Floats) -> Floats:
    """(n, 44, 4) between frames, `frames` (n,) in frame numbers; the ends are held.

    Spherical between two frames, with the second difference of the frames about them taken along,
    so that speed does not change in steps (Catmull and Rom's cubic, in the rotations' own plane).
    """
    last = len(joints) - 1
    low = np.clip(np.floor(frames), 0, max(last - 1, 0)).astype(np.int64)
    x = np.clip(frames - low, 0.0, 1.0)
    near = joints[np.clip(low[:, None] + np.arange(-1, 3), 0, last)]
    near = np.where(np.sum(near * near[:, 1:2], -1, keepdims=True) < 0, -near, near)
    a, b, c, d = (near[:, i] for i in range(4))
    t = x[:, None, None]
    bend = 0.5 * ((c - a) + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    q = b + t * bend
    return np.asarray(q / np.linalg.norm(q, axis=-1, keepdims=True))


def resampled(joints: Floats, rate_hz: float, to_hz: float = RATE_HZ) -> Floats:
    """(m, 44, 4) at another rate, from the same first moment on."""
    count = max(1, int((len(joints) - 1) * to_hz / rate_hz) + 1)
    at = np.arange(count) * rate_hz / to_hz
    low = np.clip(np.floor(at).astype(np.int64), 0, len(joints) - 1)
    high = np.minimum(low + 1, len(joints) - 1)
    return slerp(joints[low], joints[high], np.repeat((at - low)[:, None], joints.shape[1], 1))
