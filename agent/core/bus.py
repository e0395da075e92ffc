"""Typed publish and subscribe inside one event loop, with a stated policy for slow readers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from agent.core.messages import Message

M = TypeVar("M", bound=Message)
A = TypeVar("A", bound=Message)
B = TypeVar("B", bound=Message)
C = TypeVar("C", bound=Message)
D = TypeVar("D", bound=Message)


class OverrunError(Exception):
    """A reader that must see every message fell too far behind to do so."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happens to a reader's backlog when it is full or old."""

    capacity: int
    lossy: bool
    max_age_s: float | None = None
    """Messages older than this when read are dropped: nobody wants a stale greeting."""


LATEST = Delivery(capacity=1, lossy=True)
"""Only the newest matters: poses, levels."""
RECENT = Delivery(capacity=64, lossy=True)
"""A short history matters, the oldest least: sightings."""
EVERY = Delivery(capacity=1024, lossy=False)
"""Losing one is a fault: commands, transcripts, changes of state."""


class Subscription(Generic[M]):
    """One reader's backlog. It outlives a restart of its reader, so nothing slips between."""

    def __init__(self, kinds: tuple[type[M], ...], delivery: Delivery, reader: str = "") -> None:
        self.kinds = kinds
        self.reader = reader
        self.dropped = 0
        self._delivery = delivery
        self._backlog: deque[M] = deque()
        self._ready = asyncio.Event()
        self._overrun = False

    def __len__(self) -> int:
        """Messages waiting."""
        return len(self._backlog)

    def offer(self, message: M) -> None:
        """Queue `message`, or shed as the delivery says. Never blocks the publisher."""
        if len(self._backlog) >= self._delivery.capacity:
            self.dropped += 1
            self._overrun = not self._delivery.lossy
            self._backlog.popleft()
        self._backlog.append(message)
        self._ready.set()

    def __aiter__(self) -> AsyncIterator[M]:
        """Iterate the messages; end only by cancellation, or by `OverrunError`."""
        return self

    async def __anext__(self) -> M:
        """Return the oldest message that is young enough, or wait for one."""
        while True:
            await self._ready.wait()
            if self._overrun:
                self._overrun = False
                raise OverrunError(f"{self.kinds[0].__name__}: lost {self.dropped}")
            message = self._backlog.popleft()
            if not self._backlog:
                self._ready.clear()
            limit = self._delivery.max_age_s
            if limit is None or asyncio.get_running_loop().time() - message.at <= limit:
                return message
            self.dropped += 1


class Bus:
    """Hands each published message to every subscription of its type or a base of it."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription[Any]] = []
        self._by_type: dict[type[Message], tuple[Subscription[Any], ...]] = {}

    @overload
    def subscribe(
        self, a: type[A], /, *, delivery: Delivery, reader: str = ""
    ) -> Subscription[A]: ...
    @overload
    def subscribe(
        self, a: type[A], b: type[B], /, *, delivery: Delivery, reader: str = ""
    ) -> Subscription[A | B]: ...
    @overload
    def subscribe(
        self, a: type[A], b: type[B], c: type[C], /, *, delivery: Delivery, reader: str = ""
    ) -> Subscription[A | B | C]: ...
    @overload
    def subscribe(
        self,
        a: type[A],
        b: type[B],
        c: type[C],
        d: type[D],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
    ) -> Subscription[A | B | C | D]: ...
    @overload
    def subscribe(
        self, *kinds: type[Message], delivery: Delivery, reader: str = ""
    ) -> Subscription[Message]: ...
    def subscribe(
        self, *kinds: type[Any], delivery: Delivery, reader: str = ""
    ) -> Subscription[Any]:
        """Open one backlog of these kinds, in order. Done while wiring, before anything runs."""
        subscription: Subscription[Any] = Subscription(kinds, delivery, reader)
        self._subscriptions.append(subscription)
        self._by_type.clear()
        return subscription

    def publish(self, message: Message) -> None:
        """Put `message` in every backlog that wants it. Returns at once. Loop thread only."""
        kind = type(message)
        readers = self._by_type.get(kind)
        if readers is None:
            readers = tuple(s for s in self._subscriptions if issubclass(kind, s.kinds))
            self._by_type[kind] = readers
        for subscription in readers:
            subscription.offer(message)

    @property
    def subscriptions(self) -> tuple[Subscription[Any], ...]:
        """All backlogs, for the console and the watchdog."""
        return tuple(self._subscriptions)
