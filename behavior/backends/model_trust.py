"""Whether a language model server is worth a try, and who answers meanwhile: a circuit breaker."""

from collections.abc import Callable

from agent.core.clock import Clock
from agent.core.messages import BackendChosen, ComponentHealth, Health, Message
from behavior.model.server import ModelServerConfig

_LONGEST_PAUSE_S = 120.0


class Trust:
    """After some failures in a row the server is left alone for a while, then tried again."""

    def __init__(
        self,
        config: ModelServerConfig,
        *,
        clock: Clock,
        publish: Callable[[Message], None],
        names: tuple[str, str],
    ) -> None:
        """`names`: of the dialogue with the model, and of the one without."""
        self._config = config
        self._clock = clock
        self._publish = publish
        self._names = names
        self._failures = 0
        self._closed_until = self._pause_s = 0.0
        self._fallen_back = True
        """The last answer was the embedded dialogue's; nothing is proven yet."""

    @property
    def open(self) -> bool:
        """Whether the server may be asked now."""
        return self._clock.now() >= self._closed_until

    def worked(self, detail: str) -> None:
        """A reply was whole. `detail`: the model and where it is."""
        if self._fallen_back:
            self._say(Health.RUNNING, detail)
        self._failures, self._pause_s, self._fallen_back = 0, 0.0, False
        self._closed_until = 0.0

    def failed(self, detail: str, *, at_once: bool = False, pause_s: float = 0.0) -> None:
        """A reply was none. `pause_s`: how long the server wants to be left alone."""
        self._failures += 1
        if at_once or pause_s or self._failures >= self._config.failures:
            pause_s = max(self._config.retry_after_s, 2 * self._pause_s, pause_s)
            self._pause_s = min(pause_s, _LONGEST_PAUSE_S)
            self._closed_until = self._clock.now() + self._pause_s
        self._fallen_back = True
        self._say(Health.DEGRADED, f"{detail}; the embedded dialogue answers")

    def _say(self, health: Health, detail: str) -> None:
        now, fallback = self._clock.now(), health is Health.DEGRADED
        chosen = self._names[fallback]
        self._publish(
            BackendChosen(at=now, role="dialogue", backend=chosen, fallback=fallback, detail=detail)
        )
        self._publish(
            ComponentHealth(
                at=now,
                component="behavior.dialogue",
                health=health,
                detail=detail if fallback else "",
            )
        )
