"""`foyer transcript`: a recording as a text of lines, and questions about the past put to it."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from agent.core.errors import BadInputError
from agent.core.messages import PersonId, PersonSeen
from agent.explaining.explain import moment
from agent.recording import Recorded, Recording
from agent.settings import read_settings
from behavior.dialogue.conversation import Conversation, Heard
from behavior.dialogue.draft import set_up_desk
from behavior.dialogue.replies import respond
from behavior.encoders import Words
from behavior.transcript.encounter import Transcript, TranscriptConfig
from behavior.transcript.engagement_reading import questionnaire, reasoned
from behavior.transcript.lines import Line, render

HELP = "print a recording as a transcript: who came, looked, spoke, and what the agent did"
_MOST_LINES = 5000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="a recording (.mcap)")
    parser.add_argument("--until", metavar="TIME", help="no further than this: 83.5 or 1:23.5")
    parser.add_argument("--of", metavar="VISITOR", help="only of this one; the beginning will do")
    parser.add_argument("--without-words", action="store_true", help="leave out what was said")
    parser.add_argument(
        "--ask", metavar="QUESTION", help="what the visitor --of would be answered then"
    )
    parser.add_argument(
        "--engagement", action="store_true", help="how engaged the visitor --of reads, and why"
    )
    parser.add_argument(
        "--prompt", action="store_true", help="with --engagement: print what a model would be asked"
    )
    parser.add_argument(
        "--config", type=Path, default=Path("configs/demo.yaml"), help="with --ask: whose house"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 when the recording holds nothing."""
    recording = Recording(arguments.file)
    recorded = list(recording)
    if not recorded:
        print(f"{arguments.file} holds no messages")
        return 1
    zero, until = recorded[0].seen_at, recorded[-1].seen_at
    if arguments.until is not None:
        until = moment(arguments.until, recorded, recording.offset_ns)
    # Here nobody leaves for good: what may be kept was decided when it was recorded.
    transcript = Transcript(TranscriptConfig(lines=_MOST_LINES), grace_s=math.inf, idle_s=math.inf)
    for one in recorded:
        if one.seen_at <= until:
            transcript.take(one.message)
    person = _visitor(arguments.of, recorded) if arguments.of is not None else None
    if arguments.ask is not None or arguments.engagement:
        if person is None:
            raise BadInputError("--ask and --engagement need a visitor: --of p3f2a")
        if arguments.ask is not None:
            print(_answer(arguments, transcript, person, until, zero))
        else:
            print(_engagement(transcript, person, until, prompt=arguments.prompt))
        return 0
    lines = [one for one in transcript.lines() if person in {None, one.person}]
    for line in lines:
        print(render(line, zero, words=not arguments.without_words))
    return 0 if lines else 1


def _visitor(name: str, recorded: Sequence[Recorded]) -> PersonId:
    ids = dict.fromkeys(r.message.person for r in recorded if isinstance(r.message, PersonSeen))
    found = [one for one in ids if str(one).startswith(name)]
    if len(found) != 1:
        known = ", ".join(str(one) for one in list(ids)[:20]) or "nobody"
        what = "more than one visitor" if found else "no visitor"
        raise BadInputError(f"--of: {what} begins with {name!r}; there is {known}")
    return found[0]


def _answer(
    arguments: argparse.Namespace,
    transcript: Transcript,
    person: PersonId,
    at: float,
    zero: float,
) -> str:
    """What the embedded dialogue would answer, and the stretch it rests on."""
    settings = read_settings(arguments.config)
    desk = set_up_desk(settings.site, settings.config.dialogue.knowledge, Words())
    heard = Heard(text=arguments.ask, at=at, memory=transcript.memory(person, at))
    part = respond(Conversation(), heard, desk)
    said = " ".join(clause.text for clause in part.clauses)
    after = part.conversation
    if after is None or after.recalled is None:
        return f"{said}\nrests on nothing that is remembered"
    began, ended = after.recalled
    return f"{said}\nrests on [{began - zero:.1f}-{ended - zero:.1f}]"


def _engagement(transcript: Transcript, person: PersonId, at: float, *, prompt: bool) -> str:
    lines: tuple[Line, ...] = transcript.lines()
    if prompt:
        return questionnaire(lines, person, at)
    return reasoned(lines, person, at)
