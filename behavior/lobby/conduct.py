"""What people do in the room, step by step, by phase. Talking is in `talk.py`.

Each function moves one person on by a tenth of a second: it sets ways, turns chest and eyes, and
begins the next phase when this one is over.
"""

import math
from collections.abc import Callable

from behavior.lobby import talk
from behavior.lobby.intentions import Errand
from behavior.lobby.room import Point
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import GaveUp, Stopped

_GLANCE_S = (0.5, 2.2)
_ASIDE_RAD = (0.5, 1.2)
_NOTICE_M = 7.0
_SPREAD_M = 0.5
_BESIDE_M = 1.3
_TAKEN_M = 0.7
_QUEUE_M = 2.5
_QUEUE_STEP_M = 0.75


def act(scene: Scene, one: Somebody) -> None:
    """One step of one person."""
    _CONDUCT[one.phase](scene, one)


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
            if turned < 0.4:
                scene.notice(one)


def go(scene: Scene, one: Somebody, goal: Point) -> None:
    """Set out for a point."""
    body = one.body
    body.fixed = False
    body.turn_to = None
    body.leaving = False
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


# Coming in


def _enter(scene: Scene, one: Somebody) -> None:
    """Just inside: decide what to do first."""
    look(scene, one, one.intention.looks.passing)
    if scene.now < one.until:
        return
    errand, plan = one.intention.errand, scene.plan
    if one.leader is not None:
        one.enter(Phase.FOLLOW, scene.now, lasts_s=0.0)
    elif errand is Errand.DESK:
        _come(scene, one)
    elif errand is Errand.SIT:
        _seatward(scene, one)
    elif errand is Errand.CROSS:
        leave(scene, one)
    else:
        spots = [(p.x_m, p.y_m) for p in plan.places if p.look or p.name == "middle"]
        if errand is Errand.BROWSE and one.chance(0.4):
            spots.append(scene.before_agent(one.draw((1.8, 2.8)), one.draw((-0.8, 0.8))))
        one.rng.shuffle(spots)
        one.spots = spots[: 1 if errand in (Errand.CHAT, Errand.STAND) else 3]
        if errand is Errand.WORK:
            one.spots = [_anywhere(scene, one) for _ in range(5)]
        elif not one.spots:
            one.spots = [_anywhere(scene, one)]
        _next_spot(scene, one)


def _anywhere(scene: Scene, one: Somebody) -> Point:
    """A point of the floor where one is in nobody's way."""
    for _ in range(30):
        x1, y1, x2, y2 = one.rng.choice(scene.plan.floor)
        point = one.rng.uniform(x1, x2), one.rng.uniform(y1, y2)
        if scene.room.clearance(*point)[0] > 0.5 and math.dist(point, scene.agent) > 2.2:
            return point
    return scene.room.free_near(*scene.before_agent(3.5, 1.0))


# To the agent


def _come(scene: Scene, one: Somebody) -> None:
    slot = scene.before_agent(one.draw(one.intention.stands_m), one.draw((-0.3, 0.3)))
    go(scene, one, slot)
    one.enter(Phase.COME, scene.now)
    if one.intention.frame.hand_up:
        one.hand_up = one.chance(one.intention.frame.hand_up)


def _on_the_way(scene: Scene, one: Somebody) -> None:
    looks, away = one.intention.looks, scene.from_agent_m(one)
    look(scene, one, looks.coming if away < 5 else looks.coming / 3)
    body = one.body
    if away < _QUEUE_M + 0.8 and not scene.desk_free(one):
        _queue(scene, one)
        return
    blocked = away < 1.9 and body.stuck_s > 0.8
    if body.way and not blocked:
        return
    body.stop()
    body.turn_to = body.toward(*scene.agent)
    patience = one.intention.patience
    one.hand_up = False
    one.stopped_at = scene.now
    one.gives_up_at = scene.now + one.draw(patience.gives_up_s)
    if one.chance(patience.begins):
        one.begins_at = scene.now + one.draw(patience.begins_after_s)
    one.enter(Phase.STAND, scene.now)
    scene.happen(one, Stopped, distance_m=away)


def _stand(scene: Scene, one: Somebody) -> None:
    """Before the agent, no word of theirs yet."""
    body, speech = one.body, one.talk
    body.turn_to = body.toward(*scene.agent)
    look(scene, one, one.intention.looks.standing, aside=body.turn_to)
    if speech.heard or speech.opened:
        if not talk.step(scene, one):
            _after_talk(scene, one)
    elif scene.now >= one.begins_at and not scene.audience.speaking and scene.may_speak():
        talk.open_talk(scene, one)
    elif scene.now >= one.gives_up_at:
        talk.give_up(scene, one, "nobody reacted")
        _after_talk(scene, one)


def _talk(scene: Scene, one: Somebody) -> None:
    body, looks = one.body, one.intention.looks
    body.turn_to = body.toward(*scene.agent)
    share = looks.speaking if one.talk.speaking else looks.listening
    look(scene, one, share, aside=body.turn_to)
    if not talk.step(scene, one):
        _after_talk(scene, one)


def _after_talk(scene: Scene, one: Somebody) -> None:
    """Go where the answer sends them, or out."""
    then = one.wants.fills.get("then", "leave") if one.served else "leave"
    if then == "wait":
        _seatward(scene, one)
        return
    if then == "aside":
        go(scene, one, scene.before_agent(one.draw((2.2, 3.0)), one.draw((-1.6, 1.6))))
        one.enter(Phase.PAUSE, scene.now, lasts_s=240.0)
        return
    inner = [door for door in scene.plan.doors if not door.street]
    named = next((door for door in scene.plan.doors if door.name == then), None)
    if named is not None:
        one.goes_by = named
    elif then == "inside" and inner:
        one.goes_by = one.rng.choice(inner)
    elif one.came_by.street or not one.served:
        one.goes_by = one.came_by
    leave(scene, one)


def _queue(scene: Scene, one: Somebody) -> None:
    before = sum(1 for other in scene.people if other.phase is Phase.QUEUE)
    left = one.draw((-0.5, 0.5)) + (0.5 if before % 2 else -0.4)
    go(scene, one, scene.before_agent(_QUEUE_M + _QUEUE_STEP_M * before, left))
    one.body.hurry = 0.8
    if math.isinf(one.gives_up_at):
        one.gives_up_at = scene.now + 2 * one.draw(one.intention.patience.gives_up_s)
    one.enter(Phase.QUEUE, scene.now)


def _in_queue(scene: Scene, one: Somebody) -> None:
    look(scene, one, one.intention.looks.coming)
    if not one.body.way:
        one.body.turn_to = one.body.toward(*scene.agent)
    if scene.now >= one.gives_up_at:
        one.gave_up = True
        scene.happen(one, GaveUp, why="another was served")
        one.goes_by = one.came_by
        leave(scene, one)
    elif scene.desk_free(one):
        one.body.hurry = 1.0
        _come(scene, one)


# About the room


def _next_spot(scene: Scene, one: Somebody) -> None:
    if not one.spots:
        leave(scene, one)
        return
    x, y = one.spots.pop(0)
    x, y = x + one.rng.uniform(-_SPREAD_M, _SPREAD_M), y + one.rng.uniform(-_SPREAD_M, _SPREAD_M)
    go(scene, one, scene.room.free_near(x, y))
    one.enter(Phase.VISIT, scene.now)


def _visit(scene: Scene, one: Somebody) -> None:
    look(scene, one, one.intention.looks.passing)
    fetched = one.fetches
    if fetched is not None:
        _fetch(scene, one, fetched)
        return
    if one.body.way and not _near_enough(scene, one):
        return
    one.body.stop()
    lasts = one.draw(one.intention.stays_s) / max(1, len(one.spots) + 1)
    chats = one.intention.errand is Errand.CHAT
    one.enter(Phase.CHAT if chats else Phase.PAUSE, scene.now, lasts)
    one.chat_at = scene.now + one.draw((0.5, 3.0))


def _near_enough(scene: Scene, one: Somebody) -> bool:
    """Somebody is at the goal already, and this is beside it."""
    x, y = one.body.way[-1]
    if one.body.away_m(x, y) > _BESIDE_M:
        return False
    return any(o is not one and o.body.away_m(x, y) < _TAKEN_M for o in scene.people)


def _pause(scene: Scene, one: Somebody) -> None:
    """Stands at something, or waits for a colleague."""
    body = one.body
    near = scene.from_agent_m(one) < 3.2 and one.intention.errand is Errand.BROWSE
    if near:
        body.turn_to = body.toward(*scene.agent)
    look(scene, one, 0.5 if near else one.intention.looks.passing, aside=body.heading)
    if scene.now >= one.until:
        if one.spots:
            _next_spot(scene, one)
        else:
            leave(scene, one)


def _chat(scene: Scene, one: Somebody) -> None:
    """Face those one came with and talk; some of it may be overheard."""
    others = [other for other in scene.company(one) if other is not one]
    if others:
        x = sum(other.body.x for other in others) / len(others)
        y = sum(other.body.y for other in others) / len(others)
        one.body.turn_to = one.body.toward(x, y)
    look(scene, one, one.intention.looks.passing)
    if scene.now >= one.chat_at and one.leader is None:
        one.chat_at = scene.now + one.draw((3.0, 9.0))
        scene.overhear(one)
    if one.leader is None and scene.now >= one.until:
        leave(scene, one)


def _seatward(scene: Scene, one: Somebody) -> None:
    spot = scene.seat_for(one)
    if spot is None:
        one.spots = []
        go(scene, one, _anywhere(scene, one))
        one.enter(Phase.PAUSE, scene.now, one.draw(one.intention.stays_s))
        return
    go(scene, one, spot)
    one.enter(Phase.SEATWARD, scene.now)


def _to_seat(scene: Scene, one: Somebody) -> None:
    look(scene, one, one.intention.looks.passing)
    body = one.body
    if not body.way or (scene.now - one.since > 15 and body.speed < 0.1):
        body.stop()
        body.fixed = not one.intention.frame.wheels
        body.eye_height -= 0.45 if body.fixed else 0.0
        body.turn_to = scene.seat_heading(one)
        one.enter(Phase.SIT, scene.now, one.draw(one.intention.stays_s))


def _sit(scene: Scene, one: Somebody) -> None:
    """Until fetched; those who came only to sit go of themselves."""
    look(scene, one, one.intention.looks.passing * 1.5)
    if scene.now >= one.until and math.isinf(one.host_at):
        rise(scene, one)
        leave(scene, one)


def rise(scene: Scene, one: Somebody) -> None:
    """Stand up from a seat."""
    if one.body.fixed:
        one.body.fixed = False
        one.body.eye_height += 0.45
    one.seat = None


def _fetch(scene: Scene, one: Somebody, visitor: Somebody) -> None:
    """A host or a colleague goes to a visitor and takes them along."""
    if visitor.phase is Phase.GONE:
        leave(scene, one)
        return
    away = one.body.away_m(visitor.body.x, visitor.body.y)
    if one.body.way and away > 1.1:
        return
    if one.chat_at == math.inf:
        one.body.stop()
        one.body.turn_to = one.body.toward(visitor.body.x, visitor.body.y)
        one.chat_at = scene.now + one.draw((3.0, 7.0))
        rise(scene, visitor)
        visitor.body.stop()
        visitor.body.turn_to = visitor.body.toward(one.body.x, one.body.y)
        visitor.enter(Phase.CHAT, scene.now)
        visitor.chat_at = math.inf
        scene.overhear(one)
    elif scene.now >= one.chat_at:
        one.goes_by = visitor.goes_by = one.came_by
        leave(scene, one)
        leave(scene, visitor)


def _follow(scene: Scene, one: Somebody) -> None:
    """Beside the leader, and beside them when they stand."""
    leader, body = one.leader, one.body
    if leader is None or leader.phase is Phase.GONE:
        leave(scene, one)
        return
    look(scene, one, one.intention.looks.passing, aside=body.heading)
    if leader.phase is Phase.CHAT:
        _chat(scene, one)
    if leader.phase in (Phase.STAND, Phase.TALK):
        body.turn_to = body.toward(*scene.agent)
    if scene.now < one.until:
        return
    one.until = scene.now + 0.4
    if not leader.body.way and 0.5 < body.away_m(leader.body.x, leader.body.y) < _BESIDE_M:
        body.stop()
        return
    angle = leader.body.heading + math.pi / 2 * (1 if one.slot % 2 else -1)
    reach = 0.65 + 0.2 * (one.slot // 2)
    x, y = leader.body.x + reach * math.cos(angle), leader.body.y + reach * math.sin(angle)
    if body.away_m(x, y) > 0.35:
        body.way[:] = scene.room.way((body.x, body.y), scene.room.free_near(x, y))
        body.hurry = 1.15 if body.away_m(x, y) > 1.0 else 0.8


def _going(scene: Scene, one: Somebody) -> None:
    look(scene, one, one.intention.looks.passing)
    if not one.body.way:
        one.phase = Phase.GONE


def _gone(scene: Scene, one: Somebody) -> None:
    """Nothing more happens."""


_CONDUCT: dict[Phase, Callable[[Scene, Somebody], None]] = {
    Phase.ENTER: _enter,
    Phase.ROAM: _visit,
    Phase.COME: _on_the_way,
    Phase.QUEUE: _in_queue,
    Phase.STAND: _stand,
    Phase.TALK: _talk,
    Phase.VISIT: _visit,
    Phase.PAUSE: _pause,
    Phase.SEATWARD: _to_seat,
    Phase.SIT: _sit,
    Phase.CHAT: _chat,
    Phase.FOLLOW: _follow,
    Phase.LEAVE: _going,
    Phase.GONE: _gone,
}
