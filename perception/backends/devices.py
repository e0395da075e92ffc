"""A camera plugged into this machine, by its OpenCV number."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import cv2
import numpy as np

from agent.core.clock import Clock
from agent.core.messages import ComponentHealth, Health
from perception.senses import Picture

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 10.0
QUIET_S = 3.0


class LocalCamera:
    """Reads in a thread of its own and keeps the newest picture only.

    A camera that is unplugged, taken by another program or absent is reported once and tried
    again with growing patience; when it is back the pictures go on.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        report: Callable[[ComponentHealth], None],
        index: int = 0,
        width_px: int = 640,
        height_px: int = 480,
        open_capture: Callable[[int], Any] = cv2.VideoCapture,
    ) -> None:
        """`open_capture` opens the device; tests put a camera of their own there."""
        self._clock = clock
        self._report = report
        self._index = index
        self._size = width_px, height_px
        self._open_capture = open_capture

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yield the newest picture each time, for ever."""
        delay_s, complained = FIRST_DELAY_S, False
        while True:
            reader = _Reader(asyncio.get_running_loop(), self._clock, self._open)
            reader.start()
            try:
                while (picture := await reader.newest(QUIET_S)) is not None:
                    if complained:
                        self._say(Health.RUNNING, f"camera {self._index} is back")
                    delay_s, complained = FIRST_DELAY_S, False
                    yield picture
            finally:
                reader.stop()
            if not complained:
                complained = True
                self._say(
                    Health.DEGRADED,
                    f"camera {self._index} gives no picture; plug it in, close other programs "
                    "that use it, or choose another number. It is tried again by itself",
                )
            await self._clock.sleep_until(self._clock.now() + delay_s)
            delay_s = min(2 * delay_s, LONGEST_DELAY_S)

    def _open(self) -> Any:  # noqa: ANN401 - a cv2.VideoCapture or a test's
        capture = self._open_capture(self._index)
        width, height = self._size
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture

    def _say(self, health: Health, detail: str) -> None:
        self._report(
            ComponentHealth(
                at=self._clock.now(), component="perception.camera", health=health, detail=detail
            )
        )


class _Reader:
    """One opened device and the thread that reads it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        open_capture: Callable[[], Any],
    ) -> None:
        self._loop, self._clock, self._open = loop, clock, open_capture
        self._arrived = asyncio.Event()
        self._newest: Picture | None = None
        self._ended = False
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._read, name="camera", daemon=True).start()

    def stop(self) -> None:
        """The thread ends after the read it is in; a read that hangs keeps only itself."""
        self._stopped.set()

    async def newest(self, patience_s: float) -> Picture | None:
        """The newest picture not yet handed out; None when the device has ended or is silent."""
        try:
            async with asyncio.timeout(patience_s):
                await self._arrived.wait()
        except TimeoutError:
            return None
        self._arrived.clear()
        picture, self._newest = self._newest, None
        return None if self._ended else picture

    def _read(self) -> None:
        try:
            capture = self._open()
            try:
                while not self._stopped.is_set():
                    read, frame = capture.read()
                    if not read or frame is None:
                        break
                    pixels = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)
                    self._tell(Picture(at=self._clock.now(), pixels=pixels))
            finally:
                capture.release()
        except cv2.error:
            pass  # a driver's way of saying that the device has gone
        self._tell(None)

    def _tell(self, picture: Picture | None) -> None:
        def on_loop() -> None:
            self._newest, self._ended = picture, picture is None
            self._arrived.set()

        try:
            self._loop.call_soon_threadsafe(on_loop)
        except RuntimeError:
            self._stopped.set()  # the loop is closed
