"""Hears the commands that come over a link, and keeps hearing stops while others shout.

When more comes than anybody could mean, it listens for emergency stops alone for a while: the
broker then keeps the rest back, and neither this agent nor a stop has to wade through it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from paho.mqtt.subscribeoptions import SubscribeOptions

from actuation.bodies.rate_limit import RateLimit
from actuation.embodiments.mqtt_commands import Gate
from actuation.embodiments.mqtt_link import Link, leave_if_cancelled
from agent.core.clock import Clock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import CommandRefused, Message

_FLOOD_PER_S: Final = 50.0
_FLOOD_AT_ONCE: Final = 200.0
_DEAF_S: Final = 10.0


class Hearing:
    """The ear of one body; it outlives its links."""

    def __init__(
        self,
        *,
        topic: str,
        source: str,
        gate: Gate,
        publish: Callable[[Message], None],
        clock: Clock,
        wall: WallTime,
    ) -> None:
        """`topic`: what command topics begin with, without the last slash."""
        self._topic = topic
        self._source = source
        self._gate = gate
        self._publish = publish
        self._clock = clock
        self._wall = wall
        self._flood = RateLimit(_FLOOD_PER_S, _FLOOD_AT_ONCE)
        self._flooded = asyncio.Event()
        self._stop_waits = asyncio.Event()

    async def begin(self, link: Link) -> None:
        """Ask the broker for commands; raise `BackendUnavailableError` where it refuses."""
        if not await self._subscribe(link, "#"):
            raise BackendUnavailableError(
                f"mqtt: the broker does not let this agent read {self._topic}/#, so no emergency"
                " stop would be heard; let its user read there"
            )
        self._flooded.clear()

    async def hear(self, link: Link) -> None:
        """Publish what commands mean, until the link breaks."""
        async for message in link.messages:
            now = self._clock.now()
            self._wall.renew()  # a clock set meanwhile makes no command old
            if not self._flood.allows(now):
                self._flooded.set()
            meaning = self._gate.take(
                str(message.topic),
                message.payload if isinstance(message.payload, bytes) else b"",
                retained=message.retain,
                now=now,
                unix_s=self._wall.unix_s(now),
            )
            if meaning is not None:
                self._publish(meaning)
            if self._gate.stop_waits is not None:
                self._stop_waits.set()

    async def keep_calm(self, link: Link) -> None:
        """In a flood listen for stops alone, and to all again after a while."""
        while True:
            await self._flooded.wait()
            await self._subscribe(link, "emergency_stop")
            await link.unsubscribe(f"{self._topic}/#")
            leave_if_cancelled()
            because = f"a flood of commands: for {_DEAF_S:g} s only emergency stops are heard"
            at = self._clock.now()
            self._publish(CommandRefused(at=at, source=self._source, because=because))
            await self._clock.sleep_until(at + _DEAF_S)
            await self._subscribe(link, "#")
            await link.unsubscribe(f"{self._topic}/emergency_stop")
            leave_if_cancelled()
            self._flooded.clear()

    async def obey_waiting_stops(self) -> None:
        """Publish a stop that had to wait for its turn."""
        while True:
            await self._stop_waits.wait()
            self._stop_waits.clear()
            if (waiting := self._gate.stop_waits) is not None:
                await self._clock.sleep_until(waiting[0])
                if (stop := self._gate.take_waiting_stop()) is not None:
                    self._publish(stop)

    async def _subscribe(self, link: Link, which: str) -> bool:
        # What was retained there is from another day.
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        codes = await link.listen_to(f"{self._topic}/{which}", options=options)
        leave_if_cancelled()
        return not any(getattr(code, "is_failure", False) for code in codes)
