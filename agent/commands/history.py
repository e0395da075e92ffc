"""`foyer history`: the configurations that the agent has run by, and what changed in each."""

import argparse

from agent.commands.editions import add_config, history_of, show

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
