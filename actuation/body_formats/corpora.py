"""Reads folders of recorded motion, with sound and words where they lie beside it.

Three kinds, told by what is in the folder, files matched by their names without ending, wherever
they lie in it:

- BVH alone: `*.bvh`, with `.wav` and `.TextGrid` of the same name where there are such;
- BEAT: `.bvh` + `.wav` + `.TextGrid`, names as `1_wayne_0_1_1` (speaker, name, kind, from, to);
- BEAT2: `.npz` (SMPL-X) + `.wav` + `.TextGrid`, in folders of their own.
"""

import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.bvh import on_stage, read_bvh_figure
from actuation.body_formats.clip import MotionClip, SpokenClip, TimedWord
from actuation.body_formats.smplx import read_smplx
from actuation.body_formats.textgrid import read_words
from actuation.joints.skeleton import FINGERS
from agent.core.errors import BadInputError

EMOTIONS: Final = (
    "neutral", "happiness", "anger", "sadness", "contempt", "surprise", "fear", "disgust",
)  # fmt: skip
"""By BEAT's own numbers, 0 to 7."""
_LAST_OF: Final = (64, 72, 80, 86, 94, 102, 110, 118)
"""The last recording of each, as in the loaders published with BEAT."""
_MOTION: Final = (".bvh", ".npz")


def read_corpus(folder: Path, *, tell: Callable[[str], None] | None = None) -> Iterator[SpokenClip]:
    """Every recording of `folder`, in the order of names, each facing +Z on average.

    `tell` is given what is left out and why; without it, a file that cannot be read is an error.
    Raises `BadInputError` when there is nothing to read.
    """
    if not folder.is_dir():
        raise BadInputError(f"{folder}: no such folder; give the one that holds the corpus")
    files = _files(folder)
    motions = [p for p in files if p.suffix.lower() in _MOTION]
    if not motions:
        raise BadInputError(
            f"{folder}: no motion in it; needed are .bvh files, or .npz in the SMPL-X format"
        )
    beside = {(p.stem, p.suffix.lower()): p for p in files}
    found = 0
    for path in motions:
        try:
            clip = read_recording(path, beside)
        except BadInputError as fault:
            if tell is None:
                raise
            tell(f"left out: {fault}")
            continue
        found += 1
        yield clip
    if not found:
        raise BadInputError(f"{folder}: none of its {len(motions)} recordings can be read")


def names_in(folder: Path) -> list[str]:
    """What the recordings of `folder` will be called, without reading them."""
    return [path.stem for path in _files(folder) if path.suffix.lower() in _MOTION]


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def read_recording(path: Path, beside: Mapping[tuple[str, str], Path] | None = None) -> SpokenClip:
    """One recording and what lies `beside` it, by (name, ending); as `files_beside` if None."""
    if path.suffix.lower() not in _MOTION:
        raise BadInputError(f"{path}: motion is read from .bvh and .npz")
    if beside is None:
        beside = files_beside(path)
    motion, lacks = _moved(path)
    sound: NDArray[np.float32] | None = None
    rate_hz = 0
    if (wav := beside.get((path.stem, ".wav"))) is not None:
        sound, rate_hz = read_sound(wav)
        lacks += _apart(motion, len(sound) / rate_hz)
    else:
        lacks.append(f"no sound: there is no {path.stem}.wav")
    words: tuple[TimedWord, ...] = ()
    if (grid := beside.get((path.stem, ".textgrid"))) is not None:
        words = read_words(grid)
    else:
        lacks.append(f"no words: there is no {path.stem}.TextGrid")
    return SpokenClip(
        name=path.stem,
        motion=motion,
        part_of=str(path),
        sound=sound,
        sound_rate_hz=rate_hz,
        words=words,
        speaker=_speaker(path.stem),
        emotion=_emotion(path.stem),
        lacks=tuple(lacks),
    )


def _moved(path: Path) -> tuple[MotionClip, list[str]]:
    """The motion, facing forward, and what its skeleton does not tell."""
    if path.suffix.lower() == ".npz":
        return read_smplx(path).facing_forward(), []
    text, figure = read_bvh_figure(path)
    fingers = [bone for bone in figure.lacks if any(name in bone for name in FINGERS)]
    others = [bone for bone in figure.lacks if bone not in fingers]
    lacks = []
    if others:
        lacks.append(f"no joints for {', '.join(others)}")
    if fingers:
        lacks.append(f"no joints for {len(fingers)} of 30 finger bones: filled in")
    if figure.rest.frame is not None:
        lacks.append(
            f"no standing rest pose: frame {figure.rest.frame}, hands lowest, stands in for it"
        )
    return on_stage(text, figure).facing_forward(), lacks


def files_beside(path: Path) -> dict[tuple[str, str], Path]:
    """Files of the same name by (name, ending), in its folder or, as in BEAT2, in one beside it."""
    near = [*path.parent.parent.glob(f"*/{path.stem}.*"), *path.parent.glob(f"{path.stem}.*")]
    return {(p.stem, p.suffix.lower()): p for p in near if p.is_file()}


def read_sound(path: Path) -> tuple[NDArray[np.float32], int]:
    """(samples,) mono in [-1, 1] and their rate. Raises `BadInputError`."""
    try:
        with wave.open(str(path)) as sound:
            width, channels = sound.getsampwidth(), sound.getnchannels()
            rate_hz = sound.getframerate()
            data = sound.readframes(sound.getnframes())
    except (OSError, EOFError, RuntimeError, wave.Error) as fault:
        raise BadInputError(
            f"{path}: no plain WAV ({fault}); convert it: ffmpeg -i IN -c:a pcm_s16le OUT.wav"
        ) from None
    if width not in (2, 4) or rate_hz <= 0 or not data:
        raise BadInputError(
            f"{path}: {8 * width} bits, {rate_hz} Hz, {len(data)} bytes of sound; needed are 16 or"
            " 32 bits: ffmpeg -i IN -c:a pcm_s16le OUT.wav"
        )
    data = data[: len(data) // (width * channels) * width * channels]
    whole = np.frombuffer(data, "<i2" if width == 2 else "<i4").reshape(-1, channels)
    mono = whole.astype(np.float32).mean(axis=1) / float(2 ** (8 * width - 1))
    return np.asarray(mono, np.float32), rate_hz


def _apart(motion: MotionClip, sound_s: float) -> list[str]:
    apart_s = abs(motion.length_s - sound_s)
    if apart_s <= 1.0:
        return []
    return [
        f"sound of {sound_s:.1f} s, motion of {motion.length_s:.1f} s: only both together count"
    ]


def _speaker(name: str) -> str | None:
    """`wayne` of `1_wayne_0_1_1`."""
    parts = name.split("_")
    if len(parts) >= 4 and parts[0].isdigit() and parts[1].isalpha():
        return parts[1]
    return None


def _emotion(name: str) -> str | None:
    """By BEAT's plan of recordings: speeches (even kinds) in turn neutral, then seven emotions."""
    parts = name.split("_")
    if _speaker(name) is None or not (parts[2].isdigit() and parts[3].isdigit()):
        return None
    number = int(parts[3])
    if int(parts[2]) % 2 or not 1 <= number <= _LAST_OF[-1]:
        return None
    return EMOTIONS[next(i for i, last in enumerate(_LAST_OF) if number <= last)]
