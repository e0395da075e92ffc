"""The microphone of this machine, through PortAudio (`pip install 'foyer[local]'`)."""

import asyncio
import contextlib
import importlib
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.sound_devices import SoundDevice, SoundSystem
from perception.audio import Resampler, clean
from perception.senses import SOUND_RATE_HZ, SoundChunk

_CURE = (
    "pip install 'foyer[local]' (on Debian also apt install libportaudio2), plug a microphone "
    "in, or use the microphone of the page"
)
_BLOCK_S = 0.02
_MOST_WAITING = 100
"""Blocks that may wait, 2 s; then the oldest are dropped."""
_QUIET_S = 3.0


class DeviceMicrophone:
    """One input device at its own rate: one channel, or those of an array.

    Its blocks are stamped when they arrive.

    When it has gone, it is found again by its name once it is back, whatever its number is then.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        device: int | str = "",
        channels: Sequence[int] = (),
        system: SoundSystem | None = None,
        portaudio: Any = None,  # noqa: ANN401 - the sounddevice module; tests put their own here
    ) -> None:
        """`device`: its number or a part of its name; empty: the system's own choice.

        `channels`: of an array, by their number on the device; the first is what words are heard
        by. `system`: PortAudio, as it is shared with a loudspeaker.
        """
        self._clock = clock
        self._device = device
        self._channels = tuple(channels)
        self._system = system or SoundSystem()
        self._portaudio = portaudio

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield blocks until the device fails, which raises `BackendUnavailableError`."""
        portaudio = self._portaudio or _portaudio()
        doubted = False
        while True:
            device = await self._system.find(portaudio, self._device, "input", doubted=doubted)
            with self._system.streaming():
                try:
                    async for chunk in self._blocks(portaudio, device):
                        doubted = False
                        yield chunk
                except portaudio.PortAudioError as fault:
                    if doubted:
                        raise BackendUnavailableError(
                            f"microphone {device.name}: {fault}; {_CURE}"
                        ) from None
                    doubted = True

    async def _blocks(self, portaudio: Any, device: SoundDevice) -> AsyncIterator[SoundChunk]:  # noqa: ANN401
        """What comes from one opened device, until it is to be let go."""
        loop = asyncio.get_running_loop()
        blocks: deque[tuple[float, Any]] = deque(maxlen=_MOST_WAITING)
        came = asyncio.Event()
        taken, called = 0, False
        wanted = self._channels or (0,)
        _enough(device, wanted)

        def block(data: Any, count: int, times: Any, status: Any) -> None:  # noqa: ANN401
            # PortAudio's thread. What its buffer held is older than now by its latency.
            nonlocal taken, called
            taken += count
            latency_s = max(0.0, times.currentTime - times.inputBufferAdcTime)
            at = self._clock.now() - min(latency_s, 0.5)
            blocks.append((at, data[:, wanted].T.copy()))
            # One call wakes the loop for all that waits: a device gone wild must not flood it.
            if not called:
                called = True
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(came.set)

        stream, rate_hz = await asyncio.to_thread(_open, portaudio, device, max(wanted) + 1, block)
        resamplers = [Resampler(rate_hz) for _ in wanted]
        begun_at = self._clock.now()
        with stream:
            while not self._system.letting_go:
                try:
                    async with asyncio.timeout(_QUIET_S):
                        await came.wait()
                except TimeoutError:
                    raise BackendUnavailableError(
                        f"microphone {device.name}: no sound for {_QUIET_S:g} s; {_CURE}"
                    ) from None
                came.clear()
                called = False
                if taken / rate_hz > 2 * (self._clock.now() - begun_at) + _QUIET_S:
                    raise BackendUnavailableError(
                        f"microphone {device.name} keeps no time, so it is no microphone; choose "
                        "another device"
                    )
                for _ in range(len(blocks)):
                    at, data = blocks.popleft()
                    at -= resamplers[0].held_s
                    parts = [
                        one.push(clean(part)) for one, part in zip(resamplers, data, strict=True)
                    ]
                    if parts[0].size:
                        several = np.stack(parts) if len(parts) > 1 else None
                        yield SoundChunk(at=at, samples=parts[0], channels=several)


def _enough(device: SoundDevice, wanted: Sequence[int]) -> None:
    """Raise what cures a device with fewer channels than the array names."""
    if max(wanted) >= device.inputs:
        raise BackendUnavailableError(
            f"microphone {device.name} has {device.inputs} channels, and microphone.array names"
            f" channel {max(wanted)} (the first is 0); choose the array's own device, or the"
            " profile of it that gives each microphone by itself"
        )


def _open(portaudio: Any, device: SoundDevice, channels: int, callback: Any) -> tuple[Any, int]:  # noqa: ANN401
    """An input stream, at 16 kHz where the device can, else at its own rate."""
    fault: Exception | None = None
    for rate_hz in (SOUND_RATE_HZ, device.rate_hz):
        try:
            stream = portaudio.InputStream(
                samplerate=rate_hz,
                blocksize=round(rate_hz * _BLOCK_S),
                device=device.index,
                channels=channels,
                dtype=np.float32,
                callback=callback,
            )
        except portaudio.PortAudioError as error:
            fault = error
        else:
            return stream, rate_hz
    assert fault is not None
    raise fault


def _portaudio() -> Any:  # noqa: ANN401 - untyped
    try:
        return importlib.import_module("sounddevice")
    except (ImportError, OSError) as fault:
        raise BackendUnavailableError(f"microphone: {fault}; {_CURE}") from None
