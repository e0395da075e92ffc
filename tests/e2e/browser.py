"""A real Chromium, driven over its DevTools socket: pages, pictures, sound, what was played."""

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
from pathlib import Path

import aiohttp
import numpy as np
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
START_S = 30
ANSWER_S = 30


def chromium():
    """Path of a Chromium; skips the test where there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip(f"needs a browser: one of {', '.join(NAMES)}")


class Page:
    """One tab."""

    def __init__(self, browser, session):
        self.browser = browser
        self.session = session

    async def call(self, method, **parameters):
        return await self.browser.call(method, session=self.session, **parameters)

    async def evaluate(self, script, *, gesture=False):
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
            raise AssertionError(about.get("exception", {}).get("description", about["text"]))
        return answer["result"].get("value")

    async def until(self, script, *, within_s=10.0, every_s=0.05):
        """Wait until a JavaScript expression is true; what throws is not true yet."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while True:
            if await self.evaluate(f"(() => {{ try {{ return !!({script}) }} catch {{}} }})()"):
                return
            assert loop.time() < end, f"not within {within_s} s: {script}"
            await asyncio.sleep(every_s)

    async def size(self, width, height):
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def screenshot(self, path, *, fine=False):
        """Save what is shown as a PNG; the pixels as an array, height x width x 3.

        `fine` draws it with all that is left out where the processor draws; it takes seconds.
        """
        import cv2

        if fine:
            drawn = "new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))"
            await self.evaluate(f"(__foyer.stage.fine(true), {drawn})")
        answer = await self.call("Page.captureScreenshot", format="png")
        if fine:
            await self.evaluate("__foyer.stage.fine(false)")
        data = base64.b64decode(answer["data"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)

    async def press(self, key, code=None, virtual=0, text=None):
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

    async def type(self, text):
        await self.call("Input.insertText", text=text)

    # What was really put out.

    async def tap(self):
        """Begin to record the page's master output."""
        await self.evaluate(
            """(() => {
              const speaker = __foyer.player.speaker, context = speaker.context;
              const tap = new AudioWorkletNode(context, 'listener', { numberOfOutputs: 0 });
              window.__tap = [];
              tap.port.onmessage = ({ data }) =>
                __tap.push([data.frame, new Float32Array(data.samples)]);
              speaker.output.connect(tap);
            })()"""
        )

    async def recorded(self):
        """What the loudspeaker got since `tap`: samples, their rate, and the page's time
        (performance seconds) at which the first of them was heard."""
        got = await self.evaluate(
            """(async () => {
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
              return { rate, startS: speaker.perf(first / rate), url };
            })()"""
        )
        assert got, "nothing was recorded"
        samples = np.frombuffer(base64.b64decode(got["url"].split(",", 1)[1]), np.float32)
        return samples, got["rate"], got["startS"]

    async def moments(self):
        """Each picture: page time, score shown, score heard, jaw, generation."""
        return await self.evaluate("__foyer.player.moments")


class Browser:
    """One Chromium process."""

    def __init__(self, socket):
        self.console = []
        """What pages logged."""
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting = {}

    async def listen(self):
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                waiting = self._waiting.pop(said["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(said)
            elif said["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                self.console.append(json.dumps(said["params"])[:2000])

    async def call(self, method, *, session=None, **parameters):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        answered = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        await self._socket.send_str(json.dumps(message))
        answer = await asyncio.wait_for(answered, ANSWER_S)
        assert "error" not in answer, f"{method}: {answer.get('error')}"
        return answer["result"]

    async def open(self, url, *, width=960, height=540):
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
async def browser(*, video=None, sound=None, flags=()):
    """A running Chromium; `video` (.mjpeg or .y4m) and `sound` (.wav) feed its fake devices."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        arguments = [chromium(), *FLAGS, f"--user-data-dir={home}", *flags]
        if video is not None:
            arguments.append(f"--use-file-for-fake-video-capture={video}")
        if sound is not None:
            arguments.append(f"--use-file-for-fake-audio-capture={sound}%noloop")
        process = await asyncio.create_subprocess_exec(
            *arguments,
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "HOME": home},
        )
        try:
            address = await asyncio.wait_for(_address(process.stderr), START_S)
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
            process._transport.close()


async def _address(stream):
    while line := await stream.readline():
        if match := re.search(rb"DevTools listening on (ws://\S+)", line):
            return match[1].decode()
    raise AssertionError("Chromium did not start")


async def _drain(stream):
    while await stream.read(65536):
        pass


def wav(path, samples, rate=16_000):
    """Write mono samples in [-1, 1] for a fake microphone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def mjpeg(path, clip, *, seconds=None, size=(640, 360), rate=15):
    """Write a clip, or a list of RGB arrays, for a fake camera."""
    import cv2

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        for picture in _pictures(clip, seconds, rate):
            fitted = cv2.resize(picture, size)
            file.write(cv2.imencode(".jpg", fitted, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return path


def _pictures(clip, seconds, rate):
    import cv2

    if isinstance(clip, list):
        yield from (picture[..., ::-1] for picture in clip)
        return
    video = cv2.VideoCapture(str(clip))
    own = video.get(cv2.CAP_PROP_FPS) or rate
    due, number = 0.0, 0
    while seconds is None or number / own < seconds:
        ok, picture = video.read()
        if not ok:
            return
        if number / own >= due:
            due += 1 / rate
            yield picture
        number += 1
