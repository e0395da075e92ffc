"""What a head and a face do over time: nods, shakes, blinks, brief movements. Pure.

A nod or a shake is two quick swings of the head, one each way, about one axis more than about the
other. A blink is both lids gone more than a third of their way and back within 0.45 s. Brief
movements are told by `brief.py`.
"""

import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class MovementKind(StrEnum):
    """What moved."""

    NOD = "nod"
    SHAKE = "shake"
    BLINK = "blink"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement that has ended. Seconds on the pictures' axis."""

    kind: MovementKind
    begin_s: float
    end_s: float
    unit: int | None = None
    """Number of the action unit of a brief movement."""
    size: float = 0.0
    """Radians of the larger swing; share of the lid's way; of a brief movement how sure it is."""


SWING_RAD: Final = math.radians(5.0)
SWING_S: Final = (0.08, 0.5)
"""A quicker swing is the detector's, a slower one looks somewhere."""
SWINGS: Final = 2
AXIS_RATIO: Final = 1.3
AGAIN_S: Final = 0.8
SHUT: Final = 0.65
"""Of the lids' usual distance."""
BLINK_S: Final = 0.45


class _Swings:
    """Turning points of one angle."""

    def __init__(self) -> None:
        self._way = 0
        self._extreme: tuple[float, float] | None = None
        self._start: tuple[float, float] | None = None
        self.done: deque[tuple[float, float, float]] = deque(maxlen=4)
        """Begin, end, size of the last swings that were large and quick enough."""

    def take(self, at: float, angle: float) -> None:
        """The next value."""
        if self._extreme is None or self._start is None:
            self._extreme = self._start = (at, angle)
            return
        off = angle - self._extreme[1]
        if self._way * off >= 0 and self._way:
            self._extreme = (at, angle)
        elif abs(off) > SWING_RAD / 3 or not self._way:
            self._turned()
            self._start, self._extreme = self._extreme, (at, angle)
            self._way = 1 if off > 0 else -1 if off < 0 else self._way
            return
        # A swing counts as soon as it is large enough, not only when it has turned.
        size = abs(self._extreme[1] - self._start[1])
        if size >= SWING_RAD and self._extreme[0] == at:
            self._note(self._start[0], at, size)

    def _turned(self) -> None:
        if self._start is None or self._extreme is None:
            return
        size = abs(self._extreme[1] - self._start[1])
        if size >= SWING_RAD:
            self._note(self._start[0], self._extreme[0], size)

    def _note(self, begin: float, end: float, size: float) -> None:
        if self.done and self.done[-1][0] == begin:
            self.done.pop()
        if SWING_S[0] <= end - begin <= SWING_S[1]:
            self.done.append((begin, end, size))

    def burst(self, at: float) -> tuple[float, float] | None:
        """Begin and size of `SWINGS` swings in a row that have just ended."""
        if len(self.done) < SWINGS:
            return None
        last = list(self.done)[-SWINGS:]
        joined = all(b[0] - a[1] < 0.15 for a, b in zip(last, last[1:], strict=False))
        fresh = at - last[-1][1] < 0.1
        return (last[0][0], max(s[2] for s in last)) if joined and fresh else None


class Movements:
    """Of one face. Times rise; a gap of a second begins anew."""

    def __init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._pitch, self._yaw = _Swings(), _Swings()
        self._told_at = -math.inf
        self._shut_at: float | None = None
        self._least = 1.0
        self._last = -math.inf

    def take(self, at: float, angles: Floats, lids: float) -> list[Movement]:
        """What has just ended. `lids`: distance against the usual."""
        if at - self._last > 1.0:
            self._begin_anew()
        self._last = at
        self._yaw.take(at, float(angles[0]))
        self._pitch.take(at, float(angles[1]))
        return self._head(at) + self._blink(at, lids)

    def _head(self, at: float) -> list[Movement]:
        if at - self._told_at < AGAIN_S:
            return []
        nod, shake = self._pitch.burst(at), self._yaw.burst(at)
        sizes = nod[1] if nod else 0.0, shake[1] if shake else 0.0
        if nod and sizes[0] > AXIS_RATIO * sizes[1]:
            kind, begin, size = MovementKind.NOD, *nod
        elif shake and sizes[1] > AXIS_RATIO * sizes[0]:
            kind, begin, size = MovementKind.SHAKE, *shake
        else:
            return []
        self._told_at = at
        return [Movement(kind=kind, begin_s=begin, end_s=at, size=size)]

    def _blink(self, at: float, lids: float) -> list[Movement]:
        if lids < SHUT:
            self._least = min(lids, self._least if self._shut_at is not None else 1.0)
            self._shut_at = at if self._shut_at is None else self._shut_at
            return []
        begin, self._shut_at = self._shut_at, None
        if begin is None or at - begin > BLINK_S:
            return []
        return [
            Movement(kind=MovementKind.BLINK, begin_s=begin, end_s=at, size=1 - max(self._least, 0))
        ]
