"""Talk to the receptionist by typing. Works on a terminal and in a pipe."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import yaml

from actuation.gestures.gesturing import BodyMotionConfig, offered_names
from agent.core.clock import LoopClock, WallTime
from agent.core.codec import to_line
from agent.core.errors import BadInputError
from agent.core.messages import (
    ActFinished,
    ActId,
    BackendChosen,
    ComponentHealth,
    Health,
    HelpCalled,
    HostNotified,
    Message,
    ReplyReady,
    ToolFinished,
    ToolRefused,
    TurnEnded,
    TurnId,
    VisitRecorded,
)
from agent.settings import read_site
from behavior.dialogue.config import DialogueConfig
from behavior.house.site import SiteConfig
from behavior.reception import set_up_dialogue

HELP = "talk to the receptionist by typing, at the terminal"
_SITE = Path("configs/sites/demo.yaml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "config", nargs="?", type=Path, default=_SITE, help=f"site or agent file (default {_SITE})"
    )
    parser.add_argument("--json", action="store_true", help="print every message as a JSON line")
    parser.add_argument("--visits", type=Path, help="visit book to use (default: a passing one)")
    parser.add_argument("--encoder", choices=("auto", "minilm", "words"), help="sentence vectors")
    parser.add_argument("--model-url", help="language model server, such as http://host:8000/v1")


def run(arguments: argparse.Namespace) -> int:
    """Converse until the input ends."""
    site, config = _read(arguments.config)
    # A terminal shows no forms: who wants to sign in is taken as anybody who comes to see a host.
    site = site.model_copy(update={"forms": ()})
    with tempfile.TemporaryDirectory() as folder:
        visits = arguments.visits or Path(folder) / "visits.sqlite"
        changes: dict[str, object] = {"visits": visits}
        if arguments.encoder:
            changes["encoder"] = arguments.encoder
        if arguments.model_url:
            model = config.model.model_copy(update={"url": arguments.model_url})
            changes |= {"model": model, "backend": "openai_compatible"}
        asyncio.run(_converse(site, config.model_copy(update=changes), as_json=arguments.json))
    return 0


def _read(path: Path) -> tuple[SiteConfig, DialogueConfig]:
    """Read a site file, or an agent file that names one under `site`."""
    if not path.is_file():
        raise BadInputError(f"{path}: no such file; try {_SITE}")
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = data.get("site") if isinstance(data, dict) else None
    if not isinstance(named, str):
        return read_site(path), DialogueConfig()
    beside = path.parent / named
    site = read_site(beside if beside.is_file() else Path(named))
    return site, DialogueConfig.model_validate(data.get("dialogue") or {})


class _Conversation:
    """Feeds typed lines to the dialogue, one after the answer to the other."""

    def __init__(self, site: SiteConfig, clock: LoopClock, *, as_json: bool) -> None:
        self._name = site.agent_name or site.name
        self._clock = clock
        self._as_json = as_json
        self._answered = asyncio.Event()
        self._shown: list[str] = []
        self._complaint = ""
        self._prompt = sys.stdin.isatty() and not as_json

    async def turns(self) -> AsyncIterator[Message]:
        loop = asyncio.get_running_loop()
        number = 0
        while line := await loop.run_in_executor(None, self._ask):
            if not line.strip():
                continue
            number += 1
            self._answered.clear()
            yield TurnEnded(
                at=self._clock.now(), turn=TurnId(number), revision=0, text=line.strip(), typed=True
            )
            await self._answered.wait()
            # Whoever reads the answer has heard it.
            heard, self._shown = " ".join(self._shown), []
            yield ActFinished(at=self._clock.now(), act=ActId(number), heard=heard)

    def _ask(self) -> str:
        if self._prompt:
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if line and not self._prompt and not self._as_json:
            print(f"> {line.rstrip()}")
        return line

    def show(self, message: Message) -> None:
        if self._as_json:
            print(to_line(message), flush=True)
        else:
            self._tell(message)
        if isinstance(message, ReplyReady):
            self._shown += (clause.text for clause in message.clauses)
            if message.last:
                self._answered.set()

    def _tell(self, message: Message) -> None:
        match message:
            case ReplyReady():
                for clause in message.clauses:
                    marks = [c.lexeme or c.meaning or "" for c in clause.gestures]
                    marks += [clause.expression.value] if clause.expression else []
                    marks += [f"asked for: {clause.manner}"] if clause.manner else []
                    manner = f"  ({', '.join(marks)})" if marks else ""
                    print(f"{self._name}: {clause.text}{manner}")
                    if clause.screen:
                        print(f"    on the screen: {clause.screen}")
            case HostNotified():
                state = "told" if message.delivered else f"could not be told: {message.detail}"
                print(f"    {message.host} {state} ({message.channel})")
            case ToolRefused():
                print(f"    not allowed: {message.tool}: {message.because}")
            case ToolFinished():
                detail = f": {message.detail}" if message.detail else ""
                print(f"    tool {message.tool} {message.outcome.value}{detail}")
            case VisitRecorded():
                print(f"    visit {message.visit} in the book: {message.purpose}")
            case HelpCalled():
                print(f"    a person is called{', urgently' * message.urgent}: {message.because}")
            case BackendChosen(fallback=True) | ComponentHealth(health=Health.DEGRADED):
                if message.detail != self._complaint:  # a fault is told by who has it, and who asks
                    print(f"    {message.detail}", file=sys.stderr)
                self._complaint = message.detail
            case _:
                pass


async def _converse(site: SiteConfig, config: DialogueConfig, *, as_json: bool) -> None:
    clock = LoopClock(asyncio.get_running_loop())
    conversation = _Conversation(site, clock, as_json=as_json)
    dialogue = set_up_dialogue(
        inputs=conversation.turns(),
        publish=conversation.show,
        site=site,
        config=config,
        clock=clock,
        wall=WallTime(clock),
        gestures=offered_names(BodyMotionConfig()),
    )
    await dialogue.run()
