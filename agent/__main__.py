"""The command line: `foyer COMMAND`, the same as `python -m agent COMMAND`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from agent.core.errors import FoyerError

COMMANDS: dict[str, str] = {
    "run": "start the receptionist from a configuration",
    "kiosk": "run it with its own full-screen browser, kept alive; --install for every boot",
    "check": "read a configuration and say what is wrong with it, or that all is well",
    "history": "list the configurations the agent has run by, and what changed in each",
    "rollback": "write an earlier configuration back; a running agent takes it on",
    "chat": "talk to the receptionist by typing, at the terminal",
    "perceive": "read a video: people, positions, engagement as JSON lines",
    "engage": "read a recording of heads and gazes: who is engaged, since when, and why",
    "transcribe": "read a sound file: turns and words as JSON lines",
    "perform": "speak a text to files: sound, frames, score, motion, preview",
    "puppeteer": "your face, from a camera or a film, moves the agent's or a figure elsewhere",
    "lobby": "try the manners on simulated people before anybody comes; write a report",
    "replay": "re-run a recording's decisions and show what would differ",
    "explain": "say in plain language why an act in a recording happened",
    "transcript": "print a recording as lines: who came, looked, spoke, what the agent did",
    "train": "make the weights of a model: proactive, engagement, overlap, face, lipreader",
    "bench": "measure: figure, target, baseline and control from one run",
    "models": "fetch and check the perception models",
    "pages": "build the kiosk and console pages",
}
"""One module of `agent.commands` each, imported when it is called."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors meant for people need no stack trace."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    parser = argparse.ArgumentParser(
        prog="foyer", description="Makes any screen or robot an attentive receptionist."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name == chosen:
            module = importlib.import_module(f"agent.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except FoyerError as error:
        print(f"foyer {chosen}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `foyer perceive x.mp4 | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
