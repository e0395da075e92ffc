"""A frozen picture of the lobby, for plan views and recordings."""

from dataclasses import dataclass

from agent.core.messages import PersonId, Place
from behavior.lobby.scene import Scene
from behavior.lobby.sight import Eyes
from behavior.lobby.somebody import Somebody


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


def view_of(scene: Scene, eyes: Eyes, now: float, hour: float) -> LobbyView:
    """The scene as it is now."""
    return LobbyView(
        at=now,
        plan=scene.plan.name,
        hour=hour,
        people=tuple(_person(scene, eyes, one) for one in scene.people),
        agent_says=scene.audience.saying,
    )


def _person(scene: Scene, eyes: Eyes, one: Somebody) -> PersonView:
    body = one.body
    line = scene.microphone.line
    speaks = line is not None and line.speaker == one.number and scene.now < line.end
    return PersonView(
        person=one.number,
        ids=tuple(one.ids),
        x_m=body.x,
        y_m=body.y,
        place=scene.plan.to_agent(body.x, body.y),
        heading_rad=body.heading,
        gaze_rad=body.head,
        eye_height_m=body.eye_height,
        intention=one.intention.name,
        wants_help=one.intention.wants_help,
        doing=one.phase.value,
        says=line.text if line is not None and speaks else "",
        seen=eyes.sees(one.number, scene.now),
    )
