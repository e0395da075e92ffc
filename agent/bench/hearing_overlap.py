"""Two at once: seconds of one real reader against seconds of two, and the recorded mixture.

The judge was fitted to made voices only, so every real reader is new to it. The control is the same
scores against shuffled labels; the baseline is loudness alone. Without recordings the readers are
made ones that it was fitted to, and that is said.
"""

from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.hearing_words import SENTENCES
from agent.bench.overlap_scenes import (
    Readers,
    area_under_curve,
    levelled,
    made_readers,
    scene,
    windows,
)
from agent.commands.training.overlap import hum
from agent.core.messages import TurnEnded, TurnId
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.recorded_sound import read_sound
from perception.backends.silero import SileroDetector
from perception.senses import SoundChunk
from perception.voices.overlap import OverlapJudge, read_weights
from perception.voices.overlap_features import NAMES

ASKED_AGAIN_FROM: Final = 0.6
_LEVELS: Final = NAMES.index("levels: spread")


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Areas under the curve by second, and turns taken for two."""
    readers, note = _readers(audio)
    noise = hum(5)
    recorded = audio / "noise/noise2.wav" if audio is not None else None
    if recorded is not None and recorded.is_file():
        noise = read_sound(recorded)
    some = windows(readers, 24 if short else 100, noise, seed=21)
    scores = np.array([read_weights().evidence(row) for row in some.rows])
    shuffled = np.random.default_rng(2).permutation(some.two)
    rows = [
        Figure(
            name="overlap, one microphone: area under the curve", unit="", at_most=False,
            value=area_under_curve(scores, some.two),
            baseline=area_under_curve(-some.rows[:, _LEVELS], some.two),
            baseline_of="how even the loudness is",
            control=area_under_curve(scores, shuffled), control_of="labels shuffled",
            note=f"{len(some.two)} seconds; {note}",
        )
    ]  # fmt: skip
    rng = np.random.default_rng(31)
    count = 6 if short else 24
    found = {
        both: [
            share(scene(readers, both=both, noise=noise, rng=rng, ratio_db=0.0))
            for _ in range(count)
        ]
        for both in (True, False)
    }
    rows.append(
        Figure(
            name="turns of two at once told as mixed", unit="%", at_most=False,
            value=_asked(found[True]), control=_asked(found[False]), control_of="turns of one",
            note=f"of {count} each, equally loud, from {ASKED_AGAIN_FROM:g} on",
        )
    )  # fmt: skip
    return rows + _recorded(audio)


def _asked(shares: list[float]) -> float:
    return 100.0 * sum(one >= ASKED_AGAIN_FROM for one in shares) / len(shares)


def share(sound: Sound) -> float:
    """`TurnEnded.overlap` of a turn that is `sound`."""
    judge, detector = OverlapJudge(), SileroDetector()
    for k in range(sound.size // FRAME):
        frame = SoundChunk(at=k * FRAME_S, samples=sound[k * FRAME : (k + 1) * FRAME])
        judge.hear(frame, detector.probability(frame.samples), agent_speaks=False)
    ended = judge.complete(TurnEnded(at=1.0, turn=TurnId(1), revision=0, text="a"))
    assert isinstance(ended, TurnEnded)
    return ended.overlap


def _readers(audio: Path | None) -> tuple[Readers, str]:
    novel = sorted(audio.glob("librivox/*.wav")) if audio is not None else []
    report = audio / "LJ050-0131.wav" if audio is not None else None
    if novel and report is not None and report.is_file():
        readers = {"novel": [read_sound(p) for p in novel], "report": [read_sound(report)]}
        return readers, "two real readers, not fitted to"
    return made_readers(SENTENCES[14:]), "made readers, fitted to"


def _recorded(audio: Path | None) -> list[Figure]:
    """`overlap/`: what the ears make of the mixture and of each alone."""
    rows = []
    for path in sorted(audio.glob("overlap/*.wav")) if audio is not None else []:
        sound, detector = levelled(read_sound(path)), SileroDetector()
        frames = sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
        voiced = np.mean([detector.probability(frame) >= 0.5 for frame in frames])
        rows.append(
            Figure(
                name=f"overlap told of {path.stem}", value=share(sound), unit="",
                note=f"{voiced:.0%} of it is taken for a voice",
            )
        )  # fmt: skip
    return rows
