"""`foyer replay`: re-run the decisions of a recording, or print its messages."""

import argparse
import importlib
from pathlib import Path

from agent.comparison import Verdict, told
from agent.core.codec import to_line
from agent.core.messages import ReplyReady
from agent.recording import NS, Recording
from agent.replay import DECISIONS, Build, replay

HELP = "re-run a recording's decisions and show what would differ"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument(
        "--config", type=Path, default=Path("configs/demo.yaml"), help="the policies to decide by"
    )
    parser.add_argument("--all", action="store_true", help="show what is the same, too")
    parser.add_argument(
        "--keep-replies",
        action="store_true",
        help="take the dialogue's replies from the recording (those of a language model)",
    )
    parser.add_argument(
        "--messages", action="store_true", help="print the messages as JSON lines, decide nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the differences; 1 when there are any."""
    recording = Recording(arguments.file)
    if arguments.messages:
        for one in recording:
            print(to_line(one.message))
        return 0
    recorded = list(recording)
    if recording.truncated:
        print(f"{arguments.file} has no proper end; what is whole is used")
    if not recorded:
        print(f"{arguments.file} holds no messages")
        return 0
    made = DECISIONS
    if arguments.keep_replies:
        made = tuple(kind for kind in DECISIONS if kind is not ReplyReady)
    # The roof gives the deciding components: `decisions(config, replies) -> Build`.
    app = importlib.import_module("agent.app")
    build: Build = app.decisions(
        arguments.config,
        replies=not arguments.keep_replies,
        offset_s=recording.offset_ns / NS or None,
    )
    comparisons = replay(recorded, build, made=made)
    print(told(comparisons, start=recorded[0].seen_at, everything=arguments.all))
    return int(any(c.verdict is not Verdict.SAME for c in comparisons))
