"""How people take it when the agent looks, waves or speaks, whether or not they want it."""

import math

from behavior.lobby import talk
from behavior.lobby.audience import Begun, Said
from behavior.lobby.body import STEP_S
from behavior.lobby.intentions import Errand, MindsWords
from behavior.lobby.moves import leave
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import Disturbed, FirstSign, FirstWord, Interrupted, Refused

_TOGETHER_M = 2.5
_ACROSS_M = 5.0
_STARE_M = 3.5
_ACCEPTED_S = 8.0
_DECLINES_S = (0.8, 2.5)
_HEARS_OUT_S = 4.0
_WAITING = (Phase.HESITATE, Phase.COME, Phase.QUEUE, Phase.STAND, Phase.TALK)
_MOVING = (Phase.ENTER, Phase.VISIT, Phase.LEAVE, Phase.SEATWARD, Phase.FOLLOW)


def begun(scene: Scene, event: Begun) -> None:
    """The agent began an act."""
    act = event.act
    one = scene.meant(act)
    if one is None and act.gaze is not None:
        one = scene.owner(act.gaze.person)
    if one is None and event.text:
        one = scene.partner()
    if event.text:
        _talked_into(scene, event, one)
    if one is None or one.phase is Phase.GONE:
        return
    if event.text or act.gestures or act.gaze is not None:
        for member in _together(scene, one):
            _signed(scene, member, event)
    if not event.text:
        return
    for member in _together(scene, one):
        if member.worded_at is None:
            member.worded_at = event.at
            scene.happen(member, FirstWord, at=event.at, act=act.act, text=event.text)
    _addressed(scene, one)


def said(scene: Scene, event: Said) -> None:
    """A clause of the agent's was heard."""
    one = scene.meant(event.act) or scene.partner()
    if one is None:
        return
    if one.leader is not None and one.leader.phase in _WAITING:
        one = one.leader
    if one.intention.errand is Errand.DESK and one.phase in _WAITING and not one.settled:
        talk.hear_words(scene, one, event.text)


def step(scene: Scene, one: Somebody) -> None:
    """One step of whatever the agent's words and eyes have set off."""
    if scene.now >= one.declines_at and one.phase is not Phase.GONE:
        patient = scene.now < one.declines_at + _HEARS_OUT_S
        if not (scene.audience.speaking and patient):
            _decline(scene, one)
    if one.stared_s or scene.audience.gaze_person is not None:
        _stared(scene, one)


def _stared(scene: Scene, one: Somebody) -> None:
    """One step of being looked at, or not."""
    minds = one.intention.minds
    limit = minds.stare_s
    spared = one.phase in _WAITING and not minds.stare_in_talk
    if limit is None or spared or not scene.looked_at(one) or scene.from_agent_m(one) > _STARE_M:
        one.stared_s = 0.0
        return
    one.stared_s += STEP_S
    if one.stared_s > limit:
        _disturb(scene, one, "stared at")


def _together(scene: Scene, one: Somebody) -> list[Somebody]:
    """Who feels meant when one of them is."""
    x, y = one.body.x, one.body.y
    return [m for m in scene.company(one) if m.body.away_m(x, y) <= _TOGETHER_M]


def _signed(scene: Scene, one: Somebody, event: Begun) -> None:
    if event.text or event.act.gestures:
        _look_up(scene, one)
    if one.signed_at is not None:
        return
    one.signed_at = event.at
    scene.happen(one, FirstSign, at=event.at, act=event.act.act)
    # Whoever has been noticed waits a little longer for words, and puts up with more.
    one.begins_at += one.draw((0.5, 2.5))
    one.gives_up_at += one.draw((5.0, 15.0))


def _look_up(scene: Scene, one: Somebody) -> None:
    """A wave or words draw the eyes, of those who do not avoid it."""
    likely = min(0.8, 0.3 + one.intention.looks.coming)
    if scene.from_agent_m(one) < _ACROSS_M and one.chance(likely):
        one.eyes_on_agent, one.eyes_until = True, scene.now + one.draw((0.8, 2.0))


def _talked_into(scene: Scene, event: Begun, addressed: Somebody | None) -> None:
    """The agent speaks while somebody does."""
    line = scene.microphone.line
    if line is None or not line.speaker or not line.start + 0.3 < event.at < line.end - 0.2:
        return
    speaker = next((one for one in scene.people if one.number == line.speaker), None)
    if speaker is None or speaker.phase is not Phase.TALK or "hum" in line.text:
        return
    scene.happen(speaker, Interrupted, at=event.at, act=event.act.act)
    if addressed is speaker and speaker.chance(0.5):
        scene.microphone.break_off(scene.now)
        speaker.talk.speaks_until = scene.now


def _addressed(scene: Scene, one: Somebody) -> None:
    """Words for somebody: welcome, harmless or a disturbance."""
    if one.leader is not None and one.leader.wants_help and one.leader.phase in _WAITING:
        return
    if one.intention.errand is Errand.DESK:
        if _pestered(scene, one):
            _disturb(scene, one, "spoken to after declining")
        elif one.phase in _WAITING and scene.from_agent_m(one) > _ACROSS_M:
            _disturb(scene, one, "called across the room")
        return
    why = _minded(scene, one)
    if why:
        _disturb(scene, one, why)
    likely = one.intention.minds.refuses
    if one.refused_at is None and math.isinf(one.declines_at) and one.chance(likely):
        one.declines_at = scene.now + one.draw(_DECLINES_S)


def _minded(scene: Scene, one: Somebody) -> str:
    minds = one.intention.minds.words
    if minds is MindsWords.NEVER:
        return ""
    if one.refused_at is not None:
        return "spoken to after declining" if _pestered(scene, one) else ""
    if one.phase is Phase.CHAT:
        return "a conversation was broken into"
    if one.phase in _MOVING:
        return "spoken to while passing"
    if minds is MindsWords.ALWAYS:
        return "spoken to while busy"
    if one.phase is Phase.SIT and one.talk.misheard == 0:
        one.talk.misheard = 1  # once is a kindness
        return ""
    looks = one.eyes_on_agent and scene.from_agent_m(one) < _ACROSS_M
    return "" if looks or one.phase is Phase.SIT else "spoken to without turning to the agent"


def _pestered(scene: Scene, one: Somebody) -> bool:
    """Words after a refusal that do not just accept it."""
    return one.refused_at is not None and scene.now - one.refused_at > _ACCEPTED_S


def _decline(scene: Scene, one: Somebody) -> None:
    """No thanks, said aloud or not."""
    if not scene.may_speak():
        return
    one.declines_at, one.refused_at = math.inf, scene.now
    text = one.rng.choice(one.intention.declines or scene.house.says["decline"])
    scene.speak(one, text)
    scene.happen(one, Refused, text=text)
    if one.phase is Phase.PAUSE and one.chance(0.3):
        leave(scene, one)


def _disturb(scene: Scene, one: Somebody, why: str) -> None:
    if why not in one.annoyed:
        one.annoyed.add(why)
        scene.happen(one, Disturbed, why=why)
