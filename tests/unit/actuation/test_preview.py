"""The drawn character: what comes too near the camera is cut away."""

import numpy as np

from actuation.embodiments.preview import Preview
from actuation.embodiments.vrm_file import read_character
from actuation.generators.lip_reader_camera import CHARACTER
from actuation.joints.rotations import about
from actuation.motion import JOINT_INDEX, JOINT_NAMES, Frame
from agent.core.face_shapes import ARKIT_NAMES


def test_a_hand_at_the_lens_does_not_splinter_over_the_picture():
    joints = np.zeros((len(JOINT_NAMES), 4))
    joints[:, 3] = 1
    joints[JOINT_INDEX["leftUpperArm"]] = about("y", -1.5)
    reaching = Frame(
        at=0.0,
        utterance=None,
        score_s=0.0,
        joints=joints.astype(np.float32),
        face=np.zeros(len(ARKIT_NAMES), np.float32),
        gaze_yaw_rad=0.0,
        gaze_pitch_rad=0.0,
    )
    camera = ((0.15, 1.42, 0.62), (0.15, 1.42, 0.0), 0.5)
    picture = Preview(read_character(CHARACTER), size=160, camera=camera).draw(reaching)
    corner = picture[:40, -40:].reshape(-1, 3).astype(int)
    assert np.ptp(corner, axis=0).max() < 3
    assert np.ptp(picture.reshape(-1, 3), axis=0).min() > 60
