"""Things that people hold: the words for them, whom to look at, and the table of detectors.

A look at things is rare and small: one person near enough, whose body was measured in the same
picture, in a cut-out around them. Nobody known, no look. What is found and is in nobody's hand is
forgotten with the picture.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, pick
from agent.core.messages import PersonId
from perception.eyes.camera import Box
from perception.eyes.sightings import Body
from perception.eyes.track import Track

_log = logging.getLogger(__name__)

OBJECT_MODEL = "objects.tflite"
CURE = "`foyer models pull --objects` fetches one that fits"


class Thing(StrEnum):
    """What somebody may hold that changes how they are read."""

    PHONE = "telephone"
    BOX = "box"
    SUITCASE = "suitcase"
    BACKPACK = "backpack"
    HANDBAG = "handbag"
    LAPTOP = "laptop"
    UMBRELLA = "umbrella"
    BOOK = "book"
    BOTTLE = "bottle"
    CUP = "cup"


LABELS: Mapping[str, Thing] = {
    "cell phone": Thing.PHONE,
    "mobile phone": Thing.PHONE,
    "coffee cup": Thing.CUP,
    "mug": Thing.CUP,
    "luggage and bags": Thing.SUITCASE,
} | {thing.value: thing for thing in Thing}
"""What models call them, in lower case: those of COCO and of Open Images."""


@dataclass(frozen=True, slots=True)
class ThingSeen:
    """One thing in one picture."""

    thing: Thing
    box: Box
    sure: float
    """0..1, as the model says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """Whose hands are looked at in one picture. No pixel of it is kept."""

    person: PersonId
    at: float
    body: Body
    others: tuple[Body, ...]
    """Beside it, of the same moment or a little before."""
    size_px: tuple[int, int]
    """Width and height of the picture."""
    around: Box


class ObjectDetector(Protocol):
    """Finds things. Called in a worker thread, one call at a time."""

    def find(self, pixels: NDArray[np.uint8], around: Box) -> tuple[ThingSeen, ...]:
        """Things in a part of a picture, (height, width, 3) RGB. Boxes are of the whole picture.

        Blocks; raises what it cannot survive.
        """
        ...

    def close(self) -> None:
        """Give the model back."""
        ...


OBJECT_DETECTORS = {
    "mediapipe": Row(
        path="perception.backends.mediapipe_objects:MediaPipeObjects",
        about="things by any detection model with MediaPipe's metadata, on the CPU",
        packages=("mediapipe",),
        cure="pip install mediapipe, then foyer models pull --objects",
    ),
    "none": Row(path="perception.eyes.objects:NoObjects", about="sees no things; needs nothing"),
}


class ObjectsConfig(BaseModel):
    """What people hold, and how much looking for it is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["mediapipe", "none"] = Field(
        "mediapipe",
        description="`mediapipe`: by `objects.tflite` in the folder of models, where that is there;"
        " without it carrying and phoning are told by posture alone. `none`: never.",
    )
    least_sure: float = Field(
        0.25, ge=0.05, le=0.95,
        description="What the model is less sure of is nothing. A thing is told when it is in a"
        " hand in most looks, so this may be low.",
    )  # fmt: skip
    every_s: float = Field(
        0.5, gt=0, le=30, description="Shortest time between two looks, of all people together."
    )
    near_m: float = Field(
        5.0, gt=0, le=20, description="Nobody farther off is looked at for things."
    )
    share: float = Field(
        0.1, gt=0, le=1,
        description="Most of the time that looks may take: where they are slow they are rarer.",
    )  # fmt: skip


class NoObjects:
    """A detector for machines without a model."""

    def find(self, pixels: NDArray[np.uint8], around: Box) -> tuple[ThingSeen, ...]:
        """Nothing, ever."""
        return ()

    def close(self) -> None:
        """Nothing to give back."""


def object_opener(
    config: ObjectsConfig, models: Path, say: Callable[[str], None] | None = None
) -> Callable[[], ObjectDetector] | None:
    """What opens the detector, in its worker thread; None where there is none, which is said.

    What is opened raises `BackendUnavailableError` with the cure where the model is of no use.
    """
    if config.backend == "none":
        return None
    model = models / OBJECT_MODEL
    if not model.exists():
        if say is not None:
            say(f"no {model}: carrying and phoning are told by posture alone; {CURE}")
        else:
            _log.info("things are not looked for", extra={"missing": str(model), "cure": CURE})
        return None

    def open_detector() -> ObjectDetector:
        kind = pick("objects", OBJECT_DETECTORS, config.backend)
        detector: ObjectDetector = kind(model, least_sure=config.least_sure)
        return detector

    return open_detector


LATELY_S = 0.5
"""A body measured so long ago still has its hands about there."""
AROUND = 1.3
"""Side of the cut-out against the height of what is seen of the body: a suitcase stands beside."""


class ObjectFocus:
    """Whose hands to look at in which picture. Pure."""

    def __init__(self, config: ObjectsConfig) -> None:
        self._config = config
        self._next_at = float("-inf")
        self._looked: dict[PersonId, float] = {}

    def choose(
        self, at: float, tracks: Sequence[Track], size_px: tuple[int, int]
    ) -> LookedAt | None:
        """Who is looked at in the picture of the moment `at`; None: nobody, or not yet."""
        self._looked = {t.person: self._looked.get(t.person, float("-inf")) for t in tracks}
        if at < self._next_at:
            return None
        due = [track for track in tracks if self._fits(at, track)]
        who = min(due, key=lambda t: (self._looked[t.person], t.place.distance_m), default=None)
        if who is None or who.body is None:
            return None
        self._looked[who.person], self._next_at = at, at + self._config.every_s
        others = tuple(
            track.body for track in tracks
            if track is not who and track.body is not None and at - track.body_at <= LATELY_S
        )  # fmt: skip
        return LookedAt(
            person=who.person, at=at, body=who.body, others=others, size_px=size_px,
            around=cut_out(who.body.box, size_px),
        )  # fmt: skip

    def took(self, at: float, seconds: float) -> None:
        """A look at the picture of the moment `at` has taken so long."""
        self._next_at = max(self._next_at, at + seconds / self._config.share)

    def _fits(self, at: float, track: Track) -> bool:
        body = track.body if track.body_at == at else None
        near = track.place.distance_m <= self._config.near_m
        return track.confirmed and near and body is not None and body.outline is not None


def cut_out(body: Box, size_px: tuple[int, int]) -> Box:
    """A square of the picture around a body, kept inside. `size_px`: width and height."""
    width_px, height_px = size_px
    half_px = AROUND / 2 * max(body.width * width_px, body.height * height_px)
    x, y = body.center
    wide, high = half_px / width_px, half_px / height_px
    return Box(max(0.0, x - wide), max(0.0, y - high), min(1.0, x + wide), min(1.0, y + high))
