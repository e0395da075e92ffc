"""How good a judgement of when, whom and what is. Pure numbers in, numbers out.

The measures are those of TFVT-HRI (arXiv 2012.04832) where it has them: average precision of "act
now" with a tolerance of some frames, and the ranking of acts; and what a visitor would notice:
false acts on passers-by, people missed, and how long before they stop or speak they are noticed.
Intervals are of 95 %, by drawing whole episodes again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from behavior.proactive.labels import UNKNOWN, YES

Numbers = NDArray[np.float64]
_BINS = 400
_REDRAWN = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one contender says of one frame."""

    now: float
    """How much it is time to act; only the order counts"""
    whom: int
    """Place in the frame's people of whom it would act toward; -1: nobody"""
    fires: bool
    """It would act"""


@dataclass(slots=True)
class Visitor:
    """What became of one real person in an episode."""

    wants: bool
    comes_at: float | None = None
    """When they first stopped for, or spoke to, the agent"""
    due_at: float | None = None
    """The first frame at which acting toward them was right"""
    fired_at: float | None = None


@dataclass(slots=True)
class Score:
    """What one contender did in one episode."""

    hours: float = 0.0
    now: list[float] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    whom: list[tuple[bool, bool]] = field(default_factory=list)
    """(right person, others in view) for each frame at which acting was right"""
    ranks: list[int] = field(default_factory=list)
    """Rank from 1 of the first suitable act"""
    ranks_unseen: list[int] = field(default_factory=list)
    """The same, choosing among acts that training never saw"""
    visitors: dict[int, Visitor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval."""

    value: float
    low: float
    high: float


def estimate(
    scores: Sequence[Score], measure: Callable[[Sequence[Score]], float], seed: int = 0
) -> Estimate:
    """`measure` over all episodes, and its interval by drawing episodes again."""
    rng = np.random.default_rng(seed)
    drawn = [
        measure([scores[i] for i in rng.integers(0, len(scores), len(scores))])
        for _ in range(_REDRAWN)
    ]
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if not np.isnan(drawn).all() else (np.nan,) * 2
    return Estimate(measure(scores), float(low), float(high))


class Timing:
    """Average precision and area under the curve of "act now", counted once an episode."""

    def __init__(self, scores: Sequence[Score], tolerance: int) -> None:
        every = np.concatenate([np.asarray(s.now) for s in scores])
        cuts = np.unique(np.quantile(every, np.linspace(0.0, 1.0, _BINS), method="nearest"))
        self._cuts = cuts[::-1]
        self._counts = [_counts(score, self._cuts, tolerance) for score in scores]

    def average_precision(self, picked: Sequence[int]) -> float:
        """Area under precision over recall, a step for each threshold."""
        hits, called, found, right = np.sum([self._counts[i] for i in picked], axis=0)
        if not right[0]:
            return float("nan")
        precision = np.divide(hits, called, out=np.ones_like(hits), where=called > 0)
        recall = found / right
        return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * precision))

    def area(self, picked: Sequence[int]) -> float:
        """Probability that a moment to act is scored above one that is not; for tolerance 0."""
        hits, called, _, right = np.sum([self._counts[i] for i in picked], axis=0)
        wrong = called - hits
        if not right[0] or not wrong[-1]:
            return float("nan")
        up = np.concatenate([[0.0], hits / right[0]])
        over = np.concatenate([[0.0], wrong / wrong[-1]])
        return float(np.trapezoid(up, over))

    def estimate(self, what: Callable[[Sequence[int]], float], seed: int = 0) -> Estimate:
        """The measure with its interval."""
        rng, count = np.random.default_rng(seed), len(self._counts)
        drawn = [what(rng.integers(0, count, count).tolist()) for _ in range(_REDRAWN)]
        known = [value for value in drawn if not np.isnan(value)]
        low, high = np.percentile(known, [2.5, 97.5]) if known else (np.nan, np.nan)
        return Estimate(what(range(count)), float(low), float(high))


def _counts(score: Score, cuts: Numbers, tolerance: int) -> Numbers:
    """(4, cuts): calls that were right, calls, moments found, moments; for each threshold."""
    now, right = np.asarray(score.now), np.asarray(score.right)
    at = np.asarray(score.at)
    known = right != UNKNOWN
    yes = right == YES
    near_yes = _widened(yes.astype(float), at, tolerance) > 0
    near_now = _widened(now, at, tolerance)
    out = np.zeros((4, len(cuts)))
    out[0] = _reached(now[known & near_yes], cuts)
    out[1] = _reached(now[known], cuts)
    out[2] = _reached(near_now[yes], cuts)
    out[3] = yes.sum()
    return out


def _reached(values: Numbers, cuts: Numbers) -> Numbers:
    """How many values are at or above each of the falling cuts."""
    rising = np.sort(values)
    return np.asarray(len(rising) - np.searchsorted(rising, cuts, side="left"), np.float64)


def _widened(values: Numbers, at: Numbers, frames: int, frame_s: float = 0.1) -> Numbers:
    """The largest value within so many frames, not over a gap in time."""
    out = values.astype(float).copy()
    for shift in range(1, frames + 1):
        if shift >= len(values):
            break
        close = at[shift:] - at[:-shift] <= (shift + 0.5) * frame_s
        out[shift:] = np.where(close, np.maximum(out[shift:], values[:-shift]), out[shift:])
        out[:-shift] = np.where(close, np.maximum(out[:-shift], values[shift:]), out[:-shift])
    return out


# Whom, what, and what people would notice: for each episode a sum and of how many


def whom_right(score: Score, crowded: bool = False) -> tuple[float, int]:
    """Moments to act at which the right person is meant; `crowded`: with others in view."""
    kept = [ok for ok, others in score.whom if others or not crowded]
    return float(sum(kept)), len(kept)


def among_first(score: Score, most: int, unseen: bool = False) -> tuple[float, int]:
    """Moments at which a suitable act is among the first `most`."""
    ranks = score.ranks_unseen if unseen else score.ranks
    return float(sum(rank <= most for rank in ranks)), len(ranks)


def reciprocal_rank(score: Score, unseen: bool = False) -> tuple[float, int]:
    """1 / rank of the first suitable act."""
    ranks = score.ranks_unseen if unseen else score.ranks
    return float(sum(1.0 / rank for rank in ranks)), len(ranks)


def false_acts(score: Score) -> tuple[float, float]:
    """Acts on people who wanted nothing, of hours."""
    return float(_bothered(score)), score.hours


def bothered(score: Score) -> tuple[float, int]:
    """Those who wanted nothing who were acted on."""
    return float(_bothered(score)), sum(not v.wants for v in score.visitors.values())


def _bothered(score: Score) -> int:
    return sum(v.fired_at is not None and not v.wants for v in score.visitors.values())


def missed(score: Score) -> tuple[float, int]:
    """Those who wanted help who were not acted on before they stopped or spoke."""
    due = [v for v in score.visitors.values() if v.wants and v.due_at is not None]
    late = [v.fired_at is None or v.fired_at > (v.comes_at or v.fired_at) for v in due]
    return float(sum(late)), len(due)


def median_lead_s(scores: Sequence[Score]) -> float:
    """Median of stopping or speaking minus being acted on, of those who wanted help."""
    leads = [
        v.comes_at - v.fired_at
        for s in scores
        for v in s.visitors.values()
        if v.wants and v.comes_at is not None and v.fired_at is not None
    ]
    return float(np.median(leads)) if leads else float("nan")


SHARES: Mapping[str, Callable[[Score], tuple[float, float]]] = {
    "whom": whom_right,
    "whom in company": lambda s: whom_right(s, crowded=True),
    "act top-1": lambda s: among_first(s, 1),
    "act top-5": lambda s: among_first(s, 5),
    "act MRR": reciprocal_rank,
    "untrained acts top-1": lambda s: among_first(s, 1, unseen=True),
    "untrained acts MRR": lambda s: reciprocal_rank(s, unseen=True),
    "false acts an hour": false_acts,
    "passers-by bothered": bothered,
    "visitors not met in time": missed,
}
"""By name: of every episode a sum and its divisor. The measure is the ratio of their sums."""


def share_of(
    scores: Sequence[Score], part: Callable[[Score], tuple[float, float]], seed: int = 0
) -> Estimate:
    """The ratio over all episodes, and its interval by drawing episodes again."""
    parts = np.array([part(score) for score in scores], np.float64)
    rng = np.random.default_rng(seed)
    drawn = parts[rng.integers(0, len(parts), (_REDRAWN, len(parts)))].sum(1)
    known = drawn[drawn[:, 1] > 0]
    ratios = known[:, 0] / known[:, 1] if len(known) else np.array([np.nan])
    low, high = np.percentile(ratios, [2.5, 97.5])
    total = parts.sum(0)
    return Estimate(float(total[0] / total[1]) if total[1] else float("nan"), low, high)
