"""What of the last second is handed to the learned judge of phrases: one row of numbers a hand.

Places in the person's own frame and, where the face tells them, against the eyes; where palm and
fingers look; how large the swings to and fro are. Sides are mirrored, so that both hands are read
alike. What was not seen is NaN. Pure.
"""

import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.actions.figure import (
    EARS,
    ELBOWS,
    HIPS,
    INDEXES,
    KNEES,
    NOSE,
    SHOULDERS,
    WRISTS,
    Figure,
    Moment,
)

Floats = NDArray[np.float64]

PINKIES, THUMBS = (17, 18), (21, 22)
LEAST_MOMENTS: Final = 3


def cues(figure: Figure, hand: int) -> Floats:
    """(CUES,) of the left (0) or right (1) hand; NaN where unknown."""
    now = figure.now
    courses = _courses(now, hand)
    late = courses[len(now) // 2 :]
    seen = np.isfinite(late).sum(axis=0) >= min(LEAST_MOMENTS, max(len(now) // 4, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all NaN: unknown
        usual = np.where(seen, np.nanmedian(late, axis=0), np.nan)
        strays = np.where(seen, np.nanstd(late, axis=0), np.nan)
        before = np.nanmedian(_slow(figure.before), axis=0) if figure.before else _UNKNOWN
        slow = np.nanmedian(_slow(now)[len(now) // 2 :], axis=0) if now else _UNKNOWN
    swings = np.array([_swing(courses[:, k]) for k in _SWINGING])
    return np.concatenate([usual, strays[list(_SWINGING)], swings, slow, slow - before])


def _courses(now: list[Moment], hand: int) -> Floats:
    """(n, columns) one row a moment."""
    if not now:
        return np.full((1, COLUMNS), np.nan)
    side = np.array([1.0 if hand == 0 else -1.0, 1.0, 1.0])
    points = np.stack([m.points for m in now]) * side
    own = [p[hand] for p in (WRISTS, INDEXES, PINKIES, THUMBS, ELBOWS)]
    wrist, index, pinky, thumb, elbow = (points[:, i] for i in own)
    other = points[:, WRISTS[1 - hand]]
    shoulder = points[:, SHOULDERS[hand]]
    nose, ear = points[:, NOSE], points[:, EARS[hand]]
    arm = np.linalg.norm(wrist - shoulder, axis=1) / np.maximum(
        np.linalg.norm(elbow - shoulder, axis=1) + np.linalg.norm(wrist - elbow, axis=1), 1e-6
    )
    palm, out, places = (
        np.stack([getattr(m, name) for m in now]) * side for name in ("palm", "out", "places")
    )
    fingers = np.stack([m.fingers for m in now])
    columns = [
        wrist, index - wrist, pinky - index, thumb - wrist, elbow, wrist - elbow, other,
        (wrist - other)[:, :2], wrist - nose, index - nose, index - ear, arm[:, None],
        fingers[:, hand], fingers[:, hand].mean(axis=1, keepdims=True),
        np.array([m.thumb_up[hand] for m in now])[:, None], palm[:, hand], out[:, hand],
        5 * places[:, hand], 5 * (places[:, hand] - places[:, 1 - hand])[:, :2],
    ]  # fmt: skip
    return np.concatenate(columns, axis=1)


COLUMNS: Final = 3 * 7 + 2 + 3 * 3 + 1 + 4 + 1 + 1 + 3 + 3 + 3 + 2
_SWINGING: Final = (0, 1, 2, 4, 21, 22, 37, 39, 40, 42, 43, 45, 46, 47, 48)
"""Wrist; knuckles up; wrists apart; fingers; palm; where the hand points; places."""


def _slow(moments: list[Moment]) -> Floats:
    """(n, SLOW) of the whole body."""
    rows = []
    for m in moments:
        hips = m.points[list(HIPS)].mean(axis=0)
        knees = m.points[list(KNEES)].mean(axis=0)
        rows.append([m.front_rad, m.shoulders_up, m.head_pitch_rad, m.thighs,
                     hips[1], knees[1], knees[2]])  # fmt: skip
    return np.array(rows, np.float64)


SLOW: Final = 7
_UNKNOWN: Final = np.full(SLOW, np.nan)
CUES: Final = COLUMNS + 2 * len(_SWINGING) + 2 * SLOW


def _swing(values: Floats) -> float:
    """The second largest swing to and fro of a course; NaN where too little is known."""
    known = values[np.isfinite(values)]
    if len(known) < 5:
        return float("nan")
    calm = np.convolve(known, (0.25, 0.5, 0.25), mode="valid")
    steps = np.diff(calm)
    turns = np.flatnonzero(steps[1:] * steps[:-1] < 0) + 1
    sizes = np.sort(np.abs(np.diff(calm[np.concatenate([[0], turns, [len(calm) - 1]])])))
    return float(sizes[-2]) if len(sizes) >= 2 else 0.0
