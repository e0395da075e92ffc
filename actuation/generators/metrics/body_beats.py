"""Do the beats of a motion fall on those of the sound? As published, repaired, and its worth.

Beat consistency as in EMAGE's `utils/metric.py`, class `alignment` (also GestureLSM's): motion
beats are local minima of a joint's speed, order 7, where that speed, against the data set's own
mean for the joint, is over 0.3; for each sound onset exp(-d^2 / (2 sigma^2)) to the nearest beat,
sigma 0.3 s; mean over onsets, then over joints; a joint without a beat counts 0. Two seconds at
either end are left out.

The published code gets positions that its diversity measure has overwritten by |x - mean|, and
tests the threshold 60 frames off. `published=True` does the same, and is of use only beside
numbers made by that code. Neither can tell a body in time from one out of time (the project's
field notes: 0.462 repaired, 0.456 with the sound a second later), so never print one without
`beat_worth`, the difference to sound that is turned around.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import argrelextrema

from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

UPPER_BODY: Final = (
    "spine", "chest", "upperChest", "neck", "leftShoulder", "rightShoulder", "head",
    "leftUpperArm", "rightUpperArm", "leftLowerArm", "rightLowerArm", "leftHand", "rightHand",
)  # fmt: skip
"""The published list's thirteen joints (SMPL-X 3, 6, 9, 12..21), by this skeleton's names."""
UPPER_COLUMNS: Final = [JOINT_INDEX[name] for name in UPPER_BODY]
_SIGMA_S: Final = 0.3
_ORDER: Final = 7
_LEAST: Final = 0.3
_MASK_S: Final = 2.0


def beat_consistency(
    positions: Floats,
    onsets_s: Floats,
    rate_hz: float,
    *,
    mean_speed: Floats | None = None,
    published: bool = False,
    mask_s: float = _MASK_S,
) -> float:
    """0..1, of (n, j, 3) metres and the times of sound onsets from the motion's first frame.

    `mean_speed`: (j,) of a data set, metres a second; without it this motion's own, said so where
    it is printed. `mask_s`: left out at either end. NaN without an onset in what remains.
    """
    mask, count = round(mask_s * rate_hz), len(positions)
    folded = np.abs(positions - positions.mean(axis=0)) if published else positions
    speed = _speed(folded, rate_hz)
    usual = speed.mean(axis=0) if mean_speed is None else mean_speed
    speed = speed / np.maximum(usual, 1e-9)
    inside = onsets_s[(onsets_s >= mask / rate_hz) & (onsets_s <= (count - mask) / rate_hz)]
    heard = inside - mask / rate_hz
    if not len(heard):
        return float("nan")
    scores = []
    for column in speed.T:
        part = column[mask : count - mask]
        lows = argrelextrema(part, np.less, order=_ORDER)[0]
        # Where the published code looks up the speed of a beat: at its number in the cut-out part,
        # in the whole.
        lows = lows[(column if published else part)[lows] > _LEAST]
        scores.append(_met(lows / rate_hz, heard))
    return float(np.mean(scores))


def beat_worth(
    positions: Floats, onsets_s: Floats, rate_hz: float, *, turns: int = 20, seed: int = 0
) -> tuple[float, float]:
    """Repaired consistency less its mean over sound turned around, and how many deviations that is.

    The onsets are shifted in a circle by 1 s and more, `turns` times.
    """
    length_s = len(positions) / rate_hz
    random = np.random.default_rng(seed)
    at_all = beat_consistency(positions, onsets_s, rate_hz)
    null = np.array([
        beat_consistency(positions, np.sort((onsets_s + by) % length_s), rate_hz)
        for by in random.uniform(1.0, length_s - 1.0, turns)
    ])  # fmt: skip
    spread = float(null.std())
    apart = at_all - float(null.mean())
    return apart, apart / spread if spread > 0 else float("nan")


def _speed(positions: Floats, rate_hz: float) -> Floats:
    """(n, j) by central differences; one-sided at the ends."""
    moved = np.empty_like(positions)
    moved[1:-1] = (positions[2:] - positions[:-2]) * (rate_hz / 2)
    moved[0] = (positions[1] - positions[0]) * rate_hz
    moved[-1] = (positions[-1] - positions[-2]) * rate_hz
    return np.asarray(np.linalg.norm(moved, axis=2))


def _met(beats_s: Floats, onsets_s: Floats) -> float:
    if not len(beats_s):
        return 0.0
    nearest = np.abs(beats_s[None, :] - onsets_s[:, None]).min(axis=1)
    return float(np.mean(np.exp(-(nearest**2) / (2 * _SIGMA_S**2))))


def onsets(samples: NDArray[np.float32], rate_hz: int) -> Floats:
    """Times at which sound sets in, seconds.

    Rises of loudness in 40 bands, summed, against their surroundings: a peak over 60 ms that is
    above the mean of 0.2 s around it by 0.07 of the largest, 30 ms from the one before: the rules
    of librosa's `onset_detect` with its usual numbers, on bands of our own. Times differ from
    librosa's by up to a hop of 10 ms.
    """
    hop, size = rate_hz // 100, rate_hz // 40
    padded = np.concatenate([np.zeros(size), samples.astype(np.float64), np.zeros(size)])
    starts = np.arange(0, len(padded) - size, hop)
    looks = np.stack([padded[s : s + size] for s in starts]) * np.hanning(size)
    power = np.abs(np.fft.rfft(looks, axis=1)) ** 2
    edges = np.geomspace(2, power.shape[1] - 1, 41).astype(int)
    bands = np.stack([power[:, a : max(b, a + 1)].sum(axis=1) for a, b in _pairs(edges)], axis=1)
    level = 10 * np.log10(np.maximum(bands, bands.max() * 1e-8 + 1e-30))
    rise = np.concatenate([[0.0], np.maximum(np.diff(level, axis=0), 0.0).mean(axis=1)])
    if rise.max() <= 0:
        return np.zeros(0)
    rise /= rise.max()
    found: list[int] = []
    for i, value in enumerate(rise):
        around = rise[max(i - 10, 0) : i + 11]
        before = rise[max(i - 3, 0) : i + 4]
        far = not found or i - found[-1] > 3
        if value >= before.max() and value >= around.mean() + 0.07 and far:
            found.append(i)
    return np.asarray((starts[found] - size / 2) / rate_hz)


def _pairs(edges: NDArray[np.int_]) -> Sequence[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
