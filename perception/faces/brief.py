"""Movements under half a second, by what a face did just before and just after. Pure.

What lasts longer, drifts, or is wrong all the time for this person and light is on both sides of a
short movement, too, and is taken away: the mean of some 0.15 s less the mean of what is before and
after. What is left goes through a plane a unit and is counted in times of its own noise. A last
curve weighs the strongest unit against what else makes faces move for a moment: another part of the
face, a head on its way, lids, a jaw that speaks, and a face that is another afterwards. Planes and
curve are learned from drawn films (`agent/lessons/face_course.py`).

Needs some 20 pictures a second, and tells a movement eight tenths of a second after it.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.evidence import SURE, sigmoid
from perception.faces.leaning import Leaning
from perception.faces.network import BRIEF_TERMS, Weights
from perception.faces.units import NUMBERS

Floats = NDArray[np.float64]

INNER_S: Final = 0.075
GAP_S: Final = 0.16
SIDE_S: Final = 0.31
"""From the middle: until where a movement counts, and from where to where its surroundings."""
AGAIN_S: Final = 0.5
"""Between two."""
LATER_S: Final = 0.25
"""So much longer is waited, to know better what this face does with its head."""
LEAST_PICTURES: Final = 3
BRIEF_UNITS: Final = (1, 2, 4, 9, 10, 12, 15, 20, 24)
"""That are told. Lids that blink and jaws that speak move so all the time."""
COLUMNS: Final = [NUMBERS.index(number) for number in (*BRIEF_UNITS, 26)]
"""Of `UNITS`, a plane each; the jaw last."""
_AREAS: Final = {"brows": (1, 2, 4), "eyes": (5, 7, 45), "nose and cheeks": (6, 9, 33)}
_MOST_TIMES: Final = 30.0
_MOST_JAW: Final = 15.0
_MOST_TURN_RAD: Final = 0.4
_MOST_SHIFT_RAD: Final = 0.3
_MOST_LIDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefSign:
    """One moment of a face. Seconds."""

    at: float
    unit: int
    """Number of the action unit it looks most like."""
    sure: float
    """That it is a movement under half a second, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """About one moment, each (values,): against both sides, and after against before."""

    rise: Floats
    step: Floats


def area_of(unit: int | None) -> str:
    """One of four areas of the face: brows, eyes, nose and cheeks, mouth."""
    return next((name for name, units in _AREAS.items() if unit in units), "mouth")


def around(at: Floats, values: Floats, middle: float) -> Around | None:
    """What `values` (n, values) do about `middle`; None: too few pictures there."""
    off = at - middle
    parts = (
        np.abs(off) <= INNER_S,
        (off < -GAP_S) & (off >= -SIDE_S),
        (off > GAP_S) & (off <= SIDE_S),
    )
    if any(int(part.sum()) < LEAST_PICTURES for part in parts):
        return None
    inner, before, after = (values[part].mean(axis=0) for part in parts)
    return Around(rise=inner - (before + after) / 2, step=after - before)


def times_of_noise(weights: Weights, moved: Floats) -> Floats:
    """(..., len(COLUMNS)) of (..., points * 3) centimetres."""
    return np.asarray(moved @ weights.brief_planes / weights.brief_noise)


def brief_terms(
    sizes: Floats, steps: Floats, turn_rad: float, head: Around, lids: Around
) -> Floats:
    """(BRIEF_TERMS,) of the last curve. `sizes`, `steps`: (len(COLUMNS),) in times of noise;
    `turn_rad`: the head's way meanwhile; `head`: (3,) angles; `lids`: (1,) against the usual."""
    units = sizes[: len(BRIEF_UNITS)]
    best = int(np.argmax(units))
    own = area_of(BRIEF_UNITS[best])
    others = [float(s) for s, n in zip(units, BRIEF_UNITS, strict=True) if area_of(n) != own]
    return np.array(
        [
            1.0,
            np.clip(units[best], 0, _MOST_TIMES),
            np.clip(max(others), 0, _MOST_TIMES),
            min(turn_rad, _MOST_TURN_RAD),
            min(float(np.linalg.norm(head.rise)), _MOST_SHIFT_RAD),
            np.clip(-lids.rise[0], -_MOST_LIDS, _MOST_LIDS),
            min(abs(float(sizes[-1])), _MOST_JAW),
            min(abs(float(steps[best])), _MOST_TIMES),
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Some pictures of one face: parallel arrays."""

    at: Floats
    moved_cm: Floats
    """(n, points * 3) from any fixed face."""
    angles: Floats
    """(n, 3) of the head."""
    lids: Floats
    """(n, 1) how far open, against the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a face did about one moment."""

    at: float
    moved: Around
    """Of points, centimetres."""
    head: Around
    lids: Around
    turn_rad: float
    """The head's way meanwhile."""

    def freed(self, slopes: Floats) -> "Moment":
        """Without what its points do with its head, (3, points * 3) of `Leaning`."""
        return replace(
            self,
            moved=Around(
                rise=self.moved.rise - self.head.rise @ slopes,
                step=self.moved.step - self.head.step @ slopes,
            ),
        )


def moment(seen: Course, middle: float) -> Moment | None:
    """About `middle`; None: too few pictures."""
    moved = around(seen.at, seen.moved_cm, middle)
    head, lids = around(seen.at, seen.angles, middle), around(seen.at, seen.lids, middle)
    if moved is None or head is None or lids is None:
        return None
    near = seen.angles[np.abs(seen.at - middle) <= SIDE_S, :2]
    turn = float(np.linalg.norm(np.ptp(near, axis=0)))
    return Moment(at=middle, moved=moved, head=head, lids=lids, turn_rad=turn)


def sizes_of(weights: Weights, seen: Moment) -> tuple[Floats, Floats]:
    """(len(COLUMNS),) in times of noise, and (BRIEF_TERMS,)."""
    sizes = times_of_noise(weights, seen.moved.rise)
    steps = times_of_noise(weights, seen.moved.step)
    return sizes, brief_terms(sizes, steps, seen.turn_rad, seen.head, seen.lids)


class Brief:
    """Of one face. Times rise."""

    def __init__(self, weights: Weights) -> None:
        assert weights.brief_curve.shape == (BRIEF_TERMS,)
        self._weights = weights
        self._seen: deque[tuple[float, Floats, Floats, float]] = deque()
        self._waiting: deque[Moment] = deque()
        self._signs: deque[BriefSign] = deque()
        self._leaning = Leaning(len(weights.brief_planes))
        self._looked_at = self._told_at = -np.inf

    def take(self, at: float, moved_cm: Floats, angles: Floats, lids: float) -> BriefSign | None:
        """The next picture, as in `Course`; a movement that is over by now."""
        if self._seen and at - self._seen[-1][0] > SIDE_S:
            for kept in (self._seen, self._waiting, self._signs):
                kept.clear()
        self._seen.append((at, moved_cm, angles, lids))
        while at - self._seen[0][0] > 2 * SIDE_S + 0.1:
            self._seen.popleft()
        self._look(at)
        while self._waiting and self._looked_at - self._waiting[0].at >= LATER_S:
            self._judge(self._waiting.popleft())
        return self._highest()

    def _look(self, at: float) -> None:
        """At the picture `SIDE_S` ago."""
        middle = max((one[0] for one in self._seen if at - one[0] >= SIDE_S), default=None)
        if middle is None or middle <= self._looked_at:
            return
        times, moved, angles, lids = zip(*self._seen, strict=True)
        seen = Course(
            at=np.array(times), moved_cm=np.stack(moved), angles=np.stack(angles),
            lids=np.array(lids)[:, None],
        )  # fmt: skip
        if (found := moment(seen, middle)) is None:
            return
        self._looked_at = middle
        self._leaning.take(middle, found.head.rise, found.moved.rise)
        self._waiting.append(found)

    def _judge(self, found: Moment) -> None:
        sizes, terms = sizes_of(self._weights, found.freed(self._leaning.slopes))
        unit = BRIEF_UNITS[int(np.argmax(sizes[: len(BRIEF_UNITS)]))]
        sure = float(sigmoid(terms @ self._weights.brief_curve))
        self._signs.append(BriefSign(at=found.at, unit=unit, sure=sure))
        while found.at - self._signs[0].at > AGAIN_S:
            self._signs.popleft()

    def _highest(self) -> BriefSign | None:
        """The surest of the last half second, once it is in the middle of it."""
        if not self._signs or self._signs[-1].at - self._signs[0].at < AGAIN_S * 0.8:
            return None
        top = max(self._signs, key=lambda one: one.sure)
        inside = self._signs[-1].at - top.at >= AGAIN_S / 2
        if top.sure < SURE or not inside or top.at - self._told_at < AGAIN_S:
            return None
        self._told_at = top.at
        return top
