"""A form is filled step by step, and what comes in between is noticed and dealt with."""

import asyncio

import pytest

from behavior.forms.filling import Filling
from behavior.forms.screen import ScreenError, Sheet, Step
from tests.fakes.desk import demo_site
from tests.fakes.form_screen import ScriptedScreen, relabelled

FORM = demo_site().forms[0]
SHEET = Sheet(id="s1", form=FORM)
ALL = {
    "name": "Rosa Demo",
    "company": "Acme",
    "host": "Anna Keller",
    "plate": "BAB 123",
    "until": "Noon",
    "rules": "yes",
}


class Once:
    """Does something at the n-th step."""

    def __init__(self, at, deed):
        self.at, self.deed, self.count = at, deed, 0

    def __call__(self, step):
        self.count += 1
        if self.count == self.at:
            self.deed()


def nowhere(seen):
    return ""


async def filled(screen, values, *, known=None, at=nowhere, step_s=1.0):
    filling = Filling(screen=screen, sheet=SHEET, step_s=step_s)
    if screen.sheet is None and known is None:
        seen = await filling.show()
    else:
        seen = await filling.look(known or {})
    seen = await filling.run(seen, values, at)
    return filling, seen


async def test_every_field_is_filled_and_the_agent_ends_where_it_asks_next():
    screen = ScriptedScreen()
    filling, seen = await filled(screen, ALL, at=lambda now: "name")
    assert screen.values == seen.values == ALL
    assert (seen.at, seen.page) == ("name", 1)
    assert (filling.by_hand, filling.not_taken) == ([], [])
    assert screen.steps[0] == Step(do="tap", target="name")
    assert Step(do="scroll", target="plate") not in screen.steps  # it is in view already


async def test_no_step_is_taken_before_the_last_one_was_seen_done():
    screen = ScriptedScreen(takes_s=0.2)
    began = asyncio.get_running_loop().time()
    await filled(screen, ALL)
    took_s = asyncio.get_running_loop().time() - began
    assert took_s == pytest.approx(0.2 * (1 + len(screen.steps)))


async def test_a_field_that_is_filled_by_hand_meanwhile_is_left_as_the_hand_wrote_it():
    screen = ScriptedScreen()
    screen.before_step = Once(2, lambda: screen.by_hand("company", "Globex"))
    filling, seen = await filled(screen, ALL)
    assert seen.values == ALL | {"company": "Globex"}
    assert filling.by_hand == ["company"]


async def test_what_was_changed_by_hand_between_two_turns_is_noticed():
    screen = ScriptedScreen()
    _, seen = await filled(screen, {"name": "Rosa Demo"})
    screen.by_hand("name", "Rosa Denno")
    filling, seen = await filled(screen, {"company": "Acme"}, known=seen.values)
    assert filling.by_hand == ["name"]
    assert seen.values == {"name": "Rosa Denno", "company": "Acme"}


async def test_a_page_that_was_loaded_anew_gets_the_form_and_all_of_its_values_again():
    screen = ScriptedScreen()
    screen.before_step = Once(7, screen.reload)
    filling, seen = await filled(screen, ALL)
    assert filling.reloaded
    assert screen.shown == 2
    assert seen.values == ALL


async def test_a_page_reloaded_between_two_turns_gets_what_was_known():
    screen = ScriptedScreen()
    _, seen = await filled(screen, {"name": "Rosa Demo", "rules": "yes"})
    screen.reload()
    filling, seen = await filled(screen, {"company": "Acme"}, known=seen.values)
    assert filling.reloaded
    assert seen.values == {"name": "Rosa Demo", "rules": "yes", "company": "Acme"}


async def test_a_form_that_was_changed_on_the_page_is_put_back():
    screen = ScriptedScreen()

    def change():
        screen.disfigured = relabelled("company", "Password")

    show = screen.show

    async def show_rightly(sheet):
        screen.disfigured = lambda fields: fields
        return await show(sheet)

    screen.show = show_rightly
    screen.before_step = Once(4, change)
    filling, seen = await filled(screen, ALL)
    assert filling.changed
    assert screen.shown == 2
    assert seen.values == ALL


async def test_a_page_that_keeps_showing_another_form_is_given_up():
    screen = ScriptedScreen()
    screen.disfigured = relabelled("company", "Password")
    with pytest.raises(ScreenError, match="another form"):
        await filled(screen, ALL)


async def test_a_page_that_changes_the_form_again_and_again_is_given_up():
    screen = ScriptedScreen()
    show = screen.show

    async def show_for_a_while(sheet):
        screen.disfigured = lambda fields: fields
        return await show(sheet)

    def change(step):
        if step.do == "type":
            screen.disfigured = relabelled("company", "Password")

    screen.show, screen.before_step = show_for_a_while, change
    with pytest.raises(ScreenError, match="again and again"):
        await filled(screen, ALL)


async def test_what_was_there_before_comes_back_when_the_page_is_lost_under_way():
    screen = ScriptedScreen()
    _, seen = await filled(screen, {"name": "Rosa Demo", "rules": "yes"})
    screen.before_step = Once(4, screen.reload)
    filling, seen = await filled(screen, {"company": "Acme"}, known=seen.values)
    assert filling.reloaded
    assert seen.values == {"name": "Rosa Demo", "rules": "yes", "company": "Acme"}


async def test_a_field_that_takes_nothing_is_tried_again_and_then_told():
    screen = ScriptedScreen()
    do = screen._do
    screen._do = lambda step: None if step.do == "type" and step.target == "plate" else do(step)
    filling, seen = await filled(screen, ALL)
    assert filling.not_taken == ["plate"]
    assert [s for s in screen.steps if s.do == "type" and s.target == "plate"] == [
        Step(do="type", target="plate", text="BAB 123")
    ] * 2
    assert seen.values == {k: v for k, v in ALL.items() if k != "plate"}


async def test_a_page_that_does_nothing_is_given_up():
    screen = ScriptedScreen()
    screen.deaf = True
    with pytest.raises(ScreenError, match="does not do as it is asked"):
        await filled(screen, ALL)


async def test_a_page_that_does_not_answer_is_given_up_in_time():
    screen = ScriptedScreen()
    await filled(screen, {})
    screen.silent = True
    began = asyncio.get_running_loop().time()
    with pytest.raises(ScreenError, match="did not answer"):
        await filled(screen, ALL, known={}, step_s=1.0)
    assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)


async def test_one_answer_that_got_lost_costs_only_a_look():
    screen = ScriptedScreen()
    answer, count = screen._answer, iter(range(100))

    async def lossy():
        if next(count) == 4:
            await asyncio.Event().wait()
        return await answer()

    screen._answer = lossy
    filling, seen = await filled(screen, ALL)
    assert seen.values == ALL


async def test_given_up_in_mid_step_nothing_more_is_done():
    screen = ScriptedScreen(takes_s=0.5)
    task = asyncio.get_running_loop().create_task(filled(screen, ALL))
    await asyncio.sleep(1.6)
    screen.hide()
    done = len(screen.steps)
    with pytest.raises(ScreenError):
        await task
    assert len(screen.steps) == done
    assert screen.values == {}


async def test_a_single_step_is_looked_after_like_those_of_a_filling():
    screen = ScriptedScreen()
    filling = Filling(screen=screen, sheet=SHEET, step_s=1.0)
    await filling.show()
    seen = await filling.once(Step(do="tap", target="company"))
    assert seen.at == "company"
    screen.deaf = True
    with pytest.raises(ScreenError, match="not_done"):
        await filling.once(Step(do="type", target="company", text="Acme"))
