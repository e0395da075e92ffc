"""Sounds of listeners that no speech synthesiser spells: hums, laughs, coughs; and doors and cups.

A buzz through resonators for what the vocal cords do (Klatt, "Software for a cascade/parallel
formant synthesizer", JASA 67, 1980), noise through them for breath. Everything is drawn anew: who
hums, how high, how long, whether it rises. 16 kHz, quiet around it.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ

Floats = NDArray[np.float64]
Chance = np.random.Generator
_NASAL: Final = ((270.0, 60.0), (1000.0, 250.0), (2200.0, 400.0))
_VOWELS: Final = (
    ((600.0, 80.0), (1100.0, 110.0), (2500.0, 200.0)),
    ((720.0, 90.0), (1250.0, 120.0), (2550.0, 200.0)),
    ((480.0, 80.0), (1300.0, 120.0), (2450.0, 200.0)),
)


def hum(chance: Chance) -> Sound:
    """`mm`, or `mm-hm` in two parts, with the mouth closed."""
    low = float(chance.uniform(85, 230))
    parts = int(chance.integers(1, 3))
    pieces = [_hummed(low, chance) for _ in range(parts)]
    breath = _noise(float(chance.uniform(0.03, 0.09)), ((1500.0, 900.0),), chance) * 0.08
    sound = pieces[0] if parts == 1 else np.concatenate([pieces[0], breath, pieces[1] * 1.2])
    return _even(sound)


def laugh(chance: Chance) -> Sound:
    """Two to five short bursts of breath and voice, falling."""
    height, vowel = float(chance.uniform(140, 330)), _vowel(chance)
    beats: list[Floats] = []
    for k in range(int(chance.integers(2, 6))):
        voice = _buzz(height * 0.94**k, height * 0.88**k, float(chance.uniform(0.07, 0.12)))
        breath = _noise(float(chance.uniform(0.06, 0.1)), vowel, chance) * 0.4
        beats += [_swell(_through(voice, vowel)) * 0.85**k, breath * 0.85**k]
    return _even(np.concatenate(beats))


def cough(chance: Chance) -> Sound:
    """One to three bursts of noise with a sudden start, and a little voice behind the last."""
    bursts: list[Floats] = []
    for _ in range(int(chance.integers(1, 4))):
        burst = _noise(float(chance.uniform(0.12, 0.25)), _vowel(chance), chance)
        burst *= np.exp(-np.linspace(0, float(chance.uniform(3, 6)), burst.size))
        bursts += [burst, np.zeros(round(float(chance.uniform(0.05, 0.18)) * SOUND_RATE_HZ))]
    voice = _through(_buzz(130, 100, float(chance.uniform(0.05, 0.15))), _vowel(chance))
    return _even(np.concatenate([*bursts[:-1], _swell(voice) * 0.3]))


def cleared_throat(chance: Chance) -> Sound:
    """A rough low buzz with noise in it."""
    length_s = float(chance.uniform(0.25, 0.6))
    rough = _through(_buzz(75, 60, length_s, jitter=0.25, chance=chance), _vowel(chance))
    noise = _noise(length_s, _vowel(chance), chance)[: rough.size]
    return _even(_swell(rough[: noise.size] + 0.6 * noise))


def thing(chance: Chance) -> Sound:
    """A door, a cup put down, a chair: a knock that rings."""
    length = round(float(chance.uniform(0.15, 0.5)) * SOUND_RATE_HZ)
    at = np.arange(length) / SOUND_RATE_HZ
    rings = chance.uniform(60, 3000, int(chance.integers(2, 6)))
    fades = chance.uniform(8, 60, rings.size)
    knock = sum(
        np.sin(2 * np.pi * f * at) * np.exp(-d * at) for f, d in zip(rings, fades, strict=True)
    )
    noise = chance.standard_normal(length) * np.exp(-float(chance.uniform(15, 80)) * at)
    return _even(np.asarray(knock) + noise * float(chance.uniform(0.2, 1.5)))


SOUNDS: Final[dict[str, Callable[[Chance], Sound]]] = {
    "hum": hum, "laugh": laugh, "cough": cough, "throat": cleared_throat, "thing": thing,
}  # fmt: skip


def _hummed(low_hz: float, chance: Chance) -> Floats:
    bend = float(chance.uniform(0.85, 1.45))
    voice = _buzz(low_hz, low_hz * bend, float(chance.uniform(0.12, 0.4)), chance=chance)
    move = chance.uniform(0.85, 1.2, len(_NASAL))
    return _swell(_through(voice, [(f * m, w) for (f, w), m in zip(_NASAL, move, strict=True)]))


def _vowel(chance: Chance) -> list[tuple[float, float]]:
    chosen = _VOWELS[int(chance.integers(len(_VOWELS)))]
    size = float(chance.uniform(0.9, 1.2))
    return [(f * size, width) for f, width in chosen]


def _buzz(
    begin_hz: float, end_hz: float, length_s: float, *, jitter: float = 0.01,
    chance: Chance | None = None,
) -> Floats:  # fmt: skip
    """Pulses of the vocal cords, falling by 12 dB an octave."""
    length = round(length_s * SOUND_RATE_HZ)
    pitch = np.geomspace(begin_hz, end_hz, length)
    if chance is not None:
        pitch *= 1 + jitter * chance.standard_normal(length).cumsum() / np.sqrt(length)
    phase = np.cumsum(np.maximum(pitch, 30.0)) / SOUND_RATE_HZ
    pulses = (np.diff(np.floor(phase), prepend=0.0) > 0).astype(np.float64)
    return _filtered(pulses, [1.0], [1.0, -1.8, 0.81])


def _noise(length_s: float, formants: Sequence[tuple[float, float]], chance: Chance) -> Floats:
    return _through(chance.standard_normal(round(length_s * SOUND_RATE_HZ)), formants)


def _through(source: Floats, formants: Sequence[tuple[float, float]]) -> Floats:
    """`source` through resonators of these frequencies and widths, Hz; its peak becomes 1."""
    for frequency, width in formants:
        radius = np.exp(-np.pi * width / SOUND_RATE_HZ)
        turn = 2 * radius * np.cos(2 * np.pi * frequency / SOUND_RATE_HZ)
        source = _filtered(source, [1 - turn + radius**2], [1.0, -turn, radius**2])
    even: Floats = source / (np.abs(source).max() + 1e-9)
    return even


def _filtered(sound: Floats, above: Sequence[float], below: Sequence[float]) -> Floats:
    from scipy.signal import lfilter

    return np.asarray(lfilter(above, below, sound), np.float64)


def _swell(sound: Floats) -> Floats:
    rise = np.minimum(1.0, np.arange(sound.size) / (0.025 * SOUND_RATE_HZ))
    swollen: Floats = sound * rise * rise[::-1]
    return swollen


def _even(sound: Floats) -> Sound:
    even: Sound = (sound * (0.5 / (np.abs(sound).max() + 1e-9))).astype(np.float32)
    return even
