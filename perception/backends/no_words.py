"""The recogniser that needs nothing: it understands nothing, and says so."""

from perception.audio import Sound
from perception.words.recognition import Reading, RecognitionConfig
from perception.words.site_language import SiteLanguage


class NoWords:
    """Every turn ends without words, so the agent can ask to type instead."""

    def __init__(self, config: RecognitionConfig, site: SiteLanguage) -> None: ...

    def start(self) -> None:
        """Nothing to begin."""

    def feed(self, samples: Sound) -> None:
        """Not listened to."""

    def partial(self) -> str:
        """No words."""
        return ""

    def finish(self) -> Reading:
        """No words, no confidence."""
        return Reading(text="", confidence=0.0)
