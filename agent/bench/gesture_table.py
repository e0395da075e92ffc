"""Side by side: every measure of a body for every source, on the same words, in one run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.body_sources import BodySource
from actuation.generators.metrics.body_beats import (
    UPPER_COLUMNS,
    beat_consistency,
    beat_worth,
    onsets,
)
from actuation.generators.metrics.body_frechet import frechet_distance, kinematic_features
from actuation.generators.metrics.body_motion import (
    REAL_FASTER_ELBOW,
    REAL_SPEAKER,
    angular_jerk,
    angular_speed,
    faster_elbow,
)
from actuation.generators.metrics.body_slots import (
    SlotFound,
    matched_less_mismatched,
    slot_met,
    stress_alignment,
    within,
)
from actuation.generators.metrics.body_variety import l1_diversity, spread_over_seeds
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX
from agent.bench.gesture_joins import interval, jerk_ratios
from agent.bench.gesture_takes import Moved, Take, moved

Floats = NDArray[np.float64]
HZ: Final = float(FRAME_RATE_HZ)
_CALM_RAD_S: Final = 0.2
SEEDS: Final = (3, 4, 5)
_WRISTS: Final = [JOINT_INDEX["leftHand"], JOINT_INDEX["rightHand"]]


@dataclass(frozen=True, slots=True)
class Row:
    """All motion of one source."""

    name: str
    moved: Sequence[Moved]
    seeds: Sequence[Sequence[Moved]]
    """The first takes again, one list a seed."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the table."""

    name: str
    unit: str
    of: Callable[[Row], float]


Table = Mapping[str, Mapping[str, float]]
"""Measure -> source -> value."""


def row_of(source: BodySource, takes: Sequence[Take], *, seeded: int) -> Row:
    """Everything as `source` moves to it. `seeded`: how many takes are made with each seed."""
    return Row(
        source.name,
        [moved(source, take) for take in takes],
        [[moved(source, take, seed=seed) for take in takes[:seeded]] for seed in SEEDS],
    )


def slots_found(row: Row, *, asked: bool | None = None) -> list[SlotFound]:
    """How each slot was met. `asked`: only those (True), only beats (False), all (None)."""
    return [
        slot_met(each.joints, each.take.at_s, slot)
        for each in row.moved
        for slot in each.take.slots
        if asked is None or slot.asked == asked
    ]


def hands_speed(each: Moved) -> Floats:
    """(n - 1,) of the faster hand, m/s."""
    steps = np.diff(each.positions[:, _WRISTS], axis=0)
    return np.asarray(np.linalg.norm(steps, axis=2).max(axis=1) * HZ)


def alignment_worth(row: Row) -> tuple[float, float]:
    """Ends of movements on stresses: own words less the others', and its error."""
    scores = np.array([
        [
            stress_alignment(hands_speed(a), a.take.at_s[1:], _within(b.take.stresses_s, a.take))
            for b in row.moved
        ]
        for a in row.moved
    ])  # fmt: skip
    keep = np.isfinite(scores).all(axis=1)
    return matched_less_mismatched(scores[np.ix_(keep, keep)])


def _within(stresses_s: Floats, take: Take) -> Floats:
    kept = stresses_s[stresses_s < take.at_s[-1]]
    return kept if len(kept) else stresses_s[:1]


def beats(row: Row, *, published: bool) -> float:
    """Beat consistency, mean over takes weighed by their length. A second at either end is out."""
    scores, weights = [], []
    for each in row.moved:
        samples, rate = each.take.sound
        score = beat_consistency(
            each.positions[:, UPPER_COLUMNS], onsets(samples, rate), HZ,
            published=published, mask_s=1.0,
        )  # fmt: skip
        if np.isfinite(score):
            scores.append(score)
            weights.append(len(each.joints))
    return float(np.average(scores, weights=weights)) if scores else float("nan")


def beats_worth(row: Row) -> float:
    """Repaired consistency less that with the sound turned around, mean over takes."""
    found = []
    for each in row.moved:
        samples, rate = each.take.sound
        if len(each.joints) > 5 * HZ:
            found.append(beat_worth(each.positions[:, UPPER_COLUMNS], onsets(samples, rate), HZ)[0])
    return float(np.nanmean(found)) if found else float("nan")


def means_within(row: Row) -> float:
    """Per cent of the known joints whose mean speed is at most a real speaker's p95.

    The faster elbow's must also be at least that speaker's p5, the only one that is known.
    """
    means = mean_speeds(row)
    good = [speed <= REAL_SPEAKER[name].p95 for name, speed in means.items()]
    good.append(float(_elbow(row).mean()) >= (REAL_FASTER_ELBOW.p5 or 0.0))
    return 100 * float(np.mean(good))


def mean_speeds(row: Row) -> dict[str, float]:
    """Mean speed of each joint that a real speaker's is known of, rad/s, while it speaks."""
    speed = _speeds(row)
    return {name: float(speed[:, JOINT_INDEX[name]].mean()) for name in REAL_SPEAKER}


def p95_speeds(row: Row) -> dict[str, float]:
    """p95 of the same."""
    speed = _speeds(row)
    return {name: float(np.quantile(speed[:, JOINT_INDEX[name]], 0.95)) for name in REAL_SPEAKER}


def p5_of_elbow(row: Row) -> float:
    """p5 of the faster elbow's speed, rad/s, while it speaks."""
    return float(np.quantile(_elbow(row), 0.05))


def _speeds(row: Row) -> Floats:
    """(frames, 44) rad/s of all acts, first word to last: the real one only speaks."""
    return np.concatenate([angular_speed(m.joints, HZ)[_speaking(m)] for m in row.moved])


def _speaking(each: Moved) -> NDArray[np.bool_]:
    at_s, clauses = each.take.at_s[1:], each.take.clauses
    return np.asarray((at_s >= clauses[0].start_s) & (at_s <= clauses[-1].end_s))


def calm_share(row: Row) -> float:
    """Share of frames in which both elbows turn slower than 0.2 rad/s, while it speaks."""
    return float(np.mean(_elbow(row) < _CALM_RAD_S))


def measures(reference: Floats | None) -> list[Measure]:
    """All columns. `reference`: (windows, k) features that the Frechet distance is reckoned to."""
    found = [
        Measure("apex within 50 ms", "%", lambda r: 100 * within(slots_found(r), 0.05)),
        Measure("apex off, median", "ms", lambda r: 1e3 * _median_off(slots_found(r))),
        Measure("pose error at the apex", "rad", _pose_error),
        Measure("ends on stresses, own less others'", "", lambda r: alignment_worth(r)[0]),
        Measure("elbow, mean speed", "rad/s", lambda r: _elbow(r).mean()),
        Measure("elbow, p95", "rad/s", lambda r: float(np.quantile(_elbow(r), 0.95))),
        Measure("speeds in the real band", "%", means_within),
        Measure(
            "jerk across joins over inside", "times", lambda r: interval(jerk_ratios(r.moved))[0]
        ),
        Measure("jerk, RMS", "rad/s3", _jerk),
        Measure("L1 diversity", "m", _diversity),
        Measure("spread over seeds", "rad", _spread),
        Measure("BC published", "", lambda r: beats(r, published=True)),
        Measure("BC repaired", "", lambda r: beats(r, published=False)),
        Measure("BC repaired less turned sound", "", beats_worth),
    ]  # fmt: skip
    if reference is not None:
        found.append(
            Measure("FGD", "kinematic-34", lambda r: frechet_distance(features(r.moved), reference))
        )
    return found


def features(some: Sequence[Moved]) -> Floats:
    """(windows, k) of all motion long enough for a window."""
    rows = [
        kinematic_features(each.joints, each.positions, HZ)
        for each in some
        if len(each.joints) >= 2 * HZ
    ]
    return np.concatenate(rows)


def table_of(rows: Sequence[Row], columns: Sequence[Measure]) -> Table:
    """Every measure of every row."""
    return {c.name: {row.name: float(c.of(row)) for row in rows} for c in columns}


def as_table_of_bodies(table: Table, columns: Sequence[Measure]) -> str:
    """One line a source, one column a measure."""
    names = list(next(iter(table.values())))
    lines = [["", *(f"{c.name}, {c.unit}" if c.unit else c.name for c in columns)]]
    lines += [[name, *(f"{table[c.name][name]:.3g}" for c in columns)] for name in names]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _median_off(found: Sequence[SlotFound]) -> float:
    return float(np.nanmedian([abs(each.late_s) for each in found])) if found else float("nan")


def _pose_error(row: Row) -> float:
    return float(np.nanmean([each.pose_error_rad for each in slots_found(row)]))


def _elbow(row: Row) -> Floats:
    return np.concatenate([faster_elbow(m.joints, HZ)[_speaking(m)] for m in row.moved])


def _diversity(row: Row) -> float:
    return float(np.mean([l1_diversity(each.positions) for each in row.moved]))


def _spread(row: Row) -> float:
    by_take = zip(*row.seeds, strict=True)
    return float(np.mean([spread_over_seeds([m.joints for m in same]) for same in by_take]))


def _jerk(row: Row) -> float:
    return float(np.sqrt(np.mean([np.mean(angular_jerk(m.joints, HZ) ** 2) for m in row.moved])))
