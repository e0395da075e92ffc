import math

import numpy as np
import pytest

from agent.core.messages import PersonId
from perception.eyes.gaze import Angles, GazeConfig, GazeZero, gaze_angles, head_angles
from tests.fakes.people import face_at

P1, P2 = PersonId("p1"), PersonId("p2")
AGENT = np.array([0.0, 0.0, 1.35])


def look(yaw_deg, pitch_deg=0.0):
    return Angles(math.radians(yaw_deg), math.radians(pitch_deg))


def watch(zero, angles, *, person=P1, seconds=20.0, start=0.0, distance_m=1.2, speed_m_s=0.0):
    for i in range(round(seconds * 10)):
        zero.learn(person, start + i / 10, angles(i), distance_m=distance_m, speed_m_s=speed_m_s)


def off_deg(zero, angles, person=P1):
    return math.degrees(angles.minus(zero.of(person)).off_rad)


@pytest.mark.parametrize("yaw_deg", [-30, 0, 40])
def test_a_turned_head_is_measured_from_the_line_to_the_agent(yaw_deg):
    head = head_angles(face_at(1.5, 0.7, yaw_rad=math.radians(yaw_deg)), AGENT)
    assert math.degrees(head.yaw_rad) == pytest.approx(yaw_deg, abs=0.1)
    assert head.pitch_rad == pytest.approx(0, abs=0.01)


def test_eyes_add_to_the_head():
    from dataclasses import replace

    face = replace(face_at(1.5, yaw_rad=0.3), eyes_yaw_rad=-0.3, eyes_pitch_rad=0.1)
    gaze = gaze_angles(face, AGENT)
    assert (gaze.yaw_rad, gaze.pitch_rad) == pytest.approx((0.0, 0.1), abs=1e-6)


def test_a_steady_look_past_the_camera_becomes_the_zero():
    zero = GazeZero(GazeConfig())
    watch(zero, lambda i: look(18, -5))
    assert off_deg(zero, look(18, -5)) < 6


def test_the_zero_is_bounded():
    zero = GazeZero(GazeConfig(bound_deg=15, candidate_deg=22))
    watch(zero, lambda i: look(0, -21.5))
    assert math.degrees(zero.of(P1).off_rad) <= 15.01


def test_one_who_reads_a_telephone_does_not_move_the_zero():
    zero = GazeZero(GazeConfig())
    watch(zero, lambda i: look(0, -35))
    assert off_deg(zero, look(0, -35)) == pytest.approx(35)


def test_eyes_that_wander_do_not_move_the_zero():
    zero = GazeZero(GazeConfig())
    watch(zero, lambda i: look(20 * math.sin(i), 0))
    assert zero.of(P1).off_rad == 0


@pytest.mark.parametrize(("distance_m", "speed_m_s"), [(3.0, 0.0), (1.2, 1.0)])
def test_only_near_and_still_people_move_the_zero(distance_m, speed_m_s):
    zero = GazeZero(GazeConfig())
    watch(zero, lambda i: look(18), distance_m=distance_m, speed_m_s=speed_m_s)
    assert zero.of(P1).off_rad == 0


def test_a_glance_is_too_short_to_move_the_zero():
    zero = GazeZero(GazeConfig(steady_s=1.5))
    watch(zero, lambda i: look(18), seconds=1.2)
    assert zero.of(P1).off_rad == 0


def test_the_site_learns_a_little_from_each_who_leaves_and_people_do_not_share_a_zero():
    zero = GazeZero(GazeConfig(site_share=0.1))
    watch(zero, lambda i: look(14))
    assert zero.of(P2).off_rad == 0
    zero.forget(P1)
    assert 0 < math.degrees(zero.of(P2).yaw_rad) < 2
    for visit in range(60):
        watch(zero, lambda i: look(14), start=100.0 * (visit + 1))
        zero.forget(P1)
    assert math.degrees(zero.of(P2).yaw_rad) == pytest.approx(14, abs=2)


def test_angles_combine_on_the_sphere():
    assert math.degrees(look(30, 40).off_rad) == pytest.approx(48.4, abs=0.1)
