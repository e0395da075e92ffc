"""The wire to a language model server: models, tokens, streamed replies.

It knows HTTP, nothing of receptions. Whatever a server sends is bounded in size, never followed
elsewhere, and never quoted; the key goes into one header and into no text.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from agent.core.errors import FoyerError
from behavior.backends.model_stream import FAULTS, ReplyStream, Usage, read_json
from behavior.model.server import ModelServerConfig
from behavior.model.token_budget import Chat, Counted, estimate_chat

_TOKENIZE_S = 0.3
"""A server that counts more slowly is not worth asking."""
_REFUSALS = {
    400: "it cannot make sense of the request, or the prompt is too long for the model",
    401: "it wants another key",
    403: "it wants another key",
    404: "no such address or model",
    429: "too many requests",
}


class ServerRefusedError(FoyerError):
    """The server answered, but with no reply."""

    def __init__(self, status: int, retry_after_s: float = 0.0) -> None:
        why = _REFUSALS.get(status, "")
        if 300 <= status < 400:
            why = "it points elsewhere, which is not followed"
        super().__init__(f"the server answered {status}" + (f": {why}" if why else ""))
        self.retry_after_s = retry_after_s


class ModelClient:
    """One server. Made cheaply; connects when it is first asked."""

    def __init__(self, config: ModelServerConfig) -> None:
        self._config = config
        self._session: aiohttp.ClientSession | None = None
        self._counts = True
        """Whether it has a tokenizer, as far as is known."""
        self._scale = 1.0
        """How much longer prompts turned out to be than estimated."""
        self.model = config.model
        self.longest_tokens: int | None = None
        """The model's own bound on prompt and reply, where the server tells it."""

    @property
    def key(self) -> str:
        """The key of the environment; empty: none."""
        name = self._config.api_key_env
        return os.environ.get(name, "").strip() if name else ""

    @property
    def address(self) -> str:
        """The server as it may be told: without a password in its address."""
        parts = urlsplit(self._config.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Key and password, which may stand in no text."""
        login = urlsplit(self._config.url).netloc.rpartition("@")[0]
        password = login.partition(":")[2]
        return tuple(secret for secret in (self.key, login, password) if secret)

    def without_secrets(self, text: str) -> str:
        """The text with key and password taken out."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    async def find_model(self) -> None:
        """Ask for the server's models. Raises one of `FAULTS` where it cannot be used."""
        with _outside():
            async with self._get("models") as answer:
                told = (await read_json(answer)).get("data")
        models = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        named = [one for one in models if one.get("id") == self._config.model]
        if not named and not self._config.model:
            named = models
            self.model = str(models[0]["id"])
        longest = named[0].get("max_model_len") if named else None
        self.longest_tokens = longest if isinstance(longest, int) and longest > 0 else None
        self._counts = True

    async def count(self, chat: Chat) -> Counted:
        """Tokens of a prompt: as the server counts, else an estimate."""
        if self._counts:
            try:
                with _outside():
                    async with asyncio.timeout(_TOKENIZE_S):
                        return Counted(await self._tokenize(chat), "server")
            except (*FAULTS, TimeoutError):
                self._counts = False
        return Counted(round(estimate_chat(chat) * self._scale), "estimate")

    async def _tokenize(self, chat: Chat) -> int:
        """As vLLM answers it, or as llama.cpp does."""
        said = await self._post_root("tokenize", {"model": self.model, "messages": list(chat)})
        if isinstance(count := said.get("count"), int):
            return count
        text = "".join(f"{one['role']}\n{one['content']}\n" for one in chat)
        tokens = (await self._post_root("tokenize", {"content": text}))["tokens"]
        if not isinstance(tokens, list) or (text and not tokens):
            raise ValueError("no count in the answer")
        return len(tokens) + estimate_chat([{**one, "content": ""} for one in chat])

    def learn(self, chat: Chat, usage: Usage) -> None:
        """Take in what a prompt really came to, so that an estimate is never again too low."""
        told = estimate_chat(chat)
        if told > 0:
            self._scale = max(self._scale, usage.prompt_tokens / told)

    @contextlib.asynccontextmanager
    async def reply(self, request: Mapping[str, object]) -> AsyncGenerator["ReplyStream", None]:
        """Ask for a streamed reply; leaving the block hangs up, which ends it at the server.

        A connection that the server had closed in the meantime is made anew, once.
        """
        body = {**request, "stream": True, "stream_options": {"include_usage": True}}
        with _outside():
            try:
                answer = await self._post("chat/completions", body)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as fault:
                if isinstance(fault, aiohttp.ClientConnectorError):
                    raise
                answer = await self._post("chat/completions", body)
            async with answer:
                _check(answer)
                yield ReplyStream(answer)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connect(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Deadlines are ours; the library must not add its own, nor unpack what is packed.
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        return self._session

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @contextlib.asynccontextmanager
    async def _get(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        url = f"{self._config.url.rstrip('/')}/{path}"
        async with self._connect().get(
            url, headers=self._headers(), allow_redirects=False
        ) as answer:
            _check(answer)
            yield answer

    async def _post(self, path: str, body: Mapping[str, object]) -> aiohttp.ClientResponse:
        url = f"{self._config.url.rstrip('/')}/{path}"
        return await self._connect().post(
            url, json=body, headers=self._headers(), allow_redirects=False
        )

    async def _post_root(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """Where servers have what is not OpenAI's: beside `/v1`."""
        root = self._config.url.rstrip("/").removesuffix("/v1")
        async with self._connect().post(
            f"{root}/{path}", json=body, headers=self._headers(), allow_redirects=False
        ) as answer:
            _check(answer)
            return await read_json(answer)


def _outside() -> contextlib.AbstractContextManager[None]:
    """Has a loop on virtual time wait for the server as one waits in life."""
    waits = getattr(asyncio.get_running_loop(), "outside", None)
    return contextlib.nullcontext() if waits is None else waits()


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status != 200:
        wait = answer.headers.get("Retry-After", "")
        raise ServerRefusedError(answer.status, float(wait) if wait.isdigit() else 0.0)
