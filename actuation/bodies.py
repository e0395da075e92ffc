"""Sends stage items to every body. One that fails is left alone for a while; the others go on."""

from collections.abc import Callable, Sequence

from actuation.motion import BodyDescription, Embodiment, StageItem
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health

_ALONE_S = 5.0


class Bodies:
    """The bodies of one agent."""

    def __init__(
        self,
        bodies: Sequence[Embodiment],
        *,
        clock: Clock,
        publish: Callable[[ComponentHealth], None],
    ) -> None:
        self._bodies = tuple(bodies)
        self._descriptions: tuple[BodyDescription, ...] = tuple(b.describe() for b in bodies)
        self._clock = clock
        self._publish = publish
        self._alone_until = dict.fromkeys(range(len(self._bodies)), 0.0)
        self._failed: set[int] = set()

    @property
    def lead_s(self) -> float:
        """How far ahead the most demanding body wants its items."""
        return max((d.lead_s for d in self._descriptions), default=0.25)

    @property
    def mouthpiece(self) -> str | None:
        """The body whose voice counts as heard: the first that speaks."""
        return next((d.name for d in self._descriptions if d.speaks), None)

    async def connect(self) -> None:
        """Make each body ready. One that is not there is tried again with the next item."""
        for i, body in enumerate(self._bodies):
            try:
                await body.connect()
            except BackendUnavailableError as error:
                self._leave_alone(i, str(error))

    def apply(self, item: StageItem) -> None:
        """Hand `item` to every body that is not left alone."""
        now = self._clock.now()
        for i, body in enumerate(self._bodies):
            if now < self._alone_until[i]:
                continue
            try:
                body.apply(item)
            except Exception as fault:  # the edge of a back-end
                self._leave_alone(i, repr(fault))
                continue
            if i in self._failed:
                self._failed.discard(i)
                self._say(i, Health.RUNNING, "")

    async def rest(self) -> None:
        """Ask every body to rest, whatever the others do."""
        for i, body in enumerate(self._bodies):
            try:
                await body.rest()
            except Exception as fault:  # the edge of a back-end
                self._leave_alone(i, repr(fault))

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
