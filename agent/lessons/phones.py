"""What teaches the ear for phones: made voices that say words of every kind, and what they say.

Words by chance from the dictionary, the most common ones oftener; what visitors, listeners and
those say who want the floor. At other speeds and heights, in rooms, in noise, through other
microphones, up to 8 s on end. No recording of a person is used.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import made_voice
from agent.bench.sound_rooms import Room
from agent.core.errors import BackendUnavailableError
from agent.lessons.murmurs import FLOOR, MURMURS, faster
from perception.audio import Sound
from perception.backends.smart_turn import SmartTurn
from perception.senses import SOUND_RATE_HZ
from perception.turns.listeners import CLAIMS, LISTENS
from perception.turns.phones import columns
from perception.words.site_language import sentences

_FLITE: Final = (*("slt",) * 5, *("awb",) * 4, *("rms",) * 5, *("kal16",) * 2, "kal")
"""The more like a person, the oftener."""
_ESPEAK: Final = (
    *("en-us", "en-gb", "en-us+f2", "en-gb+m3", "en-gb+f4", "en-us+klatt4", "en-gb-scotland"),
    *("en-us+linda", "en-us+john", "en-gb-x-rp+f5", "en-us+m7", "en-us+f5", "en-029+m4"),
    *("en-us+Andy", "en-us+Annie", "en-us+belinda", "en-us+Mario", "en-us+anika"),
    *("en-us+steph", "en-us+Michael"),
)
_FLITE_SHARE: Final = 0.72
_LONGEST_S: Final = 7.6
_SPAN: Final = 8 * SOUND_RATE_HZ
_SPEEDS: Final = (0.82, 1.22)
_GAPS_S: Final = (0.08, 0.5)
_AWAY_M: Final = (0.4, 0.7, 1.0, 2.0, 3.0)
_NOISE_DB: Final = (3.0, 40.0)
_CLEAN_DB: Final = 60.0
_AUDIBLE: Final = 0.02
_ROW: Final = 320
"""Samples a row of the encoder stands for."""
_REFUSED: Final = 20
"""So many texts in a row that no voice can say: there is no voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One stretch of sound."""

    rows: NDArray[np.float16]
    """(frames, width): what the encoder makes of it."""
    phones: NDArray[np.int64]
    """Which phones are said, columns of the odds."""


def readings(dictionary: dict[str, list[str]]) -> dict[str, list[list[int]]]:
    """How each word is said, as columns of the odds. `dictionary`: phones with blanks between."""
    return {word: [columns(said) for said in ways] for word, ways in dictionary.items()}


class School:
    """Makes lessons. Needs flite and espeak-ng."""

    def __init__(
        self, judge: SmartTurn, dictionary: dict[str, list[str]], frequent: list[str], seed: int
    ) -> None:
        """`frequent`: the most common words."""
        self._judge = judge
        self._ways = readings(dictionary)
        self._any = [word for word in self._ways if word.isalpha()]
        self._frequent = [word for word in frequent if word in self._ways and word.isalpha()]
        self._visitors = self._known(text for text, _ in sentences(SITE, forms=6))
        self._short = self._known((*MURMURS, *FLOOR, *LISTENS, *CLAIMS))
        self._chance = random.Random(seed)
        self._noise = np.random.default_rng(seed)
        self._rooms = [
            Room(silent_after_s=s, seed=k) for k in range(2) for s in (0.2, 0.35, 0.5, 0.7)
        ]

    def lessons(self, count: int) -> Iterator[Lesson]:
        """`count` of them. Raises `BackendUnavailableError` where nothing can speak."""
        for _ in range(count):
            sound, phones = self._said()
            sound = self._heard(sound)
            rows = self._judge.layers(sound)[-min(400, -(-sound.size // _ROW) + 1) :]
            yield Lesson(rows=rows.astype(np.float16), phones=np.array(phones))

    def _known(self, texts: Iterable[str]) -> list[str]:
        return [text for text in texts if all(word in self._ways for word in text.split())]

    def _text(self) -> str:
        chance, kind = self._chance, self._chance.random()
        if kind < 0.45:
            count = chance.randint(2, 8)
            pools = (self._frequent if chance.random() < 0.55 else self._any for _ in range(count))
            return " ".join(chance.choice(pool) for pool in pools)
        if kind < 0.75:
            return chance.choice(self._visitors)
        return " ".join(chance.choice(self._short) for _ in range(chance.choice((1, 1, 2))))

    def _voice(self) -> tuple[str, str]:
        if self._chance.random() < _FLITE_SHARE:
            return "flite", self._chance.choice(_FLITE)
        return "espeak", self._chance.choice(_ESPEAK)

    def _said(self) -> tuple[Sound, list[int]]:
        """Up to 7.6 s of one thing after another, and its phones."""
        chance, parts, phones = self._chance, list[Sound](), list[int]()
        length, enough = 0, chance.uniform(1.0, 7.5) * SOUND_RATE_HZ
        refused = 0
        while length < enough:
            text = self._text()
            try:
                sound = faster(made_voice(text, self._voice()), chance.uniform(*_SPEEDS))
            except (BackendUnavailableError, ValueError) as fault:
                refused += 1
                if "needs" in str(fault) or refused > _REFUSED:
                    raise
                continue
            if length + sound.size > _LONGEST_S * SOUND_RATE_HZ:
                if phones:
                    break
                continue
            gap = np.zeros(round(chance.uniform(*_GAPS_S) * SOUND_RATE_HZ), np.float32)
            parts += [sound * np.float32(chance.uniform(0.5, 1.0)), gap]
            length += sound.size + gap.size
            phones += [one for word in text.split() for one in self._ways[word][0]]
        return np.concatenate(parts), phones

    def _heard(self, sound: Sound) -> Sound:
        """The same through a room, a microphone and noise."""
        chance = self._chance
        if chance.random() < 0.45:
            room, away_m = chance.choice(self._rooms), chance.choice(_AWAY_M)
            sound = room.hears(sound, (1.0 + away_m, 2.4, 1.5), (1.0, 2.5, 1.2))[0]
        sound = sound * (0.5 / (np.abs(sound).max() + 1e-9))
        if chance.random() < 0.4:
            sound = _coloured(sound, chance)
        lead = min(max(0, _SPAN - sound.size), round(chance.uniform(0.1, 1.5) * SOUND_RATE_HZ))
        sound = np.concatenate([np.zeros(lead, np.float32), sound])[-_SPAN:]
        loud = sound[np.abs(sound) > _AUDIBLE * np.abs(sound).max()]
        below_db = chance.uniform(*_NOISE_DB) if chance.random() < 0.7 else _CLEAN_DB
        level = float(np.sqrt(np.mean(loud**2))) * 10 ** (-below_db / 20)
        mixed: Sound = (sound + level * self._hiss(sound.size)).astype(np.float32)
        return mixed

    def _hiss(self, size: int) -> Sound:
        """Noise of one colour or another, at times swelling; as loud as 1."""
        chance = self._chance
        white = self._noise.standard_normal(size)
        spectrum, kind = np.fft.rfft(white), chance.random()
        if kind < 0.4:
            return white.astype(np.float32)
        steps = np.arange(1, spectrum.size + 1)
        if kind < 0.75:
            spectrum *= steps ** (-0.5 if kind < 0.6 else -1.0)
        else:
            hz = np.linspace(0, SOUND_RATE_HZ / 2, spectrum.size)
            width, middle = chance.uniform(200, 2000), chance.uniform(200, 3000)
            spectrum *= np.exp(-(((hz - middle) / width) ** 2)) + 0.02
        noise = np.fft.irfft(spectrum, size)
        if chance.random() < 0.3:
            at_s = np.arange(size) / SOUND_RATE_HZ
            noise *= 1 + 0.8 * np.sin(2 * np.pi * chance.uniform(0.5, 6) * at_s)
        even: Sound = (noise / (noise.std() + 1e-9)).astype(np.float32)
        return even


def _coloured(sound: Sound, chance: random.Random) -> Sound:
    """As another microphone has it: a slope and a wave over the spectrum, at times no highs."""
    spectrum = np.fft.rfft(sound)
    place = np.linspace(0.0, 1.0, spectrum.size)
    wave_db = chance.uniform(-6, 6) * np.cos(3 * place * chance.random())
    spectrum *= 10 ** ((chance.uniform(-8, 8) * place + wave_db) / 20)
    if chance.random() < 0.35:
        spectrum /= 1 + (place / chance.uniform(0.41, 0.88)) ** 12
    heard: Sound = np.fft.irfft(spectrum, sound.size).astype(np.float32)
    return heard
