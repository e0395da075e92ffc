"""`foyer history`: the configurations that the agent has run by, and what changed in each."""

import argparse

from agent.commands.rollback import add_config, history_of
from agent.history import Edition, History

HELP = "list the configurations the agent has run by, and what changed in each"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_config(parser)
    parser.add_argument(
        "--to",
        type=int,
        metavar="N",
        help="show what differs between the files as they lie and edition N instead",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the editions, the newest last; 1 when there are none."""
    history = history_of(arguments.config)
    if arguments.to is not None:
        show(history, history.edition(arguments.to))
        return 0
    editions = history.editions()
    if not editions:
        print(f"{arguments.config}: nothing is kept yet; `foyer run` keeps what it runs by")
        return 1
    at_it = [one.number for one in editions if not history.differences(one)]
    for edition in editions:
        mark = "*" if at_it and edition.number == at_it[-1] else " "
        print(f"{mark}{edition.number:4}  {edition.kept_at}  {edition.why}")
    if at_it:
        print("* the files are as here. `foyer rollback` goes to the newest that differs.")
    else:
        print("The files are as in none of these: changed since, or not taken on.")
    return 0


def show(history: History, edition: Edition) -> None:
    """Print what going back to the edition would change."""
    found = history.differences(edition)
    for one in found:
        print(f"{one.path}:" + ("" if one.then is not None else " is not in that edition"))
        if one.then is not None:
            print("\n".join(f"  {line}" for line in list(one.lines())[2:]))
    if not found:
        print(f"the files are as in edition {edition.number}")
