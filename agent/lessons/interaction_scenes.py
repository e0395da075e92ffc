"""Made scenes of nonverbal interaction whose truth is known: who meant what towards whom.

Few people in a lobby for four seconds, seen as the eyes see: places off by a lasting tenth, heads
and chests by some degrees, hands by a few centimetres, gaps. The truth is what the scene was made
of, not what its geometry says afterwards.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from agent.core.messages import Channel, PersonId, PersonSeen, Place
from perception.engagement.groups import GroupConfig, Groups
from perception.engagement.nonverbal import AGENT, Nonverbal, Triplet
from perception.engagement.touch import Hand

SECONDS: Final = 4.0
RATE_HZ: Final = 10
Point = tuple[float, float]


@dataclass(slots=True)
class Actor:
    """One person as they are."""

    name: PersonId
    at: Point
    looks: Point | None = None
    """Where to; None: ahead of the chest."""
    front_rad: float = math.pi
    velocity: Point = (0.0, 0.0)
    hands: list[tuple[float, float, float]] = field(default_factory=list)
    smiles: bool = False
    sign: str = ""


@dataclass(slots=True)
class Scene:
    """People, and what passes between them."""

    kind: str
    actors: list[Actor]
    truth: set[Triplet]


def scenes(count: int, seed: int) -> Iterator[Scene]:
    """Every kind in turn."""
    rng = random.Random(seed)
    kinds: tuple[Callable[[random.Random], Scene], ...] = (
        _talk, _greets_the_agent, _handshake, _hand_in_hand, _hand_on_shoulder, _sign_to_other,
        _strangers, _passers,
    )  # fmt: skip
    for k in range(count):
        yield kinds[k % len(kinds)](rng)


def told_of(scene: Scene, seed: int) -> set[Triplet]:
    """All that the product tells of a scene."""
    core, groups, rng = Nonverbal(), Groups(GroupConfig()), random.Random(seed)
    told: set[Triplet] = set()
    off = {one.name: _Lasting.drawn(rng) for one in scene.actors}
    for k in range(round(SECONDS * RATE_HZ)):
        at = k / RATE_HZ
        for one in scene.actors:
            if rng.random() < 0.1:
                continue
            seen = _seen(at, one, off[one.name], rng)
            core.see(seen)
            for change in groups.take(seen):
                core.form(change)
            if one.hands and rng.random() > 0.2:
                core.reach(one.name, at, tuple(_hand(h, off[one.name], rng) for h in one.hands))
            core.smile(one.name, 0.8 if one.smiles else None)
            if one.sign and k % 5 == 0:
                core.sign(one.name, at, one.sign, 0.7)
        told |= {found.triplet for found in core.judge(at) if not found.over}
    return told


def nearest_rule(scene: Scene) -> set[Triplet]:
    """The baseline: everything concerns whoever is nearest, and who is very near is touched."""
    told = set()
    for one in scene.actors:
        others = [(math.dist(one.at, other.at), other.name) for other in scene.actors]
        others = [pair for pair in others if pair[1] != one.name]
        away, who = min([*others, (math.hypot(*one.at), AGENT)])
        if away > 4.0:
            continue
        told.add(Triplet(one.name, (who,), Channel.GAZE, "looks at"))
        if who != AGENT:
            told.add(Triplet(one.name, (who,), Channel.GAZE, "mutual gaze"))
        told.add(Triplet(one.name, (who,), Channel.POSTURE, "faces"))
        if one.smiles:
            told.add(Triplet(one.name, (who,), Channel.EXPRESSION, "smiles"))
        if one.sign:
            told.add(Triplet(one.name, (who,), Channel.GESTURE, one.sign))
        if away < 0.9 and who != AGENT:
            told.add(Triplet(one.name, (who,), Channel.TOUCH, "touches"))
    return told


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What stays wrong of one person."""

    longer: float
    yaw_rad: float
    height_m: float

    @classmethod
    def drawn(cls, rng: random.Random) -> "_Lasting":
        return cls(math.exp(rng.gauss(0, 0.06)), rng.gauss(0, math.radians(4)), rng.gauss(0, 0.05))


def _seen(at: float, one: Actor, off: _Lasting, rng: random.Random) -> PersonSeen:
    x, y = (p + v * at for p, v in zip(one.at, one.velocity, strict=True))
    away, bearing = math.hypot(x, y) * off.longer * math.exp(rng.gauss(0, 0.02)), math.atan2(y, x)
    bearing += rng.gauss(0, 0.01)
    to_agent = math.atan2(-y, -x)
    looks = one.front_rad if one.looks is None else math.atan2(one.looks[1] - y, one.looks[0] - x)
    yaw = math.remainder(looks - to_agent, math.tau) + off.yaw_rad + rng.gauss(0, math.radians(6))
    front = one.front_rad + rng.gauss(0, math.radians(10))
    known = rng.random() > 0.15
    return PersonSeen(
        at=at,
        person=one.name,
        place=Place(x_m=away * math.cos(bearing), y_m=away * math.sin(bearing)),
        approach_m_s=0.0,
        speed_m_s=math.hypot(*one.velocity) + abs(rng.gauss(0, 0.08)),
        facing_rad=abs(math.remainder(front - to_agent, math.tau)),
        front_rad=front,
        head_yaw_rad=yaw if known else None,
        gaze_off_rad=abs(yaw) if known and abs(yaw) < math.radians(50) and away < 3 else None,
        face_height_m=1.6 + off.height_m,
        confidence=0.8,
    )


def _hand(hand: tuple[float, float, float], off: _Lasting, rng: random.Random) -> Hand:
    x, y, z = hand
    return Hand(
        bearing_rad=math.atan2(y, x) + rng.gauss(0, 0.015),
        distance_m=math.hypot(x, y) * off.longer + rng.gauss(0, 0.08),
        height_m=z + off.height_m + rng.gauss(0, 0.04),
    )


# The kinds


def _spot(rng: random.Random) -> Point:
    return rng.uniform(1.5, 3.5), rng.uniform(-1.0, 1.0)


def _pair(rng: random.Random, apart_m: float, front: str) -> tuple[Actor, Actor]:
    """Two around a spot, face to face or side by side, somehow turned in the room."""
    (x, y), way = _spot(rng), rng.uniform(-math.pi, math.pi)
    dx, dy = apart_m / 2 * math.cos(way), apart_m / 2 * math.sin(way)
    a, b = (x - dx, y - dy), (x + dx, y + dy)
    fronts = (way, way + math.pi) if front == "other" else (way + math.pi / 2,) * 2
    return (
        Actor(PersonId("a"), a, front_rad=fronts[0]),
        Actor(PersonId("b"), b, front_rad=fronts[1]),
    )


def _gaze(one: Actor, other: Actor, *, back: bool) -> set[Triplet]:
    what = "mutual gaze" if back else "looks at"
    return {Triplet(one.name, (other.name,), Channel.GAZE, what)}


def _posture(actors: list[Actor], what: str) -> set[Triplet]:
    names = {one.name for one in actors}
    return {
        Triplet(one.name, tuple(sorted(names - {one.name})), Channel.POSTURE, what)
        for one in actors
    }


def _talk(rng: random.Random) -> Scene:
    a, b = _pair(rng, rng.uniform(0.9, 1.4), "other")
    a.looks = b.at
    mutual = rng.random() < 0.6
    b.looks = a.at if mutual else (b.at[0] + 9, b.at[1] + 20)
    a.smiles = rng.random() < 0.5
    truth = _posture([a, b], "faces") | _gaze(a, b, back=mutual)
    truth |= _gaze(b, a, back=True) if mutual else set()
    if a.smiles:
        truth.add(Triplet(a.name, (b.name,), Channel.EXPRESSION, "smiles"))
    return Scene("talk", [a, b], truth)


def _greets_the_agent(rng: random.Random) -> Scene:
    at = rng.uniform(1.0, 1.8), rng.uniform(-0.5, 0.5)
    to_agent = math.atan2(-at[1], -at[0])
    one = Actor(PersonId("a"), at, looks=(0.0, 0.0), front_rad=to_agent, smiles=True, sign="wave")
    far = Actor(PersonId("b"), (rng.uniform(3, 4), 1.6), looks=(9.0, 9.0), front_rad=0.7)
    return Scene(
        "greets the agent",
        [one, far],
        {
            Triplet(one.name, (AGENT,), Channel.GAZE, "looks at"),
            Triplet(one.name, (AGENT,), Channel.EXPRESSION, "smiles"),
            Triplet(one.name, (AGENT,), Channel.GESTURE, "wave"),
            Triplet(one.name, (AGENT,), Channel.POSTURE, "faces"),
        },
    )


def _middle(a: Actor, b: Actor, height_m: float) -> tuple[float, float, float]:
    return (a.at[0] + b.at[0]) / 2, (a.at[1] + b.at[1]) / 2, height_m


def _handshake(rng: random.Random) -> Scene:
    a, b = _pair(rng, rng.uniform(0.75, 1.0), "other")
    a.looks, b.looks = b.at, a.at
    a.hands = [_middle(a, b, 1.0), (a.at[0], a.at[1], 0.75)]
    b.hands = [_middle(a, b, 1.0), (b.at[0], b.at[1], 0.75)]
    truth = _posture([a, b], "faces") | _gaze(a, b, back=True) | _gaze(b, a, back=True)
    truth |= {
        Triplet(a.name, (b.name,), Channel.TOUCH, "shakes hands"),
        Triplet(b.name, (a.name,), Channel.TOUCH, "shakes hands"),
    }
    return Scene("handshake", [a, b], truth)


def _hand_in_hand(rng: random.Random) -> Scene:
    a, b = _pair(rng, rng.uniform(0.5, 0.65), "same")
    a.looks = b.looks = (9.0, 9.0 if a.at[1] + b.at[1] > 0 else -9.0)
    a.hands = b.hands = [_middle(a, b, 0.8)]
    truth = {
        Triplet(a.name, (b.name,), Channel.TOUCH, "holds hands"),
        Triplet(b.name, (a.name,), Channel.TOUCH, "holds hands"),
    }
    return Scene("hand in hand", [a, b], truth | _posture([a, b], "stands beside"))


def _hand_on_shoulder(rng: random.Random) -> Scene:
    a, b = _pair(rng, rng.uniform(0.55, 0.75), "same")
    a.looks = b.looks = (9.0, 9.0 if a.at[1] + b.at[1] > 0 else -9.0)
    a.hands = [(b.at[0], b.at[1], 1.4), (a.at[0], a.at[1], 0.75)]
    b.hands = [(b.at[0], b.at[1], 0.75)]
    truth = {Triplet(a.name, (b.name,), Channel.TOUCH, "touches")}
    return Scene("hand on shoulder", [a, b], truth | _posture([a, b], "stands beside"))


def _sign_to_other(rng: random.Random) -> Scene:
    a = Actor(PersonId("a"), (rng.uniform(1.5, 2.5), -1.2), sign=rng.choice(("wave", "beckon")))
    b = Actor(PersonId("b"), (rng.uniform(1.8, 3.0), 1.2), looks=(9.0, 9.0), front_rad=0.3)
    a.looks, a.front_rad = b.at, math.atan2(b.at[1] - a.at[1], b.at[0] - a.at[0])
    bystander = Actor(PersonId("c"), (a.at[0] + 0.6, -1.9), looks=(9.0, -4.0), front_rad=-0.4)
    truth = _gaze(a, b, back=False) | {Triplet(a.name, (b.name,), Channel.GESTURE, a.sign)}
    return Scene("sign to another", [a, b, bystander], truth)


def _strangers(rng: random.Random) -> Scene:
    """They stand near each other and have nothing to do with each other or the agent."""
    x, y = _spot(rng)
    a = Actor(PersonId("a"), (x, y - 0.5), looks=(x + 9, y - 9), front_rad=-0.9)
    b = Actor(PersonId("b"), (x, y + 0.5), looks=(x + 9, y + 9), front_rad=0.9)
    a.hands, b.hands = [(*a.at, 0.75)], [(*b.at, 0.75)]
    return Scene("strangers", [a, b], set())


def _passers(rng: random.Random) -> Scene:
    x = rng.uniform(2.5, 4.0)
    a = Actor(PersonId("a"), (x, -2.0), front_rad=math.pi / 2, velocity=(0.0, 1.1))
    b = replace(a, name=PersonId("b"), at=(x + 1.4, 2.2), front_rad=-math.pi / 2)
    b.velocity = (0.0, -1.1)
    return Scene("passers", [a, b], set())
