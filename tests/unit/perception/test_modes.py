"""Pictures and points stay in memory, and a face is measured only where that is wanted."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from agent.core.messages import PersonId
from agent.models import MODELS, is_whole, models_folder
from perception.eyes.camera import CameraConfig
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.gaze import GazeZero
from perception.eyes.people import People, PeopleConfig
from perception.eyes.sightings import Focus, Look
from perception.senses import Picture
from tests.fakes.people import body_at, face_at
from tests.media import media


def plain(value):
    if isinstance(value, dict):
        return all(plain(one) for one in value.values())
    return value is None or isinstance(value, str | float | int | bool)


def test_no_picture_and_no_point_is_in_what_is_told_of_people():
    config = PeopleConfig()
    people = People(config, lambda: PersonId("p1"), GazeZero(config.gaze))
    points = np.full((478, 3), 77.7)
    face = replace(face_at(1.5), points=points)
    body = replace(body_at(1.5), world=points[:33], visible=points[:33, 0])
    told = [m for k in range(30) for m in people.see(k / 15, Look(faces=(face,), bodies=(body,)))]

    assert told
    for message in told:
        assert plain(asdict(message))
        assert "77.7" not in repr(message)


def test_points_are_in_no_printed_sighting():
    assert "77.7" not in repr(replace(face_at(2), points=np.full((478, 3), 77.7)))


@pytest.mark.skipif(
    not all(is_whole(m, models_folder()) for m in MODELS), reason="foyer models pull"
)
@pytest.mark.parametrize("faces", [True, False])
def test_bodies_only_measures_no_face(faces):
    import cv2

    pixels = cv2.cvtColor(cv2.imread(str(media("video/multi_face.jpg"))), cv2.COLOR_BGR2RGB)
    open_eyes = detector_opener(
        DetectorConfig(faces=faces), camera=CameraConfig(), models=models_folder()
    )
    eyes = open_eyes()
    look = eyes.look(Picture(at=0.0, pixels=pixels), Focus(scan=None))
    eyes.close()

    assert bool(look.faces) is faces
    assert all(face.points is not None and face.points.shape == (478, 3) for face in look.faces)
