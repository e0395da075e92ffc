"""What perception says about the people in front of the agent. Geometry, never feelings."""

from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages.base import Message, PersonId


class Engagement(StrEnum):
    """How a person relates to the agent, from what can be seen."""

    PRESENT = "present"
    """In view, neither coming nor attending."""
    PASSING = "passing"
    """Walking, and not towards the agent."""
    APPROACHING = "approaching"
    """Walking towards the agent."""
    ATTENDING = "attending"
    """Near enough to talk, turned to the agent for a while."""
    ENGAGED = "engaged"
    """In an encounter: attending, and stayed or spoke."""
    DISENGAGING = "disengaging"
    """Was engaged, now turned or walking away."""
    LEFT = "left"
    """Out of view for longer than the tracker bridges. The id ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on the floor in the agent's frame (REP-103): x forward, y left, metres."""

    x_m: float
    y_m: float

    @property
    def distance_m(self) -> float:
        """Distance from the agent, metres."""
        return float((self.x_m**2 + self.y_m**2) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen(Message):
    """One sighting of one person in one camera frame. Many a second.

    Whatever could not be seen is None: unknown, not absent. A missing gaze is not "looking away".
    """

    person: PersonId
    place: Place
    approach_m_s: float
    """Closing speed, smoothed; positive towards the agent."""
    speed_m_s: float
    """Speed over the floor, smoothed, 0 or more."""
    facing_rad: float | None = None
    """Angle between the body's front and the line to the agent, 0 = squarely facing, 0..pi."""
    front_rad: float | None = None
    """Heading of the chest over the floor, agent's frame, left positive, 0 = along x."""
    head_yaw_rad: float | None = None
    """Head turned from the line to the agent, left positive, calibration applied."""
    head_pitch_rad: float | None = None
    """Head raised from the line to the agent, up positive, calibration applied."""
    gaze_off_rad: float | None = None
    """Angle between the line of sight and the agent, 0..pi, calibration applied."""
    mouth_open: float | None = None
    """Opening of the lips relative to the mouth's width, 0..1 and above."""
    hand_raised: bool | None = None
    """A wrist above its shoulder."""
    lean_forward_rad: float | None = None
    """How far the trunk leans to where the chest looks, hips to shoulders against upright."""
    lean_left_rad: float | None = None
    """The same to the person's own left."""
    face_height_m: float = 1.6
    """Height of the eyes above the floor, metres; where to look."""
    confidence: float = 1.0
    """Trust in this sighting, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLost(Message):
    """A person has been out of view for longer than the tracker bridges. `at`: last sighting."""

    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementChanged(Message):
    """A person's engagement moved from one state to another. Rare."""

    person: PersonId
    state: Engagement
    previous: Engagement | None
    distance_m: float
    cues: tuple[str, ...] = ()
    """The facts that moved it, for the log and the operator: `gaze 0.8 of 1.5 s`, `1.3 m`."""


class Arrangement(StrEnum):
    """How people who stand together are placed."""

    FACING = "facing"
    """Two, face to face."""
    CORNER = "corner"
    """Two, at right angles."""
    BESIDE = "beside"
    """Two or more, side by side, turned to the same."""
    CIRCLE = "circle"
    """Three or more around one space."""
    QUEUE = "queue"
    """One behind the other, the first before the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationChanged(Message):
    """Some people came to stand together, or no longer do. `at`: since when. Rare."""

    people: tuple[PersonId, ...]
    arrangement: Arrangement
    together: bool
    """False: this formation has come apart."""
    center: Place
    """Of the space between them; of a queue, where its first stands."""


class Context(StrEnum):
    """What changes how a person is to be read. Geometry; nothing of it is for visitors' ears."""

    PHONE = "on the phone"
    CARRYING = "carrying"
    COMPANY = "in company"
    WAITING = "waiting long"
    CHILD = "child"
    WHEELCHAIR = "wheelchair"


class Channel(StrEnum):
    """By what people deal with each other without words."""

    GAZE = "gaze"
    TOUCH = "touch"
    EXPRESSION = "expression"
    GESTURE = "gesture"
    POSTURE = "posture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What passes from one person to others."""

    group: tuple[PersonId, ...]
    """Whom it concerns; `agent` is the receptionist."""
    channel: Channel
    what: str
    """`looks at`, `mutual gaze`, `touches`, `shakes hands`, `smiles`, `wave`, `faces`, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextChanged(Message):
    """A context has come to hold of a person, or something passes between them and others.

    Or no longer does. `at`: since when; of what has passed, when it was last seen. Rare.
    """

    person: PersonId
    context: Context | None = None
    interaction: Interaction | None = None
    """One of the two is told."""
    holds: bool
    confidence: float
    """0..1."""
    because: str = ""
    """What it was told by, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceUnit:
    """An action unit of FACS that a face shows now. Geometry; it says nothing of feelings."""

    number: int
    name: str
    """What moves, in plain words."""
    confidence: float
    """0..1, calibrated."""
    intensity: float
    """0..1 of what a face can do."""
    asymmetry: float
    """The person's left minus their right, -1..1."""
    by: tuple[str, ...] = ()
    """Parts of the face that it was told by, most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMoved(Message):
    """The units that a face shows have changed, or it nodded, shook or blinked. Opt-in."""

    person: PersonId
    units: tuple[FaceUnit, ...] | None
    """All that are there now; None: as before."""
    movement: str = ""
    """`nod`, `shake`, `blink`, `brief`, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorActed(Message):
    """Somebody does something that a sentence describes. `at`: since when. Opt-in."""

    person: PersonId
    action: str
    fits: float
    """How well the sentence fits, 0..1."""
    hand: str
    """`left` or `right`, the person's own."""
    because: tuple[str, ...]
    """Each clause, and how true it is."""
