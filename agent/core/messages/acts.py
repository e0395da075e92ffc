"""What behavior asks actuation to do: one type for every source of acts."""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.messages.base import ActId, Message, PersonId, TurnId
from agent.core.messages.people import Place


class Priority(StrEnum):
    """Who wins when two acts want the same modality, from weak to strong."""

    IDLE = "idle"
    SOCIAL = "social"
    REPLY = "reply"
    OPERATOR = "operator"
    SAFETY = "safety"


class Meeting(StrEnum):
    """What a modality of a new act does when that modality is busy."""

    PARALLEL = "parallel"
    """Add to what goes on."""
    OVERRIDE = "override"
    """Cover it, and let it resume."""
    SKIP = "skip"
    """Leave the new part out."""
    REPLACE = "replace"
    """End what goes on."""
    APPEND = "append"
    """Wait for its end. The usual rule for speech."""


class Expression(StrEnum):
    """Faces the agent can make. They describe the agent's own face, never a visitor's."""

    NEUTRAL = "neutral"
    FRIENDLY = "friendly"
    HAPPY = "happy"
    APOLOGETIC = "apologetic"
    CONCERNED = "concerned"
    THINKING = "thinking"
    ATTENTIVE = "attentive"
    SURPRISED = "surprised"


class Posture(StrEnum):
    """How the body holds itself between gestures."""

    REST = "rest"
    ATTENTIVE = "attentive"
    LISTENING = "listening"
    THINKING = "thinking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lean:
    """How far the trunk leans beside its posture, radians; limited to a few degrees on stage."""

    forward_rad: float = 0.0
    left_rad: float = 0.0
    """To the agent's own left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GestureCue:
    """A gesture bound to a word. Either a lexeme by name or a meaning to look one up by."""

    lexeme: str | None = None
    """A name in the lexicon: `wave`, `nod`, `offer_palm`, `point`."""
    meaning: str | None = None
    """Free text to find a lexeme for, when no name is given."""
    word: int | None = None
    """Index of the word in the clause that carries the stroke; None: the most stressed one."""
    toward: Place | None = None
    """True place in the room that a deictic gesture points at."""


class GazeTarget(StrEnum):
    """Where the eyes go."""

    PERSON = "person"
    AWAY = "away"
    DOWN = "down"
    PLACE = "place"
    AMBIENT = "ambient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaze:
    """A gaze wish. `person` and `place` fill the target where it names one."""

    target: GazeTarget
    person: PersonId | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A stretch of speech performed in one breath, with what goes along with it."""

    text: str
    gestures: tuple[GestureCue, ...] = ()
    expression: Expression | None = None
    intensity: float = 0.6
    """Strength of `expression`, 0..1."""
    pause_after_s: float = 0.0
    screen: str | None = None
    """A line to show on the page with this clause, such as a room number or a way."""
    discreet: str | None = None
    """What to say instead where a stranger may hear it; None: the text names nobody."""
    gaze: Gaze | None = None
    """Where the eyes go during this clause; None: as the act says, or the person addressed."""
    to: PersonId | None = None
    """Said to this person rather than to whoever asked; None: to whoever asked."""
    posture: Posture | None = None
    """How the body holds itself from this clause on; None: as before."""
    manner: str = ""
    """The face as it was asked for in words, `apologetic, brows up`. A character wears what the
    words say; bodies that know faces by name only show `expression`, the nearest there is."""
    language: str = ""
    """Of the text, such as `de`; empty: the site's own. Voice and captions go by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an act happens, so that an operator can find the line that caused it."""

    policy: str
    """Policy and branch: `greeting.words`."""
    because: str
    """One plain sentence: `p3 stands at 1.2 m and has attended for 1.1 s`."""
    norms: tuple[str, ...] = ()
    """Norms that allowed, softened or changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Message):
    """One thing to do: any of words, gesture, face, gaze, posture. `at`: the fact behind it."""

    act: ActId
    reason: Reason
    to: PersonId | None = None
    clauses: tuple[Clause, ...] = ()
    """What to say; may be empty for a silent act."""
    gestures: tuple[GestureCue, ...] = ()
    """Gestures without words, performed at once."""
    expression: Expression | None = None
    intensity: float = 0.6
    manner: str = ""
    """The face in words, as in `Clause`."""
    gaze: Gaze | None = None
    posture: Posture | None = None
    lean: Lean | None = None
    """Gone to slowly, and kept until another act says otherwise; None: as before."""
    priority: Priority = Priority.SOCIAL
    speech_meets: Meeting = Meeting.APPEND
    gesture_meets: Meeting = Meeting.REPLACE
    in_reply_to: TurnId | None = None
    more_follows: bool = False
    """Another act continues this one's utterance; keep the floor."""
    interruptible: bool = True
    revises: ActId | None = None
    """The rest of that act is to be said in these words: its clauses in order, up to the last.
    Those already heard are not said again; one that is being heard ends first, if unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareSpeech(Message):
    """These words may be wanted soon: make their sound ready, play nothing."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Message):
    """End what is being said and done. Unplayed sound and frames are dropped, arms retract."""

    reason: Reason
    except_priority: Priority | None = None
    """Acts of this priority or above go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duck(Message):
    """Lower or silence the voice reversibly, while it is decided whether to stop."""

    gain: float
    """Linear gain of the voice, 0 (held: the score pauses) .. 1 (normal again)."""
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFace(Message):
    """Hold columns of a part of the face at values, by hand; without values, give the part back."""

    part: str
    """`mouth`, `expression`, `head`, `gaze`."""
    columns: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    """One a column: 0..1 for shapes, radians for head and gaze."""
    adds: bool = False
    """On top of what the rules do, instead of in its place."""
    source: str
    """Who: `console`, `api`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRefused(Message):
    """A wish that did not become an act: a norm vetoed it or a stronger act holds the floor."""

    reason: Reason
    by: str
    """What refused: `norm:quiet_hours`, `arbiter`."""
    text: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSuggested(Message):
    """What the learned model would do now, of itself. A proposal: policies and norms decide."""

    person: PersonId
    act_now: float
    """How sure it is that something is to be done, 0..1."""
    whom: float
    """How sure it is that it is this person's turn, 0..1."""
    acts: tuple[str, ...]
    """Names of the acts that would suit, best first."""
    because: str
    """What drove it, in plain words: `has come 2.1 m nearer and looks here`."""
