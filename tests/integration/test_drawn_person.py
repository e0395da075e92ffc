"""The person that benches draw is one to the real networks, and an empty wall is none."""

from pathlib import Path

import pytest

from perception.backends.drawn import HEIGHT_PX, WIDTH_PX, as_jpeg, scene
from perception.eyes.camera import WHOLE, CameraConfig
from perception.eyes.sightings import Focus
from perception.senses import Picture

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="module")
def detector():
    if not (MODELS / "face_landmarker.task").exists():
        pytest.skip("the networks are not here: foyer models pull")
    from perception.backends.mediapipe_people import MediaPipePeople

    opened = MediaPipePeople(camera=CameraConfig(), models=MODELS)
    yield opened
    opened.close()


def look(detector, pixels):
    focus = Focus(scan=WHOLE, faces=(WHOLE,), bodies=(), heads=())
    return detector.look(Picture(at=0.0, pixels=pixels), focus)


@pytest.mark.parametrize("size_px", [45, 60, 80])
@pytest.mark.parametrize("sway_px", [-40, 0, 40])
def test_a_drawn_person_is_found_about_where_they_stand(detector, size_px, sway_px):
    (face,) = look(detector, scene(size_px, sway_px=sway_px)).faces
    assert 0.3 < float(face.eyes[0]) * size_px / 40 < 1.5


def test_an_empty_wall_is_nobody(detector):
    found = look(detector, scene(None))
    assert (found.faces, found.bodies) == ((), ())


def test_two_pictures_of_the_same_differ_as_a_cameras_do():
    first, second = scene(60, seed=1), scene(60, seed=2)
    assert first.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert 0 < abs(first.astype(int) - second.astype(int)).mean() < 10
    assert as_jpeg(first).startswith(b"\xff\xd8")
