"""A body without arms points with its head; one without a mouth moves its head with the voice."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.bodies.substitution import Substitution
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import to_vector
from actuation.motion import (
    JOINT_INDEX,
    JOINT_NAMES,
    BodyDescription,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    VoiceChunk,
)
from agent.core.face_shapes import ARKIT_NAMES

HEAD_ONLY = BodyDescription(name="head", joints=("neck", "head"), blendshapes=ARKIT_NAMES)
MUTE_FACE = BodyDescription(name="arms", joints=JOINT_NAMES)
WHOLE = BodyDescription(name="whole", joints=JOINT_NAMES, blendshapes=ARKIT_NAMES)
RIGHT = (-0.7, 0.0, 0.7)


def frames(start, seconds):
    joints = rest_pose().astype(np.float32)
    return FrameChunk(
        generation=0,
        frames=tuple(
            Frame(
                at=start + k / 60, utterance=None, score_s=0.0, joints=joints,
                face=np.zeros(52, np.float32), gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
            )
            for k in range(round(60 * seconds))
        ),
    )  # fmt: skip


def pointing(aim=RIGHT, lexeme="point", hands=True):
    return GestureLaid(
        generation=0, at=1.0, apex_at=1.5, end_at=2.5, lexeme=lexeme, hands=hands, aim=aim
    )


def turns(chunk, axis):
    """Head and neck about `axis` (0: down positive, 1: left positive), with the eyes' yaw."""
    rest = to_vector(rest_pose().astype(np.float64))
    total = []
    for frame in chunk.frames:
        moved = to_vector(frame.joints.astype(np.float64)) - rest
        eyes = frame.gaze_yaw_rad if axis == 1 else 0.0
        total.append(sum(moved[JOINT_INDEX[j]][axis] for j in ("neck", "head")) + eyes)
    return np.array(total)


def test_without_arms_pointing_becomes_a_look_at_the_place():
    body = Substitution(HEAD_ONLY)
    body.take(pointing())
    turned = turns(body.take(frames(0.0, 4.0)), 1)
    assert np.abs(turned[: 60 - 1]).max() < 1e-3
    assert turned[round(1.6 * 60)] == pytest.approx(-0.75, abs=0.08)
    assert np.abs(turned[round(2.6 * 60) :]).max() < 1e-2
    assert np.abs(np.diff(turned)).max() * 60 < 4.0


def test_a_look_at_a_near_place_goes_from_the_eyes_down_to_it():
    body = Substitution(HEAD_ONLY)
    near = replace(pointing(aim=(0.0, -0.2, 0.98)), place=(-0.2, 1.25, 0.9))
    body.take(near)
    down = turns(body.take(frames(0.0, 4.0)), 0)
    assert down[round(1.6 * 60)] == pytest.approx(np.arctan2(0.29, 0.85), abs=0.03)


def test_without_arms_another_gesture_becomes_a_nod_on_its_stroke():
    body = Substitution(HEAD_ONLY)
    body.take(pointing(aim=None, lexeme="wave"))
    nod = turns(body.take(frames(0.0, 4.0)), 0)
    assert np.argmax(nod) / 60 == pytest.approx(1.5, abs=0.05)
    assert nod.max() > 0.08


def test_a_nod_needs_no_hands_and_stays_as_it_is():
    body = Substitution(HEAD_ONLY)
    item = pointing(aim=None, lexeme="nod", hands=False)
    assert body.instead(item) is None
    body.take(item)
    chunk = frames(0.0, 3.0)
    assert body.take(chunk) is chunk


def test_what_is_cut_before_it_began_is_not_shown():
    body = Substitution(HEAD_ONLY)
    body.take(pointing())
    body.take(Cut(generation=1, at=0.5))
    chunk = frames(0.5, 2.0)
    assert body.take(chunk) is chunk


def test_without_a_mouth_the_head_moves_with_the_voice_and_rests_in_silence():
    body = Substitution(MUTE_FACE)
    loud = 0.2 * np.sin(np.arange(16_000) / 3).astype(np.float32)
    body.take(
        VoiceChunk(generation=0, at=1.0, utterance=1, score_s=0.0, rate_hz=16_000, samples=loud)
    )
    nod = turns(body.take(frames(0.0, 4.0)), 0)
    assert nod[80:119].max() > 0.02
    assert np.abs(nod[:59]).max() < 1e-3
    assert np.abs(nod[125:]).max() < 1e-3


def test_a_whole_body_needs_nothing_done_otherwise():
    assert not Substitution(WHOLE).needed
    assert Substitution(WHOLE).instead(pointing()) is None


def test_what_was_really_done_is_told_once_for_each_gesture():
    body = Substitution(HEAD_ONLY)
    told = [
        body.instead(pointing()),
        body.instead(pointing()),
        body.instead(pointing(None, "wave")),
    ]
    assert [t and t.done for t in told] == ["turned the head there", None, "nodded"]


def test_what_shows_nothing_at_all_does_nothing_otherwise():
    pulse = Substitution(BodyDescription(name="pulse"))
    assert not pulse.needed
    assert pulse.instead(pointing()) is None
