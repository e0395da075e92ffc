"""A body without a body: plays by the clock and says so. For headless runs, tests and files.

Its rule is the one every body follows: an item of an older generation is dropped, a cut drops what
is unplayed, and a chunk of frames takes the place of queued frames from its first frame on.
"""

import asyncio
from collections.abc import Callable

from actuation.motion import (
    JOINT_NAMES,
    BodyDescription,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    Halt,
    MoodLaid,
    Release,
    StageItem,
    VoiceChunk,
    Volume,
)
from agent.core.clock import Clock
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Health, Played

_REPORT_EVERY_S = 0.1


class NullBody:
    """Takes everything, shows nothing, reports what a perfect body would have played."""

    def __init__(
        self,
        *,
        clock: Clock,
        report: Callable[[Played], None],
        name: str = "null",
        lead_s: float = 0.25,
    ) -> None:
        self.name = f"actuation.{name}"
        self.dropped = 0
        self.gain = 1.0
        self._clock = clock
        self._report = report
        self._name = name
        self._lead_s = lead_s
        self._generation = 0
        self._voice: list[VoiceChunk] = []
        self._frames: list[Frame] = []
        self._shown: Frame | None = None
        self._begun: set[int] = set()
        self._waiting = asyncio.Event()

    def describe(self) -> BodyDescription:
        """It has every joint and blendshape, and a voice nobody hears."""
        return BodyDescription(
            name=self._name,
            joints=JOINT_NAMES,
            blendshapes=ARKIT_NAMES,
            speaks=True,
            lead_s=self._lead_s,
        )

    async def connect(self) -> None:
        """Nothing to wait for."""

    def apply(self, item: StageItem) -> None:
        """Queue or drop one item."""
        match item:
            case VoiceChunk() if item.generation >= self._generation:
                self._generation = item.generation
                self._voice.append(item)
                self._waiting.set()
            case FrameChunk() if item.generation >= self._generation and item.frames:
                self._generation = item.generation
                begins = item.frames[0].at
                self._frames = [f for f in self._frames if f.at < begins]
                self._frames += item.frames
                self._show(self._clock.now())
            case Cut():
                self._generation = max(self._generation, item.generation)
                self._play(self._clock.now())
                self._voice.clear()
                self._show(self._clock.now())
                self._frames.clear()
            case Volume():
                self.gain = item.gain
            case Halt():
                self.apply(Cut(generation=self._generation, at=item.at))
            case GestureLaid() | MoodLaid() | Release():
                pass  # its frames show all of it
            case _:
                self.dropped += 1

    async def rest(self) -> None:
        """Let go of everything."""
        self.apply(Cut(generation=self._generation + 1, at=self._clock.now()))

    def health(self) -> Health:
        """Nothing can break."""
        return Health.RUNNING

    def shown(self) -> Frame | None:
        """The frame to be seen now."""
        self._show(self._clock.now())
        return self._shown

    async def run(self) -> None:
        """Report what is played until cancelled."""
        while True:
            await self._waiting.wait()
            self._play(self._clock.now())
            if not self._voice:
                self._waiting.clear()
                continue
            soon = min(max(c.at, self._clock.now()) for c in self._voice)
            await self._clock.sleep_until(max(soon, self._clock.now() + 1e-3))
            self._play(self._clock.now())
            await self._clock.sleep_until(self._clock.now() + _REPORT_EVERY_S)

    def _play(self, now: float) -> None:
        """Report the newest sample that is out, and forget the chunks that are over."""
        for chunk in [c for c in self._voice if c.at <= now]:
            first = chunk.utterance not in self._begun
            self._begun.add(chunk.utterance)
            length_s = len(chunk.samples) / chunk.rate_hz
            out_s = 0.0 if first else min(now - chunk.at, length_s)
            self._report(
                Played(
                    at=chunk.at + out_s,
                    body=self._name,
                    utterance=chunk.utterance,
                    score_s=chunk.score_s + out_s,
                    first=first,
                    lip_error_s=0.0,
                )
            )
            if chunk.at + length_s <= now:
                self._voice.remove(chunk)

    def _show(self, now: float) -> None:
        due = [f for f in self._frames if f.at <= now]
        if due:
            self._shown = due[-1]
            self._frames = self._frames[len(due) :]
