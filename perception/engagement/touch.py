"""Hands and what they touch, as well as that can be seen from one side. Pure geometry."""

import math
from dataclasses import dataclass

from agent.core.messages import PersonSeen

ASIDE_M, HEIGHT_M, DEPTH_M = 0.16, 0.2, 0.6
"""How near a hand must be to what it touches: across the line of sight and in height two people
are seen to a few centimetres, along it only to some decimetres."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Where a hand is: direction from the agent, distance along the floor, height."""

    bearing_rad: float
    distance_m: float
    height_m: float


def meet(one: Hand, other: Hand) -> bool:
    """Two hands at one place, as well as that can be seen from one side."""
    away = (one.distance_m + other.distance_m) / 2
    aside = abs(math.remainder(one.bearing_rad - other.bearing_rad, math.tau)) * away
    return (
        aside <= ASIDE_M
        and abs(one.height_m - other.height_m) <= HEIGHT_M
        and abs(one.distance_m - other.distance_m) <= DEPTH_M
    )


def is_on(hand: Hand, other: PersonSeen) -> bool:
    """A hand at the arms, shoulders or back of somebody else."""
    place = other.place
    aside = abs(math.remainder(hand.bearing_rad - math.atan2(place.y_m, place.x_m), math.tau))
    low, high = 0.55 * other.face_height_m, 1.0 * other.face_height_m
    return (
        aside * place.distance_m <= 1.6 * ASIDE_M
        and low <= hand.height_m <= high
        and abs(hand.distance_m - place.distance_m) <= DEPTH_M
    )


def same_way(one: PersonSeen, other: PersonSeen) -> bool:
    """Two chests that point about the same way."""
    if one.front_rad is None or other.front_rad is None:
        return False
    return abs(math.remainder(one.front_rad - other.front_rad, math.tau)) <= math.radians(60)
