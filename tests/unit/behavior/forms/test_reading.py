"""What a line says about a form: orders, and values for several fields at once."""

from datetime import date

import pytest

from behavior.forms.orders import order_in, wanted_form
from behavior.forms.reading import values_in
from behavior.forms.repairs import repaired, respelled
from behavior.house.directory import Directory
from tests.fakes.desk import demo_site

FORM = demo_site().forms[0]
DIRECTORY = Directory(demo_site())


def values(line, asked=""):
    found = values_in(line, FORM, asked, directory=DIRECTORY, today=date(2026, 5, 12))
    return {key: read.value for key, read in found.values.items()}


@pytest.mark.parametrize(
    "line",
    [
        "can you fill in the form for me",
        "I would like to register.",
        "registration please",
        "where can i sign in",
        "do you have a visitor form",
        "hello, i am here to register",
    ],
)
def test_a_form_is_asked_for(line):
    assert wanted_form(line, demo_site().forms) is FORM


@pytest.mark.parametrize(
    "line",
    [
        "am i registered",
        "i have an appointment with anna keller",
        "what form of payment do you take",
    ],
)
def test_a_form_is_not_what_is_asked_for(line):
    assert wanted_form(line, demo_site().forms) is None


@pytest.mark.parametrize(
    ("line", "asked", "found"),
    [
        (
            "my name is rosa demo and i am from acme",
            "name",
            {"name": "Rosa Demo", "company": "Acme"},
        ),
        (
            "It's Rosa Demo, and I'm here to see Anna Keller.",
            "name",
            {"name": "Rosa Demo", "host": "Anna Keller"},
        ),
        (
            "tom baker from globex visiting wei chen",
            "name",
            {"name": "Tom Baker", "company": "Globex", "host": "Wei Chen"},
        ),
        ("i work for acme", "company", {"company": "Acme"}),
        ("the company is acme", "plate", {"company": "Acme"}),
        ("my number plate is bab 123", "name", {"plate": "BAB 123"}),
        ("acme", "company", {"company": "Acme"}),
        ("wei chen", "host", {"host": "Wei Chen"}),
        ("until noon", "plate", {"until": "Noon"}),
        ("actually i stay the whole day", "", {"until": "Whole day"}),
        ("evening standard", "company", {"company": "Evening Standard"}),
        ("acme is the company", "host", {"company": "Acme"}),
        ("i am leaving at noon", "until", {"until": "Noon"}),
        ("plate number is r t 5 5", "plate", {"plate": "RT55"}),
    ],
)
def test_values_are_found_for_the_fields_they_belong_to(line, asked, found):
    assert values(line, asked) == found


@pytest.mark.parametrize(
    ("line", "what", "field"),
    [
        ("stop", "cancel", ""),
        ("cancel the form", "cancel", ""),
        ("i don't want to register", "cancel", ""),
        ("go back to the company", "back", "company"),
        ("back please", "back", ""),
        ("change the name to tom baker", "change", "name"),
        ("the host is wrong", "change", "host"),
        ("delete the plate", "empty", "plate"),
        ("skip that", "skip", ""),
        ("skip the company", "skip", "company"),
        ("what's the plate for", "help", "plate"),
        ("i don't have a car", "skip", ""),
        ("i came by train", "skip", ""),
        ("send the form", "send", ""),
        ("that's all", "send", ""),
        ("read it back to me", "read_back", ""),
        ("what have you written so far", "read_back", ""),
        ("why do you need that", "help", ""),
        ("show me the house rules", "scroll", "rules"),
        ("i'd like to see the rules", "scroll", "rules"),
        ("i have read the rules and i agree", "", ""),
        ("i'd rather type it myself", "by_hand", ""),
        ("rosa demo", "", ""),
        ("acme limited", "", ""),
    ],
)
def test_orders_are_told_from_answers(line, what, field):
    order = order_in(line, FORM)
    assert (order.what, order.field) == (what, field)


def test_a_change_may_bring_its_value():
    assert order_in("change the name to Tom Baker", FORM).value == "Tom Baker"


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("no, with a k", "Carl Meier", "Karl Meier"),
        ("with double n", "Rosa Deno", "Rosa Denno"),
        ("simmons with one m", "Paul Simmons", "Paul Simons"),
        ("it's with a y", "Maier", "Mayer"),
        ("with a c not a k", "Karl", "Carl"),
        ("with an e at the end", "Schmid", "Schmide"),
        ("no, tom baker", "Carl Meier", ""),
    ],
)
def test_a_letter_is_put_right(line, before, after):
    assert repaired(line, before) == after


def test_spelled_letters_take_the_place_of_the_word_they_sound_like():
    assert respelled("meyer", "Carl Maier") == "Carl Meyer"
    assert respelled("karl", "Carl Maier") == "Karl Maier"
