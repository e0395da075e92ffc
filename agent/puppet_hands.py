"""Somebody's hands move the agent's: arms by where the hands are, fingers joint by joint.

What the camera tells of fingers is cleaned by the synergies of a hand: it is taken into the few
ways in which the joints of a hand move together.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.synergies import standard_synergies
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import between
from actuation.joints.skeleton import SIDES, Skeleton, load_skeleton
from actuation.motion import JOINT_INDEX
from perception.actions.hand_joints import BONES
from perception.actions.live_hands import HandMoved

Floats = NDArray[np.float64]

EYES_ABOVE_SHOULDERS_M = 0.21
ORDINARY_ARM_M = 0.55
FORWARD = (0.22, 0.95)
"""In arm lengths; nearer than that a hand is in the chest."""
HIGHEST = 0.75
PLACES = {side: [JOINT_INDEX[f"{side}{bone}"] for bone in BONES] for side in SIDES}


@cache
def _skeleton() -> Skeleton:
    return load_skeleton()


def with_hands(joints: Floats, hands: tuple[HandMoved | None, HandMoved | None]) -> Floats:
    """(44, 4) with arms and fingers as seen; a hand that is not seen stays as it is."""
    moved = np.array(joints, np.float64)
    for side, hand in zip(SIDES, hands, strict=True):
        if hand is None:
            continue
        wanted = moved.copy()
        for name, turn in solve_arm(_skeleton(), side, _reach(side, hand)).items():
            wanted[JOINT_INDEX[name]] = turn.quat
        wanted[PLACES[side]] = hand.turns
        wanted[PLACES[side]] = natural(wanted, side)
        for place in [*PLACES[side], *(JOINT_INDEX[f"{side}{part}"] for part in _ARM)]:
            moved[place] = between(moved[place], wanted[place], hand.share)
    return moved


_ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")


def natural(joints: Floats, side: str) -> Floats:
    """(15, 4) the nearest that synergies can show of one hand of (44, 4)."""
    synergies = standard_synergies()
    return synergies.hand(synergies.numbers(joints, side), side)


def _reach(side: str, hand: HandMoved) -> Reach:
    """From left, up, toward the camera to out, up, forward; metres to arm lengths."""
    out = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    place = (hand.place_m * out + (0.0, EYES_ABOVE_SHOULDERS_M, 0.0)) / ORDINARY_ARM_M
    up = float(np.clip(place[1], -0.8, HIGHEST))
    forward = float(np.clip(place[2], *FORWARD))
    return Reach(
        hand=(float(np.clip(place[0], -0.35, 0.9)), up, forward),
        palm=_three(hand.palm * out),
        fingers=_three(hand.fingers * out),
    )


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
