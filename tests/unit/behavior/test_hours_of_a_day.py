"""When is the house open: the one day that was asked about is told, and closed days are known."""

from datetime import date, datetime

import pytest

from behavior.dialogue.conversation import Conversation, Heard
from behavior.dialogue.draft import desk_in, set_up_desk
from behavior.dialogue.replies import respond
from behavior.encoders import Words
from behavior.house.knowledge import read_knowledge
from behavior.house.opening import open_on, opens_again
from behavior.house.site import SiteConfig
from behavior.languages.tongue import tongue
from behavior.understanding.days import DayNamed, Naming, day_named
from tests.fakes.desk import KNOWLEDGE, demo_site

HOURS = {"mon": "08:00-18:00", "tue": "08:00-18:00", "thu": "10:00-20:00", "fri": "08:00-16:00"}
SITE = SiteConfig(
    name="The House",
    hours=HOURS,
    closed_on={
        date(2026, 12, 24): "Christmas Eve",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year's Day",
        date(2025, 4, 18): "Good Friday",
    },
)
OWN = {e.key: e for e in read_knowledge(KNOWLEDGE, demo_site())}
TUESDAY = datetime(2026, 12, 1, 11, 0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "visiting.md").write_text(
        "## When are you open?\n## Are you open on Saturday?\n## What time do you close?\n"
        "We are open {hours}.\nscreen: Open {hours}\n\n"
        "## Is there a café on Friday?\nCoffee is served from ten.\n",
        encoding="utf-8",
    )
    return set_up_desk(SITE, folder, Words())


def answer(desk, line, now=TUESDAY):
    heard = Heard(text=line, at=0.0, typed=True, local_time=now)
    return " ".join(clause.text for clause in respond(Conversation(), heard, desk).clauses)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("are you open on thursday", "On Thursday we are open from 10 am to 8 pm."),
        ("are you open tomorrow", "Tomorrow we are closed"),
        ("what time do you close on friday", "On Friday we are open from 8 am to 4 pm."),
        ("what time do you close on tuesday", "Today we are open from 8 am to 6 pm."),
        ("are you open on saturday", "On Saturday we are closed"),
        ("are you open at the weekend", "At the weekend we are closed"),
        ("are you open on saturday or sunday", "At the weekend we are closed"),
        ("are you open on easter", "I do not know about holidays."),
        ("are you open on christmas day", "On Friday, 25 December we are closed"),
        ("are you open on christmas eve", "On Thursday, 24 December we are closed"),
        ("are you open on new years", "On Friday, 1 January we are closed"),
        ("are you open on good friday", "I do not know about holidays."),
        ("when are you open", "We are open Monday to Tuesday from"),
    ],
)
def test_the_day_that_was_asked_about_is_told(desk, line, told):
    assert answer(desk, line).startswith(told)


def test_whoever_finds_it_closed_learns_when_it_opens_again(desk):
    assert answer(desk, "are you open tomorrow").endswith(
        ("again on Thursday at 10 am.", "again on Thursday from 10 am.")
    )


def test_a_day_that_is_over_is_not_told_as_open(desk):
    late = TUESDAY.replace(hour=19)
    assert answer(desk, "what time do you close tonight", late).startswith(
        "We have closed for today. We open again on Thursday"
    )


def test_without_a_clock_all_hours_are_told(desk):
    assert answer(desk, "are you open on thursday", None).startswith("We are open Monday")


def test_another_question_that_names_a_day_keeps_its_own_answer(desk):
    assert answer(desk, "is there a cafe on friday") == "Coffee is served from ten."


def test_a_closed_day_is_no_open_day_and_the_next_one_is_found():
    christmas = date(2026, 12, 25)
    assert open_on(SITE, christmas) is None
    assert opens_again(SITE, christmas).day == date(2026, 12, 28)
    assert opens_again(SITE.model_copy(update={"hours": {}}), christmas) is None


@pytest.mark.parametrize(
    ("code", "line", "naming", "day"),
    [
        ("en", "are you here on mondays", Naming.WEEKDAY, 7),
        ("en", "can i come in the morning", None, 0),
        ("de", "habt ihr morgen auf", Naming.TOMORROW, 2),
        ("de", "guten morgen", None, 0),
        ("de", "am sonnabend", Naming.WEEKDAY, 5),
        ("fr", "vous êtes ouverts demain", Naming.TOMORROW, 2),
        ("fr", "et le dimanche", Naming.WEEKDAY, 6),
        ("es", "abren mañana", Naming.TOMORROW, 2),
        ("es", "por la mañana", None, 0),
        ("es", "el miércoles", Naming.WEEKDAY, 2),
        ("zh", "周末开门吗", Naming.WEEKEND, 5),
        ("zh", "星期天开门吗", Naming.WEEKDAY, 6),
        ("zh", "明天呢", Naming.TOMORROW, 2),
        ("en", "on thursday or friday", None, 0),
    ],
)
def test_days_are_named_in_every_language(code, line, naming, day):
    found = day_named(line, tongue(code), TUESDAY.date())
    assert found == (naming and DayNamed(naming, date(2026, 12, day)))


@pytest.mark.parametrize(
    ("code", "line", "told"),
    [
        ("de", "Haben Sie am Samstag geöffnet?", "Am Samstag haben wir geschlossen."),
        ("fr", "Vous êtes ouverts demain ?", "Demain, nous sommes fermés."),
        ("es", "¿Abren el viernes?", "El viernes abrimos de las 8 horas a las 16 horas."),
        ("zh", "星期四开门吗", "星期四的开放时间是10点到20点。"),
    ],
)
def test_it_is_told_in_every_language(code, line, told):
    site = demo_site().model_copy(update={"hours": HOURS})
    assert told in answer(desk_in(code, site, KNOWLEDGE, OWN), line)
