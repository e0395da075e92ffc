"""Where a gesture's hand goes: its size, and the true place that it points at.

All in gesture space: (out, up, forward) from between the shoulders, in arm lengths; out is away
from the body's middle on that hand's side. The hand goes along the line from the shoulder to the
place, as far as a shoulder and the desk allow; the fingers point at the place from where it is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.lexemes import HandKey
from actuation.joints.reach import Reach
from actuation.joints.skeleton import Skeleton

Floats = NDArray[np.float64]

_QUIET: Final = np.array([0.33, -0.40, 0.5])
_STRETCH, _LEAST_STRETCH = 0.86, 0.4
"""How far a pointing hand is from its shoulder."""
_FINGERS_M: Final = 0.24
"""From the wrist to the fingertips, and a little air before what is pointed at."""
_FAR_M: Final = 100.0
_YAW_RAD: Final = (float(np.radians(-50)), float(np.radians(115)))
_PITCH_RAD: Final = (float(np.radians(-22)), float(np.radians(60)))
"""What a shoulder can do; a pointing arm stays above the desk."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What one arm points at."""

    shoulder: Floats
    """(3,) its joint."""
    place: Floats
    """(3,)."""
    stretch: float
    """How far the wrist goes along the line: fingers end before what is near."""
    knuckle: float
    """How far the forefinger is from the middle of the wrist, towards the thumb."""


def aim_of(
    skeleton: Skeleton,
    side: str,
    direction: tuple[float, float, float] | None,
    place: tuple[float, float, float] | None,
) -> Aim | None:
    """How the arm of that side sees what is pointed at; None where that is nothing.

    `direction`: unit, `place`: metres, in the model frame (left, up, forward). The place counts.
    """
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    length_m = skeleton.arm_length_m(side)
    joint = skeleton.positions[f"{side}UpperArm"]
    if place is not None:
        way_m = np.array(place) - joint
    elif direction is not None:
        way_m = _FAR_M * np.array(direction)
    else:
        return None
    knuckle = skeleton.positions[f"{side}IndexProximal"][2]
    free = (float(np.linalg.norm(way_m)) - _FINGERS_M) / length_m
    shoulder = mirror * (joint - skeleton.shoulder_centre) / length_m
    return Aim(
        shoulder=shoulder,
        place=shoulder + mirror * way_m / length_m,
        stretch=float(np.clip(free, _LEAST_STRETCH, _STRETCH)),
        knuckle=float(knuckle - skeleton.positions[f"{side}Hand"][2]) / length_m,
    )


def aimed(key: HandKey, aim: Aim | None, size: float) -> HandKey:
    """The key with its hand and fingers turned along `aim`, within what a shoulder can do."""
    if aim is None or key.t < 0:
        return key
    hand = aim.shoulder + as_a_shoulder_can(aim.place - aim.shoulder) * aim.stretch
    wrist = _sized(hand, size)
    fingers = _unit(aim.place - wrist)
    # The forefinger lies beside the wrist's middle, which counts where the place is near.
    knuckle = wrist + aim.knuckle * _unit(np.cross(np.array(key.palm), fingers))
    fingers = _unit(aim.place - knuckle)
    return key.model_copy(update={"hand": tuple(hand.tolist()), "fingers": tuple(fingers.tolist())})


def as_a_shoulder_can(way: Floats) -> Floats:
    """(3,) unit: `way` (out, up, forward) as far as an arm goes; far behind, it goes out."""
    out, up, forward = way
    yaw = float(np.arctan2(out, forward))
    if yaw < sum(_YAW_RAD) / 2 - np.pi:
        yaw += 2 * np.pi
    yaw = float(np.clip(yaw, *_YAW_RAD))
    pitch = float(np.clip(np.arctan2(up, np.hypot(out, forward)), *_PITCH_RAD))
    return np.array([np.cos(pitch) * np.sin(yaw), np.sin(pitch), np.cos(pitch) * np.cos(yaw)])


def reach_of(key: HandKey, size: float, spread: float = 0.0) -> Reach:
    """Size moves the hand from a quiet place in front of the belly to its full way."""
    out, up, forward = _sized(np.array(key.hand), size).tolist()
    return Reach(
        hand=(out, up, forward),
        palm=key.palm,
        fingers=key.fingers,
        elbow=key.elbow,
        spread=spread,
    )


def _sized(hand: Floats, size: float) -> Floats:
    return np.asarray(_QUIET + (hand - _QUIET) * size)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6))
