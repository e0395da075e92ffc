"""On which side a place is, and how far: about the place last spoken of.

A visitor faces the agent, a step away, so their left is the agent's right.
"""

import math

from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.house.site import Destination
from behavior.tools.floor_map import find_way
from behavior.understanding.intents import Request

_STANDS_AT_M = 1.0
_BEHIND_M = 2.0
_STRAIGHT, _ASLANT = 0.4, 1.2
"""How far aside a place is for each metre behind the visitor, to be straight or aslant behind."""
_NEAR_M, _WALKS_M_MIN, _ROUNDED_M = 60, 65, 5


def which_side(draft: Draft) -> None:
    """Say on which side of the visitor the place is."""
    place = draft.desk.site.place(draft.before.spoken_of)
    if place is None:
        return draft.say("directions.which")
    return draft.say(f"side.{side_of(place)}", toward=place.place)


def side_of(place: Destination) -> str:
    """`left`, `right`, `behind`, `behind_left` or `behind_right`, as the visitor sees it."""
    behind_m, aside_m = place.x_m - _STANDS_AT_M, abs(place.y_m)
    side = "right" if place.y_m > 0 else "left"
    if behind_m > _BEHIND_M and aside_m <= _STRAIGHT * behind_m:
        return "behind"
    aslant = behind_m > _BEHIND_M and aside_m <= _ASLANT * behind_m
    return f"behind_{side}" if aslant else side


def how_far(draft: Draft, request: Request) -> None:
    """Say how far it is on foot, by the floor map, or as the crow flies where there is none."""
    place = request.place or draft.desk.site.place(draft.before.spoken_of)
    metres = _metres(draft, place) if place is not None else None
    if place is None or metres is None:
        return draft.ask("far.unknown", Asked.STAFF)
    rounded = max(_ROUNDED_M, _ROUNDED_M * round(metres / _ROUNDED_M))
    if rounded <= _NEAR_M:
        draft.say("far.near", metres=str(rounded))
    else:
        minutes = max(2, math.ceil(rounded / _WALKS_M_MIN))
        draft.say("far", metres=str(rounded), minutes=str(minutes))
    return None


def _metres(draft: Draft, place: Destination) -> float | None:
    floors = draft.desk.site.floor_map
    goal = floors.point_of(place.key)
    if goal is None:
        return None if floors.points and not place.public else math.hypot(place.x_m, place.y_m)
    way = find_way(floors, floors.desk, goal.key, step_free=False, name=place.name)
    return way[1] if way is not None else None
