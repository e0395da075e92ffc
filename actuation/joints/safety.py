"""The last thing before a body: what no joint may do, and nothing that ordinary gestures do.

In this order: angles that a joint does not have are taken off; arms keep clear of face, torso,
desk and each other; a movement too fast, or too sudden, is followed as fast as is allowed, with
angles and clearance looked at again. What asks for nothing of that passes unchanged. Where not all
can be had, nothing being touched comes before smoothness: a hand may then stop a little harder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from actuation.joints.clearance import Clearance
from actuation.joints.moves import REWIND_S
from actuation.joints.path import slerp
from actuation.joints.rotations import (
    about,
    angle,
    from_vector,
    inverse,
    multiply,
    normalised,
    to_vector,
)
from actuation.joints.skeleton import Skeleton, load_skeleton
from actuation.motion import FRAME_RATE_HZ, JOINT_NAMES

Floats = NDArray[np.float64]
_T = TypeVar("_T")

_ANGLE_RAD: Final = {"hips": 0.6, "spine": 0.6, "chest": 0.5, "upperChest": 0.5, "neck": 0.9,
                     "head": 1.0, "Shoulder": 0.6, "UpperArm": 2.7, "LowerArm": 2.9,
                     "Hand": 1.7}  # fmt: skip
_FINGER_ANGLE_RAD: Final = 2.0
_AXES_RAD: Final = {
    # joint of the left arm: twist about its bone (X), then bends about Y and Z; lowest, highest
    "LowerArm": ((-1.25, 1.25), (-2.75, 0.05), (-0.45, 0.45)),
    "Hand": ((-0.9, 0.9), (-0.55, 0.75), (-1.30, 1.25)),
    "Finger": ((-0.35, 0.35), (-0.45, 0.45), (-2.0, 0.5)),
}
"""Straight is 0. A left elbow bends about -Y, a left wrist and its fingers flex about -Z."""
_MOST: Final = {
    # speed rad/s, acceleration rad/s^2, jerk rad/s^3
    "hips": (2.0, 30.0, 1500.0), "spine": (2.0, 30.0, 1500.0), "chest": (2.0, 30.0, 1500.0),
    "upperChest": (2.0, 30.0, 1500.0), "neck": (5.0, 90.0, 6000.0), "head": (6.0, 110.0, 7000.0),
    "Shoulder": (4.0, 60.0, 4000.0), "UpperArm": (10.0, 160.0, 9000.0),
    "LowerArm": (12.0, 190.0, 11000.0), "Hand": (14.0, 240.0, 14000.0),
}  # fmt: skip
_FINGER_MOST: Final = (18.0, 320.0, 18000.0)
_EASE: Final = 0.8
"""Share of the limits that is used while catching up, so that braking stays within them."""
_CATCH_UP_HZ: Final = 9.0
_NEAR_RAD: Final = 1e-4
_ROUNDS: Final = 4
_ARMS: Final = [i for i, name in enumerate(JOINT_NAMES) if name.startswith(("left", "right"))]
_SKIN_M: Final = 0.0015
"""A touch that is no deeper is the skin's."""


def _of(joint: str, table: dict[str, _T], finger: _T) -> _T:
    return next((v for name, v in table.items() if joint == name or joint.endswith(name)), finger)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What there was at one frame, (44, ...) each."""

    asked: Floats
    """As asked, within angles and clearance."""
    asked_clear_m: Floats
    """(2,): how far each arm would be from everything."""
    joints: Floats
    speed: Floats
    """Rotation vectors a second."""
    push: Floats
    """Change of speed a second."""
    clear_m: Floats
    """(2,): how far each arm is from everything."""


class SafetyLimits:
    """Clamps the frames of one body. Frames may be made again after a change of mind."""

    def __init__(self, skeleton: Skeleton | None = None) -> None:
        self._clearance = Clearance(skeleton or load_skeleton())
        self._angle = np.array([_of(j, _ANGLE_RAD, _FINGER_ANGLE_RAD) for j in JOINT_NAMES])
        most = np.array([_of(j, _MOST, _FINGER_MOST) for j in JOINT_NAMES])
        self._speed, self._push, self._jerk = most.T
        self._hinged, self._low, self._high = _axis_limits()
        self._bends_last = np.array([JOINT_NAMES[i].endswith("Hand") for i in self._hinged])
        self._shown: dict[int, _Shown] = {}
        self.held_back = 0
        """Joints or arms times frames that were clamped."""

    def clamp(self, joints: Floats, first: int = 0) -> Floats:
        """Return (n, 44, 4) within the limits. `first`: number of the first frame.

        Continues from the last frame before it that was made; the very first may be anything.
        """
        asked = self._possible(normalised(np.nan_to_num(joints)))
        known = [k for k in self._shown if k < first]
        before = self._shown[max(known)] if known else None
        asked, clear, pushed = self._clearance.approach(
            asked, before.asked_clear_m if before is not None else None
        )
        if pushed:
            self.held_back += pushed
            asked = self._possible(asked)
        if before is None:
            still = np.zeros((len(JOINT_NAMES), 3))
            before = _Shown(asked[0], clear[0], asked[0], still, still, clear[0])
        oldest = first - round(REWIND_S * FRAME_RATE_HZ) - 1
        self._shown = {k: v for k, v in self._shown.items() if oldest <= k < first}
        shown = self._followed(asked, clear, before)
        self._shown |= {first + i: each for i, each in enumerate(shown)}
        return np.stack([each.joints for each in shown])

    def violated(self, joints: Floats) -> tuple[int, int]:
        """Joints times frames of (n, 44, 4) beyond their angles, and beyond speed or acceleration.

        To a thousandth, because frames are sent as float32.
        """
        before = self.held_back
        bent = angle(joints, self._possible(joints)) > 1e-3
        self.held_back = before
        speed = to_vector(multiply(inverse(joints[:-1]), joints[1:])) * FRAME_RATE_HZ
        push = np.diff(speed, axis=0) * FRAME_RATE_HZ
        hasty = np.count_nonzero(_length(speed) > 1.001 * self._speed + 1e-3)
        hasty += np.count_nonzero(_length(push) > 1.001 * self._push + 1.0)
        return int(np.count_nonzero(bent)), int(hasty)

    # Angles.

    def _possible(self, joints: Floats) -> Floats:
        turn = 2 * np.arccos(np.clip(np.abs(joints[..., 3]), 0.0, 1.0))
        over = turn > self._angle + 1e-9
        if np.any(over):
            self.held_back += int(np.count_nonzero(over))
            share = np.where(over, self._angle / np.maximum(turn, 1e-9), 1.0)
            joints = np.where(
                over[..., None], from_vector(to_vector(joints) * share[..., None]), joints
            )
        hinged = joints[:, self._hinged]
        twist, swing = _twist_and_swing(hinged, self._bends_last)
        angles = np.concatenate([twist[..., None], swing], axis=-1)
        allowed = np.clip(angles, self._low, self._high)
        over = np.any(np.abs(angles - allowed) > 1e-6, axis=-1)
        if not np.any(over):
            return joints
        self.held_back += int(np.count_nonzero(over))
        held = _from_twist_and_swing(allowed[..., 0], allowed[..., 1:], self._bends_last)
        joints = joints.copy()
        joints[:, self._hinged] = np.where(over[..., None], held, hinged)
        return joints

    # Speed.

    def _followed(self, asked: Floats, clear_m: Floats, before: _Shown) -> list[_Shown]:
        """All frames: as asked, or as fast as allowed."""
        if np.max(angle(before.asked, before.joints)) < _NEAR_RAD:
            steps = np.concatenate([before.joints[None], asked])
            speed = to_vector(multiply(inverse(steps[:-1]), steps[1:])) * FRAME_RATE_HZ
            push = np.diff(speed, axis=0, prepend=before.speed[None]) * FRAME_RATE_HZ
            jerk = np.diff(push, axis=0, prepend=before.push[None]) * FRAME_RATE_HZ
            if (
                np.all(_length(speed) <= self._speed)
                and np.all(_length(push) <= self._push)
                and np.all(_length(jerk) <= self._jerk)
            ):
                rows = zip(asked, clear_m, asked, speed, push, clear_m, strict=True)
                return [_Shown(*row) for row in rows]
        shown = []
        for wanted, clear in zip(asked, clear_m, strict=True):
            before = self._step(wanted, clear, before)
            shown.append(before)
        return shown

    def _step(self, wanted: Floats, clear_m: Floats, before: _Shown) -> _Shown:
        """One frame towards `wanted`: at its speed, and closing the gap no faster than can stop."""
        gap = to_vector(multiply(inverse(before.joints), wanted))
        behind = to_vector(multiply(inverse(before.joints), before.asked))
        moving = to_vector(multiply(inverse(before.asked), wanted)) * FRAME_RATE_HZ
        distance = _length(behind)
        close = np.minimum(_CATCH_UP_HZ * distance, np.sqrt(_EASE * self._push * distance))
        speed = moving + behind * (close / np.maximum(distance, 1e-9))[:, None]
        speed = np.where((distance < _NEAR_RAD)[:, None], gap * FRAME_RATE_HZ, speed)
        speed = _capped(speed, _EASE * self._speed)
        push = _capped((speed - before.speed) * FRAME_RATE_HZ, _EASE * self._push)
        change = _capped((push - before.push) * FRAME_RATE_HZ, self._jerk)
        push = before.push + change / FRAME_RATE_HZ
        speed = before.speed + push / FRAME_RATE_HZ
        joints = multiply(before.joints, from_vector(speed / FRAME_RATE_HZ))
        self.held_back += int(np.count_nonzero(angle(joints, wanted) > _NEAR_RAD))
        free = self._possible(joints[None])
        kept, clear, pushed = self._clearance.approach(free, before.clear_m)
        if pushed:
            kept, clear = self._softer(free, self._both(kept, before), before)
        if pushed or kept[0] is not joints:
            # What is touched may stop an arm harder than it may push by itself: remembered as it
            # is, that push would throw the arm about in the frames that follow.
            speed = to_vector(multiply(inverse(before.joints), kept[0])) * FRAME_RATE_HZ
            speed = _capped(speed, self._speed)
            push = _capped((speed - before.speed) * FRAME_RATE_HZ, self._push)
        return _Shown(wanted, clear_m, normalised(kept[0]), speed, push, clear[0])

    def _both(self, pushed: Floats, before: _Shown) -> Floats:
        """(1, 44, 4) pushed out within the angles that joints have: what an elbow may not give way
        a shoulder does, by and by.
        """
        for _ in range(_ROUNDS):
            held = self._possible(pushed)
            if held is pushed:
                break
            pushed, _, more = self._clearance.approach(held, before.clear_m)
            if not more:
                break
        return self._possible(pushed)

    def _softer(self, free: Floats, pushed: Floats, before: _Shown) -> tuple[Floats, Floats]:
        """What is pushed out (1, 44, 4), or something softer where that would be a jerk.

        `free`: without the push. First so much of the push as need be, for skin gives way by so
        much that a hand may take a frame longer to stop; then the arms nearly where they were.
        Where neither does, nothing being touched comes first.
        """
        still = free.copy()
        still[:, _ARMS] = before.joints[_ARMS]
        for held in self._ways(free, pushed, still, before):
            clear = -self._clearance.depth_m(held)
            speed = to_vector(multiply(inverse(before.joints), held[0])) * FRAME_RATE_HZ
            sudden = np.any(_length(speed - before.speed) * FRAME_RATE_HZ > self._push)
            if not sudden and (held is pushed or np.all(clear >= -_SKIN_M)):
                return held, clear
        return pushed, -self._clearance.depth_m(pushed)

    def _ways(
        self, free: Floats, pushed: Floats, still: Floats, before: _Shown
    ) -> Iterator[Floats]:
        """Poses (1, 44, 4) that may do, the best one first."""

        def between(a: Floats, b: Floats, share: float) -> Floats:
            return slerp(a, b, np.full((1, len(JOINT_NAMES)), share))

        yield pushed
        yield from (between(free, pushed, share) for share in (0.8, 0.6, 0.4))
        slowed = [between(still, free, share) for share in (0.75, 0.5, 0.25, 0.0)]
        yield from slowed
        for held in slowed:
            yield self._both(self._clearance.approach(held, before.clear_m)[0], before)


def _axis_limits() -> tuple[NDArray[np.intp], Floats, Floats]:
    """Indices of joints that are limited axis by axis, and their lowest and highest angles."""
    indices, low, high = [], [], []
    for i, joint in enumerate(JOINT_NAMES):
        part = next((p for p in ("LowerArm", "Hand") if joint.endswith(p)), None)
        if part is None and any(f in joint for f in ("Index", "Middle", "Ring", "Little")):
            part = "Finger"
        if part is None:
            continue
        limits = np.array(_AXES_RAD[part])
        if joint.startswith("right"):  # mirrored: turns about Y and Z change their sign
            limits[1:] = -limits[1:, ::-1]
        indices.append(i)
        low.append(limits[:, 0])
        high.append(limits[:, 1])
    return np.array(indices), np.array(low), np.array(high)


def _twist_and_swing(q: Floats, bends_last: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Twist about X, and Y and Z of the bend as a rotation vector.

    An elbow bends before the forearm turns, a wrist after it: q = bend * twist or twist * bend.
    """
    twist = 2 * np.arctan2(q[..., 0], q[..., 3])
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    undo = about("x", -twist)
    bend = np.where(bends_last[:, None], multiply(undo, q), multiply(q, undo))
    return twist, to_vector(bend)[..., 1:]


def _from_twist_and_swing(twist: Floats, swing: Floats, bends_last: NDArray[np.bool_]) -> Floats:
    bend = from_vector(np.concatenate([np.zeros_like(twist)[..., None], swing], axis=-1))
    turn = about("x", twist)
    return np.where(bends_last[:, None], multiply(turn, bend), multiply(bend, turn))


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(np.sum(vectors * vectors, axis=-1)))


def _capped(vectors: Floats, most: Floats) -> Floats:
    length = _length(vectors)
    return np.asarray(vectors * np.minimum(1.0, most / np.maximum(length, 1e-9))[..., None])
