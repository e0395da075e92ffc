"""Hands while somebody talks: off the desk, going along softly with what is said, between gestures.

Where a gesture ends and the next one is near, people seldom put their hands away: hands stay up in
front of the body and small beats mark stress after stress (McNeill 1992, chapter 3, on beats;
Kendon 2004, chapter 7, on hands that do not return to rest between phrases). So each stretch of
speech lifts both hands a little, lets the forearms fall on stresses and rise between them, and lets
elbows and wrists drift. Gestures are laid over it, begin from it and end in it. The style of
strokes is theirs too: size is how far they swing, never how high they are held. Pure: a function of
the clauses and the time. Sizes are chosen by eye and by the speeds of one real speaker.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.gestures.style import BodyStyle
from actuation.joints.path import abruptly, elbow, elbow_angles, slerp
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import about, from_vector, inverse, minimum_jerk, multiply
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
    hand=(0.31, -0.291, 0.52),
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
    style: BodyStyle = field(default_factory=BodyStyle)

    @property
    def over_s(self) -> float:
        """Nothing of it is seen from here on."""
        return self.until_s + _FALL_S / self.style.speed

    def lifted(self, times: Floats) -> Floats:
        """(n,) 0..1."""
        rise = self._eased((times - self.from_s) * self.style.speed / _RISE_S)
        fall = self._eased((times - self.until_s) * self.style.speed / _FALL_S)
        return np.asarray(self.height * rise * (1 - fall))

    def swing(self, times: Floats) -> Floats:
        """(n,): the forearms' way through the stresses, at rest in each of them.

        Faster ways begin later and end on the same stress.
        """
        swung = np.zeros(len(times))
        for i in range(1, len(self.times_s)):
            takes_s = (self.times_s[i] - self.times_s[i - 1]) / max(1.0, self.style.speed)
            s = 1 - (self.times_s[i] - times) / takes_s
            swung += (self.swings[i] - self.swings[i - 1]) * self._eased(s)
        return swung

    def _eased(self, s: Floats) -> Floats:
        return minimum_jerk(abruptly(s, 1.0 - self.style.smoothness))


_USUAL: Final = BodyStyle()


def talk_of(spoken: ScoredClause, *, earliest_s: float, style: BodyStyle = _USUAL) -> Talk:
    """How hands go along with a clause in stage time; nothing moves before `earliest_s`."""
    from_s = max(earliest_s, spoken.start_s - _BEFORE_S)
    until_s = max(from_s + _RISE_S / style.speed, spoken.end_s + _AFTER_S)
    # Who moves slowly marks fewer stresses: a way to its stress has only the time between two.
    times, swings = _swings(spoken.prominences, from_s, _APART_S / min(1.0, style.speed))
    number = crc32(spoken.speech.text.encode())
    return Talk(
        from_s=from_s,
        until_s=until_s,
        height=min(1.0, spoken.speech.duration_s / _WHOLE_S),
        shares=_LEADS[number % len(_LEADS)],
        times_s=times,
        swings=swings,
        style=style,
    )


def _swings(stresses: Sequence[Prominence], from_s: float, apart_s: float) -> tuple[Floats, Floats]:
    """Up before each stress that is marked, down on it, back at the end."""
    marked: list[Prominence] = []
    for each in stresses:
        if each.strength < _LEAST_STRENGTH or each.at_s < from_s + 2 * _REACH_S:
            continue
        if marked and each.at_s - marked[-1].at_s < apart_s:
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
        self._held: dict[tuple[str, float, float], Floats] = {}
        random = np.random.default_rng((seed, 0x7A1C))
        self._phase = random.uniform(0, 2 * np.pi, (len(SIDES), len(_DRIFT_RAD), len(_DRIFT_HZ)))

    def lay_over(
        self, joints: Floats, talks: Sequence[Talk], times: Floats, *, along: float
    ) -> Floats:
        """(n, 44, 4) with hands that go along, at the (n,) times; the same array without talk.

        `along`: how much they do, 1 as usual, 0 not at all.
        """
        near = [t for t in talks if t.from_s <= times[-1] and t.over_s >= times[0]]
        if not near or along <= 0:
            return joints
        each = np.array([talk.lifted(times) for talk in near])
        still = np.prod(1 - each, axis=0)
        shares = each / np.maximum(each.sum(axis=0), 1e-9)
        lifted = min(1.0, along) * (1 - still)
        laid = np.array(joints, dtype=np.float64)
        for number, side in enumerate(SIDES):
            turns = along * self._drift(number, near, shares, times)
            turns[:, _BEND] += along * _forearm(near, number, times)
            turns[:, _WRIST] += along * _wrist(near, number, times)
            turns *= ((1 - still) ** 2)[:, None]  # little near the desk
            parts = [JOINT_INDEX[name] for name in ARM_JOINTS[side]]
            held = _upright(joints, laid[:, parts], self._held_by(side, near, shares))
            laid[:, parts] = _moved(side, laid[:, parts], held, lifted, turns)
        return laid

    def _drift(self, number: int, talks: Sequence[Talk], shares: Floats, times: Floats) -> Floats:
        """(n, 5): each style's own waves, as much as it is in charge."""
        drifted = np.zeros((len(times), len(_DRIFT_RAD)))
        for style, share in _styles(talks, shares):
            at = 2 * np.pi * _DRIFT_HZ * style.speed * times[:, None, None]
            waves = np.sin(at + self._phase[number]).mean(axis=2)
            drifted += share[:, None] * _sized(waves, style.size)
        return _DRIFT_RAD * drifted

    def _held_by(self, side: str, talks: Sequence[Talk], shares: Floats) -> Floats:
        """(n, j, 4): the arm of one side, lifted, from one style's place to the next one's."""
        (style, share), *others = _styles(talks, shares)
        held = np.broadcast_to(
            self._hold(side, style), (len(share), *self._hold(side, style).shape)
        )
        before = share
        for style, share in others:
            before = before + share
            held = slerp(
                held,
                np.broadcast_to(self._hold(side, style), held.shape),
                (share / np.maximum(before, 1e-9))[:, None],
            )
        return held

    def _hold(self, side: str, style: BodyStyle) -> Floats:
        """(j, 4): the arm of one side, lifted."""
        key = side, round(style.rest_height, 1), round(style.spread, 1)
        if key not in self._held:
            reach = replace(_between(_LOW, _HIGH, key[1]), spread=key[2])
            solved = solve_arm(self._skeleton, side, reach) | solve_hand(side, SHAPES["resting"])
            self._held[key] = np.array([solved[name].quat for name in ARM_JOINTS[side]])
        return self._held[key]


def _styles(talks: Sequence[Talk], shares: Floats) -> list[tuple[BodyStyle, Floats]]:
    """Each style once, with its (n,) share of all talks."""
    found: list[tuple[BodyStyle, Floats]] = []
    for talk, share in zip(talks, shares, strict=True):
        if found and found[-1][0] == talk.style:
            found[-1] = talk.style, found[-1][1] + share
        else:
            found.append((talk.style, share))
    return found


def _sized(up: Floats, size: float) -> Floats:
    """Who goes far goes higher and not lower: there is the desk."""
    return np.where(up > 0, size, min(1.0, size)) * up


def _forearm(talks: Sequence[Talk], number: int, times: Floats) -> Floats:
    """(n,) radians up."""
    swing = _swung(talks, number, times)
    return np.where(swing > 0, _RISE_RAD, _FALL_RAD) * swing


def _wrist(talks: Sequence[Talk], number: int, times: Floats) -> Floats:
    """(n,) radians up."""
    return _WRIST_RAD * _swung(talks, number, times - _WRIST_LATE_S)


def _swung(talks: Sequence[Talk], number: int, times: Floats) -> Floats:
    """(n,) of all talks, each at its size."""
    sized = [t.shares[number] * _sized(t.swing(times), t.style.size) for t in talks]
    return np.asarray(np.sum(sized, axis=0))


def _upright(joints: Floats, beneath: Floats, held: Floats) -> Floats:
    """(n, j, 4): `held` as if the trunk were upright, so that who leans keeps off the desk.

    `joints`: the whole body, (n, 44, 4); `beneath`: the arm of it, whose shoulder stays.
    """
    hips, spine, chest = (joints[:, JOINT_INDEX[name]] for name in ("hips", "spine", "chest"))
    against = inverse(multiply(multiply(multiply(hips, spine), chest), beneath[:, 0]))
    kept = held.copy()
    kept[:, 0] = beneath[:, 0]
    kept[:, _UPPER] = multiply(against, multiply(held[:, 0], held[:, _UPPER]))
    return kept


def _moved(side: str, beneath: Floats, held: Floats, lifted: Floats, turns: Floats) -> Floats:
    """(n, j, 4) of one arm: lifted from `beneath` towards `held`, and turned by `turns`."""
    sign = 1.0 if side == "left" else -1.0
    arm = slerp(beneath, held, lifted[:, None])
    upper = np.zeros((len(turns), 3))
    upper[:, 1:] = sign * turns[:, :2]
    arm[:, _UPPER] = multiply(arm[:, _UPPER], from_vector(upper))
    under, over = elbow_angles(beneath[:, _LOWER]), elbow_angles(held[:, _LOWER])
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
