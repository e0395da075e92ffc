"""A drawn skeleton, projected by a known camera, must be found where it stands."""

import math

import numpy as np
import pytest

from perception.eyes.bodies import Skeleton, read_body
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.sightings import Cue

CAMERA = CameraConfig(height_m=1.5, horizontal_fov_deg=66)
LENS = Lens(CAMERA, width_px=640, height_px=480)


def standing():
    """33 points of an upright adult facing the camera, metres around the hips, x right, y down."""
    points = np.zeros((33, 3))
    points[0:11] = [0, -0.62, -0.12]
    points[[7, 8]] = [[0.08, -0.63, 0.0], [-0.08, -0.63, 0.0]]
    points[[11, 12]] = [[0.18, -0.45, 0.0], [-0.18, -0.45, 0.0]]
    points[[13, 14]] = [[0.22, -0.2, 0.0], [-0.22, -0.2, 0.0]]
    points[15:23] = [0.22, 0.0, 0.0]
    points[[16, 18, 20, 22]] = [-0.22, 0.0, 0.0]
    points[[23, 24]] = [[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0]]
    points[[25, 26]] = [[0.1, 0.42, 0.0], [-0.1, 0.42, 0.0]]
    points[27:33] = [0.1, 0.85, 0.0]
    points[[28, 30, 32]] = [-0.1, 0.85, 0.0]
    return points


def skeleton(x_m, y_m=0.0, *, turn_deg=0.0, hips_m=0.85, points=None, hidden=()):
    """That adult at (x, y) of the floor, turned to their own left, seen by LENS."""
    world = standing() if points is None else points
    a = math.radians(turn_deg)
    turn = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    world = world @ turn.T
    # Camera axes (right, down, ahead) are (-y, -z, x) of the room for a level camera.
    in_camera = world + [-y_m, CAMERA.height_m - hips_m, x_m]
    pixels = in_camera[:, :2] / in_camera[:, 2:] * LENS.focal_px + [320, 240]
    visibility = np.full(33, 0.95)
    visibility[list(hidden)] = 0.1
    return Skeleton(points=pixels, world=world, visibility=visibility)


def distances(body):
    return {reading.cue: reading.distance_m for reading in body.ranges}


@pytest.mark.parametrize("x_m", [3.2, 4.0, 6.0])
def test_distance_is_read_from_the_size_and_from_the_feet(x_m):
    found = distances(read_body(skeleton(x_m), LENS))
    assert found[Cue.BODY] == pytest.approx(x_m, rel=0.03)
    assert found[Cue.FEET] == pytest.approx(x_m, rel=0.03)


def test_a_bust_without_legs_is_enough_and_trusted_less():
    legless = read_body(skeleton(1.0, hidden=range(23, 33)), LENS)
    whole = read_body(skeleton(3.0), LENS)
    assert distances(legless)[Cue.BODY] == pytest.approx(1.0, rel=0.05)
    assert legless.ranges[0].trust < whole.ranges[0].trust


def test_somebody_on_the_agents_left_has_a_positive_bearing():
    assert read_body(skeleton(3.0, 1.0), LENS).bearing_rad == pytest.approx(
        math.atan2(1, 3), abs=0.03
    )


@pytest.mark.parametrize(("turn_deg", "front_deg"), [(0, 180), (90, -90), (-90, 90), (45, -135)])
def test_the_chest_points_where_the_person_is_turned(turn_deg, front_deg):
    front = read_body(skeleton(3.0, turn_deg=turn_deg), LENS).front_rad
    off = math.remainder(front - math.radians(front_deg), 2 * math.pi)
    assert abs(off) < math.radians(3)


def test_a_raised_hand_is_seen_and_a_hidden_one_is_unknown():
    points = standing()
    points[15] = [0.3, -0.7, 0.0]
    assert read_body(skeleton(3.0, points=points), LENS).hand_raised is True
    assert read_body(skeleton(3.0), LENS).hand_raised is False
    assert read_body(skeleton(3.0, hidden=(15, 16)), LENS).hand_raised is None


@pytest.mark.parametrize(("below_m", "then"), [(0.03, True), (0.12, False)])
def test_the_hand_of_one_who_holds_a_telephone_is_up_and_one_that_holds_a_cup_is_not(below_m, then):
    points = standing()
    points[15] = points[11] + [0.05, below_m, -0.1]
    assert read_body(skeleton(3.0, points=points), LENS).hand_raised is then


def test_eyes_are_as_high_as_the_body_says():
    assert read_body(skeleton(3.0), LENS).eyes_height_m == pytest.approx(1.47, abs=0.05)


def test_a_pattern_that_lies_flat_is_nobody():
    flat = standing() * [1.0, 0.05, 1.0]
    assert read_body(skeleton(3.0, points=flat), LENS) is None


def test_points_that_fit_no_skeleton_are_nobody():
    scattered = skeleton(3.0)
    noise = np.random.default_rng(1).normal(0, 80, scattered.points.shape)
    broken = Skeleton(
        points=scattered.points + noise, world=scattered.world, visibility=scattered.visibility
    )
    assert read_body(broken, LENS) is None


def test_a_body_of_which_hardly_anything_is_seen_is_nobody():
    assert read_body(skeleton(3.0, hidden=range(3, 33)), LENS) is None


def test_a_child_whose_size_says_farther_off_is_believed_by_the_feet():
    small = read_body(skeleton(4.0, hips_m=0.85 * 0.65, points=0.65 * standing()), LENS)
    told = read_body(_as_an_adult(4.0, 0.65), LENS)
    assert distances(small)[Cue.BODY] == pytest.approx(4.0, rel=0.05)
    assert distances(told)[Cue.BODY] > 5.6
    assert distances(told)[Cue.FEET] == pytest.approx(4.0, rel=0.05)
    body, feet = told.ranges
    assert feet.trust > 3 * body.trust
    adult = read_body(skeleton(5.0), LENS).ranges[0]
    assert adult.trust > 3 * body.trust


def _as_an_adult(x_m, size):
    """A small person of whom the network says how an adult of that shape would measure."""
    seen = skeleton(x_m, hips_m=0.85 * size, points=size * standing())
    return Skeleton(points=seen.points, world=seen.world / size, visibility=seen.visibility)
