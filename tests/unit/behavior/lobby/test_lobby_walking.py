"""Bodies in the lobby: walls hold, people keep apart, speeds are human, paths make sense."""

import math
from collections import defaultdict
from functools import cache
from statistics import median

import pytest

from behavior.lobby.body import APART_M, Body, walk
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.library import floor_plan, names, open_lobby
from behavior.lobby.room import room_of
from behavior.lobby.truth import Entered, Left, Stopped
from tests.unit.behavior.lobby.agents import LIBRARY, lobby_of

PLANS = names("plans", LIBRARY)


@cache
def walked(plan, seconds=900.0):
    """Positions each 0.1 s of everybody in a rush: number -> [(at, x, y, doing)]."""
    lobby = open_lobby(plan=plan, day="rush", noise="none", seed=2, library=LIBRARY)
    paths, at = defaultdict(list), 0.0
    while at < seconds:
        at = max(lobby.next_event_at(), at)
        lobby.advance(at)
        for one in lobby.view().people:
            paths[one.person].append((at, one.x_m, one.y_m, one.doing))
        at += 0.1
    return lobby, paths


def crosses(ax, ay, bx, by, wall):
    x1, y1, x2, y2 = wall

    def side(px, py, qx, qy, x, y):
        return (qx - px) * (y - py) - (qy - py) * (x - px)

    return (
        side(ax, ay, bx, by, x1, y1) * side(ax, ay, bx, by, x2, y2) < 0
        and side(x1, y1, x2, y2, ax, ay) * side(x1, y1, x2, y2, bx, by) < 0
    )


@pytest.mark.parametrize("plan", PLANS)
def test_nobody_walks_through_a_wall_or_a_piece_of_furniture(plan):
    lobby, paths = walked(plan)
    solid = list(lobby.plan.walls)
    for box in lobby.plan.obstacles:
        solid += box.edges()
    for path in paths.values():
        for (_, ax, ay, _), (_, bx, by, _) in zip(path, path[1:], strict=False):
            for wall in solid:
                assert not crosses(ax, ay, bx, by, wall), (plan, wall, ax, ay)


@pytest.mark.parametrize("plan", PLANS)
def test_nobody_walks_through_anybody(plan):
    _, paths = walked(plan)
    at_once = defaultdict(list)
    for path in paths.values():
        for at, x, y, _ in path:
            at_once[round(at, 1)].append((x, y))
    gaps = [
        math.dist(one, other)
        for there in at_once.values()
        for i, one in enumerate(there)
        for other in there[i + 1 :]
    ]
    assert len(gaps) > 500
    assert min(gaps) > 0.25
    assert sum(gap < 0.4 for gap in gaps) < 0.01 * len(gaps)


@pytest.mark.parametrize("plan", PLANS)
def test_nobody_is_faster_than_a_person_in_a_hurry(plan):
    _, paths = walked(plan)
    speeds = []
    for path in paths.values():
        for (t, ax, ay, _), (u, bx, by, _) in zip(path, path[1:], strict=False):
            speeds.append(math.dist((ax, ay), (bx, by)) / (u - t))
    walking = [speed for speed in speeds if speed > 0.3]
    assert max(speeds) < 4.0  # a shove aside counts as speed
    assert sum(speed > 2.4 for speed in speeds) < 0.002 * len(speeds)
    assert 0.9 < median(walking) < 1.7


@pytest.mark.parametrize("plan", PLANS)
def test_those_who_come_stop_at_talking_distance_in_view_of_the_agent(plan):
    lobby, _ = walked(plan)
    stops = [one.distance_m for one in lobby.truth if isinstance(one, Stopped)]
    assert len(stops) >= 4
    assert sum(0.75 <= one <= 1.6 for one in stops) >= 0.85 * len(stops)
    assert max(stops) < 2.3


@pytest.mark.parametrize("plan", PLANS)
def test_passers_by_pass(plan):
    lobby, paths = walked(plan)
    passers = {
        o.person: o.door for o in lobby.truth if isinstance(o, Entered) and o.intention == "passing"
    }
    left = {o.person: o.stayed_s for o in lobby.truth if isinstance(o, Left)}
    gone = [number for number in passers if number in left]
    assert len(gone) > 5
    assert median(left[number] for number in gone) < 25
    for number in gone:
        _, x, y, _ = paths[number][-1]
        door = lobby.plan.door(passers[number])
        assert math.dist((x, y), (door.x_m, door.y_m)) > 1.0  # out by another


@pytest.mark.parametrize("plan", PLANS)
def test_nobody_stays_for_ever(plan):
    lobby, _ = walked(plan)
    lobby.advance(2400)
    came = {one.person for one in lobby.truth if isinstance(one, Entered) and one.at < 1200}
    assert len(came) > 30
    assert came <= {one.person for one in lobby.truth if isinstance(one, Left)}


def test_whoever_leads_a_party_comes_in_first_however_full_the_door_is():
    lobby = lobby_of("couple", plan="entrance_hall", per_hour=2000)
    lobby.advance(60)
    parties = defaultdict(list)
    for one in lobby.truth:
        if isinstance(one, Entered):
            parties[one.group].append(one.intention)
    assert len(parties) > 10
    assert {came[0] for came in parties.values()} == {"couple"}


def test_bodies_that_overlap_are_put_apart_and_whoever_stands_stays():
    stands, walks = Body(6.0, 2.0, 1.3), Body(6.15, 2.0, 1.3)
    walks.way = [(7.5, 2.0)]
    walk([stands, walks], room_of(corridor()))
    assert math.dist((stands.x, stands.y), (walks.x, walks.y)) >= APART_M - 0.01
    assert (stands.x, stands.y) == (6.0, 2.0)


def test_a_body_that_was_hurled_slows_to_its_own_pace_at_once():
    body = Body(5.0, 1.0, 1.3, vx=6.0)
    body.way = [(7.5, 1.0)]
    walk([body], room_of(corridor()))
    assert body.speed < 1.3 * 1.25 + 0.1


def corridor(*obstacles):
    """Two rooms, 4 by 4 metres, with a doorway of 1 metre between them."""
    return FloorPlan.model_validate(
        {
            "name": "corridor",
            "floor": [[0, 0, 8, 4]],
            "walls": [[0, 0, 8, 0], [0, 4, 8, 4], [4, 0, 4, 1.5], [4, 2.5, 4, 4], [8, 0, 8, 4]],
            "obstacles": list(obstacles),
            "doors": [{"name": "street", "x_m": -0.5, "y_m": 2}],
            "agent": {"x_m": 1.0, "y_m": 2.0, "facing_deg": 0},
        }
    )


def test_a_way_leads_through_the_doorway_not_through_the_wall():
    room = room_of(corridor())
    way = room.way((2.0, 3.6), (6.0, 3.6))
    assert len(way) > 1
    points = [(2.0, 3.6), *way]
    for one, other in zip(points, points[1:], strict=False):
        assert room.open_line(one, other, 0.2)


def test_the_camera_does_not_see_through_walls_but_over_low_things():
    high = {"x_m": 2.4, "y_m": 1.8, "width_m": 0.2, "depth_m": 0.4}
    assert room_of(corridor()).in_sight(3.5, 2.0)
    assert not room_of(corridor()).in_sight(6.0, 3.6)
    assert not room_of(corridor(high)).in_sight(3.5, 2.0)
    assert room_of(corridor(high | {"low": True})).in_sight(3.5, 2.0)


def test_places_go_into_the_agents_frame_and_back():
    plan = floor_plan("clinic", LIBRARY)
    there = plan.to_agent(7.0, 4.0)
    assert plan.to_world(there) == pytest.approx((7.0, 4.0))
    ahead = plan.to_agent(
        plan.agent.x_m + math.cos(math.radians(plan.agent.facing_deg)),
        plan.agent.y_m + math.sin(math.radians(plan.agent.facing_deg)),
    )
    assert (ahead.x_m, ahead.y_m) == pytest.approx((1.0, 0.0), abs=1e-9)
    left = math.radians(plan.agent.facing_deg + 90)
    beside = plan.to_agent(plan.agent.x_m + math.cos(left), plan.agent.y_m + math.sin(left))
    assert (beside.x_m, beside.y_m) == pytest.approx((0.0, 1.0), abs=1e-9)
