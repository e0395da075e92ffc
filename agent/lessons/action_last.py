"""Ten more actions, made up with their sentences after measures were mended.

They are judged by what their sentences say, at the first try.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from agent.lessons.action_bodies import Build, Pose
from agent.lessons.action_poses import Action, hold, put

_OPEN, _FIST = (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0)


def _knock(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.0, 0.0, 0.3 + 0.09 * b.size * np.sin(2 * np.pi * b.hz * t))
    hold(p, b.hand, (0, 0.9, 0.3), (0, -0.3, 0.9), _FIST)


def _hands_folded(b: Build, p: Pose, t: float) -> None:
    down = -0.8 * (b.upper_m + 0.6 * b.lower_m)
    for h in (0, 1):
        put(b, p, 0.05 - b.shoulder_m / 2, down, 0.16, h)
        hold(p, h, (-0.7, -0.7, 0.1), (0, 0, -1), (0.4, 0.4, 0.4, 0.4))


def _arms_wide(b: Build, p: Pose, t: float) -> None:
    reach = 0.95 * (b.upper_m + b.lower_m)
    for h in (0, 1):
        put(b, p, reach, -0.05 * b.size, 0.08, h)
        hold(p, h, (1, 0, 0), (0, 0, 1), _OPEN)


def _listen(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.06, 0.12, 0.02)
    hold(p, b.hand, (-0.1, 1, 0), (-0.2, 0, 1), (0.1, 0.1, 0.1, 0.1))


def _shade(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.03, 0.24, 0.14)
    hold(p, b.hand, (-1, 0.1, 0), (0, -1, 0), _OPEN)


def _handshake(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.04, -0.22, 0.45 * b.size)
    hold(p, b.hand, (0, 0, 1), (-1, 0, 0), _OPEN, 0.8)


def _shake_fist(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.08, 0.12, 0.22 + 0.1 * b.size * np.sin(2 * np.pi * b.hz * t))
    hold(p, b.hand, (0, 1, 0.1), (-0.6, 0, 0.8), _FIST)


def _push_away(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, -0.02, -0.06, 0.42 * b.size, h)
        hold(p, h, (0, 1, 0.1), (0, 0, 1), _OPEN)


def _bow(b: Build, p: Pose, t: float) -> None:
    p.head_down_rad = 0.6 * b.size


def _cover_ears(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, -0.04, 0.12, 0.03, h)
        hold(p, h, (-0.3, 0.9, -0.1), (-1, 0, 0), (0.2, 0.2, 0.2, 0.2))


LAST: Final[Mapping[str, Action]] = {
    "knock": _knock, "hands folded": _hands_folded, "arms wide": _arms_wide, "listen": _listen,
    "shade the eyes": _shade, "offer a handshake": _handshake, "shake the fist": _shake_fist,
    "push away": _push_away, "bow the head": _bow, "cover the ears": _cover_ears,
}  # fmt: skip
LAST_SENTENCES: Final[Mapping[str, str]] = {
    "knock": "a hand is above the elbow, it is a fist, the hand moves to and fro",
    "hands folded": "both hands are at the height of the belt, the hands are near each other, "
    "both hands are still",
    "arms wide": "both arms are held out sideways, both arms are straight",
    "listen": "a hand is at the ear, the arm is bent, its fingers are straight, "
    "the palm faces forward",
    "shade the eyes": "a hand is at the forehead, the palm faces down, "
    "the fingers point to the other side",
    "offer a handshake": "a hand reaches forward, the palm faces inward, "
    "the fingers point forward, the fingers are straight",
    "shake the fist": "a hand is above the shoulder, it is a fist, the hand moves to and fro",
    "push away": "both hands reach forward, both palms face forward, the fingers point up",
    "bow the head": "the head is bent down, both arms hang down",
    "cover the ears": "both hands are at the ear, both arms are bent",
}
