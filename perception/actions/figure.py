"""A body over the last second in its own frame, for sentences to be asked of it. Pure.

The frame stands between the shoulders: left, up, forward of the person, in shoulder widths, so
that size, distance and where somebody stands make no difference. What was not seen is NaN, and a
measure of it is NaN: unknown, not absent.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINDOW_S: Final = 1.3
USUAL_S: Final = 8.0
LEAST_VISIBLE: Final = 0.4
SIDES: Final = ("left", "right")
NOSE, EARS, SHOULDERS, ELBOWS, WRISTS, INDEXES, HIPS, KNEES, ANKLES = (
    0, (7, 8), (11, 12), (13, 14), (15, 16), (19, 20), (23, 24), (25, 26), (27, 28),
)  # fmt: skip
_NOWHERE: Final = np.full(3, np.nan)
_TIPS, _MIDDLES, _ROOTS = (8, 12, 16, 20), (6, 10, 14, 18), (5, 9, 13, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen of one person at one moment. Each part may be missing."""

    at: float
    body: Floats | None = None
    """(33, 3) MediaPipe's world points: metres, x to the picture's right, y down, z away."""
    visible: Floats | None = None
    """(33,) 0..1."""
    hands: tuple[Floats | None, Floats | None] = (None, None)
    """(21, 3) of the person's left and right hand, the same axes, any unit."""
    head: tuple[float, float] | None = None
    """Yaw left and pitch up of the head against the picture, radians, from the face."""
    places: tuple[Floats | None, Floats | None] = (None, None)
    """(3,) where each wrist is against the middle of the eyes, as the face and the hand in the
    picture tell it: metres to the person's left, up, toward the camera (`live_hands.where`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One sight in the person's own frame; NaN where unknown."""

    at: float
    points: Floats
    """(33, 3) left, up, forward, in shoulder widths from between the shoulders."""
    front_rad: float
    """The chest's turn away from the camera, 0..pi."""
    shoulders_up: float
    """Ears above shoulders; falls when shoulders rise."""
    head_pitch_rad: float
    fingers: Floats
    """(2, 4) how straight index..little are, -1..1, left and right hand."""
    thumb_up: Floats
    """(2,) how far up the thumb points, out of a fist, -1..1."""
    palm: Floats
    """(2, 3) where the palm looks: left, up, forward."""
    out: Floats
    """(2, 3) where the hand points from the wrist: left, up, forward."""
    places: Floats
    """(2, 3) the wrists against the eyes, metres left, up, toward the camera."""
    thighs: float
    """How level the thighs are, 0 standing .. 1 sitting."""


class Figure:
    """The last moments of one person."""

    def __init__(self) -> None:
        self._all: deque[Moment] = deque()

    def take(self, sight: Sight) -> None:
        """One more sight, later than the last; an earlier one is left out."""
        if self._all and sight.at <= self._all[-1].at:
            return
        if self._all and sight.at - self._all[-1].at > USUAL_S:
            self._all.clear()
        self._all.append(moment(sight))
        while sight.at - self._all[0].at > USUAL_S:
            self._all.popleft()

    @property
    def now(self) -> list[Moment]:
        """The moments of the window, oldest first."""
        last = self._all[-1].at if self._all else 0.0
        return [one for one in self._all if last - one.at <= WINDOW_S]

    @property
    def before(self) -> list[Moment]:
        """What is remembered from before the window."""
        last = self._all[-1].at if self._all else 0.0
        return [one for one in self._all if last - one.at > WINDOW_S]


def moment(sight: Sight) -> Moment:
    """A sight in the person's own frame."""
    points, front = np.full((33, 3), np.nan), math.nan
    axes = np.diag([1.0, -1.0, -1.0])
    if sight.body is not None and sight.body.shape == (33, 3):
        points, front, axes = _own(sight.body, sight.visible)
    hands = [_hand(hand, axes, side) for hand, side in zip(sight.hands, (-1.0, 1.0), strict=True)]
    ears, shoulders = points[list(EARS), 1], points[list(SHOULDERS), 1]
    return Moment(
        at=sight.at,
        points=points,
        front_rad=front,
        shoulders_up=float(ears.mean() - shoulders.mean()),
        head_pitch_rad=sight.head[1] if sight.head else _pitch(points),
        fingers=np.stack([hand[0] for hand in hands]),
        thumb_up=np.array([hand[1] for hand in hands]),
        palm=np.stack([hand[2] for hand in hands]),
        out=np.stack([hand[3] for hand in hands]),
        places=np.stack([_NOWHERE if p is None else p for p in sight.places]),
        thighs=_thighs(points),
    )


def _own(body: Floats, visible: Floats | None) -> tuple[Floats, float, Floats]:
    """Points in shoulder widths, the chest's turn, and the axes (3, 3) as rows."""
    seen = np.ones(33) if visible is None else visible
    body = np.where((seen >= LEAST_VISIBLE)[:, None], body, np.nan)
    left, right = body[SHOULDERS[0]], body[SHOULDERS[1]]
    across, middle = left - right, (left + right) / 2
    width = float(np.linalg.norm(across))
    if not np.isfinite(width) or width < 0.05:
        return np.full((33, 3), np.nan), math.nan, np.diag([1.0, -1.0, -1.0])
    # Upright is the camera's up: hips are guessed where a counter hides them.
    up = np.array([0.0, -1.0, 0.0])
    sideways = across - up * (across @ up)
    sideways /= max(float(np.linalg.norm(sideways)), 1e-6)
    forward = np.cross(sideways, up)
    axes = np.stack([sideways, up, forward])
    front = math.acos(float(np.clip(-forward[2], -1.0, 1.0)))
    return (body - middle) @ axes.T / width, front, axes


def _pitch(points: Floats) -> float:
    """How far the nose is above the ears, as an angle; about -0.1 for who looks straight."""
    ears = points[list(EARS)].mean(axis=0)
    out = points[NOSE] - ears
    return float(np.arctan2(out[1], np.hypot(out[0], out[2])))


def _thighs(points: Floats) -> float:
    """0 where the thighs hang, 1 where they are level; of the better seen leg."""
    level = []
    for hip, knee in zip(HIPS, KNEES, strict=True):
        along = points[knee] - points[hip]
        level.append(1 - abs(float(along[1])) / max(float(np.linalg.norm(along)), 1e-6))
    known = [one for one in level if np.isfinite(one)]
    return float(np.mean(known)) if known else math.nan


def _hand(hand: Floats | None, axes: Floats, side: float) -> tuple[Floats, float, Floats, Floats]:
    """Straightness of four fingers, the thumb's rise, where palm and hand look; NaN: not seen.

    `side`: 1 for the right hand, -1 for the left, whose thumb is on the other side.
    """
    if hand is None or hand.shape != (21, 3) or not np.isfinite(hand).all():
        return np.full(4, np.nan), math.nan, _NOWHERE, _NOWHERE
    turned = hand @ axes.T
    straight = []
    for tip, middle, root in zip(_TIPS, _MIDDLES, _ROOTS, strict=True):
        first, second = turned[middle] - turned[root], turned[tip] - turned[middle]
        straight.append(_along(first, second))
    thumb = turned[4] - turned[2]
    across, out = turned[5] - turned[17], turned[9] - turned[0]
    palm = side * np.cross(across, out)
    rise = float(thumb[1]) / max(float(np.linalg.norm(thumb)), 1e-6)
    return np.array(straight), rise, _unit(palm), _unit(out)


def _unit(way: Floats) -> Floats:
    return way / max(float(np.linalg.norm(way)), 1e-6)


def _along(a: Floats, b: Floats) -> float:
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9)
