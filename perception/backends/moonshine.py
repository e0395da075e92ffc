"""The embedded recogniser: Moonshine writes down, the site's own search knows names.

Both hear the turn. The network knows English as people speak it, and no name of this house; the
search (`pocketsphinx.py`) knows what is said here and little else. At each pause what the network
has written, what the search has found, and what the site's names would make of the network's words
are held against the sound by the network itself; what is expected here has a start.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.backends.moonshine_network import Floats, Moonshine, Written
from perception.backends.pocketsphinx import PocketsphinxRecogniser, agreement, dictionary
from perception.senses import SOUND_RATE_HZ
from perception.words.expected import Expected, Words
from perception.words.pronunciation import pronunciations
from perception.words.recognition import Reading, RecognitionConfig, moonshine_folder
from perception.words.site_language import SiteLanguage, expected_names
from perception.words.writing import Writing

_MOST: Final = 24 * SOUND_RATE_HZ
"""Of a longer turn the last of it is read."""
_SHORTEST: Final = SOUND_RATE_HZ // 5
_FIRST, _EVERY = round(0.5 * SOUND_RATE_HZ), round(0.4 * SOUND_RATE_HZ)
"""Samples before words are first read while they are spoken, and at least between two readings."""
_SHARE: Final = 0.1
"""Of a core that reading meanwhile may take: long turns are read less often."""
_QUIET_FOR: Final = 1000
_QUIET, _OVER_FLOOR, _AT_MOST = 0.15, 1.6, 0.4
"""A stretch is quiet below this share of the loudest one, or so little over the quietest ones, but
never above a share of the loudest. There a turn may end: it is read before that is asked for."""
_SILENT: Final = 0.03
"""What is louder than this share, and than noise, may be a soft last word: it is read again."""
_FLOOR_SHARE: Final = 10
_CERTAIN: Final = 0.85
"""A reading with less trust is made again when it is asked for: what had been taken for the end may
have been the closure of a last `k`, and silence behind it tells, too."""
_NEAR, _MOST_NAMES = 0.45, 5
_SURE: Final = -0.3
"""Where every token is likelier than this (logarithm), no name stands misread."""
_NAME, _NAME_FAR = 8.0, 8.0
"""Nats by which a reading with a name of the site may fit the sound worse; less for each phone of
it that was changed."""
_EXPECTED, _EXPECTED_FROM, _EXPECTED_MOST = 80.0, 0.5, 30.0
"""The same for what the search has found, by its trust in it."""
_DOUBT, _WHOLE = 0.3, 0.7
"""All of that where the network doubts what it has written by so many nats a token, less where it
does not; at least this share where visitors here say exactly what was found, and then stop."""
_TRUST: Final = (0.7, 1.3, 1.3, 3.3)
"""Of a constant, a token's fit, the network's doubt, and what the search found too.

All numbers from `_NAME` on: from 35 sentences of made voices and five of a person, in noise, in
rooms and with holes.
"""


@dataclass(frozen=True, slots=True)
class _Fits:
    """A reading, and how well the sound fits it."""

    words: Words
    logs: tuple[float, ...]
    start: float
    """Nats that it is given for being expected here."""

    @property
    def score(self) -> float:
        return sum(self.logs) + self.start


@dataclass(frozen=True, slots=True)
class _Known:
    """What the turn was taken for when so much of it had been heard."""

    words: Words
    trust: float
    samples: int


class MoonshineRecogniser:
    """English. Loads in two seconds; half a core while somebody speaks."""

    def __init__(self, config: RecognitionConfig, site: SiteLanguage) -> None:
        """Raises `BackendUnavailableError` where the model is not on this disk."""
        folder = moonshine_folder()
        if folder is None:
            raise BackendUnavailableError(
                "recogniser: the Moonshine model is not on this disk; fetch it with "
                "`foyer models pull`"
            )
        self._network = Moonshine(folder)
        self._search = PocketsphinxRecogniser(config, site, alone=False)
        known = dictionary()
        self._expected = Expected(
            expected_names(site), lambda word: known.get(word) or pronunciations(word)
        )
        self._writing = Writing(site)
        self.start()

    def start(self) -> None:
        """Begin a new turn."""
        self._search.start()
        self._sound: list[Sound] = []
        self._levels: list[float] = []
        self._samples = self._loud_until = 0
        self._heard_until = 0
        self._due = _FIRST
        self._written: tuple[int, ...] = ()
        self._known: _Known | None = None

    def feed(self, samples: Sound) -> None:
        """More sound. The search keeps pace with it; the network reads when asked."""
        if not samples.size:
            return
        self._search.feed(samples)
        self._sound.append(samples)
        self._samples += samples.size
        self._levels.append(float(np.sqrt(np.mean(np.square(samples)))))
        loudest = max(self._levels)
        floor = float(np.percentile(self._levels, _FLOOR_SHARE))
        noise = min(_OVER_FLOOR * floor, _AT_MOST * loudest)
        if self._levels[-1] > max(_QUIET * loudest, noise):
            self._loud_until = self._samples
        if self._levels[-1] > max(_SILENT * loudest, noise):
            self._heard_until = self._samples

    def partial(self) -> str:
        """Words so far. At a stretch of quiet the turn is read whole: its end may be asked for."""
        if self._loud_until and self._may_end():
            return " ".join(self._whole().words)
        if self._samples < self._due or self._samples > self._loud_until:
            return ""  # it may be about to end: nothing must be in the way then
        began = time.perf_counter()
        words, _ = self._read()
        took_s = time.perf_counter() - began
        self._due = self._samples + max(_EVERY, round(took_s / _SHARE * SOUND_RATE_HZ))
        return " ".join(words)

    def finish(self) -> Reading:
        """The reading that fits the sound best."""
        if self._samples < _SHORTEST:
            return Reading(text="", confidence=0.0)
        known = self._known
        if known is None or not self._still_known() or self._doubtful(known):
            known = self._whole()
        return self._search.judged(known.words, known.trust)

    def judged(self, words: Sequence[str], trust: float) -> Reading:
        """A reading of `words`: how readily sentences end on them."""
        return self._search.judged(tuple(words), trust)

    def _may_end(self) -> bool:
        """It is quiet, and was not read since it is; or silent, and something soft came since."""
        read = self._known.samples if self._known is not None else 0
        quiet = self._samples - self._loud_until >= _QUIET_FOR and read < self._loud_until
        silent = self._samples - self._heard_until >= _QUIET_FOR and read < self._heard_until
        return (quiet and self._samples - read >= _EVERY) or silent

    def _doubtful(self, known: _Known) -> bool:
        return known.trust < _CERTAIN and known.samples < self._samples

    def _still_known(self) -> bool:
        """Nothing was heard since the turn was read whole."""
        return self._known is not None and self._heard_until <= self._known.samples

    def _whole(self) -> _Known:
        self._known = _Known(*self._read(), self._samples)
        return self._known

    def _read(self) -> tuple[Words, float]:
        heard, written = self._write()
        words = self._writing.words(written.text)
        found, trust = self._search.found(words)
        doubt = -sum(written.logs) / len(written.logs)
        others = self._others(words, found, trust, written.logs)
        texts = [self._writing.sentence(other) for other in others]
        logs = self._network.likelihood(heard, texts)
        fits = [_Fits(*one) for one in zip(others, logs, others.values(), strict=True)]
        best = max((_Fits(words, written.logs, 0.0), *fits), key=lambda one: one.score)
        trust = _trust(best, doubt, agreement(best.words, found))
        return best.words, trust if best.words else 0.0

    def _write(self) -> tuple[Floats, Written]:
        """What the network hears in the turn so far, and what it writes."""
        whole: Sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.float32)
        self._sound = [whole]
        sound = whole[-_MOST:]
        heard = self._network.heard(sound)
        seconds = sound.size / SOUND_RATE_HZ
        written = self._network.write(heard, seconds=seconds, guess=self._written)
        self._written = written.numbers
        return heard, written

    def _others(
        self, words: Words, found: Words, trust: float, logs: tuple[float, ...]
    ) -> dict[Words, float]:
        """What it may have been instead, and the start of each."""
        others: dict[Words, float] = {}
        doubt = -sum(logs) / len(logs)
        if found and found != words and trust > _EXPECTED_FROM:
            sure = min(_EXPECTED_MOST, _EXPECTED * (trust - _EXPECTED_FROM))
            whole = self._search.whole(found)
            others[found] = sure * max(_WHOLE * whole, min(1.0, doubt / _DOUBT))
        if min(logs) < _SURE:
            for one in self._expected.alternatives(words, within=_NEAR, most=_MOST_NAMES):
                others.setdefault(one.words, _NAME - _NAME_FAR * one.distance)
        return others


def _trust(best: _Fits, doubt: float, agreed: float) -> float:
    """Trust in a reading, 0..1."""
    constant, fit, doubts, both = _TRUST
    a_token = sum(best.logs) / len(best.logs)
    evidence = constant + fit * a_token - doubts * doubt + both * agreed
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, evidence))))
