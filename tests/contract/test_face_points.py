"""The face network's points on a drawn face whose truth is known. Needs the models."""

import numpy as np
import pytest

from agent.lessons.face_corpus import CHARACTER, SIZE_PX
from agent.models import models_folder
from perception.faces.reader import lid_opening
from perception.faces.units import SHAPE, SHAPES

FACE = models_folder() / "face_landmarker.task"
needs_model = pytest.mark.skipif(not FACE.is_file(), reason="foyer models pull")


@pytest.fixture(scope="module")
def face_of():
    from actuation.embodiments.head_camera import HeadCamera, HeadShot, Shooting
    from actuation.embodiments.vrm_file import read_character
    from perception.backends.mediapipe_face import FacePoints
    from perception.faces.frame import plain

    camera = HeadCamera(read_character(CHARACTER), Shooting(distance_m=0.6), size=SIZE_PX)
    eyes, rng = FacePoints(models_folder()), np.random.default_rng(1)

    def look(**shapes):
        face = np.zeros(len(SHAPES), np.float32)
        for name, value in shapes.items():
            face[SHAPE[name]] = value
        return plain(eyes.find(camera.picture(HeadShot(shapes=face), rng)))[1]

    yield look
    eyes.close()


@needs_model
def test_lids_that_are_shut_lie_on_each_other(face_of):
    shut = face_of(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)

    assert lid_opening(shut) < 0.4 * lid_opening(face_of())


@needs_model
def test_brows_that_come_down_come_down_in_the_points(face_of):
    lowered = face_of(browDownLeft=1.0, browDownRight=1.0) - face_of()

    assert lowered[[107, 336], 1].mean() < -0.002
