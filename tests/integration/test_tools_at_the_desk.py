"""A visitor asks the whole dialogue for tools, on the demonstration site."""

import pytest

from agent.core.messages import (
    ButtonPressed,
    HostNotified,
    TicketCalled,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
)
from agent.settings import read_site
from behavior.policies.tools import ToolsPolicy
from behavior.tools.permission import NotifyRule, ToolRule, ToolsConfig
from tests.fakes.brokers import until
from tests.fakes.desk import ROOT, Reception, ended

pytestmark = pytest.mark.real_time
SITE = read_site(ROOT / "configs" / "sites" / "demo.yaml")


class Visit:
    """One visitor at a reception; returns what is said to each line."""

    def __init__(self, folder, **more):
        self.reception = Reception(folder, site=SITE, **more)
        self._turn = 0

    async def __aenter__(self):
        await self.reception.__aenter__()
        return self

    async def __aexit__(self, *fault):
        await self.reception.__aexit__(*fault)

    async def says(self, line):
        self._turn += 1
        desk, before = self.reception, len(self.reception.replies)
        desk.tell(ended(desk.clock.now(), line, turn=self._turn, typed=True))
        await until(lambda: any(r.last for r in desk.replies[before:]))
        return " ".join(c.text for r in desk.replies[before:] for c in r.clauses)


async def test_a_number_is_drawn_after_a_yes_and_called_by_the_operator(tmp_path):
    async with Visit(tmp_path) as visit:
        assert "?" in await visit.says("i need a number")
        assert "is 1" in await visit.says("yes please")
        assert "is 1" in await visit.says("what is my number")
        visit.reception.tell(ButtonPressed(at=visit.reception.clock.now(), button="next"))
        await until(lambda: visit.reception.of(TicketCalled))
        (called,) = visit.reception.of(TicketCalled)
        assert (called.service, called.number) == ("badges", 1)
        assert "called" in await visit.says("what is my number")
        visit.reception.tell(ButtonPressed(at=visit.reception.clock.now(), button="next_nowhere"))
    assert len(visit.reception.of(TicketCalled)) == 1


def test_a_called_number_is_said_aloud_and_shown():
    called = TicketCalled(at=1.0, service="badges", number=7, place="Please come to the desk.")
    (wish,) = ToolsPolicy(ToolsConfig()).decide(None, called).acts
    assert [c.text for c in wish.act.clauses][0] == "Number 7."
    assert wish.act.clauses[0].screen == "Number 7"


async def test_a_compound_wish_keeps_its_order_and_the_open_question_comes_last(tmp_path):
    async with Visit(tmp_path) as visit:
        said = await visit.says("where is the toilet and is the lecture hall free")
        assert said.index("corridor") < said.index("lecture hall")
        await visit.says("i am here to see priya nair")
        said = await visit.says("is the meeting room free")
        assert said.index("meeting room") < said.index("?")
        said = await visit.says("tom baker")
        assert "Priya Nair" in said
    assert [m.host for m in visit.reception.of(HostNotified)] == ["Priya Nair"]


async def test_a_visitor_hears_of_their_own_appointment_and_of_no_one_elses(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("do i have an appointment")
        said = await visit.says("rosa demo")
        assert "you are in today's calendar" in said
        assert "30" not in said
        await visit.says("never mind")
        await visit.says("my name is tom baker")
        await visit.says("am i expected")
    assert visit.reception.of(ToolRefused)[0].because.startswith("tools.yaml: calendar.names")


async def test_what_the_site_forbids_is_not_said_to_be_done(tmp_path):
    rules = ToolsConfig(
        notify_host=NotifyRule(hosts=("Wei Chen",)), call_staff=ToolRule(allowed=False)
    )
    async with Visit(tmp_path, rules=rules) as visit:
        await visit.says("my name is tom baker")
        said = await visit.says("i am here to see priya nair")
        assert "may not" in said
        assert "Priya Nair" not in said
        assert "cannot call" in await visit.says("yes")
    assert visit.reception.of(HostNotified) == []
    assert {m.tool for m in visit.reception.of(ToolRefused)} == {"notify_host", "call_staff"}


async def test_a_host_is_told_only_after_a_yes_where_the_site_wants_it(tmp_path):
    rules = ToolsConfig(notify_host=NotifyRule(confirm=True))
    async with Visit(tmp_path, rules=rules) as visit:
        await visit.says("my name is tom baker")
        assert "Shall I tell" in await visit.says("i am here to see wei chen")
        assert visit.reception.of(HostNotified) == []
        await visit.says("yes")
        await until(lambda: visit.reception.of(HostNotified))
    assert [m.host for m in visit.reception.of(HostNotified)] == ["Wei Chen"]


async def test_the_way_without_steps_points_and_ends_at_its_goal(tmp_path):
    async with Visit(tmp_path) as visit:
        said = await visit.says("how do i get to the café with a wheelchair")
    assert said.endswith("to the café.")
    cues = [g for r in visit.reception.replies for c in r.clauses for g in c.gestures]
    assert any(g.toward is not None for g in cues)
    assert visit.reception.of(ToolFinished)[0].outcome is ToolOutcome.DONE
