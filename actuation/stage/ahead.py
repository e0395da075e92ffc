"""What was sent ahead of time to the bodies, and from where it goes on."""

import math
from collections.abc import Callable

from actuation.motion import FRAME_RATE_HZ, Cut, StageItem


class Ahead:
    """One stream of frames and sound in generations: a new one replaces what was not yet shown."""

    def __init__(self, send: Callable[[StageItem], None], *, start: float, generation: int) -> None:
        """`start`: stage time of the first frame. `generation`: where an earlier one left off."""
        self.send = send
        self.generation = generation
        """Of what is being sent now."""
        self.frame = math.ceil(start * FRAME_RATE_HZ)
        """Index of the next frame."""

    @property
    def at(self) -> float:
        """Stage time of the next frame: what is scheduled from here on will be seen."""
        return self.frame / FRAME_RATE_HZ

    def rewind(self, now: float, *, gestures_end: bool = False) -> None:
        """What was sent ahead is dropped, and made again from now on."""
        self.generation += 1
        self.frame = _frame_at(now)
        self.send(Cut(generation=self.generation, at=now, gestures_end=gestures_end))

    def skip_to(self, now: float) -> None:
        """Frames whose time has passed are made no more."""
        self.frame = max(self.frame, _frame_at(now))

    def missing(self, horizon: float) -> int:
        """How many frames are to be made up to stage time `horizon`; 0 when all are there."""
        return max(math.floor(horizon * FRAME_RATE_HZ) - self.frame + 1, 0)


def _frame_at(now: float) -> int:
    return math.ceil(now * FRAME_RATE_HZ - 1e-6)
