"""Camera and microphone of the kiosk page, fed by the server.

Pictures and sound come as binary messages, little-endian, with one header:

    kind u8 (1 picture, 2 sound) | version u8 (1) | reserved u16 | sequence u32 | client_s f64

and then a JPEG, or mono signed 16-bit samples at 16 kHz. `client_s` is when the picture or the
first sample was captured on the page's clock; the server turns it into `at`.
"""

import asyncio
import struct
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError
from perception.senses import Picture, SoundChunk

VERSION = 1
PICTURE = 1
SOUND = 2
HEADER = struct.Struct("<BBHId")
MAX_PIXELS = 1920 * 1080
MAX_SOUND_SAMPLES = 8_000
BACKLOG_CHUNKS = 100
"""Two seconds of sound; older is dropped when nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromPage:
    """One binary message of a page, unpacked but not decoded."""

    kind: int
    sequence: int
    client_s: float
    payload: bytes


def unpack(message: bytes) -> FromPage:
    """Split a binary message, or raise `BadInputError`."""
    if len(message) < HEADER.size:
        raise BadInputError(f"a binary message has a header of {HEADER.size} bytes")
    kind, version, _, sequence, client_s = HEADER.unpack_from(message)
    if kind not in (PICTURE, SOUND):
        raise BadInputError(f"no binary message begins with {kind}; 1 is a picture, 2 is sound")
    if version != VERSION:
        raise BadInputError(f"binary version {version}; this server speaks {VERSION}")
    if not abs(client_s) < 1e9:
        raise BadInputError("client_s is not a time")
    return FromPage(kind=kind, sequence=sequence, client_s=client_s, payload=message[HEADER.size :])


def sound_of(payload: bytes) -> NDArray[np.float32]:
    """Samples in [-1, 1] of a sound message, or `BadInputError`."""
    if len(payload) % 2 or not 0 < len(payload) <= 2 * MAX_SOUND_SAMPLES:
        raise BadInputError(f"sound is 1 to {MAX_SOUND_SAMPLES} 16-bit samples")
    return np.frombuffer(payload, dtype="<i2").astype(np.float32) / np.float32(32768)


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height from a JPEG's header, read before anything is decoded.

    A small file can claim a picture of gigabytes; this is where it is refused.
    Raises `BadInputError` when the bytes are no JPEG.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise BadInputError("a picture is a JPEG")
    place = 2
    while place + 9 <= len(jpeg) and jpeg[place] == 0xFF:
        marker = jpeg[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", jpeg, place + 5)
            return width, height
        if marker == 0xFF:  # padding
            place += 1
            continue
        place += 2 + int(struct.unpack_from(">H", jpeg, place + 2)[0])
    raise BadInputError("the JPEG has no frame header")


def picture_of(jpeg: bytes) -> NDArray[np.uint8]:
    """Height x width x 3, RGB. Slow: runs off the loop. Raises `BadInputError`."""
    import cv2  # the server that feeds us must start without it

    pixels: Any = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise BadInputError("the JPEG cannot be decoded")
    rgb: NDArray[np.uint8] = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return rgb


class BrowserCamera:
    """Pictures from the page. Only the newest is kept; decoding happens in one worker thread."""

    def __init__(self) -> None:
        self.dropped = 0
        """Pictures that nobody had time for, or that could not be decoded."""
        self._newest: tuple[float, bytes] | None = None
        self._arrived = asyncio.Event()

    def put(self, at: float, jpeg: bytes) -> None:
        """Take a picture captured at `at`. Raises `BadInputError` on what is no usable JPEG."""
        width, height = jpeg_size(jpeg)
        if not 0 < width * height <= MAX_PIXELS:
            raise BadInputError(f"a picture has at most {MAX_PIXELS} pixels, not {width}x{height}")
        self.dropped += self._newest is not None
        self._newest = (at, jpeg)
        self._arrived.set()

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yield the newest picture each time, for as long as anyone iterates."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="jpeg") as decoder:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                if self._newest is None:
                    continue
                (at, jpeg), self._newest = self._newest, None
                try:
                    pixels = await loop.run_in_executor(decoder, picture_of, jpeg)
                except BadInputError:
                    self.dropped += 1
                    continue
                yield Picture(at=at, pixels=pixels)


class BrowserMicrophone:
    """Sound from the page, in order; the oldest is dropped when nobody reads."""

    def __init__(self) -> None:
        self.dropped = 0
        """Chunks that nobody read in time."""
        self._chunks: deque[SoundChunk] = deque()
        self._arrived = asyncio.Event()

    def put(self, at: float, pcm: bytes) -> None:
        """Take 16-bit samples whose first was captured at `at`. Raises `BadInputError`."""
        if len(self._chunks) >= BACKLOG_CHUNKS:
            self._chunks.popleft()
            self.dropped += 1
        self._chunks.append(SoundChunk(at=at, samples=sound_of(pcm)))
        self._arrived.set()

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield chunks in order, for as long as anyone iterates."""
        while True:
            await self._arrived.wait()
            while self._chunks:
                yield self._chunks.popleft()
            self._arrived.clear()
