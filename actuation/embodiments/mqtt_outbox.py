"""Events on their way to a broker: kept in order until it has confirmed each of them.

Pure, but for the file in which they wait, too, where there is one (`mqtt_shelf`).

After a broken connection the unconfirmed ones are sent again from the oldest on, and before them
those confirmed shortly before it broke: a broker that crashes takes along what it had confirmed
and not yet passed on. A subscriber may so get an event twice, and knows it by its `id`; the first
copies come in the order of `seq`. When the outbox is full the oldest event is given up: a gap in
`seq` shows it.
"""

import json
import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

from actuation.embodiments.mqtt_event import Event
from actuation.embodiments.mqtt_shelf import Shelf


class Outbox:
    """The events of one session of the agent."""

    def __init__(self, *, session: str, capacity: int, unsure_s: float = 0.0) -> None:
        """`session`: differs from start to start, so that ids do.

        `unsure_s`: an event confirmed less than this before a break is sent again after it.
        """
        self.dropped = 0
        """Events given up for want of room."""
        self.confirmed = 0
        self.resent = 0
        self._session = session
        self._capacity = capacity
        self._last = 0
        self._tried = 0
        self._unsure_s = unsure_s
        self._events: deque[Event] = deque()
        self._confirmed: deque[tuple[float, Event]] = deque(maxlen=capacity)
        """When, and which: those that a crash of the broker could still take."""
        self._shelf: Shelf | None = None
        self._fault = ""

    def __len__(self) -> int:
        """Events not confirmed yet."""
        return len(self._events)

    @property
    def fault(self) -> str:
        """Why events do not wait in the file; empty: they do, or are to be in memory only."""
        return self._fault or (self._shelf.fault if self._shelf is not None else "")

    def open_file(self, path: Path, *, says: int) -> None:
        """Take up what an earlier start left there, before anything is put in.

        It may have been sent already. Without the file everything waits in memory: see `fault`.
        """
        if self._shelf is not None:
            return
        try:
            shelf = self._shelf = Shelf(path, says=says, capacity=self._capacity)
        except (OSError, sqlite3.Error) as fault:
            self._fault = f"{path}: {fault}"
            return
        self._session, self._fault = shelf.session, ""
        self._last = self._tried = shelf.last
        self.dropped += shelf.given_up + shelf.erased
        self._events.extend(shelf.waiting)

    def put(self, topic: str, facts: dict[str, Any]) -> None:
        """Take an event in at the end."""
        self._last += 1
        stamped = {"id": f"{self._session}-{self._last}", "seq": self._last, **facts}
        if len(self._events) >= self._capacity:
            self._forget(self._events.popleft())
            self.dropped += 1
        self._events.append(Event(self._last, topic, as_json(stamped)))
        if self._shelf is not None:
            self._shelf.put(self._events[-1])

    def head(self, count: int) -> tuple[Event, ...]:
        """The oldest `count` events, in order."""
        return tuple(self._events[i] for i in range(min(count, len(self._events))))

    def sending(self, event: Event) -> bool:
        """Note that `event` goes out; True when it has gone out before."""
        again = event.seq <= self._tried
        self._tried = max(self._tried, event.seq)
        self.resent += again
        return again

    def confirm(self, event: Event, now: float) -> None:
        """The broker has `event`. One that was given up meanwhile is let pass."""
        if event not in self._events:
            return
        self._events.remove(event)
        self._forget(event)
        self.confirmed += 1
        self._confirmed.append((now, event))
        while self._confirmed and self._confirmed[0][0] < now - self._unsure_s:
            self._confirmed.popleft()

    def broke(self, now: float) -> None:
        """The connection broke: what was confirmed just before goes out again, in its place."""
        unsure = [event for at, event in self._confirmed if at > now - self._unsure_s]
        self._confirmed.clear()
        room = max(0, self._capacity - len(self._events))
        unsure = unsure[len(unsure) - min(room, len(unsure)) :]
        self.confirmed -= len(unsure)
        self._events = deque(sorted([*unsure, *self._events], key=lambda event: event.seq))

    def _forget(self, event: Event) -> None:
        if self._shelf is not None:
            self._shelf.drop(event.seq)


def as_json(facts: dict[str, Any]) -> bytes:
    """JSON without spaces; a number that JSON lacks becomes null."""
    try:
        text = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(facts), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, as a broken recogniser may produce, has no UTF-8.
    return text.encode("utf-8", errors="replace")


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
