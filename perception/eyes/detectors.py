"""The table of people detectors."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, pick
from agent.core.errors import BackendUnavailableError
from perception.eyes.camera import CameraConfig
from perception.eyes.sightings import Focus, Look, PeopleDetector
from perception.senses import Picture

DETECTORS = {
    "mediapipe": Row(
        path="perception.backends.mediapipe_people:MediaPipePeople",
        about="faces and bodies by MediaPipe's networks, on the CPU",
        packages=("mediapipe", "cv2"),
        cure="pip install mediapipe, then foyer models pull",
    ),
    "recorded": Row(
        path="perception.backends.recorded:RecordedPeople",
        about="people from a file of JSON lines, whatever the pictures show",
        packages=("cv2",),
    ),
    "none": Row(path="perception.eyes.detectors:NoPeople", about="sees nobody; needs nothing"),
}


class DetectorConfig(BaseModel):
    """What finds people in pictures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["mediapipe", "recorded", "none"] = Field(
        "mediapipe", description="`mediapipe`, `recorded` (people from a file) or `none`."
    )
    faces: bool = Field(
        True, description="Off: bodies only. No face model is opened and no face is measured."
    )
    recording: Path | None = Field(None, description="The file of people for `recorded`.")


class NoPeople:
    """A detector for machines without eyes."""

    def look(self, picture: Picture, focus: Focus) -> Look:
        """Nobody, ever."""
        return Look()

    def close(self) -> None:
        """Nothing to give back."""


def detector_opener(
    config: DetectorConfig, *, camera: CameraConfig, models: Path
) -> Callable[[], PeopleDetector]:
    """What opens the chosen detector, to be called in its worker thread.

    Importing takes a second and may fail, so it is done there, too: what is opened raises
    `BackendUnavailableError` when packages or models are missing.
    """

    def open_detector() -> PeopleDetector:
        kind = pick("people", DETECTORS, config.backend)
        detector: PeopleDetector
        if config.backend == "none":
            detector = kind()
        elif config.backend == "recorded":
            if config.recording is None:
                raise BackendUnavailableError("people: `recorded` needs `recording`, a file")
            detector = kind(config.recording, agent_face_height_m=camera.agent_face_height_m)
        else:
            detector = kind(camera=camera, models=models, faces=config.faces)
        return detector

    return open_detector
