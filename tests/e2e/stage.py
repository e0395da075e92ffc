"""A stand-in for the performer: frames at 60 Hz and a chirp whose pitch tells its score time."""

import asyncio
import contextlib

import numpy as np

from actuation.motion import (
    ARKIT_NAMES,
    FACE_INDEX,
    FRAME_RATE_HZ,
    JOINT_INDEX,
    JOINT_NAMES,
    Cut,
    Frame,
    FrameChunk,
    VoiceChunk,
)
from agent.core.messages import UtteranceId

RATE_HZ = 22_050
LOW_HZ = 300.0
SLOPE_HZ_S = 150.0
LEAD_S = 0.25
TICK_S = 0.05


def chirp(score_s):
    """The sound at score times `score_s`."""
    phase = 2 * np.pi * (LOW_HZ * score_s + SLOPE_HZ_S / 2 * score_s**2)
    return (0.5 * np.sin(phase)).astype(np.float32)


def mouth(score_s):
    """Opening of the jaw at score time `score_s`."""
    return 0.35 - 0.35 * np.cos(2 * np.pi * 2.5 * score_s)


def turned(axis, angle):
    joints = np.zeros(4, np.float32)
    joints[axis] = np.sin(angle / 2)
    joints[3] = np.cos(angle / 2)
    return joints


class StandInPerformer:
    """Idles for ever; `say(seconds)` speaks; `cut()` drops all that is unplayed."""

    def __init__(self, *, clock, apply):
        self._clock = clock
        self._apply = apply
        self.generation = 0
        self.utterance = 0
        self._begins_at = None
        self._length_s = 0.0
        self._sent_s = 0.0
        self._frame = None

    def say(self, seconds):
        self.utterance += 1
        self._begins_at = self._clock.now() + LEAD_S
        self._length_s, self._sent_s = seconds, 0.0

    def cut(self):
        self.generation += 1
        self._begins_at = None
        self._frame = None
        self._apply(Cut(generation=self.generation, at=self._clock.now()))

    async def run(self):
        while True:
            now = self._clock.now()
            self._voice(now + LEAD_S + TICK_S)
            self._frames(now + LEAD_S + TICK_S)
            await self._clock.sleep_until(now + TICK_S)

    def _voice(self, until):
        while self._begins_at is not None and self._begins_at + self._sent_s < until:
            length = min(0.1, self._length_s - self._sent_s)
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
            self._sent_s += length
            if last:
                break

    def _frames(self, until):
        first = self._frame if self._frame is not None else int(self._clock.now() * FRAME_RATE_HZ)
        last = int(until * FRAME_RATE_HZ)
        if last > first:
            frames = tuple(self._pose(n / FRAME_RATE_HZ) for n in range(first, last))
            self._apply(FrameChunk(generation=self.generation, frames=frames))
        self._frame = max(first, last)

    def _pose(self, at):
        face = np.zeros(len(ARKIT_NAMES), np.float32)
        joints = np.zeros((len(JOINT_NAMES), 4), np.float32)
        joints[:, 3] = 1
        joints[JOINT_INDEX["leftUpperArm"]] = turned(2, -1.2)
        joints[JOINT_INDEX["rightUpperArm"]] = turned(2, 1.2)
        joints[JOINT_INDEX["head"]] = turned(1, 0.12 * np.sin(0.9 * at))
        face[FACE_INDEX["mouthSmileLeft"]] = face[FACE_INDEX["mouthSmileRight"]] = 0.2
        score = None if self._begins_at is None else at - self._begins_at
        speaks = score is not None and 0 <= score <= self._length_s
        if speaks:
            face[FACE_INDEX["jawOpen"]] = mouth(score)
        return Frame(
            at=at,
            utterance=UtteranceId(self.utterance) if speaks else None,
            score_s=score if speaks else 0.0,
            joints=joints,
            face=face,
            gaze_yaw_rad=0.1 * float(np.sin(0.5 * at)),
            gaze_pitch_rad=0.0,
        )


@contextlib.asynccontextmanager
async def running(*components):
    """Run components while the block lasts."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(component.run()) for component in components]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
