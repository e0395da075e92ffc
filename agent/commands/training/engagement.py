"""`foyer train engagement`: learns the model of engagement from made people and the lobby.

A site's own labelled recordings (`--recordings DIR`, NAME.jsonl as `foyer engage` reads them, with
`people_engaged` in the first line) count with them. Ends with what the model does on people and
plans it did not learn from. About a minute.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from agent.lessons.engagement_examination import auc, examined_lobby, examined_people
from agent.lessons.engagement_lessons import (
    School,
    first_look,
    learn,
    lessons_of_recording,
    recordings_in,
    with_card,
)
from agent.lessons.engagement_lobby import examination, school
from agent.lessons.engagement_people import scenes
from perception.engagement.model import FILE, Card, Weights

SCENES, STRETCHES = 800, 16
HELD_OUT_SCENES, HELD_OUT_STRETCHES = 256, 4
HELD_OUT_SEED = 7001
INTENDED = (
    "Says whether a person before the agent is engaged with it, from geometry, lips and voice's "
    "direction only; says nothing about feelings, and never who somebody is. Not for judging "
    "people: a receptionist opens and keeps an encounter by it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--episodes", type=int, default=STRETCHES, metavar="N", help="stretches of the lobby"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of people and lobby")
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="weights (.json)")
    parser.add_argument(
        "--recordings", type=Path, metavar="DIR", help="a site's NAME.jsonl, with its truth"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make people, learn, examine, write."""
    out: Path = arguments.out
    began, taught = perf_counter(), school_of(arguments.seed, arguments.episodes)
    weights, lessons = first_look(taught)
    recordings = recordings_in(arguments.recordings) if arguments.recordings else []
    for recording in recordings:
        lessons += lessons_of_recording(recording, weights)
    weights = learn(lessons)
    moments = sum(len(lesson.cues) for lesson in lessons)
    data = f"{len(lessons)} people, {moments} moments: made people, simulated lobby"
    card = Card(
        command=f"foyer train engagement --seed {arguments.seed}",
        data=data + (f", {len(recordings)} recordings" if recordings else "; no recording"),
        date=datetime.now(UTC).date().isoformat(),
        intended=INTENDED,
        measured=measured(weights),
    )
    out.write_text(json.dumps(with_card(weights, card).model_dump(mode="json"), indent=1) + "\n")
    told = ", ".join(f"{name} {value:.3f}" for name, value in card.measured.items())
    print(f"{out}: learned from {data}\nheld out: {told}; {perf_counter() - began:.0f} s in all")
    return 0


def school_of(seed: int, stretches: int = STRETCHES) -> School:
    """What the shipped model learns from."""
    return School(list(scenes(SCENES, seed)), school(stretches, seed))


def measured(weights: Weights) -> dict[str, float]:
    """On people and floor plans that were held out."""
    made = list(scenes(HELD_OUT_SCENES, HELD_OUT_SEED))
    lobby = examination(HELD_OUT_STRETCHES, HELD_OUT_SEED)
    people, crowd = examined_people(made, weights), examined_lobby(lobby, weights)
    return {
        "made people, AUC": round(auc(people.ours, people.truth), 4),
        "held-out lobby, AUC": round(auc(crowd.ours, crowd.truth), 4),
    }
