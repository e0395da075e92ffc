"""`foyer train murmurs`: fits the odds that a short voice is a listener's murmur to made ones.

Looks up the phones of what listeners say, too: whoever changes the lists runs it again.
Ends with how well voices left out, and lines left out, are told apart. Some five minutes of one
core. `foyer bench hearing --only interruptions` judges what comes of it, beside the words alone.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agent.bench.overlap_scenes import area_under_curve
from agent.core.errors import BadInputError
from agent.lessons.murmurs import Uttered, asked_of, uttered
from agent.models import models_folder
from perception.backends.pocketsphinx import dictionary
from perception.backends.smart_turn import SmartTurn
from perception.turns.listeners import AS_SAID, CLAIMS, LISTENS
from perception.turns.murmur import WEIGHTS, Line, chance_of_murmur, features, packed, voice_rows
from perception.turns.phones import OUTPUT_WIDTH, columns
from perception.turns.turn_end import MODEL

_COUNT: Final = 1800
_LEAST: Final = 40
_RIDGE: Final = 300.0
"""Chosen by voices left out, among 30, 100, 300, 1000."""
_FOLDS: Final = 5
_WAYS, _WAYS_OF_PHRASE = 3, 6
"""In which a word, and a phrase, may be said."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the encoder makes of one of them."""

    told: NDArray[np.float32]
    murmur: bool
    what: str
    voice: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--episodes", type=int, default=_COUNT, metavar="N", help="short voices")
    parser.add_argument("--seed", type=int, default=5, help="which ones")
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Speak, listen, fit, write."""
    judge = SmartTurn(models_folder() / MODEL)
    lessons: list[Lesson] = []
    for one in uttered(arguments.episodes, arguments.seed):
        if (lesson := listened(one, judge)) is None:
            continue
        lessons.append(lesson)
        if len(lessons) % 200 == 0:
            print(f"  {len(lessons)} of {arguments.episodes}", file=sys.stderr, flush=True)
    write(lessons, arguments.out, dictionary())
    return 0


def listened(one: Uttered, judge: SmartTurn) -> Lesson | None:
    """`one` as features; None: the ear would not be asked about it."""
    asked = asked_of(one)
    if asked is None:
        return None
    sound, (began_s, ended_s) = asked
    output = judge.layers(sound)[:, -OUTPUT_WIDTH:]
    told = features(voice_rows(output, began_s, ended_s), began_s - ended_s)
    return Lesson(told=told, murmur=one.murmur, what=one.what, voice=one.voice)


def looked_up(phrases: Sequence[str], known: Mapping[str, Sequence[str]]) -> list[list[int]]:
    """All ways in which `phrases` are said, as columns of the odds of phones."""
    found: list[list[int]] = []
    for phrase in phrases:
        ways = [(AS_SAID.get(word) or tuple(known[word]))[:_WAYS] for word in phrase.split()]
        found += (columns(" ".join(one)) for one in islice(product(*ways), _WAYS_OF_PHRASE))
    return found


def write(lessons: Sequence[Lesson], path: Path, known: Mapping[str, Sequence[str]]) -> None:
    """Fit the weights to all of them, write them, say how well what is left out is told.

    `known`: how words are said, phones with blanks between.
    """
    murmurs = sum(one.murmur for one in lessons)
    if min(murmurs, len(lessons) - murmurs) < _LEAST:
        raise BadInputError(f"train murmurs: {len(lessons)} short voices are too few")
    voices = sorted({one.voice for one in lessons})
    line = fit(lessons)
    np.savez_compressed(
        path,
        mean=line.mean.astype(np.float16), spread=line.spread.astype(np.float16),
        weights=line.weights.astype(np.float32), bias=line.bias,
        listens=packed(looked_up(LISTENS, known)), claims=packed(looked_up(CLAIMS, known)),
    )  # fmt: skip
    by_voice = left_out(lessons, lambda one: voices.index(one.voice) % _FOLDS)
    by_line = left_out(lessons, lambda one: crc32(one.what.encode()) % _FOLDS)
    print(
        f"{path}: {murmurs} murmurs and {len(lessons) - murmurs} others of {len(voices)} voices; "
        f"area under the curve of voices left out {by_voice:.3f}, of lines {by_line:.3f}",
        file=sys.stderr,
    )


def fit(lessons: Sequence[Lesson], ridge: float = _RIDGE) -> Line:
    """A logistic regression with a ridge; both kinds weigh the same."""
    from scipy.optimize import minimize

    told = np.array([one.told for one in lessons], np.float64)
    truth = np.array([one.murmur for one in lessons], np.float64)
    mean, spread = told.mean(axis=0), told.std(axis=0) + 1e-3
    even = np.column_stack([(told - mean) / spread, np.ones(len(told))])
    share = truth.mean()
    weigh = np.where(truth > 0, 0.5 / share, 0.5 / (1 - share))

    def cost(line: Floats) -> tuple[float, Floats]:
        score = even @ line
        lost = weigh @ (np.logaddexp(0, score) - truth * score)
        slope = even.T @ (weigh * (1 / (1 + np.exp(-score)) - truth))
        slope[:-1] += ridge * line[:-1]
        return float(lost + ridge / 2 * line[:-1] @ line[:-1]), slope

    line = minimize(cost, np.zeros(even.shape[1]), jac=True, method="L-BFGS-B").x
    return Line(
        mean=mean.astype(np.float32), spread=spread.astype(np.float32),
        weights=line[:-1].astype(np.float32), bias=float(line[-1]),
    )  # fmt: skip


def left_out(
    lessons: Sequence[Lesson], fold: Callable[[Lesson], int], ridge: float = _RIDGE
) -> float:
    """Area under the curve of those judged by weights that are fitted to the other folds."""
    told, truth = [], []
    for k in sorted({fold(one) for one in lessons}):
        line = fit([one for one in lessons if fold(one) != k], ridge)
        for one in lessons:
            if fold(one) == k:
                told.append(chance_of_murmur(one.told, line))
                truth.append(one.murmur)
    return float(area_under_curve(np.array(told), np.array(truth)))
