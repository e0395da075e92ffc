"""`foyer rollback`: writes an earlier configuration back. A running agent takes it on at once."""

import argparse
import sys
from datetime import datetime

from agent.commands.editions import add_config, history_of, show
from agent.config import ConfigError
from agent.configuration.history import Edition, History
from agent.settings import read_settings

HELP = "write an earlier configuration back; a running agent takes it on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_config(parser)
    parser.add_argument(
        "--to", type=int, metavar="N", help="an edition of `foyer history` (default: the last good)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Go back, and say what was changed; 1 when there is nothing to go back to."""
    history = history_of(arguments.config)
    edition = history.edition(arguments.to) if arguments.to is not None else history.last_other()
    if edition is None:
        print(f"{arguments.config}: there is no earlier edition to go back to")
        return 1
    _go_back(history, edition)
    try:
        read_settings(arguments.config)
    except ConfigError as error:
        print(f"this edition has faults by now:\n{error}", file=sys.stderr)
        return 1
    return 0


def _go_back(history: History, edition: Edition) -> None:
    show(history, edition)
    # The person's own clock: it only dates the edition that is set aside.
    history.go_back(edition, datetime.now())
    print(f"back at edition {edition.number} of {edition.kept_at} ({edition.why})")
    print(
        "What stood there before is kept, too: `foyer history` lists it, `foyer rollback --to N`."
    )
