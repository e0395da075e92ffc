"""What a Reachy Mini's loudspeaker says, and when it is heard.

Sound leaves this machine in stretches of 20 ms and is heard a fixed time later: the robot's daemon
keeps 0.3 s of it against a stuttering network. So each stretch is asked for that much ahead. What
must not be heard any more is thrown away at the robot, too.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.voice_playout import VoicePlayout
from actuation.embodiments.reachy_daemon import ReachyDaemon
from actuation.motion import Cut, Halt, Release, StageItem, VoiceChunk, Volume
from agent.core.clock import Clock
from agent.core.messages import Message, Played

RATE_HZ: Final = 48_000
_SPARE_S: Final = 0.1
_REPORT_EVERY_S: Final = 0.1


class ReachyVoice:
    """The voice on its way to the robot."""

    def __init__(self, delay_s: float) -> None:
        """`delay_s`: from leaving this machine to being heard."""
        self.lead_s = delay_s + _SPARE_S
        """How far ahead it wants the score."""
        self._delay_s = delay_s
        self._playout = VoicePlayout(RATE_HZ)
        self._generation = 0
        self._halted = False
        self._last_voice_at = float("-inf")
        self._cut = asyncio.Event()

    def fill(self, count: int, sent_at: float) -> NDArray[np.float32]:
        """The next `count` samples at `RATE_HZ`, which leave at `sent_at`."""
        sound = self._playout.fill(count, sent_at + self._delay_s)
        if np.any(sound):
            self._last_voice_at = sent_at
        return sound

    def take(self, item: StageItem, now: float) -> None:
        """Take one item; only the voice and what hushes it matter here."""
        match item:
            case VoiceChunk() if item.generation >= self._generation and not self._halted:
                self._generation = item.generation
                self._playout.push(item)
            case Cut():
                self._drop(max(self._generation, item.generation), now)
            case Halt():
                self._halted = True
                self._drop(self._generation + 1, now)
            case Release():
                self._halted = False
            case Volume():
                self._playout.set_gain(item.gain)

    def _drop(self, generation: int, now: float) -> None:
        self._generation = generation
        self._playout.cut(generation)
        if now - self._last_voice_at < self._delay_s + _SPARE_S:
            self._cut.set()

    async def keep(self, robot: ReachyDaemon) -> None:
        """Throw away at the robot what was cut, for ever."""
        while True:
            await self._cut.wait()
            self._cut.clear()
            await robot.hush()

    async def report(self, body: str, clock: Clock, publish: Callable[[Message], None]) -> None:
        """Tell what was heard, for ever."""
        while True:
            for heard in self._playout.heard(clock.now()):
                publish(
                    Played(
                        at=heard.at,
                        body=body,
                        utterance=heard.utterance,
                        score_s=heard.score_s,
                        first=heard.first,
                    )
                )
            await clock.sleep_until(clock.now() + _REPORT_EVERY_S)
