"""The desk that lets tools run: in time, bridged, dropped with its turn, refused with a reason."""

import asyncio
from datetime import datetime

from agent.core.clock import LoopClock
from agent.core.messages import ToolFinished, ToolOutcome, ToolRefused, ToolStarted, TurnId
from behavior.dialogue.conversation import Asked, Conversation
from behavior.dialogue.memory import Encounter
from behavior.dialogue.wording import load_wording
from behavior.tools.contract import (
    Agenda,
    Listen,
    Look,
    Programme,
    Service,
    Ticket,
    ToolError,
    UseTool,
)
from behavior.tools.desk import For, ToolDesk
from behavior.tools.observations import Sight, Sounds
from behavior.tools.permission import CalendarRule, ToolsConfig
from behavior.tools.telling import Voice
from tests.fakes.desk import demo_site

NOW = datetime(2025, 6, 4, 14, 30)
LOOK = UseTool(tool="agenda", arguments=Agenda())
NOTHING_ON = Programme(on=(), at=None)
TAKE = UseTool(tool="take_number", arguments=Service(service="badges"), confirmed=True)


class SlowWork:
    """Tools that take a while, and remember how often they were used."""

    def __init__(self, takes_s, gives):
        self.takes_s, self.gives = takes_s, gives
        self.begun = self.ended = 0

    def adopt(self, site, rules):
        pass

    async def run(self, rules):
        pass

    async def do(self, use, encounter, local_time, rules):
        self.begun += 1
        await asyncio.sleep(self.takes_s)
        self.ended += 1
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives

    async def call_next(self, service, local_time):
        return None

    async def close(self):
        pass


class Desk:
    def __init__(self, takes_s=0.0, gives=NOTHING_ON, **rules):
        self.published = []
        self.work = SlowWork(takes_s, gives)
        self.desk = ToolDesk(
            work=self.work,
            voice=lambda site: Voice(load_wording(), site.staff_name),
            site=demo_site(),
            config=ToolsConfig(**rules),
            publish=self.published.append,
            clock=LoopClock(asyncio.get_running_loop()),
        )
        self.committed = asyncio.Event()
        self.encounter = Encounter(began_at=0.0, last_at=0.0)

    async def __aenter__(self):
        self._task = asyncio.get_running_loop().create_task(self.desk.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.wait((self._task,))

    def answers(self, use=LOOK):
        to = For(
            encounter=self.encounter, turn=TurnId(3), revision=1, at=0.0, local_time=NOW,
            committed=self.committed,
        )  # fmt: skip
        return self.desk.answers(use, Conversation(), to)

    async def all(self, use=LOOK):
        return [part async for part in self.answers(use)]

    def of(self, kind):
        return [m for m in self.published if isinstance(m, kind)]

    @property
    def outcome(self):
        return self.of(ToolFinished)[-1].outcome


def text(part):
    return " ".join(clause.text for clause in part.clauses)


async def test_a_quick_tool_is_told_at_once_without_a_bridge():
    async with Desk() as desk:
        parts = await desk.all()
    assert [p.last for p in parts] == [True]
    assert desk.outcome is ToolOutcome.DONE
    assert (desk.of(ToolStarted)[0].turn, desk.of(ToolStarted)[0].revision) == (3, 1)


async def test_a_slow_tool_is_bridged_and_then_told():
    async with Desk(takes_s=1.5) as desk:
        parts = await desk.all()
    assert [p.last for p in parts] == [False, True]
    assert "calendar" in text(parts[0])
    assert desk.outcome is ToolOutcome.DONE


async def test_a_tool_that_is_late_is_given_up_at_its_deadline_and_a_person_is_offered():
    async with Desk(takes_s=60.0) as desk:
        began = asyncio.get_running_loop().time()
        parts = await desk.all()
        took_s = asyncio.get_running_loop().time() - began
    assert took_s < 3.5
    assert desk.outcome is ToolOutcome.LATE
    assert desk.work.ended == 0
    assert parts[-1].conversation.asked is Asked.STAFF


async def test_a_tool_that_fails_says_where_and_a_bug_says_only_its_kind():
    async with Desk(gives=ToolError("calendar hall.ics: no such file")) as desk:
        await desk.all()
    assert desk.of(ToolFinished)[0].detail == "calendar hall.ics: no such file"
    async with Desk(gives=KeyError("Tom Baker")) as desk:
        await desk.all()
    assert desk.outcome is ToolOutcome.FAILED
    assert desk.of(ToolFinished)[0].detail == "KeyError"


async def test_what_runs_for_a_turn_that_is_no_more_is_dropped():
    async with Desk(takes_s=2.0) as desk:
        stream = desk.answers()
        await anext(stream)
        await stream.aclose()
        await asyncio.sleep(5.0)
    assert desk.outcome is ToolOutcome.DROPPED
    assert desk.work.ended == 0


async def test_what_changes_something_waits_until_the_turn_counts():
    ticket = Ticket(service="badges", name="badge office", number=7, ahead=0, wait_s=None)
    async with Desk(gives=ticket) as desk:
        stream = desk.answers(TAKE)
        task = asyncio.get_running_loop().create_task(anext(stream))
        await asyncio.sleep(1.0)
        assert desk.work.begun == 0
        desk.committed.set()
        assert "7" in text(await task)
        await stream.aclose()


async def test_a_number_is_not_taken_before_the_visitor_says_yes():
    async with Desk() as desk:
        parts = await desk.all(UseTool(tool="take_number", arguments=Service(service="badges")))
    assert desk.work.begun == 0
    assert parts[0].conversation.asked is Asked.CONFIRM_TOOL


async def test_what_the_rules_forbid_is_not_begun_and_told_to_the_operator():
    async with Desk(calendar=CalendarRule(allowed=False)) as desk:
        parts = await desk.all()
    assert desk.work.begun == 0
    assert desk.of(ToolRefused)[0].because == "tools.yaml: calendar.allowed is false"
    assert "not" in text(parts[0]) or "sorry" in text(parts[0])


async def test_a_limit_per_visit_holds_and_forgetting_does_not_give_it_back():
    async with Desk(calendar=CalendarRule(per_visit=1)) as desk:
        await desk.all()
        desk.encounter.forget()
        await desk.all()
    assert desk.work.begun == 1


async def test_other_rules_hold_from_the_moment_they_are_there():
    async with Desk() as desk:
        desk.desk.obey(ToolsConfig(calendar=CalendarRule(allowed=False)))
        await desk.all()
    assert desk.work.begun == 0


async def test_a_place_the_site_does_not_have_is_refused():
    async with Desk() as desk:
        await desk.all(UseTool(tool="agenda", arguments=Agenda(room="vault")))
    assert desk.of(ToolRefused)[0].because == "no calendar of that room"


async def test_while_it_listens_nothing_is_said_and_the_answer_is_not_taken_for_over():
    listen = UseTool(tool="listen", arguments=Listen())
    async with Desk(takes_s=6.0, gives=Sounds(seconds=2.0)) as desk:
        desk.committed.set()
        parts = await desk.all(listen)
    assert [text(part) for part in parts] == [
        "I am listening.",
        "",
        "",
        "I hear no voice just now.",
    ]
    assert [part.last for part in parts] == [False, False, False, True]


async def test_who_waits_long_for_a_tool_is_told_so_now_and_then():
    async with Desk(takes_s=2.9) as desk:
        parts = await desk.all()
    assert len(parts) == 2
    fill = UseTool(tool="look", arguments=Look())
    async with Desk(takes_s=3.5, gives=Sight(at="around")) as desk:
        desk.committed.set()
        parts = await desk.all(fill)
    assert [part.last for part in parts] == [False, False, True]
    assert "longer" in text(parts[1]) or "still" in text(parts[1])
