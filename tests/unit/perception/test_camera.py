import math

import numpy as np
import pytest

from perception.eyes.camera import Box, CameraConfig, Lens, azimuth_rad, elevation_rad, wrapped_rad


def lens(**config):
    return Lens(CameraConfig(**config), width_px=640, height_px=480)


def test_straight_ahead_is_the_middle_of_the_picture():
    assert lens(height_m=1.5).pixel(np.array([3.0, 0.0, 1.5])) == pytest.approx((320, 240))


def test_the_agents_left_is_the_left_of_the_picture():
    x_px, y_px = lens(height_m=1.5).pixel(np.array([3.0, 1.0, 2.0]))
    assert x_px < 320
    assert y_px < 240


def test_the_edge_of_the_picture_is_half_the_field_of_view_away():
    ray = lens(horizontal_fov_deg=60).ray(0, 240)
    assert azimuth_rad(ray) == pytest.approx(math.radians(30))


@pytest.mark.parametrize("tilt_deg", [-30.0, 0.0, 15.0])
@pytest.mark.parametrize("pan_deg", [-20.0, 0.0, 45.0])
def test_a_place_on_the_floor_is_found_again_from_its_pixel(tilt_deg, pan_deg):
    camera = lens(height_m=1.6, tilt_deg=tilt_deg, pan_deg=pan_deg, x_m=0.2, y_m=-0.1)
    ahead = math.radians(pan_deg)
    point = np.array([4 * math.cos(ahead) + 0.2, 4 * math.sin(ahead) - 0.1, 0.0])
    place = camera.on_floor(*camera.pixel(point))
    assert (place.x_m, place.y_m) == pytest.approx((point[0], point[1]), abs=1e-6)


def test_nothing_above_the_horizon_is_on_the_floor():
    assert lens().on_floor(320, 100) is None


def test_a_camera_tilted_down_sees_the_floor_in_its_middle():
    assert lens(height_m=1.0, tilt_deg=-45).on_floor(320, 240).x_m == pytest.approx(1.0)


def test_what_is_behind_the_camera_is_not_in_the_picture():
    assert lens().pixel(np.array([-1.0, 0.0, 1.0])) is None


def test_looking_up_is_positive_pitch():
    assert elevation_rad(lens(tilt_deg=20).ray(320, 240)) == pytest.approx(math.radians(20))


def test_angles_wrap_to_the_nearest_turn():
    assert wrapped_rad(math.radians(350)) == pytest.approx(math.radians(-10))


def test_boxes_overlap_by_their_shared_part():
    assert Box(0, 0, 1, 1).overlap(Box(0.5, 0, 1.5, 1)) == pytest.approx(1 / 3)
    assert Box(0, 0, 0.2, 0.2).overlap(Box(0.5, 0.5, 1, 1)) == 0
