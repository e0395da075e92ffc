"""Corpora of moving speakers, made up: folders as BVH, BEAT and BEAT2 have them, by the minute.

A speaker says made-up words, each a burst of a tone; on some of them a hand rises, a moment before
the loudest. So motion and sound belong together, and nothing is anybody's.
"""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actuation.body_formats.bvh import write_bvh
from actuation.body_formats.clip import MotionClip, TimedWord
from actuation.body_formats.figure import figure_of
from actuation.body_formats.smplx import write_smplx
from actuation.joints.rotations import about, multiply
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from tests.fakes.foreign_skeletons import beat_names, foreign

SOUND_RATE_HZ = 16_000
WORDS = ("ta", "lomi", "kesu", "banor", "vi", "sotale")


def spoken_words(length_s: float, seed: int) -> tuple[TimedWord, ...]:
    """Made-up words with their times, pauses between."""
    rng = np.random.default_rng(seed)
    words, at = [], 0.3
    while True:
        text = str(rng.choice(WORDS))
        last = at + 0.08 * len(text) + float(rng.uniform(0.05, 0.15))
        if last > length_s - 0.2:
            return tuple(words)
        words.append(TimedWord(text=text, begin_s=round(at, 3), end_s=round(last, 3)))
        at = last + float(rng.choice([0.02, 0.05, 0.5], p=[0.6, 0.25, 0.15]))


def moved_with(
    words: Sequence[TimedWord], length_s: float, rate_hz: float, seed: int
) -> MotionClip:
    """A speaker whose arms hang and rise with about a third of the words."""
    rng = np.random.default_rng(seed + 1)
    times = np.arange(round(length_s * rate_hz)) / rate_hz
    joints = np.zeros((len(times), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    rise = {"left": np.zeros(len(times)), "right": np.zeros(len(times))}
    nod = np.zeros(len(times))
    for word in words:
        apex = (word.begin_s + word.end_s) / 2
        bump = np.exp(-0.5 * ((times - apex) / 0.18) ** 2)
        nod += 0.08 * bump
        if rng.random() < 0.35:
            for side in (rng.choice(["left", "right", "both"], p=[0.3, 0.4, 0.3]),):
                for hand in ("left", "right") if side == "both" else (side,):
                    rise[hand] = np.maximum(rise[hand], rng.uniform(0.5, 1.0) * bump)
    for hand, sign in (("left", 1.0), ("right", -1.0)):
        up = rise[hand]
        joints[:, JOINT_INDEX[f"{hand}UpperArm"]] = about("z", -sign * (1.25 - 0.35 * up))
        joints[:, JOINT_INDEX[f"{hand}LowerArm"]] = about("y", -sign * (0.2 + 1.5 * up))
        joints[:, JOINT_INDEX[f"{hand}Hand"]] = about("z", -sign * 0.2 * (1 - up))
        for finger in ("Index", "Middle", "Ring", "Little"):
            for part in ("Proximal", "Intermediate", "Distal"):
                joints[:, JOINT_INDEX[f"{hand}{finger}{part}"]] = about(
                    "z", -sign * 0.35 * (1 - 0.8 * up)
                )
    sway = 0.03 * np.sin(2 * np.pi * 0.2 * times + rng.uniform(0, 6))
    joints[:, JOINT_INDEX["spine"]] = multiply(about("y", sway), about("z", sway / 2))
    joints[:, JOINT_INDEX["head"]] = about("x", nod)
    hips = np.stack([0.01 * np.sin(times), np.full(len(times), 0.93), np.zeros(len(times))], axis=1)
    return MotionClip(joints=joints.astype(np.float32), rate_hz=rate_hz, hips_m=hips)


def sound_of(words: Sequence[TimedWord], length_s: float, seed: int) -> np.ndarray:
    """Bursts of a harmonic tone where the words are."""
    rng = np.random.default_rng(seed + 2)
    times = np.arange(round(length_s * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    sound = 0.002 * rng.normal(size=len(times))
    for word in words:
        inside = (times >= word.begin_s) & (times < word.end_s)
        share = (times[inside] - word.begin_s) / (word.end_s - word.begin_s)
        pitch = float(rng.uniform(100, 160))
        tone = sum(np.sin(2 * np.pi * pitch * k * times[inside]) / k for k in (1, 2, 3))
        sound[inside] += 0.2 * np.sin(np.pi * share) * tone
    return sound.astype(np.float32)


def write_textgrid(path: Path, words: Sequence[TimedWord], length_s: float) -> None:
    """Long form, with the silences between words as empty intervals."""
    rows: list[tuple[float, float, str]] = []
    at = 0.0
    for word in words:
        if word.begin_s > at:
            rows.append((at, word.begin_s, ""))
        rows.append((word.begin_s, word.end_s, word.text))
        at = word.end_s
    rows.append((at, length_s, ""))
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 "]
    lines += [f"xmax = {length_s} ", "tiers? <exists> ", "size = 1 ", "item []: ", "    item [1]:"]
    lines += ['        class = "IntervalTier" ', '        name = "words" ', "        xmin = 0 "]
    lines += [f"        xmax = {length_s} ", f"        intervals: size = {len(rows)} "]
    for number, (begin, end, text) in enumerate(rows, start=1):
        lines += [f"        intervals [{number}]:", f"            xmin = {begin} "]
        lines += [f"            xmax = {end} ", f'            text = "{text}" ']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_wav(path: Path, sound: np.ndarray) -> None:
    """16 bits, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def write_bvh_corpus(
    folder: Path, *, clips: int = 2, length_s: float = 4.0, rate_hz: float = 30.0, seed: int = 0
) -> Path:
    """BVH alone, with the character's own skeleton."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(clips):
        words = spoken_words(length_s, seed + number)
        clip = moved_with(words, length_s, rate_hz, seed + number)
        write_bvh(folder / f"take_{number:02d}.bvh", clip)
    return folder


def write_beat(
    folder: Path, *, clips: int = 2, length_s: float = 4.0, rate_hz: float = 30.0, seed: int = 0
) -> Path:
    """As BEAT: a folder a speaker, in it `.bvh`, `.wav` and `.TextGrid` of the same name."""
    figure = figure_of(foreign(beat_names(), arm=1.07, trunk=1.04, extra={"head": "Neck1"}))
    home = folder / "1"
    home.mkdir(parents=True, exist_ok=True)
    for number in range(clips):
        name = f"1_orlan_0_{1 + 8 * (number + 7 if number else 0)}_{1 + 8 * number}"
        words = spoken_words(length_s, seed + number)
        clip = moved_with(words, length_s, rate_hz, seed + number)
        write_bvh(home / f"{name}.bvh", clip, like=figure)
        write_wav(home / f"{name}.wav", sound_of(words, length_s, seed + number))
        write_textgrid(home / f"{name}.TextGrid", words, length_s)
    return folder


def write_beat2(folder: Path, *, clips: int = 2, length_s: float = 4.0, seed: int = 0) -> Path:
    """As BEAT2: `smplxflame_30/`, `wave16k/` and `textgrid/` beside each other."""
    parts = [folder / part for part in ("smplxflame_30", "wave16k", "textgrid")]
    for part in parts:
        part.mkdir(parents=True, exist_ok=True)
    for number in range(clips):
        name = f"2_orlan_0_{number + 1}_{number + 1}"
        words = spoken_words(length_s, seed + number)
        clip = moved_with(words, length_s, 30.0, seed + number)
        write_smplx(parts[0] / f"{name}.npz", clip)
        write_wav(parts[1] / f"{name}.wav", sound_of(words, length_s, seed + number))
        write_textgrid(parts[2] / f"{name}.TextGrid", words, length_s)
    return folder
