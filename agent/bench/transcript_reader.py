"""A language model that reads transcripts, for `foyer bench transcript`."""

import asyncio
import os
from types import TracebackType
from typing import Self

import aiohttp

from behavior.model.server import ModelServerConfig
from behavior.transcript.engagement_reading import read_answer

_ANSWERS_WITHIN_S = 60.0
_UNREADABLE = 0.5


class ModelReader:
    """Puts the questionnaire to a server that speaks OpenAI's protocol."""

    def __init__(self, config: ModelServerConfig) -> None:
        self._config = config
        self._url = config.url.rstrip("/")
        self._model = config.model
        self._session: aiohttp.ClientSession | None = None
        self.faults = 0
        """Answers that held no marks; they count as undecided."""

    async def __aenter__(self) -> Self:
        key = os.environ.get(self._config.api_key_env, "") if self._config.api_key_env else ""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session = aiohttp.ClientSession(headers=headers)
        try:
            if not self._model:
                async with self._session.get(f"{self._url}/models") as answer:
                    answer.raise_for_status()
                    self._model = str((await answer.json())["data"][0]["id"])
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def engagement(self, prompt: str) -> float:
        """The engagement that the model reads from it, 0..1."""
        reading = read_answer(await self._ask(prompt))
        if reading is None:
            self.faults += 1
            return _UNREADABLE
        return reading.engagement

    async def _ask(self, prompt: str) -> str:
        assert self._session is not None, "used outside of `async with`"
        request = {
            "model": self._model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": 60,
            "temperature": 0.0,
        }
        try:
            async with (
                asyncio.timeout(_ANSWERS_WITHIN_S),
                self._session.post(f"{self._url}/chat/completions", json=request) as answer,
            ):
                answer.raise_for_status()
                return str((await answer.json())["choices"][0]["message"]["content"])
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError):
            return ""
