"""How much a motion varies: over time, over seeds, and against a recording of the same words."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import angle

Floats = NDArray[np.float64]


def l1_diversity(positions: Floats) -> float:
    """L1 diversity of (n, j, 3) joint positions, metres.

    EMAGE's `utils/metric.py`, class `L1div`: the sum over joints and axes of |x - mean over the
    sequence|, mean over frames. It grows with the number of joints and mostly counts fingers;
    compare only what has the same joints. The published code overwrites its input; this does not.
    """
    return float(np.abs(positions - positions.mean(axis=0)).sum(axis=(1, 2)).mean())


def srgr(
    made: Floats, real: Floats, meaning: Floats | None = None, *, near_m: float = 0.1
) -> float:
    """Semantic-relevant gesture recall of (n, j, 3) positions against a recording.

    CaMN's and EMAGE's `utils/metric.py`, class `SRGR`: a joint of a frame succeeds where the sum
    of |x|, |y|, |z| differences is under `near_m` (in that code the threshold is 0.1, and a frame's
    success is weighed by its annotated semantic score and by 1 / 0.165, the reciprocal of the
    corpus's mean score). `meaning`: (n,) scores 0..1; without them each frame counts alike and
    nothing is multiplied.
    """
    if made.shape != real.shape:
        raise ValueError(f"srgr: {made.shape} against {real.shape}; give frames of the same times")
    success = (np.abs(made - real).sum(axis=2) < near_m).astype(np.float64)
    if meaning is None:
        return float(success.mean())
    return float((success * meaning[:, None]).mean() / 0.165)


def spread_over_seeds(motions: Sequence[Floats]) -> float:
    """Mean angle between two motions to the same words, radians, over pairs, frames and joints.

    `motions`: each (n, j, 4). As the pairwise diversity of text-to-motion work (Guo et al. 2022,
    "multimodality"), of rotations instead of features. NaN with fewer than two.
    """
    pairs = [float(angle(a, b).mean()) for a, b in combinations(motions, 2)]
    return float(np.mean(pairs)) if pairs else float("nan")
