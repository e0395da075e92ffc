"""Turn-taking: when a visitor has begun, paused, gone on and finished, and with which words.

Turns are revised, not guessed once. After a short silence the words are asked for and told as
`TurnPaused`, so that a reply can be made ready; a voice that goes on raises the revision and makes
that work stale. The turn ends when the silence is long enough for how finished its words look.
Every turn that `SpeechStarted` opened is closed by exactly one `TurnEnded`, whatever fails.
"""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    LineTyped,
    Message,
    PersonId,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnId,
    WordsHeard,
)
from perception.audio import FRAME_S
from perception.turns.open_turn import Heard as Heard
from perception.turns.open_turn import LastTurn, OpenTurn
from perception.turns.pace import Pace
from perception.turns.patience import PatienceConfig
from perception.turns.turn_end import JudgeEnd, Sounded, TurnEndConfig
from perception.turns.voice_activity import VoiceConfig, VoiceEvent, VoiceHeard, VoiceSegmenter


class TurnsConfig(BaseModel):
    """How turns are taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice: VoiceConfig = Field(VoiceConfig(), description="What counts as a voice.")
    patience: PatienceConfig = Field(PatienceConfig(), description="What silence ends a turn.")
    ending: TurnEndConfig = Field(
        TurnEndConfig(), description="What hears by the melody that somebody has finished."
    )
    pre_roll_s: float = Field(
        0.3, ge=0, le=2, description="Sound before the voice that the recogniser is given too."
    )
    murmur_within_s: float = Field(
        0.4,
        ge=0.1,
        le=2,
        description="So long after a voice over the agent's own it is told with its words even if"
        " nobody has said how it sounded.",
    )
    goes_on_within_s: float = Field(
        0.35,
        ge=0,
        le=1,
        description="A voice that begins so soon after its turn was taken for over goes on with"
        " that turn: nobody can have heard an answer by then. 0: it is a turn of its own.",
    )
    longest_turn_s: float = Field(
        30.0, ge=2, le=600, description="A turn is closed after this long, voice or not."
    )
    shortest_words_s: float = Field(
        0.12, ge=0, le=1, description="A voice shorter than this in all has said no words."
    )
    words_within_s: float = Field(
        1.6,
        ge=0.2,
        le=30,
        description="Silence after which a turn closes although no words have come.",
    )
    sound_within_s: float = Field(
        1.5, ge=0.2, le=30, description="An open turn closes when no sound arrives for this long."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginWords:
    """Wish: start recognising this turn, with the sound from `since` on."""

    turn: TurnId
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleWords:
    """Wish: the best reading of the turn so far, for this revision."""

    turn: TurnId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DropWords:
    """Wish: nobody waits for this turn's words any more. `late`: they should have come."""

    turn: TurnId
    late: bool = False


_BENEFIT_OF_DOUBT_S = 0.15
_JUMP_S = 0.1
"""So far back the clock of a source may be set in passing."""
Outcome = Message | BeginWords | SettleWords | JudgeEnd | DropWords


class TurnTaker:
    """One visitor's turn at a time. Pure: time enters with frames, `close` and typed lines."""

    def __init__(self, config: TurnsConfig, *, first_turn: int = 1) -> None:
        self._config = config
        self._next = first_turn
        self._voice = VoiceSegmenter(config.voice)
        self._turn: OpenTurn | None = None
        self._heard_at: float | None = None
        self._pace = Pace()
        self._last = LastTurn()

    def adopt(self, patience: PatienceConfig) -> None:
        """Wait by this from now on."""
        self._config = self._config.model_copy(update={"patience": patience})

    @property
    def open_turn(self) -> TurnId | None:
        """The turn that has begun and not ended, if any."""
        return self._turn.id if self._turn else None

    @property
    def waits_for_words(self) -> bool:
        """A reading was asked for and has not come."""
        return self._turn is not None and self._turn.paused and self._turn.words is None

    def agent_speaks(self, speaking: bool) -> None:
        """The agent took or left the floor; while it has it, a voice is believed less readily."""
        self._voice.agent_speaks = speaking

    def hear(self, at: float, probability: float) -> list[Outcome]:
        """Take in one frame of sound that begins at `at`. A jump of its clock closes the turn."""
        outcomes: list[Outcome] = []
        last_at, self._heard_at = self._heard_at, at
        if last_at is not None and not -_JUMP_S < at - last_at < self._config.sound_within_s:
            outcomes += self.close()
        event = self._voice.hear(at, probability)
        if event is not None:
            outcomes += self._voiced(event)
        turn = self._turn
        if turn and not turn.paused and at - turn.started_at > self._config.longest_turn_s:
            outcomes += self.finish()
        return outcomes + self._perhaps_end(at + FRAME_S)

    def read(self, heard: Heard) -> list[Outcome]:
        """Take in words. Those of another turn, or of a revision gone by, are dropped."""
        turn = self._turn
        if turn is None or heard.turn != turn.id:
            return []
        if heard.revision is None:
            if turn.joined(heard.text) in ("", turn.partial) or (
                turn.paused and turn.words is not None
            ):
                return []
            turn.partial = turn.joined(heard.text)
            at = self._voice.last_voiced_at
            return [WordsHeard(at=at, turn=turn.id, revision=turn.revision, text=turn.partial)]
        if heard.revision != turn.revision or not turn.paused or turn.words is not None:
            return []
        turn.take_in(heard, enough=turn.total_s() >= self._config.shortest_words_s)
        return [*turn.perhaps_tell(), *self._perhaps_end(turn.heard_until)]

    def sounded(self, judged: Sounded) -> list[Outcome]:
        """Take in how finished the voice sounds. What is of a revision gone by is dropped."""
        turn = self._turn
        if turn is None or judged.turn != turn.id or judged.revision != turn.revision:
            return []
        turn.finished, turn.pitch, turn.murmur = judged.finished, judged.pitch, judged.murmur
        return [*turn.perhaps_tell(), *self._perhaps_end(turn.heard_until)]

    def spoken_by(self, person: PersonId | None) -> None:
        """Whose the last turn was, where that is known: their pauses are remembered as theirs."""
        self._pace.was(person)

    def typed(self, line: LineTyped) -> TurnEnded:
        """The turn that a typed line is. A spoken turn that is open stays open."""
        turn = self._take_number()
        return TurnEnded(at=line.at, turn=turn, revision=0, text=line.text.strip(), typed=True)

    def finish(self) -> list[Outcome]:
        """No more sound will follow, or enough has: ask for the words, and end when they come."""
        turn = self._turn
        self._voice.forget()
        if turn is None:
            return []
        turn.final = True
        if not turn.paused:
            return self._pause(turn, self._voice.ended_at, self._voice.voiced_s)
        return self._perhaps_end(turn.heard_until)

    def close(self, *, late: bool = False) -> list[Outcome]:
        """End the open turn now, with the words there are. `late`: the recogniser was too slow."""
        turn = self._turn
        self._voice.forget()
        if turn is None:
            return []
        if not turn.paused:
            turn.voiced_before_s += self._voice.voiced_s
            turn.last_voiced_at = self._voice.ended_at
        text = turn.partial if turn.words is None else turn.words
        return [self._end(turn, text), DropWords(turn=turn.id, late=late)]

    def _voiced(self, event: VoiceHeard) -> list[Outcome]:
        turn = self._turn
        match event.event:
            case VoiceEvent.STARTED if turn is None:
                speaks, within_s = self._voice.agent_speaks, self._config.goes_on_within_s
                before = self._last.goes_on(event.at, within_s, agent_speaks=speaks)
                turn = self._turn = OpenTurn(
                    id=self._take_number(),
                    started_at=event.at,
                    before=before,
                    over_agent=speaks and not before,
                )
                self._pace.began(event.at)
                since = event.at - self._config.pre_roll_s
                goes_on = self._last.id if before else None
                return [
                    SpeechStarted(at=event.at, turn=turn.id, revision=0, goes_on=goes_on),
                    BeginWords(turn=turn.id, since=since),
                ]
            case VoiceEvent.STARTED if turn is not None and turn.final:
                return self.close()  # it was cut for its length; the voice begins the next one
            case VoiceEvent.STARTED if turn is not None:
                self._pace.went_on(event.at - turn.last_voiced_at, event.at)
                turn.revise()
                return [SpeechStarted(at=event.at, turn=turn.id, revision=turn.revision)]
            case VoiceEvent.CONTINUES if turn is not None:
                return [
                    SpeechContinues(
                        at=event.at,
                        turn=turn.id,
                        revision=turn.revision,
                        voiced_s=event.voiced_s,
                    )
                ]
            case VoiceEvent.PAUSED if turn is not None:
                return self._pause(turn, event.at, event.voiced_s)
        return []

    def _pause(self, turn: OpenTurn, last_voiced_at: float, voiced_s: float) -> list[Outcome]:
        turn.paused = True
        turn.last_voiced_at = turn.heard_until = last_voiced_at
        turn.voiced_before_s += voiced_s
        return [
            SettleWords(turn=turn.id, revision=turn.revision),
            JudgeEnd(
                turn=turn.id,
                revision=turn.revision,
                since=turn.started_at - self._config.pre_roll_s,
                voice_s=turn.short_voice_s(self._heard_at),
            ),
        ]

    def _perhaps_end(self, now: float) -> list[Outcome]:
        turn = self._turn
        if turn is None or not turn.paused:
            return []
        turn.heard_until = max(turn.heard_until, now)
        silence_s = turn.heard_until - turn.last_voiced_at
        if turn.words is None:
            late = silence_s >= self._config.words_within_s
            return self.close(late=True) if late else []
        told: list[Outcome] = [*turn.perhaps_tell(anyway=silence_s >= self._config.murmur_within_s)]
        patience = self._config.patience
        needed_s = patience.silence_s(turn.known())
        needed_s *= self._pace.factor if patience.adapts else 1.0
        # A voice that may just be beginning again is not cut off by the end it would revise.
        needed_s += _BENEFIT_OF_DOUBT_S if self._voice.perhaps else -FRAME_S / 2
        if silence_s < needed_s and not turn.final:
            return told
        if not turn.final:
            self._last = LastTurn(
                id=turn.id, text=turn.words, ended_at=turn.heard_until, over_agent=turn.over_agent
            )
        return [
            *told,
            *turn.perhaps_tell(anyway=True),
            self._end(turn, turn.words),
            DropWords(turn=turn.id),
        ]

    def _end(self, turn: OpenTurn, text: str) -> TurnEnded:
        self._turn = None
        said = bool(text.strip())
        self._pace.ended(turn.heard_until, last_voiced_at=turn.last_voiced_at, said=said)
        return TurnEnded(
            at=turn.last_voiced_at,
            turn=turn.id,
            revision=turn.revision,
            text=text,
            confidence=turn.confidence if turn.words is not None else (0.2 if text else 0.0),
            voiced_s=turn.total_s(),
            language=turn.language,
            murmur=turn.as_murmur(),
        )

    def _take_number(self) -> TurnId:
        number = self._next
        self._next += 1
        return TurnId(number)
