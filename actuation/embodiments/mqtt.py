"""The agent on a message broker: others read what it does, and may stop it. MQTT 5.

Below `<prefix>/<agent>/`: events (`act`, `act_finished`, `engagement`, `command_refused`) at
QoS 1 through an outbox, so that a broker may go and come back; retained `state`, `health` and
`availability` (`online`, or `offline` by last will); `command/NAME` comes in, see
`actuation.embodiments.mqtt_commands`. It shows nothing itself: no joints, no face, no voice.

A broker that is away is no fault of this body: it calls again with growing pauses and reads the
agent's traffic on, so that what happens meanwhile waits in order.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterable, Callable
from typing import Any, Final

import aiomqtt

from actuation.bodies.configs import MqttConfig
from actuation.bodies.frame_queue import FrameQueue
from actuation.embodiments.mqtt_commands import Gate
from actuation.embodiments.mqtt_event import Event
from actuation.embodiments.mqtt_facts import Telling
from actuation.embodiments.mqtt_hearing import Hearing
from actuation.embodiments.mqtt_link import (
    Link,
    leave_if_cancelled,
    message_properties,
    open_link,
    plain_reason,
    secret_of,
    send,
)
from actuation.embodiments.mqtt_outbox import Outbox, as_json
from actuation.motion import BodyDescription, Cut, FrameChunk, Halt, Release, StageItem
from agent.core.clock import Clock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, Message

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 8
"""Events on the way at the same time; brokers confirm twenty and more."""
_STATES_APART_S: Final = 0.1
_HEALTH_EVERY_S: Final = 30.0
_GOODBYE_WITHIN_S: Final = 0.6
_CANNOT: Final = (
    "It shows nothing and says nothing: it tells others what the agent does.",
    "Frames are not sent, but for a slow pose where pose_hz asks for it.",
)
_FORGETS: Final = "Without outbox_file a restart forgets the events that wait for the broker."


class MqttBody:
    """Tells a broker's readers what the agent does, and hears their commands."""

    def __init__(
        self,
        *,
        config: MqttConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        self._short_name = config.name or "mqtt"
        self.name = f"actuation.body.{self._short_name}"
        self._config = config
        self._topic = f"{config.prefix}/{config.agent}"
        self._clock = clock
        self._wall = WallTime(clock)
        self._publish = publish
        self._traffic = traffic
        self._telling = Telling(
            words=config.words,
            host_names=config.host_names,
            unix_s=self._wall.unix_s,
            source=self._short_name,
        )
        self._gate = Gate(
            topic=f"{self._topic}/command",
            source=self._short_name,
            unsigned_stop=config.unsigned_stop,
            largest_bytes=config.command_bytes,
            max_age_s=config.command_max_age_s,
            per_s=config.commands_per_s,
        )
        self._hearing = Hearing(
            topic=f"{self._topic}/command",
            source=self._short_name,
            gate=self._gate,
            publish=publish,
            clock=clock,
            wall=self._wall,
        )
        # Both outlive a restart of `run`, so that nothing is lost by it.
        self.outbox = Outbox(
            session=secrets.token_hex(4), capacity=config.outbox, unsure_s=config.unsure_s
        )
        self._outbox_fault = ""
        self._frames = FrameQueue()
        self._halted = False
        self._health = Health.STARTING
        self._why = "mqtt: not connected yet"
        self._linked_at: float | None = None
        self._links = 0
        self._news = asyncio.Event()
        self._changed = asyncio.Event()

    def describe(self) -> BodyDescription:
        """It has no limbs."""
        forgets = () if self._config.outbox_file else (_FORGETS,)
        return BodyDescription(name=self._short_name, cannot=(*_CANNOT, *forgets))

    async def connect(self) -> None:
        """Raise `BackendUnavailableError` when the broker could not be reached."""
        if self._health is Health.DEGRADED:
            raise BackendUnavailableError(self._why)

    def apply(self, item: StageItem) -> None:
        """Take note of a halt, and of frames where a pose is wanted."""
        match item:
            case FrameChunk() if self._config.pose_hz:
                self._frames.push(item)
            case Cut():
                self._frames.cut(item, self._clock.now())
            case Halt():
                self._halted = True
                self._telling.emergency(item.because or "emergency")
                self._changed.set()
            case Release():
                self._halted = False
                self._telling.emergency("")
                self._changed.set()

    async def rest(self) -> None:
        """Nothing to let go of: the link is closed by the end of `run`."""

    def health(self) -> Health:
        """Whether the broker is there and takes what it is given."""
        return self._health

    async def run(self) -> None:
        """Tell and hear until cancelled; then say that the agent is gone."""
        self._open_outbox()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read_traffic())
            group.create_task(self._hearing.obey_waiting_stops())
            group.create_task(self._stay_linked())

    def _open_outbox(self) -> None:
        if (path := self._config.outbox_file) is not None:
            says = int(self._config.words) + int(self._config.words and self._config.host_names)
            self.outbox.open_file(path, says=says)
        self._tell_of_outbox()

    def _tell_of_outbox(self) -> None:
        """Events that should wait in a file wait in memory only: say so, once."""
        fault = self.outbox.fault
        if fault == self._outbox_fault:
            return
        self._outbox_fault = fault
        part, at = f"{self.name}.outbox", self._clock.now()
        why = f"mqtt: outbox_file: {fault}; events wait in memory only: free it or name another"
        self._publish(ComponentHealth(at=at, component=part, health=Health.DEGRADED, detail=why))

    async def _read_traffic(self) -> None:
        async for message in self._traffic:
            if (event := self._telling.event(message)) is not None:
                self.outbox.put(*event)
                self._tell_of_outbox()
                self._news.set()
            elif self._telling.note(message):
                self._changed.set()

    async def _stay_linked(self) -> None:
        delay_s = self._config.first_delay_s
        while True:
            self._linked_at = None
            # In a task of its own: Python 3.11 lets a task whose group has failed go on as if it
            # were being cancelled.
            async with asyncio.TaskGroup() as group:
                link = group.create_task(self._one_link())
            why = link.result()
            self.outbox.broke(self._clock.now())
            self._say(Health.DEGRADED, why)
            lasted_s = 0.0 if self._linked_at is None else self._clock.now() - self._linked_at
            if lasted_s > self._config.longest_delay_s / 3:
                delay_s = self._config.first_delay_s
            self._linked_at = None
            await self._clock.sleep_until(self._clock.now() + delay_s)
            delay_s = min(2 * delay_s, self._config.longest_delay_s)

    async def _one_link(self) -> str:
        """Serve one connection to its end; return why it ended."""
        try:
            secret = await asyncio.to_thread(secret_of, self._config.secret_from, "secret_from")
            self._gate.secret = secret.encode() if secret is not None else None
            async with open_link(self._config) as link:
                await self._serve(link)
        except* (aiomqtt.MqttError, OSError, BackendUnavailableError) as faults:
            fault: BaseException = faults
            while isinstance(fault, BaseExceptionGroup):
                fault = fault.exceptions[0]
            why = plain_reason(fault, self._config, was_there=self._linked_at is not None)
        return why

    async def _serve(self, link: Link) -> None:
        await self._hearing.begin(link)
        await link.publish(f"{self._topic}/availability", b"online", qos=1, retain=True)
        leave_if_cancelled()
        self._wall.renew()
        self._linked_at = self._clock.now()
        self._links += 1
        self._say(Health.RUNNING, "")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hearing.hear(link))
                group.create_task(self._hearing.keep_calm(link))
                group.create_task(self._send_events(link))
                group.create_task(self._send_states(link))
                group.create_task(self._send_health(link))
                if self._config.pose_hz:
                    group.create_task(self._send_poses(link))
        except asyncio.CancelledError:
            # In a task that is not cancelled: its time limits work.
            async with asyncio.TaskGroup() as group:
                group.create_task(self._say_goodbye(link))
            raise

    async def _send_events(self, link: Link) -> None:
        while True:
            batch = self.outbox.head(_AT_ONCE)
            if not batch:
                self._news.clear()
                await self._news.wait()
                continue
            await self._send_batch(link, batch)

    async def _send_batch(self, link: Link, batch: tuple[Event, ...]) -> None:
        """Send these in order. One confirmed after a lost one was read after it, too."""

        async def deliver(event: Event) -> None:
            await send(link, self._topic, event, again=self.outbox.sending(event))
            self.outbox.confirm(event, self._clock.now())

        async with asyncio.TaskGroup() as group:
            for event in batch:
                group.create_task(deliver(event))
        if link.refusal and self._health is Health.RUNNING:
            self._say(
                Health.DEGRADED,
                f"mqtt: the broker does not take what this agent says: {link.refusal};"
                f" let its user write {self._topic}/#",
            )

    async def _send_states(self, link: Link) -> None:
        while True:
            self._changed.clear()
            await self._retain(link, "state", self._telling.state(self._clock.now()))
            await self._retain(link, "health", self._health_now(link))
            await self._clock.sleep_until(self._clock.now() + _STATES_APART_S)
            await self._changed.wait()

    async def _send_health(self, link: Link) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + _HEALTH_EVERY_S)
            await self._retain(link, "health", self._health_now(link))

    def _health_now(self, link: Link) -> dict[str, Any]:
        about_link = {
            "links": self._links,
            "waiting": len(self.outbox),
            "confirmed": self.outbox.confirmed,
            "resent": self.outbox.resent,
            "dropped": self.outbox.dropped,
            "refused_by_broker": link.refused,
            "commands_refused": self._gate.refused,
        }
        return self._telling.health(self._clock.now(), about_link)

    async def _retain(self, link: Link, topic: str, facts: dict[str, Any]) -> None:
        await link.publish(
            f"{self._topic}/{topic}",
            as_json(facts),
            qos=1,
            retain=True,
            properties=message_properties(again=False),
        )
        leave_if_cancelled()

    async def _send_poses(self, link: Link) -> None:
        while True:
            now = self._clock.now()
            await self._clock.sleep_until(now + 1 / self._config.pose_hz)
            frame = self._frames.at(self._clock.now())
            if frame is not None and not self._halted:
                await link.publish(f"{self._topic}/pose", as_json(self._telling.pose(frame)))

    async def _say_goodbye(self, link: Link) -> None:
        """Send what still waits, then be gone on purpose: no last will says it for us."""
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError, ExceptionGroup):
            async with asyncio.timeout(_GOODBYE_WITHIN_S):
                while batch := self.outbox.head(_AT_ONCE):
                    await self._send_batch(link, batch)
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_WITHIN_S):
                await link.publish(f"{self._topic}/availability", b"offline", qos=1, retain=True)

    def _say(self, health: Health, why: str) -> None:
        if (health, why) == (self._health, self._why):
            return
        if health is Health.DEGRADED:
            _log.warning("the broker is not there", extra={"component": self.name})
        self._health, self._why = health, why
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=why)
        )
