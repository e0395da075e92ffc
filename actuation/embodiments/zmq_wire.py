"""What is said over ZeroMQ: topics, payloads, commands. Pure; `zmq_schema.json` says it formally.

Published: two parts, the topic (`frame`, `voice`, `act`, `state`, `health`, `body`) and a msgpack
map. Every map has `v` (1), `seq` (counts up by one within its topic, so a hole is a loss) and
`sent_at`; all times are seconds on the agent's monotonic axis, CLOCK_MONOTONIC of its machine.
Commands: one msgpack map `{v, command, because}`, answered by `{v, done, because}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgpack
import numpy as np

from actuation.bodies.deadline import Pace
from actuation.motion import Cut, Frame, VoiceChunk, Volume
from agent.core.codec import encode
from agent.core.errors import BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    ActRefused,
    ActStarted,
    BackendChosen,
    ClauseSpoken,
    CommandRefused,
    ComponentHealth,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    EngagementChanged,
    Message,
    PageChanged,
    ShownOtherwise,
    StageState,
    Stop,
    StreamQuiet,
)

VERSION: Final = 1
ANNOUNCE_EVERY_S: Final = 1.0
MOST_BECAUSE: Final = 200
"""Letters of a command's reason."""

TOPIC_OF: Final[Mapping[type[Message], str]] = {
    kind: topic
    for topic, kinds in {
        "act": (
            Act, Stop, Duck, ActStarted, ClauseSpoken, ActFinished, ActRefused, ShownOtherwise,
        ),
        "state": (
            StageState, EngagementChanged, PageChanged, EmergencyStop, EmergencyRelease,
            CommandRefused,
        ),
        "health": (ComponentHealth, StreamQuiet, BackendChosen),
    }.items()
    for kind in kinds
}  # fmt: skip
"""What is passed on. A visitor's words, looks and place, and a host's name, never are."""
_SPOKEN: Final = frozenset({"text", "screen", "discreet", "heard", "facts"})

CommandName = Literal["emergency_stop", "emergency_release"]
COMMANDS: Final[tuple[CommandName, ...]] = ("emergency_stop", "emergency_release")


@dataclass(frozen=True, slots=True)
class Command:
    """Something asked from outside."""

    name: CommandName
    because: str


class Packing:
    """Payloads of one stream, numbered by topic."""

    def __init__(self) -> None:
        self._packer = msgpack.Packer(use_bin_type=True)
        self._sent: dict[str, int] = {}

    def sent(self, topic: str) -> int:
        """How many of a topic were packed."""
        return self._sent.get(topic, 0)

    def pack(self, topic: str, sent_at: float, content: dict[str, object]) -> list[bytes]:
        """The parts of one published message."""
        seq = self._sent[topic] = self.sent(topic) + 1
        head: dict[str, object] = {"v": VERSION, "seq": seq, "sent_at": sent_at}
        payload: bytes = self._packer.pack(head | content)
        return [topic.encode(), payload]


def frame_content(frame: Frame, *, generation: int, pace: Pace) -> dict[str, object] | None:
    """A frame's fields; None for one with numbers that are none, which nobody may follow."""
    if not (np.isfinite(frame.joints).all() and np.isfinite(frame.face).all()):
        return None
    return {
        "at": frame.at,
        "generation": generation,
        "utterance": None if frame.utterance is None else int(frame.utterance),
        "score_s": frame.score_s,
        "pace": str(pace),
        "joints": frame.joints.tolist(),
        "face": np.clip(frame.face, 0.0, 1.0).tolist(),
        "gaze_yaw_rad": float(frame.gaze_yaw_rad),
        "gaze_pitch_rad": float(frame.gaze_pitch_rad),
    }


def voice_content(item: VoiceChunk | Cut | Volume) -> dict[str, object]:
    """A stretch of voice, or what becomes of the stretches before it."""
    match item:
        case Cut():
            return {"event": "cut", "at": item.at, "generation": item.generation}
        case Volume():
            return {"event": "volume", "at": item.at, "gain": item.gain}
    return {
        "event": "chunk",
        "at": item.at,
        "generation": item.generation,
        "utterance": int(item.utterance),
        "score_s": item.score_s,
        "rate_hz": item.rate_hz,
        "last": item.last,
        "samples": np.round(np.clip(item.samples, -1, 1) * 32767).astype("<i2").tobytes(),
    }


def message_content(message: Message, *, words: bool) -> dict[str, object]:
    """An act, a state or a health; without `words`, nothing of what is said."""
    plain = encode(message)
    return {"message": plain if words else _wordless(plain)}


def _wordless(value: Any) -> Any:  # noqa: ANN401 - plain JSON values
    if isinstance(value, dict):
        return {k: _silenced(v) if k in _SPOKEN else _wordless(v) for k, v in value.items()}
    return [_wordless(item) for item in value] if isinstance(value, list) else value


def _silenced(value: object) -> object:
    return None if value is None else {} if isinstance(value, dict) else ""


def read_command(data: bytes, *, most_bytes: int) -> Command:
    """Return the command that `data` says, or raise `BadInputError` with what is wrong."""
    if len(data) > most_bytes:
        raise BadInputError(f"a command may have {most_bytes} bytes, not {len(data)}")
    try:
        said = msgpack.unpackb(
            data, raw=False, strict_map_key=True, max_map_len=8, max_array_len=8, max_ext_len=0
        )
    except (ValueError, msgpack.exceptions.UnpackException):
        raise BadInputError("not msgpack: see zmq_schema.json for what a command is") from None
    if not isinstance(said, dict):
        raise BadInputError("a command is a map: see zmq_schema.json")
    if unknown := sorted(said.keys() - {"v", "command", "because"}):
        raise BadInputError(f"a command has v, command and because, not {_short(unknown[0])}")
    if said.get("v") != VERSION:
        raise BadInputError(f"v must be {VERSION}")
    name, because = said.get("command"), said.get("because", "")
    if name not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise BadInputError(f"there is no command {_short(name)}; there is {known}")
    if not isinstance(because, str) or len(because) > MOST_BECAUSE:
        raise BadInputError(f"because must be a text of at most {MOST_BECAUSE} letters")
    return Command(name, "".join(c if c.isprintable() else " " for c in because).strip())


def answer(*, done: bool, because: str) -> bytes:
    """The answer to a command."""
    packed: bytes = msgpack.packb({"v": VERSION, "done": done, "because": because})
    return packed


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
