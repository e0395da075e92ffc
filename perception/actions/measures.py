"""What can be measured of a figure: one number or truth value a phrase, for the hand in question.

Each measure answers 0..1 by a soft threshold, NaN where what it needs was not seen. Lengths are in
shoulder widths (a forearm is about 0.7, an arm about 1.5).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from perception.actions.figure import (
    EARS,
    ELBOWS,
    INDEXES,
    NOSE,
    SHOULDERS,
    WRISTS,
    Figure,
    Moment,
)

Floats = NDArray[np.float64]
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


def to_point(figure: Figure, hand: int, point: int) -> float:
    """From the middle of the hand to a point of the head; depth counts half, it is guessed."""

    def one(m: Moment) -> float:
        middle = (m.points[WRISTS[hand]] + m.points[INDEXES[hand]]) / 2
        return float(np.linalg.norm((middle - m.points[point]) * (1.0, 1.0, 0.5)))

    return usually(figure, one)


def to_ear(figure: Figure, hand: int) -> float:
    """To the ear on its own side."""
    return to_point(figure, hand, EARS[hand])


def to_mouth(figure: Figure, hand: int) -> float:
    """To the nose, which is near enough."""
    return to_point(figure, hand, NOSE)


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


def curling(figure: Figure, hand: int) -> float:
    """Swings of the fingers between straight and curled; of hand against wrist without them."""
    fingers = swing(figure, lambda m: float(m.fingers[hand].mean()))
    if math.isfinite(fingers):
        return fingers
    bend = swing(
        figure,
        lambda m: float((m.points[INDEXES[hand]] - m.points[WRISTS[hand]])[1]),
    )
    return 3.0 * bend


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
