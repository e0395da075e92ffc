"""What made people do before the agent: directions of the head and places, as functions of time.

Each is drawn from plain ranges: somebody engaged rests the head anywhere within some 25 degrees of
the agent and glances away; somebody busy looks at two to four other things and now and then here;
others pass, come, leave.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator
RESTS_DEG = 11.0
"""Spread of the direction of rest in yaw and pitch: 95 of 100 people within 27 degrees."""
_TURN_S = 0.2


@dataclass(slots=True)
class State:
    """What somebody does at one moment."""

    x: float
    y: float
    yaw: float
    """Head against the line to the agent, radians; pitch likewise."""
    pitch: float
    facing: float
    engaged: bool
    speaks: bool = False
    hand_up: bool = False


Life = Callable[[float], State]


def _angles(rng: Rng, spread_deg: float) -> tuple[float, float]:
    yaw, pitch = rng.normal(0, math.radians(spread_deg), 2)
    return float(yaw), float(pitch)


def elsewhere(rng: Rng) -> tuple[float, float]:
    """A direction that is not the agent's: beside it, or down at something held."""
    if rng.random() < 0.25:
        return float(rng.normal(0, 0.25)), -math.radians(rng.uniform(25, 60))
    off, around = math.radians(rng.uniform(24, 80)), rng.uniform(0, math.tau)
    return off * math.cos(around), 0.7 * off * math.sin(around)


def plan(rng: Rng, seconds: float, here: float, stay_s: tuple[float, float]) -> Life:
    """Head directions: `here` is the share of looks that rest on the agent."""
    rest, places = _angles(rng, RESTS_DEG), [elsewhere(rng) for _ in range(rng.integers(2, 5))]
    looks, at = [], -float(rng.uniform(0, 3))
    while at < seconds:
        on_agent = rng.random() < here
        goal = rest if on_agent else places[int(rng.integers(len(places)))]
        lasts = rng.uniform(*stay_s) if on_agent else rng.uniform(0.5, 4.0)
        goal = (goal[0] + rng.normal(0, 0.03), goal[1] + rng.normal(0, 0.03))
        looks.append((at, goal))
        at += float(lasts)
    starts = np.array([look[0] for look in looks])

    def look(t: float) -> State:
        i = max(0, int(np.searchsorted(starts, t)) - 1)
        goal = looks[i][1]
        before = looks[i - 1][1] if i else goal
        part = min(1.0, (t - starts[i]) / _TURN_S)
        yaw, pitch = (b + part * (g - b) for b, g in zip(before, goal, strict=True))
        return State(0, 0, yaw, pitch, 0, engaged=False)

    return look


def a_spot(rng: Rng, low: float, high: float) -> tuple[float, float]:
    """A place before the agent, so far away, metres."""
    away, bearing = rng.uniform(low, high), rng.normal(0, 0.3)
    return float(away * math.cos(bearing)), float(away * math.sin(bearing))


def stand_at(
    rng: Rng, look: Life, spot: tuple[float, float], facing: float, *, engaged: bool
) -> Life:
    """Stands there, sways a little, and speaks or waves now and then where engaged."""
    sway, phase = rng.uniform(0, 0.03), rng.uniform(0, math.tau)
    talks = engaged and rng.random() < 0.5
    says_every, waves = rng.uniform(3, 8), engaged and rng.random() < 0.1

    def life(t: float) -> State:
        state = look(t)
        state.x, state.y = spot[0] + sway * math.sin(t + phase), spot[1] + sway * math.cos(t)
        state.facing, state.engaged = facing, engaged
        state.speaks = talks and t % says_every < 1.5
        state.hand_up = waves and t < 2
        return state

    return life


def stands(rng: Rng, seconds: float) -> list[Life]:
    """Stands before the agent and attends to it; some glance about more than others."""
    look = plan(rng, seconds, float(rng.uniform(0.75, 1.0)), (2.0, 8.0))
    facing = abs(float(rng.normal(0, 0.35)))
    return [stand_at(rng, look, a_spot(rng, 0.6, 2.2), facing, engaged=True)]


def busy(rng: Rng, seconds: float) -> list[Life]:
    """Stands there as near, but for something else."""
    look = plan(rng, seconds, float(rng.uniform(0.0, 0.3)), (0.3, 2.0))
    facing = abs(float(rng.normal(0.6, 0.7)))
    return [stand_at(rng, look, a_spot(rng, 0.6, 3.0), facing, engaged=False)]


def reads(rng: Rng, seconds: float) -> list[Life]:
    """Looks at one thing only, which is not the agent: a phone, a poster, a door."""
    goal = elsewhere(rng)

    def look(t: float) -> State:
        return State(0, 0, *goal, 0, engaged=False)

    facing = abs(goal[0]) + abs(float(rng.normal(0, 0.4)))
    return [stand_at(rng, look, a_spot(rng, 0.6, 3.0), facing, engaged=False)]


def walk(
    rng: Rng, way: tuple[tuple[float, float], tuple[float, float]], pace: float, glances: Life
) -> Life:
    """Goes a way in metres at a pace in m/s, looking ahead or as `glances` tells."""
    (x0, y0), (x1, y1) = way
    length = math.dist(*way)
    heading = math.atan2(y1 - y0, x1 - x0)
    glances_from = rng.uniform(0, 3)

    def life(t: float) -> State:
        part = min(1.0, pace * t / length)
        x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
        ahead = math.remainder(heading - math.atan2(-y, -x), math.tau)
        state = glances(t) if t % 4 > glances_from else State(0, 0, ahead, 0, 0, engaged=False)
        state.x, state.y, state.facing = x, y, abs(ahead)
        return state

    return life


def passes(rng: Rng, seconds: float) -> list[Life]:
    """Crosses in front, glancing here or not."""
    side, depth = rng.choice((-1.0, 1.0)), rng.uniform(1.0, 4.0)
    way = ((float(depth), 4.0 * side), (float(rng.uniform(1.0, 4.0)), -4.0 * side))
    glances = plan(rng, seconds, 0.4, (0.3, 1.0))
    return [walk(rng, way, float(rng.uniform(0.7, 1.7)), glances)]


def comes(rng: Rng, seconds: float) -> list[Life]:
    """Walks up and then attends; engaged from within two metres of the end on."""
    end, pace = a_spot(rng, 0.7, 1.6), float(rng.uniform(0.7, 1.4))
    start = (end[0] + float(rng.uniform(2, 4)), end[1] + float(rng.normal(0, 1)))
    way_s = math.dist(start, end) / pace
    look = plan(rng, seconds, 0.85, (2.0, 8.0))
    walking = walk(rng, (start, end), pace, look)
    standing = stand_at(rng, look, end, abs(float(rng.normal(0, 0.25))), engaged=True)

    def life(t: float) -> State:
        if t >= way_s:
            return standing(t)
        state = walking(t)
        state.engaged = (way_s - t) * pace < 0.8
        return state

    return [life]


def goes(rng: Rng, seconds: float) -> list[Life]:
    """Attends, then turns and walks off."""
    spot, pace = a_spot(rng, 0.7, 1.8), float(rng.uniform(0.7, 1.4))
    stays = float(rng.uniform(0.3, 0.6)) * seconds
    look = plan(rng, seconds, 0.85, (2.0, 8.0))
    away = (spot[0] + float(rng.uniform(1, 4)), spot[1] + float(rng.normal(0, 3)))
    standing = stand_at(rng, look, spot, abs(float(rng.normal(0, 0.25))), engaged=True)
    walking = walk(rng, (spot, away), pace, plan(rng, seconds, 0.1, (0.3, 0.8)))

    def life(t: float) -> State:
        return standing(t) if t < stays else walking(t - stays)

    return [life]


def _turns(rng: Rng, seconds: float, *, here: bool) -> list[Life]:
    spot, at = a_spot(rng, 0.6, 2.2), float(rng.uniform(0.25, 0.75)) * seconds
    attends = plan(rng, seconds, float(rng.uniform(0.8, 1.0)), (2.0, 8.0))
    thing = elsewhere(rng)
    one_thing = rng.random() < 0.5
    busy = plan(rng, seconds, float(rng.uniform(0.0, 0.2)), (0.3, 1.5))
    other = (lambda t: State(0, 0, *thing, 0, engaged=False)) if one_thing else busy
    square, aside = abs(float(rng.normal(0, 0.3))), abs(float(rng.normal(0.7, 0.6)))
    first = stand_at(rng, other if here else attends, spot, aside, engaged=not here)
    then = stand_at(rng, attends if here else other, spot, square, engaged=here)
    return [lambda t: first(t) if t < at else then(t)]


def turns_here(rng: Rng, seconds: float) -> list[Life]:
    """Stands there for something else, then attends to the agent."""
    return _turns(rng, seconds, here=True)


def turns_away(rng: Rng, seconds: float) -> list[Life]:
    """Attends, then to something else, and stays where they are."""
    return _turns(rng, seconds, here=False)


def together(rng: Rng, seconds: float) -> list[Life]:
    """Two who came together: one attends, the other looks about more, both are in it."""
    first = stands(rng, seconds)[0]
    here = first(0.0)
    beside = (here.x + float(rng.normal(0, 0.3)), here.y + rng.choice((-0.7, 0.7)))
    look = plan(rng, seconds, float(rng.uniform(0.1, 0.8)), (1.0, 4.0))
    facing = abs(float(rng.normal(0.3, 0.4)))
    return [first, stand_at(rng, look, beside, facing, engaged=True)]


def apart(rng: Rng, seconds: float) -> list[Life]:
    """Two who talk with each other before the agent."""
    one = a_spot(rng, 0.8, 2.5)
    other = (one[0] + float(rng.normal(0, 0.2)), one[1] + rng.choice((-0.8, 0.8)))
    return [
        stand_at(
            rng,
            plan(rng, seconds, float(rng.uniform(0.0, 0.25)), (0.3, 1.5)),
            spot,
            abs(float(rng.normal(1.0, 0.4))),
            engaged=False,
        )
        for spot in (one, other)
    ]


def waits(rng: Rng, seconds: float) -> list[Life]:
    """One attends; a stranger stands beside them for something else, or waits for their turn."""
    first = stands(rng, seconds)[0]
    here = first(0.0)
    beside = (here.x + float(rng.uniform(0.0, 0.8)), here.y + rng.choice((-0.9, 0.9)))
    look = plan(rng, seconds, float(rng.uniform(0.0, 0.25)), (0.3, 1.5))
    facing = abs(float(rng.normal(0.6, 0.6)))
    return [first, stand_at(rng, look, beside, facing, engaged=False)]


KINDS = (
    *(stands, busy, stands, busy, passes, comes, goes),
    *(together, apart, reads, waits, turns_here, turns_away),
)
