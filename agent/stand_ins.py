"""What may stand in for devices, networks and processes: tests and benches hand these in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actuation.speech.voice import Voice
from perception.eyes.objects import ObjectDetector
from perception.eyes.sightings import PeopleDetector
from perception.off_loop import OffLoop
from perception.senses import Camera, Microphone
from perception.turns.voice_activity import VoiceDetector
from perception.words.recognition import WordSource


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """Each that is None is the real one, as configured."""

    camera: Camera | None = None
    open_detector: Callable[[], PeopleDetector] | None = None
    open_objects: Callable[[], ObjectDetector] | None = None
    """None: the real one, if people are found by the real one, too."""
    off_loop: OffLoop | None = None
    """Where the detectors work."""
    microphone: Microphone | None = None
    voice_detector: Callable[[], VoiceDetector] | None = None
    words: WordSource | None = None
    """A `RecogniserProcess` is run as a component, too."""
    voices: Sequence[Voice] | None = None
    """The wanted voice first, the surest last."""
    watch_loop: bool = True
    """Whether the watchdog looks for a blocked loop, which means nothing on virtual time."""


REAL = StandIns()
