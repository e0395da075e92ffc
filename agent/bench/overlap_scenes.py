"""One reader, or two at once, in made rooms and noise: what overlap is fitted to and judged by."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.sound_rooms import Room
from agent.core.errors import BackendUnavailableError
from perception.audio import FRAME, Sound
from perception.backends.recorded_sound import read_sound
from perception.senses import SOUND_RATE_HZ
from perception.voices.overlap_features import FRAMES, FrameFeatures, features

Readers = Mapping[str, Sequence[Sound]]
SCENE_S: Final = 2.2
_HOP: Final = 8
FLITE: Final = ("kal16", "awb", "rms", "slt")
ESPEAK: Final = (
    ("en-us+m3", 40), ("en-us+f2", 50), ("en-gb+m7", 30), ("en-gb+f4", 60), ("en-us+f5", 45),
    ("en-gb+m1", 50),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Windows:
    """(n, features) of seconds of sound, and which hold two voices."""

    rows: NDArray[np.float64]
    two: NDArray[np.bool_]


def made_readers(texts: Sequence[str]) -> dict[str, list[Sound]]:
    """Ten made voices that say `texts`. Raises `BackendUnavailableError` without the programs."""
    for program in ("flite", "espeak-ng"):
        if shutil.which(program) is None:
            raise BackendUnavailableError(f"made readers need {program}: apt install {program}")
    readers: dict[str, list[Sound]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.wav")
        for voice in FLITE:
            readers[f"flite {voice}"] = [
                _said(["flite", "-voice", voice, "-t", text, "-o", str(path)], path)
                for text in texts
            ]
        for name, pitch in ESPEAK:
            readers[f"espeak {name}"] = [
                _said(["espeak-ng", "-v", name, "-p", str(pitch), "-w", str(path), text], path)
                for text in texts
            ]
    return readers


def _said(command: list[str], path: Path) -> Sound:
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return read_sound(path)


def windows(readers: Readers, count: int, noise: Sound, seed: int) -> Windows:
    """Features of `count` scenes, every other one of them of two readers."""
    rng = np.random.default_rng(seed)
    rows, two = [], []
    for i in range(count):
        both = bool(i % 2)
        for row in _rows(scene(readers, both=both, noise=noise, rng=rng)):
            rows.append(row)
            two.append(both)
    return Windows(np.array(rows), np.array(two))


def scene(
    readers: Readers,
    *,
    both: bool,
    noise: Sound,
    rng: np.random.Generator,
    ratio_db: float | None = None,
) -> Sound:
    """Two seconds of one reader or of two, with 10 to 40 dB of noise below.

    `ratio_db`: how loud the second is beside the first; None: up to 6 dB more or less.
    """
    names = list(readers)
    first, second = (names[k] for k in rng.permutation(len(names))[:2])
    length = round(SCENE_S * SOUND_RATE_HZ)
    sound = stretch(readers[first], length, rng)
    other = stretch(readers[second], length, rng)
    if both:
        beside_db = rng.uniform(-6, 6) if ratio_db is None else ratio_db
        sound = sound + other * 10 ** (beside_db / 20)
    if rng.random() < 0.6:
        sound = _in_room(sound, int(rng.integers(3)))
    under_db = rng.uniform(10, 40)
    hiss: NDArray[np.float64] = rng.standard_normal(length)
    rolled: Sound = np.resize(np.roll(noise, rng.integers(noise.size)), length)
    back = hiss if rng.random() < 0.5 else rolled.astype(np.float64)
    back = back * np.sqrt(np.mean(sound**2) / np.mean(back**2) / 10 ** (under_db / 10))
    mixed: Sound = ((sound + back) * 10 ** (rng.uniform(-10, 5) / 20)).astype(np.float32)
    return mixed


def stretch(sounds: Sequence[Sound], length: int, rng: np.random.Generator) -> Sound:
    """`length` samples of one reader, from the middle of sentences, at one loudness."""
    parts: list[Sound] = []
    while sum(part.size for part in parts) < length:
        sound = levelled(sounds[int(rng.integers(len(sounds)))])
        parts.append(sound[rng.integers(0, max(1, sound.size // 3)) :])
    return np.concatenate(parts)[:length]


def levelled(sound: Sound, level_db: float = -26.0) -> Sound:
    """As loud as `level_db` says where there is voice."""
    frames = sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    loud = power[power > power.max() / 1000]
    return np.asarray(sound / np.sqrt(loud.mean()) * 10 ** (level_db / 20), np.float32)


def _rows(sound: Sound) -> Iterator[NDArray[np.float64]]:
    reader = FrameFeatures()
    frames = np.array(
        [reader.read(f) for f in sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME)]
    )
    for start in range(0, len(frames) - FRAMES + 1, _HOP):
        if (found := features(frames[start : start + FRAMES])) is not None:
            yield found


_ROOMS: Final = (
    (Room(size_m=(5.0, 4.0, 2.8), silent_after_s=0.25, seed=0), (3.2, 2.4, 1.6)),
    (Room(size_m=(7.0, 5.0, 3.0), silent_after_s=0.45, seed=1), (4.0, 3.0, 1.6)),
    (Room(size_m=(4.0, 3.0, 2.6), silent_after_s=0.15, seed=2), (2.9, 2.2, 1.5)),
)


@cache
def _response(room: int) -> Sound:
    where, source = _ROOMS[room]
    response = where.responses(source, (2.0, 2.0, 1.3))[0]
    return np.asarray(response / np.abs(response).max(), np.float32)


def _in_room(sound: Sound, room: int) -> Sound:
    from scipy.signal import fftconvolve

    return np.asarray(fftconvolve(sound, _response(room))[: sound.size], np.float32)


def area_under_curve(scores: NDArray[np.float64], two: NDArray[np.bool_]) -> float:
    """How often a second of two voices scores higher than one of one, ties half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    positive = int(two.sum())
    sum_of_ranks = float(ranks[two].sum())
    return (sum_of_ranks - positive * (positive + 1) / 2) / (positive * (len(two) - positive))
