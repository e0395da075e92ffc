"""Frames of single gestures, as the stage would send them."""

import numpy as np

from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.safety import SafetyLimits
from actuation.joints.skeleton import load_skeleton
from actuation.motion import Frame, FrameChunk, GestureLaid
from agent.core.face_shapes import ARKIT_NAMES

SKELETON = load_skeleton()
REST = rest_pose()


def frame(joints=REST, at=0.0, gaze_yaw_rad=0.0, gaze_pitch_rad=0.0):
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=np.asarray(joints, np.float32),
        face=np.zeros(len(ARKIT_NAMES), np.float32), gaze_yaw_rad=gaze_yaw_rad,
        gaze_pitch_rad=gaze_pitch_rad,
    )  # fmt: skip


def chunk(joints, start_at, generation=0):
    frames = tuple(frame(pose, start_at + k / 60) for k, pose in enumerate(joints))
    return FrameChunk(generation=generation, frames=frames)


def gesture(name, *, start_at=0.0, side="right", aim=None, place=None, generation=0, after_s=0.15):
    """The gesture's place, its frames, and its stroke."""
    lexeme = standard_lexicon().named(name)
    stroke = make_stroke(
        lexeme, SKELETON, apex_s=start_at, earliest_s=start_at + 0.05, side=side, aim=aim,
        place=place,
    )  # fmt: skip
    times = np.arange(start_at, stroke.end_s + after_s, 1 / 60)
    idle = np.repeat(REST[None], len(times), axis=0)
    joints = SafetyLimits(SKELETON).clamp(lay_over(idle, [stroke], times))
    laid = GestureLaid(
        generation=generation, at=stroke.start_s, apex_at=stroke.apex_s, end_at=stroke.end_s,
        lexeme=name, hands=not stroke.additive, aim=aim, place=place,
    )  # fmt: skip
    return laid, chunk(joints, start_at, generation), stroke


def direction(yaw_deg, pitch_deg):
    """Unit vector on stage (left, up, forward)."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    return (
        float(np.cos(pitch) * np.sin(yaw)), float(np.sin(pitch)),
        float(np.cos(pitch) * np.cos(yaw)),
    )  # fmt: skip
