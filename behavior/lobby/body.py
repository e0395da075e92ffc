"""Bodies that walk: a social-force model after Helbing and Molnar (1995), in plain numbers.

Each body is drawn along its way and pushed off by walls and by other people, more by those ahead
than by those behind. What must never happen (through a wall, through each other) is then put right
by hand, so that it holds whatever the forces say.
"""

import math
from dataclasses import dataclass, field

from behavior.lobby.room import Point, Room

STEP_S = 0.1
WIDTH_M = 0.22
"""Half the width of a body, for walls."""
APART_M = 0.46
"""No two bodies' middles are nearer than this."""
_RELAX_S = 0.4
_PEOPLE_REACH_M = 1.6
_PUSH_M_S2 = 3.2
_FALLOFF_M = 0.3
_WALL_REACH_M = 0.45
_WALL_PUSH_M_S2 = 6.0
_TURN_RAD_S = 4.0
_HEAD_TURN_RAD_S = 6.0
_NECK_RAD = 1.4
_BRAKE = 0.45
_ARRIVED_M = 0.12
_CORNER_M = 0.4
_OUT_M = 0.55
_STUCK_S = 2.0
_ALMOST_M = 1.1
_ALMOST_S = 4.0
_TIGHT_M = 0.35
_NUDGE_M = 0.15


@dataclass(slots=True)
class Body:
    """One body. World metres and radians."""

    x: float
    y: float
    pace: float
    """The speed it likes to walk at, m/s."""
    eye_height: float = 1.6
    vx: float = 0.0
    vy: float = 0.0
    heading: float = 0.0
    """Where the chest points."""
    head: float = 0.0
    """Where the eyes point."""
    pitch: float = 0.0
    """How far the eyes are raised from level; a phone is at -0.7."""
    way: list[Point] = field(default_factory=list)
    hurry: float = 1.0
    """Factor on the pace, now."""
    turn_to: float | None = None
    """Where a standing body turns."""
    look_to: float | None = None
    """World azimuth the eyes go to; None: ahead."""
    fixed: bool = False
    """Sits: nobody moves it."""
    leaving: bool = False
    """Walks out at the end of the way, without slowing down."""
    stuck_s: float = 0.0
    near_s: float = 0.0
    """For how long the goal has been almost reached."""

    @property
    def speed(self) -> float:
        """Over the floor, m/s."""
        return math.hypot(self.vx, self.vy)

    def stop(self) -> None:
        """Give up the way."""
        self.way.clear()

    def toward(self, x: float, y: float) -> float:
        """World azimuth from here to a point."""
        return math.atan2(y - self.y, x - self.x)

    def away_m(self, x: float, y: float) -> float:
        """Distance to a point."""
        return math.hypot(x - self.x, y - self.y)


def walk(bodies: list[Body], room: Room) -> None:
    """Move everybody by one step."""
    for body in bodies:
        if body.fixed:
            continue
        if body.way:
            _stride(body, bodies, room)
        elif body.vx or body.vy:
            _brake(body, room)
    _keep_apart(bodies, room)
    for body in bodies:
        _turn(body)


def _stride(body: Body, bodies: list[Body], room: Room) -> None:
    ex, ey, left = _aim(body)
    if not body.way:
        _brake(body, room)
        return
    wanted = body.pace * body.hurry
    if len(body.way) == 1 and not body.leaving:
        wanted = min(wanted, 0.25 + 1.1 * left)
    ax = (ex * wanted - body.vx) / _RELAX_S
    ay = (ey * wanted - body.vy) / _RELAX_S
    px, py = _people(body, bodies, ex, ey)
    wx, wy = _walls(body, room)
    vx = body.vx + (ax + px + wx) * STEP_S
    vy = body.vy + (ay + py + wy) * STEP_S
    if len(body.way) == 1 and left < _ALMOST_M and not body.leaving:
        body.near_s += STEP_S
        if body.near_s > _ALMOST_S:  # somebody is there already: here will do
            body.way.clear()
            return
    speed, limit = math.hypot(vx, vy), 1.25 * wanted + 0.05
    if speed > limit:
        vx, vy = vx * limit / speed, vy * limit / speed
    _go(body, room, vx, vy)
    if math.hypot(body.vx, body.vy) < 0.25 * wanted:
        body.stuck_s += STEP_S
        if body.stuck_s > _STUCK_S:
            _sidestep(body, room, ex, ey)
    else:
        body.stuck_s = 0.0


def _aim(body: Body) -> tuple[float, float, float]:
    """Unit vector to the next point of the way, and what is left to it; drops reached points."""
    while body.way:
        gx, gy = body.way[0]
        dx, dy = gx - body.x, gy - body.y
        left = math.hypot(dx, dy)
        near = _CORNER_M if len(body.way) > 1 else _OUT_M if body.leaving else _ARRIVED_M
        if left > near:
            return dx / left, dy / left, left
        body.way.pop(0)
    return 0.0, 0.0, 0.0


def _people(body: Body, bodies: list[Body], ex: float, ey: float) -> tuple[float, float]:
    px = py = 0.0
    for other in bodies:
        dx = body.x - other.x
        if other is body or dx > _PEOPLE_REACH_M or dx < -_PEOPLE_REACH_M:
            continue
        dy = body.y - other.y
        away = math.hypot(dx, dy)
        if away > _PEOPLE_REACH_M or away < 1e-6:
            continue
        nx, ny = dx / away, dy / away
        ahead = -(nx * ex + ny * ey)
        push = _PUSH_M_S2 * math.exp((APART_M + 0.1 - away) / _FALLOFF_M) * (0.6 + 0.4 * ahead)
        px += push * nx
        py += push * ny
        if ahead > 0.5:  # pass on the side that is nearer, the right one if in doubt
            side = 1.0 if ex * ny - ey * nx > 0.05 else -1.0
            px -= 0.7 * push * ey * side
            py += 0.7 * push * ex * side
    return px, py


def _walls(body: Body, room: Room) -> tuple[float, float]:
    clear, nx, ny = room.clearance(body.x, body.y)
    if clear >= _WALL_REACH_M:
        return 0.0, 0.0
    push = _WALL_PUSH_M_S2 * (_WALL_REACH_M - clear) / _WALL_REACH_M
    return push * nx, push * ny


def _go(body: Body, room: Room, vx: float, vy: float) -> None:
    """Move by one step, sliding along what is in the way."""
    x, y = body.x + vx * STEP_S, body.y + vy * STEP_S
    clear, nx, ny = room.clearance(x, y)
    if clear < WIDTH_M and clear < room.clearance(body.x, body.y)[0]:
        into = vx * nx + vy * ny
        if into < 0:
            vx, vy = vx - into * nx, vy - into * ny
        x, y = body.x + vx * STEP_S, body.y + vy * STEP_S
        clear = room.clearance(x, y)[0]
        if clear < WIDTH_M - 0.06 and clear < room.clearance(body.x, body.y)[0]:
            body.vx = body.vy = 0.0
            return
    body.x, body.y, body.vx, body.vy = x, y, vx, vy


def _brake(body: Body, room: Room) -> None:
    vx, vy = body.vx * _BRAKE, body.vy * _BRAKE
    if math.hypot(vx, vy) < 0.05:
        body.vx = body.vy = 0.0
    else:
        _go(body, room, vx, vy)


def _sidestep(body: Body, room: Room, ex: float, ey: float) -> None:
    """Somebody or something is in the way: step aside and find a new way round."""
    body.stuck_s = 0.0
    goal = body.way[-1]
    clear, nx, ny = room.clearance(body.x, body.y)
    if clear < _TIGHT_M:
        _push(body, room, nx * _NUDGE_M, ny * _NUDGE_M)
    for dx, dy in ((ey, -ex), (-ey, ex), (-ex, -ey)):
        aside = (body.x + 0.7 * dx, body.y + 0.7 * dy)
        if room.clearance(*aside)[0] >= WIDTH_M + 0.08 and room.open_line((body.x, body.y), aside):
            body.way[:] = [aside, *room.way(aside, goal)]
            return
    body.way[:] = room.way((body.x, body.y), goal)


def _keep_apart(bodies: list[Body], room: Room) -> None:
    for i, one in enumerate(bodies):
        for other in bodies[i + 1 :]:
            dx = one.x - other.x
            if dx > APART_M or dx < -APART_M:
                continue
            dy = one.y - other.y
            away = math.hypot(dx, dy)
            if away >= APART_M:
                continue
            if away < 1e-6:
                dx, dy, away = 1e-3, 0.0, 1e-3
            gap = APART_M - away
            shares = _shares(one, other)
            _push(one, room, dx / away * gap * shares[0], dy / away * gap * shares[0])
            _push(other, room, -dx / away * gap * shares[1], -dy / away * gap * shares[1])


def _shares(one: Body, other: Body) -> tuple[float, float]:
    """Who gives way: those who walk, for those who stand, for those who sit."""
    if one.fixed or other.fixed:
        return (0.0 if one.fixed else 1.0), (0.0 if other.fixed else 1.0)
    if bool(one.way) != bool(other.way):
        return (1.0, 0.0) if one.way else (0.0, 1.0)
    return 0.5, 0.5


def _push(body: Body, room: Room, dx: float, dy: float) -> None:
    x, y = body.x + dx, body.y + dy
    clear = room.clearance(x, y)[0]
    if clear >= WIDTH_M - 0.06 or clear >= room.clearance(body.x, body.y)[0]:
        body.x, body.y = x, y


def _turn(body: Body) -> None:
    if body.way and (body.vx * body.vx + body.vy * body.vy) > 0.04:
        chest = math.atan2(body.vy, body.vx)
    else:
        chest = body.turn_to if body.turn_to is not None else body.heading
    body.heading = _toward(body.heading, chest, _TURN_RAD_S * STEP_S)
    eyes = body.heading if body.look_to is None else body.look_to
    neck = math.remainder(eyes - body.heading, math.tau)
    if neck > _NECK_RAD or neck < -_NECK_RAD:
        eyes = body.heading + math.copysign(_NECK_RAD, neck)
    body.head = _toward(body.head, eyes, _HEAD_TURN_RAD_S * STEP_S)


def _toward(angle: float, goal: float, most: float) -> float:
    left = math.remainder(goal - angle, math.tau)
    return angle + (left if -most < left < most else math.copysign(most, left))
