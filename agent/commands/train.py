"""`foyer train NAME`: makes the weights of one model, from data that the project makes."""

import argparse
import importlib
from pathlib import Path

from agent.core.errors import BadInputError

MODELS: dict[str, str] = {
    "proactive": "when to act, toward whom and how, from a simulated lobby or your recordings",
    "engagement": "who is engaged with the agent, from made people, the lobby or your recordings",
    "overlap": "whether two speak at once, from made voices",
    "turns": "whether a turn is over where somebody falls silent, from made visitors",
    "phones": "which phones a short voice is made of, from made voices",
    "murmurs": "whether a short voice is a listener's murmur, from made voices and sounds",
    "face": "lips, brows, head and gaze for any sound, from made voices with the rules as teacher",
    "gesture": "arms, hands and trunk for speech, from made takes or your BVH, BEAT, BEAT2 files",
    "actions": "phrases about a body where parts of it are not seen, from made motions",
    "expressions": "blendshapes and action units from face points, from drawn people",
    "lipreader": "the reader of drawn lips that judges faces",
}
"""One module of `agent.commands.training` each, imported when it is called."""
_JSON = frozenset({"engagement", "overlap", "turns"})
"""These are written as JSON, to be read by people too; the others as arrays."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    listing = "; ".join(f"{name}: {about}" for name, about in MODELS.items())
    parser.add_argument("name", choices=MODELS, metavar="NAME", help=listing)
    parser.add_argument(
        "options", nargs=argparse.REMAINDER, help="of that model: foyer train NAME --help"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train what is named."""
    module = importlib.import_module(f"agent.commands.training.{arguments.name}")
    own = argparse.ArgumentParser(
        prog=f"foyer train {arguments.name}", description=MODELS[arguments.name]
    )
    module.add_arguments(own)
    given = own.parse_args(arguments.options)
    if given.out is not None:
        _check(arguments.name, given.out)
    return int(module.run(given))


def _check(name: str, out: Path) -> None:
    """Before minutes of work, not after them: raises `BadInputError` where nothing can be kept."""
    suffix = ".json" if name in _JSON else ".npz"
    if out.suffix != suffix:
        raise BadInputError(f"train {name}: --out {out}: must end in {suffix}")
    if not out.parent.is_dir():
        raise BadInputError(f"train {name}: --out {out}: there is no folder {out.parent}; make it")
