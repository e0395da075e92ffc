"""What perception says about a visitor's voice and words, and how turns begin and end.

The life of a spoken turn: `SpeechStarted`, `WordsHeard` (partial, many), `TurnPaused` after a
short silence (revision 0: recogniser and reply start now), perhaps `SpeechStarted` again with the
same turn (revision 1 makes the work for revision 0 stale), and at last one `TurnEnded` with the
revision that counts. A typed line is a turn with `typed=True` that starts and ends at once.
"""

from dataclasses import dataclass

from agent.core.messages.base import Message, PersonId, TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(Message):
    """A voice began, or began again within a turn. `at`: the first voiced sample."""

    turn: TurnId
    revision: int = 0
    goes_on: TurnId | None = None
    """The turn just taken for over with which this voice goes on: it was not over, and does not
    count any more. The words of both come with this turn's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechContinues(Message):
    """Still speaking; sent a few times a second. `at`: the newest voiced sample."""

    turn: TurnId
    revision: int
    voiced_s: float
    """Voiced time since the last `SpeechStarted`, seconds."""
    overlap: float = 0.0
    """How surely two speak at once just now, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsHeard(Message):
    """Words so far, while they are spoken. Later ones replace earlier ones, but for `stable`."""

    turn: TurnId
    revision: int
    text: str
    """Personal data: shown and decided on, not logged by default."""
    stable: str | None = None
    """Of these, the words that stay while the turn lasts: what to show. None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPaused(Message):
    """A short silence: the turn may be over. `at`: the last voiced sample."""

    turn: TurnId
    revision: int
    text: str
    confidence: float = 1.0
    """The recogniser's trust in `text`, 0..1."""
    language: str = ""
    """In which the recogniser heard it, such as `de`; empty: it does not tell."""
    murmur: float | None = None
    """How likely a short voice over the agent's own is a listener's murmur, by its sound and
    by how well it fits what listeners say, 0..1; None: it was not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Message):
    """The turn is over and this revision of it counts. `at`: the last voiced sample."""

    turn: TurnId
    revision: int
    text: str
    """Empty when a voice was heard and no words were understood."""
    confidence: float = 1.0
    person: PersonId | None = None
    """Who spoke, where that is known."""
    typed: bool = False
    voiced_s: float = 0.0
    """How long the voice was heard in all, seconds."""
    language: str = ""
    """In which the recogniser heard it, such as `de`; empty: it does not tell."""
    overlap: float = 0.0
    """Share of the voice in which two seemed to speak at once, 0..1; the words may be mixed."""
    person_confidence: float = 1.0
    """How surely it was `person`, 0..1."""
    murmur: float | None = None
    """As in `TurnPaused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneLevel(Message):
    """Loudness of the last tenth of a second, for the page and the device check."""

    level_db: float
    """Root mean square over full scale, decibels, -120..0."""
    speech: float
    """Probability of a voice, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDirection(Message):
    """Where sound comes from, as several microphones tell: while a voice lasts, and once after.

    Those in a row cannot tell front from behind; what is told is the direction in front.
    """

    azimuth_rad: float
    """In the agent's frame, 0 straight ahead, left positive, -pi..pi."""
    speech: bool
    """The microphones take it for a voice."""
    confidence: float = 1.0
    """How surely it comes from there, 0..1."""
    others_rad: tuple[float, ...] = ()
    """Where other voices came from in the last second, as `azimuth_rad`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTyped(Message):
    """A visitor typed a line on the page. Becomes a turn with `typed=True`."""

    text: str
