"""`foyer explain`: why did the agent do that?"""

import argparse
from pathlib import Path

from agent.explain import explain, moment
from agent.recording import Recording

HELP = "say in plain language why an act in a recording happened"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument(
        "time", help="seconds from the start (83.5), minutes (1:23.5), or time of day (14:03:22)"
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
    return 0
