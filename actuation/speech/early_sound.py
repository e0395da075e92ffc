"""A clause whose phones are known before its sound: dressed piece by piece as it comes. No I/O.

The loudness of the whole cannot be measured beforehand, so the gain is one for all clauses: from
the voice's usual level to the wanted one, never more than one, so that nothing clips.
"""

import numpy as np
from numpy.typing import NDArray

from actuation.speech.sound import RawPhone, fades, placed, spoken_words
from actuation.speech.text import Readable
from actuation.speech.voice import Coming, Speech


class EarlySound:
    """One clause from the times of its phones to its last sample."""

    def __init__(
        self,
        *,
        text: str,
        voice: str,
        words: Readable,
        rate_hz: int,
        phones: list[RawPhone],
        usual_db: float,
        level_db: float,
    ) -> None:
        """`usual_db`: of this voice's speech, RMS decibels under full scale.

        Raises `ValueError` when the phones make no sense.
        """
        length_s = phones[-1][2] if phones else 0.0
        first, last, kept = placed(words, phones, length_s)
        self._given = 0
        self._first = round(first * rate_hz)
        self._samples = np.zeros(round(last * rate_hz) - self._first, np.float32)
        gain = min(1.0, 10 ** ((level_db - usual_db) / 20))
        self._gain = gain * fades(len(self._samples), rate_hz)
        self._coming = Coming()
        self._words = words
        self.speech = Speech(
            text=text,
            voice=voice,
            rate_hz=rate_hz,
            samples=self._samples,
            phones=kept,
            words=spoken_words(words, kept),
            coming=self._coming,
        )

    def add(self, samples: NDArray[np.float32]) -> bool:
        """The engine's next samples, (n,) in [-1, 1]. Whether more can be played now."""
        begin = max(self._given - self._first, 0)
        part = samples[max(self._first - self._given, 0) :]
        self._given += len(samples)
        part = part[: max(len(self._samples) - begin, 0)]
        if not len(part):
            return False
        end = begin + len(part)
        self._samples[begin:end] = part * self._gain[begin:end]
        self._coming.count = end
        return True

    def whole(self) -> Speech:
        """All of it; what the engine left out at the end is silence."""
        self._coming.count = len(self._samples)
        speech = self.speech
        return Speech(
            text=speech.text,
            voice=speech.voice,
            rate_hz=speech.rate_hz,
            samples=self._samples,
            phones=speech.phones,
            words=speech.words,
        )
