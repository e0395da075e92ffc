"""Blendshapes by MediaPipe's own network where its file is at hand, else by ours. Fakes only."""

import json
import logging
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.components.containers.category import Category

from agent.commands.perceive_more import Closer
from agent.core.errors import BackendUnavailableError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import PersonId
from perception.backends import mediapipe_people
from perception.backends.mediapipe_people import FACE_MODEL, POSE_MODEL, MediaPipePeople
from perception.backends.mediapipe_shapes import holds_shapes, in_order
from perception.eyes.camera import WHOLE, CameraConfig
from perception.eyes.sightings import Focus
from perception.faces.network import load
from perception.faces.reader import FaceReader, ShapesBy
from perception.senses import Picture

WEIGHTS = load()
FACE = WEIGHTS.face_m * 900.0 + (160.0, -120.0, 5.0)
TONGUE = ARKIT_NAMES.index("tongueOut")
SCORES = {name: (k + 1) / 100 for k, name in enumerate(ARKIT_NAMES) if name != "tongueOut"}
OFFICIAL = np.array([SCORES.get(name, np.nan) for name in ARKIT_NAMES])


def told(scores=SCORES):
    """As MediaPipe tells: `_neutral` first, then by the alphabet."""
    named = {"_neutral": 0.9} | dict(sorted(scores.items()))
    return [Category(i, score, "", name) for i, (name, score) in enumerate(named.items())]


def bundle(path, *more):
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("face_detector.tflite", "face_landmarks_detector.tflite", *more):
            archive.writestr(name, b"")
    return path


def jaw_dropped():
    face = WEIGHTS.face_m.copy()
    face[[14, 17, 152, 148, 377, 176, 400, 199, 175, 200, 18, 87, 317, 178, 402], 1] -= 0.02
    return face * 900.0 + (160.0, -120.0, 5.0)


@pytest.mark.parametrize(
    ("more", "holds"), [((), False), (("face_blendshapes.tflite",), True), (("blend",), False)]
)
def test_a_bundle_holds_the_network_by_its_name_alone(tmp_path, more, holds):
    assert holds_shapes(bundle(tmp_path / "face.task", *more)) is holds


def test_what_is_no_bundle_holds_none_and_is_left_to_mediapipe_to_refuse(tmp_path):
    (tmp_path / "torn.task").write_bytes(b"PK torn")

    assert not holds_shapes(tmp_path / "torn.task")
    assert not holds_shapes(tmp_path / "absent.task")


def test_scores_come_by_name_into_the_own_order_without_neutral_and_tongue():
    np.testing.assert_array_equal(in_order(told()), OFFICIAL)


def test_a_name_that_is_missing_is_refused_and_named():
    scores = {name: score for name, score in SCORES.items() if name != "jawOpen"}

    with pytest.raises(BackendUnavailableError, match=r"not tell jawOpen;.*foyer models pull"):
        in_order(told(scores))


class Landmarker:
    """Two faces in each picture, one above the other."""

    lower = tuple(told({name: score / 2 for name, score in SCORES.items()}))

    def __init__(self, options):
        self.asked = options.output_face_blendshapes

    def detect(self, image):
        def points(up):
            places = (FACE[:, :2] * (0.5, -0.5) + (240.0, up)) / (image.width, image.height)
            return [SimpleNamespace(x=x, y=y, z=0.0) for x, y in places]

        return SimpleNamespace(
            face_landmarks=[points(60.0), points(280.0)],
            face_blendshapes=[told(), self.lower] if self.asked else [],
        )

    def close(self):
        pass


def looked(tmp_path, monkeypatch, *more):
    monkeypatch.setattr(vision.FaceLandmarker, "create_from_options", Landmarker)
    monkeypatch.setattr(
        vision.PoseLandmarker, "create_from_options", lambda _: SimpleNamespace(close=lambda: None)
    )
    bundle(tmp_path / FACE_MODEL, *more)
    (tmp_path / POSE_MODEL).write_bytes(b"")
    eyes = MediaPipePeople(camera=CameraConfig(), models=tmp_path)
    picture = Picture(at=0.0, pixels=np.zeros((480, 640, 3), np.uint8))
    whole = eyes.look(picture, Focus(scan=None, faces=(WHOLE,))).faces
    crop = eyes.look(picture, Focus(scan=None, faces=(), heads=(WHOLE,))).faces
    eyes.close()
    assert len(whole) == len(crop) == 2
    return [sorted(faces, key=lambda f: f.box.top) for faces in (whole, crop)]


def test_each_face_carries_its_own_official_shapes_beside_its_points(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO, mediapipe_people.__name__)
    for upper, lower in looked(tmp_path, monkeypatch, "face_blendshapes.tflite"):
        np.testing.assert_array_equal(upper.shapes, OFFICIAL)
        np.testing.assert_array_equal(lower.shapes, OFFICIAL / 2)
    assert [(one.by, one.fallback) for one in caplog.records] == [("mediapipe", False)]


def test_a_face_without_scores_is_refused_though_the_network_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(Landmarker, "lower", ())

    with pytest.raises(BackendUnavailableError, match="does not tell eyeBlinkLeft"):
        looked(tmp_path, monkeypatch, "face_blendshapes.tflite")


def test_without_the_network_none_are_asked_for_and_the_log_says_fallback(
    tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.INFO, mediapipe_people.__name__)
    for faces in looked(tmp_path, monkeypatch):
        assert [face.shapes for face in faces] == [None, None]
    assert [(one.by, one.fallback) for one in caplog.records] == [("own network", True)]


def test_a_reading_tells_official_shapes_and_reads_units_by_the_own_ones():
    own, official = FaceReader(WEIGHTS), FaceReader(WEIGHTS)
    for k in range(40):
        points = FACE if k < 30 else jaw_dropped()
        ours, theirs = own.take(k / 30, points), official.take(k / 30, points, OFFICIAL)

    assert (ours.shapes_by, theirs.shapes_by) == (ShapesBy.OWN, ShapesBy.MEDIAPIPE)
    assert ours.shapes.max() > 0.1
    expected = OFFICIAL.copy()
    expected[TONGUE] = ours.shapes[TONGUE]
    np.testing.assert_array_equal(theirs.shapes, expected)
    assert theirs.units == ours.units


@pytest.mark.parametrize("shapes", [None, OFFICIAL])
def test_the_line_of_units_tells_official_shapes_and_is_as_before_without(shapes):
    closer, lines = Closer(actions=None, faces=True), []
    for k in range(75):
        points = FACE if k < 60 else jaw_dropped()
        track = SimpleNamespace(
            person=PersonId("p1"), confirmed=True, seen_at=k / 30, face_at=k / 30, body=None,
            body_at=-1.0, place=SimpleNamespace(distance_m=1.0),
            face=SimpleNamespace(points=points, shapes=shapes),
        )  # fmt: skip
        picture = SimpleNamespace(at=k / 30)
        lines += [json.loads(line) for line in closer.take(picture, [track])]
    units = next(line for line in lines if line["kind"] == "FaceUnits")

    if shapes is None:
        assert set(units) == {"kind", "at", "person", "there"}
    else:
        assert units["blendshapes_by"] == "mediapipe"
        assert units["blendshapes"] | {"tongueOut": 0} == SCORES | {"tongueOut": 0}
        assert list(units["blendshapes"]) == list(ARKIT_NAMES)
