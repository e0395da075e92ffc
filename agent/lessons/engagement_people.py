"""People made to learn engagement from: heads that rest, wander, walk and are half seen.

Each is a list of sightings with the truth beside them. What they do is told in
`engagement_doings.py` and `engagement_manners.py`. The noise is that of the detectors: jitter of a
degree or so, poses that flip between two readings, gazes that are missing, gaps, 5 to 40 sightings
a second.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from agent.core.messages import PersonId, PersonSeen, Place
from agent.lessons.engagement_doings import KINDS, Life, Rng, State
from agent.lessons.engagement_manners import MANNERS, UNTAUGHT


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


def scenes(count: int, seed: int, *, untaught: bool = False) -> Iterator[Scene]:
    """As many scenes; the same for the same seed. `untaught`: with manners that are no lesson."""
    rng = np.random.default_rng(seed)
    kinds = (*KINDS, *MANNERS, *(UNTAUGHT if untaught else ()))
    for i in range(count):
        make = kinds[i % len(kinds)]
        seconds = float(rng.uniform(6, 20))
        lives = make(rng, seconds)
        yield Scene(make.__name__, _seen(rng, lives, seconds))


# How they are seen


def _seen(rng: Rng, lives: list[Life], seconds: float) -> list[Moment]:
    found = []
    for number, life in enumerate(lives):
        found += _watched(rng, life, seconds, PersonId(f"p{number}"))
    return sorted(found, key=lambda moment: moment.seen.at)


def _watched(rng: Rng, life: Life, seconds: float, person: PersonId) -> list[Moment]:
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


def _before(life: Life, t: float) -> tuple[float, float]:
    """Where the person was a little earlier: what a tracker's speed lags behind."""
    here = life(max(0.0, t - 0.3))
    return here.x, here.y


def _sighting(
    rng: Rng,
    at: float,
    person: PersonId,
    here: State,
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
