"""Inverse kinematics of an arm: where the hand should be -> rotations that a person could hold.

Two bones by the law of cosines. The elbow may lie anywhere on a circle; of that circle the place is
taken that leaves forearm and wrist most at ease, near where the lexicon wants it. What the wrist
still cannot do is not done: the hand then looks a little elsewhere, never broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import cross
from actuation.joints.skeleton import Skeleton, Vector
from actuation.joints.turn import Turn

Floats = NDArray[np.float64]

TWIST_RAD: Final = (-1.6, 1.5)
"""Turn of the forearm from thumb-up: palm up (supine) .. palm down (prone)."""
FLEXION_RAD: Final = (-1.15, 1.2)
"""Wrist back .. towards the palm."""
DEVIATION_RAD: Final = (-0.40, 0.62)
"""Wrist towards the thumb .. towards the little finger."""

_EASE_RAD: Final = np.array([[1.25, 1.25], [0.85, 0.9], [0.22, 0.42]])
"""Twist, flexion, deviation, below and above zero: beyond this it becomes a strain."""
_SWIVELS_RAD: Final = np.linspace(-1.2, 1.2, 61)
_FOREARM_SHARE: Final = 0.6
"""Of the twist: radius and ulna turn along the forearm, the rest shows at the wrist."""
_RIBS_M: Final = 0.045
"""An elbow is at least so far outside the shoulder joint: half an arm's thickness and the waist."""
_OFF_HINT: Final = 0.35
"""Cost of an elbow one radian away from where the lexicon wants it."""
_OFF_COMMON: Final = 6.0
"""Cost of an elbow one radian away from where it is in the rest of the movement."""
_SPREAD_RAD: Final = 0.6
"""How far a spread of 1 turns the elbow about the line from shoulder to wrist."""
_OFF_STYLE: Final = 20.0
"""Cost of an elbow one radian away from where style wants it."""
_STRETCHED: Final = 0.985


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a hand should be, in gesture space.

    Directions and `hand` are (out, up, forward): out is away from the body's middle on that
    hand's side. `hand` is the wrist against the middle of the shoulders in arm lengths.
    """

    hand: tuple[float, float, float]
    palm: tuple[float, float, float]
    """Where the palm looks."""
    fingers: tuple[float, float, float]
    """Where the straight fingers point."""
    elbow: tuple[float, float, float] = (0.55, -1.0, -0.35)
    """Where the elbow tends to."""
    spread: float = 0.0
    """-1..1: the elbow then goes so much nearer to the ribs or further from them."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """One arm in the rest pose."""

    sign: float
    """+1 for the left, -1 for the right."""
    upper_m: float
    lower_m: float
    middle: Vector
    """Of the shoulders."""
    clavicle: Vector
    shoulder: Vector
    hand: Turn


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm, and what it reaches for."""

    sign: float
    """+1 for the left, -1 for the right."""
    upper_m: float
    lower_m: float
    root: Vector
    """The shoulder joint after the girdle has risen."""
    target: Vector
    hand: Turn
    """Of the hand, in the model frame."""


def solve_arm(skeleton: Skeleton, side: str, reach: Reach) -> dict[str, Turn]:
    """Local rotations of shoulder, upper arm, forearm and hand that bring the hand there.

    A target out of reach is pulled in.
    """
    return solve_arms(skeleton, side, [reach])[0]


def solve_arms(skeleton: Skeleton, side: str, way: Sequence[Reach]) -> list[dict[str, Turn]]:
    """The same for the stations of one movement: the elbow stays about where it is on the way."""
    rest = _rest(skeleton, side)
    stations = [_Station(rest, reach) for reach in way]
    together = np.sum([station.strain for station in stations], axis=0)
    spread = way[0].spread
    if spread:
        outward = np.sign(stations[0].outward[-1] - stations[0].outward[0])
        easiest = _SWIVELS_RAD[int(np.argmin(together))]
        wished = easiest + outward * _SPREAD_RAD * spread
        together = together + _OFF_STYLE * len(stations) * (_SWIVELS_RAD - wished) ** 2
    common = _SWIVELS_RAD[int(np.argmin(together))]
    away = _OFF_COMMON * (_SWIVELS_RAD - common) ** 2
    return [station.rotations(side, int(np.argmin(station.strain + away))) for station in stations]


class _Station:
    """One reach with every place the elbow may take."""

    def __init__(self, rest: _Rest, reach: Reach) -> None:
        self._girdle, arm = _set_out(rest, reach)
        line = arm.target - arm.root
        distance = float(np.linalg.norm(line))
        line = line / max(distance, 1e-6)
        most = _STRETCHED * (arm.upper_m + arm.lower_m)
        distance = float(np.clip(distance, abs(arm.upper_m - arm.lower_m) + 0.03, most))
        along = (arm.upper_m**2 - arm.lower_m**2 + distance**2) / (2 * distance)
        aside = float(np.sqrt(max(0.0, arm.upper_m**2 - along**2)))
        hint = np.array(reach.elbow) * (arm.sign, 1.0, 1.0)
        hint = _unit(hint - line * float(hint @ line))
        beside = cross(line, hint)
        directions = np.outer(np.cos(_SWIVELS_RAD), hint) + np.outer(np.sin(_SWIVELS_RAD), beside)
        elbows = arm.root + line * along + directions * aside
        self.outward: Floats = arm.sign * elbows[:, 0]
        self._sign = arm.sign
        self._uppers, self._lowers = _bones(arm, elbows, arm.root + line * distance)
        self._twist, self._bend = _wrist_angles(self._lowers, arm)
        self.strain: Floats = (
            _strain(self._twist, self._bend) + _awkward(elbows, arm) + _OFF_HINT * _SWIVELS_RAD**2
        )

    def rotations(self, side: str, place: int) -> dict[str, Turn]:
        """With the elbow at that place of its circle, the wrist within its limits."""
        sign = self._sign
        turn = float(np.clip(self._twist[place], *TWIST_RAD))
        flexion = float(np.clip(self._bend[place, 0], *FLEXION_RAD))
        deviation = float(np.clip(self._bend[place, 1], *DEVIATION_RAD))
        upper, lower = (Turn.from_columns(*b[place].T) for b in (self._uppers, self._lowers))
        forearm = Turn.from_vector([sign * _FOREARM_SHARE * turn, 0.0, 0.0])
        remains = Turn.from_vector([sign * (1 - _FOREARM_SHARE) * turn, 0.0, 0.0])
        swing = Turn.from_vector([0.0, sign * deviation, -sign * flexion])
        return {
            f"{side}Shoulder": self._girdle,
            f"{side}UpperArm": self._girdle.inverse() * upper,
            f"{side}LowerArm": upper.inverse() * lower * forearm,
            f"{side}Hand": remains * swing,
        }


def _rest(skeleton: Skeleton, side: str) -> _Rest:
    at = skeleton.positions
    shoulder, elbow, wrist = (at[f"{side}{part}"] for part in ("UpperArm", "LowerArm", "Hand"))
    index = at[f"{side}IndexDistal"] - at[f"{side}IndexProximal"]
    return _Rest(
        sign=1.0 if side == "left" else -1.0,
        upper_m=float(np.linalg.norm(elbow - shoulder)),
        lower_m=float(np.linalg.norm(wrist - elbow)),
        middle=skeleton.shoulder_centre,
        clavicle=at[f"{side}Shoulder"],
        shoulder=shoulder,
        hand=frame_of(index, np.array([0.0, -1.0, 0.0])),
    )


def _set_out(rest: _Rest, reach: Reach) -> tuple[Turn, _Arm]:
    mirror = np.array([rest.sign, 1.0, 1.0])
    arm_m = rest.upper_m + rest.lower_m
    target = rest.middle + mirror * reach.hand * arm_m
    # The shoulder girdle rises with a high hand.
    height = (target[1] - rest.shoulder[1]) / arm_m
    lift_rad = 0.35 * float(np.clip(height + 0.1, 0.0, 1.0))
    girdle = Turn.from_vector([0.0, 0.0, rest.sign * lift_rad])
    return girdle, _Arm(
        sign=rest.sign,
        upper_m=rest.upper_m,
        lower_m=rest.lower_m,
        root=rest.clavicle + girdle.apply(rest.shoulder - rest.clavicle),
        target=target,
        hand=frame_of(mirror * reach.fingers, mirror * reach.palm) * rest.hand.inverse(),
    )


def _bones(arm: _Arm, elbows: Floats, target: Vector) -> tuple[Floats, Floats]:
    """Upper arm and forearm in the model frame, (k, 3, 3), for every place of the elbow.

    At rest the arm lies along +-X and would bend forwards, about -+Y.
    """
    to_elbow, to_wrist = elbows - arm.root, target - elbows
    hinge = -arm.sign * _unit(cross(to_elbow, to_wrist))
    bones = []
    for bone in (to_elbow, to_wrist):
        x = arm.sign * _unit(bone)
        bones.append(np.stack([x, hinge, cross(x, hinge)], axis=-1))
    return bones[0], bones[1]


def _wrist_angles(lowers: Floats, arm: _Arm) -> tuple[Floats, Floats]:
    """Twist (k,), and flexion and deviation (k, 2), of the hand against untwisted forearms."""
    hand = np.stack([arm.hand.apply(axis) for axis in np.eye(3)], axis=-1)
    wrist = np.swapaxes(lowers, 1, 2) @ hand
    trace = wrist[:, 0, 0] + wrist[:, 1, 1] + wrist[:, 2, 2]
    twist = 2 * np.arctan2(wrist[:, 2, 1] - wrist[:, 1, 2], 1 + trace)
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    # Where the hand's own X points once the twist is undone: that is the bend.
    x, y, z = wrist[:, 0, 0], wrist[:, 1, 0], wrist[:, 2, 0]
    y, z = np.cos(twist) * y + np.sin(twist) * z, np.cos(twist) * z - np.sin(twist) * y
    angle = np.arccos(np.clip(x, -1, 1)) / np.maximum(np.hypot(y, z), 1e-9)
    return arm.sign * twist, arm.sign * np.stack([-angle * y, -angle * z], axis=-1)


def _strain(twist: Floats, bend: Floats) -> Floats:
    angles = np.concatenate([twist[:, None], bend], axis=1)
    ease = np.where(angles < 0, _EASE_RAD[:, 0], _EASE_RAD[:, 1])
    total: Floats = np.sum((angles / ease) ** 4, axis=1)
    return total


def _awkward(elbows: Floats, arm: _Arm) -> Floats:
    """Elbows in the ribs, and elbows higher than the shoulder."""
    inward = np.maximum(0.0, arm.sign * (arm.root[0] - elbows[:, 0]) + _RIBS_M)
    raised = np.maximum(0.0, elbows[:, 1] - arm.root[1] + 0.06)
    total: Floats = (inward / 0.02) ** 2 + (raised / 0.05) ** 2
    return total


def frame_of(along: Vector, across: Vector) -> Turn:
    """The rotation whose columns are `along`, `across` made square to it, and their product."""
    x = along / np.linalg.norm(along)
    y = across - x * float(np.dot(across, x))
    length = float(np.linalg.norm(y))
    if length < 1e-6:  # parallel: any square direction will do
        y = cross(x, np.eye(3)[2 if abs(x[2]) < 0.9 else 1])
        length = float(np.linalg.norm(y))
    y = y / length
    return Turn.from_columns(x, y, cross(x, y))


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-6))
