"""What a machine does when its frames stop coming: hold, then rest. Pure.

A screen may freeze; a robot that keeps its last speed may hit someone. Every body that can push
somebody asks this once a tick.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOLD_AFTER_S: Final = 0.2
REST_AFTER_S: Final = 1.0


class Pace(StrEnum):
    """What to do now."""

    FOLLOW = "follow"
    HOLD = "hold"
    REST = "rest"


@dataclass(slots=True)
class Deadline:
    """Watches the frames of one body. `due` is the stage time of the newest frame there is."""

    hold_after_s: float = HOLD_AFTER_S
    rest_after_s: float = REST_AFTER_S
    halted: bool = False
    _newest_at: float = float("-inf")

    def frame(self, due: float) -> None:
        """A frame for stage time `due` came in."""
        self._newest_at = max(self._newest_at, due)

    def cut(self, at: float) -> None:
        """Frames after `at` were dropped."""
        self._newest_at = min(self._newest_at, at)

    def pace(self, now: float) -> Pace:
        """Follow the frames, hold still, or go to rest."""
        if self.halted:
            return Pace.HOLD
        late_s = now - self._newest_at
        if late_s > self.rest_after_s:
            return Pace.REST
        return Pace.HOLD if late_s > self.hold_after_s else Pace.FOLLOW
