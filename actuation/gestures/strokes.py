"""Gestures on the stage: preparation, stroke, hold, retraction, as pure functions of time.

A stroke covers the joints it uses with a weight. Strokes are laid over each other in the order in
which they begin, so a new gesture grows out of wherever the arm is, and an ended one gives way to
whatever lies beneath it. Every weight and every path runs by minimum jerk (Flash and Hogan 1985:
x(s) = 10 s^3 - 15 s^4 + 6 s^5), which has no velocity or acceleration at its ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.aiming import aim_of
from actuation.gestures.lexemes import Lexeme
from actuation.gestures.stroke_poses import arm_poses, head_poses, preparation_s
from actuation.gestures.style import BodyStyle
from actuation.gestures.trunk import TRUNK_SIZE, trunk_of, with_trunk
from actuation.joints.path import Joints, LatePath, Path, abruptly, elbow, elbow_angles, slerp
from actuation.joints.rotations import (
    IDENTITY,
    about,
    minimum_jerk,
    multiply,
)
from actuation.joints.skeleton import ARM_JOINTS, SIDES, Skeleton
from actuation.motion import JOINT_INDEX

RETRACT_S = 0.32
"""An interrupted arm goes back in this time; within the 250-400 ms that look unhurried."""
_COAST_S = 0.2
"""An interrupted stroke comes to a stop within this time, while it already goes back."""
_LIFT_RAD = 0.45
"""Hands leave the desk and come back to it in an arc: the elbow bends that much more at its ends,
where the stroke's weight is small."""
_RETRACTION_S = 0.6
_SINK_RAD_S: Final = 0.2
"""No arm is held quite still: the elbow gives way by so much a second, but not of one that points
or touches."""
_HURRIED = 0.62
"""Share of its usual time in which a preparation can be done."""
_CALMER: Final = 1.8
"""The way from the first key pose to the apex takes so much longer where there is time."""
_USUAL: Final = BodyStyle()
_SIZES: Final = (0.4, 1.3)


@dataclass(frozen=True, slots=True)
class Span:
    """When a stroke needs its part of the body."""

    start_s: float
    end_of_hold_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One gesture placed on the timeline. All times are stage or score time alike, seconds."""

    lexeme: str
    start_s: float
    """The preparation begins."""
    apex_s: float
    """The stroke reaches its apex."""
    key_times_s: NDArray[np.float64]
    """(k,) times of the key poses, rising."""
    end_of_hold_s: float
    """The retraction begins."""
    end_s: float
    """Back at rest."""
    joints: NDArray[np.intp]
    """(j,) indices into `JOINT_NAMES` of the joints it uses."""
    path: Path | LatePath
    """Local rotations over time; those of the head are offsets to the gaze's own."""
    hands: frozenset[str] = frozenset()
    """Sides whose arm it uses."""
    elbows: tuple[int, ...] = ()
    """Which of `joints` are forearms."""
    additive: bool = False
    """The poses turn what lies beneath instead of covering it."""
    aim: tuple[float, float, float] | None = None
    """Where it points: unit direction in the model frame; None: nowhere in particular."""
    place: tuple[float, float, float] | None = None
    """The true place it points at, metres in the model frame; None where it is not known."""
    interrupted_s: float | None = None
    """Told to stop at this time."""
    asked_s: float = np.nan
    """When its apex was asked for: `apex_s`, unless that was too soon."""
    abruptness: float = 0.0
    """0 flowing .. 1: how abruptly it begins and ends its movements."""
    trunk: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw, pitch and roll of the trunk that goes along, radians."""
    planned: Span | None = None
    """Its times without its own variety; None: it has none."""

    @property
    def usual(self) -> Span:
        """What may come beside and after it: the same however it varies."""
        return self.planned or Span(self.start_s, self.end_of_hold_s, self.end_s)

    def weight(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far it covers what lies beneath, 0..1, at the times `t`."""
        run = self._run_to(t)
        hard = self.abruptness
        up = (run - self.start_s) / max(self.key_times_s[0] - self.start_s, 1e-3)
        down = (run - self.end_of_hold_s) / max(self.end_s - self.end_of_hold_s, 1e-3)
        rise, fall = minimum_jerk(abruptly(up, hard)), minimum_jerk(abruptly(down, hard))
        weight = rise * (1.0 - fall)
        if self.interrupted_s is not None:
            weight = weight * (1.0 - minimum_jerk((t - self.interrupted_s) / RETRACT_S))
        return np.asarray(weight)

    def pose(self, t: NDArray[np.float64]) -> Joints:
        """(n, j, 4) rotations at the (n,) times `t`."""
        return self.path.at(self._run_to(t))

    def interrupt(self, at_s: float) -> "Stroke":
        """The same gesture, given up at `at_s`: it comes to a stop and goes back."""
        if self.interrupted_s is not None or at_s >= self.end_s:
            return self
        return replace(self, interrupted_s=at_s, gone_s=at_s + RETRACT_S)

    gone_s: float = np.inf
    """No longer seen from here on; before `end_s` when it was interrupted."""

    @property
    def over_s(self) -> float:
        """Nothing of it is seen from here on."""
        return min(self.end_s, self.gone_s)

    def _run_to(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its own time: runs out softly once it is interrupted, so that nothing stops dead."""
        if self.interrupted_s is None:
            return t
        past = np.clip((t - self.interrupted_s) / _COAST_S, 0.0, 1.0)
        coast = self.interrupted_s + _COAST_S * (1.0 - (1.0 - past) ** 4) / 4.0
        return np.asarray(np.where(t <= self.interrupted_s, t, coast))


def lay_over(joints: Joints, strokes: Sequence[Stroke], t: NDArray[np.float64]) -> Joints:
    """Lay the strokes over `joints`, (n, 44, 4) at the (n,) times `t`; returns a new array.

    The trunk follows the arms.
    """
    laid = np.array(joints, dtype=np.float64)
    trunk, busy = np.zeros((len(t), TRUNK_SIZE)), np.zeros((len(t), len(SIDES)))
    for stroke in sorted(strokes, key=lambda each: each.start_s):
        if stroke.start_s > t[-1] or stroke.over_s < t[0]:
            continue
        weight = stroke.weight(t)
        beneath = laid[:, stroke.joints]
        poses = stroke.pose(t)
        if stroke.additive:
            poses = multiply(beneath, poses)
        mixed = slerp(beneath, poses, weight[:, None])
        if stroke.elbows:
            under, over = (elbow_angles(q[:, list(stroke.elbows)]) for q in (beneath, poses))
            mixed[:, list(stroke.elbows)] = elbow(under + (over - under) * weight[:, None, None])
        laid[:, stroke.joints] = mixed
        if not stroke.additive:
            trunk += weight[:, None] * (np.array(stroke.trunk) - trunk)
            for i, side in enumerate(SIDES):
                if side in stroke.hands:
                    busy[:, i] += weight * (1.0 - busy[:, i])
    return with_trunk(laid, trunk, busy) if np.any(trunk) else laid


def make_stroke(
    lexeme: Lexeme,
    skeleton: Skeleton,
    *,
    apex_s: float,
    earliest_s: float,
    side: str = "right",
    aim: tuple[float, float, float] | None = None,
    place: tuple[float, float, float] | None = None,
    size: float = 1.0,
    style: BodyStyle = _USUAL,
    straight: bool = False,
) -> Stroke:
    """Place `lexeme` so that its apex falls on `apex_s`.

    `earliest_s`: nothing moves before; the apex is late rather than the arm hasty.
    `side`: the hand of a one-handed gesture. `aim`: unit direction in the model frame that an aimed
    gesture points along. `place`: the true place instead, metres in the model frame: it is then
    pointed at from the shoulder itself. `size`: 0.5..1.3, how far the hands go from the body.
    `style`: how it is made; its own size counts on top. `straight`: where it would be late, key
    poses before the apex are left out as need be, and the hand goes there without a wind-up.
    """
    keys = lexeme.head if lexeme.hands == "head" else lexeme.keys
    times = np.array([key.t for key in keys]) / style.speed
    size = float(np.clip(size * style.size, *_SIZES))
    sides = SIDES if lexeme.hands == "both" else (side,)
    if lexeme.hands == "head":
        names: tuple[str, ...] = ("neck", "head")
        prepare_s = 0.16 / style.speed
    else:
        names = tuple(name for each in sides for name in ARM_JOINTS[each])
        prepare_s = preparation_s(lexeme.keys[0]) / style.speed
    skipped = _skipped(times, apex_s - earliest_s, _HURRIED * prepare_s) if straight else 0
    times = _calm(times[skipped:], apex_s - earliest_s - prepare_s, lexeme)
    prepare_s = float(np.clip(apex_s + times[0] - earliest_s, _HURRIED * prepare_s, prepare_s))
    asked_s = apex_s
    apex_s += max(0.0, float(earliest_s + prepare_s - (apex_s + times[0])))
    key_times = times + apex_s
    start = max(earliest_s, float(key_times[0] - prepare_s))
    end_of_hold = float(key_times[-1] + lexeme.hold_s / style.speed)
    end = end_of_hold + (0.3 if lexeme.hands == "head" else _RETRACTION_S) / style.speed
    abruptness = 1.0 - style.smoothness
    elbows = tuple(i for i, name in enumerate(names) if name.endswith("LowerArm"))

    def path() -> Path:
        if lexeme.hands == "head":
            heads = head_poses(lexeme, style.size)[skipped:]
            return Path(key_times, heads, abruptness=abruptness)
        solved = [
            arm_poses(
                lexeme,
                skeleton,
                each,
                aim_of(skeleton, each, aim, place),
                size,
                round(style.spread, 1),
                other=each != side,
            )
            for each in sides
        ]
        poses = np.concatenate(solved, axis=1)[skipped:]
        sinks = not (lexeme.aimed or lexeme.fixed)
        stations = _in_an_arc(names, elbows, start, key_times, end_of_hold, end, poses, sinks)
        return Path(*stations, elbows, abruptness=abruptness)

    return Stroke(
        lexeme=lexeme.name,
        start_s=start,
        apex_s=apex_s,
        key_times_s=key_times,
        end_of_hold_s=end_of_hold,
        end_s=end,
        joints=np.array([JOINT_INDEX[name] for name in names], np.intp),
        path=LatePath(path),
        elbows=elbows,
        hands=frozenset(() if lexeme.hands == "head" else sides),
        additive=lexeme.hands == "head",
        aim=aim,
        place=place,
        trunk=trunk_of(lexeme, () if lexeme.hands == "head" else sides),
        asked_s=asked_s,
        abruptness=abruptness,
    )


def _calm(times_s: NDArray[np.float64], most_s: float, lexeme: Lexeme) -> NDArray[np.float64]:
    """Key times with a slower way to the apex where it may begin so long before; beats stay."""
    if lexeme.kind == "beat" or lexeme.hands == "head" or times_s[0] >= 0:
        return times_s
    slower = float(np.clip(most_s / -times_s[0], 1.0, _CALMER))
    return np.where(times_s < 0, slower * times_s, times_s)


def _skipped(times_s: NDArray[np.float64], left_s: float, least_s: float) -> int:
    """How many of the first keys there is no time for: `times_s` against the apex, rising."""
    before = int(np.sum(times_s < 0))
    return next((k for k in range(before) if left_s + times_s[k] >= least_s), before)


def _in_an_arc(
    names: Sequence[str],
    elbows: Sequence[int],
    start_s: float,
    key_times_s: NDArray[np.float64],
    end_of_hold_s: float,
    end_s: float,
    poses: Joints,
    sinks: bool,
) -> tuple[NDArray[np.float64], Joints]:
    """Times and poses of the path with a lifted beginning and end around the keys and the hold.

    `sinks`: forearms that are held come down a little meanwhile.
    """

    def bent(pose: Joints, by_rad: float) -> Joints:
        lifted = np.tile(IDENTITY, (len(names), 1))
        for i in elbows:
            lifted[i] = about("y", -by_rad if names[i].startswith("left") else by_rad)
        return multiply(lifted, pose)

    times, stations, last = [start_s, *key_times_s], [bent(poses[0], _LIFT_RAD), *poses], poses[-1]
    held_s = end_of_hold_s - float(key_times_s[-1])
    if held_s > 1e-3:
        last = bent(last, -_SINK_RAD_S * held_s) if sinks else last
        times.append(end_of_hold_s)
        stations.append(last)
    times.append(end_s)
    stations.append(bent(last, _LIFT_RAD))
    return np.array(times), np.array(stations)
