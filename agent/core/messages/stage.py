"""What really happened on stage: the feedback that closes the loop."""

from dataclasses import dataclass

from agent.core.messages.base import ActId, Message, UtteranceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ActStarted(Message):
    """The first sound or frame of an act was played. `at`: when it was, at the body."""

    act: ActId
    utterance: UtteranceId | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseSpoken(Message):
    """A clause was heard to its end, at the body that speaks. Drives captions and memory."""

    act: ActId
    index: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFinished(Message):
    """An act ended. What was not heard is not in `heard`."""

    act: ActId
    heard: str
    interrupted: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState(Message):
    """Whether the agent has the floor. Published when it changes."""

    speaking: bool
    moving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOtherwise(Message):
    """A body could not show something as planned and did something else instead."""

    body: str
    asked: str
    """What was planned: `gesture point`."""
    done: str
    """What was seen: `turned the head there`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played(Message):
    """A body's report of what it really played.

    `at` is on the agent's axis: the moment score time `score_s` of the utterance came out.
    """

    body: str
    utterance: UtteranceId
    score_s: float
    first: bool = False
    """The first audible sample of the utterance."""
    lip_error_s: float | None = None
    """Score time of the mouth shown minus that of the sound heard, where the body can tell."""
