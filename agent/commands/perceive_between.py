"""What `foyer perceive` tells of people among each other, and of what changes how they are read.

`--between`: triplets of who, with whom and what passes; `--context`: on the phone, carrying, in
company, waiting long, a child, a wheelchair. Expressions and gestures are in the triplets where
`--faces` and `--actions` are asked for as well.
"""

import json
from collections.abc import Sequence
from typing import Any

from agent.core.messages import (
    ContextChanged,
    FaceMoved,
    FaceUnit,
    Message,
    PersonId,
    VisitorActed,
)
from perception.engagement.among import Among, AmongConfig
from perception.eyes.camera import CameraConfig
from perception.eyes.track import Track
from perception.senses import Picture


class Between:
    """Listens along to all that is told, and adds facts of its own."""

    def __init__(
        self, camera: CameraConfig, config: AmongConfig, *, between: bool, context: bool
    ) -> None:
        self._among: Among | None = None
        if between or context:
            asked = config.model_copy(update={"interactions": between, "contexts": context})
            self._among = Among(asked, camera)

    def tell(self, message: Message) -> None:
        """Take in what is told of people."""
        if self._among is not None:
            self._among.tell(message)

    def look(
        self, picture: Picture, tracks: Sequence[Track], closer: Sequence[str]
    ) -> list[ContextChanged]:
        """What this picture brings. `closer`: lines about faces and actions in it."""
        if self._among is None:
            return []
        for line in closer:
            if (message := _told(picture.at, json.loads(line))) is not None:
                self._among.tell(message)
        height, width = picture.pixels.shape[:2]
        return self._among.look(picture.at, (width, height), tracks)


def _told(at: float, line: dict[str, Any]) -> Message | None:
    """A line as the fact that the live eyes tell."""
    person = PersonId(line["person"])
    if line["kind"] == "FaceUnits":
        units = tuple(
            FaceUnit(
                number=unit["unit"], name="", confidence=unit["confidence"], intensity=0.0,
                asymmetry=0.0,
            )
            for unit in line["there"]
        )  # fmt: skip
        return FaceMoved(at=at, person=person, units=units)
    if line["kind"] == "ActionSeen":
        return VisitorActed(
            at=at, person=person, action=line["action"], fits=line["fits"], hand="", because=()
        )
    if line["kind"] == "FaceMoved":
        return FaceMoved(at=at, person=person, units=None, movement=str(line["movement"]))
    return None
