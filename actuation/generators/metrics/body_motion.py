"""Speeds, accelerations and jerks of joints, and whether they lie where a real speaker's do.

Speed of a joint: the angle between its local rotations of two frames, times the rate. GENEA's
evaluation (genea_numerical_evaluations, `calk_jerk_or_acceleration.py`) means the second and the
third difference of positions over joints and frames; `mean_acceleration` and `mean_jerk` are
those. Angular ones are of rotations, because bones of another length then change nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import inverse, multiply, to_vector
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedOf:
    """Angular speeds of one joint of a real speaker, rad/s."""

    mean: float
    p95: float
    p5: float | None = None
    """None where nobody has written it down."""


REAL_SPEAKER: Final[Mapping[str, SpeedOf]] = {
    "head": SpeedOf(mean=0.297, p95=0.65),
    "neck": SpeedOf(mean=0.315, p95=0.67),
    "leftUpperArm": SpeedOf(mean=0.713, p95=1.65),
    "rightUpperArm": SpeedOf(mean=0.591, p95=1.43),
    "leftLowerArm": SpeedOf(mean=1.36, p95=3.8),
    "rightLowerArm": SpeedOf(mean=1.46, p95=4.06),
    "leftHand": SpeedOf(mean=1.14, p95=3.3),
    "rightHand": SpeedOf(mean=1.23, p95=3.6),
}
"""One lively speaker who talks for 63.5 s (BEAT2 recording 2_scott_0_1_1, 30 frames a second): an
order of magnitude and no target. Only means and p95 are known of most joints."""
REAL_FASTER_ELBOW: Final = SpeedOf(mean=float("nan"), p95=float("nan"), p5=0.286)
"""The faster elbow of each frame: 1.9 % of that speaker's frames are under 0.2 rad/s and 12.7 %
under 0.5; p5 by a straight line between the two."""


def angular_velocity(joints: Floats, rate_hz: float) -> Floats:
    """(n - 1, j, 3) rad/s of (n, j, 4) local rotations."""
    return to_vector(multiply(inverse(joints[:-1]), joints[1:])) * rate_hz


def angular_speed(joints: Floats, rate_hz: float) -> Floats:
    """(n - 1, j) rad/s."""
    return np.asarray(np.linalg.norm(angular_velocity(joints, rate_hz), axis=-1))


def angular_jerk(joints: Floats, rate_hz: float) -> Floats:
    """(n - 3, j) rad/s^3; row i is of frames i to i + 3."""
    velocity = angular_velocity(joints, rate_hz)
    return np.asarray(np.linalg.norm(np.diff(velocity, n=2, axis=0), axis=-1) * rate_hz**2)


def mean_acceleration(positions: Floats, rate_hz: float) -> float:
    """Mean over frames and joints of (n, j, 3) metres, m/s^2."""
    change = np.diff(positions, n=2, axis=0) * rate_hz**2
    return float(np.mean(np.linalg.norm(change, axis=-1)))


def mean_jerk(positions: Floats, rate_hz: float) -> float:
    """Mean over frames and joints of (n, j, 3) metres, m/s^3."""
    change = np.diff(positions, n=3, axis=0) * rate_hz**3
    return float(np.mean(np.linalg.norm(change, axis=-1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedFound:
    """Angular speed of one joint over a stretch, rad/s."""

    mean: float
    p5: float
    p95: float
    moving: float
    """Share of frames faster than 0.05 rad/s."""


def speeds_of(joints: Floats, rate_hz: float) -> dict[str, SpeedFound]:
    """Of each joint that a real speaker's is known of; of (n, 44, 4) local rotations."""
    speed = angular_speed(joints, rate_hz)
    found = {}
    for name in REAL_SPEAKER:
        column = speed[:, JOINT_INDEX[name]]
        low, high = np.quantile(column, [0.05, 0.95])
        found[name] = SpeedFound(
            mean=float(column.mean()),
            p5=float(low),
            p95=float(high),
            moving=float(np.mean(column > 0.05)),
        )
    return found


def faster_elbow(joints: Floats, rate_hz: float) -> Floats:
    """(n - 1,) speed of whichever elbow is faster, rad/s."""
    speed = angular_speed(joints, rate_hz)
    both = [JOINT_INDEX["leftLowerArm"], JOINT_INDEX["rightLowerArm"]]
    return np.asarray(speed[:, both].max(axis=1))


def jerk_at_joins(
    joints: Floats, rate_hz: float, joins: NDArray[np.intp], *, around: int = 0
) -> tuple[float, float]:
    """RMS angular jerk near the joins and elsewhere, rad/s^3, over what moves at all.

    `joints`: (n, j, 4). `joins`: (k,) numbers of the frames that begin a new piece; near is a jerk
    whose four frames lie on both sides of a join, or `around` frames from such. Frames in which a
    joint turns slower than 0.05 rad/s count on neither side: what stands still would flatter both.
    NaN where a side is empty.
    """
    jerk = angular_jerk(joints, rate_hz)
    moves = angular_speed(joints, rate_hz)[1:-1] > 0.05
    near = np.zeros(len(jerk), bool)
    for join in joins:
        near[max(int(join) - around - 3, 0) : max(int(join) + around, 0)] = True

    def rms(rows: NDArray[np.bool_]) -> float:
        values = jerk[rows][moves[rows]]
        return float(np.sqrt(np.mean(values**2))) if values.size else float("nan")

    return rms(near), rms(~near)


def positions_of(joints: Floats) -> Floats:
    """(n, 44, 3) metres in the model frame, of the character's own skeleton."""
    from actuation.joints.clearance import Clearance
    from actuation.joints.skeleton import load_skeleton

    return np.asarray(Clearance(load_skeleton()).place(joints).at)
