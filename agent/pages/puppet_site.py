"""The face moved by hand and the voice lent to a person: what operators and programs may ask live.

    POST /api/face/PART   {"values": {"browInnerUp": 0.8}, "adds": false}   no values: given back
    GET  /api/talk?rate_hz=16000   a WebSocket: 16-bit little-endian mono sound in binary messages;
                                   opening it begins a talk, closing it ends it

Both need the operator's token.
"""

import numpy as np
from aiohttp import WSCloseCode, WSMsgType, web

from actuation.stage.live_talk import LiveTalk
from agent.core.errors import BadInputError
from agent.pages.puppet import Puppet
from agent.pages.wire import MAX_SOUND_BYTES

SILENT_S = 5.0


async def hold_face(puppet: Puppet, request: web.Request) -> web.StreamResponse:
    """Answer `POST /api/face/PART`."""
    name = request.match_info["part"]
    try:
        held = puppet.hold(name, await request.read())
    except BadInputError as fault:
        raise web.HTTPBadRequest(text=f"{fault}\n") from None
    return web.json_response({"part": name, "held": held})


async def talk(puppet: Puppet, request: web.Request) -> web.StreamResponse:
    """Answer `GET /api/talk`."""
    asked = request.query.get("rate_hz", "16000")
    if not asked.isdecimal():
        raise web.HTTPBadRequest(text=f"talk: rate_hz is {asked!r}; give a whole number\n")
    try:
        begun = puppet.begin_talk(int(asked))
    except BadInputError as fault:
        raise web.HTTPConflict(text=f"{fault}\n") from None
    try:
        socket = web.WebSocketResponse(
            max_msg_size=MAX_SOUND_BYTES, compress=False, receive_timeout=SILENT_S
        )
        await socket.prepare(request)
        return await _follow(socket, begun)
    finally:
        begun.end()


async def _follow(socket: web.WebSocketResponse, talk: LiveTalk) -> web.WebSocketResponse:
    """Hand on the sound until it ends, or something else comes."""
    try:
        async for message in socket:
            whole = message.type is WSMsgType.BINARY and len(message.data) % 2 == 0
            if not whole or talk.ended:
                why = b"the talk is over" if talk.ended else b"16-bit sound, and nothing else"
                await socket.close(code=WSCloseCode.UNSUPPORTED_DATA, message=why)
                break
            talk.push(np.frombuffer(message.data, "<i2").astype(np.float32) / np.float32(32768))
    except TimeoutError:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"no sound came")
    return socket
