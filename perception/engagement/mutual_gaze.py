"""The published rule of hri_engagement 2.0.1, to compare with. Pure; never used to decide.

How near each of the two is to the other's line of sight, multiplied, times a logarithm of their
distance; each tenth of a second a vote, the mean of the votes over a window, and a state machine.
Formula and thresholds as in ros4hri/hri_engagement (Apache-2.0), written anew from them.
"""

import math
from collections import deque
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FIELD_RAD = math.radians(60.0)
FARTHEST_M = 4.0
VOTE_FROM = 0.5
VOTE_S = 0.1


class Bond(StrEnum):
    """The states of the published rule."""

    UNKNOWN = "unknown"
    DISENGAGED = "disengaged"
    ENGAGING = "engaging"
    ENGAGED = "engaged"
    DISENGAGING = "disengaging"


def visual_bond(head_m: NDArray[np.float64], gaze: NDArray[np.float64]) -> float:
    """Mutual gaze times closeness, 0..1. `head_m`: from the agent, which looks along x."""
    away = float(np.linalg.norm(head_m))
    if not away < FARTHEST_M:
        return 0.0
    seen = _near_axis(float(head_m[0]), away)
    sees = _near_axis(float(-head_m @ gaze), away)
    closeness = math.log(FARTHEST_M - away + 1) / math.log(FARTHEST_M + 1)
    return seen * sees * closeness


def _near_axis(ahead_m: float, away_m: float) -> float:
    """1 on the axis of sight, 0 at the edge of the field and behind."""
    if ahead_m <= 0:
        return 0.0
    aside = math.sqrt(max(0.0, away_m**2 - ahead_m**2))
    return max(0.0, 1 - aside / (math.tan(FIELD_RAD) * ahead_m))


class MutualGaze:
    """One person's state by the published rule."""

    def __init__(self, window_s: float = 10.0) -> None:
        """`window_s`: 10 by its configuration, 2 by its description."""
        self.state = Bond.UNKNOWN
        self.mean = 0.0
        """Of the votes in the window, -1..1."""
        self._votes: deque[float] = deque(maxlen=round(window_s / VOTE_S))
        self._next_at = -math.inf

    def see(self, at: float, bond: float) -> Bond:
        """Take in a sighting's `visual_bond`; a vote is cast each tenth of a second."""
        if at < self._next_at - 1e-9:
            return self.state
        self._next_at = max(self._next_at + VOTE_S, at + VOTE_S / 2)
        self._votes.append(1.0 if bond > VOTE_FROM else -1.0)
        if 2 * len(self._votes) >= (self._votes.maxlen or 0):
            self.mean = sum(self._votes) / len(self._votes)
            self._step()
        return self.state

    def _step(self) -> None:
        mean = self.mean
        match self.state:
            case Bond.UNKNOWN:
                self.state = Bond.DISENGAGED
            case Bond.DISENGAGED if mean > -0.4:
                self.state = Bond.ENGAGING
            case Bond.ENGAGING if mean < -0.6:
                self.state = Bond.DISENGAGED
            case Bond.ENGAGING if mean > 0.5:
                self.state = Bond.ENGAGED
            case Bond.ENGAGED if mean < 0.4:
                self.state = Bond.DISENGAGING
            case Bond.DISENGAGING if mean > 0.6:
                self.state = Bond.ENGAGED
            case Bond.DISENGAGING if mean < -0.5:
                self.state = Bond.DISENGAGED
