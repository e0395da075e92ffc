"""A stand-in for the performer whose sound tells its own score time, and how to read it back.

It speaks a chirp: the pitch at any moment is the score time, so that a recording of the
loudspeaker says which moment of the score was heard when, whatever any clock claims. Frames at
60 Hz carry the mouth of the same score.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from actuation.motion import (
    FACE_INDEX,
    FRAME_RATE_HZ,
    JOINT_INDEX,
    JOINT_NAMES,
    Cut,
    Frame,
    FrameChunk,
    StageItem,
    VoiceChunk,
)
from agent.core.clock import Clock
from agent.core.component import Component
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import UtteranceId

RATE_HZ = 22_050
LOW_HZ = 300.0
SLOPE_HZ_S = 150.0
LEAD_S = 0.25
"""How far ahead sound and frames are sent."""
TICK_S = 0.05
STRETCH_S = 0.1
"""Length of one stretch of voice."""
_WINDOW_S = 0.04
_SPECTRUM = 1 << 15
_PIECES = 8
_AUDIBLE = 0.1


def chirp(score_s: NDArray[np.float64]) -> NDArray[np.float32]:
    """The sound at score times `score_s`."""
    phase = 2 * np.pi * (LOW_HZ * score_s + SLOPE_HZ_S / 2 * score_s**2)
    return (0.5 * np.sin(phase)).astype(np.float32)


def mouth(score_s: float) -> float:
    """Opening of the jaw at score time `score_s`."""
    return float(0.35 - 0.35 * np.cos(2 * np.pi * 2.5 * score_s))


def heard_score(samples: NDArray[np.float32], rate_hz: float, at: int) -> float | None:
    """Score time of the chirp at sample `at`, by its pitch; None in silence and at its ends.

    The peak of the spectrum is found between its lines, which is exact to some hundredths of a
    millisecond. Comparing waveforms is not: shifted by one whole period they fit nearly as well.
    """
    half = round(_WINDOW_S / 2 * rate_hz)
    window = samples[max(at - half, 0) : max(at + half, 0)]
    if len(window) < 2 * half:
        return None
    if min(np.abs(piece).max() for piece in np.array_split(window, _PIECES)) < _AUDIBLE:
        return None
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)), _SPECTRUM))
    line = int(np.clip(np.argmax(spectrum), 1, len(spectrum) - 2))
    below, top, above = np.log(spectrum[line - 1 : line + 2] + 1e-12)
    between = (below - above) / 2 / (below - 2 * top + above)
    return float(((line + between) * rate_hz / _SPECTRUM - LOW_HZ) / SLOPE_HZ_S)


def lip_errors(
    samples: NDArray[np.float32],
    rate_hz: float,
    start_s: float,
    moments: Iterable[Mapping[str, float]],
    when: str,
    *,
    later_s: float = 0.0,
) -> NDArray[np.float64]:
    """Score time of the mouth less that of the sound really put out at the moment `when`.

    One for each of the player's `moments`, not a number where no sound was heard. `later_s`:
    against the sound of so much later instead.
    """
    errors = []
    for moment in moments:
        heard = heard_score(samples, rate_hz, round((moment[when] + later_s - start_s) * rate_hz))
        errors.append(np.nan if heard is None else moment["scoreShownS"] - heard)
    return np.array(errors, np.float64)


class StandInPerformer:
    """Idles for ever; `say(seconds)` speaks; `cut()` drops all that is unplayed."""

    name = "bench.stand_in"

    def __init__(
        self, *, clock: Clock, apply: Callable[[StageItem], None], jitter_s: float = 0.0
    ) -> None:
        """`jitter_s`: what is sent comes late by up to so much, each time by another amount."""
        self._jitter_s = jitter_s
        self._random = random.Random(6)
        self.generation = 0
        self.utterance = 0
        self._clock = clock
        self._apply = apply
        self._begins_at: float | None = None
        self._length_s = 0.0
        self._sent_s = 0.0
        self._frame: int | None = None

    def say(self, seconds: float) -> None:
        """Speak the chirp for so long, as a new utterance."""
        self.utterance += 1
        self._begins_at = self._clock.now() + LEAD_S
        self._length_s, self._sent_s = seconds, 0.0

    def cut(self) -> None:
        """Fall silent."""
        self.generation += 1
        self._begins_at = None
        self._frame = None
        self._apply(Cut(generation=self.generation, at=self._clock.now()))

    async def run(self) -> None:
        """Send sound and frames ahead until cancelled."""
        while True:
            now = self._clock.now()
            self._voice(now + LEAD_S + TICK_S)
            self._frames(now + LEAD_S + TICK_S)
            late_s = self._jitter_s * self._random.random()
            await self._clock.sleep_until(now + TICK_S + late_s)

    def _voice(self, until: float) -> None:
        while (
            self._begins_at is not None
            and self._sent_s < self._length_s
            and self._begins_at + self._sent_s < until
        ):
            length = min(STRETCH_S, self._length_s - self._sent_s)
            count = round(length * RATE_HZ)
            times = self._sent_s + np.arange(count) / RATE_HZ
            last = self._sent_s + length >= self._length_s - 1e-9
            self._apply(
                VoiceChunk(
                    generation=self.generation,
                    at=self._begins_at + self._sent_s,
                    utterance=UtteranceId(self.utterance),
                    score_s=self._sent_s,
                    rate_hz=RATE_HZ,
                    samples=chirp(times),
                    last=last,
                )
            )
            self._sent_s = self._length_s if last else self._sent_s + length

    def _frames(self, until: float) -> None:
        first = self._frame if self._frame is not None else int(self._clock.now() * FRAME_RATE_HZ)
        last = int(until * FRAME_RATE_HZ)
        if last > first:
            frames = tuple(self._pose(n / FRAME_RATE_HZ) for n in range(first, last))
            self._apply(FrameChunk(generation=self.generation, frames=frames))
        self._frame = max(first, last)

    def _pose(self, at: float) -> Frame:
        face = np.zeros(len(ARKIT_NAMES), np.float32)
        joints = np.zeros((len(JOINT_NAMES), 4), np.float32)
        joints[:, 3] = 1
        joints[JOINT_INDEX["leftUpperArm"]] = _turned(2, -1.2)
        joints[JOINT_INDEX["rightUpperArm"]] = _turned(2, 1.2)
        joints[JOINT_INDEX["head"]] = _turned(1, 0.12 * float(np.sin(0.9 * at)))
        face[FACE_INDEX["mouthSmileLeft"]] = face[FACE_INDEX["mouthSmileRight"]] = 0.2
        score_s = None if self._begins_at is None else at - self._begins_at
        if score_s is not None and not 0 <= score_s <= self._length_s:
            score_s = None
        if score_s is not None:
            face[FACE_INDEX["jawOpen"]] = mouth(score_s)
        return Frame(
            at=at,
            utterance=None if score_s is None else UtteranceId(self.utterance),
            score_s=score_s or 0.0,
            joints=joints,
            face=face,
            gaze_yaw_rad=0.1 * float(np.sin(0.5 * at)),
            gaze_pitch_rad=0.0,
        )


def _turned(axis: int, angle_rad: float) -> NDArray[np.float32]:
    """A turn about one axis, as a quaternion."""
    turn = np.zeros(4, np.float32)
    turn[axis] = np.sin(angle_rad / 2)
    turn[3] = np.cos(angle_rad / 2)
    return turn


@contextlib.asynccontextmanager
async def running(*components: Component) -> AsyncIterator[None]:
    """Run components while the block lasts."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(component.run()) for component in components]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
