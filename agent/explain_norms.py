"""Which norms of the house were nearest to a moment of a recording, whether they fired or not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from agent.core.messages import Act, TurnEnded
from agent.recording import NS, Recorded
from behavior.norm_moment import moment
from behavior.norm_retrieval import NearNorms, best_encoder
from behavior.norms import Norms
from behavior.presence import mark
from behavior.situation import Mark, Situation
from behavior.update import update

_LISTED = 5
_MARKS = {
    "greeting.words": Mark.GREETED,
    "greeting.sign": Mark.SIGNED,
    "waiting.offer": Mark.OFFERED,
    "waiting.reassure": Mark.REASSURED,
    "farewell.words": Mark.FAREWELLED,
}
"""What is true of somebody after an act with words; without words it was a sign."""


def situation_at(recorded: Sequence[Recorded], at: float, offset_ns: int = 0) -> Situation:
    """What the agent knew at that moment, from the messages before it."""
    situation = Situation()
    for one in recorded:
        if one.seen_at > at:
            break
        situation = update(situation, one.message)
        act = one.message
        if isinstance(act, Act) and (passed := _MARKS.get(act.reason.policy)):
            situation = mark(situation, act.to, passed if act.clauses else Mark.SIGNED)
    local = datetime.fromtimestamp(at + offset_ns / NS)
    return replace(situation, now=at, hour=local.hour + local.minute / 60.0)


def nearest_norms(
    recorded: Sequence[Recorded], at: float, near: NearNorms, offset_ns: int = 0
) -> Iterator[str]:
    """Lines for people: the moment in plain words, and the norms nearest to it."""
    told = moment(situation_at(recorded, at, offset_ns))
    said = [one.message.text for one in recorded
            if one.seen_at <= at and isinstance(one.message, TurnEnded)]  # fmt: skip
    line = f'The visitor says: "{said[-1]}". {told}' if said and said[-1] else told
    how = "meaning" if near.by_meaning else "spelling only; the sentence encoder is not installed"
    yield f"The moment in plain words: {told}"
    yield f"Norms nearest to it, by {how}:"
    for one in near.nearest(line, _LISTED):
        norm = one.norm
        yield f"  {norm.id} ({norm.kind}, {norm.verdict}, {one.score:.2f}): {norm.reason}"


def house(norms: Norms) -> NearNorms:
    """The norms of a configuration, to be searched."""
    return NearNorms(norms.all, best_encoder())
