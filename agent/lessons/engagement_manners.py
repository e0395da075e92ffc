"""Manners in which people are taken for somebody they are not, made like the others.

Not engaged: who passes with the eyes on the agent, looks down at the hands, telephones, watches a
display beside the agent, talks to a companion, waits with the back turned. Engaged: who listens
and seldom looks, and who cannot keep still.
"""

import math

import numpy as np

from agent.lessons.engagement_doings import (
    RESTS_DEG,
    Life,
    Rng,
    State,
    a_spot,
    plan,
    stand_at,
)

NECK_RAD = math.radians(80.0)
"""No head turns farther on its shoulders."""


def _rest(rng: Rng) -> tuple[float, float]:
    yaw, pitch = rng.normal(0, math.radians(RESTS_DEG), 2)
    return float(yaw), float(pitch)


def _between(rng: Rng, one: Life, other: Life, share: float, stay_s: tuple[float, float]) -> Life:
    """`share` of the looks are those of the first."""
    at, marks, firsts = -float(rng.uniform(0, 3)), list[float](), list[bool]()
    while at < 25:
        first = bool(rng.random() < share)
        marks.append(at)
        firsts.append(first)
        at += float(rng.uniform(*stay_s) if first else rng.uniform(0.5, 4.0))
    starts = np.array(marks)

    def look(t: float) -> State:
        return (one if firsts[max(0, int(np.searchsorted(starts, t)) - 1)] else other)(t)

    return look


def _at(yaw: float, pitch: float, strays: float = 0.0, phase: float = 0.0) -> Life:
    """A direction, about which the head drifts slowly by `strays`."""

    def look(t: float) -> State:
        drift = strays * math.sin(0.7 * t + phase), strays * math.sin(0.45 * t + 2 * phase)
        return State(0, 0, yaw + drift[0], pitch + 0.6 * drift[1], 0, engaged=False)

    return look


def passes_watching(rng: Rng, seconds: float) -> list[Life]:
    """Goes by with the eyes on the agent for as long as the neck allows it."""
    side, pace = float(rng.choice((-1.0, 1.0))), float(rng.uniform(0.6, 1.6))
    depth, slant = float(rng.uniform(0.8, 4.0)), float(rng.normal(0, 0.25))
    middle_s = float(rng.uniform(0.25, 1.1)) * seconds
    rest, watches_from = _rest(rng), float(rng.choice((0.0, rng.uniform(0, 0.4) * seconds)))

    def life(t: float) -> State:
        gone = pace * (t - middle_s)
        x, y = depth + slant * gone, -side * gone
        x = x if x > 0.5 else 0.5
        ahead = math.remainder(math.atan2(-side, slant) - math.atan2(-y, -x), math.tau)
        watches = t >= watches_from and abs(ahead) < NECK_RAD + math.radians(15)
        yaw, pitch = rest if watches else (ahead, 0.0)
        return State(x, y, yaw, pitch, abs(ahead), engaged=False)

    return [life]


def looks_at_hands(rng: Rng, seconds: float) -> list[Life]:
    """Stands square before the agent and looks down at a phone, a paper, a bag; glances up."""
    down = _at(float(rng.normal(0, 0.15)), -math.radians(rng.uniform(18, 60)), 0.03)
    up = _at(*_rest(rng))
    look = _between(rng, up, down, float(rng.uniform(0.0, 0.25)), (0.3, 1.2))
    facing = abs(float(rng.normal(0, 0.4)))
    return [stand_at(rng, look, a_spot(rng, 0.6, 2.5), facing, engaged=False)]


def telephones(rng: Rng, seconds: float) -> list[Life]:
    """Speaks to somebody far away: the eyes rest on nothing, here as little as elsewhere."""
    yaw, pitch = rng.normal(0, math.radians(45)), rng.normal(0, math.radians(12))
    wide, phase = float(rng.uniform(0.2, 0.7)), float(rng.uniform(0, math.tau))
    look = _at(float(yaw), float(pitch), wide, phase)
    paces, turns_s = float(rng.choice((0.0, rng.uniform(0.2, 0.8)))), float(rng.uniform(4, 9))
    spot, facing = a_spot(rng, 0.8, 3.0), abs(float(rng.normal(0.5, 0.6)))

    def life(t: float) -> State:
        state = look(t)
        state.x, state.y = spot[0], spot[1] + paces * math.sin(math.tau * t / turns_s)
        state.facing = facing
        return state

    return [life]


def watches_display(rng: Rng, seconds: float) -> list[Life]:
    """Reads what hangs beside the agent, steadily; glances here now and then, or never."""
    side = float(rng.choice((-1.0, 1.0)))
    display = _at(side * math.radians(rng.uniform(25, 55)), float(rng.normal(0, 0.12)), 0.05)
    look = _between(rng, _at(*_rest(rng)), display, float(rng.uniform(0.0, 0.2)), (0.3, 1.2))
    facing = abs(float(rng.normal(0.4, 0.3)))
    return [stand_at(rng, look, a_spot(rng, 0.8, 2.8), facing, engaged=False)]


def talk_together(rng: Rng, seconds: float) -> list[Life]:
    """Two before the agent who look at each other, about, and now and then here."""
    one = a_spot(rng, 0.8, 2.5)
    off = float(rng.uniform(0.6, 1.1))
    other = one[0] + float(rng.normal(0, 0.25)), one[1] + float(rng.choice((-off, off)))
    found = []
    for here, there in ((one, other), (other, one)):
        to_other = math.atan2(there[1] - here[1], there[0] - here[0])
        aside = math.remainder(to_other - math.atan2(-here[1], -here[0]), math.tau)
        partner = _at(float(rng.uniform(0.55, 1.0)) * aside, float(rng.normal(0, 0.08)), 0.06)
        about = plan(rng, seconds, float(rng.uniform(0.1, 0.5)), (0.3, 1.5))
        look = _between(rng, partner, about, float(rng.uniform(0.6, 0.9)), (1.0, 5.0))
        facing = abs(float(rng.uniform(0.4, 1.0)) * aside)
        found.append(stand_at(rng, look, here, facing, engaged=False))
    return found


def back_turned(rng: Rng, seconds: float) -> list[Life]:
    """Waits with the back to the agent and looks round at most once in a while."""
    behind = float(rng.choice((-1.0, 1.0))) * float(rng.uniform(1.9, math.pi))
    round_to = float(rng.choice((-1.0, 1.0))) * math.radians(rng.uniform(20, 70))
    away, glance = _at(behind, 0.0, 0.3, float(rng.uniform(0, 6))), _at(round_to, 0.0)
    look = _between(rng, glance, away, float(rng.uniform(0.0, 0.15)), (0.3, 1.0))
    return [stand_at(rng, look, a_spot(rng, 0.7, 3.0), abs(behind), engaged=False)]


def listens(rng: Rng, seconds: float) -> list[Life]:
    """Attends without looking all the time: thinks, looks at the desk, and comes back."""
    rest = _rest(rng)
    off, around = math.radians(rng.uniform(12, 40)), float(rng.uniform(0, math.tau))
    aside = _at(rest[0] + off * math.cos(around), rest[1] + 0.7 * off * math.sin(around), 0.08)
    look = _between(rng, _at(*rest), aside, float(rng.uniform(0.5, 0.8)), (1.5, 5.0))
    facing = abs(float(rng.normal(0, 0.35)))
    return [stand_at(rng, look, a_spot(rng, 0.6, 1.8), facing, engaged=True)]


def fidgets(rng: Rng, seconds: float) -> list[Life]:
    """Attends and cannot keep still: shifts from foot to foot, looks about, comes back."""
    look = plan(rng, seconds, float(rng.uniform(0.55, 0.9)), (1.0, 5.0))
    life = stand_at(rng, look, a_spot(rng, 0.6, 1.8), abs(float(rng.normal(0, 0.4))), engaged=True)
    wide, every_s = float(rng.uniform(0.05, 0.2)), float(rng.uniform(1.5, 4.0))

    def moving(t: float) -> State:
        state = life(t)
        state.x += wide * math.sin(math.tau * t / every_s)
        state.y += wide * math.cos(math.tau * t / (1.3 * every_s))
        return state

    return [moving]


MANNERS = (passes_watching, looks_at_hands, telephones)
"""Those that are learned from."""
UNTAUGHT = (back_turned, listens, watches_display, talk_together, fidgets)
"""Those that are only judged by. Of a turned back no gaze is seen: to learn from it is to learn
that a gaze that is not seen looks elsewhere. The others moved what is believed of steady heads 20
to 30 degrees off, and were judged no better for it."""
