"""A real HTTP server that speaks a language model's protocol, and can fail in every known way."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

from aiohttp import web

GOOD = [
    {"say": "Of course, here we go.", "gesture": "nod", "expression": "friendly", "gaze": "person"},
    {"say": "What is your name, please?", "gesture": None, "expression": None, "gaze": None},
]
FAULTS = {
    "absent", "error_500", "hang", "hang_after_first", "slow_drip", "not_json", "empty",
    "no_clauses", "schema", "markup", "other_language", "too_long", "recites", "claims", "cut_off",
    "cut_after_first", "broken_sse", "stutters",
}  # fmt: skip


@dataclass
class ModelServer:
    """Serves `/v1/models` and `/v1/chat/completions`. Set `fault` to make it misbehave."""

    clauses: list[dict] = field(default_factory=lambda: list(GOOD))
    fault: str = ""
    piece_s: float = 0.0
    """Pause between streamed pieces."""
    key: str = ""
    """What a client must show, if anything."""
    requests: list[dict] = field(default_factory=list)
    hung_up: int = 0
    """Streams that the client closed before their end."""
    url: str = ""

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _models(self, _request):
        if self.fault in {"error_500"}:
            return web.Response(status=500)
        return web.json_response({"data": [{"id": "tiny"}]})

    async def _complete(self, request):
        self.requests.append(await request.json())
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.Response(status=401)
        if self.fault == "error_500":
            return web.Response(status=500)
        if self.fault == "hang":
            await asyncio.sleep(30)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        finished = False
        try:
            with contextlib.suppress(ConnectionError):
                await self._stream(answer)
                finished = True
        finally:
            self.hung_up += not finished
        return answer

    async def _stream(self, answer):
        text = self._text()
        first = text.index("}") + 1 if "}" in text else len(text)
        pieces = [text[i : i + 12] for i in range(0, len(text), 12)]
        if self.fault in {"hang_after_first", "cut_after_first"}:
            pieces = [text[:first]]
        if self.fault == "cut_off":
            pieces = pieces[:2]
        for piece in pieces:
            await asyncio.sleep(1.0 if self.fault == "slow_drip" else self.piece_s)
            chunk = {"choices": [{"index": 0, "delta": {"content": piece}}]}
            data = "{broken" if self.fault == "broken_sse" else json.dumps(chunk)
            await answer.write(f"data: {data}\n\n".encode())
        if self.fault == "hang_after_first":
            await asyncio.sleep(30)
        if not self.fault.startswith("cut"):
            await answer.write(b"data: [DONE]\n\n")

    def _text(self):
        clause = dict(self.clauses[0])
        match self.fault:
            case "not_json":
                return "Sure! I am happy to help you with that today, my friend."
            case "empty":
                return ""
            case "no_clauses":
                return '{"clauses": []}'
            case "schema":
                return json.dumps({"clauses": [{"words": "hello", "say": 3}]})
            case "markup":
                return json.dumps({"clauses": [clause | {"say": "**Hello** <|end|> there"}]})
            case "other_language":
                said = "Guten Tag, bitte nehmen Sie dort drüben Platz, es dauert nicht lange."
                return json.dumps({"clauses": [clause | {"say": said}]})
            case "too_long":
                return json.dumps({"clauses": [clause | {"say": "very " * 200 + "long"}]})
            case "stutters":
                return json.dumps(
                    {"clauses": [clause | {"say": "the the the the the the the the"}]}
                )
            case "recites":
                said = "Never give out anything private about people who work here or others."
                return json.dumps({"clauses": [clause | {"say": said}]})
            case "claims":
                return json.dumps(
                    {"clauses": [clause | {"say": "I have called the police for you."}]}
                )
        return json.dumps({"clauses": self.clauses})
