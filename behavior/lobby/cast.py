"""Makes the people of a day: who comes when, with whom, by which door, knowing what names."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from behavior.lobby.body import Body
from behavior.lobby.day_profile import DayProfile
from behavior.lobby.floor_plan import Door, FloorPlan
from behavior.lobby.intentions import House, Intention, Task
from behavior.lobby.somebody import Somebody, Wants

_WHEELCHAIR_EYES_M = 1.15
_TIMES = ("nine", "half past nine", "ten", "eleven", "half past two", "three", "four")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody, alone or with others, who is to come."""

    at: float
    intention: str
    number: int
    """Of the arrival, from 1; its people's draws depend on it and on nothing else."""


def arrivals(
    day: DayProfile, people: Mapping[str, Intention], seed: str, start_s: float
) -> list[Arrival]:
    """All arrivals of a day, latest first. A Poisson process hour by hour."""
    rng = random.Random(f"{seed} arrivals")
    unknown = sorted(set(day.intentions) - set(people))
    if unknown:
        raise ValueError(f"{day.name}: no such intentions: {', '.join(unknown)}")
    coming: list[tuple[float, str]] = []
    for hour in day.hours:
        names = list(day.intentions)
        weights = [day.intentions[name] * hour.more.get(name, 1.0) for name in names]
        first = max(hour.hour, day.opens_hour) - day.opens_hour
        last = min(hour.hour + 1, day.closes_hour) - day.opens_hour
        at = first * 3600.0
        while hour.arrivals and sum(weights):
            at += rng.expovariate(hour.arrivals / 3600)
            if at >= last * 3600:
                break
            coming.append((start_s + at, rng.choices(names, weights)[0]))
    coming.sort()
    numbered = [Arrival(at, name, i) for i, (at, name) in enumerate(coming, start=1)]
    return numbered[::-1]


class Cast:
    """Makes people of arrivals."""

    def __init__(
        self,
        plan: FloorPlan,
        day: DayProfile,
        people: Mapping[str, Intention],
        house: House,
        seed: str,
    ) -> None:
        self._plan = plan
        self._day = day
        self._people = people
        self._house = house
        self._seed = seed
        self._count = 0
        self._groups = 0

    def make(self, arrival: Arrival, now: float) -> list[Somebody]:
        """The people of one arrival, the leader first."""
        rng = random.Random(f"{self._seed} arrival {arrival.number}")
        intention = self._people[arrival.intention]
        size = self._size(intention, rng)
        came_by = self._door(intention.comes_by, rng, None)
        goes_by = self._door(intention.goes_by, rng, came_by)
        group = 0
        if size > 1:
            self._groups += 1
            group = self._groups
        leader = self._somebody(intention, rng, came_by, goes_by, now)
        leader.group = group
        found = [leader]
        others = intention.company.others
        for k in range(size - 1):
            other = self._people[others[k % len(others)]]
            own = random.Random(f"{self._seed} arrival {arrival.number} with {k}")
            one = self._somebody(other, own, came_by, goes_by, now)
            one.group, one.leader, one.slot = group, leader, k
            one.body.pace = leader.body.pace
            leader.followers.append(one)
            found.append(one)
        self._line_up(found)
        return found

    def fetcher(self, intention: str, visitor: Somebody, now: float) -> Somebody:
        """A host or colleague who comes for somebody."""
        rng = random.Random(f"{self._seed} fetches {visitor.number}")
        inner = [door for door in self._plan.doors if not door.street] or list(self._plan.doors)
        door = rng.choice(inner)
        one = self._somebody(self._people[intention], rng, door, door, now)
        one.fetches = visitor
        self._line_up([one])
        return one

    def _somebody(
        self, intention: Intention, rng: random.Random, came_by: Door, goes_by: Door, now: float
    ) -> Somebody:
        self._count += 1
        frame = intention.frame
        eyes = rng.uniform(*frame.eye_height_m)
        if frame.wheels:
            eyes = _WHEELCHAIR_EYES_M + rng.uniform(-0.06, 0.06)
        body = Body(came_by.x_m, came_by.y_m, rng.uniform(*frame.pace_m_s), eyes)
        one = Somebody(self._count, intention, body, rng, math.inf, came_by, goes_by, since=now)
        one.until = now + (rng.uniform(0.6, 2.5) if one.chance(0.3) else 0.0)
        one.wants = self._wants(intention, rng)
        one.talk.types = one.chance(intention.speech.types)
        return one

    def _wants(self, intention: Intention, rng: random.Random) -> Wants:
        house = self._house
        visitor = rng.choice(house.visitors)
        fills = {
            "host": rng.choice(house.hosts),
            "visitor": visitor,
            "first": visitor.split()[0],
            "firm": rng.choice(house.firms),
            "place": rng.choice(house.places),
            "time": rng.choice(_TIMES),
        }
        tasks = _some(intention.tasks, intention.tasks_at_once, rng)
        if tasks:
            fills["then"] = tasks[-1].then
        return Wants(tasks, fills=fills)

    def _size(self, intention: Intention, rng: random.Random) -> int:
        sizes = intention.company.sizes
        weights = [w * (self._day.groups if n > 1 else 1.0) for n, w in sizes.items()]
        return rng.choices(list(sizes), weights)[0]

    def _door(self, wish: str, rng: random.Random, came_by: Door | None) -> Door:
        doors = self._plan.doors
        fits = {
            "street": [d for d in doors if d.street],
            "inside": [d for d in doors if not d.street],
            "other": [d for d in doors if d is not came_by],
            "same": [d for d in doors if d is came_by],
            "any": list(doors),
        }.get(wish, [d for d in doors if d.name == wish])
        fits = fits or list(doors)
        return rng.choices(fits, [door.weight for door in fits])[0]

    def _line_up(self, people: list[Somebody]) -> None:
        """Put a group side by side and behind each other in the doorway, turned inwards."""
        door, agent = people[0].came_by, self._plan.agent
        inward = math.atan2(agent.y_m - door.y_m, agent.x_m - door.x_m)
        for k, one in enumerate(people):
            body = one.body
            body.heading = body.head = inward
            aside = one.rng.uniform(-1, 1) if len(people) == 1 else 0.9 - 1.8 * (k % 2)
            body.x, body.y = self._plan.in_doorway(door, aside)


def _some(tasks: tuple[Task, ...], at_once: Mapping[int, float], rng: random.Random) -> list[Task]:
    left, found = list(tasks), []
    for _ in range(rng.choices(list(at_once), list(at_once.values()))[0]):
        if left:
            chosen = rng.choices(left, [task.weight for task in left])[0]
            left.remove(chosen)
            found.append(chosen)
    return found
