"""Sends stage items to every body. One that fails is left alone for a while; the others go on.

Each body gets the items as it can show them (`actuation.bodies.substitution`), and what was done
otherwise is told. Those without the voice follow the one that has it (see `following`). In an
emergency all are halted in this one place: nothing passes until release.
"""

from collections.abc import Callable, Iterator, Sequence

from actuation.bodies.following import Following
from actuation.bodies.substitution import Substitution
from actuation.motion import BodyDescription, Cut, Embodiment, Halt, Release, StageItem
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, Message, ShownOtherwise

_ALONE_S = 5.0


class Bodies:
    """The bodies of one agent."""

    def __init__(
        self,
        bodies: Sequence[Embodiment],
        *,
        clock: Clock,
        publish: Callable[[Message], None],
    ) -> None:
        self._bodies = tuple(bodies)
        self._descriptions: tuple[BodyDescription, ...] = tuple(b.describe() for b in bodies)
        self._substitutions = tuple(map(Substitution, self._descriptions))
        speaking = (i for i, described in enumerate(self._descriptions) if described.speaks)
        self._speaks: int | None = next(speaking, None)
        self._following = Following()
        self._clock = clock
        self._publish = publish
        self._alone_until = dict.fromkeys(range(len(self._bodies)), 0.0)
        self._failed: set[int] = set()
        self._halted = False
        self._generation = 0

    @property
    def lead_s(self) -> float:
        """How far ahead the most demanding body wants its items."""
        return max((d.lead_s for d in self._descriptions), default=0.25)

    @property
    def mouthpiece(self) -> str | None:
        """The body whose voice counts as heard: the first that speaks."""
        return None if self._speaks is None else self._descriptions[self._speaks].name

    @property
    def halted(self) -> bool:
        """An emergency stop holds all bodies."""
        return self._halted

    async def connect(self) -> None:
        """Make each body ready. One that is not there is tried again with the next item."""
        for i, body in enumerate(self._bodies):
            try:
                await body.connect()
            except BackendUnavailableError as error:
                self._leave_alone(i, str(error))

    def apply(self, item: StageItem) -> None:
        """Hand `item` to every body that is not left alone. While halted, nothing is shown."""
        if isinstance(item, Cut):
            self._generation = max(self._generation, item.generation)
        late = self._following.take(item)
        for i, body in self._reached():
            self._hand(i, body, item if i == self._speaks else late)

    def follow(self, lag_s: float) -> None:
        """The voice is heard so much later than planned: the other bodies go with it."""
        again = self._following.heard(lag_s, self._clock.now())
        if again is not None:
            for i, body in self._reached():
                if i != self._speaks:
                    self._hand(i, body, again)

    def _reached(self) -> Iterator[tuple[int, Embodiment]]:
        """Those that are neither left alone nor stopped."""
        now = self._clock.now()
        for i, body in enumerate(self._bodies):
            stopped = self._halted and not self._descriptions[i].watches
            if now >= self._alone_until[i] and not stopped:
                yield i, body

    def halt(self, because: str) -> None:
        """Every body stands still and is silent from now on, also those left alone."""
        self._halted = True
        now = self._clock.now()
        for i, body in enumerate(self._bodies):
            self._hand(i, body, Halt(at=now, because=because))

    def release(self) -> None:
        """The emergency is over. What was sent before it is not shown any more."""
        if not self._halted:
            return
        self._halted = False
        now = self._clock.now()
        for i, body in enumerate(self._bodies):
            self._hand(i, body, Cut(generation=self._generation, at=now))
            self._hand(i, body, Release(at=now))

    async def rest(self) -> None:
        """Ask every body to rest, whatever the others do."""
        for i, body in enumerate(self._bodies):
            try:
                await body.rest()
            except Exception as fault:  # the edge of a back-end
                self._leave_alone(i, repr(fault))

    def _hand(self, i: int, body: Embodiment, item: StageItem) -> None:
        substitution = self._substitutions[i]
        try:
            body.apply(substitution.take(item) if substitution.needed else item)
        except Exception as fault:  # the edge of a back-end
            self._leave_alone(i, repr(fault))
            return
        if i in self._failed:
            self._failed.discard(i)
            self._say(i, Health.RUNNING, "")
        if (instead := substitution.instead(item)) is not None:
            self._publish(
                ShownOtherwise(
                    at=self._clock.now(),
                    body=self._descriptions[i].name,
                    asked=instead.asked,
                    done=instead.done,
                )
            )

    def _leave_alone(self, i: int, why: str) -> None:
        self._alone_until[i] = self._clock.now() + _ALONE_S
        if i not in self._failed:
            self._failed.add(i)
            self._say(i, Health.DEGRADED, why)

    def _say(self, i: int, health: Health, detail: str) -> None:
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component=f"actuation.body.{self._descriptions[i].name}",
                health=health,
                detail=detail,
            )
        )
