"""The recogniser that is at work where nobody has fetched a Whisper model: for benches, lessons."""

from collections.abc import Sequence
from typing import Protocol

from agent.core.backend import pick
from perception.words.recognition import (
    RECOGNISERS,
    Reading,
    Recogniser,
    RecognitionConfig,
    moonshine_folder,
)
from perception.words.site_language import SiteLanguage


class Embedded(Recogniser, Protocol):
    """A recogniser that also judges words that it is told."""

    def judged(self, words: Sequence[str], trust: float) -> Reading:
        """A reading of `words`: how readily sentences end on them at this site."""
        ...


def row() -> str:
    """Its name in the table."""
    return "pocketsphinx" if moonshine_folder() is None else "moonshine"


def embedded(site: SiteLanguage) -> Embedded:
    """It, in this process, expecting the names of `site`."""
    made: Embedded = pick("recogniser", RECOGNISERS, row())(RecognitionConfig(), site)
    return made
