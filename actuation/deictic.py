"""Where an arm points, held exactly: an aim from the score laid over the poses of the frames. Pure.

The character's shoulder has narrow limits, and its pose is made for the eye. A machine that points
should point at the place itself. So while the frames show the arm pointing, its line is drawn to
the true direction; frames in which the arm retracts let go of it by themselves. An aim low and
straight ahead lies near where the hands rest, so one that is given up midway is let go only at
its planned end.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.motion import GestureLaid
from actuation.retarget import Pose
from actuation.rotations import minimum_jerk, room_from_stage
from actuation.skeleton import SIDES

Floats = NDArray[np.float64]

_RETRACTION_S: Final = 0.6
"""The end of a gesture, in which the arm goes back."""
_BLEND_S: Final = 0.4
_NEAR_RAD: Final = float(np.radians(22))
_FAR_RAD: Final = float(np.radians(50))
"""The arm of the frames points there when it is nearer than the first, not when farther."""
_CLIPPED_RAD: Final = (float(np.radians(-50)), float(np.radians(115)))
_PITCH_RAD: Final = (float(np.radians(-22)), float(np.radians(60)))
"""Yaw outwards and pitch that the character's own arm shows."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What an arm points at now."""

    gesture: GestureLaid
    side: str
    direction: Floats
    """(3,) unit, in the room's axes."""
    weight: float
    """0..1."""


class Pointing:
    """The aimed gestures of one body."""

    def __init__(self, sides: tuple[str, ...] = SIDES) -> None:
        self._sides = sides
        self._gestures: deque[GestureLaid] = deque(maxlen=16)

    def laid(self, gesture: GestureLaid) -> None:
        """A gesture has its place; the newer of two that overlap counts."""
        aimed = gesture.aim is not None and np.all(np.isfinite(gesture.aim))
        if gesture.hands:
            self._gestures = deque(
                (g for g in self._gestures if g.end_at <= gesture.at or g.at >= gesture.end_at),
                maxlen=16,
            )
        if aimed and np.linalg.norm(np.array(gesture.aim)) > 1e-6:
            self._gestures.append(gesture)

    def at(self, stage_at: float, pose: Pose) -> Aim | None:
        """What is pointed at, at `stage_at`, when the frames look like `pose`."""
        for gesture in self._gestures:
            weight = _in_time(gesture, stage_at)
            if weight <= 0 or gesture.aim is None:
                continue
            direction = room_from_stage(np.array(gesture.aim, np.float64))
            direction = direction / np.linalg.norm(direction)
            away = {
                side: _angle(pose.hand_from_shoulder(side), _as_shown(direction, side))
                for side in self._sides
            }
            side = min(away, key=lambda each: away[each])
            seen = 1.0 - float(minimum_jerk((away[side] - _NEAR_RAD) / (_FAR_RAD - _NEAR_RAD)))
            if seen > 0:
                return Aim(gesture, side, direction, weight * seen)
        return None


def _in_time(gesture: GestureLaid, at: float) -> float:
    release_at = max(gesture.end_at - _RETRACTION_S, gesture.apex_at)
    rise = minimum_jerk((at - gesture.apex_at + _BLEND_S) / _BLEND_S)
    fall = minimum_jerk((at - release_at) / _BLEND_S)
    return float(rise * (1.0 - fall))


def _as_shown(direction: Floats, side: str) -> Floats:
    """The direction as far as the character's own arm goes."""
    sign = 1.0 if side == "left" else -1.0
    forward, out, up = direction[0], sign * direction[1], direction[2]
    yaw = float(np.clip(np.arctan2(out, forward), *_CLIPPED_RAD))
    pitch = float(np.clip(np.arctan2(up, np.hypot(out, forward)), *_PITCH_RAD))
    return np.array(
        [np.cos(pitch) * np.cos(yaw), sign * np.cos(pitch) * np.sin(yaw), np.sin(pitch)]
    )


def _angle(a: Floats, b: Floats) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.arccos(np.clip(a @ b / max(lengths, 1e-9), -1, 1)))
