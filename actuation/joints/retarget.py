"""From the poses of the character to what a robot's arms and head should reach. Pure.

Directions from the shoulder stay as they are, lengths are scaled by the length of the arm, so a
gesture keeps its shape on a body of any size. What lies beyond the robot's reach is pulled in to
the sphere that it can reach, and told. All results are in the room's axes (x forward, y left, z
up), metres, from the robot's own shoulder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import normalised, room_from_stage
from actuation.joints.skeleton import SIDES, Skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES, Frame

Floats = NDArray[np.float64]

_CHAIN: Final = tuple(JOINT_NAMES[: JOINT_NAMES.index("rightHand") + 1])
_BENDS: Final = {
    side: [
        JOINT_INDEX[f"{side}{finger}{part}"]
        for finger in ("Index", "Middle", "Ring", "Little")
        for part in ("Proximal", "Intermediate")
    ]
    for side in SIDES
}
_CLOSED_RAD: Final = 2.4
"""Bend of a finger's first two joints together, in a fist."""
_BENT_RAD: Final = 0.09
"""Between upper arm and line of sight while pointing: an arm is never quite stretched."""
_MOST_BENT_RAD: Final = 1.7
_FINGERS_M: Final = 0.22
"""From the wrist to the fingertips, and a little air before what is pointed at."""
_MOST_TURN_RAD: Final = 1.6
_FAR_M: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSize:
    """A robot's arm, metres."""

    upper_m: float
    lower_m: float
    nearest_m: float = 0.0
    """The hand cannot come nearer to the shoulder."""
    farthest_m: float = np.inf
    shoulder: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where it is on the robot at rest: x forward as the robot faces, from the floor below it."""

    @property
    def length_m(self) -> float:
        """Upper arm and forearm together."""
        return self.upper_m + self.lower_m

    @property
    def reach_m(self) -> float:
        """How far from the shoulder the wrist can be."""
        return min(self.length_m, self.farthest_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointedAt:
    """What an arm points at, in the room's axes."""

    direction: Floats
    """(3,) unit."""
    weight: float
    """0..1."""
    place: Floats | None = None
    """(3,) metres from the floor below the agent; counts instead of the direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTarget:
    """Where an arm should be."""

    hand: Floats
    """(3,) wrist from the shoulder."""
    elbow: Floats
    """(3,) elbow from the shoulder."""
    fingers: Floats
    """(3,) where straight fingers point, unit."""
    palm: Floats
    """(3,) where the palm looks, unit."""
    closed: float
    """0 open hand .. 1 fist."""
    pointing: float
    """0..1: how much it matters that forearm and fingers point there."""
    point: Floats
    """(3,) what is pointed at, from the shoulder; of no matter while nothing is."""
    pulled_in_m: float
    """How far out of reach it was asked to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a robot should reach at one instant."""

    arms: Mapping[str, ArmTarget]
    yaw_rad: float
    """Of the head: left positive."""
    pitch_rad: float
    """Up positive."""
    roll_rad: float
    """Towards its own right shoulder positive."""


@dataclass(frozen=True, slots=True)
class Pose:
    """The character's joints in the room's axes."""

    turns: Mapping[str, Floats]
    """(3, 3) each: columns are the stage's left, up, forward as turned by the joint."""
    spots: Mapping[str, Floats]
    """(3,) each, metres."""

    def hand_from_shoulder(self, side: str) -> Floats:
        """(3,) metres."""
        return self.spots[f"{side}Hand"] - self.spots[f"{side}UpperArm"]


class Retargeting:
    """Between one character and one robot."""

    def __init__(
        self,
        skeleton: Skeleton,
        arms: Mapping[str, ArmSize],
        *,
        facing_rad: float = 0.0,
        gaze_share: float = 0.5,
    ) -> None:
        self._skeleton = skeleton
        self._arms = arms
        self._gaze_share = gaze_share
        c, s = np.cos(facing_rad), np.sin(facing_rad)
        self._facing: Floats = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        self._scales = {
            side: arm.length_m / skeleton.arm_length_m(side) for side, arm in arms.items()
        }
        self._offsets = [skeleton.offset(name) for name in _CHAIN]
        parents = [skeleton.parents[name] for name in _CHAIN]
        self._parents = [_CHAIN.index(p) if p in _CHAIN else None for p in parents]

    def faced(self, direction: Floats) -> Floats:
        """A direction of the room in the frame of a robot that does not face along x."""
        return np.asarray(self._facing @ direction)

    def pose(self, frame: Frame) -> Pose:
        """Forward kinematics of the character, without fingers."""
        quats = np.nan_to_num(frame.joints[: len(_CHAIN)].astype(np.float64))
        locals_ = _matrices(normalised(quats))
        turns: list[Floats] = []
        spots: list[Floats] = []
        for i, parent in enumerate(self._parents):
            if parent is None:
                turns.append(locals_[i])
                spots.append(self._offsets[i])
            else:
                turns.append(turns[parent] @ locals_[i])
                spots.append(spots[parent] + turns[parent] @ self._offsets[i])
        in_room = room_from_stage(np.swapaxes(np.array(turns), 1, 2))
        return Pose(
            turns=dict(zip(_CHAIN, np.swapaxes(in_room, 1, 2), strict=True)),
            spots=dict(zip(_CHAIN, room_from_stage(np.array(spots)), strict=True)),
        )

    def of(
        self,
        frame: Frame,
        pose: Pose,
        aims: Mapping[str, PointedAt] | None = None,
    ) -> Targets:
        """What to reach. `aims`: what each side points at."""
        arms = {
            side: self._arm(side, size, frame, pose, (aims or {}).get(side))
            for side, size in self._arms.items()
        }
        head = pose.turns["head"]
        forward, left = head[:, 2], head[:, 0]
        yaw = float(np.arctan2(forward[1], forward[0])) + self._gaze_share * frame.gaze_yaw_rad
        pitch = float(np.arcsin(np.clip(forward[2], -1, 1)))
        pitch += self._gaze_share * frame.gaze_pitch_rad
        level = np.array([-forward[1], forward[0], 0.0])
        level /= max(float(np.linalg.norm(level)), 1e-6)
        roll = float(np.arctan2(left[2], left @ level))
        yaw, pitch, roll = (
            float(np.clip(np.nan_to_num(a), -_MOST_TURN_RAD, _MOST_TURN_RAD))
            for a in (yaw, pitch, roll)
        )
        return Targets(arms=arms, yaw_rad=yaw, pitch_rad=pitch, roll_rad=roll)

    def _arm(
        self,
        side: str,
        size: ArmSize,
        frame: Frame,
        pose: Pose,
        aim: PointedAt | None,
    ) -> ArmTarget:
        scale = self._scales[side]
        hand = scale * pose.hand_from_shoulder(side)
        elbow = scale * (pose.spots[f"{side}LowerArm"] - pose.spots[f"{side}UpperArm"])
        turn = pose.turns[f"{side}Hand"]
        fingers = turn[:, 0] if side == "left" else -turn[:, 0]
        palm = -turn[:, 1]
        weight, way = 0.0, hand
        if aim is not None and aim.weight > 0:
            weight = aim.weight
            way = self._way(size, aim)
            hand_there, elbow_there = pointing_arm(size, way, elbow)
            hand = _swung(hand, hand_there, weight)
            elbow = _swung(elbow, elbow_there, weight)
            fingers = _turned_towards(_unit(fingers), _unit(way - hand), weight)
            palm = palm - fingers * float(fingers @ palm)
            palm = palm if np.linalg.norm(palm) > 0.05 else np.cross(fingers, [0.0, 1.0, 0.0])
        hand, out_m = within_reach(hand, size)
        return ArmTarget(
            hand=self._facing @ hand,
            elbow=self._facing @ (_unit(elbow) * size.upper_m),
            fingers=self._facing @ _unit(fingers),
            palm=self._facing @ _unit(palm),
            # Fingers that close together would bend away from what one of them points at.
            closed=(1 - weight) * _closed(side, frame),
            pointing=weight,
            point=self._facing @ way,
            pulled_in_m=out_m,
        )

    def way_to(self, side: str, aim: PointedAt) -> Floats:
        """(3,) metres from a shoulder at rest to what is pointed at, in the robot's own axes."""
        return self.faced(self._way(self._arms[side], aim))

    def _way(self, size: ArmSize, aim: PointedAt) -> Floats:
        if aim.place is None:
            return _FAR_M * aim.direction
        return np.asarray(aim.place - self._facing.T @ np.array(size.shoulder))


def pointing_arm(size: ArmSize, way: Floats, elbow: Floats) -> tuple[Floats, Floats]:
    """(3,) wrist and elbow from the shoulder, the forearm in line with a point `way` from there.

    The arm is almost straight, and bends as far as the point is near: the fingers end before it.
    `elbow`: where it tends to.
    """
    distance = max(float(np.linalg.norm(way)), 1e-6)
    line = way / distance
    aside = elbow - line * float(elbow @ line)
    if float(np.linalg.norm(aside)) < 1e-3:
        aside = np.array([0.0, 0.0, -1.0]) + line * line[2]
    free = size.lower_m + _FINGERS_M
    cosine = (size.upper_m**2 + distance**2 - free**2) / (2 * size.upper_m * distance)
    bent = float(np.arccos(np.clip(cosine, -1, 1)))
    bent = float(np.clip(bent, _BENT_RAD, _MOST_BENT_RAD))
    there = size.upper_m * (np.cos(bent) * line + np.sin(bent) * _unit(aside))
    return there + size.lower_m * _unit(way - there), there


def within_reach(hand: Floats, size: ArmSize) -> tuple[Floats, float]:
    """(3,) the target on or within the sphere of reach, and by how many metres it was outside."""
    distance = float(np.linalg.norm(hand))
    if not np.isfinite(distance) or distance < 1e-6:
        return np.array([size.nearest_m, 0.0, 0.0]), size.nearest_m
    within = float(np.clip(distance, size.nearest_m, size.reach_m))
    return hand * (within / distance), abs(distance - within)


def _closed(side: str, frame: Frame) -> float:
    bends = 2 * np.arcsin(np.clip(np.abs(frame.joints[_BENDS[side], 2]), 0.0, 1.0))
    return float(np.clip(np.nan_to_num(bends.sum() / 4) / _CLOSED_RAD, 0.0, 1.0))


def _turned_towards(a: Floats, b: Floats, weight: float) -> Floats:
    """Unit direction on the way from `a` (weight 0) to `b` (weight 1), by even angles."""
    angle = float(np.arccos(np.clip(a @ b, -1, 1)))
    if angle < 1e-4 or angle > np.pi - 1e-3:
        return b if weight > 0.5 else a
    way = np.sin((1 - weight) * angle) * a + np.sin(weight * angle) * b
    return np.asarray(way / np.sin(angle))


def _swung(a: Floats, b: Floats, weight: float) -> Floats:
    """On the way from `a` to `b` about the shoulder: by even angles, length by length."""
    length = (1 - weight) * float(np.linalg.norm(a)) + weight * float(np.linalg.norm(b))
    return length * _turned_towards(_unit(a), _unit(b), weight)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))


def _matrices(q: Floats) -> Floats:
    """(n, 3, 3) of unit quaternions x y z w."""
    x, y, z, w = q.T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], -1),
            np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], -1),
            np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], -1),
        ],
        axis=1,
    )
