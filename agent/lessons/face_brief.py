"""Learns what movements under half a second look like against what is before and after them.

All of it from what is left when each face's own leaning with its head is taken out. Three steps: a
plane a unit by least squares between what points and what units do for a moment; how much it says
of units that do nothing; and how sure to be, by a logistic curve. The last is fitted to what planes
of other people say, or it would trust them too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.face_corpus import Faces
from agent.lessons.face_lessons import Seen, logistic, ridge, seen_by
from perception.faces.brief import COLUMNS, LATER_S, Course, Moment, around, moment, sizes_of
from perception.faces.leaning import Leaning
from perception.faces.network import Weights
from perception.faces.reader import lid_opening
from perception.faces.units import intensities

Floats = NDArray[np.float64]

STRENGTH: Final = 0.3
STILL: Final = 0.02
"""A unit that changes less does nothing."""
FOLDS: Final = 4
THERE_S, ELSEWHERE_S = 0.07, 0.4
"""Nearer to the middle of a movement it is there, farther it is not; between is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One film as the planes see it."""

    person: int
    moments: tuple[Moment, ...]
    """Those with pictures enough around them, freed of the head."""
    true: Floats
    """(n, units) what the drawn units do there."""
    events: tuple[tuple[int, float, float], ...]


def learn_brief(weights: Weights, corpus: Sequence[Faces]) -> Weights:
    """The same weights with planes, noise and curve of brief movements."""
    films = [
        _film(one) for one in seen_by(weights.frame, corpus)
        if one.faces.kind not in ("rest", "stills")
    ]  # fmt: skip
    people = sorted({film.person for film in films})
    terms, there = [], []
    for fold in range(FOLDS):
        left_out = set(people[fold::FOLDS])
        others = _planes(weights, [film for film in films if film.person not in left_out])
        for film in films:
            if film.person in left_out:
                found, true = _moments(others, film)
                terms.append(found)
                there.append(true)
    curve = logistic(np.concatenate(terms), np.concatenate(there))
    return replace(_planes(weights, films), brief_curve=curve)


def _film(one: Seen) -> Film:
    lids = np.array([lid_opening(face) for face in one.own_m]) / max(lid_opening(one.rest_m), 1e-4)
    course = Course(
        at=one.at_s, moved_cm=one.inputs[:, :-3], angles=one.angles, lids=lids[:, None]
    )  # fmt: skip
    units, leaning = intensities(one.shapes), Leaning(course.moved_cm.shape[1])
    moments, slopes, true = list[Moment](), list[Floats](), list[Floats]()
    for at in one.at_s:
        seen, drawn = moment(course, float(at)), around(one.at_s, units, at)
        if seen is not None and drawn is not None:
            leaning.take(seen.at, seen.head.rise, seen.moved.rise)
            moments.append(seen)
            slopes.append(leaning.slopes)
            true.append(drawn.rise)
    known = np.searchsorted([seen.at + 1e-6 for seen in moments], [s.at + LATER_S for s in moments])
    return Film(
        person=one.faces.person, events=one.faces.events,
        moments=tuple(
            seen.freed(slopes[min(k, len(slopes) - 1)])
            for seen, k in zip(moments, known, strict=True)
        ),
        true=np.array(true).reshape(len(true), units.shape[1]),
    )  # fmt: skip


def _planes(weights: Weights, films: Sequence[Film]) -> Weights:
    seen = np.stack([one.moved.rise for film in films for one in film.moments])
    wanted = np.concatenate([film.true for film in films])[:, COLUMNS]
    planes = ridge(seen, wanted, STRENGTH)
    said, quiet = seen @ planes, np.abs(wanted) < STILL
    noise = np.array([said[quiet[:, k], k].std() for k in range(len(COLUMNS))])
    return replace(weights, brief_planes=planes, brief_noise=np.maximum(noise, 1e-6))


def _moments(weights: Weights, film: Film) -> tuple[Floats, NDArray[np.bool_]]:
    """(n, terms) and whether a movement is there, where that is clear."""
    middles = np.array([(begin + end) / 2 for _, begin, end in film.events])
    terms, there = [], []
    for seen in film.moments:
        off = float(np.abs(middles - seen.at).min()) if len(middles) else np.inf
        if not THERE_S <= off <= ELSEWHERE_S:
            terms.append(sizes_of(weights, seen)[1])
            there.append(off < THERE_S)
    return np.array(terms).reshape(len(terms), -1), np.array(there, bool)
