"""What people do in the room, step by step, by phase.

Each function moves one person on by a tenth of a second: it sets ways, turns chest and eyes, and
begins the next phase when this one is over. What is done before the agent is in `desk.py`.
"""

import math
from collections.abc import Callable

from behavior.lobby import desk
from behavior.lobby.desk import approach
from behavior.lobby.intentions import Errand
from behavior.lobby.moves import anywhere, go, leave, look, rise, sit_down, to_seat
from behavior.lobby.room import Point
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody, Talk, Wants
from behavior.lobby.truth import CameBack

_SPREAD_M = 0.5
_BESIDE_M = 1.3
_TAKEN_M = 0.7
_NEAR_M = (1.1, 2.8)


def act(scene: Scene, one: Somebody) -> None:
    """One step of one person."""
    _CONDUCT[one.phase](scene, one)


def _enter(scene: Scene, one: Somebody) -> None:
    """Just inside: decide what to do first."""
    look(scene, one, one.intention.looks.passing)
    if scene.now < one.until:
        return
    errand = one.intention.errand
    if one.leader is not None:
        one.enter(Phase.FOLLOW, scene.now, lasts_s=0.0)
    elif errand is Errand.DESK:
        approach(scene, one)
    elif errand is Errand.SIT:
        sit_down(scene, one)
    else:
        one.spots = _spots(scene, one)
        _next_spot(scene, one)


def _spots(scene: Scene, one: Somebody) -> list[Point]:
    """Where to go: what there is to see, or anywhere; some choose a place before the agent."""
    errand = one.intention.errand
    near = one.chance(one.intention.near)
    before = scene.before_agent(one.draw(_NEAR_M), one.draw((-1.2, 1.2)))
    if errand is Errand.CROSS:
        return [before] if near else []
    if errand is Errand.WORK:
        spots = [anywhere(scene, one) for _ in range(5)]
    else:
        spots = [(p.x_m, p.y_m) for p in scene.plan.places if p.look or p.name == "middle"]
        one.rng.shuffle(spots)
        spots = spots or [anywhere(scene, one)]
    if errand in (Errand.CHAT, Errand.STAND):
        return [before] if near else spots[:1]
    return [before, *spots[:2]] if near else spots[:3]


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


def _sit(scene: Scene, one: Somebody) -> None:
    """Until fetched; those who came only to sit go of themselves, some come back to ask."""
    look(scene, one, one.intention.looks.passing * 1.5)
    impatient = one.intention.impatient
    if math.isinf(one.host_at):
        if scene.now >= one.until:
            rise(scene, one)
            leave(scene, one)
    elif impatient is not None and scene.now >= one.impatient_at and one.host_at > scene.now + 20:
        one.impatient_at, one.came_back = math.inf, True
        one.wants = Wants([impatient], fills={**one.wants.fills, "then": "wait"})
        one.talk = Talk(types=one.talk.types)
        one.served = False
        one.gives_up_at = one.begins_at = one.in_line_since = math.inf
        rise(scene, one)
        desk.come(scene, one)
        scene.happen(one, CameBack, task=impatient.name)


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
    Phase.HESITATE: desk.hesitate,
    Phase.COME: desk.on_the_way,
    Phase.QUEUE: desk.in_queue,
    Phase.STAND: desk.stand,
    Phase.TALK: desk.talk_on,
    Phase.VISIT: _visit,
    Phase.PAUSE: _pause,
    Phase.SEATWARD: to_seat,
    Phase.SIT: _sit,
    Phase.CHAT: _chat,
    Phase.FOLLOW: _follow,
    Phase.LEAVE: _going,
    Phase.GONE: _gone,
}
