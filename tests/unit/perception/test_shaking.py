"""A picture that is too poor for a face to be read: its points shake."""

import math

import numpy as np
import pytest

from perception.faces.network import load
from perception.faces.reader import FaceReader, Told
from perception.faces.shaking import MOST_MM, Shaking

WEIGHTS = load()
PX_PER_M = 900.0
CHANCE = np.random.default_rng(4)


def readings(shakes_mm, count=80, moves=None):
    """Of the mean face; each point shaken anew in each picture, by so much either way."""
    reader, read = FaceReader(WEIGHTS), []
    for k in range(count):
        face = WEIGHTS.face_m + CHANCE.normal(0, shakes_mm / 1e3, WEIGHTS.face_m.shape)
        if moves is not None:
            moves(face, k / 30)
        read.append(reader.take(k / 30, face * PX_PER_M + (160.0, -120.0, 0.0)))
    return read


def test_a_face_whose_points_shake_is_unknown_and_one_that_keeps_still_is_read():
    still, shaken = readings(0.15)[-1], readings(2.0)[-1]
    assert not still.shaking
    assert Told.ABSENT in {unit.told for unit in still.units}
    assert shaken.shaking
    assert {unit.told for unit in shaken.units} == {Told.UNKNOWN}
    assert shaken.gaze is None
    assert not shaken.movements


def test_a_jaw_that_talks_does_not_shake():
    lower = np.flatnonzero(WEIGHTS.face_m[:, 1] < np.median(WEIGHTS.face_m[:, 1]))

    def talk(face, at):
        face[lower, 1] -= 0.006 * (1 + math.sin(2 * math.pi * 3 * at))

    assert not any(one.shaking for one in readings(0.15, moves=talk))


@pytest.mark.parametrize(("spread_m", "wanted_mm"), [(0.0, 0.0), (0.001, math.sqrt(12.0))])
def test_it_is_told_in_millimetres_and_not_of_two_pictures(spread_m, wanted_mm):
    shaking = Shaking(WEIGHTS.frame.weights)
    face = np.zeros((478, 3))
    told = [shaking.take(face + CHANCE.normal(0, spread_m, face.shape)) for _ in range(40)]
    assert told[:4] == [None] * 4
    assert told[-1] == pytest.approx(wanted_mm, rel=0.15)  # of two directions, 1 + 4 + 1 each


def test_one_bad_picture_is_forgiven_and_a_new_light_is_noticed_within_a_second():
    shaking, bad = Shaking(WEIGHTS.frame.weights), CHANCE.normal(0, 0.004, (30, 478, 3))
    face = np.zeros((478, 3))
    for k in range(30):
        told = shaking.take(face + (bad[0] if k == 20 else 0.0))
        assert told is None or told < MOST_MM
    assert [shaking.take(face + one) > MOST_MM for one in bad][10:] == [True] * 20
    assert [shaking.take(face) > MOST_MM for _ in range(30)][15:] == [False] * 15
