"""Performs an act away from any stage: all its sound and frames at once, as a body would get them.

The same `Stage` as in front of people, moved on by counting instead of by a clock. For files,
benches and pictures. Times count from the first frame; the sound begins after a short lead-in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.faces.heads import FaceHeads
from actuation.gestures.contract import Gestures, HeadGestures, PlacedStroke
from actuation.gestures.style import BodyStyle
from actuation.motion import FRAME_RATE_HZ, Cut, Frame, FrameChunk, StageItem, VoiceChunk
from actuation.score import ScoredClause
from actuation.speech.voice import Speech
from actuation.stage.config import PerformerConfig
from actuation.stage.playback import ActOnStage
from actuation.stage.stage import Stage
from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    GestureCue,
    Message,
    PersonSeen,
    Place,
    ShownOtherwise,
)

Floats = NDArray[np.float64]

LEAD_IN_S = 0.3
_AFTER_S = 0.7
_LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A performance as data. All times in seconds from its start."""

    rate_hz: int
    samples: NDArray[np.float32]
    """(n,) from time 0."""
    frames: tuple[Frame, ...]
    """60 a second from time 0."""
    clauses: tuple[ScoredClause, ...]
    """With `start_s` in time from the start."""
    strokes: tuple[PlacedStroke, ...]
    left_out: tuple[str, ...] = ()
    """What was asked for and could not be shown, one sentence each."""

    @property
    def faces(self) -> NDArray[np.float32]:
        """(frames, 52)."""
        return np.stack([f.face for f in self.frames])

    @property
    def times(self) -> Floats:
        """(frames,)."""
        return np.array([f.at for f in self.frames])


class _Noting:
    """Gestures that write down what they place."""

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self.placed: list[PlacedStroke] = []

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        placed = self._gestures.for_clause(spoken, earliest_s=earliest_s)
        self.placed += placed
        return placed

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        placed = self._gestures.at_once(cues, now_s=now_s)
        self.placed += placed
        return placed

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        return self._gestures.lay_over(joints, times)

    def interrupt(self, at_s: float) -> None:
        self._gestures.interrupt(at_s)

    def lead_s(self, spoken: ScoredClause) -> float:
        """As those it passes on to."""
        return self._gestures.lead_s(spoken)

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        return self._gestures.busy_until_s(cues)

    def move_as(self, style: BodyStyle) -> None:
        self._gestures.move_as(style)


def clauses_of(text: str) -> tuple[Clause, ...]:
    """Split running text into clauses at the ends of sentences and at semicolons."""
    clauses: list[str] = []
    begun: list[str] = []
    for word in text.split():
        begun.append(word)
        bare = word.rstrip("\"')]”’")
        if bare.endswith((".", "!", "?", ";", ":")) and not _abbreviated(bare):
            clauses.append(" ".join(begun))
            begun = []
    if begun:
        clauses.append(" ".join(begun))
    return tuple(Clause(text=each) for each in clauses)


def _abbreviated(word: str) -> bool:
    return word.lower() in {"dr.", "mr.", "mrs.", "ms.", "prof.", "st.", "e.g.", "i.e.", "no."}


def rehearse(
    act: Act,
    speeches: Sequence[Speech],
    *,
    config: PerformerConfig | None = None,
    gestures: Gestures | None = None,
    until_s: float | None = None,
    at_least_s: float = 0.0,
    visitor: Place | None = None,
    prepare: Callable[[FaceHeads], None] | None = None,
) -> Rehearsal:
    """Perform `act`, whose clauses sound as `speeches` says; `until_s`: only that far.

    `at_least_s`: so far, though all is said before (a body that moves on).
    `visitor`: where the person stands to whom it is said, seen all the time. `prepare`: puts other
    sources in charge of parts of the face before it begins.
    """
    config = (config or PerformerConfig()).model_copy(update={"lead_in_s": LEAD_IN_S})
    items: list[StageItem] = []
    told: list[Message] = []
    wanted: list[tuple[ActOnStage, int]] = []
    noting = _Noting(gestures or HeadGestures())
    stage = Stage(
        config=config,
        gestures=noting,
        lead_s=0.25,
        start=0.0,
        publish=told.append,
        send=items.append,
        want=lambda on_stage, index, _: wanted.append((on_stage, index)),
    )
    if prepare is not None:
        prepare(stage.heads)
    _see(stage, act, visitor, 0.0)
    stage.act(act, 0.0)
    clauses = []
    for on_stage, index in wanted:
        scored = stage.have_sound(on_stage, index, speeches[index], 0.0)
        if scored is not None:
            clauses.append(scored.moved(LEAD_IN_S))
    stage.advance(0.0)
    now = 0.0
    limit_s = _LONGEST_S if until_s is None else until_s

    def tick() -> float:
        _see(stage, act, visitor, now + 0.1)
        stage.advance(now + 0.1)
        return now + 0.1

    while not any(isinstance(m, ActFinished) for m in told) and now < limit_s:
        now = tick()
    ends_at = now + (_AFTER_S if until_s is None else 0.0)
    ends_at = max(ends_at, at_least_s)
    while stage.sent_at < ends_at:
        now = tick()
    frames = _shown(items, ends_at)
    return Rehearsal(
        rate_hz=speeches[0].rate_hz if speeches else 16_000,
        samples=_sound(items, len(frames) / FRAME_RATE_HZ),
        frames=frames,
        clauses=tuple(clauses),
        strokes=tuple(noting.placed),
        left_out=tuple(f"{m.asked!r}: {m.done}" for m in told if isinstance(m, ShownOtherwise)),
    )


def _see(stage: Stage, act: Act, visitor: Place | None, at: float) -> None:
    if visitor is not None and act.to is not None:
        stage.attention.see(
            PersonSeen(at=at, person=act.to, place=visitor, approach_m_s=0.0, speed_m_s=0.0)
        )


def _shown(items: Iterable[StageItem], until_at: float) -> tuple[Frame, ...]:
    frames: list[Frame] = []
    for item in items:
        match item:
            case Cut():
                frames = [f for f in frames if f.at < item.at - 1e-6]
            case FrameChunk():
                frames += item.frames
    return tuple(f for f in frames if f.at < until_at)


def _sound(items: Iterable[StageItem], length_s: float) -> NDArray[np.float32]:
    chunks = [item for item in items if isinstance(item, VoiceChunk)]
    rate = chunks[0].rate_hz if chunks else 16_000
    samples = np.zeros(round(length_s * rate), np.float32)
    for chunk in chunks:
        first = round(chunk.at * rate)
        part = chunk.samples[: max(len(samples) - first, 0)]
        samples[first : first + len(part)] = part
    return samples
