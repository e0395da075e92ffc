"""`foyer bench norms DATA`: choosing what is appropriate, in the text mode of EgoNormia.

For each scene a behaviour is chosen among five, then a reason for the one chosen, then all that
make sense. Measured with the scene's description, with retrieval as well (what was right in the
nearest scenes of the other half, and the nearest norms of the house), and blind: with no
description, which shows how much can be guessed from the options alone.
"""

import contextlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np

from agent.bench.figure import Figure
from agent.bench.norm_data import OPTIONS, SAMPLE, Record, Shuffled, read_records, shuffled
from agent.bench.norm_planners import EmbeddedPlanner, FirstOption, ModelPlanner, NormPlanner
from agent.core.errors import BadInputError
from agent.settings import read_settings
from behavior.encoders import Encoder
from behavior.model.server import ModelServerConfig
from behavior.norms.norm import Norms
from behavior.norms.retrieval import NearNorms, best_encoder

PLANNERS = ("embedded", "scripted", "model")
CONFIG = Path("configs/demo.yaml")
_CASES = 5
_RULES = 3
_CHANCE = 1.0 / OPTIONS


@dataclass(frozen=True, slots=True)
class Scored:
    """How one record was answered."""

    record: Record
    behaviour: bool
    justification: bool
    overlap: float
    """Of what was found sensible with what is, over both together, 0..1."""


async def measure(
    data: Path = SAMPLE,
    planner: str = "embedded",
    url: str = "",
    seed: int = 1,
    config: Path = CONFIG,
) -> list[Figure]:
    """Answer all records three times. Raises `BadInputError` for a bad file or a lacking server."""
    if planner not in PLANNERS:
        raise BadInputError(f"there is no planner {planner}; take {', '.join(PLANNERS)}")
    records = read_records(data)
    settings = read_settings(config)
    encoder = best_encoder(settings.config.dialogue.encoder)
    hints = _Hints(records, encoder, settings.norms, seed)
    server = settings.config.dialogue.model
    async with contextlib.AsyncExitStack() as stack:
        chosen = await _planner(planner, url, server, encoder, settings.norms, stack)
        asked = [shuffled(record, seed) for record in records]
        plain = [await _answer(chosen, one, hints=None) for one in asked]
        helped = [await _answer(chosen, one, hints=hints) for one in asked]
        blind = [await _answer(chosen, one, hints=None, blind=True) for one in asked]
    return _figures(data, chosen, encoder, plain, helped, blind)


async def _planner(
    name: str,
    url: str,
    server: ModelServerConfig,
    encoder: Encoder,
    norms: Norms,
    stack: contextlib.AsyncExitStack,
) -> NormPlanner:
    if name == "scripted":
        return FirstOption()
    if name == "embedded":
        return EmbeddedPlanner(encoder, norms.all)
    server = server.model_copy(update={"url": url}) if url else server
    if not server.url:
        raise BadInputError("the planner model needs --url, or dialogue.model.url in --config")
    try:
        return await stack.enter_async_context(ModelPlanner(server))
    except (aiohttp.ClientError, OSError, LookupError) as fault:
        raise BadInputError(f"the model server {server.url} does not answer: {fault}") from None


class _Hints:
    """What was right in the nearest scenes of the half that a record is not in, and near norms."""

    def __init__(
        self, records: Sequence[Record], encoder: Encoder, norms: Norms, seed: int
    ) -> None:
        order = np.random.default_rng(seed).permutation(len(records))
        self._half = {records[i].id: place % 2 for place, i in enumerate(order)}
        self._records = records
        self._encoder = encoder
        self._vectors = encoder.encode([record.desc for record in records])
        self._norms = NearNorms(norms.all, encoder)

    def cases(self, record: Record) -> tuple[str, ...]:
        """The right behaviours of the nearest scenes."""
        scores = self._vectors @ self._encoder.encode([record.desc])[0]
        found = []
        for i in np.argsort(-scores):
            other = self._records[i]
            if self._half[other.id] == self._half[record.id]:
                continue
            if right := other.behaviors[other.correct].strip():
                found.append(right)
            if len(found) == _CASES:
                break
        return tuple(found)

    def rules(self, record: Record) -> tuple[str, ...]:
        """The reasons of the nearest norms."""
        return tuple(near.norm.reason for near in self._norms.nearest(record.desc, _RULES))


async def _answer(
    planner: NormPlanner, one: Shuffled, *, hints: _Hints | None, blind: bool = False
) -> Scored:
    record = one.record
    cases = hints.cases(record) if hints is not None else ()
    rules = hints.rules(record) if hints is not None else ()
    question = one.question(blind=blind, cases=cases, rules=rules)
    chosen = await planner.behaviour(question)
    reason = await planner.justification(question, chosen)
    sensible = {one.behaviour_order[i] for i in await planner.sensible(question)}
    meant = set(record.sensibles)
    union = sensible | meant
    return Scored(
        record=record,
        behaviour=chosen >= 0 and one.behaviour_order[chosen] == record.correct,
        justification=reason >= 0 and one.justification_order[reason] == record.correct,
        overlap=len(sensible & meant) / len(union) if union else 1.0,
    )


def _figures(
    data: Path,
    planner: NormPlanner,
    encoder: Encoder,
    plain: Sequence[Scored],
    helped: Sequence[Scored],
    blind: Sequence[Scored],
) -> list[Figure]:
    note = f"{len(plain)} scenes of {data.name}, planner {planner.name}"
    if planner.name == "embedded":
        note += f" ({encoder.name})"
    if data == SAMPLE:
        note += "; written for this project, not the benchmark"
    if planner.faults:
        note += f"; {planner.faults} answers could not be read and count as wrong"
    rows: list[Figure] = []
    for what, share, chance in (
        ("behaviour", _behaviour, _CHANCE),
        ("justification", _justification, _CHANCE),
        ("both", _both, _CHANCE**2),
        ("sensible, overlap", _overlap, _chance_overlap(plain)),
    ):
        for how, scored in (("", plain), (", with retrieval", helped)):
            rows.append(
                Figure(
                    name=f"{what}{how}",
                    value=share(scored),
                    unit="",
                    baseline=chance,
                    baseline_of="chance",
                    control=share(blind),
                    control_of="blind",
                    note=note,
                )
            )
            note = ""
    return [*rows, *_by_kind(plain, helped, blind)]


def _by_kind(
    plain: Sequence[Scored], helped: Sequence[Scored], blind: Sequence[Scored]
) -> list[Figure]:
    kinds: dict[str, list[int]] = defaultdict(list)
    for i, scored in enumerate(plain):
        for kind in scored.record.kinds:
            kinds[kind].append(i)
    return [
        Figure(
            name=f"  both: {kind}",
            value=_both([plain[i] for i in members]),
            unit="",
            baseline=_both([helped[i] for i in members]),
            baseline_of="retrieval",
            control=_both([blind[i] for i in members]),
            control_of="blind",
            note=f"{len(members)} scenes",
        )
        for kind, members in sorted(kinds.items())
    ]


def _behaviour(scored: Sequence[Scored]) -> float:
    return sum(one.behaviour for one in scored) / len(scored)


def _justification(scored: Sequence[Scored]) -> float:
    return sum(one.justification for one in scored) / len(scored)


def _both(scored: Sequence[Scored]) -> float:
    return sum(one.behaviour and one.justification for one in scored) / len(scored)


def _overlap(scored: Sequence[Scored]) -> float:
    return sum(one.overlap for one in scored) / len(scored)


def _chance_overlap(scored: Sequence[Scored]) -> float:
    """Of one option taken blindly: it hits one of n in n of five cases, and overlaps by 1/n."""
    return sum((1.0 / OPTIONS if one.record.sensibles else 0.0) for one in scored) / len(scored)
