"""Builds the window the model looks at: the last one to two seconds, one token a person and frame.

Pure: messages go in, whole frames come out on a fixed grid of time. What has passed between the
agent and a person is inferred from the agent's acts, whoever decided on them, so that a site's
recording, a simulated lobby and the running agent all make the same windows.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import Act, GazeTarget, Message, PersonId, PersonLost, PersonSeen, Priority
from behavior.proactive.cues import (
    ROOM_WIDTH,
    WIDTH,
    Sighting,
    Vector,
    company_of,
    person_token,
    room_token,
    stands,
)
from behavior.situation.people import Mark
from behavior.situation.presence import mark
from behavior.situation.state import Situation
from behavior.situation.update import update

Crops = Callable[[PersonId], Vector | None]
"""The mean embedding of a person's newest detector crops, or None."""


class WindowConfig(BaseModel):
    """How much of the past the model sees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frames: int = Field(15, ge=5, le=40, description="Frames of the window.")
    frame_s: float = Field(0.1, ge=0.02, le=0.5, description="Time from frame to frame, seconds.")
    people: int = Field(6, ge=1, le=16, description="At most so many people, the nearest ones.")
    fresh_s: float = Field(
        0.35, ge=0.05, le=2, description="Someone not seen for this long has no token."
    )
    crop_dim: int = Field(
        0, ge=0, le=1024, description="Width of a detector's crop embedding; 0: none is used."
    )

    @property
    def width(self) -> int:
        """Numbers in a person's token."""
        return WIDTH + (self.crop_dim + 1 if self.crop_dim else 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment: the room, and everyone in view."""

    at: float
    room: Vector
    people: tuple[PersonId, ...]
    """The nearest first."""
    tokens: Vector
    """(len(people), width)"""


@dataclass(frozen=True, slots=True)
class Window:
    """What the model sees. Frames run from old to new; `people` are the columns."""

    at: float
    people: tuple[PersonId, ...]
    room: Vector
    """(frames, ROOM_WIDTH)"""
    tokens: Vector
    """(frames, people, width)"""
    seen: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    """(frames, people): who has a token when"""
    lived: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """(frames,): frames that there are; a window soon after the start lacks its oldest"""


def assemble(frames: Sequence[Frame], config: WindowConfig) -> Window:
    """The window that ends with the last of `frames`."""
    last = frames[-1]
    kept = frames[-config.frames :]
    people = _columns(kept, config.people)
    column = {who: i for i, who in enumerate(people)}
    room = np.zeros((config.frames, ROOM_WIDTH), np.float32)
    tokens = np.zeros((config.frames, len(people), config.width), np.float32)
    seen = np.zeros((config.frames, len(people)), np.bool_)
    lived = np.zeros(config.frames, np.bool_)
    for row, frame in enumerate(kept, config.frames - len(kept)):
        room[row], lived[row] = frame.room, True
        for who, token in zip(frame.people, frame.tokens, strict=True):
            if (i := column.get(who)) is not None:
                tokens[row, i], seen[row, i] = token, True
    return Window(last.at, people, room, tokens, seen, lived)


def _columns(frames: Sequence[Frame], most: int) -> tuple[PersonId, ...]:
    """Whoever is in the newest frame, the nearest first, then whoever was there a moment ago."""
    found: dict[PersonId, None] = {}
    for frame in reversed(frames):
        for who in frame.people:
            found.setdefault(who, None)
    return tuple(found)[:most]


class Windows:
    """Takes messages in their order and closes a frame whenever its time has passed."""

    def __init__(
        self,
        config: WindowConfig,
        *,
        hour: Callable[[float], float] = lambda at: 12.0,
        crops: Crops | None = None,
    ) -> None:
        """`hour` gives the local hour of the day, 0..24, of a moment on the agent's axis."""
        self._config = config
        self._hour = hour
        self._crops = crops
        self._seen: dict[PersonId, PersonSeen] = {}
        self._still: dict[PersonId, float] = {}
        self._tick: int | None = None
        """Number of the newest frame on the grid of time."""
        self.situation = Situation()
        self.framed = Situation()
        """The situation at the end of the newest frame."""
        self.frames: deque[Frame] = deque(maxlen=config.frames)

    def take(self, message: Message) -> tuple[Frame, ...]:
        """Take in one message; return the frames that ended before it, old to new."""
        closed = self._close(message.at)
        self.situation = update(self.situation, message)
        match message:
            case PersonSeen(person=who):
                self._seen[who] = message
                if stands(message):
                    self._still.setdefault(who, message.at)
                else:
                    self._still.pop(who, None)
            case PersonLost(person=who):
                self._seen.pop(who, None)
                self._still.pop(who, None)
            case Act():
                self._remember(message)
        return closed

    def window(self) -> Window | None:
        """The window that ends with the newest frame; None before the first."""
        return assemble(tuple(self.frames), self._config) if self.frames else None

    def _close(self, at: float) -> tuple[Frame, ...]:
        """Every frame that has ended by `at`; after a long silence only the one before it."""
        step = self._config.frame_s
        last, tick = self._tick, math.floor(at / step + 1e-6)
        self._tick = tick if last is None else max(last, tick)
        if last is None or tick <= last:
            return ()
        if tick - last > self._config.frames:
            self.frames.clear()
            return (self._frame((last + 1) * step),)
        closed = tuple(self._frame(ended * step) for ended in range(last + 1, tick + 1))
        self.frames.extend(closed)
        return closed

    def _frame(self, at: float) -> Frame:
        config, oldest = self._config, at - self._config.fresh_s
        situation = replace(self.situation, hour=self._hour(at), now=max(at, self.situation.now))
        self.framed = situation
        near = sorted(
            (seen for seen in self._seen.values() if seen.at >= oldest),
            key=lambda seen: seen.place.distance_m,
        )
        near = [seen for seen in near if seen.person in situation.people][: config.people]
        tokens = np.zeros((len(near), config.width), np.float32)
        for row, seen in zip(tokens, near, strict=True):
            row[:] = self._token(seen, situation)
        if len(self._seen) > 4 * config.people:
            self._forget(at)
        return Frame(at, room_token(situation), tuple(seen.person for seen in near), tokens)

    def _token(self, seen: PersonSeen, situation: Situation) -> Vector:
        who = seen.person
        nearest_m, company, attends = company_of(situation, who)
        return person_token(
            Sighting(
                seen=seen,
                person=situation.people[who],
                situation=situation,
                still_s=seen.at - self._still.get(who, seen.at),
                nearest_m=nearest_m,
                company=company,
                company_attends=attends,
            ),
            self._crops(who) if self._crops is not None else None,
            self._config.crop_dim,
        )

    def _forget(self, at: float) -> None:
        for who in [w for w, seen in self._seen.items() if at - seen.at > 10.0]:
            del self._seen[who]
            self._still.pop(who, None)

    def _remember(self, act: Act) -> None:
        """What this act was to the person it was for."""
        spoken = any(clause.text.strip() for clause in act.clauses)
        looks = act.gaze is not None and act.gaze.target is GazeTarget.PERSON
        who = act.to if act.to is not None else (act.gaze.person if act.gaze else None)
        marks: list[Mark] = [Mark.NOTICED] if looks else []
        if act.gestures and act.priority is not Priority.IDLE:
            marks.append(Mark.SIGNED)
        if spoken:
            marks += [Mark.SIGNED]
            known = self.situation.person(who)
            again = known is not None and known.has(Mark.GREETED)
            marks.append(Mark.OFFERED if again and act.in_reply_to is None else Mark.GREETED)
        for what in marks:
            self.situation = mark(self.situation, who, what)
        if spoken and act.in_reply_to is None:
            self.situation = replace(self.situation, spoke_unasked_at=act.at)
