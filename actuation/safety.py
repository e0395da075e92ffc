"""The last thing before a body: no joint beyond its angle, none faster than it may turn.

It holds back what asks too much and lets the rest pass unchanged. Pure apart from remembering the
pose that went out last.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.motion import FRAME_RATE_HZ, JOINT_NAMES
from actuation.rotations import (
    IDENTITY,
    angle,
    from_vector,
    inverse,
    multiply,
    normalised,
    to_vector,
)

Floats = NDArray[np.float64]

_ANGLE_RAD: Final = {"hips": 0.6, "spine": 0.6, "chest": 0.5, "upperChest": 0.5, "neck": 0.9,
                     "head": 1.0, "Shoulder": 0.6, "UpperArm": 2.7, "LowerArm": 2.7,
                     "Hand": 1.6}  # fmt: skip
_SPEED_RAD_S: Final = {"hips": 2.0, "spine": 2.0, "chest": 2.0, "upperChest": 2.0, "neck": 5.0,
                       "head": 6.0, "Shoulder": 4.0, "UpperArm": 10.0, "LowerArm": 12.0,
                       "Hand": 14.0}  # fmt: skip
_FINGER_ANGLE_RAD, _FINGER_SPEED_RAD_S = 2.0, 18.0


def _of(joint: str, table: dict[str, float], finger: float) -> float:
    return next((v for name, v in table.items() if joint == name or joint.endswith(name)), finger)


class SafetyLimits:
    """Clamps the frames of one body, in the order in which they are shown."""

    def __init__(self) -> None:
        self._angle = np.array([_of(j, _ANGLE_RAD, _FINGER_ANGLE_RAD) for j in JOINT_NAMES])
        self._step = (
            np.array([_of(j, _SPEED_RAD_S, _FINGER_SPEED_RAD_S) for j in JOINT_NAMES])
            / FRAME_RATE_HZ
        )
        self.held_back = 0
        """Joints times frames that were clamped."""

    def clamp(self, joints: Floats, previous: Floats | None) -> Floats:
        """Return (n, 44, 4) within the limits. `previous`: (44, 4), the frame shown before."""
        safe = normalised(np.nan_to_num(joints))
        safe = self._within(safe, np.broadcast_to(IDENTITY, safe.shape), self._angle)
        if previous is None:
            previous = safe[0]
        steps = angle(safe, np.concatenate([previous[None], safe[:-1]]))
        if not np.any(steps > self._step):
            return safe
        for i in range(len(safe)):
            safe[i] = self._within(safe[i], previous, self._step)
            previous = safe[i]
        return safe

    def _within(self, wanted: Floats, centre: Floats, most: Floats) -> Floats:
        turn = angle(wanted, centre)
        over = turn > most
        if not np.any(over):
            return wanted
        self.held_back += int(np.count_nonzero(over))
        share = np.where(over, most / np.maximum(turn, 1e-9), 1.0)
        part = to_vector(multiply(inverse(centre), wanted)) * share[..., None]
        return np.asarray(np.where(over[..., None], multiply(centre, from_vector(part)), wanted))
