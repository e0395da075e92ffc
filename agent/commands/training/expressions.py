"""`foyer train expressions`: from 478 face points to blendshapes, taught by drawn faces.

Draws people (half a minute of one core each), lets the product's own eyes find their points, and
learns the frame that takes head motion out, the network and the confidence; then, from films of
others, the confidence over time and what brief movements look like. A quarter of an hour of a core.
Needs `foyer models pull`. `foyer bench perception --only faces` judges by people it never met.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from agent.core.errors import BadInputError
from agent.lessons.face_brief import learn_brief
from agent.lessons.face_corpus import KINDS, Faces, person_faces
from agent.lessons.face_course import PEOPLE as FILMED
from agent.lessons.face_course import films, learn_course
from agent.lessons.face_lessons import learn
from perception.faces.network import FILE, PICTURE_TERMS, Weights, as_kept, save
from perception.faces.units import UNITS

PEOPLE: Final = 40
STILLS: Final = 110
SECOND: Final = 3.6
"""One in so many teaches the confidence alone."""
SECOND_FROM: Final = 501
"""Number of the first of those."""
SECOND_STILLS: Final = 40
TOGETHER: Final = 7
"""Units at once in a still that teaches the network: more to learn from in each."""
FEWEST: Final = 5
PICTURE_ALONE: Final = "confidence by single pictures of the same films"
"""In the card: what the course over time is to beat."""
INTENDED: Final = (
    "Tells from points of a face how it moves (blendshapes, action units), against the same "
    "person's face at rest. Geometry: it says nothing of feelings and never who somebody is. "
    "Learned from one drawn character bent into many; real faces were not measured."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="to draw")
    parser.add_argument("--stills", type=int, default=STILLS, metavar="N", help="of each person")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the network")
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Draw, look, learn, write."""
    out: Path = arguments.out
    if arguments.people < FEWEST:
        raise BadInputError(f"train: --people {arguments.people}: give {FEWEST} or more")
    began = perf_counter()
    corpus = list(drawn(arguments.people, arguments.stills))
    weights = taught(corpus, arguments.seed)
    weights, alone = over_films(weights, filmed(arguments.people))
    about = card(weights, arguments.people, arguments.stills, arguments.seed)
    save(weights, out, about | {PICTURE_ALONE: alone})
    print(f"{out}: learned from {arguments.people} people in {perf_counter() - began:.0f} s")
    return 0


def drawn(people: int, stills: int) -> Iterator[Faces]:
    """The corpus, person by person: stills of the first group, stills and a film of the second."""
    second = max(round(people / SECOND), 1)
    for seed in range(1, people - second + 1):
        print(f"person {seed} of {people}", file=sys.stderr)
        yield from person_faces(seed, stills=stills, most=TOGETHER)
    for k in range(second):
        print(f"person {people - second + k + 1} of {people}", file=sys.stderr)
        kinds = (KINDS[(k + 1) % len(KINDS)],)
        yield from person_faces(SECOND_FROM + k, stills=min(SECOND_STILLS, stills), kinds=kinds)


def taught(corpus: list[Faces], seed: int = 1) -> Weights:
    """Weights; the second group teaches the confidence."""
    return learn(
        [f for f in corpus if f.person < SECOND_FROM],
        [f for f in corpus if f.person >= SECOND_FROM],
        seed=seed,
    )


def how_many_filmed(people: int) -> int:
    """People of the third group where `people` are drawn."""
    return min(max(round(people * len(FILMED) / PEOPLE), 1), len(FILMED))


def filmed(people: int) -> Iterator[Faces]:
    """Films of a third group, fewer where fewer `people` are drawn."""
    count = how_many_filmed(people)
    for k, who in enumerate(FILMED[:count]):
        print(f"films of person {k + 1} of {count}", file=sys.stderr)
        yield from films((who,))


def over_films(weights: Weights, corpus: Iterable[Faces]) -> tuple[Weights, list[float]]:
    """With what films teach over time; and what they teach of single pictures, to compare.

    From weights as they are kept, so that a later run gives the same.
    """
    kept, seen = as_kept(weights), list(corpus)
    alone = learn_course(kept, seen, terms=PICTURE_TERMS)[:PICTURE_TERMS]
    learned = replace(learn_brief(kept, seen), course=learn_course(kept, seen))
    return learned, [round(float(v), 5) for v in alone]


def card(weights: Weights, people: int, stills: int, seed: int) -> dict[str, object]:
    """What goes beside the weights."""
    return {
        "command": f"foyer train expressions --people {people} --stills {stills} --seed {seed}",
        "data": f"{people} people, each the shipped character bent, recoloured, moved otherwise;"
        f" {stills} stills each, of the last also a film of 4 s, drawn; four films each of"
        f" {how_many_filmed(people)} others; points by MediaPipe's face"
        " landmarker",
        "date": datetime.now(UTC).date().isoformat(),
        "intended": INTENDED,
        "told": [u.number for u, told in zip(UNITS, weights.told, strict=True) if told > 0.5],
        "never told": [u.number for u, t in zip(UNITS, weights.told, strict=True) if t <= 0.5],
    }
