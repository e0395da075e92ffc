"""A form and its page: what a hand does at it, the end of a visit, a page that does not answer."""

import pytest

from agent.core.messages import (
    ButtonPressed,
    Engagement,
    EngagementChanged,
    FormShown,
    HostNotified,
    PersonId,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
)
from behavior.tools.permission import ScreenRule, ToolRule, ToolsConfig
from tests.fakes.form_visits import FILLED, TO_THE_END, Visit


async def test_a_hand_at_the_form_is_noticed_told_and_kept(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        visit.screen.by_hand("company", "Globex")
        said = await visit.says("here to see anna keller")
        assert "Company" in said
        assert "yourself" in said
        assert visit.screen.values["company"] == "Globex"


async def test_an_answer_to_what_a_hand_has_filled_in_meanwhile_does_not_write_over_it(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        visit.screen.by_hand("company", "Globex")
        assert "Who are you here to see?" in await visit.says("acme")
        assert visit.screen.values["company"] == "Globex"
        await visit.says("the company is acme")
        assert visit.screen.values["company"] == "Acme"


async def test_what_was_changed_after_the_reading_back_is_not_sent_but_read_again(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says(*TO_THE_END)
        visit.screen.by_hand("host", "Wei Chen")
        said = await visit.says("yes")
        assert "not as it was" in said
        assert "Wei Chen" in said
        assert visit.of(HostNotified) == []
        await visit.says("yes")
        await visit.reception.settle()
        assert [m.host for m in visit.of(HostNotified)] == ["Wei Chen"]


async def test_what_a_hand_wrote_has_to_do_like_anything_else(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says(*TO_THE_END)
        visit.screen.by_hand("host", "Nobody Here")
        assert "will not do" in await visit.says("yes")
        assert visit.of(HostNotified) == []


async def test_the_forms_own_button_sends_what_stands_there(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register")
        for key, value in FILLED.items():
            visit.screen.by_hand(key, value)
        visit.screen.sent_by_hand = True
        assert "it is sent" in await visit.says("Send the form")
        await visit.reception.settle()
    assert [m.host for m in visit.of(HostNotified)] == ["Anna Keller"]
    assert len(visit.book()) == 1


async def test_the_forms_own_button_sends_nothing_incomplete(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register")
        visit.screen.by_hand("name", "Rosa Demo")
        visit.screen.sent_by_hand = True
        said = await visit.says("Send the form")
        assert "still missing" in said
        assert visit.screen.hidden == []


async def test_a_page_loaded_anew_gets_the_form_back_and_it_is_told(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        visit.screen.reload()
        assert "loaded again" in await visit.says("acme")
        assert visit.screen.values == {"name": "Rosa Demo", "company": "Acme"}


@pytest.mark.parametrize(
    "end",
    [
        lambda visit: visit.begins("stop"),
        lambda visit: visit.begins("forget me"),
        lambda visit: visit.begins("never mind"),
        lambda visit: visit.begins("goodbye"),
        lambda visit: visit.reception.tell(ButtonPressed(at=9.0, button="forget")),
        lambda visit: visit.reception.tell(
            EngagementChanged(
                at=9.0, person=visit.person, state=Engagement.LEFT, previous=None, distance_m=9.0
            )
        ),
    ],
)
async def test_giving_up_leaving_and_being_forgotten_empty_the_form_in_mid_step(tmp_path, end):
    async with Visit(tmp_path, person=PersonId("p1")) as visit:
        await visit.says("i want to register")
        visit.screen.takes_s = 0.5
        visit.begins("my name is rosa demo and i am from acme")
        await visit.reception.settle(0.7)
        end(visit)
        await visit.reception.settle(0.3)
        steps = len(visit.screen.steps)
        assert visit.screen.hidden == [False]
        await visit.reception.settle(8)
        assert len(visit.screen.steps) == steps
        assert visit.screen.values == {}
        assert [m.shown for m in visit.of(FormShown)] == [True, False]


async def test_a_visit_that_ends_in_silence_takes_its_form_with_it_unless_a_hand_is_at_it(tmp_path):
    async with Visit(tmp_path, idle_s=30.0) as visit:
        await visit.says("i want to register", "rosa demo")
        await visit.reception.settle(20)
        visit.screen.touched = visit.reception.clock.now()
        await visit.reception.settle(20)
        assert visit.screen.hidden == []
        await visit.reception.settle(20)
        assert visit.screen.hidden == [False]


async def test_a_page_that_does_not_answer_is_bridged_and_a_person_is_offered(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register")
        visit.screen.silent = True
        said = await visit.says("rosa demo")
        assert said.index("writing it down") < said.index("cannot write on the screen")
        assert visit.of(ToolFinished)[-1].outcome is ToolOutcome.FAILED


async def test_without_a_screen_it_says_so(tmp_path):
    async with Visit(tmp_path, screen=None) as visit:
        assert "cannot write on the screen" in await visit.says("i want to register")
        assert "calling" in await visit.says("yes please")
        assert "form" not in await visit.says("where is the lift")


async def test_once_the_page_answers_again_the_form_goes_on(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        visit.screen.silent = True
        await visit.says("acme", "no")
        visit.screen.silent = False
        said = await visit.says("can you fill in the form for me")
        assert visit.screen.values == {"name": "Rosa Demo", "company": "Acme"}
        assert "Who are you here to see?" in said


@pytest.mark.parametrize(
    ("rules", "line", "refused"),
    [
        ({"screen": ScreenRule(allowed=False)}, "i want to register", "fill"),
        ({"screen": ScreenRule(per_visit=2)}, "acme", "fill"),
        ({"forms": ToolRule(allowed=False)}, "yes", "send"),
        ({"forms": ToolRule(hours="open", per_visit=0)}, "yes", "send"),
    ],
)
async def test_the_sites_rules_decide_what_is_filled_in_and_sent(tmp_path, rules, line, refused):
    async with Visit(tmp_path, rules=ToolsConfig(**rules)) as visit:
        lines = TO_THE_END if line == "yes" else ("i want to register", "rosa demo")
        said = await visit.says(*lines[: lines.index(line) if line in lines else None], line)
        assert "not" in said
        assert [m.tool for m in visit.of(ToolRefused)] == [refused]
        assert "company" not in visit.screen.values or line == "yes"
        assert visit.of(HostNotified) == []
