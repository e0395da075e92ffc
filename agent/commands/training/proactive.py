"""`foyer train proactive`: learns when to act, toward whom and how, from a simulated lobby.

And from a site's own annotated recordings with `--recordings`. Ends with the loss on stretches it
did not learn from, on floor plans that are held out. Uses two cores for some minutes.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from agent.core.errors import BadInputError
from agent.lessons.practice import live, recorded, stretches
from behavior.backends.embeddings import MiniLm
from behavior.proactive import act_vectors
from behavior.proactive.acts import ActPattern, Repertoire, repertoire
from behavior.proactive.cues import Vector
from behavior.proactive.examples import Collection
from behavior.proactive.labels import Labelled
from behavior.proactive.model import FILE, Model, ModelCard, write
from behavior.proactive.threshold import best_threshold

if TYPE_CHECKING:
    from behavior.backends.proactive_training import Progress

_EPISODES = 90
_HELD_OUT_EVERY = 6
_TUNE_EVERY = 8
"""So many-th stretch is kept for finding the threshold."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--episodes", type=int, default=_EPISODES, metavar="N", help="stretches to live"
    )
    parser.add_argument("--minutes", type=float, default=12.0, help="length of a stretch")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of lobby and training")
    parser.add_argument("--steps", type=int, default=1500, metavar="N", help="of training")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="cores to use")
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="weights (.npz)")
    parser.add_argument(
        "--recordings", type=Path, metavar="DIR", help="a site's NAME.mcap with NAME.jsonl beside"
    )


def run(arguments: argparse.Namespace) -> int:
    """Live, learn, write."""
    if arguments.episodes < 2:
        raise BadInputError("train: --episodes: at least 2, one to learn from, one to tune on")
    from behavior.backends.proactive_training import Lesson, held_out_loss, train

    began = perf_counter()
    card, acts = ModelCard(), repertoire()
    vectors, patterns = _vectors(acts, beside_weights=arguments.out == FILE)
    taught, held_out = _episodes(arguments, card, acts)
    tuned, taught = taught[::_TUNE_EVERY], [e for i, e in enumerate(taught) if i % _TUNE_EVERY]
    learned = Collection(taught, card.window)
    test = Collection(held_out, card.window)
    for what, some in (("to learn from", learned), ("held out", test)):
        print(f"{what}: {len(some)} frames with people, {some.moments_to_act} moments to act")
    if not learned.moments_to_act:
        raise BadInputError("train: nobody to act toward in all this; raise --episodes")
    lesson = Lesson(steps=arguments.steps, seed=arguments.seed, threads=arguments.threads)
    weights = train(learned, card, vectors, patterns, lesson, _told(perf_counter()))
    losses = held_out_loss(weights, test, card, vectors, patterns)
    act_at = best_threshold(Model(weights, card), tuned)
    card = card.model_copy(
        update={
            "act_at": act_at,
            "command": "foyer " + " ".join(_shown(arguments)),
            "data": _data(arguments, len(taught), len(held_out)),
            "seeds": (arguments.seed,),
            "date": datetime.now(UTC).date().isoformat(),
            "held_out": {name: round(value, 4) for name, value in losses.items()},
        }
    )
    write(arguments.out, weights, card)
    size = sum(np.asarray(one).size for one in weights.values())
    print(f"{arguments.out}: {size} weights, acts from {act_at:.2f} on")
    told = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
    print(f"held-out {told}; {perf_counter() - began:.0f} s in all")
    return 0


def _vectors(acts: Repertoire, *, beside_weights: bool) -> tuple[Vector, tuple[ActPattern, ...]]:
    """The acts as vectors; makes those of the house anew where their words have changed."""
    known = act_vectors.read_vectors() if act_vectors.FILE.is_file() else {}
    stale = any(act_vectors.key_of(one.meaning) not in known for one in acts.patterns)
    encode = MiniLm().encode if stale else None
    if encode is not None and beside_weights:
        act_vectors.write_vectors([one.meaning for one in acts.patterns], encode)
        known = act_vectors.read_vectors()
    return act_vectors.act_vectors(acts.patterns, known, encode)


def _episodes(
    arguments: argparse.Namespace, card: ModelCard, acts: Repertoire
) -> tuple[list[list[Labelled]], list[list[Labelled]]]:
    own = list(_recorded(arguments.recordings, card, acts)) if arguments.recordings else []
    tests = max(1, arguments.episodes // _HELD_OUT_EVERY)
    taught = own[: max(1, len(own) - len(own) // _HELD_OUT_EVERY)]
    held_out = own[len(taught) :]
    plan = [
        (one, judging)
        for judging, count in ((False, arguments.episodes), (True, tests))
        for one in stretches(
            count, arguments.seed, judging=judging, seconds=60.0 * arguments.minutes
        )
    ]
    began = perf_counter()
    for number, (one, judging) in enumerate(plan, 1):
        (held_out if judging else taught).append(live(one, card.window, judging=judging))
        if number % 10 == 0 or number == len(plan):
            _say(f"lived {number} of {len(plan)} stretches in {perf_counter() - began:.0f} s")
    return taught, held_out


def _recorded(folder: Path, card: ModelCard, acts: Repertoire) -> Iterator[list[Labelled]]:
    if not folder.is_dir():
        raise BadInputError(f"train: --recordings {folder}: no such folder")
    yield from recorded(folder, card.window, acts.purposes)


def _told(began: float) -> "Callable[[Progress], None]":
    def tell(progress: "Progress") -> None:
        if progress.step % 250 == 0 or progress.step == progress.steps:
            took = perf_counter() - began
            share = f"{progress.step} of {progress.steps} steps"
            _say(f"{share}, loss {progress.loss:.3f}, {took:.0f} s")

    return tell


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _shown(arguments: argparse.Namespace) -> Sequence[str]:
    words = ["train", "proactive"]
    for name in ("episodes", "minutes", "seed", "steps", "threads"):
        words += [f"--{name}", f"{getattr(arguments, name):g}"]
    return words


def _data(arguments: argparse.Namespace, taught: int, held_out: int) -> str:
    minutes = f"{arguments.minutes:g} min"
    told = f"{taught} stretches of {minutes} of the simulated lobby, {held_out} held out"
    return told + (f", with {arguments.recordings}" if arguments.recordings else "")
