"""What comes from the robot over rosbridge: where its joints are, and the emergency topic.

Whatever else comes is refused and told; it cannot move anything. The emergency topic comes over a
link of its own. Should even that be flooded, a stop would come late: that counts as one.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp
import numpy as np

from actuation.bodies.allowance import Allowance
from actuation.bodies.ros_config import RosConfig
from actuation.embodiments.ros_trajectory import Floats, read_bool, read_op, read_positions
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import CommandRefused, EmergencyRelease, EmergencyStop, Message

_log = logging.getLogger(__name__)
_SOURCE: Final = "ros"
_FRESH_S: Final = 0.5
"""Older positions are not believed."""
_STOP_AGAIN_S: Final = 0.2
_IN_A_ROW: Final = 32
_MOST_PER_S: Final = 500.0
"""Of the emergency topic: ten times what a button that repeats itself sends."""


class RosSenses:
    """Reads one link after another."""

    def __init__(
        self, *, config: RosConfig, clock: Clock, publish: Callable[[Message], None]
    ) -> None:
        self.halted = False
        """An emergency stop holds; the body says so."""
        self.refused = 0
        self._config = config
        self._clock = clock
        self._publish = publish
        self._names = tuple(joint.name for joint in config.joints)
        self._angles: dict[str, tuple[float, float]] = {}
        """When, and at what angle."""
        self._pressed = False
        self._stopped_at = float("-inf")
        self._told = Allowance(per_s=1.0, at_once=5)
        self._presses = Allowance(per_s=_MOST_PER_S, at_once=round(_MOST_PER_S))

    def forget(self) -> None:
        """A new link: nothing is known of the robot behind it."""
        self._angles.clear()

    def position(self, now: float) -> Floats | None:
        """(n,) radians where the robot is; None when not all joints have been told lately."""
        told = [self._angles.get(name, (float("-inf"), 0.0)) for name in self._names]
        if not told or any(now - at > _FRESH_S for at, _ in told):
            return None
        return np.array([angle for _, angle in told])

    def missing(self) -> tuple[str, ...]:
        """Joints that were never told."""
        return tuple(name for name in self._names if name not in self._angles)

    async def listen(self, link: aiohttp.ClientWebSocketResponse) -> None:
        """Read where the robot is, until the link ends."""
        await self._read(link, self.hear)

    async def listen_for_stops(self, link: aiohttp.ClientWebSocketResponse) -> None:
        """Read the emergency topic, until its link ends."""
        await self._read(link, self.hear_press)

    async def _read(
        self, link: aiohttp.ClientWebSocketResponse, hear: Callable[[str], None]
    ) -> None:
        count = 0
        async for said in link:
            if said.type is aiohttp.WSMsgType.TEXT:
                hear(said.data)
            else:
                self._refuse("not text")
            count += 1
            if count % _IN_A_ROW == 0:  # a flood must not keep the loop from sending a halt
                await asyncio.sleep(0)
        if isinstance(fault := link.exception(), aiohttp.WebSocketError):
            self._refuse(str(fault))

    def hear_press(self, text: str) -> None:
        """Take one message of the emergency topic's link. Never fails."""
        if not self._presses.take(self._clock.now()):
            self._refuse("a flood on the emergency topic")
            self._stop(f"{self._config.emergency_topic} is flooded: a stop would come late")
            return
        self.hear(text)

    def hear(self, text: str) -> None:
        """Take one message of the server. Never fails."""
        try:
            op = read_op(text)
            if op["op"] == "publish" and op.get("topic") == self._config.emergency_topic:
                self._press(read_bool(op.get("msg")))
            elif op["op"] == "publish" and op.get("topic") == self._config.state_topic:
                now = self._clock.now()
                angles = read_positions(op.get("msg"), self._names)
                self._angles |= {name: (now, angle) for name, angle in angles.items()}
            elif op["op"] == "status":
                said = str(op.get("msg"))[:200]
                _log.warning("rosbridge complains", extra={"said": said})
            else:
                self._refuse(f"nobody asked for {str(op.get('topic') or op['op'])[:60]!r}")
        except BadInputError as error:
            self._refuse(str(error))

    def _press(self, pressed: bool) -> None:
        """The emergency topic: true stops, each time; false after true may release."""
        if pressed:
            self._stop(f"{self._config.emergency_topic} is true")
        elif self._pressed:
            if self._config.may_release:
                self._stopped_at = float("-inf")
                self._publish(EmergencyRelease(at=self._clock.now(), source=_SOURCE))
            else:
                self._refuse("false on the emergency topic releases only with may_release")
        self._pressed = pressed

    def _stop(self, because: str) -> None:
        now = self._clock.now()
        if not self.halted and now - self._stopped_at >= _STOP_AGAIN_S:
            self._stopped_at = now
            self._publish(EmergencyStop(at=now, source=_SOURCE, because=because))

    def _refuse(self, because: str) -> None:
        self.refused += 1
        now = self._clock.now()
        if self._told.take(now):
            self._publish(CommandRefused(at=now, source=_SOURCE, because=because))
