"""Coming up to the agent: hesitating, queueing, standing before it, talking, and going on."""

import math

from behavior.lobby import talk
from behavior.lobby.moves import go, leave, look, sit_down
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import GaveUp, Stopped

_QUEUE_M = 2.5
_QUEUE_STEP_M = 0.75
_HESITATES_AT_M = (2.8, 4.2)
_HESITATES_S = (2.0, 8.0)


def approach(scene: Scene, one: Somebody) -> None:
    """Set out for the agent, or first for a place from which to make up one's mind."""
    if one.chance(one.intention.hesitates):
        go(scene, one, scene.before_agent(one.draw(_HESITATES_AT_M), one.draw((-1.4, 1.4))))
        one.enter(Phase.HESITATE, scene.now)
    else:
        come(scene, one)


def hesitate(scene: Scene, one: Somebody) -> None:
    """Stand off and look about; words of the agent's bring them nearer at once."""
    look(scene, one, one.intention.looks.coming, aside=one.body.heading)
    if one.body.way:
        return
    if one.until > scene.now + 100:
        one.until = scene.now + one.draw(_HESITATES_S)
        one.body.turn_to = one.body.toward(*scene.agent)
    if scene.now >= one.until or one.worded_at is not None:
        come(scene, one)


def come(scene: Scene, one: Somebody) -> None:
    """Set out for a place before the agent."""
    one.in_line_since = min(one.in_line_since, scene.now)
    slot = scene.before_agent(one.draw(one.intention.stands_m), one.draw((-0.3, 0.3)))
    go(scene, one, slot)
    one.enter(Phase.COME, scene.now)
    if one.intention.frame.hand_up:
        one.hand_up = one.chance(one.intention.frame.hand_up)


def on_the_way(scene: Scene, one: Somebody) -> None:
    """Until there, or until somebody else has the desk."""
    looks, away = one.intention.looks, scene.from_agent_m(one)
    look(scene, one, looks.coming if away < 5 else looks.coming / 3)
    body = one.body
    if away < _QUEUE_M + 0.8 and not scene.desk_free(one):
        queue(scene, one)
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


def stand(scene: Scene, one: Somebody) -> None:
    """Before the agent, no word of theirs yet."""
    body, speech = one.body, one.talk
    body.turn_to = body.toward(*scene.agent)
    look(scene, one, one.intention.looks.standing, aside=body.turn_to)
    if speech.heard or speech.opened:
        if not talk.step(scene, one):
            after_talk(scene, one)
    elif scene.now >= one.begins_at and not scene.audience.speaking and scene.may_speak():
        talk.open_talk(scene, one)
    elif scene.now >= one.gives_up_at:
        talk.give_up(scene, one, "nobody reacted")
        after_talk(scene, one)


def talk_on(scene: Scene, one: Somebody) -> None:
    """Before the agent, in conversation with it."""
    body, looks = one.body, one.intention.looks
    body.turn_to = body.toward(*scene.agent)
    share = looks.speaking if one.talk.speaking else looks.listening
    look(scene, one, share, aside=body.turn_to)
    if not talk.step(scene, one):
        after_talk(scene, one)


def after_talk(scene: Scene, one: Somebody) -> None:
    """Go where the answer sends them, or out."""
    then = one.wants.fills.get("then", "leave") if one.served else "leave"
    if then == "wait":
        sit_down(scene, one)
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


def queue(scene: Scene, one: Somebody) -> None:
    """Line up a little way off."""
    before = sum(1 for other in scene.people if other.phase is Phase.QUEUE)
    left = one.draw((-0.5, 0.5)) + (0.5 if before % 2 else -0.4)
    go(scene, one, scene.before_agent(_QUEUE_M + _QUEUE_STEP_M * before, left))
    one.body.hurry = 0.8
    if math.isinf(one.gives_up_at):
        one.gives_up_at = scene.now + 2 * one.draw(one.intention.patience.gives_up_s)
    one.enter(Phase.QUEUE, scene.now)


def in_queue(scene: Scene, one: Somebody) -> None:
    """Until the desk is free, or patience ends."""
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
        come(scene, one)
