"""The last minutes of a simulated day, and the stretches of it that are worth keeping.

A day holds a million messages; a report wants a few minutes of them. Whoever sees trouble asks
for a stretch of time round it; once it has passed, it is cut out as an episode.
"""

from collections import deque
from dataclasses import dataclass

from agent.core.messages import Message
from agent.recording import Recorded
from behavior.lobby.view import LobbyView

KEPT_S = 240.0
"""How far back a stretch may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A stretch of time somebody asked for."""

    kind: str
    """What kind of trouble: a norm that was broken, `missed`, `disturbed` ..."""
    sentence: str
    at: float
    """The moment it is about."""
    start: float
    end: float
    person: int
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A stretch of a day, with everything the agent knew and did in it, and where people were."""

    cut: Cut
    recorded: tuple[Recorded, ...]
    views: tuple[LobbyView, ...]


class Tape:
    """Keeps the last minutes, and cuts episodes out of them."""

    def __init__(self, most_of_a_kind: int = 2) -> None:
        self._most = most_of_a_kind
        self._messages: deque[Recorded] = deque()
        self._views: deque[LobbyView] = deque()
        self._wanted: list[Cut] = []
        self._kept: dict[str, list[Episode]] = {}
        self.dropped: dict[str, int] = {}
        """Kind -> stretches that were asked for and are not kept: worse ones are."""

    def note(self, now: float, message: Message) -> None:
        """Keep a message for a while."""
        self._messages.append(Recorded(now, message))

    def look(self, view: LobbyView) -> None:
        """Keep a picture for a while; let go of what is too old."""
        self._views.append(view)
        oldest = view.at - KEPT_S
        while self._messages and self._messages[0].seen_at < oldest:
            self._messages.popleft()
        while self._views and self._views[0].at < oldest:
            self._views.popleft()
        while self._wanted and self._wanted[0].end <= view.at:
            self._cut(self._wanted.pop(0))

    def want(self, cut: Cut) -> None:
        """Ask for a stretch; it is cut out when it is over."""
        self._wanted.append(cut)
        self._wanted.sort(key=lambda one: one.end)

    def finish(self) -> tuple[Episode, ...]:
        """Cut what is still asked for, and return all episodes."""
        for cut in self._wanted:
            self._cut(cut)
        self._wanted.clear()
        return tuple(one for kind in self._kept.values() for one in kind)

    def _cut(self, cut: Cut) -> None:
        kept = self._kept.setdefault(cut.kind, [])
        mildest = min(kept, key=lambda one: one.cut.severity, default=None)
        if len(kept) >= self._most:
            self.dropped[cut.kind] = self.dropped.get(cut.kind, 0) + 1
            if mildest is None or mildest.cut.severity >= cut.severity:
                return
            kept.remove(mildest)
        kept.append(
            Episode(
                cut=cut,
                recorded=tuple(r for r in self._messages if cut.start <= r.seen_at <= cut.end),
                views=tuple(v for v in self._views if cut.start <= v.at <= cut.end),
            )
        )
