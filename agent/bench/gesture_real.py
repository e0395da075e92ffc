"""Recordings of people, where there are some: features that a distance can be reckoned to."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.corpora import read_corpus
from actuation.generators.metrics.body_frechet import WINDOW_S, kinematic_features
from actuation.generators.metrics.body_motion import positions_of
from actuation.motion import FRAME_RATE_HZ
from agent.core.errors import BadInputError


def real_features(folder: Path) -> NDArray[np.float64]:
    """(windows, k) of all recordings in a folder of BVH, BEAT or BEAT2, at the stage's rate.

    Raises `BadInputError` where none is long enough for a window.
    """
    found = []
    for clip in read_corpus(folder):
        joints = clip.motion.at_rate(float(FRAME_RATE_HZ)).joints.astype(np.float64)
        if len(joints) >= WINDOW_S * FRAME_RATE_HZ:
            found.append(kinematic_features(joints, positions_of(joints), float(FRAME_RATE_HZ)))
    if not found:
        raise BadInputError(
            f"bench gesture: {folder}: no recording of {WINDOW_S:g} s or more; "
            "give a folder of BVH, BEAT or BEAT2 files"
        )
    return np.concatenate(found)
