"""Is a stroke's apex where it was asked for, and does a motion go with its own words?

A slot asks for a pose at a moment: the apex of a stroke on its stress. In the motion the apex is
where the joints concerned are nearest to that pose, looked for half a second around; a pose that
is held is reached where it is first reached, to a thousandth of the way. Slot-timing and pose
error as in the project's field notes (4.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import angle

Floats = NDArray[np.float64]

_AROUND_S = 0.5
_REACHED = 1e-3
_AS_NEAR = 0.02
_PASSING_FRAMES = 5
"""Near a pose for longer, it is held there; at 60 frames a second."""
_SIGMA_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A pose that is asked for at a moment."""

    lexeme: str
    at_s: float
    """When: the stress."""
    joints: NDArray[np.intp]
    """(j,) which."""
    pose: Floats
    """(j, 4) local rotations."""
    asked: bool = True
    """By a cue or a meaning; False: a beat that chose its stress itself."""


@dataclass(frozen=True, slots=True)
class SlotFound:
    """How a slot was met."""

    late_s: float
    """Positive: the apex comes after its stress."""
    pose_error_rad: float
    """Mean angle over the joints between the pose there and the one that was asked for."""


def slot_met(joints: Floats, at_s: Floats, slot: Slot) -> SlotFound:
    """How (n, 44, 4) `joints` at the even times `at_s` meet a slot.

    Between frames by a parabola through the three frames around the nearest, where the pose is
    passed and not held. The error is that of the nearest moment of all. Never further off than
    half a second, because it is not looked for there.
    """
    rows = np.flatnonzero(np.abs(at_s - slot.at_s) <= _AROUND_S)
    if len(rows) < 3:
        return SlotFound(float("nan"), float("nan"))
    away = angle(joints[rows][:, slot.joints], slot.pose[None]).mean(axis=1)
    nearest = float(away.min())
    range_rad = float(away.max()) - nearest
    passes = [
        _time_of(first, after, away, at_s[rows], range_rad)
        for first, after in _runs(away <= nearest + _AS_NEAR * range_rad)
    ]
    return SlotFound(min((t - slot.at_s for t in passes), key=abs), nearest)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First row and row after the last of each run of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _time_of(first: int, after: int, away: Floats, at_s: Floats, range_rad: float) -> float:
    """When the pose is reached that is near in the rows `first` to `after`."""
    least = first + int(np.argmin(away[first:after]))
    held = np.flatnonzero(away[first:after] <= away[least] + _REACHED * range_rad)
    if held[-1] - held[0] >= _PASSING_FRAMES:
        return float(at_s[first + held[0]])
    if not 0 < least < len(away) - 1:
        return float(at_s[least])
    bend = away[least - 1] - 2 * away[least] + away[least + 1]
    off = 0.5 * (away[least - 1] - away[least + 1]) / max(float(bend), 1e-9)
    return float(at_s[least]) + float(at_s[1] - at_s[0]) * float(np.clip(off, -0.5, 0.5))


def within(found: Sequence[SlotFound], limit_s: float) -> float:
    """Share of slots whose apex is within `limit_s` of its stress; NaN without one."""
    late = np.array([abs(each.late_s) for each in found])
    late = late[np.isfinite(late)]
    return float(np.mean(late <= limit_s)) if len(late) else float("nan")


def stress_alignment(activity: Floats, at_s: Floats, stresses_s: Floats) -> float:
    """How near the ends of movements are to stresses, 0..1.

    `activity`: (n,) speed of the hands, `at_s`: its times. An end of a movement is a local minimum
    that follows a rise over 0.25 of the fastest; for each stress exp(-d^2 / (2 sigma^2)) to the
    nearest, sigma 0.1 s. The form is that of beat consistency, with stresses instead of onsets.
    """
    if not len(stresses_s):
        return float("nan")
    ends = movement_ends_s(activity, at_s)
    if not len(ends):
        return 0.0
    nearest = np.abs(ends[None, :] - stresses_s[:, None]).min(axis=1)
    return float(np.mean(np.exp(-(nearest**2) / (2 * _SIGMA_S**2))))


def movement_ends_s(activity: Floats, at_s: Floats) -> Floats:
    """Times at which a movement has ended: down to a tenth of its fastest, or before the next."""
    most = float(activity.max(initial=0.0))
    if most <= 0:
        return np.zeros(0)
    ends, peak, low, low_at = [], 0.0, 0.0, 0.0
    going = False
    for value, at in zip(activity.tolist(), at_s.tolist(), strict=True):
        if not going:
            going, peak, low, low_at = value > 0.25 * most, value, value, at
            continue
        peak = max(peak, value)
        if value < low or value == peak:
            low, low_at = value, at
        if value < 0.1 * peak or (low < 0.6 * peak and value > 1.3 * low + 0.02 * most):
            ends.append(low_at)
            going = False
    return np.array(ends)


def matched_less_mismatched(scores: Floats) -> tuple[float, float]:
    """Mean score of each motion with its own words less that with the others', and its error.

    `scores`: (k, k), row a motion, column whose words it is scored with. GENEA's appropriateness
    by mismatching (Kucherenko et al. 2023), with a score instead of people. The error is the
    standard deviation of the motions' differences over the root of their number.
    """
    count = len(scores)
    if count < 2:
        return float("nan"), float("nan")
    own = np.diag(scores)
    others = (scores.sum(axis=1) - own) / (count - 1)
    apart = own - others
    return float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(count))
