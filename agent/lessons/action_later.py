"""Actions made up after phrases were learned and the recogniser was finished, each with a sentence.

They are judged by what their sentences say, at the first try.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from agent.lessons.action_bodies import Build, Pose
from agent.lessons.action_poses import Action, hold, put

_OPEN, _FIST = (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0)


def _stop(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.02, 0.0, 0.5 * b.size)
    hold(p, b.hand, (0, 1, 0.2), (0, -0.2, 1), _OPEN)


def _heart(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.1, -0.22, 0.15)
    hold(p, b.hand, (-0.9, 0.3, 0), (0, 0, -1), _OPEN)


def _palms(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, 0.03 - b.shoulder_m / 2, -0.2, 0.22, h)
        hold(p, h, (0, 1, 0.2), (-1, 0, 0), _OPEN)


def _drink(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.09, 0.05, 0.2)
    hold(p, b.hand, (-0.5, 0.2, -0.3), (-0.4, 0, -0.8), (0.6, 0.6, 0.6, 0.6))


def _watch(b: Build, p: Pose, t: float) -> None:
    p.head_down_rad = 0.45 * b.size
    put(b, p, -0.16, -0.2, 0.25)
    hold(p, b.hand, (-1, 0.1, 0.1), (0, -0.9, -0.3), (0.4, 0.5, 0.5, 0.6))


def _hands_up(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, 0.12, 0.18 * b.size, 0.1, h)
        hold(p, h, (0, 1, 0), (0, 0, 1), _OPEN)


def _scratch(b: Build, p: Pose, t: float) -> None:
    small = 0.015 * np.sin(2 * np.pi * 3 * t)
    put(b, p, -0.08, 0.34 + small, 0.02)
    hold(p, b.hand, (-0.7, 0.4, 0), (-0.3, -0.9, 0), (0.5, 0.5, 0.5, 0.5))


def _pat(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.05, -0.2 + 0.1 * b.size * np.sin(2 * np.pi * b.hz * t), 0.35)
    hold(p, b.hand, (0, 0, 1), (0, -1, 0), _OPEN)


def _victory(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.06, 0.02 * b.size, 0.2)
    hold(p, b.hand, (0, 1, 0), (0, 0, 1), (0.0, 0.0, 1.0, 1.0))


def _think(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.12, -0.03, 0.12)
    hold(p, b.hand, (-0.4, 0.8, -0.1), (-0.3, 0, -0.9), (0.2, 0.8, 0.9, 0.9))


LATER: Final[Mapping[str, Action]] = {
    "stop": _stop, "hand on the heart": _heart, "palms together": _palms, "drink": _drink,
    "look at the watch": _watch, "hands up": _hands_up, "scratch the head": _scratch,
    "calm down": _pat, "two fingers": _victory, "think": _think,
}  # fmt: skip
LATER_SENTENCES: Final[Mapping[str, str]] = {
    "stop": "an arm is stretched out, the palm faces forward, the fingers point up",
    "hand on the heart": "a hand is on the chest, the palm faces the body, the hand is still",
    "palms together": "both hands are in front of the body, the hands are near each other, "
    "the palms face each other, the fingers point up",
    "drink": "a hand is at the mouth, the fingers are curled, the arm is bent",
    "look at the watch": "the head is bent down, a hand is in front of the body, "
    "the palm faces down, the fingers point to the other side",
    "hands up": "both hands are above the shoulder, both palms face forward, both hands are still",
    "scratch the head": "a hand is on top of the head, the arm is bent",
    "calm down": "a hand is in front of the body, the palm faces down, the hand moves up and down",
    "two fingers": "a hand is above the elbow, two fingers are straight, the palm faces forward",
    "think": "a hand is at the chin, the arm is bent, the hand is still",
}
