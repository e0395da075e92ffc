"""Faces as data: emotions, moods, mixtures, sides and habits."""

import numpy as np
import pytest
from pydantic import ValidationError

from actuation.faces.expressions import (
    GazeHabit,
    bearing,
    bearing_at,
    bearing_of,
    emotions,
    faces,
    indices_of,
    vector_of,
)
from actuation.faces.style import FaceStyle, Habits, habits, styled
from actuation.motion import FACE_INDEX
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Expression

SMILE, FROWN = FACE_INDEX["mouthSmileLeft"], FACE_INDEX["mouthFrownLeft"]
MOUTH = [i for i, n in enumerate(ARKIT_NAMES) if n.startswith(("mouth", "jaw", "tongue"))]
TIMES = np.arange(0, 120, 1 / 10)


def test_there_are_eight_emotions_and_all_that_an_act_may_name():
    assert len(emotions()) == 8
    assert {e.value for e in Expression} <= set(faces())


def test_every_face_can_be_told_from_every_other():
    shapes = {name: bearing_of(name, 1.0).shapes for name in faces()}
    for a in shapes:
        for b in shapes:
            assert a == b or np.abs(shapes[a] - shapes[b]).max() > 0.1, (a, b)


@pytest.mark.parametrize("name", list(faces()))
def test_a_face_grows_evenly_with_its_intensity_and_stays_in_range(name):
    amounts = np.linspace(0, 1, 6)
    shapes = np.stack([bearing_of(name, a).shapes for a in amounts])
    assert np.all((shapes >= 0) & (shapes <= 1))
    np.testing.assert_allclose(shapes, amounts[:, None] * shapes[-1], atol=1e-12)


@pytest.mark.parametrize(
    ("intensity", "as_if"),
    [(-3.0, 0.0), (7.0, 1.0), (float("nan"), 0.0), (float("inf"), 1.0), (float("-inf"), 0.0)],
)
def test_an_intensity_out_of_range_counts_as_the_nearest_there_is(intensity, as_if):
    got, want = bearing_of("happy", intensity), bearing_of("happy", as_if)
    np.testing.assert_array_equal(got.vector(), want.vector())


def test_an_unknown_face_or_shape_is_refused_with_what_there_is():
    with pytest.raises(BadInputError, match="no hapy; there is neutral, happy"):
        bearing_of("hapy", 1.0)
    with pytest.raises(BadInputError, match="no shape eyebrow; ARKit has"):
        vector_of({"eyebrow": 1.0})


def test_what_is_kept_for_all_characters_cannot_be_changed_by_one():
    shapes = bearing([("happy", 1.0)]).shapes
    shapes[:] = 0.0
    assert bearing([("happy", 1.0)]).shapes.max() > 0.5


def test_two_faces_are_worn_together_and_what_they_disagree_about_is_less():
    both = bearing([("friendly", 1.0), ("sad", 1.0)]).shapes
    assert min(both[SMILE], both[FROWN]) == 0.0
    assert both[FACE_INDEX["browInnerUp"]] == pytest.approx(1.0)
    warm_and_sorry = bearing([("friendly", 0.8), ("apologetic", 0.8)]).shapes
    assert 0.02 < warm_and_sorry[SMILE] < bearing_of("friendly", 0.8).shapes[SMILE]


def test_a_face_agrees_with_its_head_and_its_eyes():
    sorry, proud, thinking = (bearing_of(n, 1.0) for n in ("apologetic", "proud", "thinking"))
    assert sorry.shapes[FACE_INDEX["browInnerUp"]] > 0.8
    assert sorry.head[1] < -0.03
    assert abs(sorry.head[2]) > 0.08
    assert sorry.gaze is GazeHabit.DOWN_BRIEFLY
    assert proud.head[1] > 0.05
    assert thinking.gaze is GazeHabit.ASIDE
    assert bearing_of("apologetic", 0.1).gaze is GazeHabit.STEADY


def test_pleasant_moods_smile_unpleasant_ones_do_not_and_lively_ones_have_open_eyes():
    wide, closed = FACE_INDEX["eyeWideLeft"], FACE_INDEX["eyeBlinkLeft"]
    assert bearing_at(0.8, 0.5).shapes[SMILE] > 0.5
    assert bearing_at(-0.7, -0.5).shapes[FROWN] > 0.4
    assert bearing_at(-0.7, -0.5).shapes[SMILE] < 0.05
    assert bearing_at(-0.5, 0.8).shapes[wide] > 0.3
    assert bearing_at(-0.3, -0.7).shapes[closed] > 0.1


@pytest.mark.parametrize("valence", [-9.0, float("nan"), 0.0, 1.0, float("inf")])
@pytest.mark.parametrize("arousal", [-1.0, float("nan"), 9.0])
def test_any_mood_is_a_face(valence, arousal):
    worn = bearing_at(valence, arousal)
    assert np.all(np.isfinite(worn.vector()))
    assert np.all((worn.shapes >= 0) & (worn.shapes <= 1))


def test_moods_near_each_other_look_alike():
    line = np.stack([bearing_at(v, 0.3).vector() for v in np.linspace(-1, 1, 81)])
    assert np.abs(np.diff(line, axis=0)).max() < 0.08


@pytest.mark.parametrize("name", list(faces()))
def test_a_style_makes_one_side_stronger_and_the_seed_leaves_the_lips(name):
    worn = bearing_of(name, 1.0)
    even = styled(worn, FaceStyle(asymmetry=0.0), 1.0)
    np.testing.assert_array_equal(even.shapes, worn.shapes)
    left, right = (styled(worn, FaceStyle(asymmetry=0.3), side) for side in (1.0, -1.0))
    np.testing.assert_array_equal(left.shapes[MOUTH], right.shapes[MOUTH])
    sided = [indices_of(n)[0] for n in ("browDown", "eyeSquint", "cheekSquint", "eyeWide",
                                        "browOuterUp")]  # fmt: skip
    if worn.shapes[sided].max() > 0.05:
        assert np.abs(left.shapes[sided] - right.shapes[sided]).max() > 0.01
    assert left.shapes.max() <= 1.0


def life(seed=1, busy=False, **style):
    lived = Habits(FaceStyle(**style), seed=seed, start=0.0)
    return np.concatenate([lived.evaluate(t, busy=busy) for t in np.split(TIMES, 240)])


def test_habits_live_without_the_lips_come_back_to_rest_and_stay_small():
    moved = life(habits=tuple(habits()))
    assert np.abs(moved[:, MOUTH]).max() == 0.0
    assert np.count_nonzero(np.abs(moved).max(axis=1) > 0.02) > 60
    assert np.count_nonzero(np.abs(moved).max(axis=1) < 1e-6) > 60
    assert np.abs(moved).max() < 0.9


def test_habits_differ_by_seed_wait_for_speech_to_end_and_can_be_off():
    assert np.abs(life(seed=1) - life(seed=2)).max() > 0.05
    for still in (life(busy=True), life(habits=()), life(liveliness=0.0)):
        assert np.abs(still).max() == 0.0


def test_an_unknown_habit_is_refused_with_what_there_is():
    with pytest.raises(ValidationError, match="no habit hiccup; there is brow_flash"):
        FaceStyle(habits=("hiccup",))
