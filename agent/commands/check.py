"""`foyer check CONFIG`: reads a configuration and all it refers to, and says what is wrong."""

import argparse
from pathlib import Path

from agent.settings import read_settings

HELP = "read a configuration and say what is wrong with it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "config", type=Path, nargs="?", default=Path("configs/demo.yaml"), help="a configuration"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line a file when all is well. Faults are `ConfigError`, exit code 2."""
    settings = read_settings(arguments.config)
    from behavior.knowledge import read_knowledge

    entries = read_knowledge(settings.config.dialogue.knowledge, settings.site)
    site = settings.site
    print(f"{arguments.config}: all is well")
    print(f"  site       {site.name}: {len(site.hosts)} hosts, {len(site.places)} places")
    print(f"  knowledge  {len(entries)} answers")
    print(f"  norms      {len(settings.norms.all)}")
    return 0
