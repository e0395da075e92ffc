"""`foyer replay`: re-run the decisions of a recording, or print its messages."""

import argparse
import importlib
from pathlib import Path

from agent.core.codec import to_line
from agent.core.messages import Message, ReplyReady, TurnEnded
from agent.explaining.comparison import Verdict, told
from agent.explaining.replies_compared import told_turns, turns_compared
from agent.recording import NOT_RECORDED, NS, Recording
from agent.replay import DECISIONS, Build, rerun

HELP = "re-run a recording's decisions and show what would differ"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("configs/demo.yaml"),
        help="what to decide by: policies, wordings, knowledge, prompts, model",
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
    made, keep = DECISIONS, arguments.keep_replies
    if not keep and any(_silent(one.message) for one in recorded):
        print("what visitors said was not recorded: the replies of then are kept")
        keep = True
    if keep:
        made = tuple(kind for kind in DECISIONS if kind is not ReplyReady)
    # Imported late: it brings the whole behaviour, and a recording without messages needs none.
    deciding = importlib.import_module("agent.deciding")
    build: Build = deciding.decisions(
        arguments.config,
        replies=not keep,
        offset_s=recording.offset_ns / NS or None,
    )
    again, start = rerun(recorded, build, made=made), recorded[0].seen_at
    print(told(again.comparisons, start=start, everything=arguments.all))
    turns = [] if keep else turns_compared(recorded, again.now)
    if turns:
        print(told_turns(turns, again.now, start=start))
    differs = any(c.verdict is not Verdict.SAME for c in again.comparisons)
    return int(differs or any(turn.differs for turn in turns))


def _silent(message: Message) -> bool:
    return isinstance(message, TurnEnded) and message.text == NOT_RECORDED
