"""A camera whose height and tilt were stated wrongly is found out by the people before it."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import yaml

from perception.eyes.camera import Box, CameraConfig
from perception.eyes.camera_fit import FEWEST, CameraFit
from perception.eyes.sightings import Body, Cue, Range


def body(feet_m, size_m):
    def reading(cue, metres):
        return Range(cue=cue, distance_m=metres, trust=1.0, noise=0.05)

    ranges = [reading(Cue.BODY, size_m)]
    if feet_m is not None:
        ranges.append(reading(Cue.FEET, feet_m))
    box = Box(0.4, 0.2, 0.6, 0.9)
    return Body(box=box, head=box, bearing_rad=0.0, ranges=tuple(ranges))


def walkers(height_m, tilt_deg, stated, *, people=50, near_m=2.0, far_m=7.0, seed=3):
    """Bodies of people who walk up, as read with the stated camera while another hangs there."""
    rng, tilt = np.random.default_rng(seed), math.radians(tilt_deg - stated.tilt_deg)
    for _ in range(people):
        size = math.exp(rng.normal(0, 0.08))
        for metres in np.linspace(far_m, near_m, 10):
            seems = math.atan2(height_m, metres) + tilt + rng.normal(0, 0.006)
            feet = stated.height_m / math.tan(seems) if seems > 0.02 else None
            yield body(feet, metres * size * math.exp(rng.normal(0, 0.03)))


@pytest.mark.parametrize(("height_m", "tilt_deg"), [(1.5, 0), (1.5, 8), (2.4, -3), (1.1, 5)])
def test_height_and_tilt_are_found_from_people_walking(height_m, tilt_deg):
    fit = CameraFit(CameraConfig())
    fit.take(walkers(height_m, tilt_deg, CameraConfig()))
    guess = fit.guess()
    assert guess.tilt_deg == pytest.approx(tilt_deg, abs=2.5)
    assert guess.height_m == pytest.approx(height_m, abs=0.35)


def test_what_was_stated_rightly_is_confirmed():
    stated = CameraConfig(height_m=2.2, tilt_deg=-10)
    fit = CameraFit(stated)
    fit.take(walkers(2.2, -10, stated))
    guess = fit.guess()
    assert guess.tilt_deg == pytest.approx(-10, abs=1.5)
    assert guess.height_m == pytest.approx(2.2, abs=0.25)


def test_people_all_as_far_away_say_nothing_of_the_height():
    fit = CameraFit(CameraConfig())
    fit.take(walkers(1.5, 6, CameraConfig(), near_m=3.9, far_m=4.1))
    assert fit.guess().height_m == 1.5


def strollers(true_deg, stated, *, people=50, seed=1, ways=("up", "across", "slanting")):
    """Walks in several ways, as read with the stated angle of view, which is wrong."""
    rng = np.random.default_rng(seed)
    longer = math.tan(math.radians(true_deg) / 2) / math.tan(
        math.radians(stated.horizontal_fov_deg) / 2
    )
    for person in range(people):
        size, pace = math.exp(rng.normal(0, 0.08)), 1.3 * math.exp(rng.normal(0, 0.15))
        far = rng.uniform(2.5, 6)
        begin, end = {
            "up": ((7, rng.uniform(-1, 1)), (1.5, rng.uniform(-0.5, 0.5))),
            "across": ((far, far / 2), (far, -far / 2)),
            "slanting": ((rng.uniform(5, 7), rng.uniform(-2, 2)), (rng.uniform(1.5, 4), 0)),
        }[ways[person % len(ways)]]
        for at in np.arange(0, math.dist(begin, end) / pace, 1 / 8):
            share = at * pace / math.dist(begin, end)
            x, y = (a + share * (b - a) for a, b in zip(begin, end, strict=True))
            seems = math.exp(rng.normal(0, 0.04))
            far_m = math.hypot(x * longer, y) * size * seems
            yield (
                f"p{person}",
                at,
                replace(body(None, far_m), bearing_rad=math.atan2(y, x * longer)),
            )


@cache
def followed(true_deg, **kwargs):
    fit = CameraFit(CameraConfig())
    fit.take([body(3.0, 3.0)] * FEWEST)
    for person, at, seen in strollers(true_deg, CameraConfig(), **kwargs):
        fit.follow(person, at, seen)
    return fit.guess()


@pytest.mark.parametrize("true_deg", [48, 66, 92])
def test_the_angle_of_view_is_told_by_people_who_are_as_fast_every_way(true_deg):
    assert followed(true_deg).horizontal_fov_deg == pytest.approx(true_deg, abs=8)


def test_people_who_all_walk_up_to_the_camera_do_not_tell_its_angle_of_view():
    guess = followed(92, ways=("up",))
    assert guess.horizontal_fov_deg is None
    assert "walk the same way" in guess.as_yaml()


def test_three_people_do_not_tell_it_and_the_stated_one_stays():
    guess = followed(92, people=3)
    assert guess.horizontal_fov_deg is None
    assert "horizontal_fov_deg" not in guess.as_yaml()


def test_what_is_told_can_be_pasted_into_a_sites_configuration():
    told = yaml.safe_load(followed(48).as_yaml())
    camera = CameraConfig(**told["seeing"]["people"]["camera"])
    assert camera.horizontal_fov_deg == pytest.approx(48, abs=8)


def test_of_few_people_and_of_people_without_feet_nothing_is_said():
    fit = CameraFit(CameraConfig())
    fit.take([body(3.0, 3.0)] * (FEWEST - 1))
    fit.take([body(None, 3.0)] * 100)
    assert fit.guess() is None
    fit.take([body(3.0, 3.0)])
    assert fit.guess().bodies == FEWEST
