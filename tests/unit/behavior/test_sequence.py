"""Compound requests keep their order of doing, however the line puts it; shuffled ones differ."""

from itertools import permutations

import pytest

from behavior.understanding.intents import Intent
from behavior.understanding.sequence import in_order
from behavior.understanding.whole_line import understand
from tests.fakes.desk import demo_desk

A_THEN_B = (
    "{a}, then {b}",
    "{a} and then {b}",
    "first {a}, then {b}",
    "first {a} and after that {b}",
    "{a}. {b}.",
    "{a} and finally {b}",
    "{b}, but first {a}",
    "{b} but first {a}",
    "{b}, but before that {a}",
    "{b}. before that, {a}",
    "{b}, and {a} first",
    "please {a} and also {b}",
)
A_THEN_DOING_B = (
    "before you {b}, {a}",
    "before you {b} {a}",
    "{a} before you {b}",
)
A_DONE_THEN_B = (
    "after you {a}, {b}",
    "once you {a}, {b}",
    "as soon as you {a} {b}",
    "when you have {a}, {b}",
    "{b} after you {a}",
    "{b} once you {a}",
)
DEEDS = {
    "tell me where the lift is": (Intent.DIRECTIONS, "lift"),
    "call priya nair": (Intent.MEET_HOST, "Priya Nair"),
    "tell me the wifi password": (Intent.QUESTION, "wifi"),
    "tell me where the restroom is": (Intent.DIRECTIONS, "toilet"),
}


def wanted(line):
    desk = demo_desk("words")
    found = understand(line, directory=desk.directory, index=desk.index, entries=desk.entries)
    return [
        next((deed for deed, (intent, about) in DEEDS.items()
              if one.intent is intent and about in _told(one)), one.intent)
        for one in found
    ]  # fmt: skip


def _told(request):
    places = f"{request.place.key} {request.place.name}" if request.place else ""
    return f"{places} {request.entry} {[h.name for h in request.found.hosts]}"


PAIRS = list(permutations(DEEDS, 2))


@pytest.mark.parametrize("form", [*A_THEN_B, *A_THEN_DOING_B, *A_DONE_THEN_B])
def test_the_order_of_doing_is_kept_however_it_is_put(form):
    for a, b in PAIRS:
        assert wanted(form.format(a=a, b=b)) == [a, b], form.format(a=a, b=b)


@pytest.mark.parametrize("form", ["first {0}, then {1} and finally {2}", "{0}, {1}, {2}"])
def test_three_keep_their_order_and_every_shuffling_is_told_apart(form):
    orders = list(permutations(list(DEEDS)[:3]))
    found = [tuple(wanted(form.format(*order))) for order in orders]
    assert found == orders
    assert len(set(found)) == 6


@pytest.mark.parametrize(
    "line",
    ["when do you open", "when does the lecture begin", "what is there before you go upstairs",
     "once more please", "i was here first", "where is the first aid room"],
)  # fmt: skip
def test_a_single_request_stays_whole(line):
    assert len(wanted(line)) == 1


def test_a_question_about_the_past_is_not_put_in_order():
    (found,) = wanted("what did i say before i asked about the lift")
    assert found is Intent.MEMORY


def test_a_past_question_and_another_request_are_two():
    assert wanted("what did i say about parking, and tell me where the lift is") == [
        Intent.MEMORY,
        "tell me where the lift is",
    ]


def test_nothing_said_is_nothing_to_do():
    assert in_order("") == ()
    assert in_order(" ... , and then ") == ()
