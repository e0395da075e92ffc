"""What the people in the lobby make of the agent: where it looks, whom it means, what it says."""

import math
from dataclasses import dataclass, field

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    ClauseSpoken,
    GazeTarget,
    Message,
    PersonId,
    StageState,
    Stop,
)


@dataclass(slots=True)
class OnStage:
    """An act that has begun or is about to."""

    act: Act
    started_at: float | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An act began."""

    at: float
    act: Act
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of the agent's speech was heard."""

    at: float
    act: Act
    text: str


@dataclass(slots=True)
class Audience:
    """Follows the agent's acts from what it and its stage report."""

    speaking: bool = False
    """A voice comes out now."""
    speaking_since: float = -math.inf
    said_until: float = -math.inf
    """When its voice last fell silent."""
    gaze_person: PersonId | None = None
    gaze_since: float = -math.inf
    saying: str = ""
    notified: list[str] = field(default_factory=list)
    """Hosts told of since the last step."""
    help_called: bool = False
    _acts: dict[ActId, OnStage] = field(default_factory=dict)

    def hear(self, message: Message) -> Begun | Said | None:
        """Take in one message; return what people can notice of it."""
        match message:
            case Act():
                self._acts[message.act] = OnStage(message)
            case ActStarted():
                return self._begin(message)
            case ClauseSpoken():
                return self._clause(message)
            case ActFinished():
                self._acts.pop(message.act, None)
            case StageState():
                self._state(message.speaking, message.at)
            case Stop():
                pass  # what is heard of it comes as ActFinished and StageState
        return None

    def _begin(self, message: ActStarted) -> Begun | None:
        stage = self._acts.get(message.act)
        if stage is None or stage.started_at is not None:
            return None
        stage.started_at = message.at
        act = stage.act
        if act.gaze is not None:
            who = act.gaze.person if act.gaze.target is GazeTarget.PERSON else None
            if who != self.gaze_person:
                self.gaze_person, self.gaze_since = who, message.at
        text = " ".join(clause.text for clause in act.clauses)
        if text:
            if not self.speaking:
                self.speaking_since = message.at
            self.speaking, self.saying = True, text
        return Begun(message.at, act, text)

    def _clause(self, message: ClauseSpoken) -> Said | None:
        stage = self._acts.get(message.act)
        return None if stage is None else Said(message.at, stage.act, message.text)

    def _state(self, speaking: bool, at: float) -> None:
        if self.speaking and not speaking:
            self.said_until = at
            self.saying = ""
        self.speaking = speaking
