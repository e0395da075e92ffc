"""What `foyer perceive` tells of people among each other, and of what changes how they are read.

`--between`: triplets of who, with whom and what passes; `--context`: on the phone, carrying, in
company, waiting long, a child, a wheelchair. Expressions and gestures are in the triplets where
`--faces` and `--actions` are asked for as well.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from agent.core.messages import FormationChanged, Message, PersonId, PersonLost, PersonSeen
from perception.engagement.context import ContextConfig, Contexts, limbs_of
from perception.engagement.nonverbal import Interaction, Nonverbal
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.reach import hands_of
from perception.eyes.track import Track
from perception.senses import Picture

SMILE = 12
"""The action unit that pulls up the corners of the mouth."""


class Between:
    """Listens along to all that is told, and adds lines of its own."""

    def __init__(self, camera: CameraConfig, *, between: bool, context: bool) -> None:
        self._camera = camera
        self._between = Nonverbal() if between else None
        self._context = Contexts(ContextConfig()) if context else None
        self._newest: dict[PersonId, PersonSeen] = {}

    def tell(self, message: Message) -> None:
        """Take in what is told of people."""
        match message:
            case PersonSeen():
                self._newest[message.person] = message
                if self._between is not None:
                    self._between.see(message)
            case PersonLost():
                self._newest.pop(message.person, None)
                for core in (self._between, self._context):
                    if core is not None:
                        core.lose(message.person)
            case FormationChanged():
                for core in (self._between, self._context):
                    if core is not None:
                        core.form(message)

    def look(self, picture: Picture, tracks: Sequence[Track], closer: Sequence[str]) -> list[str]:
        """JSON lines about this picture. `closer`: lines about faces and actions in it."""
        height, width = picture.pixels.shape[:2]
        lens, at = Lens(self._camera, width_px=width, height_px=height), picture.at
        lines = []
        for track in tracks:
            seen = self._newest.get(track.person)
            if not track.confirmed or seen is None or seen.at != at:
                continue
            body = track.body if track.body_at == at else None
            if self._between is not None and body is not None:
                self._between.reach(track.person, at, hands_of(body, lens))
            if self._context is not None:
                limbs = limbs_of(at, body, lens) if body is not None else None
                for told in self._context.see(seen, limbs):
                    lines.append(_line("ContextTold", at, asdict(told) | {"what": told.what.value}))
        if self._between is not None:
            for line in closer:
                _take(self._between, at, json.loads(line))
            lines += [_interaction(one) for one in self._between.judge(at)]
        return lines


def _take(core: Nonverbal, at: float, line: dict[str, Any]) -> None:
    person = PersonId(line["person"])
    if line["kind"] == "FaceUnits":
        sure = [unit["confidence"] for unit in line["there"] if unit["unit"] == SMILE]
        core.smile(person, max(sure, default=None))
    elif line["kind"] == "ActionSeen":
        core.sign(person, at, line["action"], line["fits"])
    elif line["kind"] == "FaceMoved":
        core.sign(person, at, str(line["movement"]), float(line.get("confidence", 0.7)))


def _interaction(one: Interaction) -> str:
    triplet = one.triplet
    return _line(
        "Interaction",
        one.at,
        {
            "individual": triplet.individual, "group": triplet.group, "type": triplet.kind.value,
            "what": triplet.what, "confidence": round(one.confidence, 2), "over": one.over,
        },
    )  # fmt: skip


def _line(kind: str, at: float, more: dict[str, Any]) -> str:
    return json.dumps({"kind": kind} | more | {"at": round(at, 3)}, ensure_ascii=False)
