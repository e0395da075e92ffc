"""What is known of one person: an id that expires, a place, and what has passed with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.messages import (
    Context,
    Engagement,
    PersonId,
    Place,
)


class Mark(StrEnum):
    """What has passed between the agent and one person. Kept with the moment it happened."""

    NOTICED = "noticed"
    """Glanced at."""
    SIGNED = "signed"
    """Given the silent sign."""
    GREETED = "greeted"
    """Greeted in words."""
    OFFERED = "offered"
    """Asked once more whether help is wanted."""
    QUEUED = "queued"
    """Told that it will be their turn soon."""
    WAITED = "waited"
    """Told that their long wait is seen."""
    SPOKE = "spoke"
    """Said or typed something to the agent."""
    ANSWERED = "answered"
    """Given an answer in words, and surely the one who had asked."""
    SERVED = "served"
    """A visit was recorded."""
    WAITING = "waiting"
    """Waits for a host who has been told."""
    REASSURED = "reassured"
    """Told that the host knows."""
    REFUSED = "refused"
    """Declined, or walked away from a greeting."""
    UNCLEAR = "unclear"
    """Was not understood the last time; it may have been a no."""
    FAREWELLED = "farewelled"
    """Said goodbye to."""


CAME_TOGETHER_S = 3.0
"""Who was seen to walk beside another for this long belongs to them."""


_PASSING_MARKS = frozenset(
    (Mark.NOTICED, Mark.SIGNED, Mark.OFFERED, Mark.QUEUED, Mark.WAITED, Mark.SPOKE, Mark.ANSWERED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in view."""

    id: PersonId
    place: Place
    first_seen_at: float
    """Under whatever id."""
    seen_at: float
    id_since: float = float("-inf")
    """When somebody was first seen under this id."""
    engagement: Engagement = Engagement.PRESENT
    engagement_since: float = 0.0
    attending_since: float | None = None
    """Since when near and turned to the agent, whether called attending or engaged."""
    approach_m_s: float = 0.0
    leaves_m_s: float = 0.0
    """How fast the person walks away from the agent, smoothed; below 0: comes nearer."""
    speed_m_s: float = 0.0
    facing_rad: float | None = None
    body_rad: float | None = None
    """How far the body is turned from the agent, smoothed."""
    gaze_off_rad: float | None = None
    eyes_m: float = 1.6
    """Height of the eyes above the floor, smoothed, metres."""
    leans_forward_rad: float | None = None
    """How the trunk leans, over a second or two; None: it was never seen."""
    leans_left_rad: float | None = None
    """To the person's own left."""
    hand_up_since: float | None = None
    """Since when a hand has been held above its shoulder."""
    returned: bool = False
    """Taken for someone who left a while ago."""
    perhaps_met: str = ""
    """Why this may be somebody met before under another id; empty: nothing says so."""
    marks: Mapping[Mark, float] = field(default_factory=dict)
    contexts: Mapping[Context, float] = field(default_factory=dict)
    """What changes how this person is to be read, and since when it was told."""
    walked_with_s: Mapping[PersonId, float] = field(default_factory=dict)
    """How long this person was seen to walk beside others."""
    in_talk_at: float = float("-inf")
    """When last seen to face somebody who stood close, or to be faced by them."""
    taken_for: "Departure | None" = None
    """Who left, and was taken to have come back as this person."""

    @property
    def distance_m(self) -> float:
        """From the agent, metres."""
        return self.place.distance_m

    @property
    def attends(self) -> bool:
        """Near and turned to the agent."""
        return self.attending_since is not None

    def has(self, mark: Mark) -> bool:
        """Whether this has happened."""
        return mark in self.marks

    def came_with(self, other: "Person") -> bool:
        """The two were seen to walk side by side; who only stands beside one is no company."""
        walked_s = (self.walked_with_s.get(other.id, 0.0), other.walked_with_s.get(self.id, 0.0))
        return max(walked_s) >= CAME_TOGETHER_S

    def away_rad(self) -> float | None:
        """How far the person is turned from the agent: gaze, else body; None: unknown."""
        return self.gaze_off_rad if self.gaze_off_rad is not None else self.facing_rad


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where and when someone was lost, and what had passed. Forgotten after a while."""

    id: PersonId
    place: Place
    at: float
    marks: Mapping[Mark, float]
    speed_m_s: float = 0.0
    """How fast they walked when last seen."""

    def kept_marks(self, elapsed_s: float, bridge_s: float) -> dict[Mark, float]:
        """What still holds for someone who comes back after `elapsed_s`."""
        if elapsed_s <= bridge_s:
            return dict(self.marks)
        return {mark: at for mark, at in self.marks.items() if mark not in _PASSING_MARKS}


def apart_m(one: Place, other: Place) -> float:
    """Distance between two places, metres."""
    return float(((one.x_m - other.x_m) ** 2 + (one.y_m - other.y_m) ** 2) ** 0.5)
