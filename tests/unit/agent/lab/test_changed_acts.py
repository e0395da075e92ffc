"""Which acts changed between two policies, and by which changed line."""

import pytest

from agent.lab.comparison import (
    ActChange,
    act_changes,
    credited,
    examples,
    tally,
)
from tests.unit.agent.lab.lives import day, deed, visit

SIGN, WORDS, OFFER = "greeting.sign", "greeting.words", "waiting.offer"


def lived(*deeds):
    return [day(visit(1), visit(2, at=50.0), deeds=deeds)]


def how(old, new):
    return {(one.key[2], one.how) for one in act_changes(lived(*old), lived(*new))}


def test_an_act_that_comes_half_a_second_otherwise_has_not_moved():
    assert how([deed(10.0, WORDS)], [deed(10.5, WORDS)]) == set()
    assert how([deed(10.0, WORDS)], [deed(10.6, WORDS)]) == {(WORDS, "later")}
    assert how([deed(10.6, WORDS)], [deed(10.0, WORDS)]) == {(WORDS, "earlier")}


def test_only_the_first_act_of_a_branch_to_somebody_counts():
    twice = [deed(10.0, WORDS), deed(20.0, WORDS)]
    assert how(twice, twice[:1]) == set()
    assert how([deed(10.0, WORDS)], [deed(10.0, WORDS), deed(60.0, WORDS, 2)]) == {(WORDS, "new")}


@pytest.mark.parametrize(
    "nothing",
    [deed(10.0, WORDS, kind="ActRefused"), deed(10.0, WORDS, text=""), deed(10.0, WORDS, 9)],
)
def test_what_nobody_saw_or_heard_is_no_act(nothing):
    assert how([nothing], []) == set()


def test_days_are_not_mixed_up():
    one, none = day(visit(1), deeds=[deed(10.0, WORDS)]), day(visit(1))
    assert {one.how for one in act_changes([one, none], [none, one])} == {"gone", "new"}


def credit(old, new, alone):
    return tally(credited(act_changes(lived(*old), lived(*new)), lived(*alone)))


def test_an_act_is_put_down_to_a_line_only_where_it_comes_out_the_same():
    was, moved = deed(10.0, WORDS), deed(14.0, WORDS)
    assert credit([was], [moved], [deed(14.4, WORDS)]) == {(WORDS, "later"): 1}
    assert credit([was], [moved], [deed(13.0, WORDS)]) == {}
    assert credit([was], [moved], [deed(14.0, WORDS, text="Hm.")]) == {}
    assert credit([was], [moved], []) == {}


def test_a_new_act_is_put_down_to_a_line_though_it_comes_at_another_time():
    assert credit([], [deed(10.0, WORDS)], [deed(17.0, WORDS)]) == {(WORDS, "new"): 1}
    assert credit([], [deed(10.0, WORDS)], []) == {}


def test_other_words_are_put_down_to_the_line_that_brings_other_words():
    """Whichever: phrases are said in turn, and what is said in one place moves all that follow."""
    old, new = [deed(10.0, WORDS)], [deed(10.0, WORDS, text="Welcome.")]
    assert credit(old, new, [deed(19.0, WORDS, text="Welcome.")]) == {(WORDS, "reworded"): 1}
    assert credit(old, new, [deed(10.0, WORDS, text="Hi.")]) == {(WORDS, "reworded"): 1}
    assert credit(old, new, old) == {}
    assert credit(old, new, []) == {}


def test_examples_are_few_and_of_their_kind():
    acts = [
        ActChange(key=(0, f"visit {i}", WORDS), how="new" if i % 2 else "gone", old=None, new=None)
        for i in range(12)
    ]
    found = examples(acts, WORDS, "new")
    assert [one.key[1] for one in found] == ["visit 1", "visit 3", "visit 5"]
    assert examples(acts, SIGN, "new") == []
