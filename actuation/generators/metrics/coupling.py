"""Does the jaw go with the sound, and how late? With the control that makes the answer worth it.

Two curves of speech always correlate a little, so the best correlation over some lags is compared
with that against the same sound turned around in a circle, where nothing can match. As measured
for the project's field notes on a real recording (jaw and loudness 0.284 at 0 frames, z = 4.5);
the lag is that of MTM, the correlation that of SLCC of kaist-ami's
Perceptually-Accurate-3D-Talking-Head.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import lip_gap

Floats = NDArray[np.float64]

MOST_LAG_S = 0.5
_LEAST_TURN_S = 1.0
"""A sound turned around by less would still match in part."""
_FLOOR_DB = -45.0
_WINDOW_S = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """How a movement goes with a sound."""

    correlation: float
    """The best within `MOST_LAG_S`, -1..1."""
    lag_s: float
    """Where that is; positive: the movement comes after the sound."""
    z: float
    """The best correlation in standard deviations above those with the turned sound."""
    by_chance: float
    """The mean of those."""


def loudness_db(samples: NDArray[np.float32], rate_hz: int, times: Floats) -> Floats:
    """(n,) loudness around `times`, decibels under the loudest moment, floored at -45.

    `samples` begin at time 0. Mean square over 40 ms.
    """
    width = max(round(_WINDOW_S * rate_hz), 1)
    total = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    middle = np.rint(times * rate_hz).astype(np.int64)
    first = np.clip(middle - width // 2, 0, len(samples))
    last = np.clip(middle - width // 2 + width, 0, len(samples))
    power = (total[last] - total[first]) / width
    loudest = float(power.max()) if len(power) else 0.0
    if loudest <= 0:
        return np.full(len(times), _FLOOR_DB)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-30) / loudest), _FLOOR_DB))


def coupling(moved: Floats, sound: Floats, rate_hz: float, *, turns: int = 200) -> Coupling:
    """How `moved` goes with `sound`, both (n,) at `rate_hz`.

    NaN throughout where one of them stands still, or where they are shorter than three seconds:
    there is not enough to turn around.
    """
    count, nan = len(moved), float("nan")
    if count < 3 * rate_hz or np.ptp(moved) < 1e-9 or np.ptp(sound) < 1e-9:
        return Coupling(correlation=nan, lag_s=nan, z=nan, by_chance=nan)
    most = round(MOST_LAG_S * rate_hz)
    best, lag = _best(moved, sound, most)
    least = round(_LEAST_TURN_S * rate_hz)
    steps = np.unique(np.linspace(least, count - least, turns).astype(np.int64))
    null = np.array([_best(moved, np.roll(sound, int(step)), most)[0] for step in steps])
    z = (best - float(null.mean())) / (float(null.std()) or nan)
    return Coupling(correlation=best, lag_s=lag / rate_hz, z=z, by_chance=float(null.mean()))


def _best(moved: Floats, sound: Floats, most: int) -> tuple[float, int]:
    """The largest correlation, and by how many steps `moved` is late there."""
    found = [(_correlation(moved, sound, lag), lag) for lag in range(-most, most + 1)]
    return max(found, key=lambda pair: pair[0])


def _correlation(moved: Floats, sound: Floats, lag: int) -> float:
    a = moved[max(lag, 0) : len(moved) + min(lag, 0)]
    b = sound[max(-lag, 0) : len(sound) + min(-lag, 0)]
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def jaw_and_loudness(
    times: Floats, faces: Floats, samples: NDArray[np.float32], rate_hz: int, frames_hz: float
) -> Coupling:
    """Opening of the mouth ((n, 52) `faces` at `times`) against the loudness of what is said.

    `samples` begin at time 0 of `times`.
    """
    return coupling(lip_gap(faces), loudness_db(samples, rate_hz, times), frames_hz)
