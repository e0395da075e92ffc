"""Poses of the character become targets of a robot of any size; aims are held exactly."""

import numpy as np
import pytest

from actuation.gestures.aiming import as_a_shoulder_can
from actuation.gestures.deictic import Pointing
from actuation.joints.retarget import ArmSize, PointedAt, Retargeting, within_reach
from actuation.joints.rotations import turned
from actuation.motion import Cut, GestureLaid
from tests.fakes.gesturing import REST, SKELETON, direction, frame, gesture

ARM = ArmSize(upper_m=0.4, lower_m=0.3, nearest_m=0.2)


def retargeting(**kw):
    return Retargeting(SKELETON, {"left": ARM, "right": ARM}, **kw)


def t_pose():
    return np.tile([0.0, 0.0, 0.0, 1.0], (44, 1))


def of(joints, aims=None, **kw):
    body = retargeting(**kw)
    one = frame(joints)
    return body.of(one, body.pose(one), aims)


def test_arms_stretched_aside_are_stretched_aside_at_the_robots_length():
    targets = of(t_pose())
    for side, sign in (("left", 1), ("right", -1)):
        arm = targets.arms[side]
        assert arm.hand == pytest.approx([0, sign * 0.7, 0], abs=1e-3)
        assert arm.elbow == pytest.approx([0, sign * 0.4, 0], abs=1e-3)
        assert arm.fingers == pytest.approx([0, sign, 0], abs=1e-6)
        assert arm.palm == pytest.approx([0, 0, -1], abs=1e-6)


def test_hands_on_the_desk_lie_before_and_below_the_shoulders():
    for arm in of(REST).arms.values():
        assert arm.hand[0] > 0.2
        assert arm.hand[2] < -0.2
        assert arm.palm[2] < -0.8


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0.5, 0.0, 0.0), (-0.3, 0.2, 0.1)])
def test_the_head_turns_and_nods_as_the_characters_does(yaw, pitch, roll):
    joints = t_pose()
    joints[5] = turned(yaw, pitch, roll)
    targets = of(joints)
    found = (targets.yaw_rad, targets.pitch_rad, targets.roll_rad)
    assert found == pytest.approx((yaw, pitch, -roll), abs=0.02) or found == pytest.approx(
        (yaw, pitch, roll), abs=0.02
    )


def test_a_head_without_moving_eyes_shows_a_share_of_the_gaze():
    body = retargeting(gaze_share=0.5)
    looking = frame(t_pose(), gaze_yaw_rad=0.4, gaze_pitch_rad=-0.2)
    targets = body.of(looking, body.pose(looking))
    assert targets.yaw_rad == pytest.approx(0.2, abs=1e-6)
    assert targets.pitch_rad == pytest.approx(-0.1, abs=1e-6)


def test_a_fist_closes_the_hand_and_an_open_hand_opens_it():
    _, chunk, stroke = gesture("thumb_up")
    at = chunk.frames[round(stroke.apex_s * 60) + 3]
    body = retargeting()
    closed = body.of(at, body.pose(at)).arms["right"].closed
    assert closed > 0.7
    assert of(t_pose()).arms["right"].closed < 0.05


def test_fingers_that_close_together_are_open_while_one_of_them_points():
    _, chunk, stroke = gesture("point", side="left", aim=direction(50, 5))
    at = chunk.frames[round(stroke.apex_s * 60) + 3]
    body, aim = retargeting(), np.array([0.6, 0.8, 0.0])
    closed = [
        body.of(at, body.pose(at), {"left": PointedAt(direction=aim, weight=w)}).arms["left"].closed
        for w in (0.0, 0.5, 1.0)
    ]
    assert closed[0] > 0.5
    assert closed[1] == pytest.approx(closed[0] / 2)
    assert closed[2] == 0


def test_a_robot_that_faces_elsewhere_gets_its_targets_turned():
    turned_left = of(t_pose(), facing_rad=np.pi / 2).arms["left"].hand
    assert turned_left == pytest.approx([-0.7, 0, 0], abs=1e-3)


@pytest.mark.parametrize("asked", [[2.0, 0, 0], [0, 0.05, 0], [0, 0, 0], [np.nan, 0, 0]])
def test_what_is_out_of_reach_is_pulled_onto_the_sphere_and_told(asked):
    hand, out_m = within_reach(np.array(asked, float), ARM)
    assert np.isfinite(hand).all()
    assert 0.2 - 1e-9 <= np.linalg.norm(hand) <= 0.7 + 1e-9
    assert out_m > 0.1


def test_what_is_within_reach_stays():
    hand, out_m = within_reach(np.array([0.3, 0.2, 0.1]), ARM)
    assert hand.tolist() == [0.3, 0.2, 0.1]
    assert out_m == 0


@pytest.mark.parametrize("joints", [np.full((44, 4), np.nan), np.zeros((44, 4))])
def test_frames_that_are_no_rotations_still_give_finite_targets(joints):
    targets = of(joints)
    for arm in targets.arms.values():
        assert np.isfinite(np.concatenate([arm.hand, arm.elbow, arm.fingers, arm.palm])).all()


def unit(vector):
    return np.asarray(vector) / np.linalg.norm(vector)


def test_a_full_aim_draws_forearm_and_fingers_into_its_line():
    aim = np.array([0.6, -0.8, 0.0])
    arm = of(REST, {"right": PointedAt(direction=aim, weight=1.0)}).arms["right"]
    for way in (arm.hand - arm.elbow, arm.fingers):
        assert unit(way) == pytest.approx(aim, abs=0.01)
    assert unit(arm.hand) == pytest.approx(aim, abs=0.06)
    assert abs(arm.palm @ arm.fingers) < 1e-9


@pytest.mark.parametrize(
    "place", [(0.7, -0.3, 1.2), (0.4, -0.6, 1.0), (2.0, 0.5, 0.4), (9.0, -3.0, 2)]
)
def test_forearm_and_fingers_meet_the_true_place_from_the_robots_own_shoulder(place):
    shoulder = (0.1, -0.25, 0.9)
    arm = ArmSize(upper_m=0.3, lower_m=0.25, shoulder=shoulder)
    body = Retargeting(SKELETON, {"right": arm}, facing_rad=0.5)
    still = frame(REST)
    pointed = PointedAt(direction=unit(place), weight=1.0, place=np.array(place))
    target = body.of(still, body.pose(still), {"right": pointed}).arms["right"]
    to_place = body.faced(np.array(place)) - shoulder - target.hand
    assert unit(target.hand - target.elbow) == pytest.approx(unit(to_place), abs=1e-6)
    assert target.fingers == pytest.approx(unit(to_place), abs=1e-6)
    assert np.linalg.norm(to_place) > 0.19, "the fingers would go through it"
    assert np.linalg.norm(target.elbow) == pytest.approx(0.3)
    assert np.linalg.norm(target.hand - target.elbow) == pytest.approx(0.25)


def aims(laid, chunk, pointing=None):
    pointing = pointing or Pointing()
    pointing.laid(laid)
    body = retargeting()
    return [(f.at, pointing.at(f.at, body.pose(f))) for f in chunk.frames]


def test_an_aim_counts_from_the_apex_to_the_retraction_and_comes_and_goes_softly():
    laid, chunk, stroke = gesture("point", side="left", aim=direction(50, 5))
    shown = aims(laid, chunk)
    weights = np.array([a.at.weight if a else 0.0 for _, a in shown])
    at = np.array([t for t, _ in shown])
    held = (at > stroke.apex_s + 0.05) & (at < stroke.end_of_hold_s - 0.05)
    assert weights[held].min() > 0.99
    assert weights[at < stroke.start_s].max() == 0
    assert weights[-1] == 0
    assert np.abs(np.diff(weights)).max() < 0.35
    assert {a.side for _, a in shown if a} == {"left"}


def test_frames_that_do_not_point_are_left_alone_whatever_was_laid():
    laid, chunk, _ = gesture("point", side="left", aim=direction(80, 5))
    still = chunk.__class__(generation=0, frames=tuple(frame(REST, f.at) for f in chunk.frames))
    assert max(a.at.weight if a else 0.0 for _, a in aims(laid, still)) == 0


def low_and_ahead():
    """Near where hands rest: frames alone hardly tell such pointing from being back."""
    return gesture("point_behind", side="right", aim=direction(-5, -22))


@pytest.mark.parametrize("into_s", [0.05, 0.3])
def test_an_aim_that_is_given_up_is_let_go_within_a_third_of_a_second(into_s):
    laid, chunk, _ = low_and_ahead()
    at = laid.apex_at + into_s
    pointing = Pointing()
    pointing.laid(laid)
    pose = retargeting().pose(min(chunk.frames, key=lambda f: abs(f.at - at)))
    pointing.cut(Cut(generation=1, at=at))
    assert pointing.at(at + 0.01, pose).at.weight > 0.9, "what is sent again is no end"
    pointing.cut(Cut(generation=2, at=at, gestures_end=True))
    times = at + np.arange(0, 0.4, 0.005)
    aims = [pointing.at(t, pose) for t in times]
    weights = np.array([a.at.weight if a else 0.0 for a in aims])
    assert weights[0] > 0.9
    assert weights[times > at + 0.33].max() == 0.0
    assert weights[times < at + 0.25].min() > 0.0
    assert np.abs(np.diff(weights)).max() < 0.05, "it lets go with a jump"


def test_a_gesture_to_come_that_is_given_up_never_points():
    laid, chunk, _ = low_and_ahead()
    pointing = Pointing()
    pointing.laid(laid)
    pointing.cut(Cut(generation=1, at=laid.at - 0.1, gestures_end=True))
    body = retargeting()
    assert all(pointing.at(f.at, body.pose(f)) is None for f in chunk.frames)


def test_what_is_far_behind_is_shown_by_an_arm_that_goes_out():
    for way in ((0.1, 0.0, -1.0), (-0.3, 0.0, -1.0)):
        assert as_a_shoulder_can(np.array(way))[0] > 0.85


def test_a_newer_gesture_of_the_hands_takes_the_place_of_an_aim():
    laid, chunk, _ = gesture("point", side="left", aim=direction(50, 5))
    pointing = Pointing()
    pointing.laid(laid)
    pointing.laid(
        GestureLaid(
            generation=1, at=laid.at + 0.1, apex_at=laid.apex_at, end_at=laid.end_at,
            lexeme="wave", hands=True,
        )
    )  # fmt: skip
    body = retargeting()
    assert all(pointing.at(f.at, body.pose(f)) is None for f in chunk.frames)


@pytest.mark.parametrize("aim", [(0.0, 0.0, 0.0), (np.nan, 0.0, 1.0), (np.inf, 0.0, 0.0)])
def test_an_aim_that_is_no_direction_is_not_followed(aim):
    laid, chunk, _ = gesture("point", side="right")
    pointing = Pointing()
    pointing.laid(
        GestureLaid(
            generation=0, at=laid.at, apex_at=laid.apex_at, end_at=laid.end_at, lexeme="point",
            hands=True, aim=aim,
        )
    )  # fmt: skip
    body = retargeting()
    assert all(pointing.at(f.at, body.pose(f)) is None for f in chunk.frames)
