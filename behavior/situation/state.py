"""What the agent knows at this moment, as one immutable value.

Policies and norms look at this and at nothing else, so a decision can be repeated from a recording.
How messages change it is in `behavior.situation.update`. Nothing here identifies anyone: a person
is an id that expires, a place, and what has passed between that person and the agent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Arrangement,
    Expression,
    GazeTarget,
    Health,
    Interaction,
    Lean,
    PersonId,
    Posture,
    TurnId,
)
from behavior.situation.floor import Floor, Turn
from behavior.situation.people import Departure, Mark, Person
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
    lean: Lean = Lean()


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
    interactions: tuple[tuple[PersonId, Interaction], ...] = ()
    """What passes from whom to others now, oldest first."""
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
