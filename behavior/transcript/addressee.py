"""Whether words were meant for the agent. Pure, and documented; who spoke: `behavior.who_spoke`.

On a scale of 0..1, for the agent from 0.5:
- looks here while speaking: up to 0.3 more, away: up to 0.3 less; unseen gaze changes nothing;
- nobody else in view: 0.2 more;
- the agent spoke within the last 8 s: 0.15 more;
- says `you`, `please`, or asks something: 0.1 more.
"""

import re

from behavior.transcript.watching import Glance

_JUST_SPOKE_S = 8.0
_ADDRESSES = re.compile(
    r"\?|\b(?:you|your|please|hello|where|how|what|when|can i|could i|i am here|i'm here)\b",
    re.IGNORECASE,
)


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
