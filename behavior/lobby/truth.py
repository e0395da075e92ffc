"""What really happens in the lobby, whatever the agent sees of it. For scores and labels.

Nothing here reaches the agent: a `Happening` names people by the lobby's own stable numbers and
also by the ids under which perception has reported them so far.
"""

from dataclasses import dataclass

from agent.core.messages import ActId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to one person."""

    at: float
    person: int
    """The lobby's own number of the person; never reused."""
    ids: tuple[PersonId, ...] = ()
    """Ids under which perception has reported this person so far, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Happening):
    """Came through a door."""

    intention: str
    wants_help: bool
    """Came to be served by a receptionist."""
    tasks: int = 0
    """How many things they want."""
    group: int = 0
    """People of one group share a number; 0: alone."""
    door: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticedAgent(Happening):
    """Looked at the agent for the first time."""

    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Happening):
    """Came to a stand in front of the agent, for its sake."""

    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSign(Happening):
    """The agent first looked, nodded or waved at this person."""

    act: ActId


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWord(Happening):
    """The agent's first words to this person began."""

    act: ActId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke(Happening):
    """Said a line to the agent. `at`: its first voiced sample."""

    text: str
    """What was really said, not what was understood."""
    unasked: bool = False
    """The agent had not said a word to this person before."""
    typed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(Happening):
    """The agent talked while this person was in the middle of a line."""

    act: ActId


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(Happening):
    """Got what was wanted."""

    task: str
    """`meet_host`, `delivery`, `directions:lift`, `question:wifi` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack(Happening):
    """Had been served, waited, and now wants something more of the agent."""

    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp(Happening):
    """Wanted help and went without it."""

    why: str
    """`nobody reacted`, `not understood`, `took too long`, `another was served`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed(Happening):
    """The agent bothered someone who wanted nothing of it, or in a way they mind."""

    why: str
    """`spoken to while passing`, `spoken to on the phone`, `stared at` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Happening):
    """Declined help in words or by a gesture."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Happening):
    """Went out of a door."""

    served: bool = False
    wanted_help: bool = False
    stayed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a good receptionist would do at this moment: the label for training."""

    person: int
    ids: tuple[PersonId, ...]
    how: str
    """`sign`: a look and a silent sign; `words`: address the person; `reply`: answer."""
    because: str
