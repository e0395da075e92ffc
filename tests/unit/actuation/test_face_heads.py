"""Parts of a face that another source moves: blended over, clamped, given back."""

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig
from actuation.faces.heads import (
    PART_COLUMNS,
    RULE,
    FaceHeads,
    FacePart,
    Filmed,
    slider,
)
from actuation.generators.rules_gaze import GazeMode
from actuation.gestures.contract import HeadGestures
from actuation.joints.rotations import angle
from actuation.motion import FACE_INDEX, JOINT_INDEX
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

TIMES = np.arange(0, 3, 1 / 60)
WIDTH = {part: len(columns) for part, columns in PART_COLUMNS.items()}


def constant(part, value, zero_at=0.0):
    rows = np.full((2, WIDTH[part]), value)
    return Filmed(np.array([0.0, 1.0]), rows, zero_at=zero_at)


@pytest.mark.parametrize("part", list(FacePart))
def test_without_another_source_the_rules_pass_unchanged(part):
    ruled = np.random.default_rng(0).uniform(0, 0.3, (len(TIMES), WIDTH[part]))
    heads = FaceHeads()
    assert heads.in_charge(part, ruled, TIMES) is ruled
    assert heads.source(part, 1.0) == RULE


@pytest.mark.parametrize("part", list(FacePart))
def test_a_change_of_source_blends_and_is_given_back_smoothly(part):
    ruled = np.zeros((len(TIMES), WIDTH[part]))
    heads = FaceHeads()
    heads.take(part, constant(part, 0.3), 1.0)
    heads.give_back(part, 2.0)
    shown = heads.in_charge(part, ruled, TIMES)
    assert np.abs(np.diff(shown, axis=0)).max() < 0.05
    assert shown[TIMES < 1.0].max() == 0.0
    assert shown[(TIMES > 1.3) & (TIMES < 2.0)] == pytest.approx(0.3)
    assert shown[TIMES > 2.3].max() == 0.0
    assert [heads.source(part, at) for at in (0.5, 1.5, 2.5)] == [RULE, "video", RULE]


def test_frames_made_again_after_much_later_ones_are_the_same():
    part = FacePart.HEAD
    ruled = np.full((len(TIMES), 3), 0.1)
    whole, pieces = FaceHeads(), FaceHeads()
    for heads in (whole, pieces):
        for k in range(12):
            heads.take(part, constant(part, 0.02 * k), 0.2 * k, blend_s=0.1)
        heads.give_back(part, 2.5)
    wanted = whole.in_charge(part, ruled, TIMES)
    got = []
    for first in range(0, len(TIMES), 6):
        ahead = slice(first, first + 60)
        pieces.in_charge(part, ruled[ahead], TIMES[ahead])
        got.append(pieces.in_charge(part, ruled[:6], TIMES[first : first + 6]))
    np.testing.assert_allclose(np.concatenate(got), wanted, atol=1e-12)


def test_a_column_without_opinion_stays_with_the_rules():
    heads = FaceHeads()
    heads.take(FacePart.EXPRESSION, slider(FacePart.EXPRESSION, {"browInnerUp": 0.9}), 0.0)
    ruled = np.full((len(TIMES), 52), 0.2)
    shown = heads.in_charge(FacePart.EXPRESSION, ruled, TIMES)[-1]
    assert shown[FACE_INDEX["browInnerUp"]] == pytest.approx(0.9)
    assert np.delete(shown, FACE_INDEX["browInnerUp"]) == pytest.approx(0.2)


def test_a_source_may_add_to_the_rules():
    heads = FaceHeads()
    heads.take(FacePart.HEAD, constant(FacePart.HEAD, 0.05), 0.0, adds=True)
    ruled = np.stack([np.sin(TIMES), 0 * TIMES, 0 * TIMES], axis=1) * 0.3
    shown = heads.in_charge(FacePart.HEAD, ruled, TIMES)[30:]
    assert shown == pytest.approx(ruled[30:] + 0.05)


@pytest.mark.parametrize("part", list(FacePart))
@pytest.mark.parametrize("wild", [np.inf, -np.inf, 1e9, -1e9, np.nan])
def test_whatever_a_source_says_is_taken_into_what_a_face_can_do(part, wild):
    heads = FaceHeads()
    heads.take(part, constant(part, wild), 0.0)
    shown = heads.in_charge(part, np.full((len(TIMES), WIDTH[part]), 0.1), TIMES)
    assert np.all(np.isfinite(shown))
    assert np.all(np.abs(shown) <= 1.4)


def test_a_slider_is_told_what_it_cannot_hold():
    with pytest.raises(BadInputError, match="no column brow_up; there is"):
        slider(FacePart.EXPRESSION, {"brow_up": 0.5})
    with pytest.raises(BadInputError, match="yaw_rad is nan"):
        slider(FacePart.HEAD, {"yaw_rad": float("nan")})


def frames(change):
    animation = Animation(config=AnimationConfig(seed=5), gestures=HeadGestures(), start=0.0)
    animation.look(GazeMode.AT, (0.2, 0.0), 0.0)
    change(animation.heads)
    return [f for k in range(0, 240, 6) for f in animation.frames(k, 6, None)]


@pytest.mark.parametrize("part", [FacePart.EXPRESSION, FacePart.HEAD, FacePart.GAZE])
def test_each_part_of_a_face_is_replaced_alone(part):
    plain = frames(lambda heads: None)
    other = frames(lambda heads: heads.take(part, constant(part, 0.25), 0.0))
    brows = [FACE_INDEX[n] for n in ARKIT_NAMES if n.startswith("brow")]
    mouth = [FACE_INDEX[n] for n in ARKIT_NAMES if n.startswith(("mouth", "jaw"))]
    head = JOINT_INDEX["head"]

    def moved(some):
        a, b = (np.stack([f.face[some] for f in frames]) for frames in (plain, other))
        return float(np.abs(a - b).max())

    turned = max(
        float(angle(a.joints[head].astype(float), b.joints[head].astype(float)))
        for a, b in zip(plain, other, strict=True)
    )
    assert (moved(brows) > 0.05) == (part is FacePart.EXPRESSION)
    assert (moved(mouth) > 0.05) == (part is FacePart.EXPRESSION)
    assert (turned > 0.02) == (part is FacePart.HEAD)
    # A head moved from outside leaves the line of sight where it was.
    sights = [np.array([f.gaze_yaw_rad for f in frames])[120:].mean() for frames in (plain, other)]
    assert (abs(sights[0] - sights[1]) > 0.02) == (part in (FacePart.GAZE, FacePart.HEAD))
