"""Blinks, read from the lids: how often, how unevenly, how long, how double, how fast each way.

People blink about 17 times a minute at rest and 26 in conversation (Bentivoglio et al. 1997,
10.1002/mds.870120629); lids close in less than half of the time in which they open, about 70
against 150 ms (VanderWerf et al. 2003, 10.1152/jn.00557.2002).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.motion import FACE_INDEX

Floats = NDArray[np.float64]

_SHUT, _REOPENED, _BEGUN = 0.7, 0.35, 0.1
"""Of the way from open to shut: what makes a blink, what ends it, where it is said to begin."""
_DOUBLE_S = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class BlinkStatistics:
    """Of all blinks of some minutes."""

    count: int
    per_minute: float
    gap_mean_s: float
    """From shut to shut; the two of a double blink count as one blink here."""
    gap_variation: float
    """Standard deviation over mean of the gaps: 0 a metronome, 1 as by dice."""
    duration_s: float
    """Median from the first move to open again."""
    double: float
    """Part of all blinks (double ones counted once) that are double."""
    opening_over_closing: float
    """Median time to open over median time to close."""


@dataclass(frozen=True, slots=True)
class _Blink:
    begun_s: float
    shut_s: float
    reopens_s: float
    over_s: float


def lids(faces: Floats) -> Floats:
    """(n,) how far the lids are shut, mean of both eyes, of (n, 52) faces."""
    left, right = FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]
    return np.asarray((faces[:, left] + faces[:, right]) / 2)


def blink_statistics(times: Floats, closed: Floats) -> BlinkStatistics:
    """Statistics of the blinks in `closed` ((n,) 0..1 at `times`); NaN where there are too few.

    A blink reaches 0.7 and falls below 0.35 of the way again: a lid that follows a lowered gaze is
    none. It begins and ends a tenth of the way above the lid before and after it, placed between
    frames.
    """
    found = _blinks(times, closed)
    minutes = float(times[-1] - times[0]) / 60
    single = [b for i, b in enumerate(found) if i == 0 or not _follows(found[i - 1], b)]
    doubles = len(found) - len(single)
    gaps = np.diff([b.shut_s for b in single])
    nan = float("nan")
    closing = [b.shut_s - b.begun_s for b in found]
    opening = [b.over_s - b.reopens_s for b in found]
    return BlinkStatistics(
        count=len(found),
        per_minute=len(found) / minutes,
        gap_mean_s=float(gaps.mean()) if len(gaps) else nan,
        gap_variation=float(gaps.std() / gaps.mean()) if len(gaps) > 1 else nan,
        duration_s=float(np.median([b.over_s - b.begun_s for b in found])) if found else nan,
        double=doubles / len(single) if single else nan,
        opening_over_closing=float(np.median(opening) / np.median(closing)) if found else nan,
    )


def _follows(before: _Blink, after: _Blink) -> bool:
    return after.shut_s - before.shut_s < _DOUBLE_S


def _blinks(times: Floats, closed: Floats) -> list[_Blink]:
    found: list[_Blink] = []
    i = 1
    while i < len(closed):
        if not closed[i - 1] < _SHUT <= closed[i]:
            i += 1
            continue
        first = i
        while first > 0 and closed[first - 1] < closed[first]:
            first -= 1
        last = i
        while last < len(closed) and closed[last] > _REOPENED:
            last += 1
        while last + 1 < len(closed) and closed[last + 1] < closed[last]:
            last += 1
        if last >= len(closed):
            break  # the minutes end in the middle of it
        found.append(_measured(times[first : last + 1], closed[first : last + 1]))
        i = last + 1
    return found


def _measured(times: Floats, closed: Floats) -> _Blink:
    """One blink from its open frame before to its open frame after."""
    top = int(np.argmax(closed))
    shut = closed[top]
    almost = closed[0] + (1 - _BEGUN) * (shut - closed[0])
    begun = closed[0] + _BEGUN * (shut - closed[0])
    over = closed[-1] + _BEGUN * (shut - closed[-1])
    nearly_over = closed[-1] + (1 - _BEGUN) * (shut - closed[-1])
    rising, falling = slice(0, top + 1), slice(top, None)
    return _Blink(
        float(np.interp(begun, closed[rising], times[rising])),
        float(np.interp(almost, closed[rising], times[rising])),
        float(np.interp(-nearly_over, -closed[falling], times[falling])),
        float(np.interp(-over, -closed[falling], times[falling])),
    )
