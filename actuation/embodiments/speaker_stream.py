"""One open output device of PortAudio: it asks for sound in a thread of its own."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.voice_playout import FrameAxis, VoicePlayout
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.sound_devices import SoundDevice

Tap = Callable[[float, NDArray[np.float32], int], None]
"""(stage time of the first sample, samples as played, rate), in the device's own thread."""

_GONE_AFTER_S: Final = 1.0
_WILD_S: Final = 3.0
_MOST_LATENCY_S: Final = 1.0


class SpeakerStream:
    """Plays `playout` on `device`. Open it and close it in a worker thread: both may take long."""

    def __init__(
        self,
        portaudio: Any,  # noqa: ANN401 - the sounddevice module
        device: SoundDevice,
        playout: VoicePlayout,
        *,
        clock: Clock,
        latency_s: float,
        tap: Tap | None,
    ) -> None:
        self.device = device
        self.playout = playout
        self.latency_s = latency_s
        """From being given to being heard, seconds; the device's own word once it is open."""
        self._portaudio = portaudio
        self._clock = clock
        self._tap = tap
        self._axis = FrameAxis(device.rate_hz)
        self._stream: Any = None
        self._begun_at = self._asked_at = clock.now()
        self._given = 0
        self._wild = False
        """It takes sound faster than time passes, as a null device does."""

    def open(self) -> None:
        """Begin to play. Raises PortAudio's own error."""
        stream = self._portaudio.OutputStream(
            samplerate=self.device.rate_hz,
            device=self.device.index,
            channels=min(2, self.device.outputs),
            dtype=np.float32,
            latency=self.latency_s,
            callback=self._fill,
        )
        self._begun_at = self._asked_at = self._clock.now()
        try:
            stream.start()
        except self._portaudio.PortAudioError:
            stream.close()
            raise
        self._stream, self.latency_s = stream, float(stream.latency)

    def close(self) -> None:
        """End at once: what is in the device's buffer is not played to its end."""
        if self._stream is not None:
            self._stream.abort()
            self._stream.close()

    def close_late(self, opening: asyncio.Future[None]) -> None:
        """It was opened when nobody wanted it any more."""
        if not opening.cancelled() and opening.exception() is None:
            self.close()

    def check(self, now: float) -> None:
        """Raise `BackendUnavailableError` when the device has gone, or is none."""
        if self._wild:
            raise BackendUnavailableError(
                f"loudspeaker {self.device.name} keeps no time, so it is no loudspeaker; choose "
                "another device"
            )
        if now - self._asked_at > _GONE_AFTER_S:
            raise BackendUnavailableError(
                f"loudspeaker {self.device.name} has gone; plug it in again. The voice is not "
                "heard, captions still tell it. It is looked for by itself"
            )

    def _fill(self, out: Any, count: int, times: Any, status: Any) -> None:  # noqa: ANN401
        now = self._clock.now()
        self._given += count
        if self._given / self.device.rate_hz > 2 * (now - self._begun_at) + _WILD_S:
            self._wild = True
            raise self._portaudio.CallbackAbort
        ahead_s = times.outputBufferDacTime - times.currentTime
        if not 0 <= ahead_s < _MOST_LATENCY_S:
            ahead_s = self.latency_s  # some drivers tell no time
        if status:
            self._axis.forget()
        heard_at = self._axis.take(count, now + ahead_s)
        sound = self.playout.fill(count, heard_at)
        out[:] = sound[:, None]
        self._asked_at = now
        if self._tap is not None:
            self._tap(heard_at, sound, self.device.rate_hz)
