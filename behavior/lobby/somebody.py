"""One person in the lobby: a body, an intention, and what goes on in between."""

import math
import random
from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.messages import PersonId
from behavior.lobby.body import Body
from behavior.lobby.floor_plan import Door
from behavior.lobby.intentions import Intention, Span, Task


class Phase(StrEnum):
    """What somebody is doing."""

    ENTER = "comes in"
    HESITATE = "hesitates"
    COME = "comes up to the agent"
    QUEUE = "queues"
    STAND = "stands before the agent"
    TALK = "talks to the agent"
    VISIT = "goes to look"
    PAUSE = "stands"
    SEATWARD = "goes to a seat"
    SIT = "sits"
    CHAT = "talks to others"
    FOLLOW = "goes along"
    LEAVE = "leaves"
    GONE = "gone"


@dataclass(slots=True)
class Wants:
    """What is still to be done with the agent."""

    tasks: list[Task]
    done: list[str] = field(default_factory=list)
    fills: dict[str, str] = field(default_factory=dict)
    """Names of this visit: host, visitor, firm, place."""

    @property
    def task(self) -> Task | None:
        """The present one."""
        return self.tasks[0] if self.tasks else None


@dataclass(slots=True)
class Talk:
    """Where the conversation stands, as this person sees it."""

    opened: bool = False
    """Has said what is wanted."""
    said_at: float | None = None
    """End of their last line; None: nothing said since the agent answered."""
    heard: list[str] = field(default_factory=list)
    """What the agent has said to them since."""
    answer_at: float | None = None
    """When they will react to it."""
    waits_s: float = 6.0
    """How long they wait for an answer this time."""
    tries: int = 0
    misheard: int = 0
    last: str = ""
    """What they said last."""
    hummed: str = ""
    """The agent's utterance in which they last might have."""
    speaking: bool = False
    speaks_until: float = 0.0
    types: bool = False
    over: bool = False


@dataclass(slots=True)
class Somebody:
    """One person. The lobby owns all of them; `conduct` and `talk` move them."""

    number: int
    intention: Intention
    body: Body
    rng: random.Random
    entered_at: float
    came_by: Door
    goes_by: Door
    phase: Phase = Phase.ENTER
    since: float = 0.0
    until: float = math.inf
    """When the present phase is over."""
    group: int = 0
    leader: "Somebody | None" = None
    followers: list["Somebody"] = field(default_factory=list)
    slot: int = 0
    """Which of the followers."""
    wants: Wants = field(default_factory=lambda: Wants([]))
    talk: Talk = field(default_factory=Talk)
    ids: list[PersonId] = field(default_factory=list)
    spots: list[tuple[float, float]] = field(default_factory=list)
    """Where to go next, while roaming."""
    seat: tuple[str, int] | None = None
    eyes_on_agent: bool = False
    eyes_until: float = 0.0
    noticed: bool = False
    signed_at: float | None = None
    """When the agent first gave a sign."""
    worded_at: float | None = None
    """When it first said something to them."""
    stopped_at: float | None = None
    in_line_since: float = math.inf
    """When they first set out for the agent; who did so earlier is served first."""
    begins_at: float = math.inf
    """When they speak by themselves."""
    gives_up_at: float = math.inf
    served: bool = False
    gave_up: bool = False
    refused_at: float | None = None
    declines_at: float = math.inf
    """When they will say that they want nothing."""
    stared_s: float = 0.0
    annoyed: set[str] = field(default_factory=set)
    hand_up: bool = False
    came_back: bool = False
    impatient_at: float = math.inf
    """When they come back to ask where the host is."""
    host_at: float = math.inf
    """When the host comes for them."""
    fetches: "Somebody | None" = None
    """Has come to fetch that person."""
    chat_at: float = math.inf

    @property
    def wants_help(self) -> bool:
        """Came for help and still does without."""
        return self.intention.wants_help and not self.settled

    @property
    def settled(self) -> bool:
        """Nothing more is wanted of the agent."""
        return self.served or self.gave_up or self.refused_at is not None

    def draw(self, span: Span) -> float:
        """Somewhere in the span."""
        return self.rng.uniform(*span)

    def chance(self, likely: float) -> bool:
        """True so often."""
        return likely > 0 and self.rng.random() < likely

    def enter(self, phase: Phase, now: float, lasts_s: float = math.inf) -> None:
        """Begin to do something else."""
        self.phase, self.since, self.until = phase, now, now + lasts_s

    def mouth_open(self, rng: random.Random) -> float:
        """How open the lips are."""
        return rng.uniform(0.05, 0.45) if self.talk.speaking else 0.03
