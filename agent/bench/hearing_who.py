"""Whose voice it was: drawn mouths that speak, real faces that do not, and a table of who is told.

Each case has a voice and one or two people in view: the one who speaks, somebody who moves the
lips to other words, a face at rest. In some the speaker is out of view. The control hears another
sentence than the one the mouth says; with an array a direction is told as well.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.mouths import Mouth, Talker, drawn_talker, eyes, filmed_mouth
from agent.core.messages import (
    PersonId,
    PersonSeen,
    Place,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from perception.audio import FRAME, FRAME_S, Sound
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.voices.active_speaker import ActiveSpeaker

TEXTS: Final = (
    "Hello, my name is Priya, and I am a little early.",
    "Can you call a taxi for me?",
    "We are looking for the canteen.",
    "I left my umbrella here yesterday afternoon.",
    "Which floor is room Aurora on?",
    "Perhaps I should come back tomorrow, then.",
    "Do I need a badge to get in?",
    "It was raining all the way from the station.",
)
_LEFT, _RIGHT = PersonId("left"), PersonId("right")
_PLACES: Final = {_LEFT: Place(x_m=1.4, y_m=0.6), _RIGHT: Place(x_m=1.4, y_m=-0.6)}
_LATER_S: Final = 0.7
"""The other's lips begin so much later than the voice: they say something else."""
_STILL: Final = Mouth([0.1 * k for k in range(120)], [0.05] * 120)


@dataclass(frozen=True, slots=True)
class Case:
    """What is heard and seen, and who it was."""

    kind: str
    sound: Sound
    mouths: Mapping[PersonId, Mouth]
    truth: PersonId | None
    azimuth_rad: float | None = None


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Accuracy and the confusion table. Drawing takes about two seconds of a core a sentence."""
    detector = eyes()
    try:
        talkers = asyncio.run(_drawn(TEXTS[: 3 if short else len(TEXTS)]))
        films = audio.parent / "video" if audio is not None else None
        film = films / "single_face.mp4" if films is not None else None
        real = filmed_mouth(film, detector) if film is not None and film.is_file() else _STILL
    finally:
        detector.close()
    rows: list[Figure] = []
    for with_array in (False, True):
        cases = list(_cases(talkers, real, with_array=with_array))
        name = "lips and a direction" if with_array else "lips alone"
        rows += _table(name, cases)
    control = [
        Case("", talkers[(k + 1) % len(talkers)].sound, {_LEFT: one.mouth, _RIGHT: real}, _LEFT)
        for k, one in enumerate(talkers)
    ]
    told = Counter(judged(case) == case.truth for case in control)
    rows.append(
        Figure(
            name="speaker told though the sound was another's (control)", unit="%",
            value=100 * told[True] / len(control), note=f"of {len(control)}",
        )
    )  # fmt: skip
    return rows


async def _drawn(texts: Sequence[str]) -> list[Talker]:
    detector = eyes()
    try:
        return [await drawn_talker(text, detector) for text in texts]
    finally:
        detector.close()


def _cases(talkers: Sequence[Talker], real: Mouth, *, with_array: bool) -> list[Case]:
    cases = []
    for k, talker in enumerate(talkers):
        who, other = (_LEFT, _RIGHT) if k % 2 else (_RIGHT, _LEFT)
        place = _PLACES[who]
        azimuth = math.atan2(place.y_m, place.x_m) if with_array else None
        away = 2.4 if with_array else None
        moving = _later(talkers[(k + 3) % len(talkers)].mouth)
        seen = talker.mouth
        cases += [
            Case("beside a still face", talker.sound, {who: seen, other: real}, who, azimuth),
            Case("beside moving lips", talker.sound, {who: seen, other: moving}, who, azimuth),
            Case("out of view, still faces", talker.sound, {who: real, other: _STILL}, None, away),
            Case("out of view, moving lips", talker.sound, {who: moving}, None, away),
        ]
    return cases


def _later(mouth: Mouth) -> Mouth:
    return Mouth([at + _LATER_S for at in mouth.at], mouth.opening)


def judged(case: Case) -> PersonId | None:
    """Who is told; None: nobody for sure."""
    judge = ActiveSpeaker()
    for k in range(case.sound.size // FRAME):
        frame = SoundChunk(at=k * FRAME_S, samples=case.sound[k * FRAME : (k + 1) * FRAME])
        judge.hear(frame, 0.9, agent_speaks=False)
    for who, mouth in case.mouths.items():
        for at, opening in zip(mouth.at, mouth.opening, strict=True):
            judge.see(
                PersonSeen(
                    at=at, person=who, place=_PLACES[who], approach_m_s=0.0, speed_m_s=0.0,
                    mouth_open=opening,
                )
            )  # fmt: skip
    loud = np.flatnonzero(np.abs(case.sound) > 0.02 * np.abs(case.sound).max()) / SOUND_RATE_HZ
    began, ended = float(loud[0]), float(loud[-1])
    if case.azimuth_rad is not None:
        rng = np.random.default_rng(1)
        for at in np.arange(began, ended, 0.1):
            azimuth = case.azimuth_rad + float(rng.normal(0, 0.06))
            judge.see(
                SoundDirection(at=float(at), azimuth_rad=azimuth, speech=True, confidence=0.7)
            )
    judge.complete(SpeechStarted(at=began, turn=TurnId(1)))
    end = TurnEnded(at=ended, turn=TurnId(1), revision=0, text="a", voiced_s=ended - began)
    done = judge.complete(end)
    return done.person if isinstance(done, TurnEnded) else None


def _table(name: str, cases: Sequence[Case]) -> list[Figure]:
    """Told right, told wrong, left open, by kind of case."""
    rows = []
    for kind in dict.fromkeys(case.kind for case in cases):
        some = [case for case in cases if case.kind == kind]
        told = [judged(case) for case in some]
        right = sum(
            one == case.truth for one, case in zip(told, some, strict=True) if one is not None
        )
        nobody = sum(one is None for one in told)
        wrong = len(some) - right - nobody
        good = right if some[0].truth is not None else nobody
        rows.append(
            Figure(
                name=f"who spoke, {name}, {kind}", value=100 * good / len(some), unit="%",
                at_most=False, baseline=_guess(some), baseline_of="the one who moves most",
                note=f"right {right}, another {wrong}, left open {nobody} of {len(some)}",
            )
        )  # fmt: skip
    return rows


def _guess(cases: Sequence[Case]) -> float:
    """Whoever's opening changes most, always told."""
    good = 0
    for case in cases:
        most = max(case.mouths, key=lambda who: float(np.std(case.mouths[who].opening)))
        good += most == case.truth
    return 100 * good / len(cases)
