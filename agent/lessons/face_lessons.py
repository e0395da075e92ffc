"""What is learned about faces from made ones: the frame, the network, how sure to be.

Groups of people that never meet: those who teach frame and network, those who teach the
confidence, those whose films teach what needs time (`face_course.py`, `face_brief.py`), those who
only examine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.face_corpus import Faces
from perception.faces.brief import COLUMNS
from perception.faces.evidence import (
    PICTURE_ALONE,
    TERMS,
    Course,
    evidence_terms,
    presence,
    sigmoid,
)
from perception.faces.frame import (
    TURN_TERMS,
    Frame,
    Standing,
    plain,
    stabilised,
    turn_terms,
)
from perception.faces.network import (
    BRIEF_TERMS,
    GAZE_TERMS,
    Weights,
    gaze_terms,
    inputs,
    shapes_of,
)
from perception.faces.points import MESH, POINTS
from perception.faces.units import PRESENT, UNITS, intensities

Floats = NDArray[np.float64]

HIDDEN: Final = 96
EPOCHS: Final = 60
BATCH: Final = 128
RATE: Final = 2e-3
DECAY: Final = 1e-4
JITTER_CM: Final = 0.08
ROUNDS: Final = 3
STILL_M: Final = 0.0006
"""A point that moves less holds the frame no more for it."""
RELIABLE_F1: Final = 0.5
"""On the second group; what is found worse is never told."""
NEVER_TOLD: Final = (28,)
"""Lips that speak look sucked in: of 67 times it was told of two who talk, it was so in 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One person's faces after the frame: parallel arrays of the found ones only."""

    faces: Faces
    at_s: Floats
    standings: tuple[Standing, ...]
    angles: Floats
    """(n, 3) as fitted."""
    own_m: Floats
    """(n, 478, 3)."""
    rest_m: Floats
    """(478, 3) of this person, from the pictures at rest."""
    width_px: Floats

    @property
    def shapes(self) -> Floats:
        """(n, 52) truth."""
        return self.faces.shapes[self.faces.found]

    @property
    def inputs(self) -> Floats:
        """Of the network."""
        return inputs(self.own_m - self.rest_m, self.angles)


def by_person(corpus: Sequence[Faces]) -> dict[int, list[Faces]]:
    """The corpus person by person, the pictures at rest first."""
    people: dict[int, list[Faces]] = {}
    for faces in corpus:
        people.setdefault(faces.person, []).append(faces)
    return {
        person: some
        for person, some in people.items()
        if some[0].kind == "rest" and some[0].found.any()
    }


def seen_by(frame: Frame, corpus: Sequence[Faces], *, personal: bool = True) -> list[Seen]:
    """The corpus through the frame. Not `personal`: everybody is held against the mean face."""
    seen = []
    for some in by_person(corpus).values():
        rest = np.median([stabilised(p, frame)[1] for p in some[0].points[some[0].found]], axis=0)
        if not personal:
            rest = frame.face_m
        seen += [_through(frame, faces, rest) for faces in some if faces.found.any()]
    return seen


def _through(frame: Frame, faces: Faces, rest: Floats) -> Seen:
    points = faces.points[faces.found]
    both = [stabilised(p, frame, rest) for p in points]
    return Seen(
        faces=faces,
        at_s=faces.at_s[faces.found],
        standings=tuple(standing for standing, _ in both),
        angles=np.stack([standing.angles for standing, _ in both]),
        own_m=np.stack([face for _, face in both]),
        rest_m=rest,
        width_px=np.ptp(points[:, :MESH, 0], axis=1),
    )


def learn_frame(corpus: Sequence[Faces]) -> Frame:
    """Which points hold still, what the mesh does when a head turns, how angles lean."""
    people = by_person(corpus)
    rests = {
        who: np.median([plain(p)[1] for p in some[0].points[some[0].found]], axis=0)
        for who, some in people.items()
    }
    frame = Frame(
        face_m=np.mean(list(rests.values()), axis=0),
        weights=_held(np.full(POINTS, STILL_M)),
        bends_m=np.zeros((TURN_TERMS, POINTS * 3)),
        pose=np.vstack([np.zeros(3), np.eye(TURN_TERMS, 3)]),
    )
    for _ in range(ROUNDS):
        seen = seen_by(frame, corpus)
        rests = {one.faces.person: one.rest_m for one in seen}
        moved = np.concatenate([one.own_m - one.rest_m for one in seen])
        terms = turn_terms(np.concatenate([one.angles for one in seen]))
        known = np.concatenate([terms, *[np.concatenate([one.shapes for one in seen])]], axis=1)
        flat = moved.reshape(len(moved), -1)
        fit = ridge(known, flat, 1e-1)
        left = np.sqrt(np.mean((flat - terms @ fit[:TURN_TERMS]) ** 2, axis=0))
        truth = np.concatenate([one.faces.head[one.faces.found] for one in seen])
        ones = np.concatenate([np.ones((len(terms), 1)), terms], axis=1)
        frame = Frame(
            face_m=np.mean(list(rests.values()), axis=0),
            weights=_held(np.linalg.norm(left.reshape(-1, 3), axis=1)),
            bends_m=frame.bends_m + fit[:TURN_TERMS],
            pose=ridge(ones, truth, 1e-3),
        )
    return frame


def _held(moves_m: Floats) -> Floats:
    weights = 1.0 / (moves_m**2 + STILL_M**2)
    weights[MESH:] = 0.0
    return np.asarray(weights / weights.max())


def ridge(known: Floats, wanted: Floats, strength: float) -> Floats:
    """Least squares with a little fear of large coefficients."""
    square = known.T @ known + strength * np.eye(known.shape[1])
    return np.asarray(np.linalg.solve(square, known.T @ wanted))


def learn(
    teachers: Sequence[Faces], second: Sequence[Faces], *, seed: int = 1, personal: bool = True
) -> Weights:
    """All weights but what needs time, which is learned from films (`face_course.py`).

    `teachers` for frame and network, `second` for the confidence.
    """
    frame = learn_frame(teachers)
    seen = seen_by(frame, teachers, personal=personal)
    known = np.concatenate([one.inputs for one in seen])
    truth = np.concatenate([one.shapes for one in seen])
    layers = _network(known, truth, np.random.default_rng(seed))
    looks = np.concatenate([one.faces.gaze[one.faces.found] for one in seen])
    terms = np.concatenate([gaze_terms(one.own_m, one.angles) for one in seen])
    open_eyes = truth[:, [0, 7]].max(axis=1) < 0.5
    weights = Weights(
        face_m=frame.face_m, weights=frame.weights, bends_m=frame.bends_m, pose=frame.pose,
        gaze=ridge(terms[open_eyes], looks[open_eyes], 1e-1), **layers,
        evidence=np.zeros((len(UNITS), TERMS)), told=np.ones(len(UNITS)),
        course=PICTURE_ALONE, brief_planes=np.zeros((known.shape[1] - 3, len(COLUMNS))),
        brief_noise=np.ones(len(COLUMNS)), brief_curve=np.zeros(BRIEF_TERMS),
    )  # fmt: skip
    assert terms.shape[1] == GAZE_TERMS
    return _sure(weights, seen_by(frame, second, personal=personal))


def _network(known: Floats, truth: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """One hidden layer by Adam (Kingma and Ba 2015), inputs jittered as the detector does."""
    spread = known.std(axis=0) + 1e-3
    heavy = 1.0 / (truth.var(axis=0) + 0.01)
    sizes = (known.shape[1], HIDDEN, truth.shape[1])
    values = [
        rng.normal(0, sizes[0] ** -0.5, sizes[:2]), np.zeros(HIDDEN),
        rng.normal(0, 0.1 * HIDDEN**-0.5, sizes[1:]), truth.mean(axis=0),
    ]  # fmt: skip
    first, second = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(known))
        for chosen in np.array_split(order, max(len(order) // BATCH, 1)):
            x = (known[chosen] + rng.normal(0, JITTER_CM, (len(chosen), sizes[0]))) / spread
            step += 1
            for k, slope in enumerate(_slopes(values, x, truth[chosen], heavy)):
                slope = slope + DECAY * values[k] * (values[k].ndim == 2)
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                values[k] -= (
                    rate
                    * (first[k] / (1 - 0.9**step))
                    / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
                )
    return {
        "first": values[0] / spread[:, None], "first_bias": values[1],
        "second": values[2], "second_bias": values[3],
    }  # fmt: skip


def _slopes(values: list[Floats], x: Floats, truth: Floats, heavy: Floats) -> list[Floats]:
    hidden = np.tanh(x @ values[0] + values[1])
    off = (hidden @ values[2] + values[3] - truth) * heavy / len(x)
    back = (off @ values[2].T) * (1 - hidden**2)
    return [x.T @ back, back.sum(axis=0), hidden.T @ off, off.sum(axis=0)]


def _sure(weights: Weights, seen: Sequence[Seen]) -> Weights:
    """Fit the confidence on still and moving faces of the second group."""
    guess = np.concatenate([intensities(shapes_of(weights, one.inputs)) for one in seen])
    angles = np.concatenate([one.angles for one in seen])
    sizes = np.concatenate([one.width_px for one in seen])
    there = np.concatenate([intensities(one.shapes) for one in seen]) >= PRESENT
    terms = evidence_terms(guess, angles, sizes)
    evidence = np.stack([logistic(terms[:, k], there[:, k]) for k in range(len(UNITS))])
    weights = replace(weights, evidence=evidence)
    sure = presence(weights, guess, angles, sizes)
    told = np.array([f1(sure[:, k] >= 0.5, there[:, k]) >= RELIABLE_F1 for k in range(len(UNITS))])
    told &= np.array([unit.number not in NEVER_TOLD for unit in UNITS])
    return replace(weights, told=told.astype(np.float64))


def logistic(terms: Floats, there: NDArray[np.bool_]) -> Floats:
    """By Newton's method, with a small ridge."""
    fit = np.zeros(terms.shape[1])
    for _ in range(30):
        sure = sigmoid(terms @ fit)
        slope = terms.T @ (sure - there) + 0.5 * fit
        curve = (terms * (sure * (1 - sure))[:, None]).T @ terms + 0.5 * np.eye(len(fit))
        fit = fit - np.linalg.solve(curve, slope)
    return fit


def picture_by_picture(weights: Weights, one: Seen) -> Floats:
    """(n, units) confidence of each picture alone."""
    guess = intensities(shapes_of(weights, one.inputs))
    return presence(weights, guess, one.angles, one.width_px)


def over_time(weights: Weights, one: Seen) -> Floats:
    """(n, units) confidence with what came before."""
    return sigmoid(course_terms(weights, one) @ weights.course)


def out_of_order(weights: Weights, one: Seen) -> Floats:
    """The same where a film's pictures were seen in another order: what time itself is worth."""
    order = np.random.default_rng(1).permutation(len(one.at_s))
    course, alone = Course(weights.course), picture_by_picture(weights, one)
    moved, sure = intensities(shapes_of(weights, one.inputs)), np.empty_like(alone)
    for at, k in zip(one.at_s, order, strict=True):
        sure[k] = course.take(float(at), alone[k], moved[k])
    return sure


def course_terms(weights: Weights, one: Seen, every: int = 1) -> Floats:
    """(n, units, terms) of a film's course, of which only one picture in `every` is seen."""
    course, alone = Course(weights.course), picture_by_picture(weights, one)[::every]
    moved = intensities(shapes_of(weights, one.inputs))[::every]
    known = zip(one.at_s[::every], alone, moved, strict=True)
    return np.stack([course.terms(float(at), seen, far) for at, seen, far in known])


def f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """2TP / (2TP + FP + FN); 0 where there is nothing to find."""
    both = float((said & true).sum())
    return 2 * both / max(float(said.sum() + true.sum()), 1.0) if both else 0.0
