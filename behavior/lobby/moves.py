"""How people move and look: where the eyes go, setting out, leaving, sitting down, getting up."""

import math

from behavior.lobby.room import Point
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody

_GLANCE_S = (0.5, 2.2)
_ASIDE_RAD = (0.5, 1.2)
_NOTICE_M = 7.0
_NOTICED_RAD = 0.4
_SEATED_M = 0.45


def look(scene: Scene, one: Somebody, share: float, aside: float | None = None) -> None:
    """Let the eyes be on the agent for `share` of the time, else ahead or aside."""
    body = one.body
    if scene.now >= one.eyes_until:
        near = scene.from_agent_m(one) <= _NOTICE_M
        one.eyes_on_agent = near and one.rng.random() < share
        one.eyes_until = scene.now + one.rng.uniform(*_GLANCE_S)
        one.body.pitch = 0.0 if one.eyes_on_agent else -one.intention.looks.down_rad
        if not one.eyes_on_agent and aside is not None:
            turn = one.rng.uniform(*_ASIDE_RAD) * one.rng.choice((-1, 1))
            body.look_to = aside + turn
        elif not one.eyes_on_agent:
            body.look_to = None
    if one.eyes_on_agent:
        body.look_to = body.toward(*scene.agent)
        if not one.noticed:
            turned = abs(math.remainder(body.head - body.look_to, math.tau))
            if turned < _NOTICED_RAD:
                scene.notice(one)


def go(scene: Scene, one: Somebody, goal: Point) -> None:
    """Set out for a point."""
    body = one.body
    body.fixed = False
    body.turn_to = None
    body.leaving = False
    body.near_s = 0.0
    body.way[:] = scene.room.way((body.x, body.y), goal)


def leave(scene: Scene, one: Somebody) -> None:
    """Set out for the door; the others of the group come along."""
    for member in scene.company(one):
        if member is one or member.leader is one or one.leader is member:
            door = one.goes_by
            member.goes_by = door
            go(scene, member, scene.plan.in_doorway(door, one.rng.uniform(-1, 1)))
            member.body.leaving = True
            member.body.hurry = 1.0
            member.enter(Phase.LEAVE, scene.now)


def sit_down(scene: Scene, one: Somebody) -> None:
    """Set out for a free seat; stand somewhere if all are taken."""
    spot = scene.seat_for(one)
    if spot is None:
        one.spots = []
        go(scene, one, anywhere(scene, one))
        one.enter(Phase.PAUSE, scene.now, one.draw(one.intention.stays_s))
        return
    go(scene, one, spot)
    one.enter(Phase.SEATWARD, scene.now)


def rise(scene: Scene, one: Somebody) -> None:
    """Stand up from a seat."""
    if one.body.fixed:
        one.body.fixed = False
        one.body.eye_height += _SEATED_M
    one.seat = None


def anywhere(scene: Scene, one: Somebody) -> Point:
    """A point of the floor where one is in nobody's way."""
    for _ in range(30):
        x1, y1, x2, y2 = one.rng.choice(scene.plan.floor)
        point = one.rng.uniform(x1, x2), one.rng.uniform(y1, y2)
        if scene.room.clearance(*point)[0] > 0.5 and math.dist(point, scene.agent) > 2.2:
            return point
    return scene.room.free_near(*scene.before_agent(3.5, 1.0))


def to_seat(scene: Scene, one: Somebody) -> None:
    """Until there, then sit."""
    look(scene, one, one.intention.looks.passing)
    body = one.body
    if not body.way or (scene.now - one.since > 15 and body.speed < 0.1):
        body.stop()
        body.fixed = not one.intention.frame.wheels
        body.eye_height -= _SEATED_M if body.fixed else 0.0
        body.turn_to = scene.seat_heading(one)
        one.enter(Phase.SIT, scene.now, one.draw(one.intention.stays_s))
        if not one.came_back:
            one.impatient_at = scene.now + one.draw(one.intention.impatient_after_s)
