"""What came of a simulated day: people, deeds, norms that were broken. Plain data."""

from dataclasses import dataclass, field
from typing import Final

from agent.lab.tape import Episode

ONLOOKER_M: Final = 3.0
ONLOOKER_S: Final = 0.5
"""Who stands this near, looking at the agent for this long before any word, does not pass by."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """One person's time in the lobby, as it really was. Moments in seconds since opening."""

    person: int
    intention: str
    wants_help: bool
    group: int
    entered_at: float
    stopped_at: float | None = None
    """Came to a stand for the agent's sake."""
    spoke_at: float | None = None
    """First spoke to the agent."""
    sign_at: float | None = None
    """Of the agent: first look, nod or wave."""
    word_at: float | None = None
    """Of the agent: first word."""
    served_at: float | None = None
    task: str = ""
    gave_up: str = ""
    """Why the person went without help; empty: did not."""
    gave_up_at: float | None = None
    refused_at: float | None = None
    disturbed: list[str] = field(default_factory=list)
    looked_on_s: float = 0.0
    """How long the person stood near the agent and looked at it."""
    interrupted: int = 0
    turns: int = 0
    """Lines said to the agent."""
    left_at: float | None = None

    @property
    def came_at(self) -> float | None:
        """When the person first stood before the agent or spoke to it."""
        moments = [at for at in (self.stopped_at, self.spoke_at) if at is not None]
        return min(moments, default=None)

    @property
    def spoken_to_unasked(self) -> bool:
        """The agent spoke first."""
        return self.word_at is not None and (self.spoke_at is None or self.word_at < self.spoke_at)

    @property
    def passes(self) -> bool:
        """Wanted nothing and went by: neither stood before the agent looking at it, nor spoke."""
        return not self.wants_help and self.looked_on_s < ONLOOKER_S

    @property
    def missed(self) -> bool:
        """Wanted help and never heard a word."""
        return self.wants_help and self.word_at is None and self.served_at is None

    @property
    def lead_s(self) -> float | None:
        """How long before the person stood or spoke the first sign came; None: never stood."""
        if self.came_at is None:
            return None
        return self.came_at - self.sign_at if self.sign_at is not None else float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One decision that could be seen or heard, or was refused."""

    at: float
    kind: str
    """Act, Stop, Duck or ActRefused."""
    policy: str
    person: int
    """0: nobody in particular."""
    intention: str
    text: str
    because: str
    norms: tuple[str, ...] = ()
    by: str = ""
    """Of a refusal: what refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A norm that was broken, judged by what was really so."""

    norm: str
    at: float
    person: int
    policy: str
    sentence: str
    knowable: bool = True
    """The agent's camera had the people concerned in view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What the day cost to compute."""

    simulated_s: float
    cpu_s: float
    wall_s: float
    """Real time it took; the parts below are of this."""
    room_s: float
    """In the lobby itself: walking, seeing, speaking."""
    decide_s: float
    """In the planner."""
    rest_s: float
    """Engagement, dialogue, stage, audit, tape."""
    decisions: int
    p50_ms: float
    p95_ms: float
    worst_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """One day."""

    seed: int
    plan: str
    day: str
    noise: str
    variant: str
    opens_hour: float
    start_unix_s: float
    """Of opening, on the calendar."""
    visits: tuple[Visit, ...]
    deeds: tuple[Deed, ...]
    breaches: tuple[Breach, ...]
    episodes: tuple[Episode, ...]
    replies_s: tuple[tuple[float, float], ...]
    """(moment, seconds from the end of a visitor's line to the agent's first sound)."""
    timing: Timing

    def clock(self, at: float) -> str:
        """The time of day of a moment."""
        minutes, seconds = divmod(self.opens_hour * 3600 + at, 60)
        hours, minutes = divmod(int(minutes), 60)
        return f"{hours:02d}:{minutes:02d}:{int(seconds):02d}"
