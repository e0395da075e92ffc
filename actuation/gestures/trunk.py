"""The trunk goes a little along with what the arms do: it turns to the hand, and leans after it.

A stroke of one hand turns the trunk to its side and leans it there, one of both hands that reach
forward leans it forward, one that is lifted straightens it. The head keeps its direction, and an
arm that rests stays where it lies. A gesture that points, or that touches the body, moves no trunk:
it would miss. Sizes are chosen so that no hand is carried two centimetres from where its gesture
has it; that trunk and arms of a speaker move together is long known (Kendon 1972, body units of one
phrase).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.lexemes import Lexeme
from actuation.joints.rotations import from_vector, inverse, multiply, to_vector, turned
from actuation.joints.skeleton import SIDES
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

TRUNK_SIZE: Final = 3
"""Yaw (left positive), pitch (up positive), roll of the trunk, radians."""
_YAW_RAD, _PITCH_RAD, _ROLL_RAD = 0.046, 0.033, 0.02
_MOST_RAD: Final = 0.04
_USUAL_FORWARD: Final = 0.45
"""Arm lengths before the shoulders at which hands speak; farther leans the trunk forward."""
_SPINE, _NECK = JOINT_INDEX["spine"], JOINT_INDEX["neck"]


def trunk_of(lexeme: Lexeme, sides: Sequence[str]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of the trunk at the apex of a gesture made by the hands of `sides`."""
    pointing = lexeme.kind == "deictic" or lexeme.aimed
    if lexeme.hands == "head" or pointing or lexeme.fixed or not sides:
        return 0.0, 0.0, 0.0
    key = min(lexeme.keys, key=lambda each: abs(each.t))
    out, up, forward = key.hand
    beside = 0.0
    if len(sides) == 1:
        beside = (1.0 if sides[0] == "left" else -1.0) * (0.35 + max(out, 0.0))
    yaw = _YAW_RAD * beside
    pitch = _PITCH_RAD * (max(up, 0.0) - max(forward - _USUAL_FORWARD, 0.0))
    roll = -_ROLL_RAD * beside
    held = np.clip([yaw, pitch, roll], -_MOST_RAD, _MOST_RAD)
    return float(held[0]), float(held[1]), float(held[2])


def with_trunk(joints: Floats, trunk: Floats, busy: Floats) -> Floats:
    """(n, 44, 4) with the trunk turned by (n, TRUNK_SIZE), the head's direction and arms kept.

    `busy`: (n, 2) how far the left and the right arm are at work, 0..1: such an arm goes along.
    """
    turn = turned(trunk[:, 0], trunk[:, 1], trunk[:, 2])
    laid = np.array(joints, dtype=np.float64)
    laid[:, _SPINE] = multiply(joints[:, _SPINE], turn)
    above = multiply(joints[:, JOINT_INDEX["chest"]], joints[:, JOINT_INDEX["upperChest"]])
    back = multiply(multiply(inverse(above), inverse(turn)), above)
    laid[:, _NECK] = multiply(back, joints[:, _NECK])
    for number, side in enumerate(SIDES):
        undo = from_vector(to_vector(turn) * (busy[:, number, None] - 1.0))
        shoulder, arm = JOINT_INDEX[f"{side}Shoulder"], JOINT_INDEX[f"{side}UpperArm"]
        chain = multiply(above, joints[:, shoulder])
        laid[:, arm] = multiply(multiply(multiply(inverse(chain), undo), chain), joints[:, arm])
    return laid
