"""A frozen picture of the lobby, for plan views and recordings."""

from dataclasses import dataclass

from agent.core.messages import PersonId, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person as they really are. World metres; angles from world x, left positive."""

    person: int
    ids: tuple[PersonId, ...]
    x_m: float
    y_m: float
    place: Place
    """The same point in the agent's frame."""
    heading_rad: float
    """Where the chest points, world frame."""
    gaze_rad: float
    """Where the eyes point, world frame."""
    eye_height_m: float
    intention: str
    wants_help: bool
    doing: str
    """`walks`, `waits`, `talks to the agent`, `sits`, ..."""
    says: str = ""
    """The words being said now."""
    seen: bool = False
    """Perception sees this person at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LobbyView:
    """Everyone at one moment."""

    at: float
    plan: str
    hour: float
    people: tuple[PersonView, ...]
    agent_says: str = ""
