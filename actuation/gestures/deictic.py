"""Where an arm points, held exactly: an aim from the score laid over the poses of the frames. Pure.

The character's shoulder has narrow limits, and its pose is made for the eye. A machine that points
should point at the place itself. So while the frames show the arm pointing, its line is drawn to
the true place; a gesture that is given up lets go of it as quickly as the frames retract.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.aiming import as_a_shoulder_can
from actuation.gestures.contract import RETRACT_S
from actuation.joints.retarget import PointedAt, Pose
from actuation.joints.rotations import minimum_jerk, room_from_stage
from actuation.joints.skeleton import SIDES
from actuation.motion import Cut, GestureLaid

Floats = NDArray[np.float64]

_RETRACTION_S: Final = 0.6
"""The end of a gesture, in which the arm goes back."""
_BLEND_S: Final = 0.4
_SETTLED_S: Final = 0.25
"""From the apex until a machine's arm is there."""
_NEAR_RAD: Final = float(np.radians(22))
_FAR_RAD: Final = float(np.radians(50))
"""The arm of the frames points there when it is nearer than the first, not when farther."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What an arm points at now."""

    gesture: GestureLaid
    side: str
    at: PointedAt


class Pointing:
    """The aimed gestures of one body."""

    def __init__(self, sides: tuple[str, ...] = SIDES) -> None:
        self._sides = sides
        self._gestures: deque[GestureLaid] = deque(maxlen=16)
        self._given_up: deque[float] = deque(maxlen=16)
        """Stage times at which gestures under way were ended."""

    def laid(self, gesture: GestureLaid) -> None:
        """A gesture has its place; the newer of two that overlap counts."""
        if gesture.hands:
            self._gestures = deque(
                (g for g in self._gestures if g.end_at <= gesture.at or g.at >= gesture.end_at),
                maxlen=16,
            )
        if _pointed_at(gesture, 0.0) is not None:
            self._gestures.append(gesture)

    def cut(self, cut: Cut) -> None:
        """What was sent ahead is dropped; gestures may be given up with it."""
        if cut.gestures_end:
            self._given_up.append(cut.at)
            self._gestures = deque((g for g in self._gestures if g.at < cut.at), maxlen=16)

    def at(self, stage_at: float, pose: Pose) -> Aim | None:
        """What is pointed at, at `stage_at`, when the frames look like `pose`."""
        for gesture in self._gestures:
            pointed = _pointed_at(gesture, self._left(gesture, stage_at))
            if pointed is None or pointed.weight <= 0:
                continue
            away = {
                side: _angle(pose.hand_from_shoulder(side), _as_shown(pointed, pose, side))
                for side in self._sides
            }
            side = min(away, key=lambda each: away[each])
            seen = 1.0 - float(minimum_jerk((away[side] - _NEAR_RAD) / (_FAR_RAD - _NEAR_RAD)))
            if seen > 0:
                return Aim(gesture, side, replace(pointed, weight=pointed.weight * seen))
        return None

    def held(self, stage_at: float) -> tuple[GestureLaid, PointedAt] | None:
        """The aimed gesture held still at `stage_at`, and its true place: whatever frames show."""
        for gesture in self._gestures:
            pointed = _pointed_at(gesture, self._left(gesture, stage_at))
            settled = stage_at >= gesture.apex_at + _SETTLED_S
            if pointed is not None and pointed.weight >= 1.0 and settled:
                return gesture, pointed
        return None

    def _left(self, gesture: GestureLaid, at: float) -> float:
        """0..1: how much of the gesture is there at a stage time."""
        weight = _in_time(gesture, at)
        for given_up_at in self._given_up:
            if gesture.at < given_up_at < gesture.end_at:
                weight *= 1.0 - float(minimum_jerk((at - given_up_at) / RETRACT_S))
        return weight


def _pointed_at(gesture: GestureLaid, weight: float) -> PointedAt | None:
    """In the room's axes; None where the gesture is not aimed."""
    aim, place = _in_room(gesture.aim), _in_room(gesture.place)
    way = aim if aim is not None else place
    if way is None or float(np.linalg.norm(way)) < 1e-6:
        return None
    return PointedAt(direction=way / np.linalg.norm(way), weight=weight, place=place)


def _in_room(vector: tuple[float, float, float] | None) -> Floats | None:
    if vector is None or not np.all(np.isfinite(vector)):
        return None
    return room_from_stage(np.array(vector, np.float64))


def _in_time(gesture: GestureLaid, at: float) -> float:
    release_at = max(gesture.end_at - _RETRACTION_S, gesture.apex_at)
    rise = minimum_jerk((at - gesture.apex_at + _BLEND_S) / _BLEND_S)
    fall = minimum_jerk((at - release_at) / _BLEND_S)
    return float(rise * (1.0 - fall))


def _as_shown(at: PointedAt, pose: Pose, side: str) -> Floats:
    """Where it is from the character's own shoulder, as far as that arm goes."""
    direction = at.direction if at.place is None else at.place - pose.spots[f"{side}UpperArm"]
    sign = 1.0 if side == "left" else -1.0
    out, up, forward = as_a_shoulder_can(
        np.array([sign * direction[1], direction[2], direction[0]])
    )
    return np.array([forward, sign * out, up])


def _angle(a: Floats, b: Floats) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.arccos(np.clip(a @ b / max(lengths, 1e-9), -1, 1)))
