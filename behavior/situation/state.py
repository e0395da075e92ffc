"""What the agent knows at this moment, as one immutable value.

Policies and norms look at this and at nothing else, so a decision can be repeated from a recording.
How messages change it is in `behavior.situation.update`. Nothing here identifies anyone: a person
is an id that expires, a place, and what has passed between that person and the agent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    ActId,
    Arrangement,
    Clause,
    Engagement,
    Expression,
    GazeTarget,
    Health,
    PersonId,
    Place,
    Posture,
    Priority,
    ReplyReady,
    TurnEnded,
    TurnId,
)
from behavior.who_spoke import WhoSpoke


class SituationConfig(BaseModel):
    """How long things are remembered and when they count as the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stale_after_s: float = Field(
        4.0, ge=0.5, le=60, description="A person not seen for this long counts as gone."
    )
    voice_lasts_s: float = Field(
        1.5, ge=0.3, le=10, description="A voice not heard of for this long has fallen silent."
    )
    bridge_s: float = Field(
        10.0, ge=0, le=60, description="Lost and seen again within this time: simply the same."
    )
    return_within_s: float = Field(
        120.0,
        ge=0,
        le=1800,
        description="Someone who appears where another left within this time is taken for them.",
    )
    return_radius_m: float = Field(
        1.5, ge=0, le=5, description="How near to the place of leaving that has to be, metres."
    )
    sudden_within_m: float = Field(
        2.0,
        ge=0,
        le=6,
        description="Someone first seen nearer than this was not seen to come: in the middle of "
        "others it may be somebody who was greeted already, metres.",
    )
    sudden_among: int = Field(
        2, ge=1, le=20, description="So many others close by are the middle of others."
    )
    encounter_idle_s: float = Field(
        30.0, ge=5, le=600, description="An encounter without words for this long is over."
    )
    refusal_lasts_s: float = Field(
        600.0, ge=0, le=86400, description="After a refusal the agent keeps silent this long."
    )
    refusal_phrases: tuple[str, ...] = Field(
        (
            "no thanks",
            "no thank you",
            "leave me alone",
            "not now",
            "just looking",
            "go away",
            "i'm fine",
            "i am fine",
            "we're fine",
            "we are fine",
            "we are good thanks",
            "i work here",
            "on the phone",
        ),
        description="Words by which a visitor declines help.",
    )
    alarm_lasts_s: float = Field(
        300.0, ge=0, le=7200, description="An urgent call for help counts as going on this long."
    )
    echo_share: float = Field(
        0.7, ge=0.3, le=1, description="With this share of the agent's own words it is an echo."
    )
    act_expires_s: float = Field(
        20.0, ge=2, le=120, description="An act the stage has not reported on for this is gone."
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
    (Mark.NOTICED, Mark.SIGNED, Mark.OFFERED, Mark.QUEUED, Mark.SPOKE, Mark.ANSWERED)
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
    hand_up_since: float | None = None
    """Since when a hand has been held above its shoulder."""
    returned: bool = False
    """Taken for someone who left a while ago."""
    perhaps_met: str = ""
    """Why this may be somebody met before under another id; empty: nothing says so."""
    marks: Mapping[Mark, float] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a visitor and the reply that waits for it."""

    id: TurnId
    began_at: float
    voice_began_at: float
    """Where this revision's voice began."""
    voice_at: float
    """The newest voiced sample."""
    revision: int = 0
    earlier_voiced_s: float = 0.0
    """Voiced time of the revisions before this one."""
    voiced_s: float = 0.0
    """Voiced time in this revision."""
    paused: bool = False
    words: str = ""
    over_speech: bool = False
    """It began while the agent spoke."""
    ended: TurnEnded | None = None
    replies: tuple[ReplyReady, ...] = ()
    """Parts of the newest revision's reply, in order."""
    parts_spoken: int = 0
    last_part_at: float | None = None
    dismissed: bool = False
    """A backchannel or an echo: it asks for no answer."""
    closed: bool = False
    """Answered, interrupted or overtaken."""

    @property
    def total_voiced_s(self) -> float:
        """Voiced time in the whole turn."""
        return self.earlier_voiced_s + self.voiced_s

    @property
    def typed(self) -> bool:
        """It was typed on the page."""
        return self.ended is not None and self.ended.typed

    @property
    def awaits_reply(self) -> bool:
        """It is over, means something, and has not been answered to the end."""
        said = self.ended is not None and bool(self.ended.text.strip())
        return said and not self.closed and not self.dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStage:
    """An act that was sent out and has not been reported finished."""

    act: ActId
    to: PersonId | None
    policy: str
    priority: Priority
    interruptible: bool
    text: str
    sent_at: float
    started: bool = False
    news_at: float = 0.0
    """When it was last heard of."""
    heard: str = ""
    in_reply_to: TurnId | None = None
    more_follows: bool = False
    clauses: tuple[Clause, ...] = ()
    spoken: int = 0
    """How many of its clauses have been heard."""
    clause_at: float | None = None
    """When the clause that is being heard began; None: nothing is heard yet."""
    revises: ActId | None = None
    """The act whose rest it says in other words."""


class Holder(StrEnum):
    """Who has the floor."""

    NOBODY = "nobody"
    VISITOR = "visitor"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Who speaks, and what the agent is saying."""

    holder: Holder = Holder.NOBODY
    since: float = 0.0
    current_turn: TurnId | None = None
    stage_speaks: bool = False
    """As the stage reports it."""
    on_stage: tuple[OnStage, ...] = ()
    gain: float = 1.0
    """The voice: 1 normal, 0 held."""
    ducked_at: float = 0.0
    stopped_turn: TurnId | None = None
    """The turn for whose voice the agent last gave up the floor."""
    spoken: tuple[str, ...] = ()
    """The agent's last utterances whole, to know its own voice when it hears it."""
    false_stop_at: float | None = None
    """When giving up the floor last proved wrong: nothing was said, or it was our own voice."""

    @property
    def speech(self) -> tuple[OnStage, ...]:
        """Acts with words, being said or about to be."""
        return tuple(act for act in self.on_stage if act.text)

    @property
    def agent_speaks(self) -> bool:
        """The agent is saying something or just about to."""
        return self.stage_speaks or bool(self.speech)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """A conversation with one visitor or one group."""

    addressee: PersonId | None
    """None: someone who is heard or types, and is not seen."""
    since: float
    active_at: float
    turns: int = 0
    disclosed: bool = False
    """Told aloud that this is an AI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """What the agent can see and hear with. None: not known."""

    page_connected: bool = False
    camera: bool | None = None
    microphone: bool | None = None
    muted: bool = False
    page_used_at: float | None = None
    """When someone last pressed or typed something."""
    started_at: float | None = None
    """When someone last pressed start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """How the agent holds itself: where it looks, posture and face, as last asked for."""

    gaze: GazeTarget | None = None
    gaze_person: PersonId | None = None
    gaze_since: float = 0.0
    posture: Posture | None = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Formation:
    """People who stand together, or one behind the other, as perception tells it."""

    people: tuple[PersonId, ...]
    arrangement: Arrangement
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision may depend on."""

    config: SituationConfig = field(default_factory=SituationConfig)
    now: float = 0.0
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    departures: tuple[Departure, ...] = ()
    who_spoke: WhoSpoke = field(default_factory=WhoSpoke)
    """Whose voice the last turns were."""
    formations: tuple[Formation, ...] = ()
    """Oldest first."""
    turns: Mapping[TurnId, Turn] = field(default_factory=dict)
    """The last few, oldest first."""
    floor: Floor = Floor()
    encounter: Encounter | None = None
    devices: Devices = Devices()
    bearing: Bearing = Bearing()
    acted: Mapping[str, float] = field(default_factory=dict)
    """When each policy branch last acted: `greeting.words` -> moment."""
    spoke_unasked_at: float | None = None
    spoke_unasked_to: PersonId | None = None
    lines: tuple[str, ...] = ()
    """First clauses of the agent's last utterances, newest last, so as not to repeat them."""
    languages: Mapping[PersonId | None, str] = field(default_factory=dict)
    """In which language whom was last told to be served; None: whoever is not seen."""
    hour: float = 12.0
    """Local time of day, 0..24."""
    hour_at: float = float("-inf")
    health: Mapping[str, Health] = field(default_factory=dict)
    help_at: float | None = None
    """When a person was last asked to come."""
    alarm_at: float | None = None
    """When one was last asked to come urgently."""
    tidied_at: float = float("-inf")

    # Questions that policies and norms ask.

    def person(self, who: PersonId | None) -> Person | None:
        """The person with that id, if in view."""
        return self.people.get(who) if who is not None else None

    @property
    def addressee(self) -> Person | None:
        """The person in the current encounter, if in view."""
        return self.person(self.encounter.addressee) if self.encounter else None

    @property
    def current_turn(self) -> Turn | None:
        """The turn that is being spoken, or the last one."""
        turn = self.floor.current_turn
        return self.turns.get(turn) if turn is not None else None

    @property
    def visitor_speaks(self) -> bool:
        """A voice is being heard now. Forgets a voice nobody reports on any more."""
        turn = self.current_turn
        if turn is None or turn.paused or turn.ended is not None:
            return False
        return self.now - turn.voice_at <= self.config.voice_lasts_s

    @property
    def in_turn(self) -> bool:
        """A visitor speaks, or has paused and may go on."""
        turn = self.current_turn
        if turn is None or turn.ended is not None:
            return False
        return self.now - turn.voice_at <= self.config.voice_lasts_s

    @property
    def open_turn(self) -> Turn | None:
        """The newest turn that still wants an answer."""
        for turn in reversed(tuple(self.turns.values())):
            if turn.awaits_reply:
                return turn
        return None

    @property
    def alarm(self) -> bool:
        """Someone was called urgently, not long ago."""
        return self.alarm_at is not None and self.now - self.alarm_at <= self.config.alarm_lasts_s

    @property
    def quiet(self) -> bool:
        """Nobody has the floor and nothing waits for an answer: the moment to change policies."""
        return not self.in_turn and not self.floor.agent_speaks and self.open_turn is None

    def since(self, branch: str) -> float:
        """Seconds since a policy branch last acted; infinite if never."""
        at = self.acted.get(branch)
        return float("inf") if at is None else self.now - at

    def refused(self, person: Person) -> bool:
        """Whether this person declined not long ago."""
        at = person.marks.get(Mark.REFUSED)
        return at is not None and self.now - at <= self.config.refusal_lasts_s

    def language_of(self, who: PersonId | None) -> str:
        """In which this person is served; empty: the site's own, or not known."""
        return self.languages.get(who, "")

    def others(self, person: Person) -> Iterator[Person]:
        """Everyone else in view."""
        return (other for other in self.people.values() if other.id != person.id)


def apart_m(one: Place, other: Place) -> float:
    """Distance between two places, metres."""
    return float(((one.x_m - other.x_m) ** 2 + (one.y_m - other.y_m) ** 2) ** 0.5)
