"""Words as people write them, with the names of one site as it writes them."""

import pytest

from perception.words.site_language import SiteLanguage
from perception.words.writing import Writing

SITE = SiteLanguage(
    names=("Anna Keller", "Jürgen McMüßig", "Anna-Lena O'Brien", "Dr. Ada Will"),
    rooms=("Room Aurora", "2.14", "Room 2.14", "Lift", "Big Room 105 on floor 3 of the annex"),
    company=("Foyer House & Sons",),
    phrases=("the Coffee Machine",),
)


def written(words, site=SITE):
    return Writing(site).sentence(tuple(words.split()))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("where is anna keller", "Where is Anna Keller?"),
        ("anna keller please", "Anna Keller please."),
        ("i am anna", "I am Anna."),
        ("tell keller i'm here", "Tell Keller I'm here."),
        ("and jurgen mcmussig too", "And Jürgen McMüßig too."),
        ("mister mcmussig", "Mr. McMüßig."),
        ("is anna lena o'brien in", "Is Anna-Lena O'Brien in?"),
        ("the o'brien files", "The O'Brien files."),
        ("it is for doctor ada will", "It is for Dr. Ada Will."),
    ],
)
def test_names_are_written_as_the_site_writes_them(said, read):
    assert written(said) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("where is room aurora", "Where is Room Aurora?"),
        ("the aurora room", "The aurora room."),
        ("it is in two fourteen", "It is in 2.14."),
        ("room two fourteen", "Room 2.14."),
        ("two", "Two."),
        ("fourteen two fourteen two", "Fourteen 2.14 two."),
        ("take the lift", "Take the Lift."),
        ("is this foyer house and sons", "Is this Foyer House & Sons?"),
        ("at foyer house", "At foyer house."),
    ],
)
def test_rooms_and_the_house_are_written_as_the_site_writes_them(said, read):
    assert written(said) == read


def test_the_longest_phrase_is_taken_however_long_it_is():
    site = SiteLanguage(names=("Anna Keller", "Anna"), rooms=("Keller Bar", "anna keller BAR"))
    assert written("to anna keller bar", site) == "To anna keller BAR."
    assert written("to anna keller", site) == "To Anna Keller."
    assert written("to keller bar", site) == "To Keller Bar."
    assert (
        written("in big room one oh five on floor three of the annex now")
        == "In Big Room 105 on floor 3 of the annex now."
    )


def test_what_is_both_a_person_and_a_room_is_written_as_the_person():
    site = SiteLanguage(names=("Ada Will",), rooms=("ADA WILL",), company=("ada will",))
    assert written("where is ada will", site) == "Where is Ada Will?"


def test_a_phrase_that_is_broken_off_is_no_phrase():
    assert written("room") == "Room."
    assert written("to room") == "To room."


def test_of_a_name_in_two_ways_the_first_is_for_a_part_and_the_whole_goes_before_parts():
    site = SiteLanguage(names=("MacA Kim", "Maca Lee", "KIM"))
    assert written("maca and kim", site) == "MacA and KIM."


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("hello", "Hello."),
        ("i think i've said i'd go and i'll go", "I think I've said I'd go and I'll go."),
        ("may i go", "May I go?"),
        ("the wifi is fine", "The Wi-fi is fine."),
        ("missus and mister", "Mrs. and Mr.."),
        ("okay thank you", "Okay thank you."),
        ("oh okay", "Oh Okay."),
        ("a", "A."),
    ],
)
def test_common_words_have_their_capitals(said, read):
    assert written(said, SiteLanguage()) == read


ASKING = "where what who whom whose how when why which is are am can could do does did may will"


@pytest.mark.parametrize("first", [*ASKING.split(), "would"])
def test_what_begins_as_a_question_ends_as_one(first):
    assert written(f"{first} it", SiteLanguage()) == f"{first.capitalize()} it?"
    assert written(f"it {first}", SiteLanguage()) == f"It {first}."


def test_a_name_that_also_asks_is_written_as_a_name_and_asks():
    assert written("will the door open") == "Will the door open?"
    assert written("the will") == "The Will."


def test_of_no_words_comes_nothing():
    assert written("") == ""
    assert written("", SiteLanguage()) == ""


def test_a_name_without_letters_is_no_name():
    site = SiteLanguage(names=("-", "Anna - Keller"), rooms=("?!",), company=("",))
    assert written("is anna keller here", site) == "Is Anna - Keller here?"
    assert written("here", site) == "Here."


def test_other_signs_of_the_words_are_left_alone():
    assert Writing(SiteLanguage()).sentence(["the", "don't", "mcX"]) == "The don't mcX."


def test_two_words_are_one_where_the_sites_sentences_have_them_as_one():
    writing = Writing(SiteLanguage(phrases=("where is the restroom", "is there a rest room key")))
    assert writing.words("Some one is in there.") == ("someone", "is", "in", "there")
    other = Writing(SiteLanguage())
    assert other.words("Where is the rest room?") == ("where", "is", "the", "restroom")
    assert writing.words("Where is the rest room?")[-2:] == ("rest", "room")  # said here, too
    assert writing.words("") == ()
