"""Minutes of speech without drift, and four characters at once who do not disturb each other."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import TimedPhone, lip_gap
from actuation.generators.metrics.steadiness import drift
from actuation.generators.metrics.visemes import timing_errors_s
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import rehearse
from actuation.speech.voice import Speech
from actuation.stage.config import PerformerConfig
from agent.bench.face_takes import act_of
from agent.bench.figure import Figure
from agent.core.messages import Clause

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

SPAN_MINUTES = 10.0
_PPM = 100e-6
"""A clock so far off is what the control has: 60 ms in ten minutes."""
_GRID_S = 0.1
"""Sentences begin on it, so that each comes at the same place of frames and chunks every time."""
_AFTER_S = 0.4


def minutes_figures(
    speeches: Sequence[Speech],
    learned: "LearnedFace | None",
    missing: str,
    minutes: float,
) -> list[Figure]:
    """Drift over `minutes`, scaled to ten, and four at once; 0 minutes: only the second."""
    at_once = [_rules_at_once(speeches[:4]), _learned_at_once(speeches[:4], learned, missing)]
    if not minutes:
        return at_once
    return [
        *_rules_drift(speeches, minutes),
        *_learned_drift(speeches, learned, missing, minutes),
        *at_once,
    ]


def _rules_drift(speeches: Sequence[Speech], minutes: float) -> list[Figure]:
    lengths = sum(s.duration_s for s in speeches)
    rows = [*speeches] * max(round(60 * minutes / lengths), 1)
    clauses = tuple(Clause(text=s.text) for s in rows)
    played = rehearse(replace(act_of(""), clauses=clauses), rows)
    faces = played.faces.astype(np.float64)
    errors, at = [], []
    for clause in played.clauses:
        phones = [
            TimedPhone(
                name=p.name, start_s=clause.start_s + p.start_s, end_s=clause.start_s + p.end_s
            )
            for p in clause.speech.phones
        ]
        near = (played.times > clause.start_s - 0.3) & (played.times < clause.end_s + 0.3)
        found = timing_errors_s(played.times[near], faces[near], phones)
        errors.append(1e3 * float(np.median(found)) if len(found) else 0.0)
        at.append(clause.start_s / 60)
    return [_drift_figure("rules: lips against sound", at, errors, len(speeches))]


def _drift_figure(name: str, at: Sequence[float], errors: Sequence[float], round_: int) -> Figure:
    """Each sentence against itself in the other rounds: whether it is late there is its own."""
    rounds = len(errors) // round_
    own = np.array(errors[: rounds * round_]).reshape(rounds, round_)
    left = (own - own.mean(axis=0)).ravel()
    found = drift(np.array(at[: len(left)]), left)
    return Figure(
        name=f"{name}, drift in ten minutes",
        value=abs(SPAN_MINUTES * found.per_minute),
        unit="ms",
        target=5.0,
        control=abs(SPAN_MINUTES * found.per_minute + 6e4 * SPAN_MINUTES * _PPM),
        control_of="a clock 100 ppm off",
        note=(
            f"{SPAN_MINUTES * found.per_minute:+.2f} +- {SPAN_MINUTES * found.error:.2f} ms over "
            f"{at[-1]:.1f} min, {round_} sentences {rounds} times; median {np.median(own):+.1f} ms"
        ),
    )


def _learned_drift(
    speeches: Sequence[Speech],
    learned: "LearnedFace | None",
    missing: str,
    minutes: float,
) -> list[Figure]:
    if learned is None:
        return [Figure(name="learned: lips against sound, drift in ten minutes", value=float("nan"),
                       unit="ms", target=5.0, note=missing)]  # fmt: skip
    rate_hz = speeches[0].rate_hz
    rows = [s for s in speeches if s.rate_hz == rate_hz]
    once = [_padded(s) for s in rows]
    times = max(round(60 * minutes * rate_hz / sum(map(len, once))), 3)
    stream = learned.stream(rate_hz)
    made = [stream.push(part) for _ in range(times) for part in once]
    made.append(stream.finish().face)
    faces = np.concatenate(made).astype(np.float64)
    errors, at, gaps = [], [], []
    begins = 0
    for speech, sound in zip(rows * times, once * times, strict=True):
        first, count = (
            round(begins / rate_hz * FRAME_RATE_HZ),
            round(len(sound) / rate_hz * FRAME_RATE_HZ),
        )
        part = faces[first : first + count]
        here = np.arange(len(part)) / FRAME_RATE_HZ
        phones = [TimedPhone(name=p.name, start_s=p.start_s, end_s=p.end_s) for p in speech.phones]
        found = timing_errors_s(here, part, phones)
        errors.append(1e3 * float(np.median(found)) if len(found) else 0.0)
        at.append(begins / rate_hz / 60)
        gaps.append(lip_gap(part))
        begins += len(sound)
    rounds = [gaps[k * len(rows) : (k + 1) * len(rows)] for k in range(times)]
    return [
        _drift_figure("learned: lips against sound", at, errors, len(rows)),
        Figure(
            name="learned: the same sentence in the second and the last round",
            value=_same_sentence(rounds[1], rounds[-1]),
            unit="of a jaw",
            target=0.02,
            baseline=_same_sentence(rounds[0][1:], rounds[-1][1:]),
            baseline_of="the first, where the ear gets used to the voice",
            note=f"largest difference of the lips' opening, {len(rows)} sentences {times} times",
        ),
    ]


def _same_sentence(first: Sequence[Floats], last: Sequence[Floats]) -> float:
    """Largest difference of the lips' opening, of a jaw, over all sentences."""
    pairs = [(a[: len(b)], b[: len(a)]) for a, b in zip(first, last, strict=True)]
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def _padded(speech: Speech) -> NDArray[np.float32]:
    """The sound, then silence up to the next tenth of a second and a while."""
    length_s = np.ceil((speech.duration_s + _AFTER_S) / _GRID_S) * _GRID_S
    sound = np.zeros(round(float(length_s) * speech.rate_hz), np.float32)
    sound[: len(speech.samples)] = speech.samples
    return sound


def _rules_at_once(speeches: Sequence[Speech]) -> Figure:
    def perform(i: int) -> NDArray[np.float32]:
        config = PerformerConfig()
        animation = config.animation.model_copy(update={"seed": 11 + i})
        config = config.model_copy(update={"animation": animation})
        return rehearse(act_of(speeches[i].text), [speeches[i]], config=config).faces

    alone = [perform(i) for i in range(len(speeches))]
    with ThreadPoolExecutor(len(speeches)) as pool:
        together = list(pool.map(perform, range(len(speeches))))
    return _at_once("rules", alone, together)


def _learned_at_once(
    speeches: Sequence[Speech],
    learned: "LearnedFace | None",
    missing: str,
) -> Figure:
    if learned is None:
        name = "learned: four characters at once against each alone"
        return Figure(name=name, value=float("nan"), unit="", target=1e-3, note=missing)
    sounds = [s.samples[: round(3 * s.rate_hz)] for s in speeches]
    alone = [
        learned.faces(x, s.rate_hz, seed=i)
        for i, (x, s) in enumerate(zip(sounds, speeches, strict=True))
    ]
    streams = [learned.stream(s.rate_hz, seed=i) for i, s in enumerate(speeches)]
    made: list[list[NDArray[np.float32]]] = [[] for _ in streams]
    pieces = 40
    for k in range(pieces):
        for stream, sound, faces in zip(streams, sounds, made, strict=True):
            size = -(-len(sound) // pieces)
            faces.append(stream.push(sound[k * size : (k + 1) * size]))
    for stream, faces in zip(streams, made, strict=True):
        faces.append(stream.finish().face)
    return _at_once("learned", alone, [np.concatenate(faces) for faces in made])


def _at_once(
    who: str, alone: Sequence[NDArray[np.float32]], together: Sequence[NDArray[np.float32]]
) -> Figure:
    def apart(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
        return float(np.abs(a - b).max()) if a.shape == b.shape else float("inf")

    mixed = float(np.abs(alone[0][:60] - alone[1][:60]).max())
    return Figure(
        name=f"{who}: four characters at once against each alone",
        value=max(apart(a, b) for a, b in zip(alone, together, strict=True)),
        unit="of a shape",
        target=1e-3,
        control=mixed,
        control_of="one character against another",
        note="largest difference of any of 52 shapes in any frame",
    )
