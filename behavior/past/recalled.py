"""What was found in the past, for a question about it."""

from dataclasses import dataclass

from behavior.past.questions import Event
from behavior.transcript.event_memory import Passage
from behavior.transcript.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What was found, with the stretch of time it rests on."""

    span: tuple[float, float] | None = None
    """Seconds on the agent's axis; None: nothing of the kind happened."""
    lines: tuple[Line, ...] = ()
    others: tuple[Passage, ...] = ()
    count: int = 0
    missing: Event | None = None
    """The event that the question takes for granted, and that never happened."""
