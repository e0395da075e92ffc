"""`foyer train turns`: fits the odds that a turn is over to made visitors who pause and end.

Ends with how well silences of lines left out, and of whole voices left out, are told apart. About
ten minutes of one core. `foyer bench hearing --only turns` judges it on other lines, beside the
rule and the usual waits.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.bench.overlap_scenes import area_under_curve
from agent.core.errors import BadInputError
from agent.lessons.turn_pauses import Silence, silences, texts
from perception.turns.over import CASES, WEIGHTS, Line, chance_over, evidence, is_known

_RIDGE = 2.0
_FOLDS = 8
_COUNT, _SHORT = 151, 44
_LEAST = 40
Lines = dict[str, Line]
Floats = NDArray[np.float64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--episodes", type=int, default=_COUNT, metavar="N", help="longer lines beside the known"
    )
    parser.add_argument(
        "--short", type=int, default=_SHORT, metavar="N", help="answers of up to three words"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="weights (.json)")


def run(arguments: argparse.Namespace) -> int:
    """Speak, listen, fit, write."""
    said = texts(arguments.episodes, arguments.short)
    heard: list[Silence] = []
    for one in silences(said):
        if not heard or one.line // 20 > heard[-1].line // 20:
            print(f"  line {one.line} of {len(said)}", file=sys.stderr, flush=True)
        heard.append(one)
    path: Path = arguments.out
    card = write(heard, path)
    print(f"{path}: {card['fitted_to']}; area under the curve of lines left out: "
          f"{card['auc_of_lines_left_out']:.3f}, of voices: {card['auc_of_voices_left_out']:.3f}",
          file=sys.stderr)  # fmt: skip
    return 0


def write(heard: Sequence[Silence], path: Path) -> dict[str, Any]:
    """Fit the weights to all of them and write them with their card, which is returned."""
    ends = sum(one.over for one in heard)
    if min(ends, len(heard) - ends) < _LEAST:
        raise BadInputError(f"train turns: {len(heard)} silences are too few; give more lines")
    found = fit(heard)
    voices = sorted({one.voice for one in heard})
    card = {
        "about": "odds that a turn is over: natural logarithm, the sum of weight * feature, + bias",
        "fitted_to": f"{ends} ends and {len(heard) - ends} pauses of {len(voices)} made voices",
        "auc_of_lines_left_out": left_out(heard, lambda one: one.line % _FOLDS),
        "auc_of_voices_left_out": left_out(heard, lambda one: voices.index(one.voice)),
        "judged_by": "foyer bench hearing --only turns",
        "cases": {
            case: {
                "weights": {
                    name: round(float(weight), 4)
                    for name, weight in zip(line.names, line.weights, strict=True)
                },
                "bias": round(line.bias, 4),
            }
            for case, line in found.items()
        },
    }
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def fit(heard: Sequence[Silence]) -> Lines:
    """A ridge logistic regression for each case of what is known."""
    heard = [one for one in heard if is_known(one.pause)]
    known = [evidence(one.pause) for one in heard]
    over = np.array([one.over for one in heard], np.float64)
    return {case: _line(names, known, over) for case, names in CASES.items()}


def _line(names: tuple[str, ...], known: Sequence[dict[str, float]], over: Floats) -> Line:
    """Newton's steps; features are evened for the ridge, the weights are of the raw ones."""
    told = [i for i, one in enumerate(known) if set(names) <= set(one)]
    rows = np.array([[known[i][name] for name in names] for i in told])
    over = over[told]
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    even = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    ridge = np.diag([_RIDGE] * len(names) + [1e-6])
    line: Floats = np.zeros(even.shape[1])
    for _ in range(25):
        sure = 1 / (1 + np.exp(-even @ line))
        slope = even.T @ (over - sure) - ridge @ line
        bend = (even * (sure * (1 - sure))[:, None]).T @ even + ridge
        line += np.linalg.solve(bend, slope)
    weights = line[:-1] / scale
    return Line(names, weights, float(line[-1] - weights @ mean))


def left_out(heard: Sequence[Silence], fold: Callable[[Silence], int]) -> float:
    """Area under the curve of silences judged by weights that are fitted to the other folds."""
    told, truth = [], []
    for k in sorted({fold(one) for one in heard}):
        lines = fit([one for one in heard if fold(one) != k])
        for one in heard:
            if fold(one) == k and is_known(one.pause):
                told.append(chance_over(one.pause, lines))
                truth.append(one.over)
    return round(float(area_under_curve(np.array(told), np.array(truth))), 3)
