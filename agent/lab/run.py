"""A run of the lab as data: its parts, its summary in one line, and all of it as JSON."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.lab.comparison import Comparison
from agent.lab.comparison_report import comparison_summary
from agent.lab.episodes import Kept
from agent.lab.measures import measures
from agent.lab.outcomes import DayResult
from agent.lab.parties import everybody, wanting
from agent.lab.tables import broken, by_intention, norm_counts
from behavior.lobby.floor_plan import FloorPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that a report tells of."""

    name: str
    """The configuration."""
    days: tuple[DayResult, ...]
    episodes: tuple[Kept, ...]
    plans: dict[str, FloorPlan]
    command: str
    """How to get the same again."""
    took_s: float
    processes: int
    page: bool
    comparison: Comparison | None = None


def costs(days: Sequence[DayResult]) -> dict[str, float]:
    """What the days cost to compute."""
    cpu_s = sum(day.timing.cpu_s for day in days)
    wall_s = sum(day.timing.wall_s for day in days) or math.nan
    simulated_s = sum(day.timing.simulated_s for day in days)
    return {
        "simulated_h": simulated_s / 3600,
        "cpu_s": cpu_s,
        "speed": simulated_s / cpu_s if cpu_s else math.nan,
        "room_share": sum(day.timing.room_s for day in days) / wall_s,
        "decide_share": sum(day.timing.decide_s for day in days) / wall_s,
        "rest_share": sum(day.timing.rest_s for day in days) / wall_s,
        "decisions": sum(day.timing.decisions for day in days),
        "decision_p50_ms": _middle([day.timing.p50_ms for day in days]),
        "decision_p95_ms": max((day.timing.p95_ms for day in days), default=math.nan),
    }


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else math.nan


def summary(run: Run) -> dict[str, Any]:
    """The run in one line: targets, figures, norms broken."""
    figures = measures(run.days)
    counts = broken(run.days)
    return {
        "config": run.name,
        "days": len(run.days),
        "seeds": [day.seed for day in run.days],
        "people": len(everybody(run.days)),
        "wanted_help": len(wanting(run.days)),
        **{one.key: _plain(one.estimate.value) for one in figures},
        "targets_met": all(one.met is not False for one in figures),
        "norms_broken": {norm: known for norm, (known, _) in counts.items() if known},
        "could_not_know": {norm: hidden for norm, (_, hidden) in counts.items() if hidden},
        "speed": _plain(costs(run.days)["speed"]),
        "decision_p95_ms": _plain(costs(run.days)["decision_p95_ms"]),
        **({"comparison": comparison_summary(run.comparison)} if run.comparison else {}),
    }


def as_json(run: Run) -> str:
    """Everything that the page tells."""
    told = summary(run) | {
        "measures": {
            one.key: {
                "label": one.label,
                "unit": one.unit,
                "target": one.target,
                "met": one.met,
                **{k: _plain(v) for k, v in asdict(one.estimate).items()},
            }
            for one in measures(run.days)
        },
        "by_intention": [_flat(asdict(one)) for one in by_intention(run.days)],
        "rules": [asdict(one) for one in norm_counts(run.days)],
        "breaches": [
            {"day": i, "clock": day.clock(b.at), **asdict(b)}
            for i, day in enumerate(run.days, 1)
            for b in day.breaches
        ],
        "episodes": [
            {
                "file": str(one.path),
                "kind": one.episode.cut.kind,
                "what": one.episode.cut.sentence,
                "day": one.number,
                "clock": one.day.clock(one.episode.cut.at),
                "at_s": round(one.moment_s, 2),
            }
            for one in run.episodes
        ],
        "costs": {key: _plain(value) for key, value in costs(run.days).items()},
        "took_s": round(run.took_s, 1),
        "processes": run.processes,
        "page": run.page,
        "command": run.command,
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    row["wait_s"] = _plain(row["wait_s"]["value"])
    return row


def _plain(value: float) -> float | int | None:
    """JSON knows no infinity and no NaN."""
    if isinstance(value, int):
        return value
    return round(value, 4) if math.isfinite(value) else None
