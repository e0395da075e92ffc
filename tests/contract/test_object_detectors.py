"""What detectors of things keep to: the fake, none, a tiny real one, and what is installed."""

import numpy as np
import pytest

from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError
from agent.models import models_folder
from agent.object_model import OBJECTS
from perception.backends import mediapipe_objects_assembly as assembly
from perception.backends.mediapipe_objects import KNOWN, MediaPipeObjects, words_of
from perception.eyes.camera import WHOLE, Box
from perception.eyes.objects import (
    OBJECT_DETECTORS,
    OBJECT_MODEL,
    ObjectsConfig,
    Thing,
    ThingSeen,
    object_opener,
)
from tests.fakes.holding import FakeObjects
from tests.fakes.tiny_detector import tiny_detector, tiny_finished_detector


def opened(folder):
    return object_opener(ObjectsConfig(), folder)()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / OBJECT_MODEL).write_bytes(tiny_detector())
    return folder


def installed():
    if not (models_folder() / OBJECT_MODEL).exists():
        pytest.skip("needs the model of things: foyer models pull --objects")
    return opened(models_folder())


@pytest.fixture(scope="module", params=["fake", "none", "tiny", "installed"])
def detector(request, tiny):
    made = {
        "fake": lambda: FakeObjects([ThingSeen(Thing.BOX, Box(0.1, 0.1, 0.2, 0.3), 0.9)]),
        "none": lambda: pick("objects", OBJECT_DETECTORS, "none")(),
        "tiny": lambda: opened(tiny),
        "installed": installed,
    }[request.param]()
    yield made
    made.close()


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8),
        np.zeros((480, 640, 3), np.uint8),
        np.full((640, 48, 3), 128, np.uint8),
        np.zeros((480, 1280, 3), np.uint8)[:, ::2],
        np.zeros((1, 1, 3), np.uint8),
    ],
    ids=["noise", "black", "tall", "odd strides", "a dot"],
)
@pytest.mark.parametrize(
    "around",
    [WHOLE, Box(0.2, 0.1, 0.7, 0.9), Box(1.2, 0.5, 1.4, 0.7), Box(0.5, 0.5, 0.5, 0.5)],
    ids=["whole", "part", "outside", "empty"],
)
def test_whatever_it_is_shown_it_answers_with_things_in_the_picture(detector, pixels, around):
    for one in detector.find(pixels, around):
        assert isinstance(one.thing, Thing)
        assert 0 <= one.sure <= 1
        assert one.box.left < one.box.right
        assert one.box.top < one.box.bottom


def half_red(left):
    pixels = np.zeros((200, 400, 3), np.uint8)
    (pixels[:, :200] if left else pixels[:, 200:])[..., 0] = 255
    return pixels


@pytest.fixture(scope="module", params=[tiny_detector, tiny_finished_detector])
def finder(request, tmp_path_factory):
    """Networks that leave their boxes to the runtime, and such as sort them out themselves."""
    folder = tmp_path_factory.mktemp("finders")
    (folder / OBJECT_MODEL).write_bytes(request.param())
    made = opened(folder)
    yield made
    made.close()


@pytest.mark.parametrize(("left", "middle"), [(True, 0.25), (False, 0.75)])
def test_a_thing_is_told_where_it_is_by_its_word(finder, left, middle):
    (one,) = finder.find(half_red(left), WHOLE)
    assert one.thing is Thing.BOX
    assert one.sure > 0.9
    assert one.box.center == pytest.approx((middle, 0.5), abs=0.02)
    assert (one.box.width, one.box.height) == pytest.approx((0.3, 0.6), abs=0.02)


def test_a_part_is_looked_at_alone_and_boxes_are_of_the_whole_picture(finder):
    assert finder.find(half_red(True), Box(0.5, 0, 1, 1)) == ()
    found = finder.find(half_red(True), Box(0.25, 0.2, 0.75, 1.0))
    (one,) = found
    assert one.box.center == pytest.approx((0.25 + 0.25 * 0.5, 0.2 + 0.5 * 0.8), abs=0.02)


def test_what_it_is_less_sure_of_is_nothing(tiny):
    faint = half_red(True)
    faint[..., 0] = faint[..., 0] * 0.3
    sure = []
    for least_sure in (0.05, 0.95):
        made = MediaPipeObjects(tiny / OBJECT_MODEL, least_sure=least_sure)
        sure.append([one.sure for one in made.find(faint, WHOLE)])
        made.close()
    assert max(sure[0]) < 0.95
    assert sure[1] == []


def test_words_that_are_not_told_of_people_are_not_looked_for(tiny):
    assert words_of(tiny / OBJECT_MODEL) == ["Box"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "names nothing"),
        (b"no model at all" * 999, "names nothing"),
        (tiny_detector()[:-40], "names nothing"),
        (tiny_detector(metadata=False), "names nothing"),
        (tiny_detector(("???", "Chair", "Table")), "finds none of the things"),
        (b"TFL3" * 99 + tiny_detector()[-140:], "no detection model that can be run"),
    ],
    ids=["empty", "text", "cut off", "without words", "of other things", "words alone"],
)
def test_a_model_of_no_use_is_told_with_the_cure(tmp_path, data, said):
    (tmp_path / OBJECT_MODEL).write_bytes(data)
    with pytest.raises(BackendUnavailableError, match=said) as fault:
        opened(tmp_path)
    assert str(tmp_path / OBJECT_MODEL) in str(fault.value)
    assert "`foyer models pull --objects`" in str(fault.value)


def test_a_folder_in_its_place_is_told_too(tmp_path):
    (tmp_path / OBJECT_MODEL).mkdir()
    with pytest.raises(BackendUnavailableError, match="objects: .*foyer models pull --objects"):
        opened(tmp_path)


def test_a_model_over_which_the_library_aborts_ends_a_process_that_is_not_ours(
    tmp_path, monkeypatch
):
    true = assembly.detector.TensorsDecodingOptionsT

    class Unfit(true):
        """Says that a key point is of no value, over which MediaPipe 1.2 aborts."""

        @property
        def numValuesPerKeypoint(self):  # noqa: N802 - the schema's name
            return 0

        @numValuesPerKeypoint.setter
        def numValuesPerKeypoint(self, value):  # noqa: N802
            pass

    monkeypatch.setattr(assembly.detector, "TensorsDecodingOptionsT", Unfit)
    (tmp_path / OBJECT_MODEL).write_bytes(tiny_detector())
    with pytest.raises(BackendUnavailableError, match="MediaPipe aborts over it"):
        opened(tmp_path)


def test_the_official_model_needs_no_trial():
    assert OBJECTS.sha256 in KNOWN
