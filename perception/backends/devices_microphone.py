"""The microphone of this machine, through PortAudio (`pip install 'foyer[devices]'`)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from perception.audio import Resampler, clean
from perception.senses import SOUND_RATE_HZ, SoundChunk

_CURE = (
    "pip install 'foyer[devices]' (on Debian also apt install libportaudio2), plug a microphone "
    "in, or use the microphone of the page"
)
_BLOCK_S = 0.02
_MOST_WAITING = 100
"""Blocks that may wait, 2 s; then the oldest are dropped."""
_QUIET_S = 3.0


class DeviceMicrophone:
    """One input device, mono, at its own rate; its blocks are stamped when they arrive."""

    def __init__(self, clock: Clock, *, device: int | str | None = None) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as fault:
            raise BackendUnavailableError(f"microphone: {fault}; {_CURE}") from None
        self._sounddevice = sounddevice
        self._clock = clock
        self._device = device

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield blocks until the device fails, which raises `BackendUnavailableError`."""
        loop = asyncio.get_running_loop()
        blocks: deque[tuple[float, Any]] = deque(maxlen=_MOST_WAITING)
        came = asyncio.Event()

        def block(data: Any, count: int, times: Any, status: Any) -> None:  # noqa: ANN401
            # PortAudio's thread. What its buffer held is older than now by its latency.
            latency_s = max(0.0, times.currentTime - times.inputBufferAdcTime)
            at = self._clock.now() - min(latency_s, 0.5)
            blocks.append((at, data[:, 0].copy()))
            loop.call_soon_threadsafe(came.set)

        stream, rate_hz = self._open(block)
        resampler = Resampler(rate_hz)
        with stream:
            while True:
                try:
                    async with asyncio.timeout(_QUIET_S):
                        await came.wait()
                except TimeoutError:
                    raise BackendUnavailableError(
                        f"microphone: no sound for {_QUIET_S:g} s; {_CURE}"
                    ) from None
                came.clear()
                while blocks:
                    at, data = blocks.popleft()
                    at -= resampler.held_s
                    samples = resampler.push(clean(data))
                    if samples.size:
                        yield SoundChunk(at=at, samples=samples)

    def _open(self, callback: Any) -> tuple[Any, int]:  # noqa: ANN401 - PortAudio is untyped
        """An input stream, at 16 kHz where the device can, else at its own rate."""
        fault: Exception | None = None
        for rate in (SOUND_RATE_HZ, None):
            try:
                rate_hz = rate or int(
                    self._sounddevice.query_devices(self._device, "input")["default_samplerate"]
                )
                stream = self._sounddevice.InputStream(
                    samplerate=rate_hz,
                    blocksize=round(rate_hz * _BLOCK_S),
                    device=self._device,
                    channels=1,
                    dtype=np.float32,
                    callback=callback,
                )
            except (self._sounddevice.PortAudioError, ValueError) as error:
                fault = error
            else:
                return stream, rate_hz
        raise BackendUnavailableError(f"microphone {self._device or ''}: {fault}; {_CURE}")
