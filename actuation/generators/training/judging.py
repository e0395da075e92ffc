"""Measures a learned face on sentences and voices that it did not learn from.

Lips against the engines' exact phone times, by `metrics.lips`; the teacher itself and audio from
another sentence as controls.
"""

from collections.abc import Mapping, Sequence

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
    closure_rate,
    contact_rate,
    lip_gap,
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
    return worn(raw_mouth(model, heard.looks, expected), model.card)


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
        "vowels_closed_by_mistake": round(_closed_vowels(times, face, spoken), 4),
        "most_motion_in_silence": round(float(np.abs(mouth[silent]).max(initial=0.0)), 4),
        "closures": float(sum(p.name[0] in CLOSURES for p in spoken)),
    }


def _face(mouth: Floats) -> NDArray[np.float32]:
    none = np.zeros(len(mouth))
    return compose(
        mouth=mouth, expression=np.zeros((len(mouth), 52)), blink=none, eye_pitch=none,
        config=FaceConfig(),
    )  # fmt: skip


def _closed_vowels(times: Floats, face: Floats, phones: Sequence[TimedPhone]) -> float:
    """Part of the vowels of 60 ms and more in whose very middle the lips are closed."""
    gap = lip_gap(face)
    closed = gap < 0.1 * float(np.quantile(gap, 0.95))
    vowels = [p for p in phones if p.name in VOWELS and p.end_s - p.start_s > 0.06]
    at = np.clip(np.round([p.middle_s * 60 for p in vowels]), 0, len(closed) - 1).astype(int)
    return float(np.mean(closed[at])) if len(at) else float("nan")


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


def thresholds(
    model: FaceModel, corpus: Sequence[Taught]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The odds from which lips meet: a closure missed counts as two vowels closed by mistake.

    Lips that stay apart at p b m are seen at once, a vowel too narrow hardly. On spoiled sentences
    that were learned from, without their text: nothing held out is looked at.
    """
    met: tuple[list[float], list[float]] = ([], [])
    apart: tuple[list[float], list[float]] = ([], [])
    rng = np.random.default_rng(17)
    for one in corpus:
        heard = sentence(one, corpus, rng)
        said = raw_mouth(model, heard.looks, ())[:, -2:]
        sounds = heard.sounds[FRAMES * BEHIND :]
        cuts = np.flatnonzero(np.diff(sounds)) + 1
        for first, last in zip([0, *cuts], [*cuts, len(sounds)], strict=True):
            name = CLASSES[int(sounds[first])].split()[0]
            for side, names in enumerate((CLOSURES, CONTACTS)):
                if name in names:
                    met[side].append(float(said[first:last, side].max()))
                elif name in VOWELS:
                    apart[side].append(float(said[(first + last) // 2, side]))
    return _found(met[0], apart[0]), _found(met[1], apart[1])


def _found(lips: Sequence[float], vowels: Sequence[float]) -> tuple[float, float]:
    if not lips or not vowels:
        return 0.25, 0.65
    shut, open_ = np.array(lips), np.array(vowels)
    grid = np.linspace(0.1, 0.9, 81)
    wrong = [_MISSED * np.sum(shut < g) + np.sum(open_ > 0.8 * g) for g in grid]
    high = float(grid[int(np.argmin(wrong))])
    return round(0.5 * high, 3), round(high, 3)


def told(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lines to print."""
    return [
        f"{way:16s} " + ", ".join(f"{name} {value:g}" for name, value in each.items())
        for way, each in measured.items()
    ]
