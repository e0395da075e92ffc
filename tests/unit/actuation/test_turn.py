"""The plain rotation against SciPy's, on random rotations and the awkward ones."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from actuation.joints.turn import Turn

RNG = np.random.default_rng(5)
VECTORS = [
    *(RNG.normal(size=(40, 3)) * RNG.uniform(0, 3, size=(40, 1))),
    np.zeros(3),
    np.array([np.pi - 1e-9, 0, 0]),
    np.array([0, np.pi - 1e-9, 0]),
    np.array([0, 0, np.pi - 1e-9]),
    np.array([1e-10, 0, 0]),
]
POINT = np.array([0.3, -1.2, 2.0])


def same(turn, rotation):
    assert turn.apply(POINT) == pytest.approx(rotation.apply(POINT), abs=1e-8)
    assert abs(turn.quat @ rotation.as_quat()) == pytest.approx(1.0)


@pytest.mark.parametrize("vector", VECTORS)
def test_it_turns_as_scipy_does(vector):
    turn, rotation = Turn.from_vector(vector), Rotation.from_rotvec(vector)
    other = np.array([0.4, -0.2, 1.1])

    same(turn, rotation)
    same(turn.inverse(), rotation.inv())
    same(turn * Turn.from_vector(other), rotation * Rotation.from_rotvec(other))
    same(turn.part(0.6), Rotation.from_rotvec(0.6 * rotation.as_rotvec()))
    same(Turn.from_columns(*rotation.as_matrix().T), rotation)
    same(Turn.from_quat(-3 * rotation.as_quat()), rotation)


def test_no_turn_turns_nothing():
    assert Turn.none().apply(POINT) == pytest.approx(POINT)
