"""Saccades and the head: how eyes jump, how often and how far, and whether the head holds still.

Saccades are found by speed (I-VT; Salvucci and Goldberg 2000, 10.1145/355017.355028). People's
last 2.2 ms a degree and 21 ms (the main sequence; Bahill, Clark and Stark 1975,
10.1016/0025-5564(75)90075-9). Angles in radians; speeds in radians a second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAST_RAD_S = 0.7
"""40 degrees a second: faster than eyes that make up for a turning head."""


@dataclass(frozen=True, slots=True)
class Saccade:
    """One jump of the eyes."""

    start_s: float
    duration_s: float
    amplitude_rad: float
    peak_rad_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SaccadeStatistics:
    """Of all saccades of some minutes; NaN where there are too few."""

    count: int
    per_minute: float
    interval_median_s: float
    interval_variation: float
    """Standard deviation over mean of the intervals."""
    amplitude_median_rad: float
    amplitude_p95_rad: float
    ms_per_degree: float
    """Main sequence: slope of duration over amplitude. People: about 2.2."""
    ms_at_zero: float
    """Main sequence: where that line begins. People: about 21."""


def saccades(times: Floats, yaw: Floats, pitch: Floats) -> list[Saccade]:
    """Jumps of a line of sight, (n,) angles at even `times`.

    A jump lasts as long as the speed is above 0.7 rad/s, placed between frames; how far it goes
    is reckoned from where the eyes were slowest before to where they are after. Sample fast
    (300 Hz or more): at 60 a second durations are coarse.
    """
    step = np.diff(times)
    speed = np.hypot(np.diff(yaw), np.diff(pitch)) / step
    middles = (times[1:] + times[:-1]) / 2
    found: list[Saccade] = []
    fast = np.concatenate([[False], speed > FAST_RAD_S, [False]])
    begins = np.flatnonzero(~fast[:-1] & fast[1:])
    ends = np.flatnonzero(fast[:-1] & ~fast[1:]) - 1
    for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
        start = _crossing(middles, speed, first, first - 1)
        end = _crossing(middles, speed, last, last + 1)
        a, b = first, last
        while a > 0 and speed[a - 1] < speed[a]:
            a -= 1
        while b + 1 < len(speed) and speed[b + 1] < speed[b]:
            b += 1
        moved = np.hypot(yaw[b + 1] - yaw[a], pitch[b + 1] - pitch[a])
        peak = float(speed[first : last + 1].max())
        found.append(Saccade(start, end - start, float(moved), peak))
    return found


def _crossing(times: Floats, speed: Floats, inside: int, outside: int) -> float:
    if not 0 <= outside < len(speed):
        return float(times[inside])
    share = (speed[inside] - FAST_RAD_S) / max(speed[inside] - speed[outside], 1e-12)
    return float(times[inside] + share * (times[outside] - times[inside]))


def saccade_statistics(found: list[Saccade], minutes: float) -> SaccadeStatistics:
    """Statistics of `found` in `minutes`."""
    nan = float("nan")
    gaps = np.diff([s.start_s for s in found])
    sizes = np.array([s.amplitude_rad for s in found])
    slope, offset = nan, nan
    if len(found) > 2 and np.ptp(sizes) > 0:
        line = np.polyfit(np.degrees(sizes), [1e3 * s.duration_s for s in found], 1)
        slope, offset = float(line[0]), float(line[1])
    return SaccadeStatistics(
        count=len(found),
        per_minute=len(found) / minutes,
        interval_median_s=float(np.median(gaps)) if len(gaps) else nan,
        interval_variation=float(gaps.std() / gaps.mean()) if len(gaps) > 1 else nan,
        amplitude_median_rad=float(np.median(sizes)) if len(sizes) else nan,
        amplitude_p95_rad=float(np.quantile(sizes, 0.95)) if len(sizes) else nan,
        ms_per_degree=slope,
        ms_at_zero=offset,
    )


def turning_speed(times: Floats, turns: Floats) -> Floats:
    """(n - 1,) angular speed of (n, 4) unit quaternions at `times`, radians a second.

    The angle between neighbours; a quaternion and its negative are one turn.
    """
    alike = np.clip(np.abs(np.sum(turns[1:] * turns[:-1], axis=1)), 0.0, 1.0)
    across = np.linalg.norm(turns[1:] - np.sign(_dot(turns))[:, None] * turns[:-1], axis=1)
    # The arc from its chord: exact for small angles, where arccos is not.
    angle = np.where(alike > 0.99, 4 * np.arcsin(np.clip(across / 2, 0, 1)), 2 * np.arccos(alike))
    return np.asarray(angle / np.diff(times))


def _dot(turns: Floats) -> Floats:
    dots = np.sum(turns[1:] * turns[:-1], axis=1)
    return np.where(dots == 0, 1.0, dots)
