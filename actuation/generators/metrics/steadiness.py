"""Stillness, twitches, freezes and drift: what a face should not do, over seconds and minutes.

Stillness in silence after the volume stability loss of Audio2Face-3D (`vol_stab`): a mouth that
says nothing does not move. Twitches by jerk, the third difference, as GENEA's evaluation uses it
(genea_numerical_evaluations, `calk_jerk_or_acceleration.py`), here not as a mean, in which one
twitch a minute is lost, but counted: those beyond the fastest move that was meant.
Freezing after TM2D's Freezing Score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import TimedPhone
from actuation.speech.phones import PAUSE
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

MOUTH = np.array([n.startswith(("jaw", "mouth", "tongue")) for n in ARKIT_NAMES])
"""Which of the 52 shapes are the mouth's."""
_SETTLE_S = 0.3
"""After the last phone and before the next the mouth may still move."""
_ONE_S = 0.1


def silent_frames(times: Floats, phones: Sequence[TimedPhone]) -> NDArray[np.bool_]:
    """(n,) whether nothing is said, and the mouth has had 0.3 s to come to rest or begin."""
    silent = np.ones(len(times), bool)
    for phone in phones:
        if phone.name != PAUSE:
            silent &= (times < phone.start_s - _SETTLE_S) | (times > phone.end_s + _SETTLE_S)
    return silent


def mouth_speed(times: Floats, faces: Floats, when: NDArray[np.bool_]) -> float:
    """Mean over frames of the fastest mouth shape, units a second, in steps within `when`.

    NaN where there is no such step.
    """
    steps = np.abs(np.diff(faces[:, MOUTH], axis=0)).max(axis=1) / np.diff(times)
    inside = when[:-1] & when[1:]
    return float(np.mean(steps[inside])) if inside.any() else float("nan")


def twitches_per_minute(times: Floats, values: Floats, *, most_jerk: float) -> float:
    """Moments a minute at which one of (n, k) `values` jerks by more than `most_jerk`.

    Jerk is the third difference from frame to frame, in the values' own unit; `most_jerk` is that
    of the fastest move which is meant: `fastest_jerk` tells it. Moments within 0.1 s are one.
    """
    jerk = np.abs(np.diff(values, n=3, axis=0)).max(axis=1)
    at = times[1:-2][jerk > most_jerk]
    apart = 1 + int(np.sum(np.diff(at) > _ONE_S)) if len(at) else 0
    return 60 * apart / float(times[-1] - times[0])


def fastest_jerk(size: float, duration_s: float, frames_hz: float) -> float:
    """Largest third difference of a minimum-jerk move of `size` in `duration_s`: 60 size / T^3.

    Flash and Hogan 1985 (10.1523/JNEUROSCI.05-07-01688.1985).
    """
    return 60 * size / (duration_s * frames_hz) ** 3


def longest_freeze_s(times: Floats, values: Floats) -> float:
    """The longest time for which none of (n, k) `values` changes, seconds."""
    moves = np.abs(np.diff(values, axis=0)).max(axis=1) > 1e-6
    steps = np.flatnonzero(moves)
    arrivals = times[np.concatenate([[0], steps + 1])]
    departures = times[np.concatenate([steps, [len(times) - 1]])]
    return float(np.max(departures - arrivals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a measure goes over minutes."""

    per_minute: float
    """Slope of a straight line through the stretches' values."""
    error: float
    """Standard error of that slope."""
    first: float
    """Mean of the first quarter of the stretches."""
    last: float
    """Of the last."""


def drift(minutes: Floats, values: Floats) -> Drift:
    """Straight line through `values` ((n,), one a stretch) at `minutes`; at least four."""
    if len(values) < 4:
        raise ValueError(f"{len(values)} stretches are too few to see a drift; at least four")
    slope, offset = np.polyfit(minutes - minutes.mean(), values, 1)
    left = values - offset - slope * (minutes - minutes.mean())
    scatter = float(np.sqrt(np.sum(left**2) / (len(values) - 2)))
    quarter = len(values) // 4
    return Drift(
        per_minute=float(slope),
        error=scatter / float(np.sqrt(np.sum((minutes - minutes.mean()) ** 2))),
        first=float(values[:quarter].mean()),
        last=float(values[-quarter:].mean()),
    )
