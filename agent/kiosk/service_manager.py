"""Tells systemd that the agent is ready, alive, and about to stop. Does nothing without systemd.

A service of `Type=notify` with `WatchdogSec=` is killed and started again when it stops saying that
it is alive. That is said from the event loop, and only while all essential parts run: so a loop
that hangs, or a part that does not come back, is cured from outside. One datagram of text each, as
sd_notify(3) describes; sockets of the file system and abstract ones (`@name`).
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, MutableMapping, Sequence
from typing import Final

from agent.core.clock import Clock

_log = logging.getLogger(__name__)
_SHARE: Final = 3
"""So many signs of life within the time after which systemd gives up."""
_AT_MOST_S: Final = 10.0
_VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class ServiceManager:
    """The agent's side of systemd's notifications."""

    name = "agent.service"

    def __init__(
        self,
        *,
        address: str,
        alive_within_s: float | None,
        started: asyncio.Event | None,
        ailing: Callable[[], Sequence[str]],
        clock: Clock,
    ) -> None:
        """`address`: the manager's socket. `alive_within_s`: it gives up after; None: never.

        `started`: set when visitors can be served. `ailing`: essential parts that do not run now.
        """
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._every_s = min(_AT_MOST_S, (alive_within_s or _AT_MOST_S * _SHARE) / _SHARE)
        self._watched = alive_within_s is not None
        self._started = started
        self._ailing = ailing
        self._clock = clock
        self._unheard = False

    async def run(self) -> None:
        """Tell until cancelled, and then that it stops."""
        try:
            if self._started is not None:
                await self._started.wait()
            self._tell("READY=1")
            before: Sequence[str] = ()
            while True:
                ailing = self._ailing()
                if self._watched and not ailing:
                    self._tell("WATCHDOG=1")
                if ailing != before:
                    self._tell(f"STATUS=without {', '.join(ailing)}" if ailing else "STATUS=")
                before = ailing
                await self._clock.sleep_until(self._clock.now() + self._every_s)
        finally:
            self._tell("STOPPING=1")

    def _tell(self, what: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
                way.setblocking(False)
                way.sendto(what.encode(), self._address)
        except OSError as fault:
            if not self._unheard:
                _log.warning("systemd does not hear this", extra={"fault": fault.strerror})
            self._unheard = True


def service_manager(
    environment: MutableMapping[str, str],
    *,
    started: asyncio.Event | None,
    ailing: Callable[[], Sequence[str]],
    clock: Clock,
) -> ServiceManager | None:
    """The link to systemd, if it is there. What it set is taken out: children are not meant."""
    address, within_us, pid = (environment.pop(name, "") for name in _VARIABLES)
    if not address.startswith(("/", "@")):
        return None
    mine = not pid or pid == str(os.getpid())
    watched = within_us.isdecimal() and int(within_us) > 0 and mine
    return ServiceManager(
        address=address,
        alive_within_s=int(within_us) / 1e6 if watched else None,
        started=started,
        ailing=ailing,
        clock=clock,
    )
