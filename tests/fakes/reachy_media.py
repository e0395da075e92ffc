"""The media side of a Reachy Mini's daemon: its signalling as `webrtcsink` does it, and a peer.

It makes the offer (camera, a microphone that may be spoken to, a data channel), sends its ways to
be reached one by one, and keeps what is sent to its loudspeaker.
"""

import asyncio
import contextlib
import itertools
from fractions import Fraction

import av
import numpy as np
from aiohttp import WSMsgType, web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

RATE_HZ = 48_000
TONE_HZ = 440


class _Hum(MediaStreamTrack):
    """The robot's microphones: a tone, stereo as the robot's are."""

    kind = "audio"

    def __init__(self, tone_hz):
        super().__init__()
        self._tone_hz, self._given, self._begun = tone_hz, 0, None

    async def recv(self):
        loop = asyncio.get_running_loop()
        self._begun = loop.time() if self._begun is None else self._begun
        await asyncio.sleep(max(0.0, self._begun + self._given / RATE_HZ - loop.time()))
        t = (self._given + np.arange(960)) / RATE_HZ
        tone = np.round(8000 * np.sin(2 * np.pi * self._tone_hz * t)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None, :], "s16", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._given, Fraction(1, RATE_HZ)
        self._given += 960
        return frame


class _Scene(MediaStreamTrack):
    """The robot's camera: the left half red, the right half blue."""

    kind = "video"

    def __init__(self):
        super().__init__()
        self._numbers = itertools.count()
        self._pixels = np.zeros((360, 640, 3), np.uint8)
        self._pixels[:, :320, 0] = 200
        self._pixels[:, 320:, 2] = 200

    async def recv(self):
        await asyncio.sleep(0.1)
        frame = av.VideoFrame.from_ndarray(self._pixels, "rgb24")
        frame.pts, frame.time_base = 9000 * next(self._numbers), Fraction(1, 90_000)
        return frame


class FakeReachyMedia:
    """Serves on a free port, or on `port`."""

    def __init__(self, port=0):
        self.port, self.shares, self.refuses = port, True, None
        self.asked, self.heard, self.answers = [], [], []
        self.peers, self.sockets, self._tasks = [], set(), set()

    async def start(self):
        app = web.Application()
        app.add_routes([web.get("/", self._line)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def kill(self):
        for socket in set(self.sockets):
            await socket.close()
        for peer in self.peers:
            await peer.close()
        for task in self._tasks:
            task.cancel()
        await self._runner.cleanup()

    async def _line(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            await socket.send_json({"type": "welcome", "peerId": "me"})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                message = frame.json()
                self.asked.append(message["type"])
                await self._answer(socket, message)
        finally:
            self.sockets.discard(socket)
        return socket

    async def _answer(self, socket, message):
        robot = {"id": "robot", "meta": {"name": "reachymini"}}
        other = {"id": "other", "meta": {"name": "somebody's screen"}}
        match message["type"]:
            case "list":
                shared = [other, robot] if self.shares else []
                await socket.send_json({"type": "list", "producers": shared})
            case "startSession" if self.refuses:
                await socket.send_json({"type": "error", "details": self.refuses})
            case "startSession":
                assert message["peerId"] == "robot"
                started = {"type": "sessionStarted", "peerId": "robot", "sessionId": "s1"}
                await socket.send_json(started)
                await self._offer(socket)
            case "peer":
                answer = message["sdp"]
                self.answers.append(answer["sdp"])
                await self.peers[-1].setRemoteDescription(
                    RTCSessionDescription(sdp=answer["sdp"], type=answer["type"])
                )

    async def _offer(self, socket):
        peer = RTCPeerConnection()
        self.peers.append(peer)
        peer.on("track", lambda track: self._spawn(self._listen(track)))
        peer.addTrack(_Scene())
        peer.addTrack(_Hum(TONE_HZ))
        peer.createDataChannel("data")
        await peer.setLocalDescription(await peer.createOffer())
        lines = peer.localDescription.sdp.split("\r\n")
        ways = [line for line in lines if line.startswith("a=candidate:")]
        rest = [x for x in lines if not x.startswith(("a=candidate:", "a=end-of-candidates"))]
        session = {"type": "peer", "sessionId": "s1"}
        sdp = {"type": "offer", "sdp": "\r\n".join(rest)}
        others = {"type": "offer", "sdp": "v=0\r\n"}
        await socket.send_json({**session, "sessionId": "another's", "sdp": others})
        await socket.send_json({**session, "sdp": sdp})
        for way in ways:
            ice = {"candidate": way.removeprefix("a="), "sdpMLineIndex": 0}
            await socket.send_json({**session, "ice": ice})
        await socket.send_json({**session, "ice": {"candidate": "", "sdpMLineIndex": 0}})

    async def _listen(self, track):
        """Keep what is to be played, mono, with when it came."""
        with contextlib.suppress(MediaStreamError):
            while track.kind == "audio":
                frame = await track.recv()
                samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
                now = asyncio.get_running_loop().time()
                self.heard.append((now, samples.mean(axis=1) / 32768))

    def _spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def loudness(self):
        """Times and RMS of what came."""
        return [(at, float(np.sqrt(np.mean(s**2)))) for at, s in self.heard]
