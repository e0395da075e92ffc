"""Whose voice a turn was: lips that move with the sound, and who stands where it comes from. Pure.

For each person in view the evidence is how much the mouth moved while the voice was heard, and how
well its opening follows the loudness; where microphones tell a direction, how far the person stands
beside it. Somebody out of view may have spoken, too. Only what is sure is told; gaze, company and
what was said before are weighed elsewhere.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import (
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from perception.audio import FRAME_S, level_db
from perception.senses import SoundChunk

SURE_AT: Final = 0.75
_KEPT_S: Final = 40.0
"""The longest turn, and a little."""
_LOOKS = 1200
_BEFORE_S, _AFTER_S = 0.6, 0.3
_FEWEST: Final = 6
_APART_S: Final = 0.35
"""Looks farther apart than this tell no motion."""
_LAGS_S: Final = (0.0, 0.05, 0.1, 0.15, 0.2)
"""A picture is some time on its way; the sound is not."""
_RANGE_DB: Final = 30.0
_STILL_PER_S: Final = 0.25
"""So much a resting mouth seems to open and close, by the errors of looking."""
_PLACE_M: Final = 3.5
_BESIDE_RAD: Final = 0.2
_TELLS_LATE_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """For one person, natural logarithms of odds against nobody in view."""

    moves: float
    """By how much the mouth moved."""
    follows: float
    """By how its opening goes with the loudness."""
    stands: float
    """By where they stand; 0: no direction is known."""

    @property
    def total(self) -> float:
        """All of it."""
        return self.moves + self.follows + self.stands


class ActiveSpeaker:
    """Watches all mouths and hears one sound."""

    def __init__(self) -> None:
        self._levels: deque[tuple[float, float]] = deque(maxlen=round(_KEPT_S / FRAME_S))
        self._looks: dict[PersonId, deque[tuple[float, float]]] = {}
        self._places: dict[PersonId, tuple[float, Place]] = {}
        self._directions: deque[tuple[float, float, float]] = deque(maxlen=400)
        self._began: tuple[TurnId, float] | None = None

    def see(self, message: Message) -> None:
        """Take in who was seen, and where sound came from."""
        match message:
            case PersonSeen():
                self._places[message.person] = message.at, message.place
                if message.mouth_open is not None:
                    looks = self._looks.setdefault(message.person, deque(maxlen=_LOOKS))
                    looks.append((message.at, message.mouth_open))
            case PersonLost():
                self._looks.pop(message.person, None)
                self._places.pop(message.person, None)
            case SoundDirection(speech=True):
                self._directions.append((message.at, message.azimuth_rad, message.confidence))
            case _:
                pass

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> tuple[Message, ...]:
        """Listen along; publishes nothing of its own."""
        self._levels.append((frame.at + FRAME_S / 2, level_db(frame.samples)))
        return ()

    def complete(self, message: Message) -> Message:
        """A turn with whose it was, where that is sure."""
        match message:
            case SpeechStarted(revision=0):
                self._began = message.turn, message.at
            case TurnEnded(typed=False, person=None):
                began = message.at - message.voiced_s
                if self._began is not None and self._began[0] == message.turn:
                    began = self._began[1]
                shares = self.shares(began, message.at)
                if shares:
                    who, sure = max(shares.items(), key=lambda one: one[1])
                    if sure >= SURE_AT:
                        return replace(message, person=who, person_confidence=round(sure, 2))
            case _:
                pass
        return message

    def shares(self, began: float, ended: float) -> Mapping[PersonId, float]:
        """How surely it was each of those in view, 0..1; the rest of 1 is for nobody of them."""
        odds = {who: math.exp(one.total) for who, one in self.evidence(began, ended).items()}
        whole = 1.0 + sum(odds.values())
        return {who: one / whole for who, one in odds.items()}

    def evidence(self, began: float, ended: float) -> Mapping[PersonId, Evidence]:
        """Of each person whose mouth was seen, or who stands where the voice came from."""
        azimuth = self._azimuth(began, ended)
        found: dict[PersonId, Evidence] = {}
        for who, (seen_at, place) in self._places.items():
            if seen_at < began - 1.0 or place.distance_m > _PLACE_M:
                continue
            stands = _stands(place, azimuth)
            looks = np.array(
                [
                    one
                    for one in self._looks.get(who, ())
                    if began - _BEFORE_S <= one[0] <= ended + _AFTER_S
                ]
            )
            if len(looks) >= _FEWEST:
                found[who] = Evidence(*self._mouth(looks, began, ended), stands)
            elif stands != 0.0:
                found[who] = Evidence(-1.0, 0.0, stands)
        return found

    def _mouth(self, looks: NDArray[np.float64], began: float, ended: float) -> tuple[float, float]:
        speed = _speed(looks[(looks[:, 0] >= began - 0.1) & (looks[:, 0] <= ended + 0.1)])
        moves = 2.0 * math.log((speed + 0.05) / (2 * _STILL_PER_S))
        return float(np.clip(moves, -3.0, 1.0)), 8.0 * (self._follows(looks) - 0.5)

    def _follows(self, looks: NDArray[np.float64]) -> float:
        """Correlation of the mouth's opening with the loudness, at the lag that suits best."""
        times = np.array([at for at, _ in self._levels])
        levels = np.array([level for _, level in self._levels])
        if len(times) < _FEWEST or np.ptp(looks[:, 1]) < 1e-3:
            return 0.0
        near = (times >= looks[0, 0] - 0.5) & (times <= looks[-1, 0] + 0.5)
        if near.sum() < _FEWEST:
            return 0.0
        loud = np.clip(levels[near] - (levels[near].max() - _RANGE_DB), 0.0, None)
        smooth = np.convolve(loud, np.ones(3) / 3, "same")
        best = 0.0
        for lag_s in _LAGS_S:
            beside = np.interp(looks[:, 0] - lag_s, times[near], smooth)
            if np.ptp(beside) > 1e-6:
                best = max(best, float(np.corrcoef(beside, looks[:, 1])[0, 1]))
        return best

    def _azimuth(self, began: float, ended: float) -> float | None:
        """The middle of what the microphones told meanwhile, weighed by how sure they were."""
        heard = sorted(
            (azimuth, sure)
            for at, azimuth, sure in self._directions
            if began - 0.1 <= at <= ended + _TELLS_LATE_S
        )
        half, so_far = sum(sure for _, sure in heard) / 2, 0.0
        for azimuth, sure in heard:
            so_far += sure
            if so_far >= half:
                return azimuth
        return None


def _speed(looks: NDArray[np.float64]) -> float:
    """How much the mouth opens or closes in a second."""
    steps = [
        abs(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(looks) if 0 < b[0] - a[0] < _APART_S
    ]
    return float(np.mean(steps)) if steps else 0.0


def _stands(place: Place, azimuth_rad: float | None) -> float:
    if azimuth_rad is None:
        return 0.0
    off = math.remainder(math.atan2(place.y_m, place.x_m) - azimuth_rad, math.tau)
    return max(-3.0, 1.5 - 0.5 * (off / _BESIDE_RAD) ** 2)
