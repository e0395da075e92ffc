"""A loudspeaker of this machine as a body: it has a voice and nothing else.

The voice is laid on the device's own frames, so that it is heard at its stage time and the reports
tell when it really was. Without the device the voice goes on unheard; when it is back, so is the
voice. How loud it is follows the room and the hour (`actuation/bodies/loudness.py`).
"""

import asyncio
import contextlib
import importlib
import math
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final

import numpy as np

from actuation.bodies.configs import SpeakerConfig
from actuation.bodies.loudness import RoomNoise, amplitude, gain_db
from actuation.bodies.voice_playout import VoicePlayout
from actuation.embodiments.speaker_stream import SpeakerStream, Tap
from actuation.motion import BodyDescription, Cut, Halt, Release, StageItem, VoiceChunk, Volume
from agent.core.clock import Clock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    BackendChosen,
    Health,
    Message,
    MicrophoneLevel,
    Played,
    StageState,
    UtteranceId,
)
from agent.core.sound_devices import SoundDevice, SoundSystem

_CURE: Final = "pip install 'foyer[local]' (on Debian also apt install libportaudio2)"
_TICK_S: Final = 0.02
_REPORT_EVERY_S: Final = 0.1
_KEPT_S: Final = 1.0
_STOPS_WITHIN_S: Final = 0.05


class SpeakerBody:
    """Plays the voice here; no joints, no face."""

    def __init__(
        self,
        *,
        config: SpeakerConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
        portaudio: Any = None,  # noqa: ANN401 - the sounddevice module; tests put their own here
        wall: WallTime | None = None,
    ) -> None:
        self._called = config.name or config.kind
        self.name = f"actuation.body.{self._called}"
        self._config = config
        self._clock = clock
        self._publish = publish
        self._traffic = traffic
        self._portaudio = portaudio
        self._wall = wall or WallTime(clock)
        self._system = SoundSystem()
        self._tap: Tap | None = None
        self._playout: VoicePlayout | None = None
        self._ahead: deque[VoiceChunk] = deque(maxlen=256)
        self._begun: set[UtteranceId] = set()
        self._generation = 0
        self._halted = False
        self._duck = 1.0
        self._noise = RoomNoise()
        self._level_db = gain_db(None, self._local_time(), config.loudness)
        self._level_at = clock.now()

    def share(self, system: SoundSystem, tap: Tap | None = None) -> None:
        """Use PortAudio together with the microphone; `tap` is told what is played."""
        self._system, self._tap = system, tap

    def describe(self) -> BodyDescription:
        """A voice."""
        return BodyDescription(
            name=self._called,
            speaks=True,
            lead_s=self._config.lead_s,
            cannot=("It is only heard: nothing can be seen on it.",),
        )

    async def connect(self) -> None:
        """Nothing to wait for: `run` opens the device."""

    def apply(self, item: StageItem) -> None:
        """Take one item; only the voice and what hushes it matter here."""
        match item:
            case VoiceChunk() if item.generation >= self._generation and not self._halted:
                self._generation = item.generation
                self._ahead.append(item)
                if self._playout is not None:
                    self._playout.push(item)
            case Cut():
                self._cut(max(self._generation, item.generation))
            case Halt():
                self._halted = True
                self._cut(self._generation + 1)
            case Release():
                self._halted = False
            case Volume():
                self._duck = item.gain
                self._set_gain()

    async def rest(self) -> None:
        """Be silent."""
        self._cut(self._generation + 1)

    def health(self) -> Health:
        """Running while the device plays."""
        return Health.DEGRADED if self._playout is None else Health.RUNNING

    async def run(self) -> None:
        """Play until cancelled. Raises `BackendUnavailableError` when the device is not there."""
        portaudio = self._portaudio or _portaudio()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen_to_the_room())
            group.create_task(self._keep_level())
            while True:
                async with self._opened(portaudio) as stream:
                    await self._play(stream)

    def _cut(self, generation: int) -> None:
        self._generation = generation
        self._ahead = deque(
            (c for c in self._ahead if c.generation >= generation), maxlen=self._ahead.maxlen
        )
        if self._playout is not None:
            self._playout.cut(generation)

    # The device.

    @contextlib.asynccontextmanager
    async def _opened(self, portaudio: Any) -> AsyncIterator[SpeakerStream]:  # noqa: ANN401
        """The wanted device, playing; looked for anew when what was known of it is out of date."""
        for doubted in (False, True):
            device = await self._system.find(
                portaudio, self._config.device, "output", doubted=doubted
            )
            stream = SpeakerStream(
                portaudio,
                device,
                VoicePlayout(device.rate_hz, gain=self._gain(), begun=self._begun),
                clock=self._clock,
                latency_s=self._config.latency_s,
                tap=self._tap,
            )
            with self._system.streaming():
                try:
                    await _opened_in_thread(stream)
                except portaudio.PortAudioError as fault:
                    if not doubted:
                        continue
                    raise BackendUnavailableError(
                        f"loudspeaker {device.name}: {fault}; close what else uses it, or choose "
                        "another device"
                    ) from None
                try:
                    self._playout = stream.playout
                    self._said(device, stream.latency_s)
                    self._catch_up(stream.latency_s)
                    yield stream
                finally:
                    self._playout = None
                    await asyncio.shield(asyncio.to_thread(stream.close))
                return

    def _catch_up(self, latency_s: float) -> None:
        """Give a device that is new or back what can still be heard in time."""
        soon = self._clock.now() + latency_s + _TICK_S
        for chunk in self._ahead:
            missed = max(0, math.ceil((soon - chunk.at) * chunk.rate_hz))
            if self._playout is None or missed >= len(chunk.samples):
                continue
            missed_s = missed / chunk.rate_hz
            self._playout.push(
                replace(
                    chunk,
                    at=chunk.at + missed_s,
                    score_s=chunk.score_s + missed_s,
                    samples=chunk.samples[missed:],
                )
            )

    def _said(self, device: SoundDevice, latency_s: float) -> None:
        detail = f"{device.rate_hz} Hz, heard {1000 * latency_s:.0f} ms after it is given"
        if latency_s > _STOPS_WITHIN_S:
            detail += "; it cannot stop faster than that"
        self._publish(
            BackendChosen(
                at=self._clock.now(), role=self._called, backend=device.name, detail=detail
            )
        )

    async def _play(self, stream: SpeakerStream) -> None:
        """Report until the device is to be let go; raise when it has gone."""
        told_at = self._clock.now()
        while not self._system.letting_go:
            now = self._clock.now()
            stream.check(now)
            if now - told_at >= _REPORT_EVERY_S - _TICK_S / 2:
                told_at = now
                self._report(now)
            await self._clock.sleep_until(now + _TICK_S)

    def _report(self, now: float) -> None:
        while self._ahead and _end_at(self._ahead[0]) < now - _KEPT_S:
            self._ahead.popleft()
        for heard in self._playout.heard(now) if self._playout is not None else ():
            self._publish(
                Played(
                    at=heard.at,
                    body=self._called,
                    utterance=heard.utterance,
                    score_s=heard.score_s,
                    first=heard.first,
                )
            )

    # How loud.

    async def _listen_to_the_room(self) -> None:
        async for message in self._traffic:
            match message:
                case StageState():
                    self._noise.agent_speaks(message.at, message.speaking)
                case MicrophoneLevel():
                    self._noise.hear(message.at, message.level_db, message.speech)

    async def _keep_level(self) -> None:
        """Follow room and hour slowly, so that nobody hears it being done."""
        while True:
            now = self._clock.now()
            most_db = self._config.loudness.follows_db_s * (now - self._level_at)
            wanted = gain_db(self._noise.noise_db, self._local_time(), self._config.loudness)
            self._level_db += float(np.clip(wanted - self._level_db, -most_db, most_db))
            self._level_at = now
            self._set_gain()
            await self._clock.sleep_until(now + _REPORT_EVERY_S)

    def _local_time(self) -> time:
        self._wall.renew()  # the machine's clock may have been set
        return datetime.fromtimestamp(self._wall.unix_s(self._clock.now())).time()

    def _gain(self) -> float:
        return self._duck * amplitude(self._level_db)

    def _set_gain(self) -> None:
        if self._playout is not None:
            self._playout.set_gain(self._gain())


def _end_at(chunk: VoiceChunk) -> float:
    return chunk.at + len(chunk.samples) / chunk.rate_hz


def _portaudio() -> Any:  # noqa: ANN401 - untyped
    try:
        return importlib.import_module("sounddevice")
    except (ImportError, OSError) as fault:
        raise BackendUnavailableError(f"loudspeaker: {fault}; {_CURE}") from None


async def _opened_in_thread(stream: SpeakerStream) -> None:
    opening = asyncio.get_running_loop().run_in_executor(None, stream.open)
    try:
        await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(stream.close_late)
        raise
