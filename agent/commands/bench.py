"""`foyer bench NAME`: prints figure, value, target, baseline and control from one run."""

import argparse
import asyncio
import importlib
import inspect
import signal
import sys
from pathlib import Path

from agent.bench.figure import as_json, as_table
from agent.core.errors import BadInputError

BENCHES: dict[str, str] = {
    "loop": "the event loop against Pipecat: hops, interruption, overload, memory",
    "reaction": "end of the visitor's speech to the first sound at the page; barge-in to silence",
    "lips": "mouth against sound: closures, apexes, and the page over minutes",
    "face": "a whole face: rules, learned and others side by side, a lip reader, swaps, life, time",
    "generators": "learned bodies: share of a core beside the rules, how many in real time",
    "gesture": "a body that speaks: idle, random clips, rules, learned; knobs, stops, contacts",
    "camera": "camera to PersonSeen, frame rate, memory and idle share of a core",
    "perception": "people seen: engagement, clips, cost, bad films, actions, faces; DATA: media",
    "bodies": "planned against performed on every body, skew between them, cost of many",
    "proactive": "when, whom, what: the learned model against rules on held-out lobbies",
    "norms": "what is appropriate, in the text mode of EgoNormia on DATA, with a blind control",
    "transcript": "does a visitor mean to deal with the agent, as readers of the transcript see it",
    "hearing": "words in noise, voice, where from, who, two at once, echo (needs flite)",
}

OPTIONS = (
    "clip", "episodes", "data", "planner", "url", "seed", "config",
    "audio", "device", "short", "page_minutes", "only",
)  # fmt: skip
"""What single benches take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    listing = "; ".join(f"{name}: {about}" for name, about in BENCHES.items())
    parser.add_argument("name", choices=BENCHES, metavar="NAME", help=listing)
    parser.add_argument(
        "--episodes", type=int, help="proactive, transcript: stretches of a lobby to judge"
    )
    parser.add_argument("--clip", type=Path, help="camera: a video instead of made pictures")
    parser.add_argument("data", type=Path, nargs="?", help="norms: scenes; gesture: BVH, BEAT")
    parser.add_argument("--planner", help="norms: embedded (the default), scripted or model")
    parser.add_argument(
        "--url", help="norms, transcript: the model's server; else the configuration's"
    )
    parser.add_argument(
        "--seed", type=int, help="norms: shuffles options and halves; transcript: which stretches"
    )
    parser.add_argument(
        "--config", type=Path, help="norms, transcript: whose norms and model server"
    )
    parser.add_argument(
        "--audio", type=Path, metavar="DIR", help="face, hearing: recordings of real speech"
    )
    parser.add_argument(
        "--only", metavar="PART,...", help="hearing, perception, reaction: some of its parts"
    )
    parser.add_argument("--device", help="face, generators: where it runs: cpu, cuda")
    parser.add_argument(
        "--short",
        action="store_const",
        const=True,
        help="face, generators, gesture, hearing: about a minute",
    )
    parser.add_argument(
        "--page-minutes", type=float, metavar="N", help="face: how long at the page; 0: not at all"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")


def run(arguments: argparse.Namespace) -> int:
    """Measure; return 1 when a stated target is missed."""
    module = importlib.import_module(f"agent.bench.{arguments.name}")
    given = {name: value for name, value in vars(arguments).items() if name in OPTIONS}
    options = {name: value for name, value in given.items() if value is not None}
    if unknown := options.keys() - inspect.signature(module.measure).parameters.keys():
        raise BadInputError(f"{arguments.name} takes no --{', --'.join(unknown)}")
    # Whoever is told to stop puts away what it has started: browsers, brokers, other processes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    result = module.measure(**options)
    figures = asyncio.run(result) if inspect.iscoroutine(result) else result
    print(as_json(figures) if arguments.json else as_table(figures))
    missed = [figure.name for figure in figures if not figure.met]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0
