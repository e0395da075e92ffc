"""What is read rightly of faces whose truth is known, by people nothing was learned from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.face_corpus import Faces
from agent.lessons.face_lessons import Seen, f1, picture_by_picture, seen_by
from perception.faces.brief import area_of
from perception.faces.frame import head_angles, own, plain
from perception.faces.movements import Movement, MovementKind
from perception.faces.network import Weights, gaze_terms, shapes_of
from perception.faces.points import MODEL_M, READ_POINTS
from perception.faces.reader import FaceReader
from perception.faces.sensitivity import Explained, explained
from perception.faces.units import PRESENT, UNITS, intensities

Floats = NDArray[np.float64]
Confidence = Callable[[Weights, Seen], Floats]

BINS: Final = 10
FELT: Final = [k for k, i in enumerate(READ_POINTS) if i < 468]
NEAR_S: Final = 0.25
_DEALINGS: Final = 10
"""Readers with their points dealt anew, for each still: many stills need few."""


@dataclass(frozen=True, slots=True)
class Exam:
    """Faces of the examined, through the frame, and the same without a personal face at rest."""

    weights: Weights
    corpus: Sequence[Faces]
    seen: Sequence[Seen]

    def of(self, *kinds: str) -> list[Seen]:
        """Those of some kinds."""
        return [one for one in self.seen if one.faces.kind in kinds]


def sit(weights: Weights, corpus: Sequence[Faces], *, personal: bool = True) -> Exam:
    """Put the corpus through the weights."""
    return Exam(weights, corpus, seen_by(weights.frame, corpus, personal=personal))


def residuals_mm(exam: Exam) -> tuple[float, float, float]:
    """Motion of a face that does nothing while its head turns: ours, plain fit, no fit at all.

    Root mean square over the read points but the irises, about each point's own middle.
    """
    kinds: tuple[list[float], list[float], list[float]] = ([], [], [])
    for one in exam.of("turn"):
        points = one.faces.points[one.faces.found]
        both = [plain(p) for p in points]
        still = np.eye(3)
        unturned = [
            own(p, type(s)(turn=still, size=s.size, middle=s.middle), MODEL_M.mean(axis=0))
            for p, (s, _) in zip(points, both, strict=True)
        ]
        ways = one.own_m, np.stack([face for _, face in both]), np.stack(unturned)
        for kept, faces in zip(kinds, ways, strict=True):
            felt = faces[:, list(READ_POINTS)][:, FELT]
            off = np.linalg.norm(felt - np.median(felt, axis=0), axis=2)
            kept.append(float(np.sqrt((off**2).mean())) * 1000)
    ours, canonical, none = (float(np.mean(kind)) for kind in kinds)
    return ours, canonical, none


def head_errors_deg(exam: Exam) -> NDArray[np.float64]:
    """(n, 3) absolute errors of yaw, pitch, roll on stills and turning heads."""
    return np.concatenate(
        [
            np.degrees(np.abs(_heads(exam.weights, one) - one.faces.head[one.faces.found]))
            for one in exam.of("stills", "turn")
        ]
    )


def _heads(weights: Weights, one: Seen) -> Floats:
    return np.stack([head_angles(standing, weights.frame) for standing in one.standings])


def gaze_errors_deg(exam: Exam) -> tuple[Floats, Floats]:
    """(n,) angle between true and read direction of open eyes against the head; and of no eyes."""
    read, straight = [], []
    for one in exam.of("stills", "turn"):
        open_eyes = one.shapes[:, [0, 7]].max(axis=1) < 0.5
        truth = one.faces.gaze[one.faces.found][open_eyes]
        said = (gaze_terms(one.own_m, one.angles) @ exam.weights.gaze)[open_eyes]
        read.append(np.degrees(np.linalg.norm(said - truth, axis=1)))
        straight.append(np.degrees(np.linalg.norm(truth, axis=1)))
    return np.concatenate(read), np.concatenate(straight)


def shape_correlations(exam: Exam) -> Floats:
    """(units,) how read and true intensities go together on stills."""
    said = np.concatenate([intensities(shapes_of(exam.weights, o.inputs)) for o in _stills(exam)])
    true = np.concatenate([intensities(one.shapes) for one in _stills(exam)])
    return np.array([_together(said[:, k], true[:, k]) for k in range(len(UNITS))])


def _stills(exam: Exam) -> list[Seen]:
    return exam.of("stills")


def _together(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def told_columns(weights: Weights) -> list[int]:
    """Of the units that are told at all."""
    return [int(k) for k in np.flatnonzero(weights.told > 0.5)]


def confidences(exam: Exam, how: Confidence, *kinds: str) -> tuple[Floats, NDArray[np.bool_]]:
    """(n, told) confidence and truth."""
    columns = told_columns(exam.weights)
    sure = np.concatenate([how(exam.weights, one) for one in exam.of(*kinds)])
    true = np.concatenate([intensities(one.shapes) >= PRESENT for one in exam.of(*kinds)])
    return sure[:, columns], true[:, columns]


def mean_f1(sure: Floats, true: NDArray[np.bool_]) -> float:
    """Over units, at one half."""
    found = [f1(sure[:, k] >= 0.5, true[:, k]) for k in range(true.shape[1]) if true[:, k].any()]
    return float(np.mean(found)) if found else 0.0


def calibration_error(sure: Floats, true: NDArray[np.bool_]) -> float:
    """Expected calibration error: bins of confidence, weighted by how many fall in (Guo 2017)."""
    said, there = sure.ravel(), true.ravel().astype(np.float64)
    place = np.clip((said * BINS).astype(int), 0, BINS - 1)
    gaps = [
        (place == b).mean() * abs(float(there[place == b].mean() - said[place == b].mean()))
        for b in range(BINS)
        if (place == b).any()
    ]
    return float(sum(gaps))


def reliability(sure: Floats, true: NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """Mean confidence, share that was there, how many: a line a bin."""
    said, there = sure.ravel(), true.ravel().astype(np.float64)
    place = np.clip((said * BINS).astype(int), 0, BINS - 1)
    return [
        (float(said[place == b].mean()), float(there[place == b].mean()), int((place == b).sum()))
        for b in range(BINS)
        if (place == b).any()
    ]


def raw(weights: Weights, one: Seen) -> Floats:
    """The intensity taken for a probability: what calibration is to beat."""
    return intensities(shapes_of(weights, one.inputs))


def at_rest_alarms(exam: Exam, how: Confidence = picture_by_picture) -> float:
    """Units told as there, of those told, on faces at rest."""
    sure, _ = confidences(exam, how, "rest")
    return float((sure >= 0.5).mean())


def explanations(exam: Exam) -> list[Explained]:
    """Where each told unit is read, on the first still of each person where it is clearly there."""
    found = []
    for k in told_columns(exam.weights):
        for one in _stills(exam):
            there = intensities(one.shapes)[:, k] >= 0.5
            if there.any():
                known = one.inputs[int(np.flatnonzero(there)[0])]
                found.append(explained(exam.weights, known, k, dealings=_DEALINGS))
    return found


def movements(weights: Weights, faces: Faces) -> list[Movement]:
    """What a reader that has never seen this person tells of a film."""
    reader, told = FaceReader(weights, brief=True), list[Movement]()
    for at, points in zip(faces.at_s[faces.found], faces.points[faces.found], strict=True):
        reading = reader.take(float(at), points)
        told += reading.movements if reading else ()
    return told


def films(corpus: Sequence[Faces], *kinds: str) -> list[Faces]:
    """Those of some kinds; of all where none is named."""
    return [f for f in corpus if (f.kind in kinds if kinds else f.kind not in ("rest", "stills"))]


def head_movements(exam: Exam, kind: MovementKind) -> tuple[float, float, int]:
    """Share of films with a nod (a shake) in which it was told; false ones a minute; films."""
    wanted, others = films(exam.corpus, kind.value), [
        f for f in films(exam.corpus) if f.kind != kind.value
    ]  # fmt: skip
    found = [any(m.kind is kind for m in movements(exam.weights, f)) for f in wanted]
    false = sum(m.kind is kind for f in others for m in movements(exam.weights, f))
    minutes = sum(float(f.at_s[-1]) for f in others) / 60
    return float(np.mean(found)), false / max(minutes, 1e-9), len(found)


def blinks(exam: Exam) -> tuple[float, float, int]:
    """Recall, false ones a minute, how many there were in films."""
    hits = count = false = 0
    minutes = 0.0
    for film in films(exam.corpus):
        true = _true_blinks(film)
        said = [m for m in movements(exam.weights, film) if m.kind is MovementKind.BLINK]
        minutes += float(film.at_s[-1]) / 60
        count += len(true)
        near = [[m for m in said if abs((m.begin_s + m.end_s) / 2 - at) < NEAR_S] for at in true]
        hits += sum(bool(some) for some in near)
        false += len([m for m in said if all(m not in some for some in near)])
    return hits / max(count, 1), false / max(minutes, 1e-9), count


def _true_blinks(film: Faces) -> list[float]:
    """Middles of blinks that begin and end in the film, after the reader has looked for a while."""
    shut = film.shapes[:, [0, 7]].min(axis=1) > 0.6
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shut.astype(int), [0]])))
    spans = [(film.at_s[a], film.at_s[b - 1]) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [float(a + b) / 2 for a, b in spans if b - a < 0.35 and a > 1.4 and b < film.at_s[-1]]


def brief_movements(exam: Exam) -> tuple[float, float, int, float]:
    """Recall of brief movements by area and time; false ones a minute elsewhere; how many; and the
    recall where each film is held against what was told of the next."""
    all_films = films(exam.corpus)
    told = [
        [m for m in movements(exam.weights, film) if m.kind is MovementKind.BRIEF]
        for film in all_films
    ]
    hits = by_chance = count = false = 0
    for k, film in enumerate(all_films):
        said, others = told[k], told[(k + 1) % len(told)]
        used = set[int]()
        for unit, begin, end in film.events:
            count += 1
            hits += _met(said, unit, begin, end)
            by_chance += _met(others, unit, begin, end)
            used |= {i for i, m in enumerate(said) if begin - 0.3 < m.begin_s < end + 0.3}
        false += len(said) - len(used)
    minutes = sum(float(film.at_s[-1]) for film in all_films) / 60
    some = max(count, 1)
    return hits / some, false / max(minutes, 1e-9), count, by_chance / some


def _met(said: Sequence[Movement], unit: int, begin: float, end: float) -> bool:
    return any(
        abs((m.begin_s + m.end_s - begin - end) / 2) < NEAR_S and area_of(m.unit) == area_of(unit)
        for m in said
    )
