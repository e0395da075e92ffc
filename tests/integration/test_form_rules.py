"""A form and the site's rules: what is filled in and sent, by whom, and who hears of it."""

import logging
from dataclasses import replace

import pytest

from agent.core.codec import to_line
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    Clause,
    ClauseSpoken,
    FormShown,
    HostNotified,
    Reason,
    ToolFinished,
    ToolRefused,
)
from agent.core.withheld import Withheld
from behavior.dialogue.conversation import Part
from behavior.forms.config import FormConfig
from behavior.house.site import Notify
from behavior.model.reply import is_kept
from behavior.tools.arguments import proposal
from behavior.tools.contract import UseTool
from behavior.tools.permission import NotifyRule, ScreenRule, ToolsConfig
from tests.fakes.form_visits import FILLED, SITE, TO_THE_END, Visit


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

    def __init__(self, inner, use):
        self.inner, self.use = inner, use

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
    async with Visit(tmp_path, rules=rules, around=lambda desk: Proposing(desk, use)) as visit:
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
    agrees = uses("tap", target="rules", option="yes")
    async with Visit(tmp_path, rules=rules, around=lambda desk: Proposing(desk, agrees)) as visit:
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
        keeper = deeds.keeper
        deeds.send, record = send, keeper.record

        async def full_disk(*_):
            keeper.record = record
            raise OSError(28, "No space left on device")

        keeper.record = full_disk
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
