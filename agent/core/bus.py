"""Typed publish and subscribe inside one event loop, with a stated policy for slow readers.

What it promises:
- Publishing never waits. A reader that is too slow sheds as its delivery says, and it is counted.
- A reader with a full backlog cannot starve the loop: it steps aside now and then, and for longer
  after it has held the loop, so that an interruption passes between two of its messages.
- Within one subscription messages come in the order in which they were published, except kinds
  named `urgent` there: those are read first. That is the reader's own choice, because only it can
  know what of the overtaken backlog is void; a backlog of its own for `Stop` does as well.
- A component that was given up on (its tenure has ended) can no longer publish or read.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from agent.core.messages import Message
from agent.core.tenure import TENURE

M = TypeVar("M", bound=Message)
A = TypeVar("A", bound=Message)
B = TypeVar("B", bound=Message)
C = TypeVar("C", bound=Message)
D = TypeVar("D", bound=Message)
E = TypeVar("E", bound=Message)
F = TypeVar("F", bound=Message)

_MESSAGES_IN_A_ROW = 32
"""So many are read without letting others run, when each is quick."""
_LOOP_HELD_S = 0.005
"""A reader that took longer than this for its messages has held everybody up ..."""
_TURNS_AFTER_HOLDING = 8
"""... and lets others have so many turns: enough for a stop to pass through every room."""


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

    __slots__ = (
        "_ahead",
        "_backlog",
        "_delivery",
        "_in_a_row",
        "_loop",
        "_lost",
        "_resumed_at",
        "_told",
        "_urgent",
        "_waiter",
        "dropped",
        "kinds",
        "overruns",
        "reader",
    )

    def __init__(
        self,
        kinds: tuple[type[M], ...],
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> None:
        self.kinds = kinds
        self.reader = reader
        self.dropped = 0
        """Messages shed, for age or for want of room, since the start."""
        self.overruns = 0
        """Times a reader that must see all was told that it did not."""
        self._delivery = delivery
        self._urgent = urgent
        self._backlog: deque[M] = deque()
        self._ahead = 0  # urgent messages at the front of the backlog
        self._lost = 0  # shed since the reader was last told
        self._told = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._in_a_row = 0
        self._resumed_at = 0.0

    def __len__(self) -> int:
        """Messages waiting."""
        return len(self._backlog)

    def waiting(self) -> tuple[M, ...]:
        """What waits, oldest first, left where it is."""
        return tuple(self._backlog)

    def offer(self, message: M) -> None:
        """Queue `message`, or shed as the delivery says. Never blocks the publisher."""
        backlog = self._backlog
        if len(backlog) >= self._delivery.capacity:
            self._shed()
        if self._urgent and isinstance(message, self._urgent):
            backlog.insert(self._ahead, message)
            self._ahead += 1
        else:
            backlog.append(message)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def discard(self) -> int:
        """Drop all that waits, because something made it void; return how many."""
        count = len(self._backlog)
        self._backlog.clear()
        self._ahead = 0
        self.dropped += count
        return count

    def __aiter__(self) -> AsyncIterator[M]:
        """Iterate the messages; end only by cancellation, or by `OverrunError`."""
        return self

    async def __anext__(self) -> M:
        """Return the oldest message that is young enough, or wait for one."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        if self._backlog:
            await self._step_aside(loop)
        while True:
            tenure = TENURE.get()
            if tenure is not None and tenure.ended:
                await tenure.refuse()
            if not self._backlog:
                await self._arrival(loop)
                continue
            if self._lost and not self._told:
                self._tell()
            message = self._backlog.popleft()
            if self._ahead:
                self._ahead -= 1
            if not self._backlog:
                self._told, self._lost = False, 0
            limit = self._delivery.max_age_s
            if limit is None or loop.time() - message.at <= limit:
                return message
            self.dropped += 1

    def _shed(self) -> None:
        """Make room: the oldest goes, urgent ones last."""
        self.dropped += 1
        if not self._delivery.lossy:
            self._lost += 1
        if 0 < self._ahead < len(self._backlog):
            del self._backlog[self._ahead]
            return
        self._backlog.popleft()
        self._ahead = max(0, self._ahead - 1)

    def _tell(self) -> None:
        """Raise once an overrun, not again before the reader has caught up."""
        self._told = True
        self.overruns += 1
        kinds = ", ".join(kind.__name__ for kind in self.kinds)
        reader = f"{self.reader} fell behind: " if self.reader else ""
        raise OverrunError(f"{reader}{kinds}: lost {self._lost}")

    async def _arrival(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for a message. A reader whose place another has taken wakes and finds out."""
        previous = self._waiter
        if previous is not None and not previous.done():
            previous.set_result(None)
        waiter = self._waiter = loop.create_future()
        try:
            await waiter
        finally:
            displaced = self._waiter is not waiter
            if not displaced:
                self._waiter = None
        tenure = TENURE.get()
        if displaced and not (tenure is not None and tenure.ended):
            raise RuntimeError(f"two readers of one subscription: {self.reader or self.kinds}")
        self._in_a_row = 0
        self._resumed_at = loop.time()

    async def _step_aside(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let others run: after many quick messages once, after holding the loop for longer."""
        self._in_a_row += 1
        held = loop.time() - self._resumed_at >= _LOOP_HELD_S
        if not held and self._in_a_row < _MESSAGES_IN_A_ROW:
            return
        for _ in range(_TURNS_AFTER_HOLDING if held else 1):
            await asyncio.sleep(0)
        self._in_a_row = 0
        self._resumed_at = loop.time()


class Bus:
    """Hands each published message to every subscription of its type or a base of it."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription[Any]] = []
        self._by_type: dict[type[Message], tuple[Subscription[Any], ...]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @overload
    def subscribe(
        self,
        a: type[A],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[A]: ...
    @overload
    def subscribe(
        self,
        a: type[A],
        b: type[B],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[A | B]: ...
    @overload
    def subscribe(
        self,
        a: type[A],
        b: type[B],
        c: type[C],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
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
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[A | B | C | D]: ...
    @overload
    def subscribe(
        self,
        a: type[A],
        b: type[B],
        c: type[C],
        d: type[D],
        e: type[E],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[A | B | C | D | E]: ...
    @overload
    def subscribe(
        self,
        a: type[A],
        b: type[B],
        c: type[C],
        d: type[D],
        e: type[E],
        f: type[F],
        /,
        *,
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[A | B | C | D | E | F]: ...
    @overload
    def subscribe(
        self,
        *kinds: type[Message],
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[Message]: ...
    def subscribe(
        self,
        *kinds: type[Any],
        delivery: Delivery,
        reader: str = "",
        urgent: tuple[type[Message], ...] = (),
    ) -> Subscription[Any]:
        """Open one backlog of these kinds. Done while wiring, before anything runs.

        `urgent` kinds overtake the others of this subscription, so the reader must know by
        itself what they make void (see `Subscription.discard`).
        """
        subscription: Subscription[Any] = Subscription(kinds, delivery, reader, urgent)
        self._subscriptions.append(subscription)
        self._by_type.clear()
        return subscription

    def publish(self, message: Message) -> None:
        """Put `message` in every backlog that wants it. Returns at once. Loop thread only."""
        tenure = TENURE.get()
        if tenure is not None and tenure.ended:
            tenure.refused += 1
            return
        kind = type(message)
        readers = self._by_type.get(kind)
        if readers is None:
            readers = tuple(s for s in self._subscriptions if issubclass(kind, s.kinds))
            self._by_type[kind] = readers
        for subscription in readers:
            subscription.offer(message)

    def open_to_threads(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the loop on which `publish_from_thread` delivers. The runtime does this."""
        self._loop = loop

    def publish_from_thread(self, message: Message) -> None:
        """As `publish`, from any thread: it is delivered at the loop's next turn.

        A thread started with `asyncio.to_thread` by a component that was since given up on
        publishes nothing, as the component itself. After the loop has closed, nothing happens.
        """
        loop = self._loop
        if loop is None:
            raise RuntimeError("the bus does not run yet: call open_to_threads(loop) first")
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.publish, message)
