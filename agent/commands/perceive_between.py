"""What `foyer perceive` tells of people among each other, and of what changes how they are read.

`--between`: triplets of who, with whom and what passes; `--context`: on the phone, carrying, in
company, waiting long, a child, a wheelchair. Expressions and gestures are in the triplets where
`--faces` and `--actions` are asked for as well; with `--context` hands are looked at, too, where a
model of things is at hand.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
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
from perception.eyes.objects import ObjectDetector, ObjectFocus, ObjectsConfig, object_opener
from perception.eyes.track import Track
from perception.senses import Picture


class Between:
    """Listens along to all that is told, and adds facts of its own."""

    def __init__(
        self, camera: CameraConfig, config: AmongConfig, *, between: bool, context: bool,
        objects: ObjectsConfig | None = None, models: Path | None = None,
    ) -> None:  # fmt: skip
        """`models`: where a model of things may lie. Raises `BackendUnavailableError` where it
        lies there and is of no use."""
        self._among: Among | None = None
        self._objects: ObjectDetector | None = None
        self._focus = ObjectFocus(objects or ObjectsConfig())
        if context and objects is not None and models is not None:
            opener = object_opener(objects, models, _say)
            self._objects = opener() if opener is not None else None
        if between or context:
            asked = config.model_copy(update={"interactions": between, "contexts": context})
            self._among = Among(asked, camera)

    def close(self) -> None:
        """Give the model of things back."""
        if self._objects is not None:
            self._objects.close()

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
        if self._objects is not None:
            chosen = self._focus.choose(picture.at, tracks, (width, height))
            if chosen is not None:
                found = self._objects.find(picture.pixels, chosen.around)
                self._among.handle(chosen, found)
        return self._among.look(picture.at, (width, height), tracks)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


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
