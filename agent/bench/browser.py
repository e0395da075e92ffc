"""A real Chromium, driven over its DevTools socket: pages, typed keys, what was really played."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import tempfile
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError, FoyerError
from agent.kiosk.browser import NAMES
from agent.kiosk.priority import behind_the_agent, drawing_last, kept_modest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
START_S = 30.0
ANSWER_S = 60.0

_TAP = """(() => {
  const speaker = __foyer.player.speaker, context = speaker.context;
  const tap = new AudioWorkletNode(context, 'listener', { numberOfOutputs: 0 });
  window.__tap = [];
  window.__tapClocks = [];
  setInterval(() => {
    const read = context.getOutputTimestamp();
    if (read.performanceTime > 0)
      __tapClocks.push([read.contextTime, read.performanceTime / 1000]);
  }, 100);
  tap.port.onmessage = ({ data }) => __tap.push([data.frame, new Float32Array(data.samples)]);
  speaker.output.connect(tap);
})()"""
_TAPPED = """(async () => {
  const speaker = __foyer.player.speaker, rate = speaker.context.sampleRate;
  if (!__tap.length) return null;
  const first = __tap[0][0], last = __tap[__tap.length - 1];
  const all = new Float32Array(last[0] + last[1].length - first);
  for (const [frame, samples] of __tap) all.set(samples, frame - first);
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob([all]));
  });
  return { rate, clockS: first / rate, startS: speaker.perf(first / rate),
           clocks: __tapClocks, url };
})()"""


class BrowserError(FoyerError):
    """The browser did not do what it was asked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What the loudspeaker got since the tap was opened."""

    samples: NDArray[np.float32]
    rate_hz: float
    start_s: float
    """The page's time (performance seconds) at which the first sample was heard."""
    clock_s: float
    """The audio clock's time of the first sample."""
    clocks_s: NDArray[np.float64]
    """(n, 2) readings of the audio clock and of the page's time at the same moment."""

    def heard_at(self, offset_s: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The page's time at which the sound `offset_s` after the first sample was heard.

        Read off the nearest clock readings: a starved loudspeaker stands still for a while.
        """
        at = self.clock_s + np.asarray(offset_s, np.float64)
        if not len(self.clocks_s):
            return self.start_s - self.clock_s + at
        audio, apart = self.clocks_s[:, 0], self.clocks_s[:, 1] - self.clocks_s[:, 0]
        steady = np.array([np.median(apart[max(i - 2, 0) : i + 3]) for i in range(len(apart))])
        nearest = np.clip(np.searchsorted(audio, at), 0, len(audio) - 1)
        return np.asarray(at + steady[nearest])


def chromium() -> str:
    """Path of a Chromium, or `BackendUnavailableError`."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise BackendUnavailableError(f"needs a browser: install one of {', '.join(NAMES)}")


class Page:
    """One tab."""

    def __init__(self, browser: "Browser", session: str) -> None:
        self.browser = browser
        self.session = session

    async def call(self, method: str, **parameters: object) -> Any:  # noqa: ANN401 - any JSON
        """One DevTools method on this tab."""
        return await self.browser.call(method, session=self.session, **parameters)

    async def evaluate(self, script: str, *, gesture: bool = False) -> Any:  # noqa: ANN401
        """The value of a JavaScript expression; promises are awaited."""
        answer = await self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=gesture,
        )
        if "exceptionDetails" in answer:
            about = answer["exceptionDetails"]
            raise BrowserError(about.get("exception", {}).get("description", about["text"]))
        return answer["result"].get("value")

    async def until(self, script: str, *, within_s: float = 10.0, every_s: float = 0.05) -> None:
        """Wait until a JavaScript expression is true; what throws is not true yet."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while not await self.evaluate(f"(() => {{ try {{ return !!({script}) }} catch {{}} }})()"):
            if loop.time() >= end:
                raise BrowserError(f"not within {within_s} s: {script}")
            await asyncio.sleep(every_s)

    async def size(self, width: int, height: int) -> None:
        """Give the page these dimensions, pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def picture(self, *, fine: bool = False) -> bytes:
        """What is shown, as a PNG. `fine`: with all that is left out where the processor draws."""
        if fine:
            drawn = "new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))"
            await self.evaluate(f"(__foyer.stage.fine(true), {drawn})")
        answer = await self.call("Page.captureScreenshot", format="png")
        if fine:
            await self.evaluate("__foyer.stage.fine(false)")
        return base64.b64decode(answer["data"])

    async def press(
        self, key: str, code: str | None = None, virtual: int = 0, text: str | None = None
    ) -> None:
        """Press one key: `Tab`, `Enter`, `F2`."""
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            await self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=code or key,
                windowsVirtualKeyCode=virtual,
                **more,
            )

    async def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        await self.call("Input.insertText", text=text)

    async def clock_offset_s(self, tries: int = 15) -> float:
        """This loop's time minus the page's (performance seconds), from the quickest of `tries`."""
        loop = asyncio.get_running_loop()
        best = (float("inf"), 0.0)
        for _ in range(tries):
            before = loop.time()
            page_s = await self.evaluate("performance.now() / 1000")
            after = loop.time()
            best = min(best, (after - before, (before + after) / 2 - page_s))
        return best[1]

    async def tap(self) -> None:
        """Begin to record the page's master output, as soon as the page can."""
        for _ in range(50):
            try:
                await self.evaluate(_TAP)
            except BrowserError as fault:
                if "AudioWorkletNode" not in str(fault):
                    raise
                await asyncio.sleep(0.2)  # its listener is still being loaded
            else:
                return
        raise BrowserError("the page loads no listener for its sound")

    async def output(self) -> Output:
        """What the loudspeaker got since `tap`."""
        got = await self.evaluate(_TAPPED)
        if not got:
            raise BrowserError("nothing was recorded: tap first, and let something play")
        samples = np.frombuffer(base64.b64decode(got["url"].split(",", 1)[1]), np.float32)
        return Output(
            samples=samples,
            rate_hz=got["rate"],
            start_s=got["startS"],
            clock_s=got["clockS"],
            clocks_s=np.array(got["clocks"], np.float64).reshape(-1, 2),
        )

    async def moments(self) -> Any:  # noqa: ANN401 - JSON
        """Each picture: page time, score shown, score heard, jaw, generation."""
        return await self.evaluate("__foyer.player.moments")


class Browser:
    """One Chromium process."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.console: list[str] = []
        """What pages logged."""
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def listen(self) -> None:
        """Take in answers and log lines until the socket closes."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                waiting = self._waiting.pop(said["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(said)
            elif said["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                self.console.append(json.dumps(said["params"])[:2000])

    async def call(self, method: str, *, session: str | None = None, **parameters: object) -> Any:  # noqa: ANN401 - any JSON
        """One DevTools method."""
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        await self._socket.send_str(json.dumps(message))
        answer = await asyncio.wait_for(answered, ANSWER_S)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return answer["result"]

    async def open(self, url: str, *, width: int = 960, height: int = 540) -> Page:
        """Open a tab of the given size."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self, attached["sessionId"])
        await page.call("Page.enable")
        await page.call("Runtime.enable")
        await page.size(width, height)
        await page.call("Page.navigate", url=url)
        return page


@contextlib.asynccontextmanager
async def browser(
    *, video: Path | None = None, sound: Path | None = None, flags: Sequence[str] = ()
) -> AsyncIterator[Browser]:
    """A running Chromium; `video` (.mjpeg or .y4m) and `sound` (.wav) feed its fake devices."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        arguments = [*kept_modest(), chromium(), *FLAGS, f"--user-data-dir={home}", *flags]
        if video is not None:
            arguments.append(f"--use-file-for-fake-video-capture={video}")
        if sound is not None:
            arguments.append(f"--use-file-for-fake-audio-capture={sound}%noloop")
        process = await asyncio.create_subprocess_exec(
            *arguments,
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            process_group=0,
            env={**os.environ, "HOME": home},
        )
        behind_the_agent(process.pid)
        assert process.stderr is not None
        try:
            address = await asyncio.wait_for(_address(process.stderr), START_S)
            drawing_last(process.pid)
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(address, max_msg_size=0) as socket,
                asyncio.TaskGroup() as group,
            ):
                driven = Browser(socket)
                tasks = [
                    group.create_task(driven.listen()),
                    group.create_task(_drain(process.stderr)),
                ]
                try:
                    yield driven
                finally:
                    for task in tasks:
                        task.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            # Its pipe is closed by us, not by the garbage collector some time later.
            process._transport.close()  # type: ignore[attr-defined]


async def _address(stream: asyncio.StreamReader) -> str:
    while line := await stream.readline():
        if match := re.search(rb"DevTools listening on (ws://\S+)", line):
            return match[1].decode()
    raise BrowserError("Chromium did not start")


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass


def write_wav(path: Path, samples: NDArray[np.floating], rate_hz: int = 16_000) -> Path:
    """Write mono samples in [-1, 1] for a fake microphone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
