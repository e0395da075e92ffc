"""Who moves arms and hands: the rules, or the learned body over them. Says which is at work.

torch is imported only when the learned body is asked for. Where it cannot be had, and whenever its
device fails, the rules are what is seen.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from actuation.body_formats.clip import MotionClip
from actuation.body_formats.corpora import names_in
from actuation.generators.networks import Networks
from actuation.gestures.choice import GestureConfig
from actuation.gestures.contract import Gestures
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.recorded import RecordedGestures, read_clips
from agent.core.backend import Row, pick
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen

RULES: Final = "rules"
ROWS: Final = {
    "learned": Row(
        path="actuation.generators.flow_stage:LearnedHands",
        about="a flow-matching network for arms and hands; needs torch and its weights",
        packages=("torch",),
    ),
}


class BodyMotionConfig(BaseModel):
    """Who moves arms and hands while the agent speaks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["rules", "learned"] = Field(
        "rules", description="The rules, or the learned body with the rules beneath it."
    )
    recordings: Path | None = Field(
        None,
        description="Folder of recorded motion (.bvh, or .npz in the SMPL-X format). The name of "
        "a file is a gesture that policies may ask for; it wins over one of the lexicon.",
    )
    audio: float = Field(1.0, ge=0, le=3, description="Learned: how much the sound counts.")
    text: float = Field(1.0, ge=0, le=3, description="Learned: how much the words count.")
    emotion: float = Field(1.0, ge=0, le=3, description="Learned: how much the feeling counts.")
    style: float = Field(1.0, ge=0, le=3, description="Learned: how much the style counts.")

    def guidance(self) -> dict[str, float]:
        """The knobs that are turned, by name."""
        knobs = {name: float(getattr(self, name)) for name in ("audio", "text", "emotion", "style")}
        return {name: value for name, value in knobs.items() if value != 1.0}


class AdoptingGestures(Gestures, Protocol):
    """Gestures whose settings may change while they run."""

    def adopt(self, config: GestureConfig) -> None:
        """Gesture by this from the next clause on."""
        ...


class _WithRecordings(RecordedGestures):
    """Recorded motion before gestures whose settings may change."""

    def __init__(self, behind: AdoptingGestures, clips: Mapping[str, MotionClip]) -> None:
        super().__init__(behind, clips)
        self._adopting = behind

    def adopt(self, config: GestureConfig) -> None:
        """Those behind gesture by this from the next clause on."""
        self._adopting.adopt(config)


def offered_names(config: BodyMotionConfig) -> tuple[str, ...]:
    """Gestures that a language model may ask for by name: the lexicon's, then recorded ones."""
    names = [lexeme.name for lexeme in standard_lexicon() if lexeme.offered]
    if config.recordings is not None:
        names += names_in(config.recordings)
    return tuple(dict.fromkeys(names))


def with_recordings(
    folder: Path | None, make: Callable[[GestureConfig], AdoptingGestures]
) -> Callable[[GestureConfig], AdoptingGestures]:
    """The same gestures, with the motion recorded in `folder` before them.

    Raises `BadInputError` when a file cannot be read.
    """
    if folder is None:
        return make
    clips = read_clips(folder)
    return lambda config: _WithRecordings(make(config), clips)


def gesturing(
    config: BodyMotionConfig,
    *,
    clock: Clock,
    publish: Callable[[BackendChosen], None],
    build: Callable[..., Any] | None = None,
    networks: Networks | None = None,
) -> Callable[[GestureConfig], AdoptingGestures]:
    """What makes the gestures of a stage. `build`: in place of the row's class.

    `networks`: the thread that the learned ones share with the face; None: one of their own.
    """
    if config.by == RULES:
        return Gesticulation

    def told(backend: str, why: str) -> None:
        publish(
            BackendChosen(
                at=clock.now(), role="gestures", backend=backend, fallback=backend == RULES,
                detail=why,
            )
        )  # fmt: skip

    try:
        row = build or pick("gestures", ROWS, "learned")
        shared = {"worker": networks.take()} if networks is not None else {}
        hands = row(config.guidance(), **shared)
    except BackendUnavailableError as missing:
        why = str(missing)

        def ruled(gestures: GestureConfig) -> AdoptingGestures:
            told(RULES, why)
            return Gesticulation(gestures)

        return ruled

    def learned(gestures: GestureConfig) -> AdoptingGestures:
        loop = asyncio.get_running_loop()

        def heard(backend: str, why: str) -> None:
            """From the worker's thread, into the loop, unless that is over."""
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(told, backend, why)

        made: AdoptingGestures = hands(gestures, heard)
        return made

    return learned
