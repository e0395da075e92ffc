"""`foyer train gesture`: teaches the learned body, from made takes or from your recordings.

Without `--corpus` it learns from the project's own rule body speaking with made voices. With it,
from a folder of BVH, BEAT (bvh, wav, TextGrid) or BEAT2 (SMPL-X npz, wav, TextGrid). Goes on where
it was interrupted: what is made is kept in `models/gesture-training`. Ends with its loss on what it
did not learn from.
"""

import argparse
import sys
from pathlib import Path
from time import perf_counter

from agent.core.errors import BadInputError

TAKES, STEPS = 700, 1200
WORK = Path("models/gesture-training")
HOLD_OUTS = ("flite:slt", "flite:rms", "flite:awb", "flite:kal", "espeak")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="recordings: BVH, BEAT or BEAT2 files"
    )
    parser.add_argument(
        "--episodes", type=int, metavar="N",
        help=f"takes to make with the rule body; {TAKES}, with --corpus none",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help="of training")
    parser.add_argument("--batch", type=int, default=16, metavar="N", help="windows a step")
    parser.add_argument("--width", type=int, default=160, metavar="N", help="of the network")
    parser.add_argument("--blocks", type=int, default=6, metavar="N", help="of the network")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of takes and training")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="cores to use")
    parser.add_argument(
        "--hold-out", choices=HOLD_OUTS, default="flite:slt", help="voice not learned from"
    )
    parser.add_argument(
        "--from", dest="begin", type=Path, metavar="FILE", help="weights to go on from"
    )
    parser.add_argument(
        "--work", type=Path, default=WORK, metavar="DIR", help="where takes and state are kept"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Make or read, teach, judge, write."""
    _check(arguments)
    from actuation.generators.flow_network import FlowShape
    from actuation.generators.flow_weights import FILE
    from actuation.generators.training.body_course import BodyCourse
    from actuation.generators.training.body_course import run as teach
    from actuation.generators.training.body_lessons import BodyLesson

    began = perf_counter()

    def say(line: str) -> None:
        print(f"{perf_counter() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    takes = arguments.episodes
    if takes is None:
        takes = TAKES if arguments.corpus is None else 0
    out: Path = arguments.out or FILE
    course = BodyCourse(
        out=out, work=arguments.work, takes=takes, corpus=arguments.corpus,
        hold_out=arguments.hold_out, seed=arguments.seed,
        shape=FlowShape(width=arguments.width, blocks=arguments.blocks),
        lesson=BodyLesson(
            steps=arguments.steps, batch=arguments.batch, seed=arguments.seed,
            threads=arguments.threads,
            # Going on: gentler.
            rate=BodyLesson().rate * (1.0 if arguments.begin is None else 0.5),
        ),
        begin=arguments.begin,
        command=_shown(arguments, takes),
    )  # fmt: skip
    card = teach(course, say)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {card.data}")
    print("; ".join(f"{what} {value:g}" for what, value in card.figures.items()))
    better = card.figures["held-out loss"] < card.figures["held-out loss before"]
    if not better:
        print("it did not learn: its loss on what is held out did not go down", file=sys.stderr)
    return 0 if better else 1


def _check(arguments: argparse.Namespace) -> None:
    if arguments.corpus is None and arguments.episodes is not None and arguments.episodes < 8:
        raise BadInputError("train gesture: at least 8 --episodes (takes)")
    if arguments.steps < 1 or not 4 <= arguments.batch <= 512:
        raise BadInputError("train gesture: at least 1 of --steps, and a --batch of 4 to 512")
    if arguments.width % 4 or not 16 <= arguments.width <= 1024 or not 1 <= arguments.blocks <= 24:
        raise BadInputError("train gesture: --width of 16 to 1024, by fours, and 1 to 24 --blocks")
    if arguments.corpus is not None and arguments.out is None:
        raise BadInputError(
            "train gesture: --corpus needs --out FILE: weights of your recordings do not take the "
            "place of those that ship"
        )


def _shown(arguments: argparse.Namespace, takes: int) -> str:
    words = f"foyer train gesture --episodes {takes} --steps {arguments.steps}"
    corpus = f" --corpus {arguments.corpus.name}" if arguments.corpus is not None else ""
    begin = f" --from {arguments.begin.name}" if arguments.begin is not None else ""
    return (
        f"{words} --batch {arguments.batch} --width {arguments.width} --blocks {arguments.blocks} "
        f"--seed {arguments.seed} --hold-out {arguments.hold_out}{corpus}{begin}"
    )
