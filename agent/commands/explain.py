"""`foyer explain`: why did the agent do that, or not do it? In plain language, from a recording."""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from agent.explaining.explain import explain, moment
from agent.explaining.norms import house, nearest_norms
from agent.explaining.why import WHY_NOT, Account
from agent.recording import Recording
from agent.settings import read_settings

PICTURES = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".y4m", ".jpg", ".jpeg", ".png")
HELP = "say in plain language why an act in a recording happened, or did not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument(
        "time",
        nargs="?",
        help="seconds from the start (83.5), minutes (1:23.5), or time of day (14:03:22);"
        " without it: the last word or gesture",
    )
    parser.add_argument(
        "--visit",
        nargs="?",
        const="",
        metavar="VISITOR",
        help="a whole visit, event by event; of everybody who stopped, or of one",
    )
    parser.add_argument(
        "--why-not",
        choices=WHY_NOT,
        help="why somebody was not greeted or said goodbye to, then or when it was likeliest",
    )
    parser.add_argument("--of", metavar="VISITOR", help="with --why-not: of this one only")
    parser.add_argument("--facts", action="store_true", help="add all facts of the seconds before")
    parser.add_argument(
        "--norms", action="store_true", help="add the norms nearest to the moment, fired or not"
    )
    parser.add_argument(
        "--config", type=Path, default=Path("configs/demo.yaml"), help="the configuration of then"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; 1 when the recording holds nothing."""
    if arguments.file.suffix.lower() in PICTURES:
        raise BadInputError(
            f"{arguments.file}: is no recording (MCAP file); by what a face in a film or a picture"
            f" was read: foyer perceive {arguments.file} --explain DIR"
        )
    recording = Recording(arguments.file)
    recorded = list(recording)
    if not recorded:
        print(f"{arguments.file} holds no messages")
        return 1
    settings = read_settings(arguments.config)
    account = Account(recorded, recording.offset_ns, settings)
    at = None
    if arguments.time is not None:
        zone = ZoneInfo(settings.site.timezone)
        at = moment(arguments.time, recorded, recording.offset_ns, zone)
        if arguments.time.count(":") == 2 and "." not in arguments.time:
            at += 0.9  # a second as a clock shows it, to its end
    if arguments.why_not is not None:
        of = PersonId(arguments.of) if arguments.of else None
        print(account.why_not(arguments.why_not, at, of))
    elif arguments.visit is not None:
        print(account.visit(PersonId(arguments.visit) if arguments.visit else None))
    else:
        print(account.last() if at is None else account.at(at))
        if arguments.facts:
            end = recorded[-1].seen_at
            print("\n" + explain(recorded, end if at is None else at, recording.offset_ns))
    if arguments.norms:
        lines = nearest_norms(
            recorded,
            recorded[-1].seen_at if at is None else at,
            house(settings.norms),
            offset_ns=recording.offset_ns,
            zone=ZoneInfo(settings.site.timezone),
            config=settings.config.planner.situation,
        )
        print("\n".join(("", *lines)))
    return 0
