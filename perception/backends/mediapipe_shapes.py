"""MediaPipe's own blendshapes, where the face model that is opened holds their network.

The official `face_landmarker.task` does; the one assembled here does not.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from mediapipe.tasks.python.components.containers.category import Category
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from agent.core.face_shapes import ARKIT_NAMES

MEMBER: Final = "face_blendshapes.tflite"
"""Of the bundle, by the name under which MediaPipe itself looks for it."""
NEVER_TOLD: Final = frozenset({"tongueOut"})
"""MediaPipe's 52 are 51 of ARKit's and `_neutral`."""


def holds_shapes(bundle: str | Path) -> bool:
    """Whether the `.task` file has the network; False for what is no bundle at all."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            return MEMBER in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def in_order(told: Sequence[Category]) -> NDArray[np.float64]:
    """(52,) 0..1 in the order of `ARKIT_NAMES`, of one face; NaN: it never tells that one.

    Raises `BackendUnavailableError` where any other name is missing.
    """
    scores = {one.category_name: one.score for one in told}
    missing = [name for name in ARKIT_NAMES if name not in scores and name not in NEVER_TOLD]
    if missing:
        raise BackendUnavailableError(
            f"faces: the model's {MEMBER} does not tell {', '.join(missing)}; this is not "
            "MediaPipe's own: delete face_landmarker.task and run `foyer models pull`"
        )
    return np.array([scores.get(name, np.nan) for name in ARKIT_NAMES], np.float64)
