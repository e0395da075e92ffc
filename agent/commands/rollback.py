"""`foyer rollback`: writes an earlier configuration back. A running agent takes it on at once."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from agent.config import ConfigError
from agent.core.errors import BadInputError
from agent.history import Edition, History, HistoryConfig
from agent.settings import AgentConfig, read_settings

HELP = "write an earlier configuration back; a running agent takes it on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_config(parser)
    parser.add_argument(
        "--to", type=int, metavar="N", help="an edition of `foyer history` (default: the last good)"
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare the configuration."""
    parser.add_argument(
        "config", type=Path, nargs="?", default=Path("configs/demo.yaml"), help="a configuration"
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


def history_of(config: Path) -> History:
    """The editions of a configuration; of one that is broken, where they lie by default."""
    from agent.config import load

    if not config.parent.is_dir():
        raise BadInputError(f"{config}: there is no such folder")
    try:
        where = load(config, AgentConfig).history
    except ConfigError:
        where = HistoryConfig()
    return History(where, config)


def _go_back(history: History, edition: Edition) -> None:
    from agent.commands.history import show

    show(history, edition)
    # The person's own clock: it only dates the edition that is set aside.
    history.go_back(edition, datetime.now())
    print(f"back at edition {edition.number} of {edition.kept_at} ({edition.why})")
    print(
        "What stood there before is kept, too: `foyer history` lists it, `foyer rollback --to N`."
    )
