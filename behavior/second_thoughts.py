"""Words that are on their way are thought over again when somebody comes near.

An answer is planned before it is heard, and the room goes on meanwhile. So what names somebody is
judged once more with every fact until it has been said, by the same norms; what is still unsaid is
put discreetly. Who has said half a name stops there; a name that is out is not helped by stopping.
"""

from dataclasses import replace

from agent.core.messages import Act, Clause
from behavior.norms.changes import Change, without_names
from behavior.norms.norm import Judgement, Norms
from behavior.situation.floor import OnStage
from behavior.situation.state import Situation
from behavior.wishes import UNNUMBERED, Wish, because

_WORD_S = 0.4
"""A spoken word takes no longer, as a rule."""
_NAMES = frozenset({Change.DROP_NAMES})


def thought_over(situation: Situation, norms: Norms) -> tuple[Wish, Judgement] | None:
    """What is to be said instead of something on stage, and why; None: all of it may be said."""
    if situation.floor.gain <= 0.0:
        return None  # held: it is thought over when it goes on
    revised = {one.revises for one in situation.floor.on_stage}
    for one in situation.floor.speech:
        said = _said(one, situation.now)
        if one.act in revised or not _name_somebody(one.clauses[said:]):
            continue
        wish = _wish(one, situation.now, one.clauses[said:])
        judged = norms.judge(situation, wish, only=_NAMES)
        if judged.wish is not None and judged.wish.act.clauses != wish.act.clauses:
            rest = (*one.clauses[one.spoken : said], *without_names(one.clauses[said:]))
            act = replace(judged.wish.act, clauses=rest, revises=one.act)
            return replace(judged.wish, act=act), judged
    return None


def _name_somebody(clauses: tuple[Clause, ...]) -> bool:
    return any(clause.discreet is not None for clause in clauses)


def _said(one: OnStage, now: float) -> int:
    """How many of its clauses nothing can be done about."""
    if one.clause_at is None or one.spoken >= len(one.clauses):
        return one.spoken
    clause = one.clauses[one.spoken]
    out = now - one.clause_at >= _secret_words(clause) * _WORD_S
    return one.spoken + out


def _secret_words(clause: Clause) -> int:
    """How many words it takes until all is said that would not have been said discreetly."""
    said, instead = clause.text.split(), (clause.discreet or "").split()
    alike = 0
    for mine, other in zip(reversed(said), reversed(instead), strict=False):
        if mine != other:
            break
        alike += 1
    return len(said) - alike


def _wish(one: OnStage, now: float, clauses: tuple[Clause, ...]) -> Wish:
    return Wish(
        act=Act(
            at=now,
            act=UNNUMBERED,
            reason=because(one.policy, "what was still to be said is put in other words"),
            to=one.to,
            clauses=clauses,
            priority=one.priority,
            in_reply_to=one.in_reply_to,
            more_follows=one.more_follows,
            interruptible=one.interruptible,
        )
    )
