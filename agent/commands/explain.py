"""`foyer explain`: why did the agent do that?"""

import argparse
from pathlib import Path

from agent.explain import explain, moment
from agent.explain_norms import house, nearest_norms
from agent.recording import Recording
from agent.settings import read_settings

HELP = "say in plain language why an act in a recording happened"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument(
        "time", help="seconds from the start (83.5), minutes (1:23.5), or time of day (14:03:22)"
    )
    parser.add_argument(
        "--norms",
        type=Path,
        metavar="CONFIG",
        help="also list the norms of this configuration that are nearest to the moment",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; 1 when the recording holds nothing."""
    recording = Recording(arguments.file)
    recorded = list(recording)
    if not recorded:
        print(f"{arguments.file} holds no messages")
        return 1
    at = moment(arguments.time, recorded, recording.offset_ns)
    print(explain(recorded, at, recording.offset_ns))
    if arguments.norms is not None:
        near = house(read_settings(arguments.norms).norms)
        print("\n".join(nearest_norms(recorded, at, near, recording.offset_ns)))
    return 0
