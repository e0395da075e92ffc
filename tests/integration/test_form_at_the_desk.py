"""A visitor has a form filled in by talking: the whole dialogue before a scripted screen."""

import logging
import sqlite3
from dataclasses import replace

import pytest

from agent.core.codec import to_line
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    ButtonPressed,
    Clause,
    ClauseSpoken,
    Engagement,
    EngagementChanged,
    FormShown,
    HostNotified,
    PersonId,
    Reason,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
)
from agent.core.withheld import Withheld
from behavior.dialogue.conversation import Part
from behavior.forms.config import FormConfig
from behavior.house.directory import Notify
from behavior.model.reply import is_kept
from behavior.tools.arguments import proposal
from behavior.tools.contract import UseTool
from behavior.tools.permission import NotifyRule, ScreenRule, ToolRule, ToolsConfig
from tests.fakes.desk import Reception, demo_site, ended
from tests.fakes.form_screen import ScriptedScreen

SITE = demo_site()
FILLED = {
    "name": "Rosa Demo",
    "company": "Acme",
    "host": "Anna Keller",
    "until": "Noon",
    "rules": "yes",
}
TO_THE_END = (
    "i would like to register my name is rosa demo from acme",
    "anna keller",
    "skip",
    "until noon",
    "yes i agree",
)
"""What it takes to have all fields filled and read back."""


class Visit:
    """A visitor at a reception with a screen; returns what is said to each line."""

    def __init__(self, folder, *, person=None, **more):
        self.screen = ScriptedScreen()
        self.reception = Reception(folder, **({"site": SITE, "screen": self.screen} | more))
        self.person = person
        self.turn = 0

    async def __aenter__(self):
        await self.reception.__aenter__()
        return self

    async def __aexit__(self, *fault):
        await self.reception.__aexit__(*fault)

    def begins(self, line):
        self.turn += 1
        desk = self.reception
        line = ended(desk.clock.now(), line, turn=self.turn, typed=True, person=self.person)
        desk.tell(line)

    async def says(self, *lines):
        for line in lines:
            before = len(self.reception.replies)
            self.begins(line)
            for _ in range(100):
                await self.reception.settle(0.25)
                if any(r.last for r in self.reception.replies[before:]):
                    break
        return " ".join(c.text for r in self.reception.replies[before:] for c in r.clauses)

    def of(self, kind):
        return self.reception.of(kind)

    def book(self):
        with sqlite3.connect(self.reception.visits) as book:
            return book.execute("SELECT kind, visitor, host, detail FROM visits").fetchall()


async def test_the_form_is_filled_by_talking_and_sent_after_a_yes(tmp_path):
    async with Visit(tmp_path) as visit:
        said = await visit.says(*TO_THE_END)
        assert visit.screen.values == FILLED
        assert "Name, Rosa Demo" in said
        assert said.endswith("Shall I send it, and tell Anna Keller that you are here?")
        assert visit.of(HostNotified) == []
        assert "it is sent" in await visit.says("yes please")
        await visit.says("is she coming")
        await visit.reception.settle()
    assert [m.host for m in visit.of(HostNotified)] == ["Anna Keller"]
    (row,) = visit.book()
    assert row[:3] == ("registration", "Rosa Demo", "Anna Keller")
    assert "Company: Acme" in row[3]
    assert visit.screen.hidden == [True]
    assert [m.shown for m in visit.of(FormShown)] == [True, False]


async def test_nothing_is_sent_without_a_yes_to_what_was_read_back(tmp_path):
    async with Visit(tmp_path) as visit:
        for line in (*TO_THE_END, "no", "anna keller", "hello", "send it"):
            await visit.says(line)
            await visit.says("where is the lift")
    assert visit.of(HostNotified) == []
    assert visit.book() in ([], [("question", "", "", "")])


async def test_one_field_is_asked_for_after_the_other_and_read_back(tmp_path):
    async with Visit(tmp_path) as visit:
        assert "your name?" in await visit.says("can you fill in the form for me")
        said = await visit.says("rosa demo")
        assert said == "Name: Rosa Demo. Which company are you from? You may skip this."
        assert visit.screen.at == "company"
        assert "Who are you here to see?" in await visit.says("skip that one")
        assert "number plate" in await visit.says("anna keller")
        assert visit.screen.page == 2


@pytest.mark.parametrize(
    "yes", ["yes", "yes please send it", "send it", "go ahead", "that's right"]
)
async def test_a_yes_may_be_put_in_many_words(tmp_path, yes):
    async with Visit(tmp_path) as visit:
        await visit.says(*TO_THE_END)
        assert "it is sent" in await visit.says(yes)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("help me with the registration please", {}),
        ("could you do the visitor form with me", {}),
        ("i'd like to fill in a form, i come from the registration", {}),
        ("i'd like to register, i am from acme", {"company": "Acme"}),
    ],
)
async def test_the_words_that_ask_for_a_form_are_no_values(tmp_path, line, values):
    async with Visit(tmp_path) as visit:
        await visit.says(line)
        assert visit.screen.values == values


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (("no with double m",), "name", "Rosa Demmo"),
        (("no, rosa denno",), "name", "Rosa Denno"),
        (("no i said rosa denno",), "name", "Rosa Denno"),
        (("acme", "change the name to rosa denno"), "name", "Rosa Denno"),
        (("acme", "the name is wrong", "rosa denno"), "name", "Rosa Denno"),
        (("acme", "go back to the company", "globex"), "company", "Globex"),
        (("acme", "back", "globex"), "company", "Globex"),
        (("acme", "no, with a k"), "company", "Akme"),
        (("acme", "sorry the company is globex"), "company", "Globex"),
    ],
)
async def test_what_was_misunderstood_is_put_right(tmp_path, lines, field, value):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo", *lines)
        assert visit.screen.values[field] == value


async def test_a_question_about_signing_in_is_answered_and_no_form_is_shown_unasked(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("do i have to sign in")
        assert visit.screen.shown == 0
        await visit.says("where can i sign in")
        assert visit.screen.shown == 1


async def test_a_visitor_may_ask_for_something_else_and_come_back(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        said = await visit.says("where are the toilets")
        assert said.index("corridor") < said.index("Which company")
        await visit.says("acme")
        assert visit.screen.values == {"name": "Rosa Demo", "company": "Acme"}


async def test_what_is_known_of_the_visitor_need_not_be_said_again(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i am here to see anna keller", "rosa demo", "i would like to register")
        assert visit.screen.values == {"name": "Rosa Demo", "host": "Anna Keller"}


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


async def test_a_host_who_may_not_be_told_is_not_said_to_be(tmp_path):
    rules = ToolsConfig(notify_host=NotifyRule(not_hosts=("Anna Keller",)))
    async with Visit(tmp_path, rules=rules) as visit:
        said = await visit.says(*TO_THE_END, "yes")
        assert "it is sent" in said
        assert "Anna" not in said
    assert visit.of(HostNotified) == []


def uses(tool, **arguments):
    use = proposal({"name": tool, "arguments": arguments}, SITE)
    assert isinstance(use, UseTool)
    return use


def test_a_form_that_the_site_does_not_have_cannot_be_wished_for():
    wished = proposal({"name": "fill", "arguments": {"form": "nowhere"}}, SITE)
    assert wished.because == "a model proposed: no such form"


class Proposing:
    """A back-end whose model proposes one tool after the desk's own answer to a line."""

    def __init__(self, visit, use):
        self.inner, self.use = visit.reception.dialogue._backend, use
        visit.reception.dialogue._backend = self

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def answer(self, conversation, heard):
        async for part in self.inner.answer(conversation, heard):
            if heard.text == "do it":
                part = replace(part, effects=(self.use,))
            yield part


@pytest.mark.parametrize(
    ("use", "allowed", "outcome"),
    [
        (uses("type", field="company", text="Mine"), False, "refused"),
        (uses("tap", target="rules", option="yes"), False, "refused"),
        (uses("scroll", field="rules"), False, "refused"),
        (uses("screen"), False, "refused"),
        (uses("send", form="visitor", pressed=True), True, "refused"),
        (uses("fill", form="visitor"), True, "refused"),
        (uses("tap", target="rules", option="yes"), True, "failed"),
        (uses("tap", target="send"), True, "failed"),
        (uses("type", field="host", text="Nobody Here"), True, "failed"),
        (uses("type", field="company", text="Mine"), True, "done"),
    ],
)
async def test_a_model_may_do_only_what_the_rules_name_and_never_agree_or_send(
    tmp_path, use, allowed, outcome
):
    rules = ToolsConfig(screen=ScreenRule(model_may_propose=allowed))
    async with Visit(tmp_path, rules=rules) as visit:
        Proposing(visit, use)
        await visit.says("i want to register", "rosa demo")
        await visit.says("do it")
        refused = visit.of(ToolRefused)
        last = visit.of(ToolFinished)[-1]
        found = "refused" if refused else str(last.outcome)
        assert found == outcome
        mine = {"company": "Mine"} if outcome == "done" else {}
        assert visit.screen.values == {"name": "Rosa Demo"} | mine
        assert visit.of(HostNotified) == []


@pytest.mark.parametrize(
    "line", ["what did i agree to", "do i have to agree", "i'd agree if you explained it", "no"]
)
async def test_a_question_or_a_condition_agrees_to_nothing(tmp_path, line):
    async with Visit(tmp_path) as visit:
        await visit.says(*TO_THE_END[:-1], line)
        assert "rules" not in visit.screen.values


async def test_a_model_never_agrees_in_the_visitors_place(tmp_path):
    rules = ToolsConfig(screen=ScreenRule(model_may_propose=True))
    async with Visit(tmp_path, rules=rules) as visit:
        Proposing(visit, uses("tap", target="rules", option="yes"))
        await visit.says("i want to register", "rosa demo", "skip", "anna keller", "skip")
        assert visit.screen.page == 2
        await visit.says("do it")
        assert visit.of(ToolFinished)[-1].detail == "only the visitor may agree"
        assert "rules" not in visit.screen.values


async def test_what_has_arrived_is_not_sent_again_when_the_rest_is_tried_again(tmp_path):
    sent = []

    async def send(notify, subject, text):
        sent.append(text)
        return ""

    form = SITE.forms[0]
    to = form.send.model_copy(update={"channel": "log"})
    site = SITE.model_copy(update={"forms": (form.model_copy(update={"send": to}),)})
    async with Visit(tmp_path, site=site) as visit:
        deeds = visit.reception.dialogue._deeds
        deeds.send, record = send, deeds._record

        async def full_disk(*_):
            deeds._record = record
            raise OSError(28, "No space left on device")

        deeds._record = full_disk
        assert "could not be sent" in await visit.says(*TO_THE_END, "yes")
        assert "it is sent" in await visit.says("send it")
    assert len(sent) == 1
    assert len(visit.book()) == 1


async def test_a_channel_that_fails_is_told_and_tried_again_only_where_it_failed(tmp_path):
    sent = []

    async def send(notify, subject, text):
        sent.append((notify, text))
        return "the server answered 500" if len(sent) == 1 else ""

    form = SITE.forms[0]
    to = form.send.model_copy(update={"channel": "webhook", "address": "http://127.0.0.1:9/"})
    site = SITE.model_copy(update={"forms": (form.model_copy(update={"send": to}),)})
    async with Visit(tmp_path, site=site) as visit:
        visit.reception.dialogue._deeds.send = send
        said = await visit.says(*TO_THE_END, "yes")
        assert "could not be sent" in said
        assert visit.book() == []
        assert visit.screen.values == FILLED
        assert "it is sent" in await visit.says("send it")
    assert [notify for notify, _ in sent] == [
        Notify(channel="webhook", address="http://127.0.0.1:9/")
    ] * 2
    assert sent[0] == sent[1]  # the same reference, so that a receiver can tell
    assert "Company: Acme" in sent[0][1]
    assert len(visit.book()) == 1


def heard_on_stage(act, turn, text):
    """What the stage reports of words that were heard to their end."""
    reason = Reason(policy="reply", because="")
    return (
        Act(at=1.0, act=act, reason=reason, clauses=(Clause(text=text),), in_reply_to=turn),
        ActStarted(at=1.0, act=act, text=text),
        ClauseSpoken(at=1.0, act=act, index=0, text=text),
        ActFinished(at=1.0, act=act, heard=text),
    )


async def test_what_is_in_a_form_is_in_no_log_no_recording_and_no_memory(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = ("Zebulon", "Quux", "ZQX")
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register")
        visit.reception.tell(*visit.of(FormShown))  # as the bus does
        for n, line in enumerate((
            "zebulon demo", "i work for quux", "anna keller", "z q x one two three", "until noon",
            "yes i agree",
        )):  # fmt: skip
            said = await visit.says(line)
            visit.reception.tell(*heard_on_stage(ActId(n), visit.turn, said))
        await visit.reception.settle()
        assert visit.screen.values["plate"] == "ZQX123"
        encounter = visit.reception.dialogue.encounters.current
        assert len(encounter.history) == 13
        memory = visit.reception.dialogue._transcript
        kept = [
            *encounter.history,
            *map(repr, memory._lines),
            *(caplog.messages),
            *map(str, caplog.records),
        ]
        withheld = Withheld()
        kept += [to_line(withheld.kept(message)) for message in visit.reception.messages]
    for secret in secrets:
        assert not [line for line in kept if secret.lower() in str(line).lower()]


def test_what_is_said_about_a_form_goes_to_no_language_model():
    asked = Part(clauses=(Clause(text="Which company are you from?"),), intent="form")
    assert is_kept(asked)
    assert not is_kept(replace(asked, intent="question"))


async def test_script_in_a_value_stays_text(tmp_path):
    async with Visit(tmp_path) as visit:
        await visit.says("i want to register", "rosa demo")
        visit.screen.by_hand("company", "<img src=x onerror=alert(1)> {staff} <a|b>")
        said = await visit.says("here to see anna keller", "skip", "noon", "i agree")
        assert "<" not in said
        assert "{" not in said
        await visit.says("yes")
    assert "onerror" in visit.book()[0][3]


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("two fields have the key", {"fields": [{"key": "a", "label": "Aa"}] * 2}),
        ("pages go up by one", {"fields": [{"key": "a", "label": "Aa", "page": 2}]}),
        ("is no field of kind host", {"send": {"tell_host": "a"}}),
        ("make it two forms", {"fields": [
            {"key": f"a{n}", "label": "Aa", "kind": "choice",
             "options": [f"{i}" * 30 for i in range(12)]} for n in range(24)]}),
        ("two options or more", {"fields": [{"key": "a", "label": "Aa", "kind": "choice"}]}),
        ("nobody has to agree", {"fields": [
            {"key": "a", "label": "Aa", "kind": "agree", "required": False}]}),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_told_what_is_wrong(fault, changes):
    good = {"key": "one", "title": "One", "fields": [{"key": "a", "label": "Aa"}]}
    FormConfig.model_validate(good)
    with pytest.raises(ValueError, match=fault):
        FormConfig.model_validate(good | changes)
