"""What `foyer history` and `foyer rollback` share: whose editions, and what differs from one."""

import argparse
import contextlib
import re
from pathlib import Path

import yaml

from agent.config import ConfigError, load, read_text
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
    """The editions of a configuration, also of one that is broken."""
    if not config.parent.is_dir():
        raise BadInputError(f"{config}: there is no such folder")
    try:
        where = load(config, AgentConfig).history
    except ConfigError:
        where = _where_in(config)
    return History(where, config)


def _where_in(broken: Path) -> HistoryConfig:
    """Where editions lie, if that can still be read in the file; else where they lie by default."""
    with contextlib.suppress(ConfigError, yaml.YAMLError, ValueError, RecursionError):
        said = yaml.safe_load(_part(read_text(broken), "history"))
        return HistoryConfig.model_validate(said["history"] or {})
    return HistoryConfig()


def _part(text: str, name: str) -> str:
    """The lines of one setting of the top, whatever is wrong with the others."""
    found = re.search(rf"^{name}:.*(?:\n(?:[ \t].*|#.*|))*", text, re.MULTILINE)
    return found[0] if found else f"{name}: {{}}"


def show(history: History, edition: Edition) -> None:
    """Print what going back to the edition would change."""
    found = history.differences(edition)
    for one in found:
        print(f"{near(one.path)}:" + ("" if one.then is not None else " is not in that edition"))
        if one.then is not None:
            print("\n".join(f"  {line}" for line in list(one.lines())[2:]))
    if not found:
        print(f"the files are as in edition {edition.number}")
