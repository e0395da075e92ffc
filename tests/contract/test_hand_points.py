"""The hand network on drawn hands whose shape is known. Needs the models."""

import numpy as np
import pytest

from agent.commands.perform import VRM
from agent.models import models_folder
from perception.actions.figure import Sight, moment
from perception.eyes.camera import WHOLE, Box

needs_model = pytest.mark.skipif(
    not (models_folder() / "hand_landmarker.task").is_file(), reason="foyer models pull"
)


@pytest.fixture(scope="module")
def hands_in():
    from actuation.embodiments.lexicon_sheet import key_frames
    from actuation.embodiments.preview import Preview
    from actuation.embodiments.vrm_file import read_character
    from actuation.gestures.lexemes import load_lexicon
    from actuation.joints.skeleton import load_skeleton
    from actuation.motion import Frame
    from perception.backends.mediapipe_hands import HandPoints

    camera = ((0.0, 1.36, 2.0), (0.0, 1.27, 0.0), 0.5)
    preview = Preview(read_character(VRM), size=480, camera=camera)
    lexicon = {lexeme.name: lexeme for lexeme in load_lexicon()}
    skeleton, eyes = load_skeleton(), HandPoints(models_folder())

    def seen(name, box=WHOLE):
        joints = key_frames(lexicon[name], skeleton)[-1][1]
        frame = Frame(
            at=0.0, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
            face=np.zeros(52, np.float32), gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
        )  # fmt: skip
        return eyes.find(preview.draw(frame), box)

    yield seen
    eyes.close()


@needs_model
def test_a_raised_thumb_is_a_thumb_of_the_right_hand(hands_in):
    seen = moment(Sight(at=0.0, hands=hands_in("thumb_up")))

    assert seen.thumb_up[1] > 0.5
    assert seen.fingers[1].mean() < 0.3


@needs_model
def test_a_waving_hand_is_open_and_shows_its_palm(hands_in):
    seen = moment(Sight(at=0.0, hands=hands_in("wave")))

    assert seen.fingers[1].mean() > 0.6
    assert seen.palm[1, 2] > 0.3


@needs_model
def test_where_nobody_is_there_is_no_hand(hands_in):
    assert hands_in("wave", Box(0.0, 0.0, 0.2, 0.2)) == (None, None)
    assert hands_in("wave", Box(0.9, 0.9, 0.9, 0.95)) == (None, None)
    assert hands_in("wave", Box(-0.5, 2.0, 0.01, 3.0)) == (None, None)
