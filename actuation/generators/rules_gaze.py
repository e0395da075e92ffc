"""Where the agent looks: eyes jump, the head follows, eyes roll back as the head arrives.

A shift of gaze is a saccade of the whole line of sight; the head makes part of it, slower; the
eyes are what is left over (the vestibulo-ocular reflex). Between shifts the eyes stay alive: they
go from eye to eye to mouth of whom they look at, follow them smoothly when they move, leave them
for a moment now and then, more often while speaking, and wander when nobody is there. Seeded, so
the same seed gives the same glances.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.faces.expressions import GazeHabit
from actuation.generators.rules_aversion import LISTENING, SPEAKING, THINKING, Leaving
from actuation.generators.rules_fixation import Fixation, saccade_s
from actuation.joints.moves import Moves

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
        1.0, ge=0, le=3, description="How often the eyes leave the visitor for a moment."
    )
    face_scan: float = Field(
        1.0,
        ge=0,
        le=2,
        description="How far the eyes go between a visitor's eyes and mouth; 0: they stay between.",
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


MOST_EYE_RAD: Final = 0.55
_MOST_HEAD: Final = np.array([0.9, 0.45])
"""Yaw and pitch, radians."""
_GLANCE_SHARE: Final = 0.25
_SMALL_RAD: Final = 0.05
_HEAD_S, _HEAD_S_PER_RAD = 0.35, 0.5
_HEAD_LATENCY_S: Final = 0.04


_THINK_ASIDE_RAD: Final = 0.28
_DOWN_BRIEFLY_S: Final = (0.7, 1.2)

_PURSUE_S: Final = 0.3
_PURSUE_FROM_RAD: Final = 0.012
_BELIEVED, _LEARNED = 0.35, 0.07
"""Of a new measured place, for where somebody is and how fast: people's places tremble. Both as in
an alpha-beta filter, so that who walks evenly is followed without lag."""
_FIRST_WORDS: Final = 0.4
_BRIEF_S: Final = (0.5, 1.1)
_FIRST_LOOK_S: Final = 0.5
_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """Gaze at a few instants: angles, radians; left and up positive."""

    head_yaw: Floats
    head_pitch: Floats
    eye_yaw: Floats
    """Against the head."""
    eye_pitch: Floats
    vergence: Floats
    """How far each eye turns in, to meet on a face that is near."""


class GazeProcess:
    """Turns wishes about gaze into head and eyes over time."""

    def __init__(self, *, config: GazeConfig, seed: int, start: float) -> None:
        self._config = config
        self._random = np.random.default_rng((seed, 0x6A2E))
        self._sight, self._head = Moves(2), Moves(2)
        self._fixation = Fixation(self._random, scan=config.face_scan, start=start)
        self._mode = GazeMode.AMBIENT
        self._aim = np.zeros(2)
        self._next_wander = start + 1.5
        self._away_until: float | None = None
        self._next_aversion = np.inf
        self._brief = False
        self._habit: tuple[GazeHabit, float] | None = None
        self._at_since = start
        self._speech: list[tuple[float, float]] = []
        self._glances = 1.0
        self._drift, self._seen_at = np.zeros(2), start
        self.shifts: list[tuple[float, float]] = []
        """When and how far the line of sight went, for the lids. Emptied by whoever reads it."""

    def look(
        self,
        mode: GazeMode,
        aim: tuple[float, float],
        at: float,
        distance_m: float | None = None,
    ) -> None:
        """Wish for `mode` with yaw and pitch `aim`; `distance_m`: of the face looked at, if any."""
        changed = mode is not self._mode
        wanted = np.nan_to_num(np.array(aim, np.float64), posinf=0.0, neginf=0.0)
        self._mode = mode
        self._fixation.look(distance_m, at)
        if mode is GazeMode.AMBIENT:
            self._aim = wanted
            self._next_wander = min(self._next_wander, at + 0.8) if not changed else at
        elif mode is GazeMode.AWAY:
            if changed:
                self._away_until = None
                aside = THINKING.direction(self._random)
                # Wherever up or down a thought takes the eyes, it takes them off the visitor.
                aside[0] = np.copysign(_THINK_ASIDE_RAD, aside[0])
                self._aim = self._sight.target + aside
                self._glance(self._aim, at)
        elif mode is GazeMode.DOWN:
            self._aim = wanted
            if changed:
                self._shift(np.array([0.0, -0.38]), at)
        else:
            self._at(wanted, at, changed=changed)

    def begin_clause(self, at: float, duration_s: float) -> None:
        """A clause starts: the first often has the eyes aside, as a thought is put into words."""
        goes_on = self._speaks(at - _PAUSE_S)
        self._speech = [(a, b) for a, b in self._speech if b > at - 60.0]
        self._speech.append((at, at + duration_s))
        if goes_on or self._mode is not GazeMode.AT or self._away_until is not None:
            return
        first = self._random.random() < _FIRST_WORDS * self._config.aversions
        if first and duration_s > 1.4:
            self._brief = True
            self._next_aversion = at + float(self._random.uniform(0.0, 0.25))
        elif self._config.aversions > 0:
            self._next_aversion = min(self._next_aversion, at + self._apart(SPEAKING))

    def stop_speaking(self, at: float) -> None:
        """What was to be said after `at` is not."""
        self._speech = [(a, min(b, at)) for a, b in self._speech if a < at]

    def take_habit(self, habit: GazeHabit, at: float) -> None:
        """A face is put on whose eyes do something: down for a moment, or aside in thought."""
        self._habit = (habit, at) if habit is not GazeHabit.STEADY else None

    def _follow_habit(self, habit: GazeHabit, at: float) -> None:
        if habit is GazeHabit.DOWN_BRIEFLY:
            lasts = float(self._random.uniform(*_DOWN_BRIEFLY_S))
            way = np.array([self._random.uniform(-0.06, 0.06), -0.24])
        else:
            lasts = THINKING.lasts_s(self._random)
            way = THINKING.direction(self._random)
        self._away_until = at + lasts
        self._glance(self._aim + way, at)

    def evaluate(self, times: Floats, *, glances: float = 1.0) -> Look:
        """Head and eyes at rising `times`. `glances`: aversions against the usual number."""
        self._glances = glances
        self._live(float(times[-1]))
        sight = self._sight.evaluate(times)
        head = self._head.evaluate(times)
        spot, vergence = self._fixation.evaluate(times)
        eye = sight + spot - head
        eye = np.clip(eye, -MOST_EYE_RAD, MOST_EYE_RAD)
        return Look(head[:, 0], head[:, 1], eye[:, 0], eye[:, 1], vergence)

    # On somebody.

    def _at(self, aim: Floats, at: float, *, changed: bool) -> None:
        """Jump to who is new, follow who moves, hold still on who only trembles."""
        passed_s = float(np.clip(at - self._seen_at, 0.0, 0.5))
        self._seen_at = at
        expected = self._aim + self._drift * passed_s
        off = aim - expected
        if changed or float(np.abs(off).max()) > 2 * _SMALL_RAD:
            self._aim, self._drift = aim, np.zeros(2)
            if changed:
                self._away_until, self._at_since = None, at
                self._next_aversion = at + self._apart(self._leaving(at))
            if self._away_until is None:
                self._shift(aim, at)
            return
        self._aim = expected + _BELIEVED * off
        self._drift = self._drift + _LEARNED * off / max(passed_s, 0.02)
        if self._away_until is not None:
            return
        ahead = self._aim + self._drift * _PURSUE_S / 2
        behind = float(np.abs(ahead - self._sight.target).max())
        if behind > 2 * _SMALL_RAD:
            self._shift(ahead, at)
        elif behind > _PURSUE_FROM_RAD:
            self._sight.go(ahead, at, _PURSUE_S)
            self._head.go(self._turned(ahead, self._config.head_share), at, 3 * _PURSUE_S)

    def _speaks(self, at: float) -> bool:
        return any(a <= at < b + _PAUSE_S for a, b in self._speech)

    def _leaving(self, at: float) -> Leaving:
        return SPEAKING if self._speaks(at) else LISTENING

    def _apart(self, leaving: Leaving) -> float:
        often = self._config.aversions * self._glances
        return leaving.apart_s(self._random) / often if often > 0 else np.inf

    def _live(self, until: float) -> None:
        if self._habit is not None and self._habit[1] <= until:
            (habit, at), self._habit = self._habit, None
            # Nobody to look away from yet: once the eyes have been on them for a moment.
            if self._mode is GazeMode.AT:
                self._follow_habit(habit, max(at, self._at_since + _FIRST_LOOK_S))
        while self._mode is GazeMode.AT:
            if self._away_until is not None and self._away_until <= until:
                at, self._away_until = self._away_until, None
                self._shift(self._aim, at)
                self._next_aversion = at + self._apart(self._leaving(at))
            elif self._away_until is None and self._next_aversion <= until:
                at, brief = self._next_aversion, self._brief
                leaving = self._leaving(at)
                self._next_aversion, self._brief = np.inf, False
                lasts = (
                    float(self._random.uniform(*_BRIEF_S))
                    if brief
                    else leaving.lasts_s(self._random)
                )
                self._away_until = at + lasts
                self._glance(self._aim + leaving.direction(self._random), at)
            else:
                break
        if self._mode is GazeMode.AMBIENT:
            while self._next_wander <= until:
                self._wander(self._next_wander)
        on_it = self._mode is GazeMode.AT and self._away_until is None
        self._fixation.live(until, on_it=on_it, speaks=self._speaks)

    # Shifts.

    def _wander(self, at: float) -> None:
        wide = self._config.ambient_yaw_rad
        spot = np.array([self._random.uniform(-wide, wide), self._random.uniform(-0.1, 0.06)])
        self._shift(spot, at, head_share=0.5)
        self._next_wander = at + float(self._random.uniform(2.2, 5.5))

    def _glance(self, aim: Floats, at: float) -> None:
        """Look aside for a moment: the head hardly leaves what it is turned to."""
        turned = self._head.target + _GLANCE_SHARE * (aim - self._sight.target)
        self._jump(aim, at)
        self._head.go(np.clip(turned, -_MOST_HEAD, _MOST_HEAD), at + _HEAD_LATENCY_S, _HEAD_S)

    def _shift(self, aim: Floats, at: float, head_share: float | None = None) -> None:
        self._jump(aim, at)
        wanted = self._turned(aim, self._config.head_share if head_share is None else head_share)
        turn = float(np.abs(wanted - self._head.target).max())
        self._head.go(wanted, at + _HEAD_LATENCY_S, _HEAD_S + _HEAD_S_PER_RAD * turn)

    def _turned(self, aim: Floats, share: float) -> Floats:
        """How the head is turned to look at `aim`: whatever the eyes cannot reach, it must."""
        least = np.sign(aim) * np.maximum(np.abs(aim) - 0.8 * MOST_EYE_RAD, 0.0)
        wanted = np.where(np.abs(aim * share) > np.abs(least), aim * share, least)
        return np.asarray(np.clip(wanted, -_MOST_HEAD, _MOST_HEAD))

    def _jump(self, aim: Floats, at: float) -> None:
        size = float(np.linalg.norm(aim - self._sight.target))
        self._sight.go(aim, at, saccade_s(size))
        self.shifts.append((at, size))
