"""A Reachy Mini's camera and microphones, and the way to its loudspeaker, over WebRTC.

One session with the robot's daemon carries all three (`pip install 'foyer[reachy]'`). Whoever has
a voice for the robot gives it as `voice_from`: 20 ms of it are asked for every 20 ms. A daemon that
goes away is reported and looked for again.
"""

import asyncio
import contextlib
import importlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import numpy as np
from numpy.typing import NDArray

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, Message
from perception.backends.reachy_rtc import (
    Voice,
    accept_gstreamer,
    candidate_of,
    ended,
    spoken,
)
from perception.backends.reachy_signalling import (
    IceCandidate,
    MediaLostError,
    Offer,
    Signalling,
    connected,
)
from perception.senses import SOUND_RATE_HZ, Picture, SoundChunk

_BUFFERED_S: Final = 0.08
"""The receiving end keeps four packets before it gives the first."""
_WAITING: Final = 100
"""Stretches of sound that may wait, 2 s; then the oldest are dropped."""
_WIDTH_PX: Final = 640
_FIRST_RETRY_S, _LAST_RETRY_S = 0.5, 10.0
_AGREED_WITHIN_S: Final = 15.0


class ReachyMedia:
    """The session, as a component; its camera and its microphone."""

    name: Final = "perception.reachy_media"

    def __init__(
        self,
        *,
        address: str,
        port: int,
        clock: Clock,
        publish: Callable[[Message], None],
        sees: bool = True,
        hears: bool = True,
    ) -> None:
        """`address`: the daemon's, as for its REST interface; `port`: of its signalling server."""
        self._where = f"ws://{urlsplit(address).hostname}:{port}"
        self._clock = clock
        self._publish = publish
        self._sees, self._hears = sees, hears
        self._voice: Voice | None = None
        self._told: tuple[Health, str] | None = None
        self.microphone = _Ears()
        self.camera = _Eye()

    def voice_from(self, voice: Voice) -> None:
        """What the robot says is asked of `voice`, before `run`."""
        self._voice = voice

    async def run(self) -> None:
        """Share until cancelled. Raises `BackendUnavailableError` without aiortc."""
        rtc = _aiortc()
        retry_s = _FIRST_RETRY_S
        async with aiohttp.ClientSession() as http:
            while True:
                lost: MediaLostError | None = None
                try:
                    async with connected(http, self._where) as signalling:
                        await self._share(rtc, signalling)
                except* MediaLostError as problems:
                    lost = _first(problems)
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError
                if self._told is not None and self._told[0] is Health.RUNNING:
                    retry_s = _FIRST_RETRY_S
                self._say(Health.DEGRADED, f"{lost}. It is tried again by itself")
                await self._clock.sleep_until(self._clock.now() + retry_s)
                retry_s = min(2 * retry_s, _LAST_RETRY_S)

    async def _share(self, rtc: Any, signalling: Signalling) -> None:  # noqa: ANN401 - aiortc
        """One session; ends by `MediaLostError`."""
        peer = rtc.RTCPeerConnection(rtc.RTCConfiguration(iceServers=[]))
        accept_gstreamer(peer)
        try:
            async with asyncio.TaskGroup() as group:
                state = asyncio.Queue[str](16)
                peer.on("connectionstatechange", lambda: state.put_nowait(peer.connectionState))
                peer.on("track", lambda track: self._take(group, track))
                group.create_task(self._follow(state))
                async with asyncio.timeout(_AGREED_WITHIN_S):
                    await signalling.start()
                async for said in signalling.news():
                    match said:
                        case Offer(sdp):
                            await self._answer(rtc, peer, signalling, sdp)
                        case IceCandidate() if said.candidate:
                            await peer.addIceCandidate(candidate_of(said))
        except TimeoutError:
            raise MediaLostError(f"the robot's daemon does not answer at {self._where}") from None
        finally:
            with contextlib.suppress(MediaLostError):
                await signalling.end()
            await peer.close()

    async def _answer(self, rtc: Any, peer: Any, signalling: Signalling, sdp: str) -> None:  # noqa: ANN401
        await peer.setRemoteDescription(rtc.RTCSessionDescription(sdp=sdp, type="offer"))
        if self._voice is not None:
            peer.addTrack(spoken(rtc, self._voice, self._clock))
        await peer.setLocalDescription(await peer.createAnswer())
        await signalling.answer(peer.localDescription.sdp)

    async def _follow(self, states: asyncio.Queue[str]) -> None:
        while True:
            try:
                async with asyncio.timeout(_AGREED_WITHIN_S):
                    state = await states.get()
                    while state in ("new", "connecting"):
                        state = await states.get()
            except TimeoutError:
                raise MediaLostError(
                    f"no way to the robot's sound and pictures was found; is UDP between here and"
                    f" {self._where} let through?"
                ) from None
            if state != "connected":
                raise MediaLostError(f"the robot's sound and pictures broke off ({state})")
            self._say(Health.RUNNING, "")
            state = await states.get()
            while state == "connected":
                state = await states.get()
            raise MediaLostError(f"the robot's sound and pictures broke off ({state})")

    def _take(self, group: asyncio.TaskGroup, track: Any) -> None:  # noqa: ANN401
        if track.kind == "audio" and self._hears:
            group.create_task(self.microphone.listen(track, self._clock))
        if track.kind == "video" and self._sees:
            group.create_task(self.camera.watch(track, self._clock))

    def _say(self, health: Health, detail: str) -> None:
        if self._told != (health, detail):
            self._told = (health, detail)
            at = self._clock.now()
            self._publish(ComponentHealth(at=at, component=self.name, health=health, detail=detail))


class _Ears:
    """The robot's microphones, mono."""

    def __init__(self) -> None:
        self._waiting: deque[SoundChunk] = deque(maxlen=_WAITING)
        self._came = asyncio.Event()

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield stretches for ever; while there is no session, none."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                yield self._waiting.popleft()

    async def listen(self, track: Any, clock: Clock) -> None:  # noqa: ANN401 - of aiortc
        """Take what comes until the track ends."""
        resampler = importlib.import_module("av").AudioResampler("s16", "mono", SOUND_RATE_HZ)
        first = float("inf")
        """When sample 0 would have been captured, had the quickest packet been the rule."""
        with contextlib.suppress(ended()):
            while True:
                frame = await track.recv()
                since_s = frame.pts / frame.sample_rate
                length_s = frame.samples / frame.sample_rate
                first = min(first, clock.now() - _BUFFERED_S - length_s - since_s)
                at = first + since_s
                for part in resampler.resample(frame):
                    samples = part.to_ndarray()[0].astype(np.float32) / np.float32(32768)
                    self._waiting.append(SoundChunk(at=at, samples=samples))
                self._came.set()


class _Eye:
    """The robot's camera: the newest picture, 640 pixels wide."""

    def __init__(self) -> None:
        self._newest: tuple[float, Any] | None = None
        self._came = asyncio.Event()

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yield the newest each time, for ever; while there is no session, none."""
        while True:
            await self._came.wait()
            self._came.clear()
            if self._newest is not None:
                (at, frame), self._newest = self._newest, None
                yield Picture(at=at, pixels=await asyncio.to_thread(_pixels, frame))

    async def watch(self, track: Any, clock: Clock) -> None:  # noqa: ANN401 - of aiortc
        """Take what comes until the track ends."""
        with contextlib.suppress(ended()):
            while True:
                frame = await track.recv()
                self._newest = clock.now(), frame
                self._came.set()


def _pixels(frame: Any) -> NDArray[np.uint8]:  # noqa: ANN401 - an av.VideoFrame
    width = min(frame.width, _WIDTH_PX)
    height = round(frame.height * width / frame.width / 2) * 2
    pixels: NDArray[np.uint8] = frame.reformat(width, height, "rgb24").to_ndarray()
    return pixels


def _aiortc() -> Any:  # noqa: ANN401 - untyped
    try:
        return importlib.import_module("aiortc")
    except ImportError as fault:
        raise BackendUnavailableError(
            f"the robot's sound and pictures: {fault}; pip install 'foyer[reachy]'"
        ) from None


def _first(problems: BaseExceptionGroup[MediaLostError]) -> MediaLostError:
    problem: BaseException = problems
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    assert isinstance(problem, MediaLostError)
    return problem
