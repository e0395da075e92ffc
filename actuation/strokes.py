"""Gestures on the stage: preparation, stroke, hold, retraction, as pure functions of time.

A stroke covers the joints it uses with a weight. Strokes are laid over each other in the order in
which they begin, so a new gesture grows out of wherever the arm is, and an ended one gives way to
whatever lies beneath it. Every weight and every path runs by minimum jerk (Flash and Hogan 1985:
x(s) = 10 s^3 - 15 s^4 + 6 s^5), which has no velocity or acceleration at its ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from actuation.handshapes import SHAPES, solve_hand
from actuation.lexemes import HandKey, Lexeme
from actuation.motion import JOINT_INDEX
from actuation.rotations import minimum_jerk, multiply, turned
from actuation.skeleton import ARM_JOINTS, SIDES, Reach, Skeleton, solve_arm
from actuation.turn import Turn

Joints = NDArray[np.float64]
RETRACT_S = 0.32
"""An interrupted arm goes back in this time; within the 250-400 ms that look unhurried."""


def slerp(a: Joints, b: Joints, t: NDArray[np.float64]) -> Joints:
    """Spherical interpolation of unit quaternions: `a`, `b` (..., 4), `t` broadcast on (...)."""
    dot = np.sum(a * b, axis=-1)
    b = np.where(dot[..., None] < 0.0, -b, b)
    dot = np.clip(np.abs(dot), 0.0, 1.0)
    angle = np.arccos(dot)
    sine = np.sin(angle)
    near = sine < 1e-4
    safe = np.where(near, 1.0, sine)
    wa = np.where(near, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    mixed = wa[..., None] * a + wb[..., None] * b
    return np.asarray(mixed / np.linalg.norm(mixed, axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One gesture placed on the timeline. All times are stage or score time alike, seconds."""

    lexeme: str
    start_s: float
    """The preparation begins."""
    apex_s: float
    """The stroke reaches its apex."""
    key_times_s: NDArray[np.float64]
    """(k,) times of the key poses, rising."""
    end_of_hold_s: float
    """The retraction begins."""
    end_s: float
    """Back at rest."""
    joints: NDArray[np.intp]
    """(j,) indices into `JOINT_NAMES` of the joints it uses."""
    poses: Joints
    """(k, j, 4) local rotations at the keys; head keys are offsets to the gaze's own."""
    additive: bool = False
    """The poses turn what lies beneath instead of covering it."""
    interrupted_s: float | None = None
    """Told to stop at this time."""

    def weight(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far it covers what lies beneath, 0..1, at the times `t`."""
        rise = minimum_jerk((t - self.start_s) / max(self.key_times_s[0] - self.start_s, 1e-3))
        fall = minimum_jerk((t - self.end_of_hold_s) / max(self.end_s - self.end_of_hold_s, 1e-3))
        weight = rise * (1.0 - fall)
        if self.interrupted_s is not None:
            weight = weight * (1.0 - minimum_jerk((t - self.interrupted_s) / RETRACT_S))
        return np.asarray(weight)

    def pose(self, t: NDArray[np.float64]) -> Joints:
        """(n, j, 4) rotations at the (n,) times `t`, minimum jerk from key to key."""
        at = t if self.interrupted_s is None else np.minimum(t, self.interrupted_s)
        if len(self.key_times_s) == 1:
            return np.broadcast_to(self.poses[0], (len(t), *self.poses.shape[1:]))
        after = np.clip(np.searchsorted(self.key_times_s, at), 1, len(self.key_times_s) - 1)
        t0, t1 = self.key_times_s[after - 1], self.key_times_s[after]
        s = minimum_jerk((at - t0) / np.maximum(t1 - t0, 1e-3))
        return slerp(self.poses[after - 1], self.poses[after], s[:, None])

    def interrupt(self, at_s: float) -> "Stroke":
        """The same gesture, given up at `at_s`: it stays where it is and goes back."""
        if self.interrupted_s is not None or at_s >= self.end_s:
            return self
        return replace(self, interrupted_s=at_s, end_s=min(self.end_s, at_s + RETRACT_S))


def lay_over(joints: Joints, strokes: Sequence[Stroke], t: NDArray[np.float64]) -> Joints:
    """Lay the strokes over `joints`, (n, 44, 4) at the (n,) times `t`; returns a new array."""
    laid = np.array(joints, dtype=np.float64)
    for stroke in sorted(strokes, key=lambda each: each.start_s):
        if stroke.start_s > t[-1] or stroke.end_s < t[0]:
            continue
        weight = stroke.weight(t)
        beneath = laid[:, stroke.joints]
        poses = stroke.pose(t)
        if stroke.additive:
            poses = multiply(beneath, poses)
        laid[:, stroke.joints] = slerp(beneath, poses, weight[:, None])
    return laid


def make_stroke(
    lexeme: Lexeme,
    skeleton: Skeleton,
    *,
    apex_s: float,
    earliest_s: float,
    side: str = "right",
    aim: tuple[float, float, float] | None = None,
    size: float = 1.0,
) -> Stroke:
    """Place `lexeme` so that its apex falls on `apex_s`.

    `earliest_s`: nothing moves before; the apex is late rather than the arm hasty.
    `side`: the hand of a one-handed gesture. `aim`: unit direction in the model frame that an aimed
    gesture points along. `size`: 0.5..1.3, how far the hands go from the body.
    """
    times = np.array([key.t for key in (lexeme.keys or lexeme.head)])
    if lexeme.hands == "head":
        names: tuple[str, ...] = ("neck", "head")
        poses = _head_poses(lexeme)
        prepare_s = 0.16
    else:
        sides = SIDES if lexeme.hands == "both" else (side,)
        names = tuple(name for each in sides for name in ARM_JOINTS[each])
        poses = np.concatenate(
            [_arm_poses(lexeme, skeleton, each, aim, size) for each in sides], axis=1
        )
        prepare_s = _preparation_s(lexeme.keys[0])
    shift = max(0.0, earliest_s + prepare_s - (apex_s + times[0]))
    apex_s += shift
    key_times = times + apex_s
    end_of_hold = float(key_times[-1] + lexeme.hold_s)
    retract_s = 0.3 if lexeme.hands == "head" else max(0.45, 0.9 * prepare_s)
    return Stroke(
        lexeme=lexeme.name,
        start_s=float(key_times[0] - prepare_s),
        apex_s=apex_s,
        key_times_s=key_times,
        end_of_hold_s=end_of_hold,
        end_s=end_of_hold + retract_s,
        joints=np.array([JOINT_INDEX[name] for name in names], np.intp),
        poses=poses,
        additive=lexeme.hands == "head",
    )


def _preparation_s(key: HandKey) -> float:
    """Longer ways take longer: 0.35 s near the rest pose to 0.65 s above the shoulder."""
    climb = np.clip((key.hand[1] + 0.6) / 0.8, 0.0, 1.0)
    return float(0.38 + 0.24 * climb)


def _head_poses(lexeme: Lexeme) -> Joints:
    """(k, 2, 4) offsets of neck and head, which share the turn."""
    rows = []
    for key in lexeme.head:
        turn = Turn(turned(*np.radians([key.yaw_deg, key.pitch_deg, -key.roll_deg])))
        rows.append([turn.part(0.4).quat, turn.part(0.6).quat])
    return np.array(rows)


def _arm_poses(
    lexeme: Lexeme,
    skeleton: Skeleton,
    side: str,
    aim: tuple[float, float, float] | None,
    size: float,
) -> Joints:
    return np.array(
        [
            _arm_pose(skeleton, side, _aimed(key, side, aim) if lexeme.aimed else key, size)
            for key in lexeme.keys
        ]
    )


def _arm_pose(skeleton: Skeleton, side: str, key: HandKey, size: float) -> Joints:
    return _solved(_known(skeleton), side, key, round(size, 2))


_skeletons: dict[int, Skeleton] = {}


def _known(skeleton: Skeleton) -> int:
    """A hashable stand-in for a skeleton, so that solved poses can be remembered."""
    _skeletons[id(skeleton)] = skeleton
    return id(skeleton)


@lru_cache(maxsize=2048)
def _solved(skeleton_id: int, side: str, key: HandKey, size: float) -> Joints:
    out, up, forward = key.hand
    # Size moves the hand from a quiet place in front of the belly to its full way.
    quiet = np.array([0.22, -0.46, 0.48])
    hand = quiet + (np.array([out, up, forward]) - quiet) * size
    reach = Reach(
        hand=(float(hand[0]), float(hand[1]), float(hand[2])),
        palm=key.palm,
        fingers=key.fingers,
        elbow=key.elbow,
    )
    arm = solve_arm(_skeletons[skeleton_id], side, reach) | solve_hand(side, SHAPES[key.shape])
    return np.array([arm[name].quat for name in ARM_JOINTS[side]])


def _aimed(key: HandKey, side: str, aim: tuple[float, float, float] | None) -> HandKey:
    """The key with its hand and fingers turned along `aim`, within what a shoulder can do."""
    if aim is None or key.t < 0:
        return key
    sign = 1.0 if side == "left" else -1.0
    out, up, forward = aim[0] * sign, aim[1], aim[2]
    yaw = float(np.clip(np.arctan2(out, forward), np.radians(-50), np.radians(115)))
    pitch = float(np.clip(np.arctan2(up, np.hypot(out, forward)), np.radians(-50), np.radians(60)))
    direction = np.array([np.cos(pitch) * np.sin(yaw), np.sin(pitch), np.cos(pitch) * np.cos(yaw)])
    shoulder = np.array([0.3, -0.02, 0.0])  # the shoulder joint in arm lengths, about
    hand = shoulder + direction * 0.86
    return key.model_copy(
        update={"hand": tuple(hand.tolist()), "fingers": tuple(direction.tolist())}
    )
