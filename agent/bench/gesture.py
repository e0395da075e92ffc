"""A body that speaks, judged: idle, random clips, rules and learned, from one run.

All sources move to the same sentences; what is measured of each stands in one table on standard
error, and the figures say which source is the default and why. `--short` takes about a minute and
looks at fewer sentences, interruptions and minutes.

There is no recording of a person here. The Frechet distance (FGD) is to the rules' motion to other
words, in plain kinematics (`kinematic-34`): it says how near a source comes to the rules, nothing
about people, and is comparable with no published number. Give DATA, a folder of BVH, BEAT or BEAT2
recordings, and it is to those.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.body_sources import BODY_SOURCES, RandomClipsSource, RulesSource
from actuation.generators.metrics.body_motion import REAL_FASTER_ELBOW, REAL_SPEAKER
from agent.bench.figure import Figure
from agent.bench.gesture_hour import hour_figures
from agent.bench.gesture_joins import joins_figure, pieces_figure
from agent.bench.gesture_knobs import knob_figures
from agent.bench.gesture_real import real_features
from agent.bench.gesture_stage import stage_figures
from agent.bench.gesture_table import (
    Row,
    Table,
    as_table_of_bodies,
    calm_share,
    features,
    mean_speeds,
    measures,
    p5_of_elbow,
    p95_speeds,
    row_of,
    table_of,
)
from agent.bench.gesture_takes import CUED, KNOB_CUED, TEXTS, Take, moved, takes_of
from agent.core.errors import BackendUnavailableError

RULES: Final = "rules"
_REFERENCE = (
    "Good afternoon. The library opens at nine and closes when the last reader has left.",
    "I would take the stairs. The lift is small, and everybody wants it at this hour.",
    "She has worked on this from the beginning, and nobody knows it better than she does.",
    "You may leave the key with us. We are here around the clock, every day.",
    "It rained all week, but look, the sky is clearing over there.",
    "First comes the tour, then lunch together, and after that you are free.",
)
"""Words for the rules' motion that distances are reckoned to; nothing else is measured on them."""
_MINUTES, _SHORT_MINUTES = 60.0, 0.4


def measure(*, data: Path | None = None, short: bool = False) -> list[Figure]:
    """Return all figures. `data`: recordings that the Frechet distance is reckoned to."""
    takes = takes_of(TEXTS[:2] if short else TEXTS, CUED[:2] if short else CUED)
    _tell(f"{len(takes)} acts, {sum(len(t.at_s) for t in takes) / 60:.0f} s")
    rows, missing = _rows(takes, 1 if short else 4)
    columns = measures(_reference(data, short=short))
    table = table_of(rows, columns)
    _tell(as_table_of_bodies(table, columns))
    rules = next(row for row in rows if row.name == RULES)
    figures = [*_side_by_side(rows, table), *_bands(rules), *_default(rows, table), *missing]
    figures.append(pieces_figure(takes[:2] if short else takes[:8]))
    knobs, leaks = knob_figures(RulesSource(), takes_of((), KNOB_CUED))
    _tell(leaks)
    figures += knobs
    speeches = [clause.speech for take in takes for clause in take.clauses]
    figures += stage_figures(speeches, short=short)
    figures += hour_figures(RulesSource(), takes, _SHORT_MINUTES if short else _MINUTES)
    return figures + _meaning(short=short)


def _rows(takes: Sequence[Take], seeded: int) -> tuple[list[Row], list[Figure]]:
    pool = [clause for take in takes for clause in take.clauses]
    sources = [RandomClipsSource(RulesSource(), pool)]
    rows, missing = [row_of(sources[0], takes, seeded=seeded)], []
    for name, make in BODY_SOURCES.items():
        try:
            rows.append(row_of(make(), takes, seeded=seeded))
        except BackendUnavailableError as why:
            missing.append(_absent(f"{name}: apex within 50 ms", str(why)))
    if not any(name.startswith("learned") for name in BODY_SOURCES):
        _tell("learned: not measured; this version has no learned body")
    return sorted(rows, key=lambda row: _ORDER.get(row.name, 9)), missing


_ORDER: Final = {"idle": 0, "random clips": 1, RULES: 2}


def _reference(data: Path | None, *, short: bool) -> NDArray[np.float64]:
    if data is not None:
        return real_features(data)
    takes = takes_of(_REFERENCE[:2] if short else _REFERENCE, ())
    return features([moved(RulesSource(), take, seed=11) for take in takes])


def _side_by_side(rows: Sequence[Row], table: Table) -> list[Figure]:
    """Each measure that has a target, of each source that speaks along."""
    figures = []
    for row in rows:
        if row.name in ("idle", "random clips"):
            continue
        name = row.name

        within, ends = table["apex within 50 ms"], table["ends on stresses, own less others'"]
        figures += [
            Figure(
                name=f"{name}: apex within 50 ms of its stress", unit="%", target=95.0,
                at_most=False, value=within[name], control=within["random clips"],
                control_of="random clips",
                note=f"{sum(len(m.take.slots) for m in row.moved)} strokes; median "
                f"{table['apex off, median'][name]:.0f} ms",
            ),
            Figure(
                name=f"{name}: ends on stresses, own words less others'", unit="", target=0.05,
                at_most=False, value=ends[name], control=ends["random clips"],
                control_of="random clips",
            ),
            joins_figure(name, row.moved),
            Figure(
                name=f"{name}: spread over seeds", value=table["spread over seeds"][name],
                unit="rad a joint", target=0.01, at_most=False,
                baseline=table["spread over seeds"]["random clips"], baseline_of="random clips",
                control=0.0, control_of="the same seed",
            ),
            Figure(
                name=f"{name}: FGD (kinematic-34)", value=table["FGD"][name], unit="",
                baseline=table["FGD"]["random clips"], baseline_of="random clips",
                control=table["FGD"]["idle"], control_of="idle",
                note="to the rules to other words, or to DATA; beside no published number",
            ),
            Figure(
                name=f"{name}: beat consistency, repaired, less turned sound",
                value=table["BC repaired less turned sound"][name], unit="",
                note=f"published form {table['BC published'][name]:.3f}, idle "
                f"{table['BC published']['idle']:.3f}: it does not tell; see body_beats",
            ),
        ]  # fmt: skip
    return figures


def _bands(row: Row) -> list[Figure]:
    """Speeds while it speaks, beside one real speaker's."""
    means, fast = mean_speeds(row), p95_speeds(row)
    elbow = table_of([row], [m for m in measures(None) if m.name == "elbow, mean speed"])
    return [
        *(
            Figure(
                name=f"{row.name}: {joint}, mean speed", value=means[joint], unit="rad/s",
                target=real.p95, baseline=real.mean, baseline_of="a lively speaker's mean",
                note="target: that speaker's p95; p5 is not known",
            )
            for joint, real in REAL_SPEAKER.items()
        ),
        Figure(
            name=f"{row.name}: the faster elbow, mean speed",
            value=elbow["elbow, mean speed"][row.name], unit="rad/s",
            target=REAL_FASTER_ELBOW.p5, at_most=False,
            note="target: that speaker's p5, by a line between two known shares",
        ),
        Figure(
            name=f"{row.name}: the faster elbow, p5", value=p5_of_elbow(row), unit="rad/s",
            baseline=REAL_FASTER_ELBOW.p5, baseline_of="that speaker's",
        ),
        Figure(
            name=f"{row.name}: frames with both elbows under 0.2 rad/s",
            value=100 * calm_share(row), unit="%", baseline=1.9, baseline_of="that speaker",
        ),
        *(
            Figure(
                name=f"{row.name}: {joint}, p95 of its speed", value=fast[joint], unit="rad/s",
                target=real.p95, baseline=real.p95, baseline_of="that speaker's",
            )
            for joint, real in REAL_SPEAKER.items()
        ),
    ]  # fmt: skip


def _default(rows: Sequence[Row], table: Table) -> list[Figure]:
    """Which source these measures speak for."""
    names = [row.name for row in rows if row.name not in ("idle", "random clips")]
    wins = {name: 0 for name in names}
    for judge, more in _JUDGES.items():
        found = table[judge]
        by_rank = sorted(names, key=found.__getitem__, reverse=more)
        wins[by_rank[0]] += 1
    best = max(wins, key=lambda name: wins[name])
    return [
        Figure(
            name=f"the default these figures justify: {best}", value=float(wins[best]),
            unit=f"of {len(_JUDGES)} measures",
            note=", ".join(f"{name} best in {count}" for name, count in wins.items()),
        )
    ]  # fmt: skip


_JUDGES: Final = {
    "apex within 50 ms": True,
    "pose error at the apex": False,
    "ends on stresses, own less others'": True,
    "jerk, RMS": False,
    "spread over seeds": True,
}


def _meaning(*, short: bool) -> list[Figure]:
    """The right gesture for the meaning, where that bench is there."""
    if short or importlib.util.find_spec("agent.bench.gesture_meaning") is None:
        return []
    module = importlib.import_module("agent.bench.gesture_meaning")
    figures: list[Figure] = list(module.meaning_figures())
    return figures


def _absent(name: str, why: str) -> Figure:
    return Figure(name=name, value=float("nan"), unit="%", note=f"not measured: {why}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
