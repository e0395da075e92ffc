"""Two antennas as a face: what the agent listens to, thinks, enjoys and is sorry for. Pure.

Angles are outward from upright, radians: (right, left), the robot's own sides. A mood or posture
is a stance and, for some, a swing that fades. A gesture lifts both on its stroke; a wave waves.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from actuation.joints.rotations import minimum_jerk
from actuation.motion import Cut, GestureLaid, MoodLaid
from agent.core.messages import Expression, Posture

UPRIGHT_RAD: Final = 0.1745
"""Its own stance while awake; straight up they would tremble."""
_TURN_S: Final = 0.4
_STROKE_RAD: Final = 0.16
_STROKE_S: Final = 0.16
_WAVE_RAD: Final = 0.55
_WAVE_HZ: Final = 1.6


@dataclass(frozen=True, slots=True)
class Stance:
    """How far each antenna leans out beyond `UPRIGHT_RAD`, and how it swings about that."""

    right_rad: float = 0.0
    left_rad: float = 0.0
    swing_rad: float = 0.0
    swing_hz: float = 0.0
    together: bool = True
    """Both swing outward together; else one in while the other goes out."""
    fades_s: float = np.inf

    def at(self, since_s: float, strength: float) -> tuple[float, float]:
        """(right, left) `since_s` after it was taken, at `strength` 0..1."""
        fade = np.exp(-since_s / self.fades_s)
        swing = self.swing_rad * fade * np.sin(2 * np.pi * self.swing_hz * since_s)
        right, left = self.right_rad + (swing if self.together else -swing), self.left_rad + swing
        return strength * float(right), strength * float(left)


_NEUTRAL: Final = Stance()
_FACES: Final = {
    Expression.NEUTRAL: _NEUTRAL,
    Expression.FRIENDLY: Stance(right_rad=0.14, left_rad=0.14),
    Expression.HAPPY: Stance(
        right_rad=0.35, left_rad=0.35, swing_rad=0.45, swing_hz=2.2, fades_s=0.9
    ),
    Expression.APOLOGETIC: Stance(right_rad=1.9, left_rad=1.9),
    Expression.CONCERNED: Stance(right_rad=1.2, left_rad=1.2),
    Expression.THINKING: Stance(right_rad=0.25, left_rad=0.8, swing_rad=0.12, swing_hz=0.45),
    Expression.ATTENTIVE: Stance(right_rad=-0.12, left_rad=-0.12),
    Expression.SURPRISED: Stance(
        right_rad=-0.2, left_rad=-0.2, swing_rad=0.15, swing_hz=3.0, fades_s=0.4
    ),
}
_POSTURES: Final = {
    Posture.REST: _NEUTRAL,
    Posture.ATTENTIVE: Stance(right_rad=-0.08, left_rad=-0.08),
    Posture.LISTENING: Stance(right_rad=-0.1, left_rad=0.6),
    Posture.THINKING: Stance(
        right_rad=0.3, left_rad=0.3, swing_rad=0.3, swing_hz=0.4, together=False
    ),
}


@dataclass(frozen=True, slots=True)
class _Taken:
    at: float
    stance: Stance
    strength: float

    def angles(self, at: float) -> tuple[float, float]:
        if self.at == float("-inf"):
            return 0.0, 0.0
        return self.stance.at(max(0.0, at - self.at), self.strength)


class Antennas:
    """What both antennas do over stage time."""

    def __init__(self, strength: float = 1.0) -> None:
        """`strength`: 0 keeps them still, 1 is all of it."""
        self._strength = strength
        first = _Taken(float("-inf"), _NEUTRAL, 0.0)
        self._faces: deque[_Taken] = deque([first], maxlen=32)
        self._postures: deque[_Taken] = deque([first], maxlen=32)
        self._gestures: deque[GestureLaid] = deque(maxlen=32)

    def mood(self, item: MoodLaid) -> None:
        """The face or the posture changes at `item.at`."""
        if item.expression is not None:
            strength = min(1.0, max(0.0, item.intensity)) ** 0.5
            _take(self._faces, _Taken(item.at, _FACES[item.expression], strength))
        if item.posture is not None:
            _take(self._postures, _Taken(item.at, _POSTURES[item.posture], 1.0))

    def gesture(self, item: GestureLaid) -> None:
        """A gesture has its place."""
        self._gestures.append(item)

    def cut(self, item: Cut) -> None:
        """What had not begun is not shown."""
        for laid in (self._faces, self._postures):
            while laid[-1].at > item.at:
                laid.pop()
        self._gestures = deque((g for g in self._gestures if g.at <= item.at), maxlen=32)

    def at(self, at: float) -> tuple[float, float]:
        """(right, left) outward from upright, radians, before any limit of speed."""
        face, posture = _blended(self._faces, at), _blended(self._postures, at)
        right, left = face[0] + posture[0], face[1] + posture[1]
        for gesture in self._gestures:
            more_right, more_left = _stroke(gesture, at)
            right, left = right + more_right, left + more_left
        return UPRIGHT_RAD + self._strength * right, UPRIGHT_RAD + self._strength * left


def _take(laid: deque[_Taken], taken: _Taken) -> None:
    while laid and laid[-1].at >= taken.at:  # it was laid again
        laid.pop()
    if not laid:
        laid.append(_Taken(float("-inf"), _NEUTRAL, 0.0))
    laid.append(taken)


def _blended(laid: deque[_Taken], at: float) -> tuple[float, float]:
    """The stance at `at`, on its way from the one before."""
    begun = [taken for taken in laid if taken.at <= at]
    if not begun:
        return 0.0, 0.0
    now = begun[-1].angles(at)
    if len(begun) == 1:
        return now
    share = float(minimum_jerk((at - begun[-1].at) / _TURN_S))
    before = begun[-2].angles(at)
    return (
        before[0] + share * (now[0] - before[0]),
        before[1] + share * (now[1] - before[1]),
    )


def _stroke(gesture: GestureLaid, at: float) -> tuple[float, float]:
    """What a gesture adds: a lift on the stroke, or a wave of the right one."""
    if gesture.lexeme.startswith("wave"):
        whole_s = max(0.2, gesture.end_at - gesture.at)
        inside = np.clip((at - gesture.at) / whole_s, 0.0, 1.0)
        hull = float(np.sin(np.pi * inside) ** 2)
        wave = np.sin(2 * np.pi * _WAVE_HZ * (at - gesture.at))
        return _WAVE_RAD * hull * float(0.7 + 0.6 * wave), 0.0
    lift = -_STROKE_RAD * float(np.exp(-(((at - gesture.apex_at) / _STROKE_S) ** 2)))
    return lift, lift
