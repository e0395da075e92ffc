"""How sure a figure is: Wilson's interval for shares, the bootstrap for everything else."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z95: Final = 1.959964
_RESAMPLES: Final = 1000
_FEWEST: Final = 6
_SEED: Final = 20_260_302


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    """How many people, lines or decisions it rests on."""


def share(count: int, of: int, scale: float = 1.0) -> Estimate:
    """`count` of `of`, times `scale`, with Wilson's score interval (Wilson 1927)."""
    if of == 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    p, z2 = count / of, Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Estimate(value=scale * p, low=scale * low, high=scale * high, n=of)


def median(values: Sequence[float]) -> Estimate:
    """The median with a bootstrap interval; infinite values keep their place in the order."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], q: float) -> Estimate:
    """A quantile with a percentile-bootstrap interval (Efron 1979)."""
    if not values:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    draws = np.random.default_rng(_SEED).integers(0, n, (_RESAMPLES, n))
    draws.sort(axis=1)
    place = _place(n, q)
    resampled = ordered[draws[:, place]]
    low, high = np.percentile(resampled, [2.5, 97.5], method="nearest")
    return Estimate(value=float(ordered[place]), low=float(low), high=float(high), n=n)


def _place(n: int, q: float) -> int:
    return min(n - 1, int(q * n))


def paired(
    blocks: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    figure: Callable[[NDArray[np.float64]], float],
) -> Estimate:
    """What `figure` changes by from the first to the second of each pair, with an interval.

    A block is the same stretch of the same day, lived twice; blocks are drawn whole, so that what
    hangs together stays together. Fewer than six cannot be 95 % sure of anything, even where all of
    them changed one way: by chance that happens to one in 2 ** (n - 1).
    """
    if not blocks:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)

    def change(chosen: Sequence[int]) -> float:
        old = np.concatenate([blocks[i][0] for i in chosen])
        new = np.concatenate([blocks[i][1] for i in chosen])
        return figure(new) - figure(old)

    everything = change(range(len(blocks)))
    if len(blocks) < _FEWEST:
        return Estimate(value=everything, low=math.nan, high=math.nan, n=len(blocks))
    random = np.random.default_rng(_SEED)
    draws = random.integers(0, len(blocks), (_RESAMPLES // 2, len(blocks)))
    changes = np.array([change([int(i) for i in one]) for one in draws])
    finite = changes[np.isfinite(changes)]
    if not len(finite):
        return Estimate(value=everything, low=math.nan, high=math.nan, n=len(blocks))
    low, high = np.percentile(finite, [2.5, 97.5])
    return Estimate(value=everything, low=float(low), high=float(high), n=len(blocks))
