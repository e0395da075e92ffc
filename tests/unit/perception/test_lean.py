"""How a trunk leans, from points of a body, for any turn of body and camera."""

import math

import numpy as np
import pytest

from perception.eyes.bodies import read_body
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.lean import lean_of
from tests.unit.perception.test_bodies import LENS, skeleton, standing

ALL = np.ones(33, bool)


def leaning(forward_deg, left_deg):
    """An adult who faces the camera, leant from the hips up; their left is the picture's right."""
    points = standing()
    up = -points[:, 1] * (points[:, 1] < -0.3)
    points[:, 0] += up * math.tan(math.radians(left_deg))
    points[:, 2] -= up * math.tan(math.radians(forward_deg))
    return points


@pytest.mark.parametrize("turn_deg", [0, 40, -70])
@pytest.mark.parametrize(("forward", "left"), [(0, 0), (12, 0), (-6, 0), (0, 15), (8, -10)])
def test_a_lean_is_told_by_the_persons_own_front_and_left(forward, left, turn_deg):
    body = read_body(skeleton(3.0, turn_deg=turn_deg, points=leaning(forward, left)), LENS)
    assert math.degrees(body.lean.forward_rad) == pytest.approx(forward, abs=0.5)
    assert math.degrees(body.lean.left_rad) == pytest.approx(left, abs=0.5)


def test_a_camera_that_looks_down_sees_upright_people_upright():
    down = Lens(CameraConfig(height_m=1.5, tilt_deg=-20), width_px=640, height_px=480)
    to_room, from_room = (
        np.stack([lens.direction(axis) for axis in np.eye(3)], axis=1) for lens in (LENS, down)
    )
    into_view = np.linalg.inv(from_room) @ to_room
    assert abs(into_view[1, 2]) > 0.3
    upright, leant = (lean_of(leaning(d, 0) @ into_view.T, ALL, down) for d in (0, 10))
    assert abs(upright.forward_rad) < 0.01
    assert math.degrees(leant.forward_rad) == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize("hidden", [11, 12, 23, 24])
def test_half_a_trunk_tells_nothing(hidden):
    used = ALL.copy()
    used[hidden] = False
    assert lean_of(standing(), used, LENS) is None


def test_who_bends_over_something_or_lies_has_no_posture_to_tell():
    assert lean_of(leaning(60, 0), ALL, LENS) is None
    assert lean_of(standing() * [1, -1, 1], ALL, LENS) is None
    assert lean_of(standing() * [1, 0.3, 1], ALL, LENS) is None
