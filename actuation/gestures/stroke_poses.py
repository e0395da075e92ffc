"""The key poses of a gesture as rotations: its size and style, where it points, each arm solved."""

from functools import lru_cache

import numpy as np

from actuation.gestures.aiming import Aim, aimed, reach_of
from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.gestures.lexemes import HandKey, Lexeme
from actuation.joints.path import Joints
from actuation.joints.reach import solve_arms
from actuation.joints.rotations import turned
from actuation.joints.skeleton import ARM_JOINTS, Skeleton
from actuation.joints.turn import Turn


def preparation_s(key: HandKey) -> float:
    """Longer ways are prepared longer: 0.35 s near the rest pose to 0.65 s above the shoulder."""
    climb = np.clip((key.hand[1] + 0.6) / 0.8, 0.0, 1.0)
    return float(0.38 + 0.24 * climb)


def head_poses(lexeme: Lexeme, size: float) -> Joints:
    """(k, 2, 4) offsets of neck and head, which share the turn."""
    rows = []
    for key in lexeme.head:
        turn = Turn(turned(*(size * np.radians([key.yaw_deg, key.pitch_deg, -key.roll_deg]))))
        rows.append([turn.part(0.4).quat, turn.part(0.6).quat])
    return np.array(rows)


def arm_poses(
    lexeme: Lexeme,
    skeleton: Skeleton,
    side: str,
    aim: Aim | None,
    size: float,
    spread: float,
    *,
    other: bool,
) -> Joints:
    """(k, j, 4) for the arm and hand of one side. `other`: it is the gesture's other hand."""
    keys = lexeme.other if other and lexeme.other else lexeme.keys
    size = 1.0 if lexeme.fixed else round(size, 2)
    if lexeme.aimed:
        keys = tuple(aimed(key, aim, size) for key in keys)
    return _solved(_known(skeleton), side, keys, size, spread)


_skeletons: dict[int, Skeleton] = {}


def _known(skeleton: Skeleton) -> int:
    """A hashable stand-in for a skeleton, so that solved poses can be remembered."""
    _skeletons[id(skeleton)] = skeleton
    return id(skeleton)


@lru_cache(maxsize=4096)
def _solved(
    skeleton_id: int, side: str, keys: tuple[HandKey, ...], size: float, spread: float
) -> Joints:
    """(k, j, 4) for the arm and hand of one side."""
    arms = solve_arms(_skeletons[skeleton_id], side, [reach_of(key, size, spread) for key in keys])
    rows = []
    for key, arm in zip(keys, arms, strict=True):
        arm |= solve_hand(side, SHAPES[key.shape])
        rows.append([arm[name].quat for name in ARM_JOINTS[side]])
    return np.array(rows)
