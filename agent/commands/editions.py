"""What `foyer history` and `foyer rollback` share: whose editions, and what differs from one."""

import argparse
from pathlib import Path

from agent.config import ConfigError, load
from agent.configuration.history import Edition, History, HistoryConfig
from agent.configuration.where_set import near
from agent.core.errors import BadInputError
from agent.settings import AgentConfig


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare the configuration."""
    parser.add_argument(
        "config", type=Path, nargs="?", default=Path("configs/demo.yaml"), help="a configuration"
    )


def history_of(config: Path) -> History:
    """The editions of a configuration; of one that is broken, where they lie by default."""
    if not config.parent.is_dir():
        raise BadInputError(f"{config}: there is no such folder")
    try:
        where = load(config, AgentConfig).history
    except ConfigError:
        where = HistoryConfig()
    return History(where, config)


def show(history: History, edition: Edition) -> None:
    """Print what going back to the edition would change."""
    found = history.differences(edition)
    for one in found:
        print(f"{near(one.path)}:" + ("" if one.then is not None else " is not in that edition"))
        if one.then is not None:
            print("\n".join(f"  {line}" for line in list(one.lines())[2:]))
    if not found:
        print(f"the files are as in edition {edition.number}")
