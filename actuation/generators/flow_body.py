"""The learned body as one of those that are compared: whole motion for whole clauses.

    body = FlowBody.load()
    joints = body.motion(clauses, at_s, seed=1, wish=BodyWish())      # (frames, 44, 4)

It is what the stage would show: idle, gaze, nods and limits are the rules', arms and hands the
network's while somebody speaks. The card beside the weights says what taught it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import emotions
from actuation.generators.body_sources import PART_JOINTS, Performed, performed
from actuation.generators.flow_condition import Feeling
from actuation.generators.flow_gestures import LearnedGestures
from actuation.generators.flow_model import BodyModel
from actuation.generators.flow_session import AtOnce
from actuation.generators.flow_weights import FILE
from actuation.gestures.choice import GestureConfig
from actuation.gestures.style import BodyPart, BodyWish
from actuation.score import ScoredClause
from agent.core.errors import BackendUnavailableError, BadInputError

Floats = NDArray[np.float64]


class FlowBody:
    """Implements `body_sources.BodySource`."""

    name = "learned"

    def __init__(
        self,
        model: BodyModel,
        *,
        config: GestureConfig | None = None,
        guidance: Mapping[str, float] | None = None,
    ) -> None:
        """`guidance`: how much sound, words, feeling and style count, by `KNOBS`; 1 as learned."""
        self.model = model
        self._config = config
        self._guidance = dict(guidance or {})

    @classmethod
    def load(cls, path: Path = FILE, device: str = "cpu") -> "FlowBody":
        """From a file of weights, or raise `BadInputError`."""
        return cls(BodyModel.load(path, device))

    @classmethod
    def shipped(cls) -> "FlowBody":
        """The weights that ship, on the processor; `BackendUnavailableError` without them."""
        try:
            return cls.load()
        except BadInputError as fault:
            raise BackendUnavailableError(str(fault)) from None

    def motion(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Floats:
        """As `BodySource`. Parts that are not wished for move as the idle body does."""
        made = self.performed(clauses, at_s, seed, wish).joints
        left_out = [i for part in BodyPart if part not in wish.parts for i in PART_JOINTS[part]]
        if left_out:
            made[:, left_out] = performed((), at_s, seed, wish).joints[:, left_out]
        return made

    def performed(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Performed:
        """The motion, and which strokes it has."""
        if not clauses:
            return performed((), at_s, seed, wish)
        return performed(clauses, at_s, seed, wish, gesture=lambda: self.gestures(seed, wish))

    def gestures(self, seed: int, wish: BodyWish) -> LearnedGestures:
        """Gestures for a stage, made at once when they are asked for."""
        return LearnedGestures(
            AtOnce(self.model), self._config, style=wish.style, feeling=felt(wish),
            guidance=self._guidance, moves_trunk=self.model.card.moves_trunk, seed=seed,
        )  # fmt: skip


def felt(wish: BodyWish) -> Feeling:
    """A wish's feeling as the network takes it."""
    valence, arousal = wish.feeling()
    name = wish.emotion if wish.emotion in emotions() else None
    return Feeling(name, wish.intensity, valence, arousal)
