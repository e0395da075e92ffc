"""Who answers the questions of `foyer bench norms`.

`embedded`: likeness in meaning and the norms of the house, nothing else. `model`: a language model
server. `scripted`: always the first option, which shows what the measure gives for nothing.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

import aiohttp
import numpy as np

from agent.bench.norm_data import Question
from behavior.encoders import Encoder, Vectors
from behavior.model.server import ModelServerConfig
from behavior.norms.norm import Norm

_LIKE_A_NORM = 0.5
_LIKE_A_CASE = 0.5
_NOTHING_FITS = 0.25
_AS_GOOD = 0.1
"""Weights of the embedded scorer. Chosen beforehand, not fitted to any data."""
_NONE = "None of the others."


class NormPlanner(Protocol):
    """Chooses among the options of a question, by their numbers from 0."""

    name: str
    faults: int
    """Answers that could not be read, counted as wrong."""

    async def behaviour(self, question: Question) -> int:
        """The most appropriate behaviour; -1: no answer."""
        ...

    async def justification(self, question: Question, chosen: int) -> int:
        """The best reason for the behaviour chosen; -1: no answer."""
        ...

    async def sensible(self, question: Question) -> frozenset[int]:
        """All behaviours that make sense."""
        ...


class FirstOption:
    """Takes what stands first: the control of the measure itself."""

    name = "scripted"
    faults = 0

    async def behaviour(self, question: Question) -> int:
        """The first."""
        return 0

    async def justification(self, question: Question, chosen: int) -> int:
        """The first."""
        return 0

    async def sensible(self, question: Question) -> frozenset[int]:
        """The first alone."""
        return frozenset({0})


class EmbeddedPlanner:
    """Scores options by sentence vectors: like the scene, like a norm, like a past case."""

    name = "embedded"
    faults = 0

    def __init__(self, encoder: Encoder, norms: Sequence[Norm]) -> None:
        self._encoder = encoder
        self._norms = encoder.encode([norm.reason for norm in norms])

    async def behaviour(self, question: Question) -> int:
        """The best score; none of them where nothing fits."""
        scores = await asyncio.to_thread(self._scores, question)
        return int(np.argmax(scores))

    async def justification(self, question: Question, chosen: int) -> int:
        """Likest to the behaviour chosen, then to the scene."""
        return await asyncio.to_thread(self._justify, question, chosen)

    async def sensible(self, question: Question) -> frozenset[int]:
        """All that score nearly as well as the best."""
        scores = await asyncio.to_thread(self._scores, question)
        return frozenset(int(i) for i in np.flatnonzero(scores >= scores.max() - _AS_GOOD))

    def _scores(self, question: Question) -> Vectors:
        options = self._encoder.encode([one or " " for one in question.behaviours])
        scores = _LIKE_A_NORM * (options @ self._norms.T).max(axis=1)
        if question.desc:
            scores = scores + (options @ self._scene(question.desc))
        if question.rules:
            rules = self._encoder.encode(list(question.rules))
            scores = scores + _LIKE_A_NORM * (options @ rules.T).max(axis=1)
        if question.cases:
            cases = self._encoder.encode(list(question.cases))
            scores = scores + _LIKE_A_CASE * (options @ cases.T).max(axis=1)
        empty = [not one.strip() for one in question.behaviours]
        return np.where(empty, _NOTHING_FITS if question.desc else -1.0, scores)

    def _justify(self, question: Question, chosen: int) -> int:
        behaviour = question.behaviours[chosen]
        empty = [not one.strip() for one in question.justifications]
        if not behaviour.strip():
            return empty.index(True) if any(empty) else 0
        options = self._encoder.encode([one or " " for one in question.justifications])
        scores = options @ self._encoder.encode([behaviour])[0]
        if question.desc:
            scores = scores + _LIKE_A_CASE * (options @ self._scene(question.desc))
        return int(np.argmax(np.where(empty, -1.0, scores)))

    def _scene(self, desc: str) -> Vectors:
        """The mean of its sentences: the encoder reads no more than a few lines at once."""
        sentences = [one for one in re.split(r"(?<=[.?!])\s+", desc) if one.strip()]
        mean = self._encoder.encode(sentences).mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


class ModelPlanner:
    """Asks a server that speaks OpenAI's protocol; reads the last number of its answer."""

    name = "model"

    def __init__(self, config: ModelServerConfig) -> None:
        self._config = config
        self._model = config.model
        self._session: aiohttp.ClientSession | None = None
        self.faults = 0

    async def __aenter__(self) -> Self:
        key = os.environ.get(self._config.api_key_env, "") if self._config.api_key_env else ""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session = aiohttp.ClientSession(headers=headers)
        try:
            self._model = self._model or await self._first_model()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def _first_model(self) -> str:
        assert self._session is not None
        async with self._session.get(f"{self._url}/models") as answer:
            answer.raise_for_status()
            return str((await answer.json())["data"][0]["id"])

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def behaviour(self, question: Question) -> int:
        """Its choice among the behaviours."""
        text = await self._ask(
            f"{_scene(question)}\nWhat is the single most appropriate thing to do next? Judge by"
            f" what is customary, not by which option names things that are there.\n"
            f"{_listed(question.behaviours)}\n{_hints(question)}"
            "Answer with the number of one option alone."
        )
        return self._number(text)

    async def justification(self, question: Question, chosen: int) -> int:
        """Its choice among the justifications, for its own behaviour."""
        behaviour = question.behaviours[chosen].strip() if chosen >= 0 else ""
        text = await self._ask(
            f'{_scene(question)}\nThis was chosen as the most appropriate: "{behaviour or _NONE}".'
            f" Which reason supports it best?\n{_listed(question.justifications)}\n"
            "Answer with the number of one option alone."
        )
        return self._number(text)

    async def sensible(self, question: Question) -> frozenset[int]:
        """All that it finds sensible."""
        text = await self._ask(
            f"{_scene(question)}\nWhich of these make sense here, by what is customary?\n"
            f"{_listed(question.behaviours)}\n{_hints(question)}"
            "Answer with a list of numbers in brackets alone, such as [1, 4]."
        )
        lists = re.findall(r"\[([\d,\s]*)\]", text)
        if not lists:
            self.faults += 1
            return frozenset()
        numbers = (int(one) - 1 for one in re.findall(r"\d+", lists[-1]))
        return frozenset(one for one in numbers if 0 <= one < len(question.behaviours))

    @property
    def _url(self) -> str:
        return self._config.url.rstrip("/")

    def _number(self, text: str) -> int:
        numbers = re.findall(r"\d+", text)
        if numbers and 1 <= int(numbers[-1]) <= 5:
            return int(numbers[-1]) - 1
        self.faults += 1
        return -1

    async def _ask(self, text: str) -> str:
        assert self._session is not None, "used outside of `async with`"
        request = {
            "model": self._model,
            "messages": [{"role": "user", "content": text}],
            "max_tokens": self._config.max_tokens,
            "temperature": 0.0,
        }
        try:
            async with (
                asyncio.timeout(60.0),
                self._session.post(f"{self._url}/chat/completions", json=request) as answer,
            ):
                answer.raise_for_status()
                return str((await answer.json())["choices"][0]["message"]["content"])
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError):
            return ""


def _scene(question: Question) -> str:
    if question.desc:
        return f"A person in a situation:\n{question.desc}\n"
    return "A person in a situation that is not described; do not ask for it.\n"


def _listed(options: Sequence[str]) -> str:
    return "\n".join(f"{i}. {one.strip() or _NONE}" for i, one in enumerate(options, start=1))


def _hints(question: Question) -> str:
    lines = [f"- {one}" for one in question.rules]
    lines += [f"- In a similar situation this was right: {one}" for one in question.cases]
    return "To go by, with care:\n" + "\n".join(lines) + "\n" if lines else ""
