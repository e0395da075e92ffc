"""One event on its way to a broker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it is sent."""

    seq: int
    """Counts from 1 without gaps, over all topics of this session."""
    topic: str
    """Below the agent's own: `act`."""
    body: bytes
    """JSON, UTF-8."""
