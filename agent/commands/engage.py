"""`foyer engage TRACKS.jsonl`: who in a recording of heads and gazes is engaged, and why.

One JSON object a line and person: `person`, `engaged` as held at the last sighting, `at` (seconds,
since when without a break), `reasons` (cue, its mean value, what it adds in log-odds), and
`probability`. Lines of the recording that cannot be used are told on the error output.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from perception.engagement.head_tracks import read_recording
from perception.engagement.model import own_weights, read_weights
from perception.engagement.verdict import Verdict, verdicts

SPARSE_S = 5.0
"""Sightings farther apart in the median say next to nothing."""
UNDECIDED = "undecided: too little was seen"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("tracks", type=Path, help="JSON lines with t, person, head_m and gaze")
    parser.add_argument("--weights", type=Path, help="another model (.json)")


def run(arguments: argparse.Namespace) -> int:
    """Judge everybody; a line that cannot be used does not stop it."""
    weights = read_weights(arguments.weights) if arguments.weights else own_weights()
    recording = read_recording(arguments.tracks)
    for complaint in recording.complaints:
        print(complaint, file=sys.stderr)
    if untold := recording.faults - len(recording.complaints):
        print(f"{arguments.tracks}: {untold} more lines passed over", file=sys.stderr)
    if not recording.people:
        print(f"{arguments.tracks}: nobody is in it", file=sys.stderr)
    if (apart_s := recording.apart_s) > SPARSE_S:
        print(
            f"{arguments.tracks}: sightings are {apart_s:g} s apart, too few to go by;"
            " is t in milliseconds? Seconds are expected",
            file=sys.stderr,
        )
    for one in verdicts(recording.sightings(), weights):
        told = _told(one, recording.people[int(one.person)])
        print(json.dumps(told, ensure_ascii=False), flush=True)
    return 0


def _told(one: Verdict, name: str | int | float) -> dict[str, Any]:
    reasons = list(one.reasons) if one.decided else [UNDECIDED, *one.reasons]
    return {
        "person": name,
        "engaged": one.engaged,
        "at": round(one.at, 3),
        "reasons": reasons,
        "probability": round(one.probability, 4),
    }
