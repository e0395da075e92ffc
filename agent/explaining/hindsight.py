"""What the agent knew at a moment of a recording, worked out anew from the recorded messages."""

from collections.abc import Iterable
from dataclasses import replace

from agent.core.messages import Act
from agent.recording import Recorded
from behavior.situation.hearing import part_spoken
from behavior.situation.people import Mark
from behavior.situation.presence import mark
from behavior.situation.state import Situation, SituationConfig
from behavior.situation.update import update

_MARKS = {
    "greeting.sign": (Mark.SIGNED, Mark.NOTICED),
    "greeting.words": (Mark.GREETED, Mark.SIGNED, Mark.NOTICED),
    "attention.glance": (Mark.NOTICED,),
    "waiting.offer": (Mark.OFFERED,),
    "silence.again": (Mark.OFFERED,),
    "waiting.queue": (Mark.QUEUED,),
    "waiting.long": (Mark.WAITED,),
    "waiting.reassure": (Mark.REASSURED,),
    "farewell.words": (Mark.FAREWELLED,),
    "farewell.wave": (Mark.FAREWELLED,),
}
"""What a granted act notes of the person it is for. Recordings hold the acts, not the notes."""


def situation_at(recorded: Iterable[Recorded], at: float, config: SituationConfig) -> Situation:
    """The situation after all messages until `at`."""
    situation = Situation(config=config)
    for r in recorded:
        if r.seen_at > at + 1e-6:
            break
        situation = update(replace(situation, now=max(situation.now, r.seen_at)), r.message)
        if isinstance(r.message, Act):
            situation = _marked(situation, r.message)
    return replace(situation, now=max(situation.now, at))


def _marked(situation: Situation, act: Act) -> Situation:
    """What the planner noted when it granted the act."""
    marks = _MARKS.get(act.reason.policy, ())
    if act.reason.policy == "greeting.words" and not act.clauses:
        marks = _MARKS["greeting.sign"]  # a norm made a silent sign of it
    for one in marks:
        situation = mark(situation, act.to, one)
    if act.in_reply_to is not None and act.revises is None:
        situation = part_spoken(situation, act.in_reply_to, last=not act.more_follows)
    return situation
