"""One page at the other end of a socket: what it may send, and what waits to be sent to it.

Nothing here touches the network; `agent/pages/site.py` moves bytes between this and the socket.
Outgoing words wait in lanes. Control is never dropped: a page too slow for it is closed. Voice and
frames drop their oldest, and neither is fed to a page that has stopped echoing pings, so that an
old gesture cannot be shown long after its moment. The panel keeps only its newest state.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from agent.pages.clock import PageClock
from agent.pages.wire import (
    Close,
    CutSaid,
    Devices,
    Figures,
    Panel,
    Ping,
    ToPage,
    VolumeSaid,
    encode,
)

CONTROL_WAITING = 256
VOICE_WAITING = 512
FRAMES_WAITING = 64
HELLO_WITHIN_S = 5.0
KEEPS_UP_S = 2.5
SILENT_S = 12.0
SENDING_S = 6.0
FIRST_PINGS = 6


class Closed(Exception):  # noqa: N818 - an outcome, not a fault
    """The socket is to be closed with this code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(slots=True)
class Allowance:
    """A token bucket: `rate_hz` on average, `burst` at once."""

    rate_hz: float
    burst: float
    _left: float = -1.0
    _at: float = 0.0

    def take(self, now: float) -> bool:
        """Use one; False when there is none."""
        if self._left < 0:
            self._left, self._at = self.burst, now
        self._left = min(self.burst, self._left + (now - self._at) * self.rate_hz)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Outbox:
    """What waits to be sent to one page, in lanes, with what is urgent first."""

    def __init__(self) -> None:
        self.dropped = 0
        self.closing = asyncio.Event()
        self._control: deque[str] = deque()
        self._voice: deque[tuple[int, bytes]] = deque()
        self._frames: deque[tuple[int, bytes]] = deque()
        self._panel: str | None = None
        self._closed: Closed | None = None
        self._ready = asyncio.Event()

    def close(self, code: int, text: str) -> None:
        """Send what control waits, then close. The first reason stands."""
        self._closed = self._closed or Closed(code, text)
        self.closing.set()
        self._ready.set()

    @property
    def closed(self) -> Closed | None:
        """Why it is closed, if it is."""
        return self._closed

    def control(self, text: str) -> None:
        """Queue a control message; too many waiting close the page."""
        if len(self._control) >= CONTROL_WAITING:
            self.close(Close.TOO_SLOW, "the page does not read what it is sent")
        else:
            self._control.append(text)
            self._ready.set()

    def voice(self, generation: int, packed: bytes) -> None:
        """Queue a stretch of voice."""
        self._put(self._voice, VOICE_WAITING, generation, packed)

    def frames(self, generation: int, packed: bytes) -> None:
        """Queue frames."""
        self._put(self._frames, FRAMES_WAITING, generation, packed)

    def panel(self, text: str) -> None:
        """Replace the panel that waits."""
        self._panel = text
        self._ready.set()

    def cut(self, generation: int) -> None:
        """Forget voice and frames below `generation`."""
        self._voice = deque(item for item in self._voice if item[0] >= generation)
        self._frames = deque(item for item in self._frames if item[0] >= generation)

    async def next(self) -> str | bytes:
        """Wait for the most urgent message. Raises `Closed` when there is nothing left to say."""
        while True:
            if self._control:
                return self._control.popleft()
            if self._closed is not None:
                raise self._closed
            if self._voice:
                return self._voice.popleft()[1]
            if self._frames:
                return self._frames.popleft()[1]
            if self._panel is not None:
                text, self._panel = self._panel, None
                return text
            self._ready.clear()
            await self._ready.wait()

    def _put(
        self, lane: deque[tuple[int, bytes]], limit: int, generation: int, packed: bytes
    ) -> None:
        if len(lane) >= limit:
            lane.popleft()
            self.dropped += 1
        lane.append((generation, packed))
        self._ready.set()


class Page:
    """One connected page: who it is, how its clock runs, what it may still send."""

    def __init__(self, *, opened_at: float, trusted: bool) -> None:
        self.outbox = Outbox()
        self.clock = PageClock()
        self.trusted = trusted
        """Has shown the token."""
        self.page = ""
        self.role = ""
        self.devices: Devices | None = None
        self.figures: Figures | None = None
        self.dropped = {"picture": 0, "sound": 0, "voice": 0, "frames": 0}
        self.sending_since: float | None = None
        self._opened_at = opened_at
        self._echoed_at = opened_at
        self._ping_at = opened_at
        self._pings = 0
        self._now = opened_at
        self._allowances = {
            "picture": Allowance(rate_hz=20, burst=10),
            "sound": Allowance(rate_hz=60, burst=100),
            "line": Allowance(rate_hz=1, burst=6),
            "button": Allowance(rate_hz=2, burst=8),
            "played": Allowance(rate_hz=40, burst=60),
            "pong": Allowance(rate_hz=20, burst=20),
            "devices": Allowance(rate_hz=2, burst=10),
            "figures": Allowance(rate_hz=1, burst=5),
            "form_seen": Allowance(rate_hz=30, burst=60),
        }

    def allows(self, kind: str, now: float) -> bool:
        """Whether one more of `kind` is within what a page may send.

        Pictures and sound over the limit are left out and counted; anything else closes the page.
        """
        if self._allowances[kind].take(now):
            return True
        if kind in self.dropped:
            self.dropped[kind] += 1
            return False
        raise Closed(Close.RATE, f"too many {kind} messages")

    def greet(self, role: str, page: str, now: float) -> None:
        """It said hello."""
        self.role, self.page, self._echoed_at, self._now = role, page, now, now

    def echoed(self, sent_at: float, received_at: float, client_s: float) -> None:
        """The page echoed a ping."""
        self._echoed_at = received_at
        if 0 <= received_at - sent_at < SILENT_S:
            self.clock.pong(sent_at=sent_at, received_at=received_at, client_s=client_s)

    def keeps_up(self, now: float) -> bool:
        """Whether it still echoes, so that what is sent now is seen soon."""
        return now - self._echoed_at < KEEPS_UP_S

    def tick(self, now: float) -> None:
        """Ping when due; close a page that says or reads nothing. About ten times a second."""
        self._now = now
        if not self.role:
            if now - self._opened_at > HELLO_WITHIN_S:
                self.outbox.close(Close.SILENT, "no hello")
            return
        if now - self._echoed_at > SILENT_S:
            self.outbox.close(Close.SILENT, "the page stopped answering")
        if self.sending_since is not None and now - self.sending_since > SENDING_S:
            self.outbox.close(Close.TOO_SLOW, "the page does not read what it is sent")
        if now >= self._ping_at:
            self._pings += 1
            self._ping_at = now + (0.1 if self._pings < FIRST_PINGS else 1.0)
            self.say(Ping(at=now, offset_s=self.clock.offset_s))

    def say(self, message: ToPage) -> None:
        """Queue a control message; panels replace each other."""
        if isinstance(message, Panel):
            self.outbox.panel(encode(message))
        else:
            self.outbox.control(encode(message))

    # What a body sends, as `actuation.embodiments.page.PageLink`.

    def voice(self, generation: int, packed: bytes) -> None:
        """Send a stretch of voice, unless the page has stopped keeping up."""
        if self.keeps_up(self._now):
            self.outbox.voice(generation, packed)
        else:
            self.dropped["voice"] += 1

    def frames(self, generation: int, packed: bytes) -> None:
        """Send frames, unless the page has stopped keeping up."""
        if self.keeps_up(self._now):
            self.outbox.frames(generation, packed)
        else:
            self.dropped["frames"] += 1

    def cut(self, generation: int) -> None:
        """Forget what waits below `generation` and say so."""
        self.outbox.cut(generation)
        self.say(CutSaid(generation=generation))

    def volume(self, gain: float) -> None:
        """Set the voice's gain."""
        self.say(VolumeSaid(gain=gain))
