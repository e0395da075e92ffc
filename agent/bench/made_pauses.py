"""Sentences with made pauses: one voice says it all, and falls silent in the middle.

`i have an appointment | with anna keller`: spoken in one breath, then held up at the bar for as
long as people pause (Heldner and Edlund, "Pauses, gaps and overlaps in conversations", J. of
Phonetics 38, 2010: median about half a second, seldom over one and a half). So nothing in the
melody before the bar says "finished", unlike a sentence that is put together from pieces. Who
searches for a word draws out the one before (Eklund, "Disfluency in Swedish", 2004): so does the
voice at `|`. At `/` it stops dead, as between the items of a list. Where words end is found by
aligning the known words with the sound.
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.backends.aligner import word_ends_s
from perception.backends.recorded_sound import read_sound
from perception.senses import SOUND_RATE_HZ

VOICES: Final = (
    ("flite", "slt"), ("flite", "awb"), ("flite", "rms"), ("flite", "kal16"),
)  # fmt: skip
"""Those that the embedded recogniser understands."""
HARD_VOICES: Final = (
    ("espeak", "en-us"), ("espeak", "en-gb+f3"), ("espeak", "en-gb-scotland"),
    ("espeak", "en-us+f2"),
)  # fmt: skip
"""It understands next to nothing of these: people speak otherwise."""
PAUSE_S, PAUSE_SPREAD, SHORTEST_S, LONGEST_S = 0.55, 0.5, 0.25, 2.5
"""Median and spread (of the logarithm) of a made pause, and what it is kept between, seconds."""
LEAD_S, TAIL_S = 0.5, 3.5
HUSH = 1e-4
DRAWN_S, DRAWN_LEAST, DRAWN_MOST = 0.25, 1.4, 2.2
"""The last so much before a bar is drawn out by a factor between these."""
_FADE_S = 0.012
_PIECE, _SEEK = 480, 160
_AUDIBLE = 0.02
"""Of the loudest sample: where a voice begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn as a microphone hears it."""

    text: str
    """Its words, lower case."""
    sound: Sound
    ends_at: float
    """When the last word has ended, seconds from the start of `sound`."""
    pauses: tuple[tuple[float, float], ...]
    """Made pauses: when each begins and how long it lasts, seconds."""
    voice: str = ""


def say(line: str, voice: tuple[str, str], *, seed: int, slower: float = 1.0) -> Said:
    """`line` in a made voice, with pauses at its bars. Raises `BackendUnavailableError`."""
    spoken = " ".join(line.replace("|", " ").replace("/", " ").split())
    return paused(made_voice(spoken, voice), line, seed=seed, voice=" ".join(voice), slower=slower)


def paused(sound: Sound, line: str, *, seed: int, voice: str = "", slower: float = 1.0) -> Said:
    """A recording of the words of `line`, held up at its bars; quiet before and after it.

    `slower`: by how much its pauses are longer than usual ones.
    """
    drawn = [c == "|" for c in line if c in "|/"]
    pieces = [_words(piece) for piece in line.replace("/", "|").split("|")]
    words = [word for piece in pieces for word in piece]
    chance = np.random.default_rng(seed)
    quiet = chance.standard_normal(round(LONGEST_S * SOUND_RATE_HZ))
    hush = (quiet * HUSH).astype(np.float32)
    parts, pauses, begun = [_repeated(hush, LEAD_S)], [], 0
    at = LEAD_S
    ends = word_ends_s(sound, words) if len(pieces) > 1 else []
    count = 0
    for piece, is_drawn in zip(pieces, drawn, strict=False):
        count += len(piece)
        cut = round(ends[count - 1] * SOUND_RATE_HZ)
        part = _faded(sound[begun:cut], begun > 0)
        if is_drawn:
            part = _drawn_out(part, float(chance.uniform(DRAWN_LEAST, DRAWN_MOST)))
        length_s = slower * PAUSE_S * float(np.exp(PAUSE_SPREAD * chance.standard_normal()))
        length_s = min(LONGEST_S, max(SHORTEST_S, length_s))
        at += part.size / SOUND_RATE_HZ
        pauses.append((at, length_s))
        at += length_s
        parts += [part, _repeated(hush, length_s)]
        begun = cut
    last = _faded(sound[begun:], begun > 0, fall=False)
    loud = np.flatnonzero(np.abs(last) > _AUDIBLE * np.abs(sound).max())
    ends_at = at + (float(loud[-1]) if loud.size else 0.0) / SOUND_RATE_HZ
    whole = np.concatenate([*parts, last, _repeated(hush, TAIL_S)])
    return Said(
        text=" ".join(words), sound=whole, ends_at=ends_at, pauses=tuple(pauses), voice=voice
    )


def made_voice(text: str, voice: tuple[str, str]) -> Sound:
    """`text` in one breath, at half of full scale. Raises `BackendUnavailableError`."""
    program = {"flite": "flite", "espeak": "espeak-ng"}[voice[0]]
    if shutil.which(program) is None:
        raise BackendUnavailableError(f"the made visitors need {program}: apt install {program}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.wav")
        command = {
            "flite": ["flite", "-voice", voice[1], "-t", text, "-o", str(path)],
            "espeak": ["espeak-ng", "-v", voice[1], "-s", "150", "-w", str(path), text],
        }[voice[0]]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        sound = read_sound(path)
    loud = np.flatnonzero(np.abs(sound) > _AUDIBLE * np.abs(sound).max())
    trimmed: Sound = sound[max(0, loud[0] - 800) : loud[-1] + 800]
    even: Sound = (trimmed * (0.5 / np.abs(trimmed).max())).astype(np.float32)
    return even


def _words(text: str) -> list[str]:
    kept = "".join(c if c.isalnum() or c in "'." else " " for c in text.lower())
    return [word.strip(".") + ("." if len(word.strip(".")) == 1 and word.endswith(".") else "")
            for word in kept.split()]  # fmt: skip


def _repeated(hush: Sound, seconds: float) -> Sound:
    long: Sound = np.resize(hush, round(seconds * SOUND_RATE_HZ))
    return long


def _drawn_out(sound: Sound, factor: float) -> Sound:
    """The end of `sound` spoken slower at the same pitch: overlapping pieces where they fit best.

    Verhelst and Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993.
    """
    size = round(DRAWN_S * SOUND_RATE_HZ)
    if sound.size < size + _PIECE:
        return sound
    before, end = sound[:-size], sound[-size:]
    length = round(size * factor)
    window = np.hanning(_PIECE + 1)[:-1].astype(np.float32)
    out, weight = np.zeros((2, length + _PIECE), np.float32)
    at = 0
    for made in range(0, length, _PIECE // 2):
        wanted = min(round(made / factor), size - _PIECE)
        follows = end[at + _PIECE // 2 : at + _PIECE // 2 + _PIECE]
        if made and follows.size == _PIECE:
            places = range(max(0, wanted - _SEEK), min(size - _PIECE, wanted + _SEEK), 4)
            wanted = max(places, key=lambda k: float(follows @ end[k : k + _PIECE]), default=wanted)
        at = wanted
        out[made : made + _PIECE] += window * end[at : at + _PIECE]
        weight[made : made + _PIECE] += window
    slow = out[:length] / np.maximum(weight[:length], 1e-3)
    longer: Sound = np.concatenate([before, slow]).astype(np.float32)
    return longer


def _faded(sound: Sound, rise: bool, *, fall: bool = True) -> Sound:
    size = min(round(_FADE_S * SOUND_RATE_HZ), sound.size)
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    shaped = sound.copy()
    if rise:
        shaped[:size] *= ramp
    if fall and size:
        shaped[-size:] *= ramp[::-1]
    return shaped
