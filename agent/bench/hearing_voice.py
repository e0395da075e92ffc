"""Voice or not: labelled speech, made speech with known pauses in noise, and sounds of no voice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.hearing import visitor_says
from agent.bench.hearing_noise import Change
from agent.bench.hearing_words import SENTENCES
from agent.bench.overlap_scenes import levelled
from agent.commands.training.overlap import hum
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.energy import EnergyDetector
from perception.backends.recorded_sound import read_sound
from perception.backends.silero import SileroDetector
from perception.senses import SOUND_RATE_HZ
from perception.turns.voice_activity import VoiceConfig, VoiceDetector, VoiceEvent, VoiceSegmenter

LABELLED: Final = ((0.52, 0.85), (1.32, 1.83), (2.35, 3.70))
"""Where somebody speaks in `vad/train.wav`, seconds of its first four."""
_LABELLED_S: Final = 4.0
_BORDER_S: Final = 0.05
"""So near to a border a frame is judged neither way: it holds both."""
_PAUSE_S: Final = 1.2
_LATER_S: Final = 1.0
_RATIOS_DB: Final = (None, 20, 10, 5)
Stretches = Sequence[tuple[float, float]]


@dataclass(slots=True)
class Counts:
    """Frames."""

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of the frames taken for a voice, how many are one."""
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        """Of the frames of a voice, how many are taken for one."""
        return self.right / max(1, self.right + self.missed)

    def add(self, told: Stretches, truth: Stretches, until_s: float) -> None:
        """Hold what was told against the truth, frame by frame."""
        for k in range(int(until_s / FRAME_S)):
            middle = (k + 0.5) * FRAME_S
            if any(abs(middle - edge) < _BORDER_S for one in truth for edge in one):
                continue
            there, said = _within(middle, truth), _within(middle, told)
            self.right += there and said
            self.false += said and not there
            self.missed += there and not said


def _within(at: float, stretches: Stretches) -> bool:
    return any(start <= at < end for start, end in stretches)


def told_by(sound: Sound, detector: VoiceDetector) -> list[tuple[float, float]]:
    """Stretches of voice as the ears tell them: dated back at both ends."""
    segmenter, config = VoiceSegmenter(VoiceConfig()), VoiceConfig()
    found: list[tuple[float, float]] = []
    began = 0.0
    quiet = np.zeros(round((config.pause_s + 0.1) * SOUND_RATE_HZ), np.float32)
    whole = np.concatenate([sound, quiet])
    for k in range(whole.size // FRAME):
        at = k * FRAME_S
        event = segmenter.hear(at, detector.probability(whole[k * FRAME : (k + 1) * FRAME]))
        if event is not None and event.event is VoiceEvent.STARTED:
            began = event.at
        elif event is not None and event.event is VoiceEvent.PAUSED:
            found.append((began, event.at))
    return found


def made_scene(count: int) -> tuple[Sound, list[tuple[float, float]]]:
    """Sentences with pauses between them, and where they are: by the sound's own loudness."""
    quiet = np.zeros(round(_PAUSE_S * SOUND_RATE_HZ), np.float32)
    parts, truth, at = [quiet], [], _PAUSE_S
    for text in SENTENCES[:count]:
        sound = levelled(visitor_says(text), -24.0)
        loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max()) / SOUND_RATE_HZ
        truth.append((at + float(loud[0]), at + float(loud[-1])))
        parts += [sound, quiet]
        at += sound.size / SOUND_RATE_HZ + _PAUSE_S
    return np.concatenate(parts), truth


def sounds_of_no_voice() -> dict[str, Sound]:
    """Made: hiss, a hum, clicks, chords as of music."""
    rng = np.random.default_rng(3)
    t = np.arange(30 * SOUND_RATE_HZ) / SOUND_RATE_HZ
    clicks = np.zeros(t.size)
    clicks[rng.integers(0, t.size, 60)] = 0.8
    chords = np.zeros(t.size)
    for k in range(60):
        notes = 110 * 2 ** (np.array([0, 4, 7, 12]) / 12 + rng.integers(0, 12) / 12)
        part = slice(k * SOUND_RATE_HZ // 2, (k + 1) * SOUND_RATE_HZ // 2)
        fade = np.exp(-3 * (t[part] - t[part][0]))
        chords[part] = fade * sum(np.sin(2 * np.pi * note * t[part]) for note in notes) / 8
    made: dict[str, NDArray[np.float64]] = {
        "hiss": 0.05 * rng.standard_normal(t.size),
        "hall": np.resize(hum(4), t.size),
        "mains hum": 0.2 * np.sin(2 * np.pi * 50 * t),
        "clicks": clicks,
        "chords": chords,
    }
    return {name: sound.astype(np.float32) for name, sound in made.items()}


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Precision and recall by condition; voices begun in sounds of none."""
    rows: list[Figure] = []
    labelled = audio / "vad/train.wav" if audio is not None else None
    if labelled is not None and labelled.is_file():
        sound = read_sound(labelled)[: round(_LABELLED_S * SOUND_RATE_HZ)]
        rows += _rows("labelled recording", sound, LABELLED, None)
    sound, truth = made_scene(3 if short else 12)
    recorded = audio / "noise/noise2.wav" if audio is not None else None
    noise = read_sound(recorded) if recorded is not None and recorded.is_file() else hum(7)
    for ratio_db in (None, 10) if short else _RATIOS_DB:
        heard = sound if ratio_db is None else Change(noise=noise, ratio_db=ratio_db).of(sound)
        where = "clean" if ratio_db is None else f"noise {ratio_db} dB below"
        rows += _rows(f"made visitor, {where}", heard, truth, 0.97)
    begun = {
        name: sum(len(told_by(one, make())) for one in sounds_of_no_voice().values())
        for name, make in _DETECTORS.items()
    }
    rows.append(
        Figure(
            name="voices begun in 150 s without one", value=float(begun["silero"]), unit="",
            target=0.0, control=float(begun["energy"]), control_of="loudness alone",
        )
    )  # fmt: skip
    return rows


_DETECTORS: Final[dict[str, Callable[[], VoiceDetector]]] = {
    "silero": SileroDetector,
    "energy": EnergyDetector,
}


def _rows(name: str, sound: Sound, truth: Stretches, target: float | None) -> list[Figure]:
    until_s = sound.size / SOUND_RATE_HZ
    counts = {}
    for detector, make in _DETECTORS.items():
        counts[detector] = Counts()
        counts[detector].add(told_by(sound, make()), truth, until_s)
    turned = Counts()
    moved = [(start + _LATER_S, end + _LATER_S) for start, end in truth]
    turned.add(told_by(sound, SileroDetector()), moved, until_s)
    return [
        Figure(
            name=f"voice {what}, {name}", value=getattr(counts["silero"], what), unit="",
            target=target, at_most=False, baseline=getattr(counts["energy"], what),
            baseline_of="loudness alone", control=getattr(turned, what),
            control_of=f"truth {_LATER_S:g} s late",
        )
        for what in ("precision", "recall")
    ]  # fmt: skip
