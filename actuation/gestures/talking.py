"""Hands while somebody talks: off the desk, going along softly with what is said, between gestures.

Where a gesture ends and the next one is near, people seldom put their hands away: hands stay up in
front of the body and small beats mark stress after stress (McNeill 1992, chapter 3, on beats;
Kendon 2004, chapter 7, on hands that do not return to rest between phrases). So each stretch of
speech lifts both hands a little, lets the forearms fall on stresses and rise between them, and lets
elbows and wrists drift. Gestures are laid over it, begin from it and end in it. Pure: a function of
the clauses and the time. Sizes are chosen by eye and by the speeds of one real speaker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.joints.path import elbow, elbow_angles, slerp
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import about, from_vector, minimum_jerk, multiply
from actuation.joints.skeleton import ARM_JOINTS, SIDES, Skeleton
from actuation.motion import JOINT_INDEX
from actuation.score import Prominence, ScoredClause

Floats = NDArray[np.float64]

_BEFORE_S, _RISE_S = 0.25, 0.8
"""Hands leave the desk so long before the first word, if it is known by then, and take so long."""
_AFTER_S, _FALL_S = 0.3, 1.1
_WHOLE_S: Final = 1.4
"""A clause of this length lifts the hands fully; a mere yes lifts them hardly."""
_LEAST_STRENGTH: Final = 0.3
_APART_S: Final = 0.4
"""Of two stresses nearer than this the stronger one is marked."""
_REACH_S: Final = 0.3
"""Forearms rise so long before the first stress that they mark, and so long after the last."""
_FALL_RAD, _RISE_RAD, _WRIST_RAD = 0.08, 0.13, 0.05
"""How far the forearm goes down on a stress and up between two, and the wrist with it."""
_WRIST_LATE_S: Final = 0.05
_LEADS: Final = ((1.0, 0.6), (0.6, 1.0), (1.0, 0.9), (0.9, 1.0))
"""How much the left and the right hand go along; drawn for each clause."""
_DRIFT_HZ: Final = np.array([0.23, 0.41, 0.67])
_DRIFT_RAD: Final = np.array([0.05, 0.05, 0.08, 0.10, 0.04])
"""Upper arm about its own Y and Z, bend and twist of the forearm, wrist."""
_BEND, _TWIST, _WRIST = 2, 3, 4
_UPPER, _LOWER, _HAND = 1, 2, 3
"""Where joints are in `ARM_JOINTS`."""
_LOW = Reach(
    hand=(0.31, -0.418, 0.56),
    palm=(-0.66, -0.70, 0.10),
    fingers=(-0.28, 0.18, 0.92),
    elbow=(0.25, -1.0, -0.35),
)
_HIGH = Reach(
    hand=(0.29, -0.365, 0.50),
    palm=(-0.80, -0.45, 0.0),
    fingers=(-0.30, 0.28, 0.85),
    elbow=(0.5, -1.0, -0.35),
)
"""Where hands are between gestures when they rest on the desk, and when they rest at the belly."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One clause, as the hands go along with it. Stage time, seconds."""

    from_s: float
    until_s: float
    """Hands begin to go back."""
    height: float
    """0..1: how far they are lifted."""
    shares: tuple[float, float]
    """How much the left and the right hand go along."""
    times_s: Floats
    """(k,) rising."""
    swings: Floats
    """(k,) where the forearms are then: -1 down on a strong stress .. 1 up; 0 at both ends."""

    @property
    def over_s(self) -> float:
        """Nothing of it is seen from here on."""
        return self.until_s + _FALL_S

    def lifted(self, times: Floats) -> Floats:
        """(n,) 0..1."""
        rise = minimum_jerk((times - self.from_s) / _RISE_S)
        return np.asarray(self.height * rise * (1 - minimum_jerk((times - self.until_s) / _FALL_S)))

    def swing(self, times: Floats) -> Floats:
        """(n,): the forearms' way through the stresses, at rest in each of them."""
        swung = np.zeros(len(times))
        for i in range(1, len(self.times_s)):
            s = (times - self.times_s[i - 1]) / (self.times_s[i] - self.times_s[i - 1])
            swung += (self.swings[i] - self.swings[i - 1]) * minimum_jerk(s)
        return swung


def talk_of(spoken: ScoredClause, *, earliest_s: float) -> Talk:
    """How hands go along with a clause in stage time; nothing moves before `earliest_s`."""
    from_s = max(earliest_s, spoken.start_s - _BEFORE_S)
    until_s = max(from_s + _RISE_S, spoken.end_s + _AFTER_S)
    times, swings = _swings(spoken.prominences, from_s)
    number = crc32(spoken.speech.text.encode())
    return Talk(
        from_s=from_s,
        until_s=until_s,
        height=min(1.0, spoken.speech.duration_s / _WHOLE_S),
        shares=_LEADS[number % len(_LEADS)],
        times_s=times,
        swings=swings,
    )


def _swings(stresses: Sequence[Prominence], from_s: float) -> tuple[Floats, Floats]:
    """Up before each stress that is marked, down on it, back at the end."""
    marked: list[Prominence] = []
    for each in stresses:
        if each.strength < _LEAST_STRENGTH or each.at_s < from_s + 2 * _REACH_S:
            continue
        if marked and each.at_s - marked[-1].at_s < _APART_S:
            if each.strength > marked[-1].strength:
                marked[-1] = each
            continue
        marked.append(each)
    if not marked:
        return np.zeros(1), np.zeros(1)
    first, last = marked[0].at_s, marked[-1].at_s
    times, swings = [first - 2 * _REACH_S, first - _REACH_S], [0.0, marked[0].strength]
    for one, following in zip(marked, [*marked[1:], None], strict=True):
        times.append(one.at_s)
        swings.append(-one.strength)
        if following is not None:
            times.append((one.at_s + following.at_s) / 2)
            swings.append((one.strength + following.strength) / 2)
    times += [last + _REACH_S, last + 2.5 * _REACH_S]
    swings += [0.5 * marked[-1].strength, 0.0]
    return np.array(times), np.array(swings)


class TalkingHands:
    """Lays over a body what its hands do while it talks."""

    def __init__(self, skeleton: Skeleton, *, seed: int) -> None:
        """`seed`: how they drift."""
        self._skeleton = skeleton
        self._held: dict[tuple[str, float], Floats] = {}
        random = np.random.default_rng((seed, 0x7A1C))
        self._phase = random.uniform(0, 2 * np.pi, (len(SIDES), len(_DRIFT_RAD), len(_DRIFT_HZ)))

    def lay_over(
        self,
        joints: Floats,
        talks: Sequence[Talk],
        times: Floats,
        *,
        size: float,
        rest_height: float,
    ) -> Floats:
        """(n, 44, 4) with hands that go along, at the (n,) times; the same array without talk.

        `size`: how far they go, 1 as usual, 0 not at all. `rest_height`: as in `BodyStyle`.
        """
        near = [t for t in talks if t.from_s <= times[-1] and t.over_s >= times[0]]
        if not near or size <= 0:
            return joints
        still = np.prod([1 - talk.lifted(times) for talk in near], axis=0)
        lifted = min(1.0, size) * (1 - still)
        laid = np.array(joints, dtype=np.float64)
        for number, side in enumerate(SIDES):
            turns = size * self._drift(number, times)
            turns[:, _BEND] += size * _forearm(near, number, times)
            turns[:, _WRIST] += size * _wrist(near, number, times)
            turns *= ((1 - still) ** 2)[:, None]  # little near the desk
            parts = [JOINT_INDEX[name] for name in ARM_JOINTS[side]]
            held = self._hold(side, rest_height)
            laid[:, parts] = _moved(side, laid[:, parts], held, lifted, turns)
        return laid

    def _drift(self, number: int, times: Floats) -> Floats:
        waves = np.sin(2 * np.pi * _DRIFT_HZ * times[:, None, None] + self._phase[number])
        return np.asarray(_DRIFT_RAD * waves.mean(axis=2))

    def _hold(self, side: str, rest_height: float) -> Floats:
        """(j, 4): the arm of one side, lifted."""
        key = side, round(rest_height, 1)
        if key not in self._held:
            reach = _between(_LOW, _HIGH, key[1])
            solved = solve_arm(self._skeleton, side, reach) | solve_hand(side, SHAPES["resting"])
            self._held[key] = np.array([solved[name].quat for name in ARM_JOINTS[side]])
        return self._held[key]


def _forearm(talks: Sequence[Talk], number: int, times: Floats) -> Floats:
    swing = np.sum([t.shares[number] * t.swing(times) for t in talks], axis=0)
    return np.asarray(np.where(swing > 0, _RISE_RAD, _FALL_RAD) * swing)


def _wrist(talks: Sequence[Talk], number: int, times: Floats) -> Floats:
    late = times - _WRIST_LATE_S
    return np.asarray(
        _WRIST_RAD * np.sum([t.shares[number] * t.swing(late) for t in talks], axis=0)
    )


def _moved(side: str, beneath: Floats, held: Floats, lifted: Floats, turns: Floats) -> Floats:
    """(n, j, 4) of one arm: lifted from `beneath` towards `held`, and turned by `turns`."""
    sign = 1.0 if side == "left" else -1.0
    arm = slerp(beneath, np.broadcast_to(held, beneath.shape), lifted[:, None])
    upper = np.zeros((len(turns), 3))
    upper[:, 1:] = sign * turns[:, :2]
    arm[:, _UPPER] = multiply(arm[:, _UPPER], from_vector(upper))
    under, over = elbow_angles(beneath[:, _LOWER]), elbow_angles(held[_LOWER])
    bent = under + (over - under) * lifted[:, None]
    # A left elbow bends about -Y, a left wrist back about +Z.
    bent[:, 0] += turns[:, _TWIST]
    bent[:, 1] -= sign * turns[:, _BEND]
    arm[:, _LOWER] = elbow(bent)
    arm[:, _HAND] = multiply(arm[:, _HAND], about("z", sign * turns[:, _WRIST]))
    same = np.sum(arm * beneath, axis=-1, keepdims=True) >= 0
    return np.where(same, arm, -arm)


def _between(low: Reach, high: Reach, share: float) -> Reach:
    def mixed(name: str) -> tuple[float, float, float]:
        a, b = np.array(getattr(low, name)), np.array(getattr(high, name))
        out, up, forward = (a + (b - a) * share).tolist()
        return out, up, forward

    return Reach(
        hand=mixed("hand"), palm=mixed("palm"), fingers=mixed("fingers"), elbow=mixed("elbow")
    )
