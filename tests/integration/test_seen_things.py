"""With `--context`, hands are looked at where a model of things is at hand: a tiny real one."""

import numpy as np
import pytest

from agent.__main__ import main
from agent.commands.perceive_between import Between
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Context
from perception.engagement.among import AmongConfig
from perception.eyes.camera import CameraConfig
from perception.eyes.objects import OBJECT_MODEL, ObjectsConfig
from perception.senses import Picture
from tests.fakes.holding import SIZE_PX, figure, followed
from tests.fakes.people import seen
from tests.fakes.tiny_detector import tiny_detector
from tests.media import media


def told(folder, *, red, objects=None, context=True):
    """What is told of somebody who stands there, what is beside their left hand red or not."""
    between = Between(
        CameraConfig(), AmongConfig(), between=False, context=context,
        objects=objects or ObjectsConfig(), models=folder,
    )  # fmt: skip
    width, height = SIZE_PX
    pixels = np.zeros((height, width, 3), np.uint8)
    # The cut-out is square around the body; its right half is where the left hand is.
    pixels[:, 320:, 0] = 255 if red else 0
    out = []
    for k in range(24):
        at = k / 8
        between.tell(seen(at, 2.0))
        body = figure(moved={15: (0.3, 0.03)}, metre_px=200.0)
        out += between.look(Picture(at=at, pixels=pixels), [followed(at=at, body=body)], [])
    between.close()
    return [(one.context, one.holds, one.because) for one in out]


@pytest.fixture
def models(tmp_path):
    (tmp_path / OBJECT_MODEL).write_bytes(tiny_detector())
    return tmp_path


def test_a_box_in_the_hand_is_told_by_name_and_none_where_there_is_none(models):
    (one,) = told(models, red=True)
    assert one[:2] == (Context.CARRYING, True)
    assert one[2].startswith("a box in the left hand in 3 of 3 looks")
    assert told(models, red=False) == []


def test_what_is_switched_off_or_not_asked_for_is_not_told(models, capsys):
    assert told(models, red=True, objects=ObjectsConfig(backend="none")) == []
    assert told(models, red=True, context=False) == []
    assert capsys.readouterr().err == ""


def test_without_a_model_posture_is_what_there_is_and_one_line_says_so(tmp_path, capsys):
    assert told(tmp_path, red=True) == []
    (line,) = capsys.readouterr().err.splitlines()
    assert "told by posture alone" in line


def test_the_command_says_what_is_wrong_with_a_model_and_how_to_mend_it(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / OBJECT_MODEL).write_bytes(b"not a model")
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    assert main(["perceive", str(media("video/no_face.mp4")), "--context"]) != 0
    said = capsys.readouterr().err
    assert "foyer models pull --objects" in said
    assert "Traceback" not in said


def test_a_model_of_no_use_is_told_where_it_is_asked_for_and_not_even_opened_otherwise(tmp_path):
    (tmp_path / OBJECT_MODEL).write_bytes(b"not a model")
    with pytest.raises(BackendUnavailableError):
        told(tmp_path, red=True)
    assert told(tmp_path, red=True, context=False) == []
