"""Which norms of the house were nearest to a moment of a recording, whether they fired or not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from agent.core.messages import TurnEnded
from agent.explaining.hindsight import situation_at
from agent.recording import NS, Recorded
from behavior.norms.moment import moment
from behavior.norms.norm import Norms
from behavior.norms.retrieval import NearNorms, best_encoder
from behavior.situation.state import SituationConfig

_LISTED = 5


def nearest_norms(
    recorded: Sequence[Recorded],
    at: float,
    near: NearNorms,
    *,
    offset_ns: int = 0,
    zone: tzinfo | None = None,
    config: SituationConfig | None = None,
) -> Iterator[str]:
    """Lines for people: the moment in plain words, and the norms nearest to it."""
    local = datetime.fromtimestamp(at + offset_ns / NS, zone)
    situation = situation_at(recorded, at, config or SituationConfig())
    told = moment(replace(situation, hour=local.hour + local.minute / 60.0))
    said = [one.message.text for one in recorded
            if one.seen_at <= at and isinstance(one.message, TurnEnded)]  # fmt: skip
    line = f'The visitor says: "{said[-1]}". {told}' if said and said[-1] else told
    how = "meaning" if near.by_meaning else "spelling only; the sentence encoder is not installed"
    yield f"The moment in plain words: {told}"
    yield f"Norms nearest to it, by {how}:"
    for one in near.nearest(line, _LISTED):
        norm = one.norm
        yield f"  {norm.id} ({norm.kind}, {norm.verdict}, {one.score:.2f}): {norm.reason}"


def house(norms: Norms) -> NearNorms:
    """The norms of a configuration, to be searched."""
    return NearNorms(norms.all, best_encoder())
