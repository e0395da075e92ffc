"""Made bodies and the eyes that see them: poses, proportions, a detector's noise and gaps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.actions.figure import Sight

Floats = NDArray[np.float64]

_BODY_NOISE: Final = np.ones((33, 1))
_BODY_NOISE[17:23] = 2.0
"""A body's detector is less sure of knuckles and thumbs."""
RELAXED: Final = (0.35, 0.4, 0.45, 0.5)


@dataclass(slots=True)
class Pose:
    """One instant, in the person's frame: left, up, forward, metres from between the shoulders."""

    wrists: Floats
    """(2, 3) left, right."""
    out: Floats = field(default_factory=lambda: np.tile([0.0, -1.0, 0.1], (2, 1)))
    """(2, 3) where the fingers point."""
    palm: Floats = field(default_factory=lambda: np.array([[-1.0, 0, 0], [1.0, 0, 0]]))
    curls: list[tuple[float, ...]] = field(default_factory=lambda: [RELAXED, RELAXED])
    thumbs: list[float] = field(default_factory=lambda: [0.3, 0.3])
    """0 along the hand, 1 straight out of it."""
    raised_m: float = 0.0
    """Shoulders."""
    head_down_rad: float = 0.0
    turn_rad: float = 0.0
    seated: float = 0.0


@dataclass(frozen=True, slots=True)
class Build:
    """Somebody's proportions and manner."""

    shoulder_m: float
    upper_m: float
    lower_m: float
    hand: int
    """Which hand acts, 0 left."""
    size: float
    hz: float
    rng: np.random.Generator

    def rest(self) -> Pose:
        """Arms hang."""
        reach = 0.96 * (self.upper_m + self.lower_m)
        half = self.shoulder_m / 2
        return Pose(np.array([[half + 0.06, -reach, 0.03], [-half - 0.06, -reach, 0.03]]))

    def side(self) -> float:
        """1 for the left hand."""
        return 1.0 if self.hand == 0 else -1.0


class Eyes:
    """What a detector makes of a pose: places, jitter that lasts, what is not seen."""

    def __init__(self, build: Build, rng: np.random.Generator, *, legs: bool) -> None:
        self._b, self._rng, self._legs = build, rng, legs
        self._yaw = float(rng.uniform(-0.6, 0.6))
        self._hands_seen = float(rng.choice([0.0, 0.7, 0.9], p=[0.15, 0.35, 0.5]))
        self._jitter = np.zeros((33, 3))
        self._lean = rng.normal(0, 0.02, (33, 3))
        self._face = rng.random() < 0.7

    def sight(self, t: float, pose: Pose) -> Sight:
        """As seen."""
        turn = self._yaw + pose.turn_rad
        axes = _to_picture(turn)
        noise = _BODY_NOISE * self._rng.normal(0, 0.01, (33, 3)) * (1, 1, 2.5)
        self._jitter = 0.7 * self._jitter + noise
        seen = np.full(33, 0.95)
        if not self._legs:
            seen[23:] = 0.2
        away = abs(turn) > 1.4
        local = [self._hand(pose, h) for h in (0, 1)]
        hands = [
            None if away or self._rng.random() > self._hands_seen
            else (hand + self._rng.normal(0, 0.005, (21, 3)) * (1, 1, 1.8)) @ axes.T
            for hand in local
        ]  # fmt: skip
        points = self._points(pose, local)
        head = None
        if self._face and abs(turn) < 0.9:
            head = (turn, -pose.head_down_rad + float(self._rng.normal(0, 0.05)))
        places = [
            None if head is None or hand is None else self._place(points, h, axes)
            for h, hand in enumerate(hands)
        ]
        return Sight(
            at=t, body=(points + self._lean) @ axes.T + self._jitter, visible=seen,
            hands=(hands[0], hands[1]), head=head, places=(places[0], places[1]),
        )  # fmt: skip

    def truth(self, t: float, pose: Pose) -> Sight:
        """As it is: all of it, without noise."""
        axes = _to_picture(self._yaw + pose.turn_rad)
        local = [self._hand(pose, h) for h in (0, 1)]
        return Sight(
            at=t, body=self._points(pose, local) @ axes.T, visible=np.ones(33),
            hands=(local[0] @ axes.T, local[1] @ axes.T),
            head=(self._yaw + pose.turn_rad, -pose.head_down_rad),
        )  # fmt: skip

    def _place(self, points: Floats, h: int, axes: Floats) -> Floats:
        """The wrist against the eyes, toward the camera told worst."""
        eyes = points[[2, 5]].mean(axis=0)
        off = (points[15 + h] - eyes) @ axes.T * (1.0, -1.0, -1.0)
        size = 1.0 + float(self._rng.normal(0, 0.04))
        return np.asarray(size * off + self._rng.normal(0, (0.01, 0.01, 0.09)))

    def _points(self, pose: Pose, hands: Sequence[Floats]) -> Floats:
        b, p = self._b, np.zeros((33, 3))
        half, down = b.shoulder_m / 2, pose.head_down_rad
        c, s = np.cos(down), np.sin(down)
        for i in range(11):
            local = {0: (0, 0.0, 0.10), 7: (0.07, 0.02, 0), 8: (-0.07, 0.02, 0)}.get(
                i, (0, -0.02, 0.08)
            )
            x, y, z = local
            p[i] = x, 0.19 + y * c - z * s, 0.02 + z * c + y * s
        for h, side in ((0, 1.0), (1, -1.0)):
            shoulder = np.array([side * half, pose.raised_m, 0])
            wrist = _reachable(shoulder, pose.wrists[h], b)
            p[11 + h], p[15 + h] = shoulder, wrist
            p[13 + h] = _elbow(shoulder, wrist, b, side)
            for i, of_hand in ((17, 17), (19, 5), (21, 3)):
                p[i + h] = wrist + hands[h][of_hand]
            hip = np.array([side * 0.11, -0.5, 0])
            knee = hip + 0.43 * np.array([0, -(1 - pose.seated), pose.seated])
            p[23 + h], p[25 + h] = hip, knee
            p[27 + h] = knee + (0, -0.42, 0)
            p[29 + h] = p[31 + h] = knee + (0, -0.46, 0.06)
        return p

    def _hand(self, pose: Pose, h: int) -> Floats:
        out = pose.out[h] / np.linalg.norm(pose.out[h])
        palm = pose.palm[h] - out * (pose.palm[h] @ out)
        palm = palm / max(float(np.linalg.norm(palm)), 1e-6)
        # The thumb's side: for the right hand, palm = across x out.
        across = (1.0 if h == 1 else -1.0) * np.cross(out, palm)
        points = np.zeros((21, 3))
        thumb = across * (0.3 + 0.7 * pose.thumbs[h]) + out * (1 - pose.thumbs[h])
        for k in range(1, 5):
            points[k] = 0.03 * across + thumb * 0.025 * k
        for finger in range(4):
            root = out * 0.09 + across * (0.03 - 0.02 * finger)
            at, angle = root, 0.0
            points[5 + 4 * finger] = root
            for k in range(3):
                angle += 1.6 * pose.curls[h][finger]
                at = at + 0.03 * (np.cos(angle) * out + np.sin(angle) * palm)
                points[6 + 4 * finger + k] = at
        return points


def _to_picture(turn: float) -> Floats:
    """Right is the person's left where they face the camera."""
    c, s = np.cos(turn), np.sin(turn)
    return np.array([[c, 0, s], [0, -1, 0], [s, 0, -c]])


def _reachable(shoulder: Floats, wrist: Floats, b: Build) -> Floats:
    way = wrist - shoulder
    length = float(np.linalg.norm(way))
    return np.asarray(shoulder + way * min(1.0, 0.985 * (b.upper_m + b.lower_m) / length))


def _elbow(shoulder: Floats, wrist: Floats, b: Build, side: float) -> Floats:
    """Where the elbow of a two-bone arm is, hanging down and out."""
    way = wrist - shoulder
    length = max(float(np.linalg.norm(way)), 1e-3)
    along = (b.upper_m**2 - b.lower_m**2 + length**2) / (2 * length)
    off = float(np.sqrt(max(b.upper_m**2 - along**2, 0.0)))
    unit = way / length
    down = np.array([0.5 * side, -1.0, -0.3])
    down = down - unit * (down @ unit)
    return np.asarray(shoulder + unit * along + down / np.linalg.norm(down) * off)
