"""The Frechet distance of gestures between two sets of motion, with its encoder named.

Frechet distance of two normal distributions (Dowson and Landau 1982, 10.1016/0047-259X(82)90077-X):
|m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2)), as Heusel et al. 2017 use it for pictures and Yoon
et al. 2020 for gestures (FGD). The published numbers come from an auto-encoder's latents with
weights of its own; a distance in other features has another size. This one's encoder is
`ENCODER`, plain kinematics of windows: never beside a published FGD.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.body_motion import angular_speed
from actuation.joints.rotations import to_vector
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

ENCODER: Final = "kinematic-34"
"""Windows of 2 s, every second; of 2 wrists: mean place (3), its deviation (3), mean and p95 of
speed, RMS acceleration; of 2 elbows and 2 shoulders: mean angular speed and its deviation; of head
and chest: mean rotation vector's length, its deviation, mean angular speed; distance of the hands
and its deviation. Metres, radians, seconds, each divided by `_SCALE`."""
WINDOW_S: Final = 2.0
_SCALE: Final = np.array(
    [0.1] * 6 + [0.3, 0.8, 3.0] + [0.1] * 6 + [0.3, 0.8, 3.0]
    + [0.7, 0.7] * 4 + [0.1, 0.05, 0.2] * 2 + [0.2, 0.1]
)  # fmt: skip


def kinematic_features(joints: Floats, positions: Floats, rate_hz: float) -> Floats:
    """(windows, 34) of (n, 44, 4) rotations and their (n, 44, 3) positions.

    Raises `ValueError` for motion shorter than one window.
    """
    size, hop = round(WINDOW_S * rate_hz), round(WINDOW_S * rate_hz / 2)
    if len(joints) < size:
        raise ValueError(f"{len(joints)} frames are shorter than a window of {size}")
    rows = [
        _window(joints[a : a + size], positions[a : a + size], rate_hz)
        for a in range(0, len(joints) - size + 1, hop)
    ]
    return np.asarray(np.array(rows) / _SCALE)


def _window(joints: Floats, positions: Floats, rate_hz: float) -> Floats:
    found: list[Floats] = []
    centre = positions[:, JOINT_INDEX["upperChest"]]
    for side in ("left", "right"):
        hand = positions[:, JOINT_INDEX[f"{side}Hand"]] - centre
        speed = np.linalg.norm(np.diff(hand, axis=0), axis=1) * rate_hz
        push = np.linalg.norm(np.diff(hand, n=2, axis=0), axis=1) * rate_hz**2
        found += [hand.mean(axis=0), hand.std(axis=0)]
        found.append(np.array([speed.mean(), np.quantile(speed, 0.95), np.sqrt(np.mean(push**2))]))
    turning = angular_speed(joints, rate_hz)
    for name in ("leftLowerArm", "rightLowerArm", "leftUpperArm", "rightUpperArm"):
        column = turning[:, JOINT_INDEX[name]]
        found.append(np.array([column.mean(), column.std()]))
    for name in ("head", "chest"):
        turn = np.linalg.norm(to_vector(joints[:, JOINT_INDEX[name]]), axis=-1)
        found.append(np.array([turn.mean(), turn.std(), turning[:, JOINT_INDEX[name]].mean()]))
    apart = positions[:, JOINT_INDEX["leftHand"]] - positions[:, JOINT_INDEX["rightHand"]]
    length = np.linalg.norm(apart, axis=1)
    found.append(np.array([length.mean(), length.std()]))
    return np.concatenate(found)


def frechet_distance(a: Floats, b: Floats) -> float:
    """Of two sets of features, (n, k) and (m, k), each taken as one normal distribution.

    The root of the product by eigenvalues of a symmetric form, so that no complex part arises.
    """
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    cov_a, cov_b = np.atleast_2d(np.cov(a.T)), np.atleast_2d(np.cov(b.T))
    root = _root(cov_a)
    middle = np.linalg.eigvalsh(root @ cov_b @ root)
    cross = float(np.sum(np.sqrt(np.maximum(middle, 0.0))))
    gap = float(np.sum((mean_a - mean_b) ** 2))
    return gap + float(np.trace(cov_a) + np.trace(cov_b)) - 2 * cross


def frechet_interval(
    a: Floats, b: Floats, *, draws: int = 200, seed: int = 0
) -> tuple[float, float]:
    """p5 and p95 of the distance over bootstrap draws of the windows of both sets."""
    random = np.random.default_rng(seed)
    found = [
        frechet_distance(
            a[random.integers(len(a), size=len(a))], b[random.integers(len(b), size=len(b))]
        )
        for _ in range(draws)
    ]
    low, high = np.quantile(found, [0.05, 0.95])
    return float(low), float(high)


def pooled_features(features: Sequence[Floats]) -> Floats:
    """(windows, k) of several motions, one after another."""
    return np.concatenate(list(features))


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
