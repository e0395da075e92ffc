"""One rotation with arithmetic: what gestures are planned with, a joint at a time.

Arrays of rotations, as frames need them, are in `actuation/joints/rotations.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actuation.joints.rotations import cross, from_vector, inverse, multiply, normalised, to_vector

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A rotation in space. `a * b` turns by `b` first, then by `a`."""

    quat: Vector
    """(4,) unit quaternion x y z w."""

    @staticmethod
    def none() -> "Turn":
        """The rotation that turns nothing."""
        return Turn(np.array([0.0, 0.0, 0.0, 1.0]))

    @staticmethod
    def from_quat(quat: ArrayLike) -> "Turn":
        """Of a quaternion x y z w of any length but 0."""
        return Turn(normalised(np.asarray(quat, np.float64)))

    @staticmethod
    def from_vector(vector_rad: ArrayLike) -> "Turn":
        """About the vector, by its length in radians."""
        return Turn(from_vector(np.asarray(vector_rad, np.float64)))

    @staticmethod
    def from_columns(x: Vector, y: Vector, z: Vector) -> "Turn":
        """The one that brings the axes to `x`, `y`, `z`: square to each other, of length 1.

        By the largest of the quaternion's four entries (Shepperd 1978), so nothing is lost.
        """
        m = np.column_stack([x, y, z])
        trace = float(np.trace(m))
        squares = np.array([1 - trace + 2 * m[i, i] for i in range(3)] + [1 + trace])
        largest = int(np.argmax(squares))
        if largest == 3:
            quat = [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], squares[3]]
        else:
            i, j, k = largest, (largest + 1) % 3, (largest + 2) % 3
            quat = [0.0] * 4
            quat[i], quat[j], quat[k] = squares[i], m[j, i] + m[i, j], m[k, i] + m[i, k]
            quat[3] = m[k, j] - m[j, k]
        return Turn.from_quat(quat)

    def __mul__(self, first: "Turn") -> "Turn":
        return Turn(multiply(self.quat, first.quat))

    def inverse(self) -> "Turn":
        """Back again."""
        return Turn(inverse(self.quat))

    def apply(self, vector: ArrayLike) -> Vector:
        """The turned vector, shape (3,)."""
        v, axis, w = np.asarray(vector, np.float64), self.quat[:3], float(self.quat[3])
        across = 2 * cross(axis, v)
        turned: Vector = v + w * across + cross(axis, across)
        return turned

    def part(self, share: float) -> "Turn":
        """That share of it, about the same axis, the short way round."""
        return Turn.from_vector(share * to_vector(self.quat))
