"""The learned body for a running agent: one thread for the networks of all its characters."""

from collections.abc import Callable, Mapping

from actuation.generators.flow_gestures import LearnedGestures
from actuation.generators.flow_model import BodyModel
from actuation.generators.flow_session import Bodies
from actuation.generators.flow_weights import FILE, read
from actuation.generators.worker import Worker
from actuation.gestures.choice import GestureConfig
from agent.core.errors import BackendUnavailableError, BadInputError

Told = Callable[[str, str], None]
"""Which back-end is at work, and why if that is not what was asked for."""


class LearnedHands:
    """Makes the gestures of each stage; the thread and the weights are shared by all of them."""

    def __init__(
        self,
        guidance: Mapping[str, float] | None = None,
        *,
        worker: Worker | None = None,
        load: Callable[[str], BodyModel] | None = None,
        moves_trunk: bool | None = None,
    ) -> None:
        """Raises `BackendUnavailableError` when there are no weights."""
        if moves_trunk is None:
            try:
                moves_trunk = read(FILE)[2].moves_trunk
            except BadInputError as fault:
                raise BackendUnavailableError(str(fault)) from None
        self._moves_trunk = moves_trunk
        self._guidance = dict(guidance or {})
        self._told: Told = lambda *_: None
        self._bodies = Bodies(worker or Worker(), load=load, told=self._tell)
        self._count = 0

    def __call__(self, config: GestureConfig, told: Told) -> LearnedGestures:
        """Gestures for a new stage."""
        self._told = told
        self._count += 1
        return LearnedGestures(
            self._bodies, config, guidance=self._guidance, moves_trunk=self._moves_trunk,
            seed=self._count,
        )  # fmt: skip

    def _tell(self, device: str, fallback: bool, why: str) -> None:
        self._told("learned" if device else "rules", why if fallback else "")
