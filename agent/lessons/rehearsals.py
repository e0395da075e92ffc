"""A simulated lobby lived through with or without the agent, as frames with labels.

The roof's part of the proactive model: it joins the lobby, the engagement tracker, the planner and
a stage that takes time, which know nothing of each other.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agent.core.messages import (
    Act,
    Clause,
    Duck,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SpeechStarted,
    Stop,
    TurnEnded,
)
from agent.lab.stage import TimedStage
from behavior.lobby.lobby import Lobby
from behavior.lobby.truth import Entered
from behavior.planner import Planner
from behavior.proactive.labels import Labelled, Wanted, label_of
from behavior.proactive.windows import WindowConfig, Windows
from behavior.situation.state import Situation
from behavior.wishes import Woke
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore

STEP_S = 0.1
_ANSWER = (Clause(text="Thank you. I have told them, and they are on their way."),)


@dataclass(slots=True)
class Known:
    """The lobby's truth, read as it grows."""

    lobby: Lobby
    intention: dict[int, str] = field(default_factory=dict)
    group: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    wanted_ever: dict[int, bool] = field(default_factory=dict)
    read: int = 0

    def catch_up(self) -> None:
        """Read what has happened since the last time."""
        for one in self.lobby.truth[self.read :]:
            if isinstance(one, Entered):
                self.intention[one.person] = one.intention
                self.group[one.person] = one.group
                self.members.setdefault(one.group, []).append(one.person)
                self.wanted_ever[one.person] = one.wants_help
        self.read = len(self.lobby.truth)

    def came_for_help(self, number: int) -> bool:
        """Whether this person, or whom they came with, came to be served."""
        return any(self.wanted_ever.get(one, False) for one in self._with(number))

    def _with(self, number: int) -> list[int]:
        group = self.group.get(number, 0)
        return self.members[group] if group else [number]

    def _wants(self, number: int) -> bool:
        now = self.lobby.now
        return any(self.lobby.intends_to_interact(one, now) for one in self._with(number))

    def of(self, people: tuple[PersonId, ...]) -> tuple[dict[PersonId, Wanted], tuple[int, ...]]:
        """What each of these wants now, and who they really are (0: nobody)."""
        self.catch_up()
        due = self.lobby.wants_now() if people else None
        found, numbers = {}, [self.lobby.number_of(who) or 0 for who in people]
        groups = Counter(self.group.get(number, 0) for number in set(numbers))
        for who, number in zip(people, numbers, strict=True):
            if number:
                group = self.group.get(number, 0)
                how = due.how if due is not None and due.person == number else ""
                found[who] = Wanted(
                    intention=self.intention.get(number, ""),
                    wants=self._wants(number),
                    company=group != 0 and groups[group] > 1,
                    due=how if how in ("sign", "words") else "",
                )
        return found, tuple(numbers)


class Rehearsal:
    """One stretch of a lobby's day. Iterate `frames` once."""

    def __init__(
        self,
        lobby: Lobby,
        *,
        window: WindowConfig,
        planner: Planner | None = None,
        watch: Callable[[Message], None] = lambda message: None,
    ) -> None:
        """`planner`: the agent that acts there; None: nobody does. `watch` sees every message."""
        self.known = Known(lobby)
        self.windows = Windows(window, hour=lambda at: self._hour(at))
        self._lobby = lobby
        self._planner = planner
        self._watch = watch
        self._engagement = EngagementCore(EngagementConfig())
        self._stage = TimedStage(publish=self._told)
        self._reports: list[Message] = []
        self._closed: list[Labelled] = []
        self._judge: Callable[[Labelled, Situation], None] | None = None
        self.acts: list[Act] = []

    def frames(
        self, until: float, judge: Callable[[Labelled, Situation], None] | None = None
    ) -> Iterator[Labelled]:
        """Live on until then; every frame on the way, with its label.

        `judge` is asked at the very moment a frame ends, with the situation as it is then.
        """
        self._judge = judge
        now = self._lobby.now
        while now < until:
            # An empty room is skipped, but for what the agent has still to do.
            quiet_until = min(self._lobby.next_event_at(), self._agent_at())
            now = min(max(now + STEP_S, quiet_until), until)
            for message in self._lobby.advance(now):
                self._publish(message, now)
            self._wake(now)
            self._stage.advance(now)
            self._report(now)
            yield from self._closed
            self._closed.clear()

    def _agent_at(self) -> float:
        wake = self._planner.wake_at if self._planner is not None else None
        return min(self._stage.next_at, float("inf") if wake is None else wake)

    def _hour(self, at: float) -> float:
        return self._lobby.hour

    def _publish(self, message: Message, now: float) -> None:
        self._take(message)
        if isinstance(message, PersonSeen | PersonLost | SpeechStarted | TurnEnded):
            change = self._engagement.take(message)
            if change is not None:
                self._take(change)
                self._decide(change, now)
        self._decide(message, now)
        if isinstance(message, TurnEnded) and self._planner is not None:
            ready = ReplyReady(
                at=message.at, turn=message.turn, revision=message.revision, clauses=_ANSWER
            )
            self._decide(ready, now)

    def _take(self, message: Message) -> None:
        self._watch(message)
        for frame in self.windows.take(message):
            wanted, numbers = self.known.of(frame.people)
            label = label_of(frame, self.windows.framed, wanted)
            labelled = Labelled(frame, label, numbers)
            self._closed.append(labelled)
            if self._judge is not None:
                self._judge(labelled, self.windows.framed)

    def _wake(self, now: float) -> None:
        planner = self._planner
        while planner is not None and planner.wake_at is not None and planner.wake_at <= now:
            self._do(planner.decide(Woke(at=max(planner.wake_at, planner.situation.now)), now), now)

    def _decide(self, message: Message, now: float) -> None:
        if self._planner is not None:
            self._do(self._planner.decide(message, now), now)

    def _do(self, decided: list[Message], now: float) -> None:
        for one in decided:
            self._take(one)
            match one:
                case Act():
                    self.acts.append(one)
                    self._lobby.hear(one)
                    self._stage.act(one, now)
                case Stop():
                    self._lobby.hear(one)
                    self._stage.stop(one, now)
                case Duck():
                    self._lobby.hear(one)
                    self._stage.duck(one, now)
        self._report(now)

    def _told(self, message: Message) -> None:
        self._reports.append(message)

    def _report(self, now: float) -> None:
        while self._reports:
            report = self._reports.pop(0)
            self._take(report)
            self._lobby.hear(report)
            self._decide(report, now)
