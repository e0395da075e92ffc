"""An operator's face as a puppet's, picture by picture, without knowing what comes. Pure.

The usual face is the middle of what was seen in the last 15 s, a sample each fifth of a second.
The first look counts as several: so a smile of some seconds does not become the usual face. What
trembles is calmed within a picture or two.
"""

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.distances import PuppetFrame, eyes_from, measured, shapes_from
from perception.faces.frame import Frame, head_angles, stabilised

Floats = NDArray[np.float64]

USUAL_EVERY_S: Final = 0.2
USUAL_LOOKS: Final = 75
FIRST_COUNTS: Final = 20
CALM_S: Final = 0.05
LOST_S: Final = 1.0
"""After so long without a face what was calmed is forgotten."""


class LivePuppet:
    """Of one face."""

    def __init__(self, frame: Frame) -> None:
        """`frame`: how head motion is taken out (`network.load().frame`)."""
        self._frame = frame
        self._usual: deque[dict[str, Floats]] = deque(maxlen=USUAL_LOOKS)
        self._usual_at = -math.inf
        self._calm: dict[str, Floats] = {}
        self._at = -math.inf
        self._began: float | None = None

    def take(self, at: float, points: Floats) -> PuppetFrame | None:
        """(478, 3) points right, up, out in pixels; None for what is no face, or comes late."""
        if points.shape != (478, 3) or not np.isfinite(points).all() or at <= self._at:
            return None
        if float(np.ptp(points)) < 1:
            return None
        standing, face = stabilised(points, self._frame)
        now = {name: value[0] for name, value in measured(face[None]).items()}
        now["head"] = head_angles(standing, self._frame)
        now = self._calmed(at, now)
        if at - self._usual_at >= USUAL_EVERY_S:
            self._usual_at = at
            self._usual.extend([now] * (1 if self._usual else FIRST_COUNTS))
        usual = {
            name: np.asarray(np.median([one[name] for one in self._usual], axis=0)) for name in now
        }
        self._began = at if self._began is None else self._began
        head = now["head"] - usual["head"]
        return PuppetFrame(
            at_s=at - self._began,
            shapes=shapes_from(now, usual),
            head=(float(head[0]), float(head[1]), float(head[2])),
            eyes=eyes_from(now["iris"] - usual["iris"]),
        )

    def _calmed(self, at: float, now: dict[str, Floats]) -> dict[str, Floats]:
        step, self._at = at - self._at, at
        if not self._calm or step > LOST_S:
            self._calm = now
        share = 1 - math.exp(-step / CALM_S)
        self._calm = {
            name: np.asarray(old + share * (now[name] - old)) for name, old in self._calm.items()
        }
        return self._calm
