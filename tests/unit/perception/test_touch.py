"""Where hands are in the room, and what a hand that is somewhere touches."""

import math
from dataclasses import replace

import numpy as np
import pytest

from perception.engagement.reach import hands_of
from perception.engagement.touch import Hand, is_on, meet, same_way
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.sightings import Cue, Range
from tests.fakes.people import body_at, seen

HAND = Hand(bearing_rad=0.0, distance_m=2.0, height_m=1.0)


@pytest.mark.parametrize(
    ("changes", "one_place"),
    [
        ({}, True),
        ({"bearing_rad": 0.06}, True),
        ({"bearing_rad": -0.11}, False),
        ({"height_m": 1.15}, True),
        ({"height_m": 0.7}, False),
        ({"distance_m": 2.5}, True),
        ({"distance_m": 2.8}, False),
    ],
)
def test_two_hands_meet_where_they_are_near_aside_in_height_and_roughly_in_depth(
    changes, one_place
):
    other = replace(HAND, **changes)
    assert meet(HAND, other) is one_place
    assert meet(other, HAND) is one_place


def test_hands_right_behind_the_agent_meet_as_well():
    left, right = (replace(HAND, bearing_rad=sign * (math.pi - 0.02)) for sign in (1, -1))
    assert meet(left, right)


@pytest.mark.parametrize(
    ("changes", "on"),
    [
        ({}, True),
        ({"height_m": 0.7}, False),
        ({"height_m": 1.5}, True),
        ({"height_m": 1.8}, False),
        ({"bearing_rad": 0.1}, True),
        ({"bearing_rad": 0.16}, False),
        ({"distance_m": 2.5}, True),
        ({"distance_m": 2.8}, False),
        ({"distance_m": 1.2}, False),
    ],
)
def test_a_hand_is_on_somebody_from_the_hips_to_the_eyes_and_as_wide_as_shoulders(changes, on):
    assert is_on(replace(HAND, **changes), seen(0, 2.0, 0.0)) is on


def turned(front_deg):
    front = None if front_deg is None else math.radians(front_deg)
    return replace(seen(0, 2.0), front_rad=front)


@pytest.mark.parametrize(
    ("one_deg", "other_deg", "same"),
    [(0, 50, True), (0, 75, False), (175, -175, True), (None, 0, False), (0, None, False)],
)
def test_two_face_one_way_when_their_chests_do_and_both_are_known(one_deg, other_deg, same):
    assert same_way(turned(one_deg), turned(other_deg)) is same


# From the points of a body

HIPS, NOSE, CHEST = (2.2, 0.5, 0.95), (2.0, 0.6, 1.6), (2.1, 0.6, 1.4)
LEFT, RIGHT = (1.7, 0.9, 1.2), (2.0, 0.2, 0.8)


def body(lens, **changes):
    """Somebody half left of the agent, in the axes of its camera."""
    points = np.tile(np.array(CHEST), (33, 1))
    points[11], points[12] = np.add(CHEST, (0, -0.2, 0)), np.add(CHEST, (0, 0.2, 0))
    points[0], points[15], points[16] = NOSE, LEFT, RIGHT
    to_room = np.column_stack([lens.direction(axis) for axis in np.eye(3)])
    world = (points - HIPS) @ to_room
    away_m = math.hypot(*CHEST[:2])
    feet, size = (
        Range(cue=cue, distance_m=metres, trust=1.0, noise=0.1)
        for cue, metres in ((Cue.FEET, 9.0), (Cue.BODY, away_m))
    )
    made = replace(
        body_at(2.0),
        bearing_rad=math.atan2(CHEST[1], CHEST[0]),
        ranges=(feet, size),
        eyes_height_m=NOSE[2],
        world=world,
        visible=np.ones(33),
    )
    return replace(made, **changes)


@pytest.mark.parametrize(("tilt_deg", "pan_deg"), [(0, 0), (-20, 0), (0, 40), (15, -60)])
def test_hands_are_where_they_are_however_the_camera_is_turned(tilt_deg, pan_deg):
    lens = Lens(CameraConfig(tilt_deg=tilt_deg, pan_deg=pan_deg), width_px=640, height_px=480)
    found = [
        (
            one.distance_m * math.cos(one.bearing_rad),
            one.distance_m * math.sin(one.bearing_rad),
            one.height_m,
        )
        for one in hands_of(body(lens), lens)
    ]
    assert found == [pytest.approx(LEFT), pytest.approx(RIGHT)]


def test_a_hand_that_is_not_seen_is_nowhere():
    lens = Lens(CameraConfig(), width_px=640, height_px=480)
    visible = np.ones(33)
    visible[15] = 0.2
    (right,) = hands_of(body(lens, visible=visible), lens)
    assert right.height_m == pytest.approx(RIGHT[2])
    for unknown in ({"world": None}, {"visible": None}, {"eyes_height_m": None}, {"ranges": ()}):
        assert hands_of(body(lens, **unknown), lens) == ()
