"""Gives up gestures at any moment: from the pose, the speed and the push of that moment to rest.

The way back is the minimum-jerk movement for that beginning (Flash and Hogan 1985, with a start
that moves): the fifth-degree polynomial that has the offset, its velocity and its acceleration at
the interruption and none of them `RETRACT_S` later. Nothing jumps, whatever was under way, and
what lies beneath goes on meanwhile. A release may be given up in its turn.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.path import elbow, elbow_angles
from actuation.joints.rotations import from_vector, inverse, multiply, to_vector
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

RETRACT_S: Final = 0.32
"""Within the 250-400 ms that look unhurried."""
_STEP_S: Final = 1e-3
_ELBOWS: Final = [JOINT_INDEX[f"{side}LowerArm"] for side in ("left", "right")]

LaysOver = Callable[[Floats, Floats], Floats]
"""(n, 44, 4) joints and their (n,) times to the joints with something laid over them."""


class Release:
    """What was laid over the body until `at_s`, and its way back from there."""

    def __init__(self, laid: LaysOver, at_s: float) -> None:
        self._laid, self.at_s = laid, at_s
        self._turns: Floats | None = None
        self._bends: Floats | None = None

    @property
    def over_s(self) -> float:
        """Nothing of it is left from here on."""
        return self.at_s + RETRACT_S

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """(n, 44, 4) with what is left of it laid over, at rising `times`."""
        after = int(np.searchsorted(times, self.at_s))
        made = self._laid(joints[:after], times[:after]) if after else joints[:0]
        if after == len(times):
            return made
        if self._turns is None or self._bends is None:
            self._turns, self._bends = self._given_up(joints[after])
        share = self._left(times[after:])
        rest = joints[after:]
        back = multiply(rest, from_vector(np.einsum("nd,djk->njk", share, self._turns)))
        bends = elbow_angles(rest[:, _ELBOWS]) + np.einsum("nd,djk->njk", share, self._bends)
        back[:, _ELBOWS] = elbow(bends)
        over = times[after:] >= self.over_s
        back[over] = rest[over]
        return np.concatenate([made, back])

    def _given_up(self, beneath: Floats) -> tuple[Floats, Floats]:
        """Offset, velocity and acceleration at the interruption: (3, 44, 3) and (3, 2, 2)."""
        at = self.at_s + _STEP_S * np.array([-2.0, -1.0, 0.0])
        rest = np.repeat(beneath[None], 3, axis=0)
        shown = self._laid(rest, at)
        turns = to_vector(multiply(inverse(rest), shown))
        turns[:, _ELBOWS] = 0.0
        bends = elbow_angles(shown[:, _ELBOWS]) - elbow_angles(rest[:, _ELBOWS])
        return _derivatives(turns), _derivatives(bends)

    def _left(self, times: Floats) -> Floats:
        """(n, 3): how much of offset, velocity and acceleration is left."""
        s = np.clip((times - self.at_s) / RETRACT_S, 0.0, 1.0)
        offset = 1 + s**3 * (-10 + s * (15 - 6 * s))
        velocity = RETRACT_S * s * (1 + s**2 * (-6 + s * (8 - 3 * s)))
        push = 0.5 * RETRACT_S**2 * s**2 * (1 + s * (-3 + s * (3 - s)))
        return np.stack([offset, velocity, push], axis=1)


def _derivatives(values: Floats) -> Floats:
    """(3, ...): value, velocity and acceleration at the last of three steps."""
    before, middle, last = values
    push = (before - 2 * middle + last) / _STEP_S**2
    return np.stack([last, (last - middle) / _STEP_S + 0.5 * push * _STEP_S, push])
