"""Where the agent looks: eyes jump, the head follows, eyes roll back as the head arrives.

A shift of gaze is a saccade of the whole line of sight; the head makes part of it, slower; the
eyes are what is left over (the vestibulo-ocular reflex). Between shifts the eyes stay alive:
they move between the other's eyes and mouth, look away for a moment while a thought is put into
words, and wander when nobody is there. Seeded, so the same seed gives the same glances.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.moves import Moves

Floats = NDArray[np.float64]


class GazeConfig(BaseModel):
    """How the agent looks at people and around."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    eye_height_m: float = Field(
        1.45, ge=0.3, le=2.5, description="Height of the agent's eyes above the visitors' floor."
    )
    head_share: float = Field(
        0.65, ge=0, le=1, description="Part of a gaze shift that the head makes."
    )
    aversions: float = Field(
        1.0, ge=0, le=3, description="How often the eyes leave the visitor while speaking."
    )
    ambient_yaw_rad: float = Field(
        0.35, ge=0, le=1, description="How far the eyes wander to the sides when idle."
    )


class GazeMode(StrEnum):
    """What the eyes are doing."""

    AT = "at"
    """On a target: a person or a place."""
    AMBIENT = "ambient"
    """Around the room; nobody is there."""
    AWAY = "away"
    """Aside and up: thinking."""
    DOWN = "down"
    """On the desk."""


MOST_EYE_RAD = 0.55
_MOST_HEAD = np.array([0.9, 0.45])
"""Yaw and pitch, radians."""
_GLANCE_SHARE = 0.25
_SMALL_RAD = 0.05
_SACCADE_S, _SACCADE_S_PER_RAD = 0.03, 0.13
"""Main sequence: 2.2 ms a degree and 21 ms (10.1016/0025-5564(75)90075-9), rounded."""
_HEAD_S, _HEAD_S_PER_RAD = 0.35, 0.5
_HEAD_LATENCY_S = 0.04


@dataclass(frozen=True, slots=True)
class Look:
    """Gaze at a few instants: angles, radians; left and up positive."""

    head_yaw: Floats
    head_pitch: Floats
    eye_yaw: Floats
    eye_pitch: Floats


class GazeProcess:
    """Turns wishes about gaze into head and eyes over time."""

    def __init__(self, *, config: GazeConfig, seed: int, start: float) -> None:
        self._config = config
        self._random = np.random.default_rng((seed, 0x6A2E))
        self._sight, self._head, self._dart = Moves(2), Moves(2), Moves(2)
        self._mode = GazeMode.AMBIENT
        self._aim = np.zeros(2)
        self._next_dart = start + 0.5
        self._next_wander = start + 1.5
        self._away_until: float | None = None
        self._next_aversion = np.inf

    def look(self, mode: GazeMode, aim: tuple[float, float], at: float) -> bool:
        """Wish for `mode` with yaw and pitch `aim`. Return whether it is a large shift."""
        changed = mode is not self._mode
        self._mode, self._aim = mode, np.array(aim)
        if mode is GazeMode.AMBIENT:
            self._next_wander = min(self._next_wander, at + 0.8) if not changed else at
            return False
        if mode is GazeMode.AWAY:
            side = 1.0 if self._random.random() < 0.5 else -1.0
            if changed:
                self._aim = self._sight.target + np.array([side * 0.28, 0.16])
                self._glance(self._aim, at)
            return False
        if mode is GazeMode.DOWN:
            return self._shift(np.array([0.0, -0.38]), at) if changed else False
        if self._away_until is not None and not changed:
            return False
        far = float(np.abs(self._aim - self._sight.target).max())
        return self._shift(self._aim, at) if changed or far > _SMALL_RAD else False

    def begin_clause(self, at: float, duration_s: float) -> None:
        """A clause starts: perhaps look aside for its first words, back before its end."""
        odds = self._config.aversions * min(0.4, 0.12 * duration_s)
        if self._mode is GazeMode.AT and duration_s > 1.4 and self._random.random() < odds:
            self._next_aversion = at + float(self._random.uniform(0.0, 0.25))

    def evaluate(self, times: Floats) -> Look:
        """Head and eyes at rising `times`."""
        self._live(float(times[-1]))
        sight = self._sight.evaluate(times)
        head = self._head.evaluate(times)
        eye = sight + self._dart.evaluate(times) - head
        eye = np.clip(eye, -MOST_EYE_RAD, MOST_EYE_RAD)
        return Look(head[:, 0], head[:, 1], eye[:, 0], eye[:, 1])

    def _live(self, until: float) -> None:
        if self._next_aversion <= until:
            at, self._next_aversion = self._next_aversion, np.inf
            self._away_until = at + float(self._random.uniform(0.5, 1.1))
            side = 1.0 if self._random.random() < 0.5 else -1.0
            aside = self._aim + np.array(
                [side * self._random.uniform(0.16, 0.26), self._random.uniform(-0.12, 0.1)]
            )
            self._glance(aside, at)
        if self._away_until is not None and self._away_until <= until:
            at, self._away_until = self._away_until, None
            if self._mode is GazeMode.AT:
                self._shift(self._aim, at)
        if self._mode is GazeMode.AMBIENT:
            while self._next_wander <= until:
                self._wander(self._next_wander)
        while self._next_dart <= until:
            spot = self._random.normal(0.0, 1.0, 2) * np.array([0.018, 0.014])
            self._dart.go(spot, self._next_dart, _SACCADE_S)
            self._next_dart += float(0.35 + self._random.exponential(0.8))

    def _wander(self, at: float) -> None:
        wide = self._config.ambient_yaw_rad
        spot = np.array([self._random.uniform(-wide, wide), self._random.uniform(-0.1, 0.06)])
        self._shift(spot, at, head_share=0.5)
        self._next_wander = at + float(self._random.uniform(2.2, 5.5))

    def _glance(self, aim: Floats, at: float) -> None:
        """Look aside for a moment: the head hardly leaves what it is turned to."""
        turned = self._head.target + _GLANCE_SHARE * (aim - self._sight.target)
        size = float(np.abs(aim - self._sight.target).max())
        self._sight.go(aim, at, _SACCADE_S + _SACCADE_S_PER_RAD * size)
        self._head.go(np.clip(turned, -_MOST_HEAD, _MOST_HEAD), at + _HEAD_LATENCY_S, _HEAD_S)

    def _shift(self, aim: Floats, at: float, head_share: float | None = None) -> bool:
        share = self._config.head_share if head_share is None else head_share
        size = float(np.abs(aim - self._sight.target).max())
        self._sight.go(aim, at, _SACCADE_S + _SACCADE_S_PER_RAD * size)
        # Whatever the eyes cannot reach, the head must.
        least = np.sign(aim) * np.maximum(np.abs(aim) - 0.8 * MOST_EYE_RAD, 0.0)
        wanted = np.where(np.abs(aim * share) > np.abs(least), aim * share, least)
        turn = float(np.abs(wanted - self._head.target).max())
        duration = _HEAD_S + _HEAD_S_PER_RAD * turn
        self._head.go(np.clip(wanted, -_MOST_HEAD, _MOST_HEAD), at + _HEAD_LATENCY_S, duration)
        return size > 0.3
