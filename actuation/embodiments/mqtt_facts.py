"""What of the agent's traffic is told outside, and in which words. Pure.

Facts and states only, never a picture or a sound. What is said, and reasons that may quote a
visitor, are left out unless the operator opts in; sentences that name a host need a second word.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from actuation.motion import JOINT_NAMES, Frame
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    Clause,
    CommandRefused,
    ComponentHealth,
    EngagementChanged,
    GestureCue,
    Message,
    StageState,
)

_ACTS_KEPT: Final = 256
_POSED: Final = JOINT_NAMES[:14]
"""The body without the fingers."""

Facts = dict[str, Any]


class Telling:
    """Turns messages into events for a topic, and keeps the two retained states."""

    def __init__(
        self, *, words: bool, host_names: bool, unix_s: Callable[[float], float], source: str
    ) -> None:
        """`unix_s`: calendar time of a moment of the agent's axis. `source`: our own commands'."""
        self._words = words
        self._host_names = words and host_names
        self._unix_s = unix_s
        self._source = source
        self._naming: deque[ActId] = deque(maxlen=_ACTS_KEPT)
        """Acts that name somebody."""
        self._stage: Facts = {"speaking": False, "moving": False}
        self._emergency = ""
        self._parts: dict[str, Facts] = {}

    def event(self, message: Message) -> tuple[str, Facts] | None:
        """Topic and facts of a message that others are told of; None: it stays inside."""
        match message:
            case Act():
                return "act", self._stamped(message.at, self._act(message))
            case ActFinished():
                return "act_finished", self._stamped(message.at, self._finished(message))
            case EngagementChanged():
                return "engagement", self._stamped(message.at, _engagement(message))
            case CommandRefused() if message.source == self._source:
                refused = {"because": message.because}
                return "command_refused", self._stamped(message.at, refused)
        return None

    def note(self, message: Message) -> bool:
        """Take what a message says of the retained states; whether they changed."""
        match message:
            case StageState():
                self._stage = {"speaking": message.speaking, "moving": message.moving}
            case ComponentHealth():
                part: Facts = {"health": str(message.health)}
                if self._words:  # a fault may quote what a visitor said
                    part["detail"] = message.detail
                self._parts[message.component] = part
            case _:
                return False
        return True

    def emergency(self, because: str) -> None:
        """An emergency holds, with its reason; empty: none does."""
        self._emergency = because

    def state(self, now: float) -> Facts:
        """The retained `state`."""
        held = bool(self._emergency)
        told: Facts = {**self._stage, "emergency": held, "because": self._emergency}
        return self._stamped(now, told)

    def health(self, now: float, link: Facts) -> Facts:
        """The retained `health`; `link`: what the link says of itself."""
        worst = sorted({part["health"] for part in self._parts.values()} - {"running"})
        told = {"well": not worst, "parts": dict(sorted(self._parts.items())), "link": link}
        return self._stamped(now, told)

    def pose(self, frame: Frame) -> Facts:
        """A frame without its fingers: VRM joints, unit quaternions x y z w."""
        joints = {name: frame.joints[i].round(4).tolist() for i, name in enumerate(_POSED)}
        gaze = [round(frame.gaze_yaw_rad, 4), round(frame.gaze_pitch_rad, 4)]
        return self._stamped(frame.at, {"joints": joints, "gaze_rad": gaze})

    def _stamped(self, at: float, facts: Facts) -> Facts:
        return {"at": round(at, 4), "unix_s": round(self._unix_s(at), 3), **facts}

    def _act(self, act: Act) -> Facts:
        if any(clause.discreet is not None for clause in act.clauses):
            self._naming.append(act.act)
        cues = [*act.gestures, *(cue for clause in act.clauses for cue in clause.gestures)]
        told: Facts = {
            "act": act.act,
            "priority": str(act.priority),
            "policy": act.reason.policy,
            "norms": list(act.reason.norms),
            "to": act.to,
            "in_reply_to": act.in_reply_to,
            "clauses": len(act.clauses),
            "gestures": [name for cue in cues if (name := self._gesture(cue))],
            "expression": str(act.expression) if act.expression else None,
            "posture": str(act.posture) if act.posture else None,
            "gaze": str(act.gaze.target) if act.gaze else None,
        }
        if self._words:
            told["text"] = [self._text(clause) for clause in act.clauses]
        if self._host_names:  # a reason may name whom a visitor asked for
            told["because"] = act.reason.because
        return told

    def _gesture(self, cue: GestureCue) -> str | None:
        return cue.lexeme or (cue.meaning if self._host_names else None)

    def _text(self, clause: Clause) -> str:
        if self._host_names or clause.discreet is None:
            return clause.text
        return clause.discreet

    def _finished(self, finished: ActFinished) -> Facts:
        told: Facts = {"act": finished.act, "interrupted": finished.interrupted}
        named = finished.act in self._naming
        if self._words and (self._host_names or not named):
            told["heard"] = finished.heard
            told["detail"] = finished.detail
        return told


def _engagement(change: EngagementChanged) -> Facts:
    return {
        "person": change.person,
        "state": str(change.state),
        "previous": str(change.previous) if change.previous else None,
        "distance_m": round(change.distance_m, 2),
        "cues": list(change.cues),
    }
