"""`foyer train overlap`: fits the judge of two voices at once to ten made voices.

No real reader is used, so that real ones are left to judge it by (`foyer bench hearing`). Ends with
the area under the curve of voices left out. About two minutes of one core.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.bench.hearing_words import SENTENCES
from agent.bench.overlap_scenes import Readers, Windows, area_under_curve, made_readers, windows
from perception.audio import Sound
from perception.voices.overlap import WEIGHTS, OverlapWeights
from perception.voices.overlap_features import NAMES

_SCENES = 500
_RIDGE = 100.0
"""Of a few tried on left-out voices."""
_TEXTS = 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--episodes", type=int, default=_SCENES, metavar="N", help="scenes to mix")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the scenes")
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="weights (.json)")


def run(arguments: argparse.Namespace) -> int:
    """Speak, mix, fit, write."""
    count: int = arguments.episodes
    readers = made_readers(SENTENCES[:_TEXTS])
    learned = windows(readers, count, hum(arguments.seed), arguments.seed)
    left_out = _left_out(readers, count, arguments.seed)
    found = fit(learned)
    path: Path = arguments.out
    card = {
        "features": list(NAMES),
        "mean": [round(float(v), 5) for v in found.mean],
        "scale": [round(float(v), 5) for v in found.scale],
        "weights": [round(float(v), 4) for v in found.weights],
        "bias": round(found.bias, 4),
        "fitted_to": f"{len(learned.two)} seconds of {len(readers)} made voices",
        "seed": arguments.seed,
        "auc_of_voices_left_out": round(left_out, 3),
    }
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: area under the curve, voices left out: {left_out:.3f}", file=sys.stderr)
    return 0


def fit(some: Windows) -> OverlapWeights:
    """Ridge logistic regression by Newton's steps."""
    mean, scale = some.rows.mean(axis=0), some.rows.std(axis=0) + 1e-9
    rows = np.column_stack([(some.rows - mean) / scale, np.ones(len(some.rows))])
    ridge = np.diag([_RIDGE] * len(mean) + [1e-6])
    line: NDArray[np.float64] = np.zeros(rows.shape[1])
    for _ in range(20):
        sure = 1 / (1 + np.exp(-rows @ line))
        slope = rows.T @ (some.two - sure) - ridge @ line
        bend = (rows * (sure * (1 - sure))[:, None]).T @ rows + ridge
        line += np.linalg.solve(bend, slope)
    return OverlapWeights(mean, scale, line[:-1], float(line[-1]))


def _left_out(readers: Readers, count: int, seed: int) -> float:
    """Mean area under the curve of two halves of the voices, each judged by the other."""
    names = list(readers)
    halves = [{n: readers[n] for n in names[k::2]} for k in (0, 1)]
    parts = [windows(half, count // 2, hum(seed), seed + 1) for half in halves]
    areas = []
    for mine, other in (parts, parts[::-1]):
        line = fit(mine)
        scores = np.array([line.evidence(row) for row in other.rows])
        areas.append(area_under_curve(scores, other.two))
    return float(np.mean(areas))


def hum(seed: int) -> Sound:
    """Made noise that falls with frequency and swells, as of a hall."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(80_000))
    spectrum /= np.arange(spectrum.size) + 200.0
    noise = np.fft.irfft(spectrum)
    swell = 1 + 0.5 * np.sin(np.arange(80_000) / 9000)
    return np.asarray(noise * swell / np.abs(noise).max() * 0.3, np.float32)
