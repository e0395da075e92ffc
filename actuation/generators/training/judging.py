"""Measures a learned face on sentences and voices that it did not learn from.

Lips against the engines' exact phone times, by `metrics.lips`; the teacher itself and audio from
another sentence as controls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.faces.face import FaceConfig, compose
from actuation.generators.learned_ear import Ear, usual_of
from actuation.generators.learned_face import LearnedFace
from actuation.generators.learned_model import FaceModel, Steps
from actuation.generators.learned_network import BEHIND, FRAMES
from actuation.generators.learned_sound import BANDS
from actuation.generators.learned_stream import worn
from actuation.generators.learned_wish import CHANCE, CONDITION
from actuation.generators.metrics.lips import (
    TimedPhone,
    apex_errors_s,
    closed_vowels_rate,
    closure_rate,
    contact_rate,
)
from actuation.generators.rules_face import CLOSURES, CONTACTS
from actuation.generators.sounds_of_speech import CLASSES
from actuation.generators.training.corpus import TAUGHT_HZ, Taught
from actuation.generators.training.listening import sentence
from actuation.speech.phones import PAUSE, VOWELS

Floats = NDArray[np.float64]
_MISSED = 2
"""How many vowels closed by mistake are as bad as one closure missed."""
DRIVEN: tuple[str, ...] = ("audio", "audio and text", "teacher", "shifted audio")


def figures(face: LearnedFace, corpus: Sequence[Taught]) -> dict[str, dict[str, float]]:
    """By way of driving: closure and contact rate, viseme timing, false closures, stillness."""
    made: dict[str, list[tuple[Floats, Taught]]] = {name: [] for name in DRIVEN}
    for one in corpus:
        heard = mouth_of(face.model, one, ())
        made["audio"].append((heard, one))
        made["audio and text"].append((mouth_of(face.model, one, one.expected), one))
        count = len(heard)
        rows = np.minimum(np.arange(count) * 2, len(one.mouth) - 1)
        made["teacher"].append((one.mouth[rows].astype(np.float64), one))
        made["shifted audio"].append((np.roll(heard, 45, axis=0), one))
    return {name: _figures(pairs) for name, pairs in made.items()}


def mouth_of(model: FaceModel, one: Taught, expected: Sequence[int] | NDArray[np.uint8]) -> Floats:
    """(frames, len(COLUMNS)) of one clean sentence."""
    heard = sentence(one, (), np.random.default_rng(0), spoil=False)
    read = len(expected) > 0
    return worn(raw_mouth(model, heard.looks, expected), model.card, read=read)


def raw_mouth(
    model: FaceModel, looks: NDArray[np.float32], expected: Sequence[int] | NDArray[np.uint8]
) -> Floats:
    """(frames, len(COLUMNS)) as the networks say it, by an ear that gets used to the sound."""
    evened = Ear(model.card.usual).even(looks.reshape(-1, BANDS)).reshape(looks.shape)
    memory = model.begin(expected)
    due = Steps(
        memory, evened, np.zeros(CONDITION, np.float32), np.zeros((len(looks), CHANCE), np.float32)
    )
    model.step([due])
    assert due.said is not None
    return due.said.mouth[FRAMES * BEHIND :].astype(np.float64)


def _figures(pairs: Sequence[tuple[Floats, Taught]]) -> dict[str, float]:
    faces, phones, start = [], [], 0.0
    for mouth, one in pairs:
        faces.append(_face(mouth))
        phones += [
            TimedPhone(name=CLASSES[int(c)].split()[0], start_s=start + a, end_s=start + b)
            for c, a, b in one.phones.tolist()
        ]
        start += len(mouth) / 60
    face = np.concatenate(faces).astype(np.float64)
    times = np.arange(len(face)) / 60
    spoken = [p for p in phones if p.name != PAUSE]
    errors = np.abs(apex_errors_s(times, face, spoken)) * 1000
    mouth = np.concatenate([m for m, _ in pairs])
    silent = np.concatenate([_silent(one, len(m)) for m, one in pairs])
    return {
        "closure_rate": round(closure_rate(times, face, spoken), 4),
        "contact_rate": round(contact_rate(times, face, spoken), 4),
        "viseme_timing_median_ms": round(float(np.median(errors)), 1),
        "viseme_timing_p95_ms": round(float(np.quantile(errors, 0.95)), 1),
        "vowels_closed_by_mistake": round(closed_vowels_rate(times, face, spoken), 4),
        "most_motion_in_silence": round(float(np.abs(mouth[silent]).max(initial=0.0)), 4),
        "closures": float(sum(p.name[0] in CLOSURES for p in spoken)),
    }


def _face(mouth: Floats) -> NDArray[np.float32]:
    none = np.zeros(len(mouth))
    return compose(
        mouth=mouth, expression=np.zeros((len(mouth), 52)), blink=none, eye_pitch=none,
        config=FaceConfig(),
    )  # fmt: skip


def _silent(one: Taught, count: int) -> NDArray[np.bool_]:
    """Frames at which the teacher has been still for a fifth of a second, and stays so."""
    still = one.mouth.max(axis=1) < 0.005
    wide = TAUGHT_HZ // 5
    near = np.convolve(~still, np.ones(2 * wide + 1), "same") < 0.5
    return np.asarray(near[np.minimum(np.arange(count) * 2, len(near) - 1)])


def usual(corpus: Sequence[Taught]) -> tuple[float, ...]:
    """(BANDS,): the mean of loud sound in clean sentences."""
    rng = np.random.default_rng(3)
    return usual_of(
        [sentence(one, (), rng, spoil=False).looks.reshape(-1, BANDS) for one in corpus]
    )


Odds = tuple[float, float]
"""From which lips begin to meet, and from which they have."""


@dataclass(frozen=True, slots=True)
class Met:
    """From which odds lips meet, and lip and teeth, by sound alone and with the text."""

    closes: Odds
    meets: Odds
    closes_read: Odds
    meets_read: Odds


def thresholds(model: FaceModel, corpus: Sequence[Taught]) -> Met:
    """The odds from which lips meet: a closure missed counts as two vowels closed by mistake.

    Lips that stay apart at p b m are seen at once, a vowel too narrow hardly. With the text both
    mistakes get rarer, and by the same factor: were it weighed anew, nearly all that is gained
    would go to the vowels. On spoiled sentences that were learned from: nothing held out is
    looked at.
    """
    alone, read = (_said(model, corpus, read=read) for read in (False, True))
    highs = [_cheapest(said) for said in alone]
    highs += [_alike(said, one, high) for said, one, high in zip(read, alone, highs, strict=True)]
    return Met(*((round(0.5 * high, 3), round(high, 3)) for high in highs))


@dataclass(frozen=True, slots=True)
class _Said:
    """Odds of one constraint at the phones that have it, and at vowels."""

    met: Floats
    apart: Floats

    def mistakes(self, high: float) -> tuple[float, float]:
        """How many are missed, how many are met by mistake, if met counts from `high` on."""
        return float(np.sum(self.met < high)), float(np.sum(self.apart > 0.8 * high))


_HIGHS: Final = np.linspace(0.1, 0.9, 81)
_USUAL: Final = 0.65


def _said(model: FaceModel, corpus: Sequence[Taught], *, read: bool) -> tuple[_Said, _Said]:
    """Of closure and contact."""
    met: tuple[list[float], list[float]] = ([], [])
    apart: tuple[list[float], list[float]] = ([], [])
    rng = np.random.default_rng(17)
    for one in corpus:
        heard = sentence(one, corpus, rng)
        said = raw_mouth(model, heard.looks, one.expected if read else ())[:, -2:]
        sounds = heard.sounds[FRAMES * BEHIND :]
        cuts = np.flatnonzero(np.diff(sounds)) + 1
        for first, last in zip([0, *cuts], [*cuts, len(sounds)], strict=True):
            name = CLASSES[int(sounds[first])].split()[0]
            for side, names in enumerate((CLOSURES, CONTACTS)):
                if name in names:
                    met[side].append(float(said[first:last, side].max()))
                elif name in VOWELS:
                    apart[side].append(float(said[(first + last) // 2, side]))
    first, second = (_Said(np.array(m), np.array(a)) for m, a in zip(met, apart, strict=True))
    return first, second


def _cheapest(said: _Said) -> float:
    if not len(said.met) or not len(said.apart):
        return _USUAL
    costs = [_MISSED * missed + closed for missed, closed in map(said.mistakes, _HIGHS)]
    return float(_HIGHS[int(np.argmin(costs))])


def _alike(read: _Said, alone: _Said, high: float) -> float:
    """Where both mistakes are rarer than `alone` makes them at `high`, by factors most alike."""
    if not len(read.met) or not len(read.apart):
        return _USUAL
    missed, closed = (each + 0.5 for each in alone.mistakes(high))
    off = [
        abs(np.log((m + 0.5) / missed) - np.log((c + 0.5) / closed))
        for m, c in map(read.mistakes, _HIGHS)
    ]
    return float(_HIGHS[int(np.argmin(off))])


def told(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lines to print."""
    return [
        f"{way:16s} " + ", ".join(f"{name} {value:g}" for name, value in each.items())
        for way, each in measured.items()
    ]
