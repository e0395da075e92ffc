"""`foyer train actions`: how likely phrases about a body are, from motions that are no action.

Makes people who move by chance, looks at them with a detector's noise and with bodies, hands or
faces missing, and learns what of `perception/actions/phrases.py` is true of them. No action and no
sentence is among the lessons; `foyer bench perception --only actions` judges by both. Some six
minutes of one core.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from agent.core.errors import BadInputError
from agent.lessons.action_lessons import MISSING, SCENES, lessons
from agent.lessons.action_school import gains, learn
from perception.actions.judge import FILE, save
from perception.actions.phrases import PHRASES

FEWEST: Final = 50
INTENDED: Final = (
    "Tells from points of body, hands and head how likely phrases such as 'the hand is at the ear'"
    " are, also where some of them were not seen. It says nothing of intentions and never who"
    " somebody is. Learned from made motions; real visitors were not measured."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--scenes", type=int, default=SCENES, metavar="N", help="to make")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all that is by chance")
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Move, look, learn, write."""
    out: Path = arguments.out
    if arguments.scenes < FEWEST:
        raise BadInputError(f"train: --scenes {arguments.scenes}: give {FEWEST} or more")
    began = perf_counter()
    given = lessons(arguments.scenes, arguments.seed)
    weights = learn(given, arguments.seed)
    known = gains(weights, given)
    save(
        weights,
        out,
        {
            "command": f"foyer train actions --scenes {arguments.scenes} --seed {arguments.seed}",
            "data": f"{len(given.cues)} looks at {arguments.scenes} made people who move by chance;"
            f" parts missing: {MISSING}",
            "date": datetime.now(UTC).date().isoformat(),
            "intended": INTENDED,
            "of the uncertainty taken away, people kept back": {
                name: round(float(gain), 2) for name, gain in zip(PHRASES, known, strict=True)
            },
        },
    )
    print(f"{out}: {known.mean():.2f} of what was uncertain is known, on people kept back;"
          f" {perf_counter() - began:.0f} s")  # fmt: skip
    return 0
