"""What a loudspeaker of this machine plays when: stretches of voice laid on its own frame count.

The device asks for its next frames and says when the first of them will be heard; a stretch is laid
so that it is heard at its stage time. Stretches that follow each other are joined frame by frame,
however the clocks run apart meanwhile; the next pause sets them right. What comes late begins late,
and what is very late is left out up to now. Pure but for a lock: the device asks in its own thread.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.motion import VoiceChunk
from actuation.speech.resampling import VoiceResampler
from agent.core.messages import UtteranceId

Sound = NDArray[np.float32]
SEAM_S: Final = 0.003
"""Two stretches this near each other are one."""
FADE_S: Final = 0.005
SWELL_S: Final = 0.03
"""Time for the gain to go from nothing to full."""
_STALE_S: Final = 0.5
_HEARD_KEPT: Final = 256
_READINGS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A moment of an utterance and when it came out, stage time."""

    at: float
    utterance: UtteranceId
    score_s: float
    first: bool = False


@dataclass(slots=True, kw_only=True)
class _Stretch:
    generation: int
    utterance: UtteranceId
    score_s: float
    at: float
    joins: bool
    samples: Sound
    played: int = 0
    begun: bool = False


@dataclass(slots=True, kw_only=True)
class _Piece:
    """A stretch that is out of our hands: heard from `at` on for `length_s`."""

    utterance: UtteranceId
    score_s: float
    at: float
    length_s: float


class FrameAxis:
    """When each frame given to a device is heard, from readings that jump about."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._readings: deque[float] = deque(maxlen=_READINGS)
        self._given = 0

    def take(self, count: int, reads_at: float) -> float:
        """The next `count` frames are asked for; the device says they are heard at `reads_at`.

        Returns when they are heard indeed: the middle of the last readings, all counted back to
        the first frame.
        """
        self._readings.append(reads_at - self._given / self._rate_hz)
        middle = sorted(self._readings)[len(self._readings) // 2]
        heard_at = middle + self._given / self._rate_hz
        self._given += count
        return heard_at

    def forget(self) -> None:
        """The device stood still: what it said before no longer holds."""
        self._readings.clear()


class VoicePlayout:
    """The voice on its way to one open device."""

    def __init__(
        self, rate_hz: int, *, gain: float = 1.0, begun: set[UtteranceId] | None = None
    ) -> None:
        """`begun`: utterances whose first sample was told already, by an earlier device."""
        self.rate_hz = rate_hz
        self.late = 0
        """Stretches that came too late for their moment."""
        self._lock = threading.Lock()
        self._waiting: deque[_Stretch] = deque()
        self._out: deque[_Piece] = deque(maxlen=_HEARD_KEPT)
        self._gain = self._wanted_gain = gain
        self._generation = 0
        self._joint: tuple[UtteranceId, int, float] | None = None
        """Utterance, source rate and score time at which the stretch pushed last ended."""
        self._resampler: VoiceResampler | None = None
        self._begun = set() if begun is None else begun
        self._frames = 0
        """Given to the device so far."""
        self._end = -1
        """The frame after the last one with voice in it."""

    # Called by the body.

    def push(self, chunk: VoiceChunk) -> None:
        """Take a stretch of voice; one of an older generation is dropped."""
        if chunk.generation < self._generation or not len(chunk.samples):
            return
        joint = self._joint
        joins = (
            joint is not None
            and self._resampler is not None
            and joint[:2] == (chunk.utterance, chunk.rate_hz)
            and abs(joint[2] - chunk.score_s) < SEAM_S
        )
        if not joins or self._resampler is None:
            self._resampler = VoiceResampler(chunk.rate_hz, self.rate_hz)
        samples = self._resampler.push(np.asarray(chunk.samples, np.float32), last=chunk.last)
        end_s = chunk.score_s + len(chunk.samples) / chunk.rate_hz
        self._joint = None if chunk.last else (chunk.utterance, chunk.rate_hz, end_s)
        stretch = _Stretch(
            generation=chunk.generation,
            utterance=chunk.utterance,
            score_s=chunk.score_s,
            at=chunk.at,
            joins=joins,
            samples=samples,
        )
        with self._lock:
            self._waiting.append(stretch)

    def cut(self, generation: int) -> None:
        """Drop what is below `generation`; what sounds now fades within `FADE_S`."""
        with self._lock:
            self._generation = max(self._generation, generation)
            kept: deque[_Stretch] = deque()
            for stretch in self._waiting:
                if stretch.generation >= self._generation:
                    kept.append(stretch)
                elif stretch.begun:
                    kept.append(_faded(stretch, round(FADE_S * self.rate_hz)))
            self._waiting = kept
            self._joint = self._resampler = None

    def set_gain(self, gain: float) -> None:
        """Go to this gain over about `SWELL_S`."""
        self._wanted_gain = gain

    def heard(self, now: float) -> list[Heard]:
        """What to report: each first sample that is out, and how far each stretch has come."""
        told: list[Heard] = []
        newest: dict[UtteranceId, Heard] = {}
        with self._lock:
            for piece in [p for p in self._out if p.at <= now]:
                if piece.utterance not in self._begun:
                    self._begun.clear()
                    self._begun.add(piece.utterance)
                    told.append(_moment(piece, 0.0, first=True))
                into_s = min(now - piece.at, piece.length_s)
                newest[piece.utterance] = _moment(piece, into_s)
                if into_s >= piece.length_s:
                    self._out.remove(piece)
        return told + list(newest.values())

    @property
    def silent(self) -> bool:
        """Nothing is being said or waits to be."""
        with self._lock:
            return not self._waiting

    # Called by the device, in its own thread.

    def fill(self, count: int, heard_at: float) -> Sound:
        """The next `count` frames, (count,); the first is heard at stage time `heard_at`."""
        block = np.zeros(count, np.float32)
        with self._lock:
            at = 0
            while self._waiting and at < count:
                stretch = self._waiting[0]
                if not stretch.begun:
                    due = self._due(stretch, at, heard_at)
                    if due >= count:
                        break
                    at = due
                if stretch.played < len(stretch.samples):
                    at = self._lay(stretch, block, at, heard_at)
                stretch.begun = True
                if stretch.played >= len(stretch.samples):
                    self._waiting.popleft()
            self._frames += count
            gains = self._gains(count)
        return block * gains

    def _due(self, stretch: _Stretch, at: int, heard_at: float) -> int:
        """The frame of this block at which it begins. Called once it may."""
        if stretch.joins and self._frames + at == self._end:
            return at
        due = round((stretch.at - heard_at) * self.rate_hz)
        if due < at - round(SEAM_S * self.rate_hz):
            self.late += 1
            if at - due > _STALE_S * self.rate_hz:
                stretch.played = min(at - due, len(stretch.samples))
        return max(due, at)

    def _lay(self, stretch: _Stretch, block: Sound, at: int, heard_at: float) -> int:
        part = stretch.samples[stretch.played : stretch.played + len(block) - at]
        block[at : at + len(part)] = part
        self._out.append(
            _Piece(
                utterance=stretch.utterance,
                score_s=stretch.score_s + stretch.played / self.rate_hz,
                at=heard_at + at / self.rate_hz,
                length_s=len(part) / self.rate_hz,
            )
        )
        stretch.played += len(part)
        self._end = self._frames + at + len(part)
        return at + len(part)

    def _gains(self, count: int) -> Sound:
        wanted, step = self._wanted_gain, 1 / (SWELL_S * self.rate_hz)
        away = wanted - self._gain
        moved = np.minimum(step * np.arange(1, count + 1), abs(away)) * np.sign(away)
        gains: Sound = (self._gain + moved).astype(np.float32)
        self._gain = float(gains[-1]) if count else self._gain
        return gains


def _moment(piece: _Piece, into_s: float, *, first: bool = False) -> Heard:
    return Heard(
        at=piece.at + into_s,
        utterance=piece.utterance,
        score_s=piece.score_s + into_s,
        first=first,
    )


def _faded(stretch: _Stretch, count: int) -> _Stretch:
    """The same, ending `count` frames from where it is now."""
    tail = stretch.samples[stretch.played : stretch.played + count].copy()
    tail *= np.linspace(1, 0, len(tail), dtype=np.float32)
    stretch.samples = np.concatenate([stretch.samples[: stretch.played], tail])
    return stretch
