"""The embedded dialogue, stepped by hand: the component's own code, no loop, nobody told.

Hosts count as told, visits as recorded, and nothing is sent or written. A reply and a deed take
the time that was measured of them.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from agent.core.backend import pick
from agent.core.clock import Clock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    ButtonPressed,
    HelpCalled,
    HostNotified,
    Message,
    VisitRecorded,
)
from behavior.dialogue.answering import Dialogue, Input
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.conversation import (
    CallHelp,
    Conversation,
    Effect,
    Forget,
    Heard,
    NotifyHost,
    Part,
    RecordVisit,
)
from behavior.dialogue.deeds import Stands
from behavior.dialogue.draft import Desk, set_up_desk
from behavior.dialogue.memory import Encounter
from behavior.dialogue.replies import respond
from behavior.dialogue.wording import load_wording
from behavior.encoders import ENCODERS, Encoder, Vectors
from behavior.house.site import SiteConfig
from behavior.tools.contract import UseTool
from behavior.tools.desk import For, ToolDesk
from behavior.tools.permission import ToolsConfig, is_follow_up
from behavior.tools.telling import Voice
from behavior.tools.work import Tickets, Work

REPLY_S: Final = 0.02
"""From a turn to its reply with the `minilm` encoder, in a worker thread."""
TOLD_S: Final = 0.3
"""From a committed reply to the host being told."""
WRITTEN_S: Final = 0.02
TIDY_EVERY_S: Final = 1.0

Later = Callable[[float, Message], None]
"""(seconds from now, message): put it out then."""


def open_desk(site: SiteConfig, config: DialogueConfig) -> Desk:
    """Read the knowledge, as the embedded dialogue does. Some seconds the first time."""
    name = "minilm" if config.encoder == "auto" else config.encoder
    try:
        encoder: Encoder = pick("encoder", ENCODERS, name)()
    except BackendUnavailableError:
        if config.encoder != "auto":
            raise
        encoder = pick("encoder", ENCODERS, "words")()
    return set_up_desk(site, config.knowledge, _Remembering(encoder), config.cache)


class _Remembering:
    """An encoder that has every line of a day's visitors once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.threshold, self.slow = encoder.name, encoder.threshold, encoder.slow
        self._encoder = encoder
        self._known = lru_cache(maxsize=20_000)(self._first_time)

    def encode(self, lines: Sequence[str]) -> Vectors:
        if len(lines) == 1:
            return self._known(lines[0])
        return self._encoder.encode(lines)

    def _first_time(self, line: str) -> Vectors:
        return self._encoder.encode([line])


class Talk:
    """One dialogue. Messages it makes go to `later` with the time they take."""

    def __init__(
        self,
        *,
        desk: Desk,
        config: DialogueConfig,
        clock: Clock,
        wall: WallTime,
        later: Later,
        rules: ToolsConfig,
    ) -> None:
        """`rules`: which tools may run, and so whether a host may be told."""
        tools = _Tools(desk=desk, rules=rules, clock=clock, publish=lambda m: later(0.0, m))
        deeds = _Deeds(later, tools)
        self._dialogue = Dialogue(
            inputs=_nothing(),
            publish=lambda message: later(REPLY_S, message),
            backend=_AtTheDesk(desk),
            deeds=deeds,
            site=desk.site,
            config=config,
            clock=clock,
            wall=wall,
            tools=tools,
        )
        self._at_once = _AtOnce()

    def take(self, message: Input) -> None:
        """Take in one message."""
        self._dialogue.take(message, self._at_once)

    def tidy(self, now: float) -> None:
        """End encounters whose time is over."""
        self._dialogue.tidy(now)


class _AtTheDesk:
    """The embedded answers, computed where they are asked for."""

    name = "embedded"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def warm_up(self) -> None:
        """Nothing: the desk is there."""

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield the whole answer at once."""
        yield respond(conversation, heard, self._desk)

    async def close(self) -> None:
        """Nothing to let go of."""


class _Deeds:
    """What an answer asks for counts as done, after a while, and is done to nobody."""

    def __init__(self, later: Later, tools: ToolDesk) -> None:
        self._later = later
        self._tools = tools
        self._visits = 0

    def adopt(self, site: SiteConfig) -> None:
        """Nobody is told, so it makes no difference whom."""

    async def run(self) -> None:
        """Nothing runs by itself."""

    async def drained(self) -> None:
        """All is done at once."""

    def do(
        self, effects: Sequence[Effect], encounter: Encounter, at: float, stands: Stands = None
    ) -> None:
        """Tell, record and call, in words only."""
        for effect in effects:
            match effect:
                case CallHelp(urgent=urgent, because=because):
                    if not urgent and not self._tools.permit("call_staff", encounter):
                        continue
                    call = HelpCalled(
                        at=at, urgent=urgent, because=because, person=encounter.person
                    )
                    self._later(0.0, call)
                case NotifyHost(host=host, purpose=purpose):
                    again = is_follow_up(purpose)
                    if not self._tools.permit("notify_host", encounter, host=host, follow_up=again):
                        continue
                    told = HostNotified(at=at, host=host, channel="lab", delivered=True)
                    self._later(TOLD_S, told)
                case RecordVisit(kind=kind):
                    self._record(kind, encounter, at)
                case Forget():
                    encounter.forget()

    def press(self, button: ButtonPressed, encounter: Encounter) -> None:
        """A button: call a person, or forget."""
        if button.button in {"help", "staff"}:
            because = f"the button {button.button!r} was pressed"
            self.do([CallHelp(urgent=button.button == "help", because=because)], encounter,
                    button.at)  # fmt: skip
            self._record("help", encounter, button.at)
        elif button.button == "forget":
            encounter.forget()

    def end(self, encounter: Encounter) -> None:
        """An encounter is over."""
        encounter.history.clear()

    def tidy(self, now: float) -> None:
        """Nothing is kept."""

    def _record(self, kind: str, encounter: Encounter, at: float) -> None:
        if kind not in encounter.visits:
            self._visits += 1
            encounter.visits[kind] = self._visits
        visit = VisitRecorded(at=at, visit=encounter.visits[kind], purpose=kind)
        self._later(WRITTEN_S, visit)


class _Tools(ToolDesk):
    """Judges by the site's rules like the real one. What is allowed is not run here.

    So a visitor who asks for a queue number or a calendar hears what is said before, and no more.
    """

    def __init__(
        self, *, desk: Desk, rules: ToolsConfig, clock: Clock, publish: Callable[[Message], None]
    ) -> None:
        super().__init__(
            work=Work(site=desk.site, tickets=_no_tickets, now=clock.now),
            voice=lambda now: Voice(load_wording(), now.staff_name),
            site=desk.site,
            config=rules,
            publish=publish,
            clock=clock,
        )

    async def answers(
        self, use: UseTool, before: Conversation, to: For
    ) -> AsyncGenerator[Part, None]:
        """Close the answer without the tool's words."""
        yield Part(clauses=(), intent=use.tool, because="tools do not run in the lab")


def _no_tickets() -> Tickets:
    raise RuntimeError("the lab keeps no queue")


class _AtOnce:
    """Runs an answer to its end where it is asked for. An embedded answer waits for nothing."""

    def create_task(
        self, coro: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Run `coro`."""
        try:
            coro.send(None)
        except StopIteration:
            return cast(asyncio.Task[None], _Done())
        coro.close()
        raise RuntimeError(f"{name}: an embedded answer waited for something")


class _Done:
    """What is left of a task that has run."""

    def done(self) -> bool:
        return True

    def cancel(self) -> bool:
        return False


class SimulatedTime:
    """A clock that the driver moves. Stands still while anything is decided."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        """Seconds since the day began."""
        return self.at

    async def sleep_until(self, when: float) -> None:
        """Nobody sleeps in the lab."""
        raise RuntimeError("the lab has no loop to sleep on")


async def _nothing() -> AsyncIterator[Input]:
    return
    yield
