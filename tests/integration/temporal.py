"""Plays made encounters to a transcript, and asks about the past."""

import json
import re
from functools import lru_cache
from pathlib import Path

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    ClauseSpoken,
    Engagement,
    EngagementChanged,
    GestureCue,
    HelpCalled,
    HostNotified,
    PersonId,
    Reason,
    ReplyReady,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from agent.core.messages.acts import Clause
from behavior.dialogue.conversation import Conversation, Heard
from behavior.dialogue.replies import respond
from behavior.transcript.encounter import Transcript
from tests.fakes.people import approach, lost, pass_by, stand
from tests.made_yaml import read_yaml

HERE = Path(__file__).parent
ENCOUNTERS = HERE / "encounters_in_time.yaml"
SEVERAL = HERE / "encounters_of_several.yaml"
AFRESH = HERE / "encounters_asked_afresh.yaml"
LAST = HERE / "encounters_asked_last.yaml"
FOURTH = HERE / "encounters_asked_fourth.yaml"
CLOSE_S = 1.0
"""So near both ends of a stretch have to be."""


def encounters(*files):
    return [one for file in files or (ENCOUNTERS,) for one in read_yaml(file)]


def asked(encounters):
    """Each line with its encounter; `each` gives every line a span of its own."""
    pairs = []
    for one in encounters:
        lines = (*one["lines"], *one.get("more", ()))
        spans = one.get("each") or [one["span"]] * len(lines)
        pairs += [({**one, "span": s}, line) for s, line in zip(spans, lines, strict=True)]
    return pairs


def messages_of(encounter):
    """Everything that perception, dialogue and stage would have told, in order."""
    asked_at, asker = encounter["asks"]
    told = []
    for person, times in encounter["people"].items():
        told += _presence(person, *times)
    for turn, (began, ended, who, words, *more) in enumerate(encounter.get("said", ()), 1):
        if who.startswith("agent"):
            to = who.partition(">")[2] or asker
            points = "points" in encounter
            told += _agent_says(turn, began, ended, to, words, more, points=points)
        else:
            told.append(SpeechStarted(at=began, turn=TurnId(turn)))
            told.append(_ended(ended, turn, who, words))
            if words == "forget me":
                told.append(ReplyReady(at=ended, turn=TurnId(turn), revision=0, clauses=(),
                                       intent="forget_me"))  # fmt: skip
    for at, what, *whom in encounter.get("did", ()):
        if what == "told":
            told.append(
                HostNotified(
                    at=at, host=(whom or ["Priya Nair"])[0], channel="test", delivered=True
                )
            )
        else:
            told.append(HelpCalled(at=at, urgent=False, because="test", person=PersonId(asker)))
    told.sort(key=lambda one: one.at)
    return [one for one in told if one.at <= asked_at]


def _presence(person, came, left, how=""):
    gone = [lost(left, person)]
    if how == "passes":
        return [*pass_by(at=came, person=person, hz=5), *gone]
    walk = approach(at=came, person=person, hz=5)
    there = walk[-1].at
    changes = [
        EngagementChanged(at=there + i, person=PersonId(person), state=state, previous=None,
                          distance_m=1.2)
        for i, state in enumerate((Engagement.ATTENDING, Engagement.ENGAGED))
    ]  # fmt: skip
    standing = stand(at=there + 0.2, seconds=left - there - 0.2, person=person, hz=5, gaze_deg=5.0)
    return [*walk, *changes, *standing, *gone]


def _agent_says(number, began, ended, to, words, more, *, points=False):
    act = ActId(number)
    said = Act(
        at=began - 0.2,
        act=act,
        reason=Reason(policy="reply.answer", because="a test"),
        to=PersonId(to),
        clauses=(
            Clause(
                text=f"{words} and more that follows.",
                gestures=(GestureCue(lexeme="point"),) if points else (),
            ),
        ),
    )
    told = [said, ActStarted(at=began, act=act, text=words)]
    if not more:
        told.append(ClauseSpoken(at=ended, act=act, index=0, text=words))
    return [*told, ActFinished(at=ended, act=act, heard=words, interrupted=bool(more))]


def _ended(at, turn, person, words):
    return TurnEnded(at=at, turn=TurnId(turn), revision=0, text=words, person=PersonId(person))


@lru_cache(maxsize=256)
def _memory(lived):
    encounter = {name: value for name, value in json.loads(lived).items() if value}
    asked_at, asker = encounter["asks"]
    transcript = Transcript()
    for message in messages_of(encounter):
        transcript.take(message)
    transcript.tidy(asked_at)
    return transcript.memory(PersonId(asker), asked_at)


def ask(encounter, line, desk):
    """The answer to one question about the past, put to the embedded dialogue."""
    asked_at = encounter["asks"][0]
    lived = {name: encounter.get(name) for name in ("people", "said", "did", "asks", "points")}
    memory = _memory(json.dumps(lived))
    return respond(Conversation(), Heard(text=line, at=asked_at, memory=memory), desk)


def _same(found, wanted):
    if found is None or wanted is None:
        return found is wanted
    return all(abs(f - w) <= CLOSE_S for f, w in zip(found, wanted, strict=True))


def faults(encounter, line, desk):
    """What is wrong with the answer: the stretch it rests on, or its words."""
    part = ask(encounter, line, desk)
    said = " ".join(clause.text for clause in part.clauses)
    found, wanted = part.conversation.recalled, encounter["span"]
    where = f"{encounter['name']}: {line!r}: {said!r} ({part.because})"
    wrong = []
    if "memory" not in part.intent:
        return [f"{where}: taken for {part.intent}"]
    if not _same(found, wanted):
        wrong.append(f"{where}: rests on {found}, not {wanted}")
    lower = said.lower()
    wrong += [
        f"{where}: no {one!r}" for one in encounter.get("say", ()) if not re.search(one, lower)
    ]
    wrong += [
        f"{where}: {one!r}" for one in encounter.get("not", ()) if re.search(rf"\b{one}\b", lower)
    ]
    return wrong
