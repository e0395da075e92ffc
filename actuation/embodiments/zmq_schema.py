"""Writes `zmq_schema.json`, the published JSON Schema of what is said over ZeroMQ.

`python -m actuation.embodiments.zmq_schema` renews it; a test fails when it is out of date.
"""

import json
from pathlib import Path
from typing import Any, Final

from actuation.bodies.deadline import Pace
from actuation.embodiments.zmq_wire import COMMANDS, MOST_BECAUSE, TOPIC_OF, VERSION
from actuation.motion import JOINT_NAMES
from agent.core.codec import schema
from agent.core.face_shapes import ARKIT_NAMES

SCHEMA_FILE: Final = Path(__file__).with_name("zmq_schema.json")
_Schema = dict[str, Any]

_SECONDS: Final[_Schema] = {
    "type": "number",
    "description": "Seconds on the agent's monotonic axis.",
}
_COUNT: Final[_Schema] = {"type": "integer", "minimum": 0}
_PACE: Final[_Schema] = {
    "enum": [str(pace) for pace in Pace],
    "description": "follow: as planned. hold: frames stopped coming, or an emergency: stand still."
    " rest: nothing for a second: go to rest; no frame follows until there are new ones.",
}


def build_schema() -> _Schema:
    """The whole schema: the payload of topic T validates against `#/$defs/T`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:foyer:zmq:{VERSION}",
        "title": "Foyer over ZeroMQ",
        "description": "Published messages have two parts: the topic and a msgpack map that"
        " validates against $defs/<topic>. A command is one msgpack map, $defs/command, sent to"
        " the ROUTER socket by a REQ or DEALER socket; it is answered by $defs/answer.",
        "$defs": {
            "frame": _frame(),
            "voice": {"oneOf": [_voice_chunk(), _cut(), _volume()]},
            "body": _body(),
            **{topic: _messages(topic) for topic in dict.fromkeys(TOPIC_OF.values())},
            "command": _command(),
            "answer": _object(
                v={"const": VERSION}, done={"type": "boolean"}, because={"type": "string"}
            ),
        },
    }


def _object(about: str = "", **fields: _Schema) -> _Schema:
    found: _Schema = {"type": "object", "properties": fields, "required": list(fields)}
    return {"description": about, **found} if about else found


def _published(about: str, **fields: _Schema) -> _Schema:
    """Everything that is published begins alike."""
    seq = {"type": "integer", "minimum": 1, "description": "Counts up by one in each topic."}
    return _object(about, v={"const": VERSION}, seq=seq, sent_at=_SECONDS, **fields)


def _numbers(count: int, low: float, high: float) -> _Schema:
    item = {"type": "number", "minimum": low, "maximum": high}
    return {"type": "array", "items": item, "minItems": count, "maxItems": count}


def _frame() -> _Schema:
    joints = {
        "type": "array",
        "items": _numbers(4, -1.001, 1.001),
        "minItems": len(JOINT_NAMES),
        "maxItems": len(JOINT_NAMES),
        "description": "Unit quaternions x y z w in the parent's frame (VRM: +Y up, facing +Z), in"
        " the order of `joints` in topic body.",
    }
    face = _numbers(len(ARKIT_NAMES), 0, 1)
    face["description"] = "ARKit blendshapes, in the order of `blendshapes` in topic body."
    return _published(
        "One instant of the body, sent when it is to be seen.",
        at=_SECONDS,
        generation=_COUNT,
        utterance={"type": ["integer", "null"]},
        score_s={"type": "number", "description": "Seconds since the utterance's first sample."},
        pace=_PACE,
        joints=joints,
        face=face,
        gaze_yaw_rad={"type": "number", "description": "Eyes against the head, left positive."},
        gaze_pitch_rad={"type": "number", "description": "Eyes against the head, up positive."},
    )


def _voice_chunk() -> _Schema:
    return _published(
        "A stretch of voice, sent ahead: its first sample is to be heard at `at`.",
        event={"const": "chunk"},
        at=_SECONDS,
        generation=_COUNT,
        utterance={"type": "integer"},
        score_s={"type": "number"},
        rate_hz={"type": "integer", "minimum": 8000},
        last={"type": "boolean"},
        samples={
            "type": "string",
            "contentEncoding": "base64",
            "description": "Mono, 16 bit, little-endian. In msgpack a bin; base64 only where the"
            " payload is written as JSON.",
        },
    )


def _cut() -> _Schema:
    about = "Drop all unplayed voice of generations below this one."
    return _published(about, event={"const": "cut"}, at=_SECONDS, generation=_COUNT)


def _volume() -> _Schema:
    gain = {"type": "number", "minimum": 0}
    return _published("Set the voice's gain.", event={"const": "volume"}, at=_SECONDS, gain=gain)


def _names(names: tuple[str, ...]) -> _Schema:
    return {"const": list(names)}


def _body() -> _Schema:
    return _published(
        "Once a second, and at every halt and release: what the stream is.",
        name={"type": "string"},
        joints=_names(JOINT_NAMES),
        blendshapes=_names(ARKIT_NAMES),
        rate_hz={"type": "number"},
        voice={"type": "boolean"},
        pace=_PACE,
        halted={"type": "boolean", "description": "An emergency stop holds."},
        frames={**_COUNT, "description": "Frames published so far."},
        behind={**_COUNT, "description": "Times a subscriber fell behind and began to lose."},
        refused={**_COUNT, "description": "Commands refused so far."},
    )


def _messages(topic: str) -> _Schema:
    kinds = [schema(kind) for kind, of in TOPIC_OF.items() if of == topic]
    return _published(f"A message of the agent ({topic}).", message={"oneOf": kinds})


def _command() -> _Schema:
    because = {"type": "string", "maxLength": MOST_BECAUSE}
    fields = {"v": {"const": VERSION}, "command": {"enum": list(COMMANDS)}, "because": because}
    return {
        "type": "object",
        "properties": fields,
        "required": ["v", "command"],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(build_schema(), indent=1) + "\n", encoding="utf-8")
