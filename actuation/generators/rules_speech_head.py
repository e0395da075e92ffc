"""Head and brows of a clause: they go with its tone, its stresses, its pace and its form.

The head rises and falls with pitch, the brows lift where it is high (Munhall et al. 2004,
Psychological Science 15:133; Cave et al. 1996, 10.1109/ICSLP.1996.607235: most quick brow
raises come with a rise of pitch); nods sit on stresses (Graf et al. 2002,
10.1109/AFGR.2002.1004186); the head drifts while one speaks and settles in pauses (Hadar et al.
1983, 10.1177/002383098302600202). Questions end with brows and chin up, statements with a small
lowering. How each of it comes out follows from the seed; when it happens follows from the clause.
"""

from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from actuation.joints.moves import Bump
from actuation.score import Prominence, ScoredClause
from actuation.speech.prosody import RATE_HZ, Prosody, smoothed

Floats = NDArray[np.float64]

SPEECH_COLUMNS: Final = ("yaw_rad", "pitch_rad", "roll_rad", "inner_brows", "outer_brows")
BEFORE_S, AFTER_S = 0.4, 0.9
"""How far head and brows move before the first and after the last sample of a clause."""

_PITCH_RAD_PER_ST: Final = 0.0055
_BROW_FROM_ST, _BROW_PER_ST = 1.2, 0.07
_NOD_RAD: Final = 0.045
_DRIFT_RAD: Final = np.array([0.026, 0.015, 0.020])
_DRIFT_HZ: Final = (0.21, 0.37, 0.63)
_ASK_BROW, _ASK_RAD, _END_RAD = 0.55, 0.035, 0.022
_SECOND_STRESS: Final = 0.35
"""How often a stress that does not lead its phrase has a nod or a brow of its own."""


@dataclass(frozen=True, slots=True)
class SpeechMotion:
    """Head and brows of one clause, read at any time. Times count from its first sample."""

    table: NDArray[np.float32]
    """(m, len(SPEECH_COLUMNS)) at `RATE_HZ`, from `-BEFORE_S` on: radians, brows 0..1."""

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, len(SPEECH_COLUMNS)) at `times_s`; at rest outside."""
        at = np.clip((times_s + BEFORE_S) * RATE_HZ, 0, len(self.table) - 1.001)
        low = at.astype(np.int64)
        # A cubic through the neighbours' slopes: 50 rows a second look smooth at 60 frames.
        rows = self.table
        p0, p1 = rows[np.maximum(low - 1, 0)], rows[low]
        p2, p3 = rows[low + 1], rows[np.minimum(low + 2, len(rows) - 1)]
        x = (at - low)[:, None]
        a, b = (p2 - p0) / 2, (p3 - p1) / 2
        d = p2 - p1
        values = p1 + x * (a + x * (3 * d - 2 * a - b + x * (a + b - 2 * d)))
        values[:, 3:] = np.clip(values[:, 3:], 0.0, 1.0)
        return np.asarray(values, np.float64)


def speech_motion(
    spoken: ScoredClause, prosody: Prosody, *, seed: int, liveliness: float
) -> SpeechMotion:
    """Build head and brows for a clause.

    `liveliness`: 0..2, how much goes along; `seed`: one voice, many faces. The same words
    said again, later, have another motion.
    """
    random = np.random.default_rng(
        (seed, crc32(spoken.clause.text.encode()), round(abs(spoken.start_s) * 60))
    )
    duration = spoken.speech.duration_s
    times = np.arange(-BEFORE_S, duration + AFTER_S, 1 / RATE_HZ)
    table = np.zeros((len(times), len(SPEECH_COLUMNS)))
    speaking = _laid(prosody.speaking, times)
    table[:, :3] = _drift(times, prosody.pace, random) * smoothed(speaking, 0.25)[:, None]
    tone = smoothed(_laid(prosody.pitch_st, times), 0.10)
    table[:, 1] += _PITCH_RAD_PER_ST * np.clip(tone, -4, 5)
    lifted = np.clip(_BROW_PER_ST * (tone - _BROW_FROM_ST), 0.0, 0.35)
    table[:, 3] += lifted
    table[:, 4] += lifted
    _stresses(table, times, spoken, prosody, random)
    _form(table, times, spoken, prosody, duration)
    table *= liveliness
    table[:, 3:] = np.clip(table[:, 3:], 0.0, 1.0)
    # Nothing of it is left at the edges of the table.
    rise, fall = (times + BEFORE_S) / 0.3, (duration + AFTER_S - times) / 0.5
    table *= np.clip(np.minimum(rise, fall), 0.0, 1.0)[:, None]
    return SpeechMotion(np.ascontiguousarray(table, np.float32))


def _laid(values: Floats, times: Floats) -> Floats:
    """A table of the prosody on this file's times, 0 outside."""
    at = np.arange(len(values)) / RATE_HZ
    return np.asarray(np.interp(times, at, values, left=0.0, right=0.0))


def _drift(times: Floats, pace: float, random: np.random.Generator) -> Floats:
    """(n, 3) slow wandering of the head, calmer in slow speech."""
    waves = np.zeros((len(times), 3))
    speed = float(np.clip(pace, 0.6, 1.4))
    for k, hz in enumerate(_DRIFT_HZ):
        phase = random.uniform(0, 2 * np.pi, 3)
        size = random.uniform(0.6, 1.2, 3) / (k + 1)
        waves += size * np.sin(2 * np.pi * hz * speed * times[:, None] + phase)
    return np.asarray(waves * _DRIFT_RAD * random.uniform(0.7, 1.2))


def _stresses(
    table: Floats,
    times: Floats,
    spoken: ScoredClause,
    prosody: Prosody,
    random: np.random.Generator,
) -> None:
    """Nods and brows on stressed syllables. Fast speech has smaller ones."""
    calmer = float(np.clip(1 / prosody.pace, 0.6, 1.2))
    for stress in spoken.prominences:
        nods, lifts = random.random(2)
        size = stress.strength * random.uniform(0.7, 1.3) * calmer
        lean = random.uniform(-0.35, 0.35)
        late_s = random.uniform(0.0, 0.07)
        often = 1.0 if stress.leads else _SECOND_STRESS
        if nods < 0.9 * often:
            _nod(table, times, stress, spoken.start_s, late_s, size if stress.leads else size / 2,
                 lean)  # fmt: skip
        if lifts < 0.75 * often:
            brow = Bump(stress.at_s - spoken.start_s, 0.7 * size).evaluate(times)
            table[:, 3] += brow * random.uniform(0.5, 0.9)
            table[:, 4] += brow


def _nod(
    table: Floats,
    times: Floats,
    stress: Prominence,
    start_s: float,
    late_s: float,
    size: float,
    lean: float,
) -> None:
    at = stress.at_s - start_s + late_s
    nod = _NOD_RAD * Bump(at, size, rise_s=0.2, fall_s=0.36).evaluate(times)
    table[:, 1] -= nod
    table[:, 2] += lean * nod


def _form(
    table: Floats, times: Floats, spoken: ScoredClause, prosody: Prosody, duration: float
) -> None:
    """A question waits with brows and chin up; a statement ends with the head a little lower."""
    text = spoken.clause.text.rstrip(" \"'”’)")
    end = prosody.phrase_ends_s[-1] if prosody.phrase_ends_s else duration
    if text.endswith(("?", "？")):
        rising = float(np.clip(0.75 + 0.1 * prosody.final_rise_st, 0.6, 1.2))
        up = Bump(end - 0.05, rising, rise_s=0.45, hold_s=0.35, fall_s=0.5).evaluate(times)
        table[:, 1] += _ASK_RAD * up
        table[:, 3] += _ASK_BROW * up
        table[:, 4] += 0.85 * _ASK_BROW * up
    elif text.endswith((".", "!", "。", "！")):
        table[:, 1] -= _END_RAD * Bump(end + 0.1, 1.0, rise_s=0.4, hold_s=0.1, fall_s=0.5).evaluate(
            times
        )
