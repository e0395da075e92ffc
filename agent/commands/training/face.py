"""`foyer train face`: makes a corpus of spoken sentences, teaches the learned face, judges it.

Ends with figures on sentences and a voice that it did not learn from. Goes on where it was
interrupted: what is made is kept in `models/face-training`. About an hour on one free core.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from agent.core.errors import BadInputError

SENTENCES, STEPS = 3000, 1500
WORK = Path("models/face-training")
HOLD_OUTS = ("espeak", "flite", "flite:slt", "flite:rms", "flite:awb", "flite:kal")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--episodes", type=int, default=SENTENCES, metavar="N", help="sentences to make"
    )
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help="of the listener")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of corpus and training")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="cores to use")
    parser.add_argument(
        "--hold-out", choices=HOLD_OUTS, default="flite:slt", help="voices not learned from"
    )
    parser.add_argument(
        "--from", dest="begin", type=Path, metavar="FILE", help="weights to go on from"
    )
    parser.add_argument(
        "--card-only", action="store_true",
        help="keep the weights of --out; find anew how they are worn, and judge",
    )  # fmt: skip
    parser.add_argument(
        "--work", type=Path, default=WORK, metavar="DIR", help="where corpus and state are kept"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Make, teach, judge, write."""
    from actuation.generators.learned_weights import FILE
    from actuation.generators.training.course import Course
    from actuation.generators.training.course import run as teach

    out: Path = arguments.out or FILE
    sentences, steps = arguments.episodes, arguments.steps
    if sentences < 20 or steps < 1:
        raise BadInputError("train face: at least 20 --episodes (sentences) and 1 of --steps")
    began = perf_counter()

    def say(line: str) -> None:
        print(f"{perf_counter() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    course = Course(
        out=out, work=arguments.work, hold_out=arguments.hold_out, sentences=sentences,
        seed=arguments.seed, begin=arguments.begin, card_only=arguments.card_only,
        command=_shown(arguments, sentences, steps),
    )  # fmt: skip
    lesson = replace(course.lesson, steps=steps, seed=arguments.seed, threads=arguments.threads)
    if arguments.begin is not None:
        # Going on: gentler, and with stretches that were not drawn before.
        lesson = replace(lesson, rate=lesson.rate * 0.6, seed=arguments.seed + 7)
    course = replace(
        course,
        lesson=lesson,
        reads=replace(
            course.reads,
            sentences=min(sentences, course.reads.sentences),
            steps=min(steps, course.reads.steps),
        ),
        manner=replace(course.manner, steps=min(steps, course.manner.steps)),
    )
    card = teach(course, say)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {card.data}")
    for name, each in card.figures.items():
        print(f"{name}: " + ", ".join(f"{what} {value:g}" for what, value in each.items()))
    return 0


def _shown(arguments: argparse.Namespace, sentences: int, steps: int) -> str:
    words = f"foyer train face --episodes {sentences} --steps {steps} --seed {arguments.seed}"
    begin = f" --from {arguments.begin.name}" if arguments.begin is not None else ""
    return f"{words} --hold-out {arguments.hold_out}{begin}"
