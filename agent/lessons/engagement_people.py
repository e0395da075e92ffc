"""People made to learn engagement from: heads that rest, wander, walk and are half seen.

Each is a list of sightings with the truth beside them. What they do is drawn from plain ranges:
somebody engaged rests the head anywhere within some 25 degrees of the agent and glances away;
somebody busy looks at two to four other things and now and then here; others pass, come, leave.
The noise is that of the detectors: jitter of a degree or so, poses that flip between two readings,
gazes that are missing, gaps, 5 to 60 sightings a second.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from agent.core.messages import PersonId, PersonSeen, Place

Rng = np.random.Generator
_RESTS_DEG = 11.0
"""Spread of the direction of rest in yaw and pitch: 95 of 100 people within 27 degrees."""
_TURN_S = 0.2


@dataclass(frozen=True, slots=True)
class Moment:
    """One sighting, whether this person is engaged then, and whether they speak to the agent."""

    seen: PersonSeen
    engaged: bool
    speaks: bool = False


@dataclass(slots=True)
class Scene:
    """One or two people before the agent, in the order of time."""

    name: str
    moments: list[Moment] = field(default_factory=list)


@dataclass(slots=True)
class _State:
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


_Life = Callable[[float], _State]


def scenes(count: int, seed: int) -> Iterator[Scene]:
    """As many scenes; the same for the same seed."""
    rng = np.random.default_rng(seed)
    kinds = (
        *(_stands, _busy, _stands, _busy, _passes, _comes, _goes),
        *(_together, _apart, _reads, _waits, _turns_here, _turns_away),
    )
    for i in range(count):
        make = kinds[i % len(kinds)]
        seconds = float(rng.uniform(6, 20))
        lives = make(rng, seconds)
        yield Scene(make.__name__[1:], _seen(rng, lives, seconds))


# What people do


def _angles(rng: Rng, spread_deg: float) -> tuple[float, float]:
    yaw, pitch = rng.normal(0, math.radians(spread_deg), 2)
    return float(yaw), float(pitch)


def _elsewhere(rng: Rng) -> tuple[float, float]:
    """A direction that is not the agent's: beside it, or down at something held."""
    if rng.random() < 0.25:
        return float(rng.normal(0, 0.25)), -math.radians(rng.uniform(25, 60))
    off, around = math.radians(rng.uniform(24, 80)), rng.uniform(0, math.tau)
    return off * math.cos(around), 0.7 * off * math.sin(around)


def _plan(rng: Rng, seconds: float, here: float, stay_s: tuple[float, float]) -> _Life:
    """Head directions: `here` is the share of looks that rest on the agent."""
    rest, places = _angles(rng, _RESTS_DEG), [_elsewhere(rng) for _ in range(rng.integers(2, 5))]
    looks, at = [], -float(rng.uniform(0, 3))
    while at < seconds:
        on_agent = rng.random() < here
        goal = rest if on_agent else places[int(rng.integers(len(places)))]
        lasts = rng.uniform(*stay_s) if on_agent else rng.uniform(0.5, 4.0)
        goal = (goal[0] + rng.normal(0, 0.03), goal[1] + rng.normal(0, 0.03))
        looks.append((at, goal))
        at += float(lasts)
    starts = np.array([look[0] for look in looks])

    def look(t: float) -> _State:
        i = max(0, int(np.searchsorted(starts, t)) - 1)
        goal = looks[i][1]
        before = looks[i - 1][1] if i else goal
        part = min(1.0, (t - starts[i]) / _TURN_S)
        yaw, pitch = (b + part * (g - b) for b, g in zip(before, goal, strict=True))
        return _State(0, 0, yaw, pitch, 0, engaged=False)

    return look


def _spot(rng: Rng, low: float, high: float) -> tuple[float, float]:
    away, bearing = rng.uniform(low, high), rng.normal(0, 0.3)
    return float(away * math.cos(bearing)), float(away * math.sin(bearing))


def _standing(
    rng: Rng, look: _Life, spot: tuple[float, float], facing: float, *, engaged: bool
) -> _Life:
    sway, phase = rng.uniform(0, 0.03), rng.uniform(0, math.tau)
    talks = engaged and rng.random() < 0.5
    says_every, waves = rng.uniform(3, 8), engaged and rng.random() < 0.1

    def life(t: float) -> _State:
        state = look(t)
        state.x, state.y = spot[0] + sway * math.sin(t + phase), spot[1] + sway * math.cos(t)
        state.facing, state.engaged = facing, engaged
        state.speaks = talks and t % says_every < 1.5
        state.hand_up = waves and t < 2
        return state

    return life


def _stands(rng: Rng, seconds: float) -> list[_Life]:
    """Stands before the agent and attends to it; some glance about more than others."""
    look = _plan(rng, seconds, float(rng.uniform(0.75, 1.0)), (2.0, 8.0))
    facing = abs(float(rng.normal(0, 0.35)))
    return [_standing(rng, look, _spot(rng, 0.6, 2.2), facing, engaged=True)]


def _busy(rng: Rng, seconds: float) -> list[_Life]:
    """Stands there as near, but for something else."""
    look = _plan(rng, seconds, float(rng.uniform(0.0, 0.3)), (0.3, 2.0))
    facing = abs(float(rng.normal(0.6, 0.7)))
    return [_standing(rng, look, _spot(rng, 0.6, 3.0), facing, engaged=False)]


def _reads(rng: Rng, seconds: float) -> list[_Life]:
    """Looks at one thing only, which is not the agent: a phone, a poster, a door."""
    goal = _elsewhere(rng)

    def look(t: float) -> _State:
        return _State(0, 0, *goal, 0, engaged=False)

    facing = abs(goal[0]) + abs(float(rng.normal(0, 0.4)))
    return [_standing(rng, look, _spot(rng, 0.6, 3.0), facing, engaged=False)]


def _walk(
    rng: Rng, way: tuple[tuple[float, float], tuple[float, float]], pace: float, glances: _Life
) -> _Life:
    (x0, y0), (x1, y1) = way
    length = math.dist(*way)
    heading = math.atan2(y1 - y0, x1 - x0)
    glances_from = rng.uniform(0, 3)

    def life(t: float) -> _State:
        part = min(1.0, pace * t / length)
        x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
        ahead = math.remainder(heading - math.atan2(-y, -x), math.tau)
        state = glances(t) if t % 4 > glances_from else _State(0, 0, ahead, 0, 0, engaged=False)
        state.x, state.y, state.facing = x, y, abs(ahead)
        return state

    return life


def _passes(rng: Rng, seconds: float) -> list[_Life]:
    """Crosses in front, glancing here or not."""
    side, depth = rng.choice((-1.0, 1.0)), rng.uniform(1.0, 4.0)
    way = ((float(depth), 4.0 * side), (float(rng.uniform(1.0, 4.0)), -4.0 * side))
    glances = _plan(rng, seconds, 0.4, (0.3, 1.0))
    return [_walk(rng, way, float(rng.uniform(0.7, 1.7)), glances)]


def _comes(rng: Rng, seconds: float) -> list[_Life]:
    """Walks up and then attends; engaged from within two metres of the end on."""
    end, pace = _spot(rng, 0.7, 1.6), float(rng.uniform(0.7, 1.4))
    start = (end[0] + float(rng.uniform(2, 4)), end[1] + float(rng.normal(0, 1)))
    way_s = math.dist(start, end) / pace
    look = _plan(rng, seconds, 0.85, (2.0, 8.0))
    walking = _walk(rng, (start, end), pace, look)
    standing = _standing(rng, look, end, abs(float(rng.normal(0, 0.25))), engaged=True)

    def life(t: float) -> _State:
        if t >= way_s:
            return standing(t)
        state = walking(t)
        state.engaged = (way_s - t) * pace < 0.8
        return state

    return [life]


def _goes(rng: Rng, seconds: float) -> list[_Life]:
    """Attends, then turns and walks off."""
    spot, pace = _spot(rng, 0.7, 1.8), float(rng.uniform(0.7, 1.4))
    stays = float(rng.uniform(0.3, 0.6)) * seconds
    look = _plan(rng, seconds, 0.85, (2.0, 8.0))
    away = (spot[0] + float(rng.uniform(1, 4)), spot[1] + float(rng.normal(0, 3)))
    standing = _standing(rng, look, spot, abs(float(rng.normal(0, 0.25))), engaged=True)
    walking = _walk(rng, (spot, away), pace, _plan(rng, seconds, 0.1, (0.3, 0.8)))

    def life(t: float) -> _State:
        return standing(t) if t < stays else walking(t - stays)

    return [life]


def _turns(rng: Rng, seconds: float, *, here: bool) -> list[_Life]:
    spot, at = _spot(rng, 0.6, 2.2), float(rng.uniform(0.25, 0.75)) * seconds
    attends = _plan(rng, seconds, float(rng.uniform(0.8, 1.0)), (2.0, 8.0))
    thing = _elsewhere(rng)
    one_thing = rng.random() < 0.5
    busy = _plan(rng, seconds, float(rng.uniform(0.0, 0.2)), (0.3, 1.5))
    other = (lambda t: _State(0, 0, *thing, 0, engaged=False)) if one_thing else busy
    square, aside = abs(float(rng.normal(0, 0.3))), abs(float(rng.normal(0.7, 0.6)))
    first = _standing(rng, other if here else attends, spot, aside, engaged=not here)
    then = _standing(rng, attends if here else other, spot, square, engaged=here)
    return [lambda t: first(t) if t < at else then(t)]


def _turns_here(rng: Rng, seconds: float) -> list[_Life]:
    """Stands there for something else, then attends to the agent."""
    return _turns(rng, seconds, here=True)


def _turns_away(rng: Rng, seconds: float) -> list[_Life]:
    """Attends, then to something else, and stays where they are."""
    return _turns(rng, seconds, here=False)


def _together(rng: Rng, seconds: float) -> list[_Life]:
    """Two who came together: one attends, the other looks about more, both are in it."""
    first = _stands(rng, seconds)[0]
    here = first(0.0)
    beside = (here.x + float(rng.normal(0, 0.3)), here.y + rng.choice((-0.7, 0.7)))
    look = _plan(rng, seconds, float(rng.uniform(0.1, 0.8)), (1.0, 4.0))
    facing = abs(float(rng.normal(0.3, 0.4)))
    return [first, _standing(rng, look, beside, facing, engaged=True)]


def _apart(rng: Rng, seconds: float) -> list[_Life]:
    """Two who talk with each other before the agent."""
    one = _spot(rng, 0.8, 2.5)
    other = (one[0] + float(rng.normal(0, 0.2)), one[1] + rng.choice((-0.8, 0.8)))
    return [
        _standing(
            rng,
            _plan(rng, seconds, float(rng.uniform(0.0, 0.25)), (0.3, 1.5)),
            spot,
            abs(float(rng.normal(1.0, 0.4))),
            engaged=False,
        )
        for spot in (one, other)
    ]


def _waits(rng: Rng, seconds: float) -> list[_Life]:
    """One attends; a stranger stands beside them for something else, or waits for their turn."""
    first = _stands(rng, seconds)[0]
    here = first(0.0)
    beside = (here.x + float(rng.uniform(0.0, 0.8)), here.y + rng.choice((-0.9, 0.9)))
    look = _plan(rng, seconds, float(rng.uniform(0.0, 0.25)), (0.3, 1.5))
    facing = abs(float(rng.normal(0.6, 0.6)))
    return [first, _standing(rng, look, beside, facing, engaged=False)]


# How they are seen


def _seen(rng: Rng, lives: list[_Life], seconds: float) -> list[Moment]:
    found = []
    for number, life in enumerate(lives):
        found += _watched(rng, life, seconds, PersonId(f"p{number}"))
    return sorted(found, key=lambda moment: moment.seen.at)


def _watched(rng: Rng, life: _Life, seconds: float, person: PersonId) -> list[Moment]:
    hz = float(np.exp(rng.uniform(math.log(5), math.log(40))))
    # Some are seen without faces, some without bodies, and a few as a place only.
    sees_bodies, faceless, blind = rng.random() < 0.4, rng.random() < 0.08, rng.random() < 0.08
    missing, gaps = float(rng.choice((0.0, 0.1, 0.4))), rng.random() < 0.25
    jitter = math.radians(rng.uniform(0.5, 2.5))
    flips = math.radians(rng.uniform(8, 18)) if rng.random() < 0.3 else 0.0
    bodies = (sees_bodies or faceless) and not blind
    lean, flipped, gap_until, found = float(rng.uniform(0, math.tau)), False, -1.0, list[Moment]()
    steps = int(seconds * hz)
    for i in range(1, steps):
        t = i / hz
        if gaps and rng.random() < 0.2 / hz:
            gap_until = t + float(rng.uniform(0.3, 2.5))
        if t < gap_until:
            continue
        flipped = flipped ^ (flips > 0 and rng.random() < 2.0 / hz)
        here = life(t)
        shift = flips if flipped else 0.0
        yaw = here.yaw + shift * math.cos(lean) + float(rng.normal(0, jitter))
        pitch = here.pitch + shift * math.sin(lean) + float(rng.normal(0, jitter))
        shown = not (faceless or blind) and abs(here.yaw) < 1.3 and rng.random() >= missing
        facing = here.facing + float(rng.normal(0, 0.15)) if bodies else None
        found.append(
            Moment(
                _sighting(rng, t, person, here, _before(life, t), facing, (yaw, pitch), shown),
                here.engaged,
                here.speaks,
            )
        )
    return found


def _before(life: _Life, t: float) -> tuple[float, float]:
    """Where the person was a little earlier: what a tracker's speed lags behind."""
    here = life(max(0.0, t - 0.3))
    return here.x, here.y


def _sighting(
    rng: Rng,
    at: float,
    person: PersonId,
    here: _State,
    before: tuple[float, float],
    facing: float | None,
    look: tuple[float, float],
    shown: bool,
) -> PersonSeen:
    place = Place(x_m=here.x, y_m=here.y)
    vx, vy = (here.x - before[0]) / 0.3, (here.y - before[1]) / 0.3
    vx, vy = vx + float(rng.normal(0, 0.06)), vy + float(rng.normal(0, 0.06))
    away = max(place.distance_m, 0.1)
    yaw, pitch = look
    return PersonSeen(
        at=at,
        person=person,
        place=place,
        approach_m_s=-(here.x * vx + here.y * vy) / away,
        speed_m_s=math.hypot(vx, vy),
        facing_rad=None if facing is None else min(math.pi, abs(facing)),
        head_yaw_rad=yaw if shown else None,
        head_pitch_rad=pitch if shown else None,
        gaze_off_rad=math.acos(math.cos(yaw) * math.cos(pitch)) if shown else None,
        hand_raised=here.hand_up if facing is not None else None,
    )
