"""How well readings of a face tell who it is, though they should not.

A plain classifier (least squares on one-hot people) learns from stills of each person in one light
and is asked about stills of the same people in another. Raw points are the upper bound: they are
the person. What is told of people should be near chance.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.face_corpus import SHOTS_EACH, Faces
from agent.lessons.face_lessons import Seen, picture_by_picture, ridge, seen_by
from perception.faces.network import Weights, inputs, shapes_of
from perception.faces.units import intensities

Floats = NDArray[np.float64]

STRENGTHS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
"""Of the classifier's regularisation; the best counts, which is in favour of a leak."""


def leaks(weights: Weights, corpus: Sequence[Faces]) -> dict[str, tuple[float, float]]:
    """By what is read: share of stills put to the right person, and of people dealt anew."""
    own = _stills(weights, corpus, personal=True)
    mean = _stills(weights, corpus, personal=False)
    ways: Mapping[str, tuple[Sequence[Seen], Callable[[Seen], Floats]]] = {
        "raw points": (own, lambda one: _points(weights, one)),
        "points against the own face at rest": (own, lambda one: one.inputs),
        "units without the own face at rest": (mean, lambda one: _units(weights, one)),
        "units": (own, lambda one: _units(weights, one)),
        "confidences of told units": (
            own, lambda one: picture_by_picture(weights, one)[:, weights.told > 0.5]
        ),
        "units as drawn": (own, lambda one: intensities(one.shapes)),
    }  # fmt: skip
    return {name: _told_apart(*way) for name, way in ways.items()}


def _stills(weights: Weights, corpus: Sequence[Faces], *, personal: bool) -> list[Seen]:
    return [
        one for one in seen_by(weights.frame, corpus, personal=personal)
        if one.faces.kind == "stills"
    ]  # fmt: skip


def _points(weights: Weights, one: Seen) -> Floats:
    return inputs(one.own_m - weights.frame.face_m, one.angles)


def _units(weights: Weights, one: Seen) -> Floats:
    return intensities(shapes_of(weights, one.inputs))


def _told_apart(seen: Sequence[Seen], of: Callable[[Seen], Floats]) -> tuple[float, float]:
    known, who, light = [], [], []
    for k, one in enumerate(seen):
        known.append(of(one))
        who.append(np.full(len(one.at_s), k))
        light.append(np.flatnonzero(one.faces.found) // SHOTS_EACH)
    values, people, lights = (np.concatenate(part) for part in (known, who, light))
    dealt = np.random.default_rng(1).permutation(people)
    return _accuracy(values, people, lights), _accuracy(values, dealt, lights)


def _accuracy(values: Floats, people: NDArray[np.int_], lights: NDArray[np.int_]) -> float:
    """Each light is asked about by what the others taught."""
    best = 0.0
    for strength in STRENGTHS:
        right = np.zeros(len(people), bool)
        for light in np.unique(lights):
            asked = lights == light
            middle, spread = values[~asked].mean(axis=0), values[~asked].std(axis=0) + 1e-6
            scaled = np.concatenate([(values - middle) / spread, np.ones((len(values), 1))], axis=1)
            wanted = np.eye(people.max() + 1)[people]
            fit = ridge(scaled[~asked], wanted[~asked], strength)
            right[asked] = (scaled[asked] @ fit).argmax(axis=1) == people[asked]
        best = max(best, float(right.mean()))
    return best
