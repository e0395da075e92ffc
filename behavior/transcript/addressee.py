"""Whose voice it was, and whether the words were meant for the agent. Pure, and documented.

Speaker: among those in view, whose lips move while the others' are still; who stands where the
sound comes from, where microphones tell a direction; who looks here while the one talked with looks
away; else who is in an encounter, then the one talked with, then who looks here most, the nearest.

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
from behavior.transcript.watching import Glance

_TALKS_WITHIN_M = 3.5
_JUST_SPOKE_S = 8.0
_ADDRESSES = re.compile(
    r"\?|\b(?:you|your|please|hello|where|how|what|when|can i|could i|i am here|i'm here)\b",
    re.IGNORECASE,
)
_LIPS_MOVE = 0.03
"""So much, on average, a speaking mouth opens or closes in a tenth of a second."""
_LIPS_MORE = 2.0
_BESIDE_RAD = 0.35
_LOOKS, _LOOKS_AWAY = 0.7, 0.3
_NEAR = (Engagement.ENGAGED, Engagement.ATTENDING)


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who may have said it."""

    person: PersonId
    state: Engagement | None
    glance: Glance
    off_voice_rad: float | None = None
    """How far beside the direction of the voice they stand; None: no direction is known."""


def speaker_of(witnesses: Sequence[Witness], partner: PersonId | None) -> PersonId | None:
    """Who most likely spoke; None: nobody near enough was in view."""
    near = [
        one
        for one in witnesses
        if one.glance.distance_m is not None and one.glance.distance_m <= _TALKS_WITHIN_M
    ]
    if len(near) > 1:
        for evidence in (_by_lips, _by_direction, _by_gaze):
            if (person := evidence(near, partner)) is not None:
                return person
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


def _by_lips(near: Sequence[Witness], partner: PersonId | None) -> PersonId | None:
    """Whose lips move, clearly more than anybody else's."""
    ranked = sorted(near, key=lambda one: one.glance.lips or 0.0, reverse=True)
    first, second = ranked[0].glance.lips or 0.0, ranked[1].glance.lips or 0.0
    clear = first >= _LIPS_MOVE and first >= _LIPS_MORE * second
    return ranked[0].person if clear else None


def _by_direction(near: Sequence[Witness], partner: PersonId | None) -> PersonId | None:
    """Who alone stands where the voice comes from."""
    there = [o for o in near if o.off_voice_rad is not None and o.off_voice_rad <= _BESIDE_RAD]
    return there[0].person if len(there) == 1 else None


def _by_gaze(near: Sequence[Witness], partner: PersonId | None) -> PersonId | None:
    """Who alone looks here, while the one talked with looks away."""
    talked_with = next((one for one in near if one.person == partner), None)
    if talked_with is None or talked_with.glance.gaze is None:
        return None
    if talked_with.glance.gaze > _LOOKS_AWAY:
        return None
    looks = [one for one in near if (one.glance.gaze or 0.0) >= _LOOKS]
    return looks[0].person if len(looks) == 1 else None


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
