"""`foyer train phones`: an ear for phones on Smart Turn's encoder, from made voices.

Half an hour of a free core: a third of it speaks and listens, the rest learns. Ends with the
share of phones that are wrong in stretches kept back. `foyer train murmurs` builds on it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from agent.bench.hearing import word_errors
from agent.core.errors import BadInputError
from agent.lessons.phones import Lesson, School
from agent.models import models_folder
from perception.backends.phones_training import learned
from perception.backends.pocketsphinx import dictionary, frequent_words
from perception.backends.smart_turn import SmartTurn
from perception.turns.phones import PHONES, WEIGHTS, PhoneEar, greedy
from perception.turns.turn_end import MODEL

_COUNT, _ROUNDS = 2800, 10
_KEPT_BACK: Final = 25
"""One in so many judges."""
_LEAST: Final = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--episodes", type=int, default=_COUNT, metavar="N", help="stretches")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help="over all")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of stretches and network")
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Speak, listen, learn, judge, write."""
    count, path = arguments.episodes, arguments.out
    if count < _LEAST:
        raise BadInputError(f"train phones: at least {_LEAST} --episodes (stretches)")
    began = perf_counter()
    school = School(
        SmartTurn(models_folder() / MODEL), dictionary(), frequent_words(), arguments.seed
    )
    lessons: list[Lesson] = []
    for one in school.lessons(count):
        lessons.append(one)
        if len(lessons) % 200 == 0:
            _tell(f"{len(lessons)} of {count} stretches, {perf_counter() - began:.0f} s")
    judging, learning = (
        lessons[::_KEPT_BACK],
        [one for i, one in enumerate(lessons) if i % _KEPT_BACK],
    )

    def tell(number: int, ear: PhoneEar) -> None:
        wrong, took_s = errors(ear, judging), perf_counter() - began
        _tell(f"round {number + 1}: {100 * wrong:.1f} of 100 phones wrong, {took_s:.0f} s")

    stretches = [(one.rows, one.phones) for one in learning]
    arrays = learned(stretches, arguments.rounds, arguments.seed, tell)
    wrong = errors(PhoneEar(arrays), judging)
    card = {
        "command": f"foyer train phones --episodes {count} --rounds {arguments.rounds}"
        f" --seed {arguments.seed}",
        "date": datetime.now(UTC).date().isoformat(),
        "learned_from": f"{len(learning)} stretches, {_hours(learning):.1f} h of made voices",
        "phones_wrong_in_stretches_kept_back": round(wrong, 3),
        "intended": "tells listeners' murmurs from words that want the floor; no recogniser of"
        " words: people's voices were not learned from",
    }
    kept: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(path, card=json.dumps(card), **kept)
    _tell(f"{path}: {100 * wrong:.1f} of 100 phones wrong, {perf_counter() - began:.0f} s")
    return 0


def errors(ear: PhoneEar, lessons: Sequence[Lesson]) -> float:
    """Phones wrong, missing or added, for each that was said."""
    wrong = said = 0
    for one in lessons:
        told = greedy(ear.log_odds(one.rows.astype(np.float32)))
        these, all_said = word_errors(" ".join(PHONES[k - 1] for k in one.phones), " ".join(told))
        wrong, said = wrong + these, said + all_said
    return wrong / max(1, said)


def _hours(lessons: Sequence[Lesson]) -> float:
    return sum(len(one.rows) for one in lessons) / 50 / 3600


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
