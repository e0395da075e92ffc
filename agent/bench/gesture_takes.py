"""Sentences as clauses with their times, and the motion of each source to them.

The sentences were written after the rules, and no rule was made with them in sight.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from actuation.generators.body_sources import BodySource, performed
from actuation.generators.metrics.body_motion import positions_of
from actuation.generators.metrics.body_slots import Slot
from actuation.gestures.style import BodyWish
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import clauses_of
from actuation.score import Score, ScoredClause
from actuation.speech.voice import Speech, VoiceName
from agent.bench.face_takes import speak
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Act, ActId, Clause, GestureCue, Reason, UtteranceId

Floats = NDArray[np.float64]

SEED: Final = 3
"""Of the motion that is judged by slots: their poses are those that this seed asks for."""
CHUNK_FRAMES: Final = 6
"""Frames are made and sent in chunks of so many."""
VOICES: tuple[VoiceName, ...] = ("flite", "espeak")
TEXTS = (
    "Hello there, and welcome. I hope that the journey was not too long.",
    "The workshop is upstairs. Take the lift to the fifth floor, and then turn left.",
    "I do not know whether she is in today. One moment please, I will ask.",
    "There are two ways to get there: the long one around the lake, and the short one across.",
    "That was really a great talk. Everybody here has spoken about it ever since.",
    "No, you cannot bring the dog inside. I am very sorry about that.",
    "Either we send it to your office, or you collect it tomorrow morning.",
    "First we fill in this form together. Second I print your badge.",
    "The whole building was closed over the winter, but now all of it is open again.",
    "Could you write your name here? And the company you come from, please.",
    "He is on the phone right now. Would you like a coffee in the meantime?",
    "Prices went up last year, and they will come down again, I think.",
    "My colleague over there knows far more about the exhibition than I do.",
    "It is a small thing, but it makes a big difference to the people who work here.",
    "Please keep some distance from the machine, it starts without a warning.",
    "We meet every second Thursday, in the room behind this wall.",
)
CUED = (
    ("This way to the hall, please.", "offer_palm", 0),
    ("Just wait a second before you enter.", "halt", 1),
    ("We looked at the result from every angle.", "beat_both", 4),
    ("Our garden lies behind the house.", "offer_palm", 1),
    ("You did that wonderfully.", "thumb_up", 3),
    ("Tell us what troubles you.", "welcome_arms", 1),
    ("I honestly regret what happened.", "heart_clasp", 2),
    ("That really has to end now.", "beat_down", 4),
)
"""Words, the gesture that goes with them, and the word that carries its stroke."""
KNOB_CUED = (
    ("Before you go any further, there is one more matter to settle.", "thumb_up", 8),
    ("Some of the others have already taken their seats upstairs.", "thumb_up", 6),
)
"""For turning knobs: nothing else is gestured in the second before the stroke."""


@dataclass(frozen=True, slots=True)
class Take:
    """One act, spoken, and where a body's strokes were asked for."""

    clauses: tuple[ScoredClause, ...]
    at_s: Floats
    """(n,) 60 a second, from before the first word to after the last."""
    slots: tuple[Slot, ...]

    @property
    def stresses_s(self) -> Floats:
        """When phrases have their strongest stress."""
        return np.array([p.at_s for c in self.clauses for p in c.prominences if p.leads])

    @property
    def sound(self) -> tuple[NDArray[np.float32], int]:
        """What is heard from `at_s[0]` on."""
        rate = self.clauses[0].speech.rate_hz
        samples = np.zeros(round((self.at_s[-1] - self.at_s[0]) * rate) + rate, np.float32)
        for clause in self.clauses:
            first = round((clause.start_s - self.at_s[0]) * rate)
            part = clause.speech.samples
            samples[first : first + len(part)] = part
        return samples, rate


@dataclass(frozen=True, slots=True)
class Moved:
    """A take as one source moves to it."""

    take: Take
    joints: Floats
    """(n, 44, 4)."""
    positions: Floats
    """(n, 44, 3) metres."""


def takes_of(texts: Sequence[str], cued: Sequence[tuple[str, str, int]]) -> list[Take]:
    """Say everything by the first voice that works here; needs one that tells phones."""
    acts = [clauses_of(text) for text in texts]
    acts += [
        (Clause(text=text, gestures=(GestureCue(lexeme=lexeme, word=word),)),)
        for text, lexeme, word in cued
    ]
    flat = [clause.text for act in acts for clause in act]
    for voice in VOICES:
        speeches, _ = asyncio.run(speak((voice,), flat))
        if speeches:
            said = iter(speeches)
            return [take_of(act, [next(said) for _ in act]) for act in acts]
    raise BackendUnavailableError("no voice speaks here: apt-get install flite, or espeakng")


def take_of(clauses: tuple[Clause, ...], speeches: Sequence[Speech]) -> Take:
    """One act of these clauses, whose sound is `speeches`."""
    reason = Reason(policy="bench", because="gestures are measured")
    act = Act(at=0.0, act=ActId(1), reason=reason, clauses=clauses)
    score = Score(utterance=UtteranceId(1))
    for i, speech in enumerate(speeches):
        score = score.append(act, i, speech)
    # An act begins anywhere between two chunks of frames, as on stage.
    begins = crc32(score.clauses[0].speech.text.encode()) % CHUNK_FRAMES
    at_s = np.arange(-0.5 - begins / FRAME_RATE_HZ, score.end_s + 1.0, 1 / FRAME_RATE_HZ)
    slots = performed(score.clauses, at_s, SEED, BodyWish()).slots
    return Take(score.clauses, at_s, slots)


def moved(
    source: BodySource, take: Take, *, seed: int = SEED, wish: BodyWish | None = None
) -> Moved:
    """The take as `source` moves to it."""
    joints = source.motion(take.clauses, take.at_s, seed, wish or BodyWish())
    return Moved(take, joints, positions_of(joints))
