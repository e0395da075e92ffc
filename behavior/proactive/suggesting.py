"""The component that looks at the last second and suggests an act. It decides nothing.

A suggestion is published while it holds, at most once a frame; what becomes of it is the business
of the policy `proactive`, the norms and the arbiter. Without its weights it says so and suggests
nothing, and the rules greet.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ActSuggested,
    ButtonPressed,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    Message,
    PageChanged,
    PersonId,
    PersonLost,
    SpeechContinues,
    SpeechStarted,
    StageState,
    Stop,
    TurnEnded,
    TurnPaused,
    VisitRecorded,
)
from behavior.encoders import ENCODERS, Encoder
from behavior.policies.proactive import COMPONENT, ProactiveConfig
from behavior.proactive import act_vectors
from behavior.proactive.acts import Repertoire, repertoire
from behavior.proactive.cues import Vector
from behavior.proactive.model import FILE, Answer, Model
from behavior.proactive.reasons import drivers, told
from behavior.proactive.windows import Window, Windows


@dataclass(frozen=True, slots=True)
class Chooser:
    """The model and the acts it may choose from, projected once."""

    model: Model
    names: tuple[str, ...]
    projected: Vector
    left_out: int = 0
    """Acts whose words nobody could encode."""

    def best(self, query: Vector, count: int) -> tuple[str, ...]:
        """Names of the most suitable acts, best first."""
        scores = self.model.scores(query, self.projected)
        order = np.argsort(-scores)[:count]
        return tuple(self.names[i] for i in order)


def chooser(acts: Repertoire, model: Model, encode: act_vectors.Encode | None = None) -> Chooser:
    """The model with these acts. Words it has no vector of are encoded with `encode`."""
    vectors, kept = act_vectors.act_vectors(acts.patterns, act_vectors.read_vectors(), encode)
    names = tuple(pattern.name for pattern in kept)
    return Chooser(model, names, model.project(vectors), len(acts.patterns) - len(kept))


def open_chooser(config: ProactiveConfig) -> Chooser:
    """Read weights and acts; load an encoder only where a site has words of its own.

    Raises `BackendUnavailableError` with the cure where the weights cannot be used.
    """
    try:
        model = Model.read(config.weights or FILE)
    except BadInputError as fault:
        raise BackendUnavailableError(f"proactive: {fault}") from None
    acts = repertoire(config.more)
    found = chooser(acts, model)
    if not found.left_out:
        return found
    encoder: Encoder = pick("encoder", ENCODERS, act_vectors.ENCODER)()
    return chooser(acts, model, encoder.encode)


def hour_of(moment: datetime) -> float:
    """Hour of the day, 0..24, as the model reads it."""
    return moment.hour + moment.minute / 60.0


class Suggesting:
    """Pure: messages in, suggestions out."""

    def __init__(
        self, chooser: Chooser, config: ProactiveConfig, hour: Callable[[float], float]
    ) -> None:
        self._chooser, self._config = chooser, config
        self._windows = Windows(chooser.model.card.window, hour=hour)
        self._act_at = config.act_at or chooser.model.card.act_at
        self._held: tuple[PersonId, int] | None = None
        self._because = ""

    def take(self, message: Message) -> ActSuggested | None:
        """Take in one message; return the suggestion of the frame that it closes, if any."""
        if isinstance(message, ActSuggested):
            return None
        closed = self._windows.take(message)
        window = self._windows.window() if closed and closed[-1].people else None
        return None if window is None else self._suggest(window, len(closed[-1].people))

    def _suggest(self, window: Window, present: int) -> ActSuggested | None:
        answer = self._chooser.model.answer(window)
        column = int(np.argmax(answer.whom[:present]))
        who, whom = window.people[column], float(answer.whom[column])
        if answer.act_now < self._act_at or whom < self._config.whom_at:
            self._held = None
            return None
        before = self._held[1] if self._held is not None and self._held[0] == who else 0
        self._held = (who, before + 1)
        if before + 1 < self._config.hold_frames:
            return None
        if before + 1 == self._config.hold_frames:
            self._because = self._why(window, column)
        return self._told(window, answer, column)

    def _why(self, window: Window, column: int) -> str:
        found = drivers(self._chooser.model, window, column)
        return told(window, column, [group for group, _ in found])

    def _told(self, window: Window, answer: Answer, column: int) -> ActSuggested:
        return ActSuggested(
            at=window.at,
            person=window.people[column],
            act_now=answer.act_now,
            whom=float(answer.whom[column]),
            acts=self._chooser.best(answer.queries[column], self._config.choices),
            because=self._because,
        )


def suggesting(config: ProactiveConfig, hour: Callable[[float], float]) -> Suggesting | None:
    """The pure core where the model is to decide, for a lab without components."""
    return Suggesting(open_chooser(config), config, hour) if config.enabled else None


class SuggestingComponent:
    """Reads what happens and publishes suggestions."""

    name = COMPONENT
    reads = (
        PersonLost,
        EngagementChanged,
        SpeechStarted,
        SpeechContinues,
        TurnPaused,
        TurnEnded,
        Act,
        Stop,
        ActStarted,
        ActFinished,
        StageState,
        PageChanged,
        ButtonPressed,
        HostNotified,
        VisitRecorded,
        HelpCalled,
    )
    """What it wants to read beside sightings."""

    def __init__(
        self,
        *,
        inputs: Sequence[AsyncIterable[Message]],
        publish: Callable[[Message], None],
        config: ProactiveConfig,
        hour: Callable[[float], float],
    ) -> None:
        """`hour` gives the local hour of the day, 0..24, of a moment on the agent's axis."""
        self._inputs = tuple(inputs)
        self._publish = publish
        self._config = config
        self._hour = hour

    async def run(self) -> None:
        """Suggest until cancelled."""
        opened = await asyncio.to_thread(open_chooser, self._config)
        core = Suggesting(opened, self._config, self._hour)
        async with asyncio.TaskGroup() as group:
            for source in self._inputs:
                group.create_task(self._read(source, core))

    async def _read(self, source: AsyncIterable[Message], core: Suggesting) -> None:
        async for message in source:
            suggestion = core.take(message)
            if suggestion is not None:
                self._publish(suggestion)
