"""Other ways to decide when to act and toward whom, to compare the model with. Pure.

- `Rules`: the greeting policy that ships, asked at every frame.
- `Zones`: Furhat's SimpleEngagementPolicy: enter at 1.0 m, leave at 1.5 m, two users at most.
- `MutualGaze`: hri_engagement 2.0.1: mutual gaze times a logarithm of distance, averaged, and its
  state machine with its thresholds.
- `Always`: greets whoever is in view.
"""

import math
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from agent.core.messages import PersonId, PersonSeen
from behavior.policies.greeting import GreetingConfig, GreetingPolicy
from behavior.proactive.evaluation import Verdict
from behavior.proactive.windows import Frame
from behavior.situation.state import Situation
from behavior.wishes import Woke

NOBODY = Verdict(0.0, -1, False)
_SIGN_SCORE = 0.75


class Contender(Protocol):
    """Judges one frame after the other of one episode."""

    def judge(
        self, frame: Frame, situation: Situation, seen: Mapping[PersonId, PersonSeen]
    ) -> Verdict:
        """`seen`: the newest sighting of everyone in the frame."""
        ...


class Rules:
    """The house's own greeting, without memory of having done it: it says what it would do now."""

    def __init__(self, config: GreetingConfig | None = None) -> None:
        self._policy = GreetingPolicy(config or GreetingConfig())

    def judge(
        self, frame: Frame, situation: Situation, seen: Mapping[PersonId, PersonSeen]
    ) -> Verdict:
        """Words count more than a sign; nothing counts nothing."""
        wishes = self._policy.decide(situation, Woke(at=frame.at)).acts
        best = NOBODY
        for wish in wishes:
            if wish.act.to not in frame.people:
                continue
            score = 1.0 if wish.speaks else _SIGN_SCORE
            if score > best.now:
                best = Verdict(score, frame.people.index(wish.act.to), True)
        return best


class Zones:
    """Distance alone, with a margin between entering and leaving."""

    def __init__(self, enter_m: float = 1.0, leave_m: float = 1.5, most: int = 2) -> None:
        self._enter_m, self._leave_m, self._most = enter_m, leave_m, most
        self._users: list[PersonId] = []

    def judge(
        self, frame: Frame, situation: Situation, seen: Mapping[PersonId, PersonSeen]
    ) -> Verdict:
        """Acts toward the first user in the zone."""
        near = {who: seen[who].place.distance_m for who in frame.people if who in seen}
        self._users = [who for who in self._users if near.get(who, math.inf) <= self._leave_m]
        for who, metres in sorted(near.items(), key=lambda pair: pair[1]):
            if metres <= self._enter_m and who not in self._users and len(self._users) < self._most:
                self._users.append(who)
        if not self._users:
            return NOBODY
        return Verdict(1.0, frame.people.index(self._users[0]), True)


class Always:
    """Acts whenever anybody is in view."""

    def judge(
        self, frame: Frame, situation: Situation, seen: Mapping[PersonId, PersonSeen]
    ) -> Verdict:
        """Toward the nearest."""
        return Verdict(1.0, 0, True) if frame.people else NOBODY


_FOV = math.radians(60.0)
_MAX_M = 4.0
_SAMPLE_AT = 0.5
_CAMERA_M = 1.45
_MOVES: Mapping[str, tuple[tuple[str, float, int], ...]] = {
    "disengaged": (("engaging", -0.4, 1),),
    "engaging": (("disengaged", -0.6, -1), ("engaged", 0.5, 1)),
    "engaged": (("disengaging", 0.4, -1),),
    "disengaging": (("engaged", 0.6, 1), ("disengaged", -0.5, -1)),
}
"""State: the next one, at which mean, and whether above (1) or below (-1) it."""


def mutual_gaze(seen: PersonSeen) -> float | None:
    """S of hri_engagement, 0..1; None where no head direction is known."""
    off = seen.gaze_off_rad if seen.gaze_off_rad is not None else _head_off(seen)
    if off is None:
        return None
    metres = seen.place.distance_m
    if metres >= _MAX_M:
        return 0.0
    rise = seen.face_height_m - _CAMERA_M
    ours = _on_axis(seen.place.x_m, math.hypot(seen.place.y_m, rise))
    theirs = _on_axis(math.cos(off), math.sin(off))
    return min(1.0, ours * theirs * math.log(_MAX_M - metres + 1.0) / math.log(_MAX_M + 1.0))


def _head_off(seen: PersonSeen) -> float | None:
    if seen.head_yaw_rad is None:
        return None
    return math.hypot(seen.head_yaw_rad, seen.head_pitch_rad or 0.0)


def _on_axis(along: float, beside: float) -> float:
    return max(0.0, 1.0 - beside / (math.tan(_FOV) * along)) if along > 0 else 0.0


class MutualGaze:
    """The published rule. A person without a known head direction gives no sample."""

    def __init__(self, window_s: float = 10.0, rate_hz: float = 10.0) -> None:
        self._count = round(window_s * rate_hz)
        self._samples: dict[PersonId, deque[float]] = {}
        self._state: dict[PersonId, str] = {}

    def judge(
        self, frame: Frame, situation: Situation, seen: Mapping[PersonId, PersonSeen]
    ) -> Verdict:
        """Acts toward who is engaged; the mean orders the rest."""
        best = NOBODY
        for i, who in enumerate(frame.people):
            mean = self._mean(who, seen.get(who))
            if mean is None:
                continue
            state = self._move(who, mean)
            score = (mean + 1.0) / 2.0
            if score > best.now:
                best = Verdict(score, i, state == "engaged")
        return best

    def _mean(self, who: PersonId, seen: PersonSeen | None) -> float | None:
        kept = self._samples.setdefault(who, deque(maxlen=self._count))
        level = None if seen is None else mutual_gaze(seen)
        if level is not None:
            kept.append(1.0 if level > _SAMPLE_AT else -1.0)
        return sum(kept) / len(kept) if len(kept) >= self._count / 2 else None

    def _move(self, who: PersonId, mean: float) -> str:
        state = self._state.get(who, "disengaged")
        for following, limit, side in _MOVES[state]:
            if (mean - limit) * side > 0:
                state = following
                break
        self._state[who] = state
        return state
