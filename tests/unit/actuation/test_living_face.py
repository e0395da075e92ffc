"""Blinks, glances, breath: alive, not twitchy, the same for the same seed."""

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig
from actuation.faces.face import FaceConfig, compose, expression_vector, still_mouth
from actuation.generators.rules_blink import Blinks
from actuation.generators.rules_gaze import MOST_EYE_RAD, GazeConfig, GazeMode, GazeProcess
from actuation.gestures.contract import HeadGestures
from actuation.joints.moves import Bump, Moves
from actuation.joints.rotations import angle
from actuation.motion import FACE_INDEX, JOINT_INDEX
from actuation.stage.attention import Attention
from agent.core.messages import (
    Expression,
    Gaze,
    GazeTarget,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
)

MINUTES = 3


def idle_frames(seed=7, minutes=MINUTES, step=90):
    animation = Animation(config=AnimationConfig(seed=seed), gestures=HeadGestures(), start=0.0)
    frames = []
    for first in range(0, round(minutes * 60 * 60), step):
        animation.look(GazeMode.AMBIENT, (0.0, 0.0), first / 60)
        frames += animation.frames(first, step, None)
    return frames


@pytest.fixture(scope="module")
def idle():
    return idle_frames()


def test_blinks_come_as_often_as_peoples(idle):
    lids = np.array([f.face[FACE_INDEX["eyeBlinkLeft"]] for f in idle]) > 0.8
    blinks = np.count_nonzero(np.diff(lids.astype(int)) == 1) / MINUTES
    assert 8 < blinks < 25
    shut = [len(run) for run in "".join("x" if v else " " for v in lids).split()]
    assert max(shut) / 60 < 0.35


def test_gaps_between_blinks_are_uneven():
    blinks = Blinks(seed=1, per_minute=15, start=0.0)
    times = np.arange(0, 600, 1 / 60)
    lids = np.concatenate([blinks.evaluate(t) for t in np.split(times, 600)]) > 0.5
    starts = times[1:][np.diff(lids.astype(int)) == 1]
    gaps = np.diff(starts)
    assert 0.3 < np.std(gaps) / np.mean(gaps) < 1.2
    assert 2.5 < np.mean(gaps) < 6.0


def test_an_idle_face_is_never_frozen_and_never_twitches(idle):
    head = np.stack([f.joints[JOINT_INDEX["head"]] for f in idle]).astype(float)
    speed = angle(head[1:], head[:-1]) * 60
    for second in range(0, len(speed) - 120, 120):
        assert speed[second : second + 120].max() > 1e-3
    assert speed.max() < 3.0
    gaze = np.array([f.gaze_yaw_rad for f in idle])
    assert np.unique(np.round(gaze, 3)).size > 30


def test_all_joints_are_unit_quaternions(idle):
    norms = np.linalg.norm(np.stack([f.joints for f in idle[::7]]), axis=-1)
    assert np.abs(norms - 1).max() < 1e-4


def test_the_same_seed_lives_the_same_life_and_another_does_not():
    a, b, c = (idle_frames(seed, minutes=0.2) for seed in (1, 1, 2))
    assert all(np.array_equal(x.face, y.face) for x, y in zip(a, b, strict=True))
    assert all(np.array_equal(x.joints, y.joints) for x, y in zip(a, b, strict=True))
    assert any(not np.array_equal(x.joints, y.joints) for x, y in zip(a, c, strict=True))


def test_frames_made_again_are_the_same_frames():
    def animation():
        return Animation(config=AnimationConfig(seed=3), gestures=HeadGestures(), start=0.0)

    whole, again = animation(), animation()
    want = [f for k in range(0, 600, 6) for f in whole.frames(k, 6, None)]
    got = []
    for k in range(0, 600, 6):
        again.frames(k, 24, None)
        got += again.frames(k, 6, None)
    for x, y in zip(want, got, strict=True):
        np.testing.assert_allclose(x.joints, y.joints, atol=1e-5)
        np.testing.assert_allclose(x.face, y.face, atol=1e-5)


@pytest.mark.parametrize(("yaw", "pitch"), [(0.3, 0.1), (-0.5, -0.2), (1.2, 0.0), (-1.2, 0.3)])
def test_eyes_arrive_first_and_the_head_follows(yaw, pitch):
    gaze = GazeProcess(config=GazeConfig(aversions=0), seed=1, start=0.0)
    gaze.evaluate(np.array([0.0]))
    gaze.look(GazeMode.AT, (yaw, pitch), 1.0)
    soon = gaze.evaluate(np.array([1.0, 1.12]))
    later = gaze.evaluate(np.array([2.5, 2.6]))
    assert abs(soon.head_yaw[1]) < 0.5 * abs(later.head_yaw[1]) + 1e-6
    line = later.head_yaw + later.eye_yaw
    assert np.abs(line - yaw).max() < 0.12
    assert np.abs(later.eye_yaw).max() <= MOST_EYE_RAD


def test_small_moves_of_a_person_do_not_jerk_the_head():
    gaze = GazeProcess(config=GazeConfig(aversions=0), seed=1, start=0.0)
    heads = []
    random = np.random.default_rng(0)
    for k in range(300):
        at = k / 10
        gaze.look(GazeMode.AT, (0.2 + random.normal(0, 0.01), 0.0), at)
        heads.append(gaze.evaluate(at + np.arange(6) / 60).head_yaw)
    head = np.concatenate(heads)[120:]
    assert np.abs(np.diff(head)).max() * 60 < 0.4


def test_wishes_that_overlap_move_smoothly():
    moves = Moves(1)
    moves.go(np.array([1.0]), 0.0, 0.4)
    moves.go(np.array([-1.0]), 0.2, 0.4)
    moves.go(np.array([0.5]), 0.3, 0.4)
    curve = moves.evaluate(np.arange(0, 1, 1 / 240))[:, 0]
    assert np.abs(np.diff(curve, n=2)).max() < 0.01
    assert curve[-1] == pytest.approx(0.5)


def test_wishes_not_yet_begun_can_be_given_up():
    moves = Moves(1)
    moves.go(np.array([1.0]), 0.0, 0.4)
    moves.go(np.array([5.0]), 1.0, 0.4)
    moves.give_up_after(0.5)
    assert moves.evaluate(np.array([3.0]))[0, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("intensity", [-3.0, 0.0, 0.5, 1.0, 9.0, float("nan"), float("inf")])
@pytest.mark.parametrize("expression", list(Expression))
def test_any_intensity_gives_a_face_in_range(expression, intensity):
    vector = expression_vector(expression, intensity)
    assert np.all((vector >= 0) & (vector <= 1))


def test_every_expression_is_its_own_face():
    vectors = [expression_vector(e, 1.0) for e in Expression]
    for i, a in enumerate(vectors):
        for b in vectors[:i]:
            assert np.abs(a - b).max() > 0.1


def test_lids_follow_the_eyes_down():
    def lid(pitch):
        still = np.zeros(1)
        face = compose(
            mouth=still_mouth(1), expression=np.zeros((1, 52)), blink=still, brows=still,
            eye_pitch=np.array([pitch]), config=FaceConfig(),
        )  # fmt: skip
        return face[0, FACE_INDEX["eyeBlinkLeft"]]

    assert lid(-0.3) > 0.2
    assert lid(0.0) == 0.0


def test_a_bump_peaks_when_it_should():
    bump = Bump(2.0, 0.8)
    times = np.arange(1, 4, 1 / 240)
    curve = bump.evaluate(times)
    assert curve.max() == pytest.approx(0.8, abs=1e-3)
    assert abs(times[curve.argmax()] - 2.0) < 0.06
    assert curve[0] == 0.0
    assert curve[-1] == 0.0


ANN, BEN = PersonId("ann"), PersonId("ben")


def seen(person, x_m, y_m, at=0.0):
    return PersonSeen(
        at=at, person=person, place=Place(x_m=x_m, y_m=y_m), approach_m_s=0.0, speed_m_s=0.0
    )


def test_the_eyes_find_the_person_addressed():
    attention = Attention(1.45)
    attention.see(seen(ANN, 1.0, 1.0))
    attention.see(seen(BEN, 1.0, -1.0))
    attention.wish(None, ANN, 0.0)
    mode, (yaw, _) = attention.target(0.1)
    assert mode is GazeMode.AT
    assert yaw > 0.5
    attention.wish(None, BEN, 0.0)
    assert attention.target(0.1)[1][0] < -0.5


def test_a_person_who_left_is_not_stared_after():
    attention = Attention(1.45)
    attention.see(seen(ANN, 1.0, 1.0))
    attention.wish(None, ANN, 0.0)
    attention.see(PersonLost(at=1.0, person=ANN))
    assert attention.target(20.0)[0] is GazeMode.AMBIENT


def test_looking_away_is_for_a_moment():
    attention = Attention(1.45)
    attention.see(seen(ANN, 1.0, 0.0, at=5.0))
    attention.wish(Gaze(target=GazeTarget.AWAY), ANN, 0.0)
    assert attention.target(1.0)[0] is GazeMode.AWAY
    assert attention.target(6.0)[0] is GazeMode.AT


def test_a_glance_away_starts_from_who_was_looked_at_and_the_head_stays_with_them():
    for seed in range(6):
        gaze = GazeProcess(config=GazeConfig(), seed=seed, start=0.0)
        gaze.look(GazeMode.AT, (0.6, 0.0), 0.0)
        at = gaze.evaluate(np.linspace(0.0, 1.5, 90))
        gaze.look(GazeMode.AWAY, (0.0, 0.0), 1.5)
        away = gaze.evaluate(np.linspace(1.5, 2.5, 60))
        sight = away.head_yaw[-1] + away.eye_yaw[-1]
        assert abs(abs(sight - 0.6) - 0.28) < 0.09, "aside from the visitor, not from the front"
        assert abs(away.head_yaw[-1] - at.head_yaw[-1]) < 0.1
