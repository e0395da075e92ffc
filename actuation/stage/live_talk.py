"""A person's own speech by the agent's mouth: an operator's, from a microphone elsewhere.

Its lips are made by the learned face while it comes in. Sound is played only as far as its lips are
made, and what is shown was made ahead, so it comes out about `BEHIND_S` late and in time with them.
The sound itself goes from whoever has it to the stage; the bus only learns that somebody speaks.
"""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.faces.heads import Mouth
from actuation.generators.rules_loudness import LoudnessMouth
from actuation.speech.voice import Coming, Speech
from actuation.stage.early_clause import EarlyClause
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import Act, ActId, Clause, Meeting, Priority, Reason

BEHIND_S: Final = 0.6
"""So much of a talk is there before it is heard: what bodies are sent ahead, and a network's
look-ahead."""
LONGEST_S: Final = 120.0
WORDS: Final = "(an operator speaks)"
"""In the place of words: nobody wrote them down."""
_HELD_BACK_S = 0.02


class MadeMouth(Protocol):
    """What is needed of `sound_mouths.LiveMouth`."""

    @property
    def made(self) -> Mouth:
        """What is there of it."""
        ...

    @property
    def made_s(self) -> float:
        """So far it is made, seconds."""
        ...

    def push(self, samples: NDArray[np.float32]) -> None:
        """The next of its sound."""
        ...

    def finish(self) -> None:
        """Nothing follows."""
        ...


Mouths = Callable[[int, Mouth, Callable[[], None]], MadeMouth]
"""`SoundMouths.live`."""


class LiveTalk:
    """One stretch of a person's speech, from its first sample to the last."""

    def __init__(self, rate_hz: int, mouths: Mouths) -> None:
        """Raises `BadInputError` for a rate out of 8 to 48 kHz."""
        if not 8_000 <= rate_hz <= 48_000:
            raise BadInputError(f"talk: {rate_hz} Hz; give 8000 to 48000")
        self.ended = False
        self._rate_hz = rate_hz
        self._buffer = np.zeros(round(LONGEST_S * rate_hz), np.float32)
        self._arrived = 0
        self._coming = Coming()
        self._clause: EarlyClause | None = None
        self._begun = self._whole = False
        self._mouth = mouths(rate_hz, _Heard(self._buffer, rate_hz), self._advance)

    def on_stage(self, clause: EarlyClause) -> None:
        """The stage wants it."""
        self._clause = clause
        self._advance()

    def push(self, samples: NDArray[np.float32]) -> None:
        """The next samples, (n,) in [-1, 1]; what is no number is silence. Too long: it ends."""
        if self.ended:
            return
        part = np.clip(np.nan_to_num(samples), -1, 1).astype(np.float32)
        part = part[: len(self._buffer) - self._arrived]
        self._buffer[self._arrived : self._arrived + len(part)] = part
        self._arrived += len(part)
        self._mouth.push(part)
        if self._arrived == len(self._buffer):
            self.end()
        self._advance()

    def end(self) -> None:
        """Nothing follows."""
        if not self.ended:
            self.ended = True
            self._mouth.finish()
            self._advance()

    def _advance(self) -> None:
        """Bring on stage what has its lips."""
        clause = self._clause
        if clause is None or self._whole:
            return
        made = min(self._mouth.made_s, LONGEST_S) * self._rate_hz
        # The last of it goes out when it is known to be the last.
        ready = self._arrived - (0 if self.ended else round(_HELD_BACK_S * self._rate_hz))
        self._coming.count = max(self._coming.count, min(ready, int(made)))
        if not self._begun and (self.ended or self._coming.count >= BEHIND_S * self._rate_hz):
            self._begun = True
            clause.begun(self._speech(self._buffer, self._coming), self._mouth.made)
        if self._begun and self.ended and int(made) >= self._arrived:
            self._whole = True
            clause.whole(self._speech(self._buffer[: self._arrived], None), self._mouth.made)
        elif self._begun:
            clause.more()

    def _speech(self, samples: NDArray[np.float32], coming: Coming | None) -> Speech:
        return Speech(
            text=WORDS,
            voice="operator",
            rate_hz=self._rate_hz,
            samples=samples,
            phones=(),
            words=(),
            coming=coming,
        )


class _Heard:
    """A jaw by the loudness of what has come in so far, where the learned face cannot work."""

    def __init__(self, buffer: NDArray[np.float32], rate_hz: int) -> None:
        self._buffer, self._rate_hz = buffer, rate_hz

    def evaluate(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        first = max(0, int((times_s[0] - 2.0) * self._rate_hz))
        last = max(first + 1, int((times_s[-1] + 0.1) * self._rate_hz))
        near = LoudnessMouth(self._buffer[first:last], self._rate_hz)
        return near.evaluate(times_s - first / self._rate_hz)


class LiveTalks:
    """Whoever may speak by the agent's mouth; one at a time."""

    def __init__(self, *, clock: Clock, publish: Callable[[Act], None]) -> None:
        self._clock, self._publish = clock, publish
        self._mouths: Mouths | None = None
        self._talk: LiveTalk | None = None
        self._number = 0

    def serve(self, mouths: Mouths | None) -> None:
        """Who makes the mouths; None: the stage is down."""
        self._mouths = mouths
        if mouths is None:
            self._talk = None

    def begin(self, rate_hz: int) -> LiveTalk:
        """Somebody begins to speak. Raises `BadInputError` where another does, or nobody can."""
        if self._mouths is None:
            raise BadInputError("talk: the stage is not up; try again in a moment")
        if self._talk is not None and not self._talk.ended:
            raise BadInputError("talk: somebody else is speaking")
        self._talk = LiveTalk(rate_hz, self._mouths)
        self._number += 1
        self._publish(
            Act(
                at=self._clock.now(),
                # Numbers of acts that were decided upon rise from 1.
                act=ActId(-self._number),
                clauses=(Clause(text=WORDS),),
                priority=Priority.OPERATOR,
                speech_meets=Meeting.REPLACE,
                reason=Reason(policy="operator", because="an operator speaks"),
            )
        )
        return self._talk

    def of(self, act: ActId) -> LiveTalk | None:
        """The talk of an act, if it is one."""
        return self._talk if act == -self._number and self._number else None
