"""The form's line to the kiosk page: that page alone answers, what was asked, within bounds."""

import asyncio
import json

import pytest

from agent.core.clock import LoopClock
from agent.pages.form import KioskForm
from agent.pages.form_wire import FormSeen
from agent.pages.wire import MAX_JSON_BYTES, Close, decode
from behavior.forms.config import FormConfig
from behavior.forms.screen import ScreenError, Sheet, Step
from tests.fakes.desk import demo_site
from tests.fakes.pages import kiosk, page, serving

FORM = demo_site().forms[0]
SHEET = Sheet(id="a1b2", form=FORM)
READ = Step(do="read")


def answer(number, sheet="a1b2", **more):
    told = {
        "kind": "form_seen", "number": number, "sheet": sheet, "fields": [], "page": 1, "at": "",
        "by_hand": False, "sent_by_hand": False,
    }  # fmt: skip
    return told | more


def field(**more):
    return {
        "key": "name", "label": "Name", "kind": "name", "required": True, "options": [], "page": 1,
        "value": "", "visible": True, "wrong": False,
    } | more  # fmt: skip


class Heard:
    """A page that only listens."""

    def __init__(self):
        self.said = []

    def say(self, message):
        self.said.append(message)


def kiosk_form():
    form, heard = KioskForm(LoopClock(asyncio.get_running_loop())), Heard()
    form.attach(heard)
    return form, heard


async def showing(form, heard):
    """Start to show the form and answer for the page."""
    task = asyncio.get_running_loop().create_task(form.show(SHEET))
    await asyncio.sleep(0)
    form.seen(FormSeen.model_validate(answer(heard.said[-1].number)))
    return await task


async def test_a_step_is_answered_by_the_answer_with_its_number():
    form, heard = kiosk_form()
    await showing(form, heard)
    step = asyncio.get_running_loop().create_task(form.do("a1b2", READ))
    await asyncio.sleep(0)
    number = heard.said[-1].number
    for other in (number - 1, number + 1, 0):
        form.seen(FormSeen.model_validate(answer(other, page=7)))
    await asyncio.sleep(0)
    assert not step.done()
    form.seen(FormSeen.model_validate(answer(number, page=2, fields=[field(value="Rosa")])))
    seen = await step
    assert (seen.page, seen.values) == (2, {"name": "Rosa"})


async def test_a_late_answer_is_dropped():
    form, heard = kiosk_form()
    await showing(form, heard)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await form.do("a1b2", READ)
    form.seen(FormSeen.model_validate(answer(heard.said[-1].number)))  # nobody waits any more


async def test_without_a_page_nothing_is_shown():
    form, heard = kiosk_form()
    form.detach(heard)
    with pytest.raises(ScreenError, match="no kiosk page"):
        await form.show(SHEET)


@pytest.mark.parametrize("end", [KioskForm.hide, lambda form: form.detach(form._page)])
async def test_taken_away_or_left_in_mid_step_nobody_waits_on(end):
    form, heard = kiosk_form()
    await showing(form, heard)
    step = asyncio.get_running_loop().create_task(form.do("a1b2", READ))
    await asyncio.sleep(0)
    end(form)
    with pytest.raises(ScreenError):
        await step


async def test_a_form_that_was_taken_away_takes_no_step():
    form, heard = kiosk_form()
    await showing(form, heard)
    form.hide()
    with pytest.raises(ScreenError, match="taken away"):
        await form.do("a1b2", READ)
    assert heard.said[-1].kind == "form_hide"


async def test_what_an_earlier_life_left_on_a_page_is_emptied_when_it_comes():
    _, heard = kiosk_form()
    assert [word.kind for word in heard.said] == ["form_hide"]


async def test_a_hand_at_the_form_is_known_of_only_for_the_form_that_is_shown():
    form, heard = kiosk_form()
    await showing(form, heard)
    form.seen(FormSeen.model_validate(answer(0, sheet="other")))
    assert form.touched_at() == float("-inf")
    form.seen(FormSeen.model_validate(answer(0)))
    assert form.touched_at() == asyncio.get_running_loop().time()


def a_form_of(count):
    options = [f"{n:02}" + "o" * 58 for n in range(12)]
    fields = [
        {"key": f"field_{n}", "label": "L" * 60, "kind": "choice", "options": options}
        for n in range(count)
    ]
    return FormConfig(key="large", title="Large", fields=fields)


def test_the_largest_form_that_a_site_may_have_fits_into_one_message():
    with pytest.raises(ValueError, match="make it two forms"):
        a_form_of(15)
    form = a_form_of(14)
    fields = [
        field(key=f.key, label=f.label, kind=f.kind, options=f.options, value=f.options[0], page=9)
        for f in form.fields
    ]
    told = answer(2**31 - 1, sheet="f" * 32, at="field_13", fields=fields)
    text = json.dumps(told, separators=(",", ":"))
    assert 0.85 * MAX_JSON_BYTES < len(text) <= MAX_JSON_BYTES
    decode(text)


# Over a real socket.


@pytest.mark.real_time
async def test_the_form_travels_over_the_kiosks_socket_and_back(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        task = asyncio.get_running_loop().create_task(served.server.form.show(SHEET))
        shown = await opened.hear("form_show")
        assert [f["key"] for f in shown["fields"]] == [f.key for f in FORM.fields]
        assert "value" not in json.dumps(shown)
        await opened.say(**answer(shown["number"], fields=[field(value="<b>Rosa</b>")]))
        assert (await task).values == {"name": "<b>Rosa</b>"}


@pytest.mark.real_time
@pytest.mark.parametrize(
    "said",
    [
        answer(1, fields=[field(value="x" * 401)]),
        answer(1, fields=[field(label="x" * 61)]),
        answer(1, fields=[field()] * 25),
        answer(1, fields=[field(kind="password")]),
        answer(1, sheet="../../etc"),
        answer(1, at="x" * 33),
        answer(-1),
        answer(1, surprise=True),
    ],
)
async def test_an_answer_out_of_bounds_closes_the_page(tmp_path, said):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.say(**said)
        code, _ = await opened.closing()
        assert code == Close.MALFORMED


@pytest.mark.real_time
@pytest.mark.parametrize("role", ["console", "kiosk"])
async def test_no_other_page_can_answer_for_the_kiosk(tmp_path, role):
    async with (
        serving(tmp_path) as served,
        kiosk(served) as opened,
        page(served, page="page-0002") as other,
    ):
        task = asyncio.get_running_loop().create_task(served.server.form.show(SHEET))
        shown = await opened.hear("form_show")
        token = served.server.token if role == "console" else None
        await other.hello(role=role, token=token)
        await other.say(**answer(shown["number"], fields=[field(value="mine")]))
        code, _ = await other.closing()
        assert code in (Close.MALFORMED, Close.BUSY)
        assert not task.done()
        await opened.say(**answer(shown["number"]))
        assert (await task).values == {}


@pytest.mark.real_time
async def test_a_page_that_pours_out_answers_is_closed(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        for _ in range(100):
            await opened.say(**answer(1))
        code, _ = await opened.closing()
        assert code == Close.RATE
