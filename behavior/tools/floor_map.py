"""The floors as a graph: points, what joins them, and the shortest way in words.

Places are in the agent's frame (x forward from the agent, y to its left, metres), one frame for
all floors, so that a hand can point the true way. Words are said by the agent to somebody who
faces it: `my left` is where the agent's left hand is. Pure.
"""

import difflib
import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.core.errors import FieldError
from agent.core.messages import Place

_STRAIGHT_RAD = math.radians(30)
_BEHIND_RAD = math.radians(140)
_FLOOR_COST_M = {"stairs": 12.0, "lift": 20.0}
_ORDINALS = ("ground", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class Point(BaseModel):
    """A spot on a floor: a corner, a door, a place of the site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name used in this map.")
    x_m: float = Field(ge=-500, le=500, description="Metres in front of the agent.")
    y_m: float = Field(ge=-500, le=500, description="Metres to the agent's left.")
    floor: int = Field(0, ge=-9, le=200, description="0: where the agent stands.")
    landmark: str = Field("", max_length=60, description="As it is spoken: `the glass doors`.")
    place: str = Field("", description="Key of the place of the site that is here.")
    faces_rad: float | None = Field(
        None,
        ge=-7,
        le=7,
        description="Where one looks when stepping out of a lift or off stairs here, radians.",
    )


class Passage(BaseModel):
    """Two points one can walk between, both ways."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ends: tuple[str, str] = Field(description="Keys of the two points.")
    by: Literal["walk", "ramp", "steps", "stairs", "lift"] = Field(
        "walk", description="steps: a few on one floor; stairs and lift lead to another."
    )
    through: str = Field("", max_length=60, description="As it is spoken: `the double doors`.")

    @property
    def step_free(self) -> bool:
        """A wheelchair can take it."""
        return self.by not in {"steps", "stairs"}


class FloorMap(BaseModel):
    """The floors of a site, for finding ways."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    desk: str = Field("", description="Key of the point where the agent stands.")
    points: tuple[Point, ...] = Field((), max_length=2000, description="Spots.")
    passages: tuple[Passage, ...] = Field((), max_length=5000, description="What joins them.")

    @model_validator(mode="after")
    def _keys_exist(self) -> Self:
        keys = [point.key for point in self.points]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"two points have the key {', '.join(twice)}")
        wanted = {end for passage in self.passages for end in passage.ends}
        wanted |= {self.desk} if self.points else set()
        if missing := sorted(wanted - set(keys)):
            near = difflib.get_close_matches(missing[0], keys, n=1)
            raise FieldError(
                self._where(missing[0]),
                f"no point with the key {', '.join(m or '(empty desk)' for m in missing)}"
                + (f"; did you mean {near[0]}?" if near else ""),
            )
        at = {point.key: point for point in self.points}
        for passage in self.passages:
            one, other = (at[end] for end in passage.ends)
            upward = passage.by in {"stairs", "lift"}
            if upward != (one.floor != other.floor):
                raise ValueError(
                    f"{one.key} - {other.key}: only stairs and lifts lead to another floor"
                )
        return self

    def _where(self, key: str) -> tuple[str | int, ...]:
        """The passage that names this point, or the desk."""
        named = (i for i, passage in enumerate(self.passages) if key in passage.ends)
        return next((("passages", i, "ends") for i in named), ("desk",))

    def point_of(self, place: str) -> Point | None:
        """The point at a place of the site."""
        return next((point for point in self.points if point.place == place), None)


@dataclass(frozen=True, slots=True)
class _Leg:
    start: Point
    end: Point
    by: str
    through: str

    @property
    def length_m(self) -> float:
        return math.hypot(self.end.x_m - self.start.x_m, self.end.y_m - self.start.y_m)

    @property
    def cost_m(self) -> float:
        floors = abs(self.end.floor - self.start.floor)
        return self.length_m + floors * _FLOOR_COST_M.get(self.by, 0.0)

    @property
    def heading_rad(self) -> float:
        return math.atan2(self.end.y_m - self.start.y_m, self.end.x_m - self.start.x_m)


def find_way(
    floors: FloorMap,
    start: str,
    goal: str,
    *,
    step_free: bool,
    name: str,
    without_lift: bool = False,
) -> tuple[tuple[str, ...], float, Place | None] | None:
    """Return the steps in words, the length in metres, and where a hand points first.

    `start` and `goal` are keys of points, `name` the goal as it is spoken. None: no such way.
    """
    legs = _shortest(floors, start, goal, step_free=step_free, without_lift=without_lift)
    if legs is None:
        return None
    legs = _joined(legs)
    first = Place(x_m=legs[0].end.x_m, y_m=legs[0].end.y_m) if legs else None
    return (
        _in_words(legs, name, at_desk=start == floors.desk),
        sum(leg.length_m for leg in legs),
        first,
    )


def _shortest(
    floors: FloorMap, start: str, goal: str, *, step_free: bool, without_lift: bool
) -> tuple[_Leg, ...] | None:
    at = {point.key: point for point in floors.points}
    leads: dict[str, list[_Leg]] = {key: [] for key in at}
    for passage in floors.passages:
        if (step_free and not passage.step_free) or (without_lift and passage.by == "lift"):
            continue
        a, b = passage.ends
        leads[a].append(_Leg(at[a], at[b], passage.by, passage.through))
        leads[b].append(_Leg(at[b], at[a], passage.by, passage.through))
    best = {start: 0.0}
    came: dict[str, _Leg] = {}
    open_ = [(0.0, start)]
    while open_:
        cost, key = heapq.heappop(open_)
        if key == goal:
            break
        if cost > best[key]:
            continue
        for leg in leads[key]:
            further = cost + leg.cost_m
            if further < best.get(leg.end.key, math.inf):
                best[leg.end.key], came[leg.end.key] = further, leg
                heapq.heappush(open_, (further, leg.end.key))
    if goal not in best:
        return None
    legs: list[_Leg] = []
    while goal != start:
        legs.append(came[goal])
        goal = came[goal].start.key
    return tuple(reversed(legs))


def _joined(legs: Sequence[_Leg]) -> tuple[_Leg, ...]:
    """Legs that go straight on, past nothing worth a word, as one; a lift over floors as one."""
    joined: list[_Leg] = []
    for leg in legs:
        last = joined[-1] if joined else None
        plain = last is not None and last.by == leg.by and not leg.through
        if last is None or not plain:
            joined.append(leg)
        elif leg.by in {"lift", "stairs"} or (
            not last.end.landmark and abs(_turn(last, leg)) < _STRAIGHT_RAD
        ):
            joined[-1] = _Leg(last.start, leg.end, leg.by, last.through)
        else:
            joined.append(leg)
    return tuple(joined)


def _turn(before: _Leg, after: _Leg) -> float:
    return _wrapped(after.heading_rad - before.heading_rad)


def _wrapped(angle_rad: float) -> float:
    return math.remainder(angle_rad, 2 * math.pi)


def _in_words(legs: Sequence[_Leg], name: str, *, at_desk: bool) -> tuple[str, ...]:
    steps: list[str] = []
    for i, leg in enumerate(legs):
        before = legs[i - 1] if i else None
        if leg.by in {"lift", "stairs"}:
            steps.append(f"Take the {leg.by} to {floor_in_words(leg.end.floor)}.")
            continue
        where = f" to {name}" if i == len(legs) - 1 else _as_far_as(leg)
        through = f" through {leg.through}" if leg.through else ""
        how = {"steps": " Mind the steps.", "ramp": " There is a ramp."}.get(leg.by, "")
        steps.append(f"{_set_out(leg, before, at_desk)}{through}{where}.{how}")
    return tuple(steps)


def _set_out(leg: _Leg, before: _Leg | None, at_desk: bool) -> str:
    if before is None and at_desk:
        return _from_the_desk(leg.heading_rad)
    if before is None:
        return f"Walk about {_metres(leg.length_m)}"
    if before.by in {"lift", "stairs"}:
        faces = before.end.faces_rad
        if faces is None:
            return f"From there, walk about {_metres(leg.length_m)}"
        begins = "When you step out" if before.by == "lift" else "From there"
        return f"{begins}, {_turned(_wrapped(leg.heading_rad - faces))}"
    turned = _turned(_turn(before, leg))
    return turned[:1].upper() + turned[1:]


def _turned(turn_rad: float) -> str:
    if abs(turn_rad) < _STRAIGHT_RAD:
        return "go straight on"
    if abs(turn_rad) > _BEHIND_RAD:
        return "turn round"
    return "turn left" if turn_rad > 0 else "turn right"


def _from_the_desk(heading_rad: float) -> str:
    if abs(heading_rad) < _STRAIGHT_RAD:
        return "Turn round and go straight on"
    if abs(heading_rad) > _BEHIND_RAD:
        return "Go past me, straight on"
    return f"Go to my {'left' if heading_rad > 0 else 'right'}"


def _as_far_as(leg: _Leg) -> str:
    if leg.end.landmark:
        return f", as far as {leg.end.landmark}"
    return f", about {_metres(leg.length_m)}"


def _metres(length_m: float) -> str:
    count = max(1, round(length_m) if length_m < 10 else 5 * round(length_m / 5))
    return f"{count} metre{'s' * (count != 1)}"


def floor_in_words(floor: int) -> str:
    """Say a floor: 0 -> `the ground floor`, -1 -> `the basement`."""
    if floor == -1:
        return "the basement"
    if 0 <= floor < len(_ORDINALS):
        return f"the {_ORDINALS[floor]} floor"
    return f"floor {floor}"
