"""Is it alive, and calm: blinks, jumps of the eyes, the head, twitches and freezes over minutes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.animation import Animation, AnimationConfig
from actuation.generators.metrics.blinks import blink_statistics, lids
from actuation.generators.metrics.gaze import saccade_statistics, saccades, turning_speed
from actuation.generators.metrics.steadiness import (
    fastest_jerk,
    longest_freeze_s,
    twitches_per_minute,
)
from actuation.generators.rules_gaze import GazeConfig, GazeMode, GazeProcess
from actuation.gestures.contract import HeadGestures
from actuation.joints.rotations import multiply
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX
from agent.bench.figure import Figure
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

_STEP = 6
_APPEARING = 2 * FRAME_RATE_HZ
_DENSE_HZ = 500
_SLOW = np.array([n.startswith(("brow", "cheek", "mouthSmile", "nose")) for n in ARKIT_NAMES])
"""Shapes that nothing moves fast."""
_FASTEST_FACE = 1.2 * fastest_jerk(1.0, 0.14, FRAME_RATE_HZ)
"""A brow all the way up in 0.14 s, and a fifth."""
_FASTEST_HEAD = 1.2 * fastest_jerk(0.6, 0.35, FRAME_RATE_HZ)


@dataclass(frozen=True, slots=True)
class _Life:
    """One who looks at a visitor and says nothing."""

    times: Floats
    faces: Floats
    head: Floats
    """(n, 4) head against the trunk."""


def life_figures(minutes: float, seed: int = 7) -> list[Figure]:
    """Statistics of `minutes` of listening, each beside what people do."""
    life = _lived(minutes, seed)
    return [*_blinks(life), *_eyes(minutes, seed), *_calm(life)]


def _lived(minutes: float, seed: int) -> _Life:
    animation = Animation(config=AnimationConfig(seed=seed), gestures=HeadGestures(), start=0.0)
    faces, heads, times = [], [], []
    for first in range(0, round(minutes * 60 * FRAME_RATE_HZ), _STEP):
        animation.look(GazeMode.AT, (0.1, 0.0), first / FRAME_RATE_HZ)
        for frame in animation.frames(first, _STEP, None):
            faces.append(frame.face)
            heads.append(frame.joints[[JOINT_INDEX["neck"], JOINT_INDEX["head"]]])
            times.append(frame.at)
    # A character appears in its resting face; what is before that is no life.
    joints = np.stack(heads)[_APPEARING:].astype(np.float64)
    shown = np.stack(faces)[_APPEARING:].astype(np.float64)
    return _Life(np.array(times)[_APPEARING:], shown, multiply(joints[:, 0], joints[:, 1]))


def _blinks(life: _Life) -> list[Figure]:
    found = blink_statistics(life.times, lids(life.faces))
    return [
        Figure(
            name="blinks",
            value=found.per_minute,
            unit="a minute",
            target=26.0,
            baseline=17.0,
            baseline_of="people at rest",
            note=(
                f"{found.count}; gaps vary by {found.gap_variation:.2f} of their mean, "
                f"{100 * found.double:.0f} % double, last {1e3 * found.duration_s:.0f} ms"
            ),
        ),
        Figure(
            name="lids open slower than they close by",
            value=found.opening_over_closing,
            unit="times",
            target=1.5,
            at_most=False,
            baseline=2.0,
            baseline_of="people, about",
        ),
    ]


def _eyes(minutes: float, seed: int) -> list[Figure]:
    gaze = GazeProcess(config=GazeConfig(), seed=seed, start=0.0)
    times = np.arange(0, minutes * 60, 1 / _DENSE_HZ)
    yaw, pitch = [], []
    for part in np.array_split(times, max(int(minutes * 60 / 0.1), 1)):
        gaze.look(GazeMode.AT, (0.1, 0.0), float(part[0]))
        look = gaze.evaluate(part)
        yaw.append(look.eye_yaw)
        pitch.append(look.eye_pitch)
    found = saccade_statistics(saccades(times, np.concatenate(yaw), np.concatenate(pitch)), minutes)
    return [
        Figure(
            name="saccades, main sequence",
            value=found.ms_per_degree,
            unit="ms a degree",
            target=3.5,
            baseline=2.2,
            baseline_of="people",
            note=(
                f"{found.per_minute:.0f} a minute, median {found.interval_median_s:.2f} s apart "
                f"(varies by {found.interval_variation:.2f}), median "
                f"{np.degrees(found.amplitude_median_rad):.1f} degrees, p95 "
                f"{np.degrees(found.amplitude_p95_rad):.1f}"
            ),
        )
    ]


def _calm(life: _Life) -> list[Figure]:
    speed = turning_speed(life.times, life.head)
    slow = life.faces[:, _SLOW]
    shaken = life.faces[:, _SLOW].copy()
    shaken[:: 10 * FRAME_RATE_HZ, 0] += 0.5
    twitches = twitches_per_minute(life.times, slow, most_jerk=_FASTEST_FACE)
    head = twitches_per_minute(life.times, life.head, most_jerk=_FASTEST_HEAD)
    return [
        Figure(
            name="head at rest, turning speed p95",
            value=float(np.quantile(speed, 0.95)),
            unit="rad/s",
            target=0.65,
            baseline=0.297,
            baseline_of="mean of a lively speaker",
            note=f"median {np.median(speed):.3f} rad/s",
        ),
        Figure(
            name="twitches of face and head",
            value=twitches + head,
            unit="a minute",
            target=0.0,
            control=twitches_per_minute(life.times, shaken, most_jerk=_FASTEST_FACE),
            control_of="one frame in ten seconds off by half",
            note="jerk beyond the fastest move that is meant",
        ),
        Figure(
            name="longest freeze of face and head",
            value=longest_freeze_s(life.times, np.hstack([life.faces, life.head])),
            unit="s",
            target=0.5,
            note="nothing moves at all",
        ),
    ]
