"""What every message carries, and the small typed ids."""

from dataclasses import dataclass
from typing import NewType

PersonId = NewType("PersonId", str)
"""A random id of one continuous sighting; it expires when the person leaves."""
TurnId = NewType("TurnId", int)
"""One turn of a visitor, spoken or typed. Its words may be revised; see `TurnPaused`."""
ActId = NewType("ActId", int)
"""One act of the agent, from the wish to the last frame played."""
UtteranceId = NewType("UtteranceId", int)
"""One stretch of the agent's own speech on stage: one or more acts that follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A fact, a state or a command, stamped with the moment it speaks of.

    `at` is seconds on the agent's monotonic axis: when the thing happened in the world (the
    camera frame's capture, the last voiced sample), not when this object was built. Whoever
    derives one message from another copies `at` forward, so a latency can be read off any pair.
    """

    at: float
