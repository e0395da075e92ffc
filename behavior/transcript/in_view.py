"""Somebody in view, or just gone, and the line that is being written of them. Pure."""

from dataclasses import dataclass, field

from agent.core.messages import Engagement, PersonId, Place
from behavior.transcript.lines import Line, What
from behavior.transcript.watching import Watched

_LEAST_S = 0.5


@dataclass(slots=True)
class Present:
    """One person, from coming into view until the visit is over."""

    came_at: float
    watched: Watched = field(default_factory=Watched)
    state: Engagement | None = None
    written_until: float = 0.0
    """Up to here the transcript tells how they stood and looked."""
    stopped: bool = False
    """Came to the agent, and did not only pass by."""
    left_at: float | None = None
    began_at: Place | None = None
    """Where they came into view."""
    company: set[PersonId] = field(default_factory=set)
    """Who walked in beside them."""

    def line(self, who: PersonId) -> Line | None:
        """What was seen of them since; None: next to nothing."""
        ended = self.watched.seen_at
        if ended is None or ended - self.written_until < _LEAST_S or self.left_at is not None:
            return None
        glance = self.watched.over(self.written_until, ended)
        return Line(
            began=self.written_until,
            ended=ended,
            what=What.WATCHED,
            person=who,
            deed="stands" if glance.stands else "walks",
            glance=glance,
        )
