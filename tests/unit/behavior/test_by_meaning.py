"""How like a line has to be to a known one, with likenesses made up."""

from dataclasses import dataclass

import pytest

from behavior.house.knowledge import Match
from behavior.understanding.by_meaning import about_it, by_meaning, is_known
from behavior.understanding.known import Known
from tests.fakes.desk import demo_desk


@dataclass
class Likeness:
    """An index that finds what it is told to."""

    found: tuple
    threshold: float = 0.6
    knows_meaning: bool = True

    def nearest(self, line, count=3, *, only=""):
        return self.found


def known(*found):
    desk = demo_desk("words")
    return Known(
        directory=desk.directory, index=Likeness(found), entries=desk.entries, words=desk.words
    )


def like(label, score, form="a known line"):
    return Match(label, score, form, 0.0)


RIVAL = like("know:travel.where-is-the-bus-stop", 0.58)


def intent(text, *found):
    return by_meaning(known(*found), text, found, False).intent.value


@pytest.mark.parametrize(
    ("label", "score", "wanted"),
    [("intent:farewell", 0.66, "unknown"), ("intent:farewell", 0.71, "farewell"),
     ("intent:looking", 0.66, "unknown"), ("intent:delivery", 0.66, "delivery")],
)  # fmt: skip
def test_what_ends_a_visit_has_to_be_surer(label, score, wanted):
    assert intent("one two three", like(label, score), RIVAL) == wanted


def test_a_question_is_no_wish_unless_it_is_much_like_one():
    assert intent("is this a one", like("intent:staff", 0.75), RIVAL) == "unknown"
    assert intent("is this a one", like("intent:staff", 0.79), RIVAL) == "staff"
    assert intent("call this one", like("intent:staff", 0.75), RIVAL) == "staff"


def test_one_word_has_to_be_closer_and_what_stands_alone_need_not():
    entry = "know:visiting.can-i-get-a-coffee"
    assert intent("one", like(entry, 0.66), RIVAL) == "maybe_question"
    assert intent("one two", like(entry, 0.66), RIVAL) == "question"
    assert intent("one two", like(entry, 0.56), like(RIVAL.label, 0.3)) == "question"
    assert intent("one two", like(entry, 0.56), RIVAL) == "unknown"


def test_it_is_the_place_only_where_the_answer_is_of_that_place():
    coffee = like("know:visiting.can-i-get-a-coffee", 0.9)
    assert about_it(known(coffee), "when does it open", "cafe").entry.endswith("coffee")
    assert about_it(known(coffee), "when does it open", "lift") is None
    faint = like("know:visiting.can-i-get-a-coffee", 0.7)
    assert about_it(known(faint), "when does it open", "cafe") is None


def test_a_line_that_is_known_as_a_whole_is_not_parted():
    assert is_known(known(like("know:travel.where-is-the-bus-stop", 0.95)), "x")
    assert not is_known(known(like("know:travel.where-is-the-bus-stop", 0.85)), "x")
    assert not is_known(known(like("intent:staff", 0.95)), "x")
