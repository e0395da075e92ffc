"""A peer as the robot's daemon has it: GStreamer's own `webrtcbin` behind the same signalling.

    gstreamer_peer.py PORT    in the environment of the robot's daemon; prints what it received

`webrtcsink`, which the daemon uses, wraps this element. It offers a tone that may be answered with
sound, a test picture and a data channel, as the daemon does.
"""

import asyncio
import json
import sys

import gi
from aiohttp import WSMsgType, web

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = """
webrtcbin name=peer bundle-policy=max-bundle latency=300
audiotestsrc is-live=true freq=440 volume=0.3 ! audioconvert ! audioresample ! opusenc
 ! rtpopuspay pt=97 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
videotestsrc is-live=true pattern=blue ! video/x-raw,width=320,height=240,framerate=10/1
 ! vp8enc deadline=1 keyframe-max-dist=10 ! rtpvp8pay pt=96
 ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
"""


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Peer:
    """One session: it offers, is answered, and tells how loud it is spoken to."""

    def __init__(self, loop, send):
        self._loop, self._send = loop, send
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.peer = self.pipeline.get_by_name("peer")
        self.peer.connect("on-negotiation-needed", self._offer)
        self.peer.connect("on-ice-candidate", self._candidate)
        self.peer.connect("pad-added", self._incoming)
        self.peer.connect("notify::connection-state", self._state)
        self._asked = False
        self.pipeline.set_state(Gst.State.READY)
        self.peer.emit("create-data-channel", "data", None)
        self.pipeline.set_state(Gst.State.PLAYING)

    def _tell(self, **message):
        body = {"type": "peer", "sessionId": "s1", **message}
        asyncio.run_coroutine_threadsafe(self._send(body), self._loop)

    def _offer(self, peer):
        if self._asked:
            return
        self._asked = True
        for i in range(2):
            transceiver = peer.emit("get-transceiver", i)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDRECV)
        promise = Gst.Promise.new_with_change_func(self._offered, peer, None)
        peer.emit("create-offer", None, promise)

    def _offered(self, promise, peer, _):
        reply = promise.get_reply()  # kept: the offer lives in it
        offer = reply.get_value("offer")
        peer.emit("set-local-description", offer, Gst.Promise.new())
        self._tell(sdp={"type": "offer", "sdp": offer.sdp.as_text()})

    def _candidate(self, _peer, line, candidate):
        self._tell(ice={"candidate": candidate, "sdpMLineIndex": line})

    def answered(self, sdp):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        kind = GstWebRTC.WebRTCSDPType.ANSWER
        answer = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())
        for line, part in enumerate(sdp.split("\r\nm=")[1:]):
            for way in (x for x in part.split("\r\n") if x.startswith("a=candidate:")):
                self.peer.emit("add-ice-candidate", line, way.removeprefix("a="))

    def _state(self, peer, _):
        say(state=peer.get_property("connection-state").value_nick)

    def _incoming(self, _peer, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        media = pad.get_current_caps().get_structure(0).get_string("media")
        if media != "audio":
            return
        chain = Gst.parse_bin_from_description(
            "rtpopusdepay ! opusdec ! audioconvert ! level interval=100000000 ! fakesink", True
        )
        self.pipeline.add(chain)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad("sink"))

    def levels(self):
        bus = self.pipeline.get_bus()
        while (message := bus.pop_filtered(Gst.MessageType.ELEMENT)) is not None:
            told = message.get_structure()
            if told.get_name() == "level":
                say(level_db=max(told.get_value("rms")))


async def main(port):
    loop, peers = asyncio.get_running_loop(), []

    async def line(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "welcome", "peerId": "me"})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            message = frame.json()
            match message["type"]:
                case "list":
                    robot = {"id": "robot", "meta": {"name": "reachymini"}}
                    await socket.send_json({"type": "list", "producers": [robot]})
                case "startSession":
                    begun = {"type": "sessionStarted", "peerId": "robot", "sessionId": "s1"}
                    await socket.send_json(begun)
                    peers.append(Peer(loop, socket.send_json))
                case "peer":
                    peers[-1].answered(message["sdp"]["sdp"])
        return socket

    app = web.Application()
    app.add_routes([web.get("/", line)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    say(ready=True)
    while True:
        await asyncio.sleep(0.1)
        for peer in peers:
            peer.levels()


Gst.init([])
GLib.MainContext.default()
asyncio.run(main(int(sys.argv[1])))
