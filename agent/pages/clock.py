"""How a page's clock relates to the agent's, from pings.

Each echo bounds the truth: the page wrote its time somewhere between the ping's departure and
the echo's arrival, so the middle is wrong by at most half the round trip. That bound grows with
age, because quartz drifts; the sample with the tightest bound now is the one believed. Slow round
trips thus never disturb the estimate, and drift is followed.
"""

from collections import deque
from dataclasses import dataclass

DRIFT = 100e-6
"""By how much two clocks may run apart, seconds a second."""
KEPT = 32
JUMP_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    at: float
    offset_s: float
    half_trip_s: float

    def bound_s(self, now: float) -> float:
        return self.half_trip_s + DRIFT * max(0.0, now - self.at)


class PageClock:
    """Maps a page's seconds to the agent's. Pure: all times are arguments."""

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque(maxlen=KEPT)
        self._best: _Sample | None = None

    def pong(self, *, sent_at: float, received_at: float, client_s: float) -> None:
        """Take in one echo. A page whose clock jumped (the machine slept) is believed anew."""
        half = max(0.0, (received_at - sent_at) / 2)
        sample = _Sample(
            at=received_at, offset_s=(sent_at + received_at) / 2 - client_s, half_trip_s=half
        )
        if self._best is not None:
            apart = abs(sample.offset_s - self._best.offset_s)
            if apart > sample.bound_s(received_at) + self._best.bound_s(received_at) + JUMP_S:
                self._samples.clear()
        self._samples.append(sample)
        self._best = min(self._samples, key=lambda s: s.bound_s(received_at))

    @property
    def offset_s(self) -> float | None:
        """Add this to the page's seconds to get the agent's; None before the first echo."""
        return None if self._best is None else self._best.offset_s

    @property
    def round_trip_s(self) -> float | None:
        """Round trip of the believed sample."""
        return None if self._best is None else 2 * self._best.half_trip_s

    def at(self, client_s: float) -> float | None:
        """The page's moment on the agent's axis; None before the first echo."""
        return None if self._best is None else client_s + self._best.offset_s
