"""Mouths that are seen and voices that are heard: our drawn character, and real faces at rest.

The character says a sentence, is drawn ten times a second, and the eyes of the product read its
lips: what comes is a mouth as a camera sees it, with all that goes wrong in that, and the sound.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.preview import FACE_CAMERA, Preview
from actuation.embodiments.vrm_file import read_character
from actuation.rehearsal import clauses_of, rehearse
from actuation.speech.voice import Speech, VoiceConfig, VoiceName, Voices
from agent.commands.perform import VRM
from agent.core.clock import LoopClock
from agent.core.messages import Act, ActId, Reason
from agent.models import models_folder
from perception.audio import Sound, clean, resample
from perception.backends.recorded import RecordedCamera
from perception.eyes.camera import Box, CameraConfig
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.sightings import Focus, PeopleDetector
from perception.senses import Picture

LOOKS_HZ: Final = 10
_SIZE_PX: Final = 320
_QUIET_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Mouth:
    """What was seen of one mouth: moments in seconds, and how far open it was."""

    at: Sequence[float]
    opening: Sequence[float]


@dataclass(frozen=True, slots=True)
class Talker:
    """A mouth, and the sound that belongs to it; the first second of both is quiet."""

    text: str
    mouth: Mouth
    sound: Sound


def eyes() -> PeopleDetector:
    """The detector of the product, with this machine's models."""
    opener = detector_opener(DetectorConfig(), camera=CameraConfig(), models=models_folder())
    return opener()


async def drawn_talker(text: str, detector: PeopleDetector, voice: VoiceName = "auto") -> Talker:
    """The character says `text`. Some six seconds of one core."""
    clauses = clauses_of(text)
    clock = LoopClock(asyncio.get_running_loop())
    voices = Voices(config=VoiceConfig(voice=voice), clock=clock, publish=lambda _: None)
    try:
        speeches: list[Speech] = [await voices.speak(clause.text) for clause in clauses]
    finally:
        await voices.close()
    act = Act(
        at=0.0, act=ActId(1), clauses=clauses,
        reason=Reason(policy="bench", because="to be heard and seen"),
    )  # fmt: skip
    rehearsal = rehearse(act, speeches)
    preview = Preview(read_character(VRM), size=_SIZE_PX, camera=FACE_CAMERA)
    step = 60 // LOOKS_HZ
    pictures = [preview.draw(frame) for frame in rehearsal.frames[::step]]
    seen = mouth_of(pictures, 1 / LOOKS_HZ, detector)
    lead = [k / LOOKS_HZ for k in range(round(_QUIET_S * LOOKS_HZ))]
    mouth = Mouth(
        [*lead, *(at + _QUIET_S for at in seen.at)],
        [seen.opening[0] if seen.opening else 0.0] * len(lead) + list(seen.opening),
    )
    sound = resample(clean(rehearsal.samples), rehearsal.rate_hz)
    quiet = np.zeros(round(_QUIET_S * 16_000), np.float32)
    return Talker(text, mouth, np.concatenate([quiet, sound]))


def mouth_of(
    pictures: Sequence[NDArray[np.uint8]], every_s: float, detector: PeopleDetector
) -> Mouth:
    """The largest face's mouth, where one is found."""
    at, opening = [], []
    for k, pixels in enumerate(pictures):
        look = detector.look(
            Picture(at=k * every_s, pixels=pixels),
            Focus(scan=None, faces=(Box(0.0, 0.0, 1.0, 1.0),)),
        )
        if look.faces:
            face = max(look.faces, key=lambda one: one.width_px)
            if face.mouth_open is not None:
                at.append(k * every_s)
                opening.append(face.mouth_open)
    return Mouth(at, opening)


def filmed_mouth(path: Path, detector: PeopleDetector) -> Mouth:
    """A real face in a film, about ten times a second. Not from within a running loop."""
    return mouth_of(asyncio.run(_pictures(path)), 1 / LOOKS_HZ, detector)


async def _pictures(path: Path) -> list[NDArray[np.uint8]]:
    pictures: list[NDArray[np.uint8]] = []
    async for picture in RecordedCamera(path).pictures():
        if picture.at >= len(pictures) / LOOKS_HZ - 1e-6:
            pictures.append(picture.pixels)
    return pictures
