"""Where a person's head comes to rest, learnt while they are watched. Pure.

Who talks with a screen or a robot holds the head steadily beside the camera, 17 to 22 degrees off
it in recordings; whoever is busy elsewhere comes by that direction but does not dwell there. So
directions are collected into a few places, each with the time spent there, and the one that holds
most time, less the farther it is from the agent, is this person's direction of rest.
"""

import math

from perception.engagement.fading import FadingMean

REACH_RAD = math.radians(9.0)
"""Directions nearer than this to a place belong to it."""
LIKELY_RAD = math.radians(25.0)
"""How far off the agent a direction of rest may well be, as a standard deviation."""
PLACES = 5
MEMORY_S = 15.0
FOLLOWS_S = 2.0
"""A place is where the head was in its last seconds there: people shift a little."""
SHARE_S = 2.5


class RestingDirection:
    """The direction of rest of one person's head, and how much of late was spent there."""

    __slots__ = ("_at_rest", "_places")

    def __init__(self) -> None:
        self._places: list[list[float]] = []
        """Yaw, pitch, seconds."""
        self._at_rest = FadingMean(SHARE_S)

    def take(self, elapsed_s: float, direction: tuple[float, float] | None) -> None:
        """Let `elapsed_s` pass, spent looking in a direction; None: unknown."""
        keep = math.exp(-elapsed_s / MEMORY_S)
        for place in self._places:
            place[2] *= keep
        if direction is None:
            self._at_rest.take(elapsed_s, None)
            return
        here = self._settle(elapsed_s, direction)
        self._at_rest.take(elapsed_s, 1.0 if here is self._rest() else 0.0)

    def _settle(self, elapsed_s: float, direction: tuple[float, float]) -> list[float]:
        yaw, pitch = direction
        near = min(self._places, key=lambda p: _apart(p, yaw, pitch), default=None)
        if near is None or _apart(near, yaw, pitch) > REACH_RAD:
            near = [yaw, pitch, 0.0]
            if len(self._places) == PLACES:
                self._places.remove(min(self._places, key=lambda p: p[2]))
            self._places.append(near)
        near[2] += elapsed_s
        share = elapsed_s / max(min(near[2], FOLLOWS_S), elapsed_s, 1e-9)
        near[0] += share * (yaw - near[0])
        near[1] += share * (pitch - near[1])
        return near

    def _rest(self) -> list[float]:
        return max(
            self._places,
            key=lambda p: p[2] * math.exp(-((_off(p[0], p[1]) / LIKELY_RAD) ** 2) / 2),
        )

    @property
    def off_rad(self) -> float | None:
        """Angle between the direction of rest and the agent."""
        if self._at_rest.value is None:
            return None
        yaw, pitch, _ = self._rest()
        return _off(yaw, pitch)

    @property
    def share(self) -> float | None:
        """Part of the last seconds spent there, 0..1."""
        return self._at_rest.value


def _off(yaw: float, pitch: float) -> float:
    return math.acos(max(-1.0, min(1.0, math.cos(yaw) * math.cos(pitch))))


def _apart(place: list[float], yaw: float, pitch: float) -> float:
    aside = math.remainder(place[0] - yaw, math.tau) * math.cos(pitch)
    return math.hypot(aside, place[1] - pitch)
