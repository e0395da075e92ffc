"""A visitor has a form filled in by talking: the whole dialogue before a scripted screen."""

import pytest

from agent.core.messages import (
    FormShown,
    HostNotified,
)
from tests.fakes.form_visits import FILLED, TO_THE_END, Visit


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
