"""Chooses among wishes: one utterance at a time, the stronger first, a stated rule where two meet.

Speech: `APPEND` waits for its turn if it answers someone, and gives way otherwise; `REPLACE` and
`OVERRIDE` need more strength than what is being said; `SKIP` leaves the words out. Gaze, posture
and face: at one moment the strongest wish that names one decides. Gestures are settled on stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.core.messages import Act, ActId, ActRefused, Meeting, Priority
from behavior.situation.floor import OnStage
from behavior.situation.state import Situation
from behavior.wishes import Wish

STRENGTH: dict[Priority, int] = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Who may act, and who may not."""

    granted: tuple[Wish, ...]
    """Numbered, in the order to be sent."""
    refused: tuple[ActRefused, ...]


def settle(wishes: Sequence[Wish], situation: Situation, first: ActId) -> Settlement:
    """Grant what fits, numbering acts from `first`; refuse the rest with reasons. Pure."""
    ranked = sorted(wishes, key=lambda wish: -STRENGTH[wish.act.priority])
    granted: list[Wish] = []
    refused: list[ActRefused] = []
    for wish in ranked:
        against = _speech_conflict(wish, granted, situation.floor.speech)
        if against and wish.act.speech_meets is Meeting.SKIP:
            wish = replace(wish, act=replace(wish.act, clauses=()))
            against = ""
        if against:
            refused.append(refusal(wish, "arbiter", against))
            continue
        act = _without_taken(wish.act, granted)
        if _is_empty(act) and not _is_empty(wish.act):
            continue  # a stronger act looks or moves just now: nobody misses this one
        number = ActId(first + len(granted))
        granted.append(replace(wish, act=replace(act, act=number)))
    return Settlement(granted=tuple(granted), refused=tuple(refused))


def refusal(wish: Wish, by: str, why: str) -> ActRefused:
    """The message that says why `wish` did not become an act."""
    act = wish.act
    facts = {"why": why, "priority": act.priority.value}
    if act.to is not None:
        facts["to"] = act.to
    return ActRefused(at=act.at, reason=act.reason, by=by, text=wish.text, facts=facts)


def _speech_conflict(wish: Wish, granted: list[Wish], speech: tuple[OnStage, ...]) -> str:
    """Why the words of `wish` cannot be said now, or nothing."""
    if not wish.speaks:
        return ""
    act = wish.act
    for other in granted:
        if other.speaks and not _continues(act, other.act):
            return f"{other.act.reason.policy} speaks first"
    if not speech:
        return ""
    if act.speech_meets in (Meeting.REPLACE, Meeting.OVERRIDE):
        return next((_too_strong(act, one) for one in speech if _too_strong(act, one)), "")
    answers = STRENGTH[act.priority] >= STRENGTH[Priority.REPLY]
    return "" if answers else f"the agent is saying something ({speech[0].policy})"


def _too_strong(act: Act, one: OnStage) -> str:
    mine, theirs = STRENGTH[act.priority], STRENGTH[one.priority]
    if mine > theirs or (mine == theirs and one.interruptible):
        return ""
    return f"{one.policy} may not be interrupted"


def _continues(act: Act, other: Act) -> bool:
    return act.in_reply_to is not None and act.in_reply_to == other.in_reply_to


def _without_taken(act: Act, granted: list[Wish]) -> Act:
    """Leave out what a stronger act of this moment already decides."""
    gaze, posture, face, manner = act.gaze, act.posture, act.expression, act.manner
    for other in granted:
        gaze = None if other.act.gaze is not None else gaze
        posture = None if other.act.posture is not None else posture
        if other.act.expression is not None or other.act.manner:
            face, manner = None, ""
    lean = None if any(other.act.lean is not None for other in granted) else act.lean
    return replace(act, gaze=gaze, posture=posture, lean=lean, expression=face, manner=manner)


def _is_empty(act: Act) -> bool:
    parts = (act.clauses, act.gestures, act.gaze, act.posture, act.expression, act.manner)
    return not any(parts) and act.lean is None and act.in_reply_to is None
