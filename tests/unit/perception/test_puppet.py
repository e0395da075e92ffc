"""A filmed face moves a puppet: what muscles do is told from how the head is held."""

import numpy as np
import pytest

from agent.core.errors import BackendUnavailableError, BadInputError
from agent.models import models_folder
from perception.backends.mediapipe_people import FACE_MODEL, MODEL_INDEX, MODEL_M
from perception.backends.mediapipe_puppet import film_puppet, read_puppet
from tests.media import media

COUNT = 40
TIMES = np.arange(COUNT) / 30


def rotation(yaw=0.0, pitch=0.0, roll=0.0):
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    turn_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    turn_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    turn_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return turn_y @ turn_x @ turn_z


def face():
    """(478, 3) metres: the rigid points where they belong, eyes, brows and lips about there."""
    points = np.zeros((478, 3))
    spots = {13: (0, -0.036, 0.06), 14: (0, -0.037, 0.06), 291: (0.025, -0.036, 0.05),
             61: (-0.025, -0.036, 0.05), 386: (0.032, 0.031, 0.035), 374: (0.032, 0.022, 0.035),
             159: (-0.032, 0.031, 0.035), 145: (-0.032, 0.022, 0.035),
             473: (0.0315, 0.0262, 0.04), 468: (-0.0315, 0.0262, 0.04),
             336: (0.015, 0.045, 0.05), 107: (-0.015, 0.045, 0.05),
             334: (0.04, 0.05, 0.04), 105: (-0.04, 0.05, 0.04)}  # fmt: skip
    for i, spot in spots.items():
        points[i] = spot
    points[MODEL_INDEX] = MODEL_M
    return points


def filmed(change=None, pose=None, scale=4000.0):
    """A film whose second fourth is changed; in pixels, somewhere in the picture."""
    frames = []
    for k in range(COUNT):
        points = face()
        if change is not None and 10 <= k < 20:
            change(points)
        turn = rotation(**pose(k)) if pose is not None else np.eye(3)
        frames.append(points @ turn.T * scale + np.array([320.0, -180.0, 30.0]))
    return read_puppet(TIMES, np.stack(frames))


def test_a_face_that_does_nothing_moves_nothing():
    frames = filmed()
    assert all(max(f.shapes.values()) < 0.02 for f in frames)
    assert all(np.abs([*f.head, *f.eyes]).max() < 1e-6 for f in frames)


@pytest.mark.parametrize(
    ("points", "way", "shapes"),
    [
        ([14], (0, -0.021, 0), {"jawOpen"}),
        ([291, 61], (0, 0.006, 0), {"mouthSmileLeft", "mouthSmileRight"}),
        ([291], (0, -0.006, 0), {"mouthFrownLeft"}),
        ([336, 107], (0, 0.007, 0), {"browInnerUp"}),
        ([105], (0, 0.008, 0), {"browOuterUpRight"}),
        ([386], (0, -0.008, 0), {"eyeBlinkLeft"}),
    ],
)
def test_what_a_muscle_does_moves_its_shape(points, way, shapes):
    def change(made):
        made[points] += way

    frames = filmed(change, pose=lambda k: {"yaw": 0.01 * k, "roll": -0.004 * k})
    during, before = frames[15].shapes, frames[5].shapes
    assert {name for name, value in during.items() if value > 0.35} == shapes
    assert max(before.values()) < 0.05


@pytest.mark.parametrize(("axis", "k"), [("yaw", 0), ("pitch", 1), ("roll", 2)])
def test_how_the_head_is_held_is_told_from_its_usual_pose(axis, k):
    frames = filmed(pose=lambda n: {axis: 0.3 * (10 <= n < 20)})
    assert frames[15].head[k] == pytest.approx(0.3, abs=0.01)
    assert np.abs(np.delete(frames[15].head, k)).max() < 0.01
    assert max(frames[15].shapes.values()) < 0.05


def test_eyes_are_told_against_the_head():
    def change(made):
        made[[473, 468]] += (0.003, 0, 0)

    assert filmed(change)[15].eyes[0] == pytest.approx(np.arcsin(0.25), abs=0.01)


@pytest.fixture
def models():
    folder = models_folder()
    if not (folder / FACE_MODEL).is_file():
        pytest.skip("needs the models: foyer models pull")
    return folder


def test_what_is_no_film_says_so(models, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"no film")
    with pytest.raises(BadInputError, match="is no film that can be read"):
        film_puppet(path, models)


def test_a_missing_model_says_what_cures_it(tmp_path):
    with pytest.raises(BackendUnavailableError, match="foyer models pull"):
        film_puppet(tmp_path / "film.mp4", tmp_path)


def test_a_film_without_a_face_is_refused(models):
    with pytest.raises(BadInputError, match="film one face"):
        film_puppet(media("video/no_face.mp4"), models)


def test_a_real_film_of_one_face_is_read(models):
    frames = film_puppet(media("video/single_face.mp4"), models)
    assert len(frames) > 60
    assert max(f.shapes["jawOpen"] for f in frames) < 0.6
    assert np.ptp([f.head for f in frames], axis=0).max() < 0.4
