"""A camera plugged into this machine, by its OpenCV number or by its name."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health
from perception.senses import Picture

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 10.0
QUIET_S = 3.0


def camera_names(root: Path = Path("/sys/class/video4linux")) -> dict[int, str]:
    """The cameras there are by number, where the system tells (Linux); elsewhere none."""
    names: dict[int, str] = {}
    for node in root.glob("video[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            # A camera has several nodes; only the first of each gives pictures.
            if int((node / "index").read_text()) == 0:
                names[int(node.name.removeprefix("video"))] = (node / "name").read_text().strip()
    return names


def number_of(wanted: int | str, names: Mapping[int, str]) -> int:
    """The number of the camera called `wanted`, or `BackendUnavailableError`."""
    if isinstance(wanted, int):
        return wanted
    sought = wanted.strip().casefold()
    if not sought:
        return min(names, default=0)
    for number in sorted(names):
        if sought in names[number].casefold():
            return number
    raise BackendUnavailableError(f"camera: there is none called {wanted!r}")


def open_quietly(number: int) -> cv2.VideoCapture:
    """The device. OpenCV has ten lines for each camera that is not there, at every try."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2.VideoCapture(number)


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
        index: int | str = 0,
        width_px: int = 640,
        height_px: int = 480,
        open_capture: Callable[[int], Any] = open_quietly,
        names: Callable[[], Mapping[int, str]] | None = None,
    ) -> None:
        """`index`: its number, or a part of its name (Linux); empty: the first there is.

        `open_capture` opens the device and `names` lists what there is: tests put their own there.
        """
        self.away = False
        """It gives no picture, which is told, and is tried again by itself."""
        self._clock = clock
        self._report = report
        self._index = index
        self._called = "the camera" if index == "" else f"camera {index}"
        self._size = width_px, height_px
        self._open_capture = open_capture
        self._names = names or camera_names

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yield the newest picture each time, for ever."""
        delay_s = FIRST_DELAY_S
        while True:
            reader = _Reader(asyncio.get_running_loop(), self._clock, self._open)
            reader.start()
            try:
                while (picture := await reader.newest(QUIET_S)) is not None:
                    if self.away:
                        self._say(Health.RUNNING, f"{self._called} is back")
                    delay_s, self.away = FIRST_DELAY_S, False
                    yield picture
            finally:
                reader.stop()
            if not self.away:
                self.away = True
                self._say(
                    Health.DEGRADED,
                    f"{self._called} gives no picture; plug it in, close other programs "
                    f"that use it, or choose another{self._there()}. It is tried again by itself",
                )
            await self._clock.sleep_until(self._clock.now() + delay_s)
            delay_s = min(2 * delay_s, LONGEST_DELAY_S)

    def _open(self) -> Any:  # noqa: ANN401 - a cv2.VideoCapture or a test's
        # Looked up each time: a camera that was put back may have another number.
        capture = self._open_capture(number_of(self._index, self._names()))
        width, height = self._size
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture

    def _there(self) -> str:
        names = "; ".join(f"{number} {name}" for number, name in sorted(self._names().items()))
        return f" (there is {names})" if names else ""

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
        except (cv2.error, BackendUnavailableError):
            pass  # not on the list of names, or a driver's way of saying that the device has gone
        self._tell(None)

    def _tell(self, picture: Picture | None) -> None:
        def on_loop() -> None:
            self._newest, self._ended = picture, picture is None
            self._arrived.set()

        try:
            self._loop.call_soon_threadsafe(on_loop)
        except RuntimeError:
            self._stopped.set()  # the loop is closed
