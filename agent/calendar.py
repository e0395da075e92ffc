"""Keeps date and hour right for months: takes on a system clock that was set, between encounters.

Machines come up with a wrong clock and are put right by the network minutes later; laptops sleep,
and the monotonic clock with them. Opening hours, greetings, the visit book and quiet hours would be
wrong until the next restart. A visit that goes on is finished on the calendar it began with.
"""

import logging
from collections.abc import Callable
from typing import Final

from agent.core.clock import Clock, WallTime
from agent.core.messages import ComponentHealth, Health

_LOOK_EVERY_S: Final = 5.0
_SET_S: Final = 1.0
"""Less is drift, which the next look finds again once it has grown."""
_PATIENCE_S: Final = 900.0
"""Where one visit follows the other without a break, it is taken on in a pause of the talk."""

_log = logging.getLogger(__name__)


class Calendar:
    """Compares the calendar that is carried with the system's."""

    name = "agent.calendar"

    def __init__(
        self,
        *,
        wall: WallTime,
        served: Callable[[], bool],
        quiet: Callable[[], bool],
        publish: Callable[[ComponentHealth], None],
        clock: Clock,
    ) -> None:
        """`served`: an encounter goes on. `quiet`: nobody has the floor just now."""
        self._wall = wall
        self._served = served
        self._quiet = quiet
        self._publish = publish
        self._clock = clock
        self._since: float | None = None
        """Since when a changed clock waits to be taken on."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look(self._clock.now())
            await self._clock.sleep_until(self._clock.now() + _LOOK_EVERY_S)

    def look(self, now: float) -> None:
        """Take on what was set, if this is the moment."""
        by_s = self._wall.behind_s()
        if abs(by_s) < _SET_S:
            if self._since is not None:
                self._tell(now, Health.RUNNING, "the machine's clock is as it was")
            self._since = None
            return
        waits_long = self._since is not None and now - self._since >= _PATIENCE_S
        if not self._served() or (waits_long and self._quiet()):
            self._wall.renew()
            self._since = None
            _log.warning("the machine's clock was set", extra={"by_s": round(by_s, 1)})
            self._tell(now, Health.RUNNING, f"the machine's clock was set {_said(by_s)}: taken on")
        elif self._since is None:
            self._since = now
            what = f"the machine's clock was set {_said(by_s)}; taken on when this visit is over"
            self._tell(now, Health.DEGRADED, what)

    def _tell(self, now: float, health: Health, detail: str) -> None:
        self._publish(ComponentHealth(at=now, component=self.name, health=health, detail=detail))


def _said(by_s: float) -> str:
    """A span as people say it: `forward by 8:05:00 h`."""
    seconds = round(abs(by_s))
    hours, minutes = divmod(seconds // 60, 60)
    return f"{'forward' if by_s > 0 else 'back'} by {hours}:{minutes:02}:{seconds % 60:02} h"
