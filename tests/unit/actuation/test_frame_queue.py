"""The rules all bodies share: older generations dropped, cuts, chunks that take others' place."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue, blend
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import about, angle
from actuation.motion import Cut, Frame, FrameChunk

JOINTS = rest_pose().astype(np.float32)


def chunk(start, count, *, generation=0, jaw=0.0, apart_s=1 / 60):
    face = np.zeros(52, np.float32)
    face[17] = jaw
    return FrameChunk(
        generation=generation,
        frames=tuple(
            Frame(
                at=start + k * apart_s, utterance=None, score_s=0.0, joints=JOINTS,
                face=face, gaze_yaw_rad=0.01 * k, gaze_pitch_rad=0.0,
            )
            for k in range(count)
        ),
    )  # fmt: skip


def test_between_two_frames_it_blends():
    queue = FrameQueue()
    queue.push(chunk(1.0, 2, apart_s=0.02))
    assert queue.at(1.01).gaze_yaw_rad == pytest.approx(0.005)
    assert queue.at(0.9) is None
    assert queue.at(5.0).at == pytest.approx(1.02)


def test_rotations_are_blended_the_short_way_round_and_stay_of_unit_length():
    ahead, turned_left = about("y", 0.0), -about("y", 0.8)  # the same as without the minus
    a, b = (
        replace(frame, joints=np.tile(q, (44, 1)).astype(np.float32))
        for frame, q in zip(chunk(1.0, 2).frames, (ahead, turned_left), strict=True)
    )
    middle = blend(a, b, 0.5, 1.0).joints
    assert angle(middle[3].astype(float), about("y", 0.4)) == pytest.approx(0, abs=1e-3)
    assert np.linalg.norm(middle, axis=1) == pytest.approx(np.ones(44), abs=1e-5)


def test_over_a_hole_it_does_not_blend():
    queue = FrameQueue()
    queue.push(chunk(1.0, 2, apart_s=1.0))
    assert queue.at(1.5).at == pytest.approx(1.0)


def test_a_chunk_takes_the_place_of_what_was_queued_from_its_first_frame_on():
    queue = FrameQueue()
    queue.push(chunk(0.0, 60, jaw=0.1))
    queue.push(chunk(0.5, 10, jaw=0.9))
    assert queue.at(0.45).face[17] == pytest.approx(0.1)
    assert queue.at(0.55).face[17] == pytest.approx(0.9)
    assert queue.newest_at == pytest.approx(0.5 + 9 / 60)


def test_a_cut_keeps_the_frame_shown_and_older_generations_are_dropped():
    queue = FrameQueue()
    queue.push(chunk(0.0, 60))
    queue.cut(Cut(generation=2, at=0.5), now=0.5)
    assert queue.at(0.9).at == pytest.approx(0.5)
    assert not queue.push(chunk(0.5, 10, generation=1))
    assert queue.dropped == 29 + 10
    assert queue.push(chunk(0.5, 10, generation=2))


def test_it_keeps_no_more_than_it_needs():
    queue = FrameQueue()
    for k in range(100):
        queue.push(chunk(k * 0.1, 6))
    assert queue.at(0.0) is None
    assert queue.at(9.9) is not None


def test_late_frames_mean_hold_and_then_rest():
    deadline = Deadline()
    assert deadline.pace(0.0) is Pace.REST
    deadline.frame(10.0)
    assert deadline.pace(10.15) is Pace.FOLLOW
    assert deadline.pace(10.25) is Pace.HOLD
    assert deadline.pace(11.1) is Pace.REST
    deadline.cut(9.5)
    assert deadline.pace(9.75) is Pace.HOLD
    deadline.frame(12.0)
    deadline.halted = True
    assert deadline.pace(12.0) is Pace.HOLD
