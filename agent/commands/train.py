"""`foyer train NAME`: makes the weights of one model, from data that the project makes."""

import argparse
import importlib

MODELS: dict[str, str] = {
    "proactive": "when to act, toward whom and how, from a simulated lobby or your recordings",
    "engagement": "who is engaged with the agent, from made people, the lobby or your recordings",
    "overlap": "whether two speak at once, from made voices",
    "turns": "whether a turn is over where somebody falls silent, from made visitors",
    "murmurs": "whether a short voice is a listener's murmur, from made voices and sounds",
    "face": "lips, brows, head and gaze for any sound, from made voices with the rules as teacher",
    "gesture": "arms, hands and trunk for speech, from made takes or your BVH, BEAT, BEAT2 files",
    "actions": "phrases about a body where parts of it are not seen, from made motions",
    "expressions": "blendshapes and action units from face points, from drawn people",
    "lipreader": "the reader of drawn lips that judges faces",
}
"""One module of `agent.commands.training` each, imported when it is called."""


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
    return int(module.run(own.parse_args(arguments.options)))
