"""The turn that has begun and not ended, revision by revision. Kept by `TurnTaker`."""

from dataclasses import dataclass

from agent.core.messages import TurnId, TurnPaused
from perception.audio import FRAME_S
from perception.turns.murmur import LONGEST_S, with_words_of_listeners
from perception.turns.over import Pause
from perception.turns.pitch import PitchEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Words from the recogniser, for one turn."""

    turn: TurnId
    text: str
    confidence: float = 1.0
    revision: int | None = None
    """The revision that was to be settled; None: words so far."""
    language: str = ""
    """In which the recogniser heard it; empty: it does not tell."""
    ends_here: float | None = None
    """log10 of the chance that a sentence ends on its last words, as people speak at this site."""
    ends_in_english: float | None = None
    """The same in general English; None: the recogniser does not tell."""
    whole_here: float | None = None
    """log(visitors here stop after exactly these words / go on); None: nobody says so here."""
    listens: float | None = None
    """How much better a short voice fits what listeners say; see `Reading.listens`."""


@dataclass(slots=True, kw_only=True)
class LastTurn:
    """The turn that was taken for over last, for as long as it may turn out that it was not.

    Nobody can have heard an answer yet who begins again at once: the answer's first sound is on
    its way, and people need a fifth of a second to react. So that voice goes on with its turn.
    """

    id: TurnId | None = None
    text: str = ""
    ended_at: float = float("-inf")
    """When the silence was long enough, on the axis of the sound."""
    over_agent: bool = False

    def goes_on(self, began_at: float, within_s: float, *, agent_speaks: bool) -> str:
        """What a voice that began at `began_at` goes on with; empty: with nothing.

        Who was let pass and speaks again over the same answer begins anew: it may be a murmur, or
        an interruption once more.
        """
        text, self.text = self.text, ""
        let_pass = self.over_agent and agent_speaks
        return text if began_at - self.ended_at <= within_s and not let_pass else ""


@dataclass(slots=True, kw_only=True)
class OpenTurn:
    """What is known of the open turn."""

    id: TurnId
    started_at: float
    before: str = ""
    """What its owner had said of it when it was taken for over; see `LastTurn`."""
    revision: int = 0
    paused: bool = False
    final: bool = False
    """No more sound will be added: end as soon as the words are there."""
    partial: str = ""
    over_agent: bool = False
    """It began while the agent spoke."""
    murmur: float | None = None
    """How likely this revision is a listener's murmur by its sound; None: nobody has said."""
    told: bool = False
    """`TurnPaused` of this revision has been sent."""
    words: str | None = None
    """The settled reading of this revision; None while it is awaited."""
    confidence: float = 0.0
    language: str = ""
    finished: float | None = None
    """How likely this revision's voice sounds finished; None while nobody has said."""
    pitch: PitchEnd | None = None
    ends_here: float | None = None
    ends_in_english: float | None = None
    whole_here: float | None = None
    listens: float | None = None
    voiced_before_s: float = 0.0
    last_voiced_at: float = 0.0
    heard_until: float = 0.0

    def revise(self) -> None:
        """The voice went on: what was settled is stale."""
        self.revision += 1
        self.paused, self.words, self.confidence = False, None, 0.0
        self.language, self.finished, self.pitch = "", None, None
        self.ends_here = self.ends_in_english = self.whole_here = self.murmur = None
        self.told = False

    def known(self) -> Pause:
        """What is known of the silence it is in."""
        return Pause(
            text=self.words or "",
            trust=self.confidence,
            language=self.language,
            ends_here=self.ends_here,
            ends_in_english=self.ends_in_english,
            whole_here=self.whole_here,
            finished=self.finished,
            pitch=self.pitch,
        )

    def take_in(self, heard: Heard, *, enough: bool) -> None:
        """The settled words of this revision. `enough`: there was voice enough for words."""
        self.words = self.joined(heard.text) if enough else ""
        self.confidence = heard.confidence if self.words else 0.0
        self.language = heard.language if self.words else ""
        self.ends_here, self.ends_in_english = heard.ends_here, heard.ends_in_english
        self.whole_here = None if self.before else heard.whole_here
        self.listens = heard.listens

    def joined(self, text: str) -> str:
        """With what was said before it was taken for over."""
        return f"{self.before} {text}" if self.before and text else text

    def total_s(self) -> float:
        """Voiced time of the finished stretches, seconds."""
        return self.voiced_before_s

    def short_voice_s(self, heard_at: float | None) -> tuple[float, float] | None:
        """How long before the end of the frame at `heard_at` it began and ended.

        None where it cannot be a listener's murmur.
        """
        lasted_s = self.last_voiced_at - self.started_at
        if not self.over_agent or heard_at is None or lasted_s > LONGEST_S:
            return None
        now = heard_at + FRAME_S
        return now - self.started_at, now - self.last_voiced_at

    def perhaps_tell(self, *, anyway: bool = False) -> list[TurnPaused]:
        """Its pause, once; over the agent's own voice not before it is known how it sounded."""
        if self.told or self.words is None or not self.paused:
            return []
        if self.over_agent and self.finished is None and not anyway:
            return []
        self.told = True
        return [
            TurnPaused(
                at=self.last_voiced_at,
                turn=self.id,
                revision=self.revision,
                text=self.words,
                confidence=self.confidence,
                language=self.language,
                murmur=self.as_murmur(),
            )
        ]

    def as_murmur(self) -> float | None:
        """How likely this revision is a listener's murmur, by all that is known of its sound."""
        if self.murmur is None:
            return None
        return with_words_of_listeners(self.murmur, self.listens)
