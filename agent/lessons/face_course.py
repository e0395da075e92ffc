"""What films teach once single pictures are read: how sure to be over time.

The course is learned last, from people whom nothing else was learned from, so that it sees the
errors that the reader makes on strangers ("static for dynamic": first the picture, then a light
layer over time). Every film counts three times, at 30, 15 and 10 pictures a second.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.face_corpus import Faces, person_faces
from agent.lessons.face_examination import told_columns
from agent.lessons.face_lessons import course_terms, logistic, seen_by
from perception.faces.network import COURSE_TERMS, Weights
from perception.faces.units import PRESENT, intensities

Floats = NDArray[np.float64]

PEOPLE: Final = (*range(701, 713), *range(801, 806))
KINDS: Final = ("brief", "talk", "brief", "faces")
STILLS, DRAW = 12, 7
TURNING: Final = PEOPLE[:10]
"""Who sits again, in another light, and nods, shakes the head and turns it."""
TURNING_KINDS: Final = ("nod", "shake", "turn")
TURNING_DRAW: Final = 8
EVERY: Final = (1, 2, 3)
"""Of a film's pictures, one in so many is seen."""


def films(people: Sequence[int] = PEOPLE) -> Iterator[Faces]:
    """Faces of each person; a quarter of a minute of a core for two films."""
    for who in people:
        yield from person_faces(who, stills=STILLS, kinds=KINDS, draw=DRAW)
        if who in TURNING:
            yield from person_faces(who, stills=1, kinds=TURNING_KINDS, draw=TURNING_DRAW)


def learn_course(weights: Weights, corpus: Sequence[Faces], *, terms: int = COURSE_TERMS) -> Floats:
    """(COURSE_TERMS,) of one curve for all units that are told; of the first `terms` alone.

    With `PICTURE_TERMS` it is what the same films teach of each picture by itself.
    """
    columns, seen, true = told_columns(weights), [], []
    for one in seen_by(weights.frame, corpus):
        if one.faces.kind in ("rest", "stills"):
            continue
        there = intensities(one.shapes) >= PRESENT
        for every in EVERY:
            seen.append(course_terms(weights, one, every)[:, columns, :terms])
            true.append(there[::every, columns])
    curve = np.zeros(COURSE_TERMS)
    known, wanted = np.concatenate(seen), np.concatenate(true)
    curve[:terms] = logistic(known.reshape(-1, terms), wanted.ravel())
    return curve
