"""What every people detector keeps to: the fake, the recorded, the empty and the real one."""

import math
from typing import get_args

import numpy as np
import pytest

from agent.core.backend import Row, pick
from agent.core.errors import BackendUnavailableError
from agent.models import MODELS, is_whole, models_folder
from perception.eyes.camera import WHOLE, Box, CameraConfig
from perception.eyes.detectors import DETECTORS, DetectorConfig, detector_opener
from perception.eyes.sightings import Focus, Known, Look
from perception.senses import Picture
from tests.fakes.people import FakeDetector, body_at, face_at
from tests.media import media


def recorded():
    path = media("engagement/1p_AA_eng_1.jsonl")
    config = DetectorConfig(backend="recorded", recording=path)
    return detector_opener(config, camera=CameraConfig(), models=models_folder())()


def real():
    if not all(is_whole(model, models_folder()) for model in MODELS):
        pytest.skip("needs the perception models: foyer models pull")
    return detector_opener(DetectorConfig(), camera=CameraConfig(), models=models_folder())()


MAKERS = {
    "fake": lambda: FakeDetector(lambda at: Look(bodies=(body_at(2),), faces=(face_at(2),))),
    "recorded": recorded,
    "none": lambda: pick("people", DETECTORS, "none")(),
    "mediapipe": real,
}
PICTURES = {
    "noise": np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8),
    "black": np.zeros((480, 640, 3), np.uint8),
    "tall": np.full((640, 48, 3), 128, np.uint8),
    "odd strides": np.zeros((480, 1280, 3), np.uint8)[:, ::2],
}
FOCI = {
    "all": Focus(),
    "nothing": Focus(scan=None, faces=()),
    "crops": Focus(scan=None, bodies=(Box(0.1, 0.1, 0.4, 0.9),), heads=(Box(0.2, 0.2, 0.3, 0.3),)),
    "outside": Focus(scan=None, heads=(Box(1.2, 0.5, 1.4, 0.7),), bodies=(Box(-0.5, 0, -0.1, 1),)),
    "empty": Focus(scan=Box(0.5, 0.5, 0.5, 0.5), faces=(WHOLE,)),
    "known": Focus(
        known=(
            Known(outline=np.linspace((0.3, 0.2), (0.5, 0.9), 33)),
            Known(outline=np.linspace((-2.0, -1.0), (3.0, 5.0), 33), spared=True),
            Known(outline=np.full((33, 2), 0.5)),
        )
    ),
}


@pytest.fixture(scope="module", params=MAKERS)
def detector(request):
    made = MAKERS[request.param]()
    yield made
    made.close()


@pytest.mark.parametrize("focus", FOCI)
@pytest.mark.parametrize("name", PICTURES)
def test_a_look_at_anything_is_a_look(detector, name, focus):
    look = detector.look(Picture(at=1.0, pixels=PICTURES[name]), FOCI[focus])
    assert isinstance(look, Look)
    for face in look.faces:
        assert np.linalg.norm(face.forward) == pytest.approx(1, abs=1e-3)
        assert face.eyes.shape == (3,)
        assert 0 <= face.quality <= 1
    for body in look.bodies:
        assert body.ranges
        assert all(reading.distance_m > 0 for reading in body.ranges)
        assert -math.pi <= body.bearing_rad <= math.pi
        assert 0 <= body.quality <= 1


@pytest.mark.parametrize("name", DETECTORS)
def test_every_row_of_the_table_can_be_imported(name):
    assert pick("people", DETECTORS, name)


def test_the_configuration_knows_exactly_the_rows_of_the_table():
    assert set(get_args(DetectorConfig.model_fields["backend"].annotation)) == set(DETECTORS)


def test_a_missing_package_is_known_only_when_eyes_are_opened(monkeypatch):
    row = Row(path="nowhere:Eyes", about="", packages=("no_such_package",), cure="install it")
    monkeypatch.setitem(DETECTORS, "mediapipe", row)
    open_detector = detector_opener(DetectorConfig(), camera=CameraConfig(), models=models_folder())
    with pytest.raises(BackendUnavailableError, match="install it"):
        open_detector()


def test_missing_models_are_an_error_with_the_cure(tmp_path):
    open_detector = detector_opener(DetectorConfig(), camera=CameraConfig(), models=tmp_path)
    with pytest.raises(BackendUnavailableError, match="foyer models pull"):
        open_detector()


def test_a_damaged_model_is_an_error_with_the_cure(tmp_path):
    for model in MODELS:
        (tmp_path / model.name).write_bytes(b"not a model")
    open_detector = detector_opener(DetectorConfig(), camera=CameraConfig(), models=tmp_path)
    with pytest.raises(BackendUnavailableError, match="delete it"):
        open_detector()
