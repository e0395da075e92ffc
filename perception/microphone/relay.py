"""Passes on a microphone that may fail, so that a listener outlives it.

Typed lines come through the same listener as sound; a headset that is unplugged must not take the
keyboard along. The device fails here, under its own name, and is tried again here.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from perception.senses import Microphone, SoundChunk

_CHUNKS = 100
"""Two seconds of sound; the oldest is dropped when nobody listens."""


class SoundRelay:
    """A component that reads a microphone, and a microphone that never ends."""

    name = "perception.microphone"

    def __init__(self, microphone: Microphone) -> None:
        self._microphone = microphone
        self._chunks: deque[SoundChunk] = deque(maxlen=_CHUNKS)
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Read until the microphone ends or fails."""
        async for chunk in self._microphone.sound():
            self._chunks.append(chunk)
            self._arrived.set()

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Whatever comes, for as long as anyone listens."""
        while True:
            await self._arrived.wait()
            while self._chunks:
                yield self._chunks.popleft()
            self._arrived.clear()
