"""Says who has gone quiet, and what blocked the loop.

An expected rate is part of a stream's contract. The table of expectations is given by the roof;
each row says how long its stream may be quiet, when it is expected at all, and which component to
restart when it hangs. Streams that do not travel on the bus report with `Watchdog.saw`.

A blocked loop cannot say that it is blocked, so a thread looks at the loop's stack whenever the
loop's heartbeat is late, and the loop publishes what was found once it breathes again. It begins
when the agent is ready: while models are opened, others hold the interpreter and nobody waits.
"""

import asyncio
import contextlib
import logging
import sys
import threading
import traceback
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from pydantic import BaseModel, ConfigDict, Field

from agent.core.clock import Clock
from agent.core.messages import LoopStalled, Message, StreamQuiet

_log = logging.getLogger(__name__)


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of one stream."""

    stream: str
    """As the operator knows it: `camera`, `microphone`, `page`."""
    quiet_s: float
    """Silence of this length is reported."""
    kinds: tuple[type[Message], ...] = ()
    """Messages that count as a sign of life. None: only `Watchdog.saw(stream)` counts."""
    expected: Callable[[], bool] = _always
    """Whether the stream should flow now: the camera is on, a person is in view."""
    restarts: str = ""
    """The component to restart when the stream is quiet; empty: only report."""


def kinds_of(expectations: Iterable[Expectation]) -> tuple[type[Message], ...]:
    """What the watchdog has to hear, for the roof's subscription."""
    return tuple(dict.fromkeys(kind for row in expectations for kind in row.kinds))


class WatchdogConfig(BaseModel):
    """How closely the agent watches itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check_every_s: float = Field(
        0.25, gt=0, le=10, description="How often the streams are looked at."
    )
    stall_s: float = Field(
        0.1, gt=0, le=10, description="A loop blocked for longer than this is reported."
    )
    start_s: float = Field(
        90,
        ge=0,
        le=600,
        description="Until it is ready a blocked loop is not reported, but no longer than this.",
    )
    complain_every_s: float = Field(
        60, ge=0, le=3600, description="A blocked loop is logged no more often than this."
    )
    restart_again_after_s: float = Field(
        20, gt=0, le=3600, description="A stream that stays quiet has its part restarted again."
    )


@dataclass(slots=True)
class _Watch:
    """What is known of one stream."""

    seen_at: float | None = None
    expected_since: float | None = None
    told: bool = False
    restarted_at: float = field(default=float("-inf"))


class Watchdog:
    """Watches streams and the loop. Publishes `StreamQuiet` and `LoopStalled`."""

    name = "agent.watchdog"

    def __init__(
        self,
        *,
        traffic: AsyncIterable[Message],
        publish: Callable[[Message], None],
        clock: Clock,
        expectations: Iterable[Expectation],
        restart: Callable[[str, str], object] = lambda component, because: None,
        config: WatchdogConfig | None = None,
        watch_loop: bool = True,
        ready: asyncio.Event | None = None,
    ) -> None:
        """`traffic`: the kinds of `kinds_of(expectations)`. `restart`: `Runtime.restart`.

        `ready`: set once the start is over; None: it is over already.
        """
        self._traffic = traffic
        self._publish = publish
        self._clock = clock
        self._rows = tuple(expectations)
        self._restart = restart
        self._config = config or WatchdogConfig()
        self._watch_loop = watch_loop
        self._ready = ready
        self._complaint = Complaint(self._config.complain_every_s)
        self._watches = {row.stream: _Watch() for row in self._rows}

    def saw(self, stream: str) -> None:
        """Note a sign of life of a stream that is not on the bus. Callable from any thread."""
        watch = self._watches.get(stream)
        if watch is not None:
            watch.seen_at = self._clock.now()

    def quiet(self) -> Mapping[str, bool]:
        """Which streams are quiet now, for the console."""
        return {stream: watch.told for stream, watch in self._watches.items()}

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._check_streams())
            if self._watch_loop:
                group.create_task(self._check_loop())

    async def _listen(self) -> None:
        async for message in self._traffic:
            for row in self._rows:
                if isinstance(message, row.kinds):
                    self._watches[row.stream].seen_at = self._clock.now()

    async def _check_streams(self) -> None:
        due = self._clock.now()
        while True:
            now = self._clock.now()
            self._excuse(now, now - due)
            for row in self._rows:
                self._check(row, self._watches[row.stream], now)
            due = now + self._config.check_every_s
            await self._clock.sleep_until(due)

    def _excuse(self, now: float, late_s: float) -> None:
        """Nothing arrives while the loop is blocked: that is no stream's silence."""
        if late_s <= self._config.stall_s:
            return
        for watch in self._watches.values():
            if watch.seen_at is not None:
                watch.seen_at = min(now, watch.seen_at + late_s)
            if watch.expected_since is not None:
                watch.expected_since = min(now, watch.expected_since + late_s)

    def _check(self, row: Expectation, watch: _Watch, now: float) -> None:
        if not row.expected():
            watch.expected_since = None
            if watch.told:
                self._recovered(row, watch, now)
            return
        if watch.expected_since is None:
            watch.expected_since = now
        last = max(watch.expected_since, watch.seen_at or float("-inf"))
        quiet_s = now - last
        if quiet_s > row.quiet_s:
            if not watch.told:
                watch.told = True
                self._publish(StreamQuiet(at=last, stream=row.stream, quiet_s=quiet_s))
            again_at = watch.restarted_at + self._config.restart_again_after_s
            if row.restarts and now >= again_at:
                watch.restarted_at = now
                self._restart(row.restarts, f"{row.stream} has been quiet for {quiet_s:.1f} s")
        elif watch.told:
            self._recovered(row, watch, last)

    def _recovered(self, row: Expectation, watch: _Watch, at: float) -> None:
        watch.told = False
        watch.restarted_at = float("-inf")
        self._publish(StreamQuiet(at=at, stream=row.stream, quiet_s=0.0, recovered=True))

    async def _check_loop(self) -> None:
        if self._ready is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._clock.now() + self._config.start_s):
                    await self._ready.wait()
        sampler = StallSampler(self._clock, self._config.stall_s)
        try:
            while True:
                stall = sampler.beat()
                if stall is not None:
                    self._publish(stall)
                    self._complaint.add(stall)
                if (told := self._complaint.due(self._clock.now())) is not None:
                    _log.warning("the event loop was blocked", extra=told)
                await self._clock.sleep_until(self._clock.now() + self._config.stall_s / 4)
        finally:
            sampler.close()


class Complaint:
    """Gathers stalls for the log: a slow machine is said once a minute, not at every breath."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._since: list[LoopStalled] = []
        self._told_at = float("-inf")

    def add(self, stall: LoopStalled) -> None:
        """One more; the bus has it already."""
        self._since.append(stall)

    def due(self, now: float) -> dict[str, object] | None:
        """What to log now, if anything: how many, and where the longest was."""
        if not self._since or now - self._told_at < self._every_s:
            return None
        longest = max(self._since, key=lambda stall: stall.stalled_s)
        told: dict[str, object] = {
            "times": len(self._since),
            "longest_s": round(longest.stalled_s, 3),
            "where": longest.stack.partition("\n")[0],
        }
        self._since.clear()
        self._told_at = now
        return told


class StallSampler:
    """A thread that looks at the loop's stack when the heartbeat is late."""

    def __init__(self, clock: Clock, stall_s: float) -> None:
        self._clock = clock
        self._stall_s = stall_s
        self._loop_thread = threading.get_ident()
        self._beat_at = clock.now()
        self._seen = (float("-inf"), "")
        """A stack, and the beat after which it was seen: the next beat may come meanwhile."""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stall sampler", daemon=True)
        self._thread.start()

    def beat(self) -> LoopStalled | None:
        """Called by the loop several times per `stall_s`. Return the stall that just ended."""
        now = self._clock.now()
        late_s = now - self._beat_at
        began_at, (seen_after, stack) = self._beat_at, self._seen
        self._beat_at = now
        if not stack or seen_after != began_at or late_s <= self._stall_s:
            return None  # it was just being looked at when it breathed again
        return LoopStalled(at=began_at, stalled_s=late_s, stack=stack)

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closed.wait(self._stall_s / 4):
            beat_at = self._beat_at
            if self._seen[0] == beat_at or self._clock.now() - beat_at <= self._stall_s:
                continue
            frame = sys._current_frames().get(self._loop_thread)
            if frame is not None:
                self._seen = (beat_at, _told(frame))


def _told(frame: FrameType) -> str:
    """The stack, innermost call first, without the loop's own frames."""
    calls = traceback.extract_stack(frame)
    own = [c for c in calls if "/asyncio/" not in c.filename.replace("\\", "/")]
    if not own or own[-1] is not calls[-1]:  # the loop itself waits: others hold the interpreter
        own.append(calls[-1])
    return "\n".join(f"{c.filename}:{c.lineno} {c.name}: {c.line}" for c in reversed(own[-12:]))
