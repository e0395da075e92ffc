"""Everybody's engagement, and whose a voice is taken to be. One person's is in `relation`."""

from collections.abc import AsyncIterable, Callable

from agent.core.messages import (
    Context,
    ContextChanged,
    EngagementChanged,
    FormationChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    SpeechStarted,
    TurnEnded,
)
from perception.engagement.groups import GroupConfig, Groups
from perception.engagement.judge import Judge
from perception.engagement.model import own_weights
from perception.engagement.relation import NEAR, EngagementConfig, EngagementTracker

Event = PersonSeen | PersonLost | SpeechStarted | TurnEnded | ContextChanged


class EngagementCore:
    """Everybody's state, and whose a voice is. Pure."""

    def __init__(self, config: EngagementConfig) -> None:
        self.adopt(config)
        self._people: dict[PersonId, EngagementTracker] = {}

    def adopt(self, config: EngagementConfig) -> None:
        """Judge whoever comes from now on by this; those in view as before."""
        self._config = config
        learned = config.judge == "learned"
        self._judge = Judge(own_weights(), config.learned) if learned else None

    def take(self, event: Event) -> EngagementChanged | None:
        """Take in one fact; return the change it completes, if any."""
        match event:
            case PersonSeen(person=who):
                if who not in self._people:
                    self._people[who] = EngagementTracker(who, self._config, self._judge)
                return self._people[who].see(event)
            case PersonLost(person=who):
                gone = self._people.pop(who, None)
                if self._judge is not None:
                    self._judge.lose(who)
                return gone.lose(event) if gone else None
            case ContextChanged(person=who):
                if event.context is Context.PHONE and who in self._people:
                    self._people[who].calls = event.holds
                return None
            case SpeechStarted():
                speaker = self._speaker(event.at, None)
                return speaker.hear(event.at, words=False) if speaker else None
            case TurnEnded():
                if not event.typed and not event.text:
                    return None
                speaker = self._speaker(event.at, event.person)
                return speaker.hear(event.at, words=True) if speaker else None

    def _speaker(self, at: float, named: PersonId | None) -> EngagementTracker | None:
        """Whose voice it is: who is named, else who is most in touch, else the nearest."""
        if named in self._people:
            return self._people[named]
        gap_s = self._config.evidence.gap_s
        near = [
            tracker
            for tracker in self._people.values()
            if tracker.distance_m <= self._config.speak_m
            and tracker.evidence.seen is not None
            and abs(at - tracker.evidence.seen.at) <= 2 * gap_s
        ]
        return min(
            near,
            key=lambda t: (t.state not in NEAR, -(t.evidence.looking() or 0.0), t.distance_m),
            default=None,
        )


class EngagementComponent:
    """Publishes what changes between people and the agent, and among people."""

    name = "perception.engagement"

    def __init__(
        self,
        *,
        events: AsyncIterable[Event],
        publish: Callable[[EngagementChanged | FormationChanged], None],
        config: EngagementConfig,
        groups: GroupConfig | None = None,
    ) -> None:
        """`groups`: what counts as standing together; None: nothing is said of it."""
        self._groups = groups
        self._events = events
        self._publish = publish
        self._config = config
        self._core = EngagementCore(config)

    def adopt(self, config: EngagementConfig) -> None:
        """Judge whoever comes from now on by this; those in view as before."""
        self._config = config
        self._core.adopt(config)

    async def run(self) -> None:
        """Follow until cancelled. A restart forgets everyone; they are soon seen again."""
        self._core = core = EngagementCore(self._config)
        groups = Groups(self._groups) if self._groups is not None else None
        async for event in self._events:
            change = core.take(event)
            if change is not None:
                self._publish(change)
            if groups is not None and isinstance(event, PersonSeen | PersonLost):
                for formation in groups.take(event):
                    self._publish(formation)
