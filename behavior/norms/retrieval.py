"""Finds the norms and past cases nearest to a moment: for the language model and for operators.

A norm is known by its reason and by the moments of its examples; all are sentences, found by
likeness in meaning. Without the sentence encoder they are found by spelling only, and it says so.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError
from behavior.encoders import ENCODERS, Encoder
from behavior.house.knowledge import Index
from behavior.norms.cases import Case
from behavior.norms.moment import moment
from behavior.norms.norm import Norm, Norms
from behavior.norms.scenes import Scene
from behavior.situation.state import Situation

log = logging.getLogger(__name__)

NORMS_TOLD = 5
_BY_WORDS = 3
"""So many of them by what was said, the rest by the moment."""
CASES_TOLD = 2
_LIKE = 0.35
"""Cases less like the moment than this are none."""


@dataclass(frozen=True, slots=True)
class Near:
    """A norm that fits a moment, and how well."""

    norm: Norm
    score: float


class NearNorms:
    """Norms as vectors. Finding is a pure function of the line."""

    def __init__(self, norms: Sequence[Norm], encoder: Encoder, kept: Path | None = None) -> None:
        """Encode all forms, some seconds with `minilm`. `kept`: a folder to keep them in."""
        self._norms = {norm.id: norm for norm in norms}
        forms = [(norm.id, form) for norm in norms for form in _forms(norm)]
        self._index = Index(forms, encoder, kept)
        self._encoder = encoder
        self.by_meaning = encoder.slow
        """Or by spelling only."""

    def nearest(self, line: str, count: int = NORMS_TOLD) -> tuple[Near, ...]:
        """The norms whose reason or examples are nearest to the line, best first."""
        found = self._index.nearest(line, count)
        return tuple(Near(self._norms[match.label], match.score) for match in found)

    def cases(self, line: str, past: Iterable[Case], count: int = CASES_TOLD) -> tuple[Case, ...]:
        """The past cases nearest to the line, best first."""
        cases = tuple(past)
        if not cases:
            return ()
        vectors = self._encoder.encode([case.moment for case in cases])
        scores = vectors @ self._encoder.encode([line])[0]
        order = sorted(range(len(cases)), key=lambda i: -float(scores[i]))
        return tuple(cases[i] for i in order[:count] if scores[i] >= _LIKE)


def best_encoder(wanted: str = "auto") -> Encoder:
    """The encoder of that name; `auto`: by meaning where that is installed."""
    if wanted != "auto":
        encoder: Encoder = pick("encoder", ENCODERS, wanted)()
        return encoder
    try:
        return best_encoder("minilm")
    except BackendUnavailableError as fault:
        log.warning("norms are found by spelling only", extra={"cure": str(fault)})
        return best_encoder("words")


def words_of(scene: Scene) -> str:
    """An example as a line: what was said, then the moment."""
    said = f'The visitor says: "{scene.visitor.says}". ' if scene.visitor else ""
    return said + moment(scene.situation(), scene.wish(), aloud=True)


def _forms(norm: Norm) -> Iterator[str]:
    yield norm.reason
    yield f"{norm.id.replace('_', ' ')}: {norm.reason}"
    for scene in norm.examples.fires:
        yield words_of(scene)


class House(Protocol):
    """What knows the moment, the norms and what they did: the planner."""

    @property
    def situation(self) -> Situation:
        """What is known now."""
        ...

    @property
    def norms(self) -> Norms:
        """The norms at work."""
        ...

    @property
    def cases(self) -> Iterable[Case]:
        """What norms have changed and refused in this run."""
        ...


class NormAdvice:
    """The house rules that fit the present moment, as lines for a language model's prompt."""

    def __init__(self, house: House, *, encoder: str = "auto", kept: Path | None = None) -> None:
        self._house = house
        self._wanted = encoder
        self._kept = kept
        self._encoder: Encoder | None = None
        self._near: NearNorms | None = None
        self._norms: Norms | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="norms")

    async def warm_up(self) -> None:
        """Encode the norms, off the loop."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._prepare)

    async def about(self, words: str) -> str:
        """Lines on the norms and cases nearest to what was said and to the moment."""
        house = self._house
        now, cases = moment(house.situation), tuple(house.cases)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._about, words, now, cases)

    def close(self) -> None:
        """End the worker thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _prepare(self) -> NearNorms:
        norms = self._house.norms
        if self._near is None or norms is not self._norms:
            self._encoder = self._encoder or best_encoder(self._wanted)
            self._near = NearNorms(norms.all, self._encoder, self._kept)
            self._norms = norms
        return self._near

    def _about(self, words: str, now: str, cases: tuple[Case, ...]) -> str:
        near = self._prepare()
        found = {one.norm.id: one.norm for one in near.nearest(words, _BY_WORDS)}
        for one in near.nearest(now, NORMS_TOLD):
            if len(found) < NORMS_TOLD:
                found.setdefault(one.norm.id, one.norm)
        how = "" if near.by_meaning else " (found by spelling only)"
        rules = [f"- house rule{how}: {norm.reason}" for norm in found.values()]
        past = [f"- earlier today: {case.told}" for case in near.cases(now, cases)]
        return "".join(f"{each}\n" for each in (*rules, *past))
