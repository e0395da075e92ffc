"""A language model's words as the reply of a turn that the desk has decided. Pure.

The desk's effects and next state come with the first part; what the model forgot is added; what it
must not touch is kept from it.
"""

from collections.abc import Sequence
from dataclasses import replace

from agent.core.messages import Clause, Place, ReplySource
from behavior.dialogue.conversation import Asked, CallHelp, Heard, NotifyHost, Part
from behavior.house.site import SiteConfig
from behavior.model.words import Deeds
from behavior.situation.hearing import plain
from behavior.tools.proposing import ROUNDS
from behavior.tools.proposing import proposable as allowed

KEPT = frozenset({
    "tool", "form", "emergency", "fire", "forget_me", "memory", "repeat", "backchannel", "unheard",
    "private", "staff",
})  # fmt: skip
"""Answered in the desk's own words: at once, and the same each time."""


def is_kept(desk_says: Part) -> bool:
    """Whether the desk answers this by itself."""
    parts = set(desk_says.intent.split("+"))
    return not desk_says.clauses or bool(parts & KEPT) or desk_says.closes


def model_part(desk_says: Part, clauses: tuple[Clause, ...], *, first: bool) -> Part:
    """A part of the model's words; the first one carries what the desk has decided."""
    conversation = desk_says.conversation
    if conversation is not None and desk_says.intent == "unknown":
        # The model takes on what the desk has no answer to, so nothing of ours is asked.
        conversation = replace(conversation, asked=Asked.NOTHING, not_understood=0)
    return replace(
        desk_says,
        clauses=clauses,
        last=False,
        source=ReplySource.LANGUAGE_MODEL,
        because=f"worded by the model; {desk_says.because}",
        conversation=conversation if first else None,
        effects=desk_says.effects if first else (),
    )


def closing(desk_says: Part, said: Sequence[Clause]) -> Part:
    """End the reply; with the desk's question where it is owed one and the model forgot it."""
    asked = desk_says.conversation.asked if desk_says.conversation else Asked.NOTHING
    owed = desk_says.intent != "unknown" and asked is not Asked.NOTHING
    rest: tuple[Clause, ...] = ()
    if owed and not any(_asks(clause) for clause in said):
        rest = tuple(c for c in desk_says.clauses if _asks(c))
    part = replace(model_part(desk_says, rest, first=False), last=True)
    if desk_says.intent == "unknown" and _says_ours(said, desk_says):
        # It had no answer either: the desk's question is asked, and counted as not understood.
        return replace(part, conversation=desk_says.conversation)
    return part


def _says_ours(said: Sequence[Clause], desk_says: Part) -> bool:
    ours = {plain(clause.text) for clause in desk_says.clauses}
    return any(plain(clause.text) in ours for clause in said)


def _asks(clause: Clause) -> bool:
    return "?" in clause.text or "？" in clause.text


def with_card(clause: Clause, desk_says: Part, number: int) -> Clause:
    """With the line that the desk shows on the screen: its first one beside the first clause."""
    cards = [one.screen for one in desk_says.clauses if one.screen]
    return replace(clause, screen=cards[number]) if number < len(cards) else clause


def discreetly(clause: Clause, desk_says: Part) -> Clause:
    """With the desk's discreet words, where the model says a name that the desk would not say."""
    said = set(plain(clause.text).split())
    for ours in desk_says.clauses:
        if ours.discreet is None:
            continue
        kept = set(plain(ours.discreet).split())
        names = {word for word in ours.text.replace(",", " ").split() if word[:1].isupper()}
        if said & (set(plain(" ".join(names)).split()) - kept):
            return replace(clause, discreet=ours.discreet)
    return clause


def deeds_of(desk_says: Part) -> Deeds:
    """What may be said to be done in this turn."""
    return Deeds(
        told=tuple(e.host for e in desk_says.effects if isinstance(e, NotifyHost)),
        called=any(isinstance(e, CallHelp) for e in desk_says.effects),
        own_words=tuple(clause.text for clause in desk_says.clauses),
    )


def pointed_at(part: Part) -> Place | None:
    """Where the desk points in its answer."""
    cues = (cue for clause in part.clauses for cue in clause.gestures)
    return next((cue.toward for cue in cues if cue.toward is not None), None)


def proposable(heard: Heard, desk_says: Part, site: SiteConfig) -> dict[str, dict[str, object]]:
    """Tools that a model is told of, with their arguments' schema.

    Only where the desk has no answer, not too often in one turn, and as the rules allow it.
    """
    if desk_says.intent != "unknown" or len(heard.observed) >= ROUNDS:
        return {}
    return allowed(heard.leave, site)
