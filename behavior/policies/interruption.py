"""Gives up the floor to a visitor who speaks, and only to a visitor who speaks.

A voice over the agent's own is answered at once with a lower voice (a reflex that costs nothing to
take back), a moment later with silence that keeps the place. Then it shows what it was. "Mm-hm", a
cough or the agent's own echo: it goes on where it was. Words, or a voice that lasts: it stops. What
may have been either is given a moment longer to say more, and is believed sooner if it comes again.
"""

from typing import ClassVar

from agent.core.messages import (
    ActFinished,
    ButtonPressed,
    Duck,
    LineTyped,
    Message,
    SpeechContinues,
    SpeechStarted,
    StageState,
    Stop,
    TurnEnded,
    TurnPaused,
    WordsHeard,
)
from behavior.policies.interruption_config import InterruptionConfig as InterruptionConfig
from behavior.situation.floor import Turn
from behavior.situation.hearing import is_echo, plain, says_any
from behavior.situation.state import Situation
from behavior.understanding.floor_claim import Said, wants_the_floor
from behavior.understanding.listeners_words import only_listens, without
from behavior.wishes import NOTHING, Wishes, Woke, because

_ROUNDING_S = 1e-6
_PHRASE_S = 0.4
"""It takes so long to say two words."""
_TOO_SOON_S = 0.5
"""Nobody murmurs assent to less of an answer than this."""
_HEARD = (SpeechStarted, SpeechContinues, WordsHeard, TurnPaused, TurnEnded)


class InterruptionPolicy:
    """Pure: duck, hold, go on or stop."""

    name: ClassVar[str] = "interruption"
    hears: ClassVar[tuple[type[Message], ...]] = (
        *_HEARD,
        LineTyped,
        ButtonPressed,
        ActFinished,
        StageState,
    )

    def __init__(self, config: InterruptionConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return what to do with the agent's voice, now that `message` has come."""
        wishes = self._decide(situation, message)
        if wishes != NOTHING or situation.floor.gain == 1.0:
            return wishes
        if isinstance(message, Woke):  # a lowered voice is never forgotten
            return _resume(message, "nothing is known any more of the voice it was lowered for")
        return Wishes(wake_at=situation.now + self._config.resume_after_s)

    def _decide(self, situation: Situation, message: Message) -> Wishes:
        floor = situation.floor
        if isinstance(message, ButtonPressed | LineTyped):
            return self._at_once(situation, message)
        if isinstance(message, TurnEnded) and message.typed:
            return self._at_once(situation, message)
        if not floor.agent_speaks and floor.gain < 1.0:
            return _resume(message, "the agent has ended by itself")
        turn = situation.current_turn
        if isinstance(message, _HEARD):
            turn = situation.turns.get(message.turn)
        if turn is None or turn.typed:
            return NOTHING
        if turn.ended is not None and floor.gain == 1.0 and not isinstance(message, TurnEnded):
            return NOTHING  # it was judged when it ended
        if not floor.agent_speaks:
            return self._afterwards(situation, turn)
        if any(not act.interruptible for act in floor.speech):
            return NOTHING
        if turn.ended is not None or turn.paused:
            return self._judge_words(situation, message, turn)
        if isinstance(message, SpeechStarted) and floor.gain == 1.0:
            return self._duck(situation, message, turn)
        return self._while_voiced(situation, message, turn)

    def _at_once(
        self, situation: Situation, message: ButtonPressed | LineTyped | TurnEnded
    ) -> Wishes:
        speech = situation.floor.speech
        if not situation.floor.agent_speaks:
            return NOTHING
        if isinstance(message, ButtonPressed):
            if message.button != "stop":
                return NOTHING
            stop = _stop(message, "stop", "the stop button was pressed").stop
            waiting = situation.open_turn
            return Wishes(stop=stop, dismiss=waiting.id if waiting is not None else None)
        if speech and all(not act.interruptible for act in speech):
            return NOTHING
        return _stop(message, "typed", "a visitor typed a line")

    def _duck(self, situation: Situation, message: SpeechStarted, turn: Turn) -> Wishes:
        hold_at = turn.voice_began_at + self._later(situation, self._config.hold_at_latest_s)
        if situation.now >= hold_at - _ROUNDING_S:
            return self._hold(situation, message, turn)  # it was confirmed for as long as that
        reason = because("interruption.duck", "a voice began while the agent speaks")
        duck = Duck(at=message.at, gain=self._config.soft_gain, reason=reason)
        return Wishes(duck=duck, wake_at=hold_at)

    def _hold(self, situation: Situation, message: Message, turn: Turn) -> Wishes:
        voiced_s = max(turn.voiced_s, situation.now - turn.voice_began_at)
        reason = because("interruption.hold", f"the voice goes on for {voiced_s:.2f} s")
        wake_at = turn.voice_at + self._config.resume_after_s
        return Wishes(duck=Duck(at=message.at, gain=0.0, reason=reason), wake_at=wake_at)

    def _later(self, situation: Situation, hold_s: float) -> float:
        """`hold_s`, or longer where it held for nothing a moment ago."""
        at = situation.floor.vain_hold_at
        wary = at is not None and situation.now - at <= self._config.hold_later_for_s
        return max(hold_s, self._config.hold_later_s) if wary else hold_s

    def _while_voiced(self, situation: Situation, message: Message, turn: Turn) -> Wishes:
        """The voice goes on, as far as is known."""
        config, gain = self._config, situation.floor.gain
        hold_after_s = self._later(situation, config.hold_after_voiced_s)
        if gain == 1.0 and turn.voiced_s < hold_after_s:
            return NOTHING
        if situation.now >= turn.voice_at + config.resume_after_s:
            return _resume(message, "the voice has stopped") if gain < 1.0 else NOTHING
        believed = turn.voiced_s >= config.words_after_voiced_s or self._asks_plainly(turn)
        if believed and self._says_something(situation, turn):
            return _stop(message, "words", "a visitor says something")
        lasts = turn.voiced_s >= config.stop_after_voiced_s
        if lasts and not turn.words and not self._cautious(situation):
            return _stop(message, "voice", f"a visitor has spoken for {turn.voiced_s:.1f} s")
        if gain == 0.0:
            return Wishes(wake_at=turn.voice_at + config.resume_after_s)
        hold_at = turn.voice_began_at + self._later(situation, config.hold_at_latest_s)
        if turn.voiced_s < hold_after_s and situation.now < hold_at - _ROUNDING_S:
            return Wishes(wake_at=hold_at)
        return self._hold(situation, message, turn)

    def _judge_words(self, situation: Situation, message: Message, turn: Turn) -> Wishes:
        """The visitor has paused or ended: what was it?"""
        sure = self._sure(situation, turn)
        if self._wants_the_floor(situation, turn, sure):
            return _stop(message, "words", "a visitor says something")
        lasts = turn.total_voiced_s >= self._config.stop_after_voiced_s
        unclear = lasts and not turn.words.strip() and not self._cautious(situation)
        if unclear:
            return _stop(message, "voice", f"a visitor spoke for {turn.total_voiced_s:.1f} s")
        meaningless = turn.over_speech and bool(turn.words.strip())
        dismiss = turn.id if meaningless else None
        if situation.floor.gain == 1.0:
            return Wishes(dismiss=dismiss)
        if sure is not None and sure >= self._config.doubt_from:
            more_by = self._more_by(situation, turn)
            if situation.now < more_by - _ROUNDING_S:
                return Wishes(dismiss=dismiss, wake_at=more_by)
        sentence = "it was a backchannel" if turn.words.strip() else "it was no words"
        resume = _resume(message, sentence)
        return Wishes(duck=resume.duck, dismiss=dismiss)

    def _afterwards(self, situation: Situation, turn: Turn) -> Wishes:
        """The agent has ended by itself; what came over its last words may still mean nothing."""
        stopped_for_it = situation.floor.stopped_turn == turn.id
        if not turn.over_speech or turn.ended is None or stopped_for_it or turn.parts_spoken:
            return NOTHING
        if not turn.words.strip() or self._says_something(situation, turn):
            return NOTHING
        return Wishes(dismiss=turn.id)

    def _more_by(self, situation: Situation, turn: Turn) -> float:
        """Until when somebody who may have wanted the floor has time to say more."""
        longest = situation.floor.ducked_at + self._config.doubt_hush_s
        return min(turn.voice_at + self._config.doubt_waits_s, longest)

    def _wants_the_floor(self, situation: Situation, turn: Turn, sure: float | None) -> bool:
        if sure is None:
            return self._says_something(situation, turn) and not self._doubtful(turn)
        again = any(self._passed_over(situation, one, turn) for one in situation.turns.values())
        bar = self._config.yields_from
        return sure >= (min(bar, self._config.yields_again_from) if again else bar)

    def _sure(self, situation: Situation, turn: Turn) -> float | None:
        """How surely a short voice wants the floor, by its words and its sound together.

        None: by the words alone, as the sound says nothing. An answer to the agent's own question,
        and who had only paused, are none of what the sound was learned from.
        """
        if turn.murmur is None or _asks(situation) or _goes_on(situation, turn):
            return None
        text = plain(turn.words)
        if is_echo(situation, text):
            return 0.0
        says = self._says_something(situation, turn)
        known = (*self._config.backchannels, *self._config.agreements)
        murmurs = without(text, known, self._config.assessments) != text
        said = Said.WORDS if says else Said.MURMUR if murmurs else Said.NOTHING
        if says and says_any(text, self._config.floor_words):
            said = Said.FLOOR
        return wants_the_floor(said, trust=turn.trust, murmur=turn.murmur)

    def _passed_over(self, situation: Situation, earlier: Turn, turn: Turn) -> bool:
        """A moment ago somebody may have wanted the floor, and did not get it."""
        since_s = turn.voice_began_at - earlier.voice_at
        soon = 0.0 <= since_s <= self._config.again_within_s
        if earlier.id == turn.id or not soon or not earlier.over_speech or earlier.typed:
            return False
        if situation.floor.stopped_turn == earlier.id:
            return False
        sure = self._sure(situation, earlier)
        return sure is not None and sure >= self._config.doubt_from

    def _doubtful(self, turn: Turn) -> bool:
        """A short voice, hardly understood."""
        if turn.total_voiced_s >= self._config.words_after_voiced_s:
            return False
        asks = says_any(turn.words, self._config.floor_words)
        limit = self._config.floor_doubt_below if asks else self._config.doubt_below
        return turn.trust < limit

    def _asks_plainly(self, turn: Turn) -> bool:
        """Such as `excuse me`: a single word may still become another while it is spoken."""
        plainly = tuple(phrase for phrase in self._config.floor_words if " " in phrase)
        return turn.voiced_s >= _PHRASE_S and says_any(turn.words, plainly)

    def _cautious(self, situation: Situation) -> bool:
        at = situation.floor.false_stop_at
        return at is not None and situation.now - at <= self._config.echo_caution_s

    def _says_something(self, situation: Situation, turn: Turn) -> bool:
        """The words heard so far want the floor."""
        text = plain(turn.words)
        if not text or (turn.over_speech and is_echo(situation, text)):
            return False
        goes_on = _goes_on(situation, turn)
        return not self._is_backchannel(text, _asks(situation), goes_on)

    def _is_backchannel(self, text: str, asks: bool, goes_on: bool) -> bool:
        config = self._config
        known = config.backchannels if asks else (*config.backchannels, *config.agreements)
        rest = without(text, known, () if asks else config.assessments)
        if goes_on and rest:
            return False  # `an ... appointment`, after an answer to `I have`
        return only_listens(text, rest, config.particles, config.backchannel_words * 2)


def _asks(situation: Situation) -> bool:
    """The agent is asking a question."""
    return bool(situation.floor.spoken) and situation.floor.spoken[-1].rstrip().endswith("?")


def _goes_on(situation: Situation, turn: Turn) -> bool:
    """The voice began with the first sound of an answer: its owner had only paused."""
    return any(
        act.in_reply_to is not None
        and act.in_reply_to != turn.id
        and act.spoken == 0
        and act.clause_at is not None
        and abs(turn.voice_began_at - act.clause_at) <= _TOO_SOON_S
        for act in situation.floor.speech
    )


def _stop(message: Message, branch: str, sentence: str) -> Wishes:
    return Wishes(stop=Stop(at=message.at, reason=because(f"interruption.{branch}", sentence)))


def _resume(message: Message, sentence: str) -> Wishes:
    reason = because("interruption.resume", sentence)
    return Wishes(duck=Duck(at=message.at, gain=1.0, reason=reason))
