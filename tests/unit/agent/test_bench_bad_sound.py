"""The bench of bad sound: what came of a file is held against what should come of it."""

from dataclasses import replace

import numpy as np

from agent.bench.hearing_bad import Came, Case, as_it_should

CASE = Case(sound=lambda: np.zeros(1, np.float32), turns=1, says="cut off")
CAME = Came(code=0, turns=1, text="x", told="2 % is cut off at the stops", grown_mb=0.0,
            most_mb=100.0, seconds=3.0)  # fmt: skip


def test_turns_message_and_end_must_all_be_as_they_should():
    assert as_it_should(CASE, CAME)
    assert not as_it_should(CASE, replace(CAME, turns=2))
    assert not as_it_should(CASE, replace(CAME, told=""))
    assert not as_it_should(CASE, replace(CAME, code=1))
    assert not as_it_should(CASE, replace(CAME, told="cut off; Traceback (most recent call last)"))


def test_of_a_good_file_nothing_may_be_told():
    good = replace(CASE, says="")
    assert as_it_should(good, replace(CAME, told=""))
    assert not as_it_should(good, CAME)


def test_a_file_that_must_be_refused_is_not_taken():
    refused = replace(CASE, turns=0, refused=True)
    assert as_it_should(refused, replace(CAME, turns=0, code=1))
    assert not as_it_should(refused, replace(CAME, turns=0))


def test_more_turns_are_as_good_only_where_the_case_says_so():
    two = replace(CASE, turns=2, or_more=True)
    assert as_it_should(two, replace(CAME, turns=3))
    assert not as_it_should(two, CAME)
