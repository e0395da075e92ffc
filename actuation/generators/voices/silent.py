"""No sound: the time words would take, so that captions and body go on when no voice works."""

import numpy as np

from actuation.speech.text import Readable
from actuation.speech.voice import Speech, SpokenWord, VoiceConfig

_RATE_HZ = 16_000
_WORD_S, _LETTER_S, _STOP_S = 0.12, 0.055, 0.25
"""About 150 words a minute for ordinary text."""


class SilentVoice:
    """A rule of thumb in place of a voice. Never fails."""

    def __init__(self, *, name: str = "silent", config: VoiceConfig | None = None) -> None:
        self.name = name
        self._pace = (config or VoiceConfig()).pace

    async def start(self) -> None:
        """Nothing to start."""

    async def speak(self, text: str, words: Readable) -> Speech:
        """Return silence as long as the words would take. Works for any script."""
        at = 0.0
        spoken: list[SpokenWord] = []
        for word in words.words:
            length = (_WORD_S + _LETTER_S * min(len(word), 20)) / self._pace
            spoken.append(SpokenWord(text=word, start_s=at, end_s=at + length))
            at += length + (_STOP_S if word[-1] in ".,;:?!" else 0.0)
        return Speech(
            text=text,
            voice=self.name,
            rate_hz=_RATE_HZ,
            samples=np.zeros(round(at * _RATE_HZ), np.float32),
            phones=(),
            words=tuple(spoken),
        )

    async def close(self) -> None:
        """Nothing to close."""
