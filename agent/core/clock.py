"""Time as the agent sees it: one monotonic axis, in seconds, shared by stamps and sleeps."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """The only source of time. Code that needs the moment is handed one of these."""

    def now(self) -> float:
        """Seconds on the agent's monotonic axis. Callable from any thread."""
        ...

    async def sleep_until(self, when: float) -> None:
        """Return once `now()` has reached `when`; at once if it already has."""
        ...


class LoopClock:
    """The event loop's own clock, so message stamps, sleeps and timeouts agree.

    A test that runs on a virtual-time loop needs no other patch.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Seconds on the loop's monotonic axis."""
        return self._loop.time()

    async def sleep_until(self, when: float) -> None:
        """Sleep on the loop until `when`."""
        await asyncio.sleep(max(0.0, when - self.now()))


class WallTime:
    """Where the monotonic axis lies on the calendar, for visit books, opening hours, files.

    Taken once and carried by the monotonic clock, so a jump of the system clock during an
    encounter moves nothing. Renewed by `renew()` between encounters (`agent.calendar`).
    """

    def __init__(
        self,
        clock: Clock,
        offset_s: float | None = None,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        """`offset_s`: Unix time of moment 0 of an axis of another day, as in a recording.

        `calendar`: the system's, Unix seconds.
        """
        self._clock = clock
        self._fixed_s = offset_s
        self._calendar = calendar
        self._offset_s = 0.0
        self.renew()

    def renew(self) -> None:
        """Read the system calendar again."""
        now_s = self._calendar() - self._clock.now()
        self._offset_s = now_s if self._fixed_s is None else self._fixed_s

    def behind_s(self) -> float:
        """By how much the system calendar was set forward since; negative: back. Seconds."""
        if self._fixed_s is not None:
            return 0.0
        return self._calendar() - self.unix_s(self._clock.now())

    def unix_s(self, at: float) -> float:
        """Unix time, seconds, of the moment `at` on the agent's axis."""
        return at + self._offset_s
