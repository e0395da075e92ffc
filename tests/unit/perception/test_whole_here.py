"""Whole sentences that are expected at a site, and their beginnings."""

from perception.words.whole_here import WholeHere

HERE = WholeHere(
    [
        ("where can i park", 10.0),
        ("where can i park my bike", 1.0),
        ("where can i smoke please", 5.0),
        ("please", 1.0),
    ]
)


def told(text):
    return HERE.told(text.split())


def test_what_is_said_whole_more_often_than_it_goes_on_is_likely_all():
    assert told("where can i park") > 1.0
    assert told("where can i park my bike") > 0.0
    assert told("where can i") < -2.0
    assert told("where can i park my") < 0.0


def test_of_what_nobody_says_here_nothing_is_told():
    assert told("where can i dance") is None
    assert told("can i park") is None
    assert told("") is None


def test_who_adds_please_had_said_all_before():
    assert told("where can i smoke") == told("where can i smoke please") > 0.0
    assert told("please") > 0.0
