"""The agent's own voice, taken out of what its microphone hears. The arithmetic, and the contract.

A canceller learns how what is played comes back from the room. It must get both on one clock: what
was played is kept by the time it was heard, and for each 10 ms of the microphone it is given what
was heard a little later than those began, so that the sound is always there before its echo. Two
sound devices have two clocks: they are held together by time, a sample at a time.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table
from perception.audio import Resampler, Sound, clean, level_db
from perception.senses import SOUND_RATE_HZ

BLOCK: Final = SOUND_RATE_HZ // 100
"""Samples a canceller takes at a time: 10 ms."""
_KEPT_S: Final = 3.0
_STEP: Final = round(0.02 * SOUND_RATE_HZ)
"""Further apart than this is a gap; nearer is jitter or drift."""
_SLIP: Final = 8
"""Half a millisecond: from here on a sample is left out or taken twice."""
_WAITING: Final = 500
_LOUD_DB: Final = -50.0
_SURE: Final = 6.0

ECHO_CANCELLERS: Table = {
    "webrtc": Row(
        path="perception.backends.echo_canceller:WebRtcCanceller",
        about="WebRTC's echo canceller, the one browsers have; on the processor, without a server.",
        packages=("livekit",),
        cure="pip install 'foyer[local]'",
    ),
    "none": Row(
        path="perception.backends.echo_canceller:NoCanceller",
        about="Passes the microphone on as it is: for headsets, and microphones that cancel.",
    ),
}


class EchoConfig(BaseModel):
    """Taking the agent's own voice out of its own microphone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    canceller: str = Field(
        "webrtc", description="Row of the canceller table: webrtc, or none, which needs nothing."
    )
    ahead_s: float = Field(
        0.03,
        ge=0,
        le=0.2,
        description="How much the played sound is given before its echo; more bears with devices"
        " that misstate their delay, and costs nothing but their honesty.",
    )
    waits_s: float = Field(
        0.06, ge=0, le=0.5, description="How long sound waits for what was played at the time."
    )


class EchoCanceller(Protocol):
    """Takes an echo out of a microphone's sound, 10 ms at a time, at `SOUND_RATE_HZ`."""

    @property
    def delay_s(self) -> float:
        """How much later than what it is given its sound comes out."""
        ...

    def cancel(self, heard: Sound, played: Sound) -> Sound:
        """`heard`, (BLOCK,), without what comes from `played`, (BLOCK,), or from before it."""
        ...


class PlayedSound:
    """What the loudspeaker played, by the time it was heard. Put in by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: deque[tuple[float, Sound, int]] = deque(maxlen=_WAITING)
        self._resampler: Resampler | None = None
        self._samples = np.zeros(0, np.float32)
        self._begins_at = 0.0
        self._end_at = float("-inf")

    def put(self, at: float, samples: NDArray[np.float32], rate_hz: int) -> None:
        """A stretch that is heard from `at` on. Only notes it: called where sound is played."""
        with self._lock:
            self._blocks.append((at, samples, rate_hz))

    @property
    def until_at(self) -> float:
        """Up to when it is known what was played; minus infinity before anything was."""
        self._take_in()
        return self._end_at

    def between(self, at: float, count: int) -> Sound:
        """(count,) as heard from `at` on; silence where nothing is known."""
        self._take_in()
        first = round((at - self._begins_at) * SOUND_RATE_HZ)
        out = np.zeros(count, np.float32)
        begin, end = max(first, 0), min(first + count, len(self._samples))
        if end > begin:
            out[begin - first : end - first] = self._samples[begin:end]
        return out

    def _take_in(self) -> None:
        with self._lock:
            blocks, self._blocks = self._blocks, deque(maxlen=_WAITING)
        for at, samples, rate_hz in blocks:
            if self._resampler is None or self._resampler.rate_hz != rate_hz:
                self._begin(at, rate_hz)
            assert self._resampler is not None
            expected_at = self._end_at + self._resampler.held_s
            if abs(at - expected_at) * SOUND_RATE_HZ > _STEP:
                self._begin(at, rate_hz)
            else:
                # Its clock runs a little apart from ours: all that is kept moves along with it.
                self._begins_at += 0.02 * (at - expected_at)
            fresh = self._resampler.push(clean(samples))
            self._samples = np.concatenate([self._samples, fresh])
            over = len(self._samples) - round(_KEPT_S * SOUND_RATE_HZ)
            if over > 0:
                self._samples = self._samples[over:]
                self._begins_at += over / SOUND_RATE_HZ
            self._end_at = self._begins_at + len(self._samples) / SOUND_RATE_HZ

    def _begin(self, at: float, rate_hz: int) -> None:
        self._resampler = Resampler(rate_hz)
        self._samples = np.zeros(0, np.float32)
        self._begins_at = self._end_at = at


class Alignment:
    """Which played samples go with which of the microphone, evenly although clocks run apart."""

    def __init__(self, played: PlayedSound, ahead_s: float) -> None:
        self.ahead_s = ahead_s
        self.slips = 0
        """Samples left out or taken twice, for drift."""
        self.jumps = 0
        """Times it had to begin anew: a gap, or a device that misstated its delay."""
        self._played = played
        self._next_at: float | None = None
        self._off = self._pull = self._pace = self._owed = 0.0

    def follow(self, later_s: float) -> None:
        """The echo comes so much later than it did: let what was played come later, too.

        Evenly over a second, for a canceller learns anew after a jump. What devices do not say
        of their clocks is found out this way.
        """
        self._pull = later_s * SOUND_RATE_HZ
        self._pace = self._pull * BLOCK / SOUND_RATE_HZ

    def beside(self, at: float) -> Sound:
        """(BLOCK,) of what was played, for a block of the microphone captured from `at` on."""
        if abs(self._pull) > 0 and self._next_at is not None:
            self._pull -= self._pace
            self._owed += self._pace
            if abs(self._pull) < abs(self._pace):
                self._pull = 0.0
            if abs(self._owed) >= 1:
                step = float(np.sign(self._owed))
                self._owed -= step
                self._next_at -= step / SOUND_RATE_HZ
                self.ahead_s -= step / SOUND_RATE_HZ
                self.slips += 1
        wanted_at = at + self.ahead_s
        if self._next_at is None or abs(wanted_at - self._next_at) * SOUND_RATE_HZ > _STEP:
            self.jumps += self._next_at is not None
            self._next_at, self._off = wanted_at, 0.0
        # The microphone's stamps jump about; only what they say on average is drift.
        self._off += 0.01 * ((wanted_at - self._next_at) * SOUND_RATE_HZ - self._off)
        if abs(self._off) > _SLIP:
            step = float(np.sign(self._off))
            self._next_at += step / SOUND_RATE_HZ
            self._off -= step
            self.slips += 1
        block = self._played.between(self._next_at, BLOCK)
        self._next_at += BLOCK / SOUND_RATE_HZ
        return block


@dataclass(frozen=True, slots=True)
class EchoFound:
    """An echo, and how long after its sound it comes."""

    delay_s: float
    sureness: float
    """How far its peak stands out: over 6 it is there."""


def find_echo(played: Sound, heard: Sound, *, most_s: float = 0.5) -> EchoFound | None:
    """Where `played` comes back in `heard`, both (n,) of the same time; None when it does not.

    Looks `most_s` both ways: an echo before its sound means that a device misstates its delay.
    Generalised cross-correlation with phase transform (Knapp and Carter, 1976).
    """
    if level_db(played) < _LOUD_DB or len(played) != len(heard):
        return None
    size = 2 * len(played)
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    weight = np.abs(spectrum)
    curve = np.fft.irfft(spectrum / np.maximum(weight, 1e-3 * weight.max() + 1e-12), size)
    most = min(round(most_s * SOUND_RATE_HZ), len(played) - 1)
    near = np.concatenate([curve[-most:], curve[: most + 1]])
    peak = int(np.argmax(near))
    sureness = float(near[peak] / (np.std(near) + 1e-12))
    if sureness < _SURE:
        return None
    return EchoFound((peak - most) / SOUND_RATE_HZ, sureness)
