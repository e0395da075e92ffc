"""What the microphone makes of voices: turns with pauses, partial words, errors and silences.

There is one microphone and one turn at a time, as in `perception`: whoever speaks meanwhile is not
heard apart. A line is cut into stretches; a silence between two of them ends the turn or does not.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.core.messages import (
    LineTyped,
    Message,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)
from behavior.lobby.ear import plain_words
from behavior.lobby.noise import HearingNoise

_PARTIAL_S = 0.5
_FILLERS = ("um", "uh", "er")
_SOUNDS_LIKE = {
    "where": "were", "here": "hear", "to": "two", "for": "four", "see": "sea", "meet": "meat",
    "meeting": "meting", "have": "half", "the": "a", "is": "as", "an": "and", "i'm": "in",
    "with": "whiff", "lift": "left", "wifi": "why fly", "parcel": "possible", "toilet": "twilight",
    "stairs": "stares", "need": "knee", "please": "peas", "way": "weigh", "room": "rum",
}  # fmt: skip


@dataclass(slots=True)
class Stretch:
    """A piece of a line without a gap."""

    start: float
    end: float
    text: str


@dataclass(slots=True)
class Line:
    """Something being said by somebody."""

    speaker: int
    """0: nobody, a noise."""
    text: str
    """What is really said."""
    stretches: list[Stretch]
    heard: bool = True
    """The microphone takes it for a voice at all."""
    cut: bool = False
    """Broken off."""

    @property
    def start(self) -> float:
        """The first voiced moment."""
        return self.stretches[0].start

    @property
    def end(self) -> float:
        """The last voiced moment."""
        return self.stretches[-1].end

    def said_by(self, at: float) -> str:
        """The words up to a moment, roughly."""
        said = []
        for stretch in self.stretches:
            if at >= stretch.end:
                said.append(stretch.text)
            elif at > stretch.start:
                words = stretch.text.split()
                share = (at - stretch.start) / (stretch.end - stretch.start)
                said.append(" ".join(words[: int(share * len(words))]))
        return " ".join(one for one in said if one)


@dataclass(slots=True)
class _Turn:
    number: TurnId
    revision: int = 0
    text: list[str] = field(default_factory=list)
    voiced_s: float = 0.0
    started: bool = False
    """The present stretch has been announced."""
    paused: bool = False
    told_at: float = 0.0
    partial: str = ""


class Microphone:
    """Turns lines into messages, as time goes on."""

    def __init__(self, noise: HearingNoise, rng: random.Random, names: frozenset[str]) -> None:
        """`names`: words that are misheard more easily."""
        self.noise = noise
        self._rng = rng
        self._names = names
        self._line: Line | None = None
        self._turn: _Turn | None = None
        self._index = 0
        self._turns = 0
        self.speakers: dict[TurnId, int] = {}
        """Who spoke in each turn; 0: nobody."""

    @property
    def busy(self) -> bool:
        """Somebody speaks, or a turn is still open."""
        return self._line is not None

    @property
    def line(self) -> Line | None:
        """The line being said or just over."""
        return self._line

    def say(
        self, speaker: int, text: str, now: float, pace: float, gaps: tuple[float, float, float]
    ) -> Line:
        """Begin a line. `pace`: letters a second; `gaps`: likelihood, shortest, longest."""
        line = Line(speaker, text, self._stretches(text, now, pace, gaps))
        line.heard = self._rng.random() >= self.noise.missed_turns
        self._line, self._turn, self._index = line, None, 0
        return line

    def rustle(self, now: float, length_s: float) -> None:
        """A noise that is taken for a voice, if nobody speaks."""
        if self._line is None:
            self._line = Line(0, "", [Stretch(now, now + length_s, "")])
            self._turn, self._index = None, 0

    def type(self, speaker: int, text: str, now: float) -> list[Message]:
        """A typed line, at once a whole turn."""
        ended = TurnEnded(at=now, turn=self._take(speaker), revision=0, text=text, typed=True)
        return [LineTyped(at=now, text=text), ended]

    def break_off(self, now: float) -> None:
        """The one who speaks falls silent."""
        line = self._line
        if line is None or now >= line.end:
            return
        line.cut = True
        kept = [one for one in line.stretches if one.start < now]
        if kept:
            last = kept[-1]
            words = last.text.split()
            share = (now - last.start) / max(last.end - last.start, 1e-6)
            last.text = " ".join(words[: int(share * len(words))])
            last.end = min(last.end, now)
            line.stretches[:] = kept
            if self._index >= len(kept):  # between two turns: nothing is left to be heard
                self._line = None

    def step(self, now: float, tell: Callable[[Message], None]) -> None:
        """Say what can be heard by `now`."""
        line = self._line
        if line is None:
            return
        if line.heard:
            self._hear(line, now, tell)
        elif now >= line.end:
            self._line = None

    def _hear(self, line: Line, now: float, tell: Callable[[Message], None]) -> None:
        noise, stretch = self.noise, line.stretches[self._index]
        if self._turn is None:
            self._turn = _Turn(self._take(line.speaker))
        turn = self._turn
        if not turn.started:
            if now < stretch.start + noise.confirm_s:
                return
            turn.started, turn.paused, turn.told_at = True, False, now
            tell(SpeechStarted(at=stretch.start, turn=turn.number, revision=turn.revision))
        if now < stretch.end:
            self._go_on(turn, stretch, now, tell)
            return
        if not turn.paused:
            if now < stretch.end + noise.pause_s:
                return
            turn.paused = True
            turn.voiced_s += stretch.end - stretch.start
            turn.text.append(self.mishear(stretch.text))
            text, sure = self._understood(turn)
            tell(
                TurnPaused(
                    at=stretch.end,
                    turn=turn.number,
                    revision=turn.revision,
                    text=text,
                    confidence=sure,
                )
            )
        self._perhaps_end(line, turn, now, tell)

    def _go_on(
        self, turn: _Turn, stretch: Stretch, now: float, tell: Callable[[Message], None]
    ) -> None:
        voiced_s = now - stretch.start
        tell(SpeechContinues(at=now, turn=turn.number, revision=turn.revision, voiced_s=voiced_s))
        if now - turn.told_at >= _PARTIAL_S:
            turn.told_at = now
            words = stretch.text.split()
            share = voiced_s / max(stretch.end - stretch.start, 1e-6)
            fresh = plain_words(" ".join(words[: int(share * len(words))]))
            text = " ".join(one for one in (*turn.text, fresh) if one)
            if text and text != turn.partial:
                turn.partial = text
                tell(WordsHeard(at=now, turn=turn.number, revision=turn.revision, text=text))

    def _perhaps_end(
        self, line: Line, turn: _Turn, now: float, tell: Callable[[Message], None]
    ) -> None:
        noise, stretch = self.noise, line.stretches[self._index]
        more = self._index + 1 < len(line.stretches)
        if more and line.stretches[self._index + 1].start <= now:
            self._index += 1
            turn.revision += 1
            turn.started = False
            return
        if now < stretch.end + (noise.dangles_s if more or line.cut else noise.ends_s):
            return
        text, sure = self._understood(turn)
        tell(
            TurnEnded(
                at=stretch.end,
                turn=turn.number,
                revision=turn.revision,
                text=text,
                confidence=sure,
                voiced_s=turn.voiced_s,
            )
        )
        self._turn = None
        if more:
            self._index += 1
        else:
            self._line = None

    def _understood(self, turn: _Turn) -> tuple[str, float]:
        text = " ".join(one for one in turn.text if one)
        return text, (0.9 if text else 0.0)

    def _take(self, speaker: int) -> TurnId:
        self._turns += 1
        turn = TurnId(self._turns)
        self.speakers[turn] = speaker
        return turn

    def _stretches(
        self, text: str, now: float, pace: float, gaps: tuple[float, float, float]
    ) -> list[Stretch]:
        likely, shortest, longest = gaps
        words, stretches, at, start = text.split(), [], now, 0
        for k in range(1, len(words) + 1):
            last = k == len(words)
            if last or (k - start >= 2 and self._rng.random() < likely):
                piece = " ".join(words[start:k])
                length = max(0.25, len(piece) / pace)
                stretches.append(Stretch(at, at + length, piece))
                at += length + self._rng.uniform(shortest, longest)
                start = k
        return stretches

    def mishear(self, text: str) -> str:
        """The words as the recogniser gives them."""
        noise, rng = self.noise, self._rng
        words = plain_words(text).split()
        if not words or rng.random() < noise.empty_turns:
            return ""
        if not noise.word_errors and not noise.name_errors:
            return " ".join(words)
        heard: list[str] = []
        for word in words:
            share = noise.name_errors if word in self._names else noise.word_errors
            if rng.random() >= share:
                heard.append(word)
            elif word in _SOUNDS_LIKE:
                heard.append(_SOUNDS_LIKE[word])
            else:
                heard += self._garbled(word)
        return " ".join(heard)

    def _garbled(self, word: str) -> list[str]:
        rng = self._rng
        kind = rng.random()
        if kind < 0.3:
            return []
        if kind < 0.45:
            return [word, rng.choice(_FILLERS)]
        k = rng.randrange(len(word))
        return [word[:k] + rng.choice("aeioustnrl") + word[k + 1 :]]
