"""Whether it shows that frames are made in pieces: jerk where pieces meet, beside where none meet.

Half of all jerks reckoned from four frames lie across a join of pieces of six frames, the other
half lie inside. Where there is no seam the two are alike but for chance, so each act gives one
ratio, and how far their mean may be by chance is told by drawing acts again (bootstrap). The figure
is the lowest that the ratio may be: above one, a seam is certain. The control has seams.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.body_sources import performed
from actuation.generators.metrics.body_motion import jerk_at_joins
from actuation.gestures.style import BodyWish
from actuation.joints.rotations import about, angle, multiply
from actuation.motion import FRAME_RATE_HZ
from agent.bench.figure import Figure
from agent.bench.gesture_takes import CHUNK_FRAMES, SEED, Moved, Take

Floats = NDArray[np.float64]

SEAM_RAD: Final = float(np.radians(1.0))
_DRAWS: Final = 4000


def joins_of(count: int) -> NDArray[np.intp]:
    """Where chunks meet."""
    return np.arange(CHUNK_FRAMES, count, CHUNK_FRAMES)


def jerk_ratios(moved: Sequence[Moved]) -> Floats:
    """(acts,) RMS angular jerk across joins over that inside; NaN where nothing moves."""
    return np.array([_ratio(each.joints) for each in moved])


def seam_ratios(moved: Sequence[Moved]) -> Floats:
    """The same for motion in which each second piece is turned by one degree in every joint."""
    return np.array([_ratio(with_seams(each.joints)) for each in moved])


def with_seams(joints: Floats) -> Floats:
    """(n, 44, 4) with a seam of `SEAM_RAD` wherever pieces meet."""
    odd: Floats = (np.arange(len(joints)) // CHUNK_FRAMES % 2).astype(np.float64)
    return multiply(joints, about("x", SEAM_RAD * odd)[:, None])


def interval(ratios: Floats) -> tuple[float, float, float]:
    """Geometric mean of ratios, and what it may be at least and at most (95 %), by bootstrap."""
    logs = np.log(ratios[np.isfinite(ratios) & (ratios > 0)])
    if not len(logs):
        return float("nan"), float("nan"), float("nan")
    draws = np.random.default_rng(17).integers(len(logs), size=(_DRAWS, len(logs)))
    low, high = np.quantile(logs[draws].mean(axis=1), [0.025, 0.975])
    return float(np.exp(logs.mean())), float(np.exp(low)), float(np.exp(high))


def joins_figure(name: str, moved: Sequence[Moved]) -> Figure:
    """Of one source's motion."""
    mean, low, high = interval(jerk_ratios(moved))
    return Figure(
        name=f"{name}: jerk across joins over inside, at least", value=low, unit="times",
        target=1.0, control=interval(seam_ratios(moved))[1], control_of="seams of one degree",
        note=f"mean {mean:.3f}, 95 % interval {low:.3f} to {high:.3f} over {len(moved)} acts; "
        f"chunks of {CHUNK_FRAMES} frames, as many jerks inside as across",
    )  # fmt: skip


def pieces_figure(takes: Sequence[Take]) -> Figure:
    """In other pieces frames must be the same."""
    most = 0.0
    for take in takes:
        one, other = (
            performed(take.clauses, take.at_s, SEED, BodyWish(), chunk_frames=count).joints
            for count in (CHUNK_FRAMES, CHUNK_FRAMES + 1)
        )
        most = max(most, float(angle(one, other).max()))
    return Figure(
        name="rules: made in chunks of 7 frames instead of 6, a joint differs by, at most",
        value=most, unit="rad", target=1e-5, note=f"{len(takes)} acts; frames are sent as float32",
    )  # fmt: skip


def _ratio(joints: Floats) -> float:
    at, inside = jerk_at_joins(joints, float(FRAME_RATE_HZ), joins_of(len(joints)))
    return at / inside if inside > 0 else float("nan")
