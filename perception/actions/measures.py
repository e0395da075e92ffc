"""What can be measured of a figure: one number or truth value a phrase, for the hand in question.

Each measure answers 0..1 by a soft threshold, NaN where what it needs was not seen. Lengths are in
shoulder widths (a forearm is about 0.7, an arm about 1.5).
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.actions.figure import (
    ELBOWS,
    INDEXES,
    NOSE,
    SHOULDERS,
    WRISTS,
    Figure,
    Moment,
)

Floats = NDArray[np.float64]
EAR: Final = np.array([0.19, 0.05, -0.25])
"""From the nose, for the left hand, shoulder widths."""
LEAST_KNOWN: Final = 4
Measure = Callable[[Figure, int], float]
"""Of a figure and the hand in question, 0 left, 1 right."""


def soft(value: float, least: float, ease: float) -> float:
    """0..1: one half at `least`, rising within about `ease` of it; NaN stays NaN."""
    if not math.isfinite(value):
        return math.nan
    return 1.0 / (1.0 + math.exp(-float(np.clip((value - least) / (ease / 4), -30, 30))))


def over(figure: Figure, of: Callable[[Moment], float]) -> Floats:
    """One value a moment of the window, the unknown ones left out."""
    values = np.array([of(one) for one in figure.now])
    return values[np.isfinite(values)] if len(values) else values


def usually(figure: Figure, of: Callable[[Moment], float]) -> float:
    """The middle over the second half of the window; NaN where seldom known."""
    known = over(figure, of)
    if len(known) < max(2, len(figure.now) // 3):
        return math.nan
    return float(np.median(known[len(known) // 2 :]))


def earlier(figure: Figure, of: Callable[[Moment], float]) -> float:
    """The middle of what was before the window."""
    values = np.array([of(one) for one in figure.before])
    known = values[np.isfinite(values)] if len(values) else values
    return float(np.median(known)) if len(known) >= 3 else math.nan


def height(figure: Figure, hand: int) -> float:
    """Of the wrist above the shoulders."""
    return usually(figure, lambda m: float(m.points[WRISTS[hand], 1]))


def forward(figure: Figure, hand: int) -> float:
    """Of the wrist before the shoulders."""
    return usually(figure, lambda m: float(m.points[WRISTS[hand], 2]))


def aside(figure: Figure, hand: int) -> float:
    """Of the wrist to its own side, from the middle of the body."""
    side = 1.0 if hand == 0 else -1.0
    return usually(figure, lambda m: side * float(m.points[WRISTS[hand], 0]))


def above_elbow(figure: Figure, hand: int) -> float:
    """Of the wrist above its elbow."""
    return usually(figure, lambda m: float(m.points[WRISTS[hand], 1] - m.points[ELBOWS[hand], 1]))


def straightness(figure: Figure, hand: int) -> float:
    """Of the arm: distance from shoulder to wrist of the way along the arm, 0..1."""

    def one(m: Moment) -> float:
        shoulder, elbow, wrist = (m.points[p[hand]] for p in (SHOULDERS, ELBOWS, WRISTS))
        way = float(np.linalg.norm(elbow - shoulder)) + float(np.linalg.norm(wrist - elbow))
        return float(np.linalg.norm(wrist - shoulder)) / max(way, 1e-6)

    return usually(figure, one)


def drop(figure: Figure, hand: int) -> float:
    """How far the wrist is below its shoulder, of the way along the arm; 1 where it hangs."""

    def one(m: Moment) -> float:
        shoulder, elbow, wrist = (m.points[p[hand]] for p in (SHOULDERS, ELBOWS, WRISTS))
        way = float(np.linalg.norm(elbow - shoulder)) + float(np.linalg.norm(wrist - elbow))
        return float(shoulder[1] - wrist[1]) / max(way, 1e-6)

    return usually(figure, one)


def to_spot(figure: Figure, hand: int, spot: Floats) -> float:
    """From the nearest of wrist, knuckles and finger tips to a spot beside the nose (3,).

    `spot` for the right hand has its own side mirrored. Depth counts less, it is guessed.
    """
    side = np.array([1.0 if hand == 0 else -1.0, 1.0, 1.0])

    def one(m: Moment) -> float:
        wrist, knuckles = m.points[WRISTS[hand]], m.points[INDEXES[hand]]
        way = knuckles - wrist
        places = np.stack([wrist + 0.5 * way, knuckles, wrist + 2 * way])
        off = places - m.points[NOSE] - spot * side
        return float(np.linalg.norm(off * (1.0, 1.0, 0.7), axis=1).min())

    return usually(figure, one)


def to_ear(figure: Figure, hand: int) -> float:
    """From the hand to the ear on its own side."""
    return to_spot(figure, hand, EAR)


def between_hands(figure: Figure) -> float:
    """Distance of the wrists, across and up."""
    return usually(
        figure, lambda m: float(np.linalg.norm((m.points[WRISTS[0]] - m.points[WRISTS[1]])[:2]))
    )


def swing(figure: Figure, course: Callable[[Moment], float]) -> float:
    """Mean size of the swings to and fro of a course in the window, if there are at least two."""
    values = over(figure, course)
    if len(values) < 5:
        return math.nan
    calm = np.convolve(values, (0.25, 0.5, 0.25), mode="valid")
    turns = [float(calm[0])]
    for value in (float(v) for v in calm[1:]):
        if len(turns) < 2:
            turns.append(value)
        elif (value - turns[-1]) * (turns[-1] - turns[-2]) >= 0:
            turns[-1] = value
        else:
            turns.append(value)
    sizes = np.sort(np.abs(np.diff(turns)))[::-1]
    return float(sizes[1]) if len(sizes) >= 2 else 0.0


def wanders(figure: Figure, hand: int) -> float:
    """How far the hand strays from its middle, in the second half of the window."""
    places = [one.points[WRISTS[hand]] for one in figure.now]
    known = np.array([p for p in places if np.isfinite(p).all()])
    if len(known) < 3:
        return math.nan
    late = known[len(known) // 2 :]
    off = (late - np.median(late, axis=0)) * (1.0, 1.0, 0.4)
    return float(np.sqrt((off**2).sum(axis=1).mean()))


def fingers_stray(figure: Figure, hand: int) -> float:
    """How much their straightness strays from its middle, in the second half of the window."""
    known = over(figure, lambda m: float(m.fingers[hand].mean()))
    if len(known) < LEAST_KNOWN:
        return math.nan
    late = known[len(known) // 2 :]
    return float(np.abs(late - np.median(late)).mean())


def finger(figure: Figure, hand: int, which: slice) -> float:
    """How straight some fingers are, -1..1."""

    def one(m: Moment) -> float:
        return float(m.fingers[hand, which].mean())

    return usually(figure, one)


def thumb(figure: Figure, hand: int) -> float:
    """How far up the thumb points."""
    return usually(figure, lambda m: float(m.thumb_up[hand]))


def palm(figure: Figure, hand: int, axis: int) -> float:
    """How far the palm looks left (0), up (1), forward (2)."""
    return usually(figure, lambda m: float(m.palm[hand, axis]))


def pointing(figure: Figure, hand: int, axis: int) -> float:
    """How far the hand points left (0), up (1), forward (2)."""
    return usually(figure, lambda m: float(m.out[hand, axis]))


def inward(figure: Figure, hand: int, *, palm_of: bool) -> float:
    """How far palm or hand look to the other side of the body."""
    side = -1.0 if hand == 0 else 1.0
    return side * (palm if palm_of else pointing)(figure, hand, 0)


def curling(figure: Figure, hand: int) -> float:
    """Swings of the fingers between straight and curled."""
    return swing(figure, lambda m: float(m.fingers[hand].mean()))


def shoulders_rise(figure: Figure) -> float:
    """How much nearer to the ears the shoulders are than before."""
    now = usually(figure, lambda m: m.shoulders_up)
    return earlier(figure, lambda m: m.shoulders_up) - now


def head_down(figure: Figure) -> float:
    """How far the head is bent, radians, down positive, against before where that is known."""
    now = usually(figure, lambda m: m.head_pitch_rad)
    before = earlier(figure, lambda m: m.head_pitch_rad)
    return (max(before, -0.25) if math.isfinite(before) else -0.1) - now


def turned_away(figure: Figure) -> float:
    """The chest's turn, radians, 0 facing the camera."""
    return usually(figure, lambda m: m.front_rad)


def seated(figure: Figure) -> float:
    """How level the thighs are."""
    return usually(figure, lambda m: m.thighs)
