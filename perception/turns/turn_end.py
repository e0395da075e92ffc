"""How finished a voice sounds: asked at every pause, answered beside the loop.

The network behind it computes for a twentieth of a second, so it has a thread of its own. Only the
newest question counts: a pause that is over is not judged any more. Without the network, or when
it is too slow, turns go by words and silence alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table, pick
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, ComponentHealth, Health, Message, TurnId
from perception.audio import Sound
from perception.off_loop import GivenUpError, OffLoop, OneThread
from perception.turns.pitch import PitchEnd, pitch_end

LISTENS_BACK_S: Final = 8.0
"""Sound older than this is not looked at."""
MODEL: Final = "smart_turn.onnx"
_SOME_VOICE_S: Final = (0.5, 0.1)
_FAULTS: Final = 3
"""After so many in a row it is left alone until the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEnd:
    """Wish: how finished the voice sounds, with the sound from `since` up to now."""

    turn: TurnId
    revision: int
    since: float
    voice_s: tuple[float, float] | None = None
    """How long ago a short voice over the agent's own began and ended; None: whether it was a
    murmur is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounded:
    """How likely the voice of this turn and revision sounds as if it had finished, 0..1."""

    turn: TurnId
    revision: int
    finished: float
    pitch: PitchEnd | None = None
    """How its pitch ended; None: too little of it to tell."""
    murmur: float | None = None
    """How likely it was a listener's murmur by its sound, 0..1; None: not asked, or not known."""


class EndJudge(Protocol):
    """Hears whether somebody has finished. May block; lives in a thread of its own."""

    def finished(self, sound: Sound) -> float:
        """Probability, 0..1, that the speaker has finished where `sound` ends."""
        ...

    def heard(
        self, sound: Sound, voice_s: tuple[float, float] | None = None
    ) -> tuple[float, float | None]:
        """The same, and whether a voice was a murmur: it began and ended so long before the end."""
        ...


class Ending(Protocol):
    """An `EndJudge` as the loop sees it: nothing here waits."""

    def judge(self, question: JudgeEnd, sound: Sound) -> None:
        """Ask about a pause; an older question that has not been begun is dropped."""
        ...

    def judged(self) -> AsyncIterator[Sounded]:
        """Answers as they come."""
        ...


END_JUDGES: Table = {
    "smart_turn": Row(
        path="perception.backends.smart_turn:SmartTurn",
        about="Smart Turn v3.2: a small network that hears intonation, in 23 languages.",
        packages=("onnxruntime",),
    ),
}


class TurnEndConfig(BaseModel):
    """Whether turns are also ended by how the voice sounds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: Literal["smart_turn", "none"] = Field(
        "smart_turn",
        description="What listens for the melody of an end: smart_turn, or none: words and"
        " silence decide alone.",
    )
    within_s: float = Field(
        0.6, ge=0.05, le=5, description="An answer that takes longer is not waited for."
    )


class TurnEndings:
    """Runs an `EndJudge` beside the loop. Says once which one is at work."""

    def __init__(
        self,
        *,
        config: TurnEndConfig,
        models: Path,
        publish: Callable[[Message], None],
        clock: Clock,
        load: Callable[[], EndJudge] | None = None,
        off_loop: OffLoop | None = None,
    ) -> None:
        """`models`: the folder of models; `load` stands in for loading from there."""
        self._config = config
        self._load = load or (lambda: _load(config.detector, models / MODEL))
        self._publish = publish
        self._clock = clock
        self._thread = off_loop or OneThread("end of turn")
        self._asked: asyncio.Queue[tuple[JudgeEnd, Sound]] = asyncio.Queue(maxsize=1)
        self._judge: EndJudge | None = None
        self._told = ""

    def judge(self, question: JudgeEnd, sound: Sound) -> None:
        """See `Ending.judge`."""
        if self._asked.full():
            self._asked.get_nowait()
        self._asked.put_nowait((question, sound))

    async def judged(self) -> AsyncIterator[Sounded]:
        """See `Ending.judged`. Ends where the judge cannot be loaded or fails again and again."""
        if not await self._loaded():
            return
        faults = 0
        try:
            while faults < _FAULTS:
                question, sound = await self._asked.get()
                heard = await self._heard(question, sound)
                faults = 0 if heard is not None else faults + 1
                if heard is not None:
                    yield heard
        finally:
            self._thread.close()
        self._say(Health.DEGRADED, "left alone until the next start; words and silence decide")

    async def _loaded(self) -> bool:
        try:
            self._judge = await self._thread.call(self._load, 30.0)
            # The first judgement is slow, also that of a murmur; nobody waits for this one.
            silence = np.zeros(16_000, np.float32)
            await self._thread.call(
                lambda: self._judge and self._judge.heard(silence, _SOME_VOICE_S), 30.0
            )
        except (BackendUnavailableError, GivenUpError, OSError, ValueError) as fault:
            self._chosen("words and silence", fallback=True, detail=str(fault))
            return False
        self._chosen(self._config.detector, fallback=False)
        return True

    async def _heard(self, question: JudgeEnd, sound: Sound) -> Sounded | None:
        judge = self._judge
        if judge is None:
            return None
        try:
            (finished, murmur), pitch = await self._thread.call(
                lambda: (_asked(judge, question, sound), pitch_end(sound)), self._config.within_s
            )
        except GivenUpError as fault:
            self._say(Health.DEGRADED, str(fault))
            return None
        except Exception as fault:  # the edge of a back-end: whatever it raises costs a judgement
            self._say(Health.DEGRADED, f"the sound was not judged: {fault}")
            return None
        if not np.isfinite(finished):
            return None
        return Sounded(
            turn=question.turn,
            revision=question.revision,
            finished=finished,
            pitch=pitch,
            murmur=murmur,
        )

    def _chosen(self, backend: str, *, fallback: bool, detail: str = "") -> None:
        self._publish(
            BackendChosen(
                at=self._clock.now(), role="end of turn", backend=backend,
                fallback=fallback, detail=detail,
            )
        )  # fmt: skip

    def _say(self, health: Health, detail: str) -> None:
        if detail != self._told:
            self._told = detail
            now = self._clock.now()
            self._publish(
                ComponentHealth(
                    at=now, component="perception.turn_end", health=health, detail=detail
                )
            )


def _asked(judge: EndJudge, question: JudgeEnd, sound: Sound) -> tuple[float, float | None]:
    if question.voice_s is None:
        return judge.finished(sound), None
    return judge.heard(sound, question.voice_s)


def _load(row: str, model: Path) -> EndJudge:
    judge: EndJudge = pick("end of turn", END_JUDGES, row)(model)
    return judge
