"""Floor plans: walls, doors and named places in world metres, and where the agent stands.

All conversion between the world and the agent's frame (REP-103: x forward, y left) is here.
"""

import math
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import Place

Segment = tuple[float, float, float, float]
"""A wall from (x, y) to (x, y), metres."""


_JAMB_M = 0.4
SEAT_M = 0.6
"""From one seat to the next."""


class Box(BaseModel):
    """Something that stands in the way: a desk, a pillar, a plant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x_m: float = Field(description="Left edge, world metres.")
    y_m: float = Field(description="Lower edge, world metres.")
    width_m: float = Field(gt=0, le=30, description="Along x.")
    depth_m: float = Field(gt=0, le=30, description="Along y.")
    low: bool = Field(False, description="One sees over it: a desk, a bench.")

    def edges(self) -> list[Segment]:
        """Its four sides."""
        x1, y1, x2, y2 = self.x_m, self.y_m, self.x_m + self.width_m, self.y_m + self.depth_m
        return [(x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)]


class Door(BaseModel):
    """A way in and out of the plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="For example: street, lift, stairs, corridor.")
    x_m: float = Field(description="World metres.")
    y_m: float = Field(description="World metres.")
    width_m: float = Field(1.4, gt=0.6, le=6, description="Of the opening.")
    street: bool = Field(False, description="Leads out of the building; visitors come here.")
    weight: float = Field(1.0, ge=0, le=100, description="How much of the traffic goes here.")


class Spot(BaseModel):
    """A named place inside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="For example: waiting area, notice board.")
    x_m: float = Field(description="World metres.")
    y_m: float = Field(description="World metres.")
    seats: int = Field(0, ge=0, le=50, description="How many can sit here, side by side along x.")
    look: bool = Field(False, description="There is something to look at.")

    def seat(self, number: int) -> tuple[float, float]:
        """The place of one seat, from 0."""
        return self.x_m + SEAT_M * (number - (self.seats - 1) / 2), self.y_m


class Stand(BaseModel):
    """Where the agent is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x_m: float = Field(description="World metres.")
    y_m: float = Field(description="World metres.")
    facing_deg: float = Field(description="World heading of its front; 0 along x, 90 along y.")


class View(BaseModel):
    """What its camera can see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    height_m: float = Field(1.45, gt=0, le=4, description="Of the camera, above the floor.")
    field_of_view_deg: float = Field(75.0, gt=10, le=180, description="Horizontally.")
    body_m: float = Field(8.0, gt=0, le=30, description="A body is found up to here.")
    face_m: float = Field(4.0, gt=0, le=30, description="A head direction up to here.")
    gaze_m: float = Field(3.0, gt=0, le=30, description="A gaze up to here.")
    near_m: float = Field(0.3, ge=0, le=2, description="Nearer than this nothing is found.")


class FloorPlan(BaseModel):
    """A room to practise in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    held_out: bool = Field(False, description="Never trained or tuned on; for tests only.")
    walls: tuple[Segment, ...] = Field(description="[x1, y1, x2, y2], world metres.")
    floor: tuple[Segment, ...] = Field(
        min_length=1, description="[x1, y1, x2, y2]: rectangles that people may walk on."
    )
    obstacles: tuple[Box, ...] = Field((), description="What stands in the way.")
    doors: tuple[Door, ...] = Field(min_length=1, description="Ways in and out.")
    places: tuple[Spot, ...] = Field((), description="Named places inside.")
    agent: Stand = Field(description="Where the agent stands and faces.")
    camera: View = Field(View(), description="What it sees.")

    @cached_property
    def _turn(self) -> tuple[float, float]:
        facing = math.radians(self.agent.facing_deg)
        return math.cos(facing), math.sin(facing)

    def to_agent(self, x_m: float, y_m: float) -> Place:
        """A world point in the agent's frame."""
        cos, sin = self._turn
        dx, dy = x_m - self.agent.x_m, y_m - self.agent.y_m
        return Place(x_m=dx * cos + dy * sin, y_m=dy * cos - dx * sin)

    def to_world(self, place: Place) -> tuple[float, float]:
        """A point of the agent's frame in the world."""
        cos, sin = self._turn
        x_m = self.agent.x_m + place.x_m * cos - place.y_m * sin
        return x_m, self.agent.y_m + place.x_m * sin + place.y_m * cos

    def place(self, name: str) -> Spot | None:
        """The place of that name, if the plan has one."""
        return next((spot for spot in self.places if spot.name == name), None)

    def in_doorway(self, door: Door, aside: float) -> tuple[float, float]:
        """A point of a door. `aside`: -1 one jamb, 1 the other, half a body left free at each."""
        inner = min(
            (
                (min(max(door.x_m, x1), x2), min(max(door.y_m, y1), y2))
                for x1, y1, x2, y2 in self.floor
            ),
            key=lambda point: math.dist(point, (door.x_m, door.y_m)),
        )
        dx, dy = inner[0] - door.x_m, inner[1] - door.y_m
        length = math.hypot(dx, dy) or 1.0
        reach = aside * max(0.0, door.width_m / 2 - _JAMB_M)
        return door.x_m - dy / length * reach, door.y_m + dx / length * reach

    def door(self, name: str) -> Door:
        """The door of that name; KeyError lists what there is."""
        for door in self.doors:
            if door.name == name:
                return door
        raise KeyError(f"{self.name}: no door {name!r}, only {[d.name for d in self.doors]}")


def load_floor_plan(path: Path) -> FloorPlan:
    """Read one plan."""
    return FloorPlan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
