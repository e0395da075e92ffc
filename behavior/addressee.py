"""Whose voice it was, and whether the words were meant for the agent. Pure, and documented.

Speaker: among those in view, who is in an encounter, then who looks here most, then the nearest.

For the agent, on a scale of 0..1, from 0.5:
- looks here while speaking: up to 0.3 more, away: up to 0.3 less; unseen gaze changes nothing;
- nobody else in view: 0.2 more;
- the agent spoke within the last 8 s: 0.15 more;
- says `you`, `please`, or asks something: 0.1 more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.messages import Engagement, PersonId
from behavior.watching import Glance

_TALKS_WITHIN_M = 3.5
_JUST_SPOKE_S = 8.0
_ADDRESSES = re.compile(
    r"\?|\b(?:you|your|please|hello|where|how|what|when|can i|could i|i am here|i'm here)\b",
    re.IGNORECASE,
)
_NEAR = (Engagement.ENGAGED, Engagement.ATTENDING)


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who may have said it."""

    person: PersonId
    state: Engagement | None
    glance: Glance


def speaker_of(witnesses: Sequence[Witness], partner: PersonId | None) -> PersonId | None:
    """Who most likely spoke; None: nobody near enough was in view."""
    near = [
        one
        for one in witnesses
        if one.glance.distance_m is not None and one.glance.distance_m <= _TALKS_WITHIN_M
    ]
    if not near:
        return partner if any(one.person == partner for one in witnesses) else None

    def rank(one: Witness) -> tuple[bool, bool, float, float]:
        return (
            one.state not in _NEAR,
            one.person != partner,
            -(one.glance.gaze or 0.0),
            one.glance.distance_m or 9.0,
        )

    return min(near, key=rank).person


def for_agent(
    words: str, glance: Glance | None, in_view: int, since_agent_spoke_s: float | None
) -> float:
    """How surely words were meant for the agent, 0.05..0.95."""
    sure = 0.5
    if glance is not None and glance.gaze is not None:
        sure += 0.6 * (glance.gaze - 0.5)
    if in_view <= 1:
        sure += 0.2
    if since_agent_spoke_s is not None and since_agent_spoke_s <= _JUST_SPOKE_S:
        sure += 0.15
    if _ADDRESSES.search(words):
        sure += 0.1
    return round(min(0.95, max(0.05, sure)), 2)
