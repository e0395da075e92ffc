"""A real HTTP server that speaks a language model's protocol, and can fail in every known way."""

import asyncio
import contextlib
import json
import re
import socket
import struct
from dataclasses import dataclass, field

from aiohttp import web

GOOD = [
    {
        "say": "Of course, here we go.",
        "gestures": [{"name": "nod", "word": "course"}],
        "face": {"expression": "friendly"},
        "gaze": "person",
    },
    {"say": "What is your name, please?"},
]
STATUS = {
    "error_500": 500, "too_many": 429, "redirect": 307, "bad_request": 400, "forbidden": 403,
}  # fmt: skip
FAULTS = {
    "absent", "hang", "hang_after_first", "slow_drip", "not_json", "empty", "no_clauses", "schema",
    "markup", "other_language", "too_long", "recites", "claims", "cut_off", "cut_after_first",
    "broken_sse", "stutters", "odd_events", "error_event", "bad_utf8", "surrogates", "huge_line",
    "endless", "endless_comments", "blanks", "nested", "nan", "reset",
    "reset_after_first", "closes_at_once", "packed", "makes_up", *STATUS,
}  # fmt: skip
AFTER_FIRST = {"hang_after_first", "cut_after_first", "reset_after_first"}
"""Faults that come when one clause has been given already."""
_MEGABYTES = 30
"""More than the buffers between server and client take, which is some ten."""


@dataclass
class ModelServer:
    """Serves `/v1/models`, `/v1/chat/completions` and `/tokenize`. Set `fault` to misbehave."""

    clauses: list[dict] = field(default_factory=lambda: list(GOOD))
    words_the_draft: bool = False
    """Answers with the desk's own clauses, as the prompt shows them."""
    fault: str = ""
    piece_s: float = 0.0
    """Pause between streamed pieces."""
    odd_pieces: bool = False
    """Splits its bytes anywhere: inside words, letters and line ends."""
    key: str = ""
    """What a client must show, if anything."""
    tokenizer: str = "vllm"
    """`vllm`, `llama_cpp`, `slow`, or none at all."""
    counts_usage: bool = True
    longest: int | None = None
    """`max_model_len` as it tells of itself."""
    closes_after: int = 0
    """Closes kept connections after so many answers without saying so; 0: keeps them."""
    drops: int = 0
    """So many requests find the connection closed when they come."""
    requests: list[dict] = field(default_factory=list)
    tokenized: int = 0
    hung_up: int = 0
    """Streams that the client closed before their end."""
    hits_elsewhere: int = 0
    """Requests where a redirect points."""
    sent_bytes: int = 0
    url: str = ""

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/tokenize", self._tokenize)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _elsewhere(self, _request):
        self.hits_elsewhere += 1
        return web.json_response({})

    async def _models(self, _request):
        if self.fault in STATUS:
            return self._refuse()
        about = {} if self.longest is None else {"max_model_len": self.longest}
        return web.json_response({"data": [{"id": "tiny", **about}]})

    async def _tokenize(self, request):
        said = await request.json()
        if self.tokenizer == "slow":
            await asyncio.sleep(5)
        if self.tokenizer == "vllm" and "messages" in said:
            self.tokenized += 1
            return web.json_response({"count": self.count(said["messages"])})
        if self.tokenizer == "llama_cpp":
            self.tokenized += "content" in said
            return web.json_response({"tokens": _words(said.get("content", ""))})
        return web.Response(status=404)

    @staticmethod
    def count(messages):
        """Its tokens: words and signs, and four a message."""
        return sum(4 + len(_words(m["content"])) for m in messages)

    def _refuse(self):
        headers = {"Location": "/elsewhere"} if self.fault == "redirect" else {}
        if self.fault == "too_many":
            headers = {"Retry-After": "7"}
        body = f"Bearer {self.key} is not welcome"
        return web.Response(status=STATUS[self.fault], headers=headers, text=body)

    async def _complete(self, request):
        self.requests.append(await request.json())
        if self.drops:
            self.drops -= 1
            request.transport.close()
            return web.Response()
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.Response(status=401)
        if self.fault in STATUS:
            return self._refuse()
        if self.fault == "hang":
            await asyncio.sleep(30)
        if self.fault == "closes_at_once":
            request.transport.close()
        if self.fault == "reset":
            _reset(request)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if self.fault == "packed":
            answer.enable_compression(web.ContentCoding.gzip)
        await answer.prepare(request)
        finished = False
        try:
            with contextlib.suppress(ConnectionError):
                await self._stream(request, answer)
                finished = True
        finally:
            self.hung_up += not finished
        if self.closes_after and len(self.requests) % self.closes_after == 0:
            asyncio.get_running_loop().call_later(0.02, request.transport.close)
        return answer

    async def _stream(self, request, answer):
        if self.fault == "huge_line":
            await self._write(answer, b"data: ")
            for _ in range(_MEGABYTES * 100):
                await self._write(answer, b"x" * 10_000)
        if self.fault.startswith("endless"):
            await self._flood(answer)
        if self.fault == "odd_events":
            await self._write(answer, b'data: 3\r\n\r\n: and\ndata: "x"\n\n')
        if self.fault == "odd_choices":  # which can be passed over
            for data in ('{"choices": 7}', '{"choices": [1, {"delta": "x"}]}', '{"usage": "much"}'):
                await self._write(answer, f"data: {data}\r\n\r\n".encode())
        if self.fault == "error_event":
            told = {"error": {"type": self.key or "Fault", "message": f"Bearer {self.key}"}}
            await self._event(answer, told)
        await self._pieces(request, answer)
        if self.fault == "hang_after_first":
            await asyncio.sleep(30)
        if self.fault == "reset_after_first":
            _reset(request)
        if self.fault.startswith("cut"):
            return
        if self.counts_usage:
            prompt = self.count(self.requests[-1]["messages"])
            usage = {"prompt_tokens": prompt, "completion_tokens": len(_words(self._text()))}
            await self._event(answer, {"choices": [], "usage": usage})
        await self._write(answer, b"data: [DONE]\n\n")

    async def _pieces(self, request, answer):
        text = self._text()
        pieces = [text[i : i + 12] for i in range(0, len(text), 12)]
        if self.fault in AFTER_FIRST:
            first = json.dumps({"clauses": json.loads(text)["clauses"][:1]})
            pieces = [first.removesuffix("]}")]
        if self.fault == "cut_off":
            pieces = pieces[:2]
        for piece in pieces:
            await asyncio.sleep(1.0 if self.fault == "slow_drip" else self.piece_s)
            chunk = {"choices": [{"index": 0, "delta": {"content": piece}}]}
            if self.fault == "broken_sse":
                await self._write(answer, b"data: {broken\n\n")
            elif self.fault == "bad_utf8":
                data = json.dumps(chunk).replace("o", "\N{LATIN SMALL LETTER O WITH DIAERESIS}")
                await self._write(answer, b"data: " + data.encode("latin-1") + b"\n\n")
            else:
                await self._event(answer, chunk)

    async def _event(self, answer, event):
        await self._write(answer, b"data: " + json.dumps(event).encode() + b"\n\n")

    async def _write(self, answer, data):
        self.sent_bytes += len(data)
        if not self.odd_pieces:
            await answer.write(data)
            return
        for i in range(0, len(data), 7):
            await answer.write(data[i : i + 7])
            await asyncio.sleep(0)

    async def _flood(self, answer):
        """More and more of nothing to speak of, until the client has enough."""
        text = "a" * 900 if self.fault == "endless" else ""
        line = json.dumps({"choices": [{"delta": {"content": text}}]})
        data = f"data: {line}\n\n" if text else ": still there\n\n" * 500
        for _ in range(_MEGABYTES * 1_000_000 // len(data)):
            await self._write(answer, data.encode())

    def _text(self):
        clauses = self._drafted() if self.words_the_draft else self.clauses
        clause = dict(clauses[0])
        said = {
            "markup": "**Hello** <|end|> there",
            "other_language": "Hyvää päivää, istukaa tuonne odottamaan hetkeksi, olkaa hyvä.",
            "too_long": "very " * 200 + "long",
            "stutters": "the the the the the the the the",
            "recites": "Never give out anything private about people who work here or others.",
            "makes_up": "You can reach her on her own line, that is 030 1234567.",
            "claims": "I have called the police for you.",
            "tells_key": f"The key of this house is {self.key or 'not known to me here'}.",
        }  # fmt: skip
        whole = {
            "not_json": "Sure! I am happy to help you with that today, my friend.",
            "empty": "",
            "no_clauses": '{"clauses": []}',
            "schema": json.dumps({"clauses": [{"words": "hello", "say": 3}]}),
            "blanks": "{" + " \n" * 3000,
            "nested": '{"clauses": [{"say": "Hello", "face": ' + "[" * 5000,
            "nan": '{"clauses": [{"say": "Hello there.", "wait_s": NaN}]}',
            "surrogates": '{"clauses": [{"say": "\\ud800 \\udc12"}]}',
        }  # fmt: skip
        if self.fault in whole:
            return whole[self.fault]
        if self.fault in said:
            return json.dumps({"clauses": [clause | {"say": said[self.fault]}]})
        return json.dumps({"clauses": clauses})

    def _drafted(self):
        """The desk's clauses, from the line of the prompt that shows them."""
        prompt = self.requests[-1]["messages"][-1]["content"]
        return json.loads(re.findall(r'\{"clauses":.*\}', prompt)[-1])["clauses"]


def _words(text):
    return re.findall(r"\w+|[^\w\s]", text)


def _reset(request):
    """Break the connection off in the rudest way there is."""
    sock = request.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
