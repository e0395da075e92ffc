"""How people talk with the agent: open, answer what they are asked, repeat, thank, give up.

They understand cues in its words (`ear.py`), never which policy or model made them.
"""

from behavior.lobby.intentions import Task
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import GaveUp, Served

NO_GAPS = (0.0, 0.0, 0.0)
_BEFORE_A_HUM_S = 1.2
_ASKED = {"asks_host": "host", "asks_name": "name", "asks_whom": "for_whom", "asks_firm": "firm"}


def hear_words(scene: Scene, one: Somebody, text: str) -> None:
    """The agent has said this to them."""
    one.talk.heard.append(text)


def step(scene: Scene, one: Somebody) -> bool:
    """One step of whoever stands before the agent; False when there is nothing more to say."""
    talk, now = one.talk, scene.now
    if talk.speaking:
        if now < talk.speaks_until:
            return True
        talk.speaking, talk.said_at = False, talk.speaks_until
    if talk.over:
        return False
    if scene.audience.speaking:
        talk.answer_at = None
        _while_listening(scene, one)
        return True
    if talk.heard:
        if talk.answer_at is None:
            since = max(scene.audience.said_until, now - 0.5)
            talk.answer_at = since + one.draw(one.intention.speech.reacts_s)
        if now >= talk.answer_at and scene.may_speak():
            _react(scene, one, " ".join(talk.heard))
    elif talk.opened or talk.misheard:
        _wait_for_answer(scene, one)
    return not talk.over or talk.speaking


def open_talk(scene: Scene, one: Somebody) -> None:
    """Say what is wanted."""
    task = one.wants.task
    if task is None:
        _end(one)
        return
    text = one.rng.choice(task.opens)
    if not one.talk.opened and not one.wants.done and one.chance(one.intention.greets):
        greeting = one.rng.choice(scene.house.says["greeting"])
        text = f"{greeting} {text}"
    one.talk.opened = True
    say(scene, one, text)


def say(scene: Scene, one: Somebody, text: str) -> None:
    """Say a line, its gaps filled with the names of this visit."""
    one.enter(Phase.TALK, scene.now)
    scene.speak(one, _filled(one, text))


def give_up(scene: Scene, one: Somebody, why: str) -> None:
    """Go without what was wanted."""
    if not one.gave_up:
        one.gave_up = True
        scene.happen(one, GaveUp, why=why)
    _end(one)


def serve(scene: Scene, one: Somebody, by: str = "") -> None:
    """The present task has ended well."""
    task = one.wants.tasks.pop(0)
    one.wants.done.append(task.name)
    one.talk.tries = 0
    scene.happen(one, Served, task=by or task.name)
    if not one.wants.tasks:
        one.served = True


# While the agent is to answer


def _wait_for_answer(scene: Scene, one: Somebody) -> None:
    talk, tries = one.talk, one.intention.patience.tries
    if talk.said_at is None:
        talk.said_at = scene.now
    if _notified(scene, one) and scene.now - talk.said_at > 1.0:
        _satisfied(scene, one, "")
    elif scene.now - talk.said_at > talk.waits_s and scene.may_speak():
        talk.tries += 1
        if talk.tries >= tries:
            give_up(scene, one, "no answer")
        elif talk.opened:
            _say_again(scene, one)
        else:  # asked the agent to say it again, and it did not
            open_talk(scene, one)


def _while_listening(scene: Scene, one: Somebody) -> None:
    """A mm-hm, or a word into the agent's."""
    talk, speech, rng = one.talk, one.intention.speech, one.rng
    utterance = scene.audience.saying
    if not talk.opened or talk.hummed == utterance or not scene.may_speak():
        return
    if scene.now - scene.audience.speaking_since < _BEFORE_A_HUM_S:
        return
    talk.hummed = utterance
    if one.chance(speech.hums):
        scene.microphone.say(one.number, rng.choice(scene.house.says["hum"]), scene.now, 9, NO_GAPS)
        talk.speaking, talk.speaks_until = True, scene.now + 0.4
    elif one.chance(speech.barges_in):
        say(scene, one, rng.choice(scene.house.says["barge"]))


# When it has answered


def _react(scene: Scene, one: Somebody, text: str) -> None:
    talk = one.talk
    talk.heard.clear()
    talk.answer_at = None
    if one.chance(one.intention.speech.mishears) and talk.misheard < 2:
        talk.misheard += 1
        say(scene, one, one.rng.choice(scene.house.says["pardon"]))
        return
    if not talk.opened:
        open_talk(scene, one)
        return
    cues = scene.ear.cues(text)
    task = one.wants.task
    if task is None:
        _end(one)
    elif _is_satisfied(scene, one, task, text, cues):
        _satisfied(scene, one, text)
    else:
        _answer(scene, one, task, text, cues)


def _is_satisfied(scene: Scene, one: Somebody, task: Task, text: str, cues: frozenset[str]) -> bool:
    if _notified(scene, one):
        return True
    if "not_understood" in cues or "asks_confirm" in cues:
        return False
    return bool(cues & set(task.satisfied_by)) or scene.ear.matches(task.words, text)


def _notified(scene: Scene, one: Somebody) -> bool:
    task, audience = one.wants.task, scene.audience
    if task is None or scene.partner() is not one:
        return False
    return (task.notice and bool(audience.notified)) or (task.help and audience.help_called)


def _satisfied(scene: Scene, one: Somebody, text: str) -> None:
    audience, task = scene.audience, one.wants.task
    by_staff = audience.help_called and not (task is not None and task.notice)
    audience.notified.clear()
    audience.help_called = False
    serve(scene, one, "staff" if by_staff else "")
    if one.wants.tasks:
        one.talk.opened = True
        say(scene, one, f"And {one.rng.choice(one.wants.tasks[0].opens)}")
        return
    if scene.may_speak() and one.chance(0.75):
        kind = "no_thanks" if "asks_more" in scene.ear.cues(text) else "thanks"
        say(scene, one, one.rng.choice(scene.house.says[kind]))
    _end(one)


def _answer(scene: Scene, one: Somebody, task: Task, text: str, cues: frozenset[str]) -> None:
    says, rng, talk = scene.house.says, one.rng, one.talk
    if "asks_confirm" in cues:
        right = any(fill.lower() in text.lower() for fill in one.wants.fills.values())
        right = right or scene.ear.matches(task.words, text)
        if right:
            say(scene, one, rng.choice(says["yes"]))
        else:
            _again(scene, one, rng.choice(says["no"]))
        return
    if "asks_spelling" in cues:
        name = one.wants.fills["host" if "host" in task.tells else "visitor"]
        say(scene, one, ", ".join(name.replace(" ", "").upper()))
        return
    for cue, key in _ASKED.items():
        if cue in cues and (key in task.tells or key in says):
            say(scene, one, rng.choice(task.tells.get(key) or says[key]))
            return
    if "offers_staff" in cues:
        talk.tries += 1
        accepts = task.help and (talk.tries >= 2 or one.chance(0.6))
        say(scene, one, rng.choice(says["yes" if accepts else "no"]))
    elif "hold" in cues:
        talk.said_at = scene.now
    elif "farewell" in cues or "denies" in cues:
        give_up(scene, one, "denied" if "denies" in cues else "sent away")
    else:
        _again(scene, one)


def _again(scene: Scene, one: Somebody, before: str = "") -> None:
    one.talk.tries += 1
    if one.talk.tries >= one.intention.patience.tries:
        give_up(scene, one, "not understood")
    else:
        _say_again(scene, one, before)


def _say_again(scene: Scene, one: Somebody, before: str = "") -> None:
    task = one.wants.task
    if task is None:
        _end(one)
        return
    text = one.rng.choice(task.again or task.opens)
    say(scene, one, f"{before} {text}".strip())


def _end(one: Somebody) -> None:
    one.talk.over = True


def _filled(one: Somebody, text: str) -> str:
    return text.format_map(one.wants.fills)
