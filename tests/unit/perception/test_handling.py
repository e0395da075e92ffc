"""What is in a hand or at an ear is held; what is beside, behind, or another's is not."""

import pytest

from perception.engagement.handling import handled
from tests.fakes.holding import SIZE_PX, figure, thing

# Wrists at (0.2, 0.03) and (-0.2, 0.03), ears at (0.08, -0.68) and (-0.08, -0.68); metres about
# the hips, the person's left to the right.
LEFT, RIGHT = (0.2, 0.1), (-0.2, 0.1)
UP = {15: (0.12, -0.66), 13: (0.3, -0.4)}
"""The left hand at the ear."""
BEFORE = {15: (0.08, -0.3), 16: (-0.08, -0.3)}
"""Both hands before the trunk."""


def told(*things, body=None, **more):
    look = handled(0.0, body or figure(), things, SIZE_PX, **more)
    return look.carries, look.phones


@pytest.mark.parametrize(
    ("what", "at_m", "wide_m", "high_m"),
    [
        ("suitcase", (0.2, 0.45), 0.4, 0.7),
        ("backpack", (0.22, 0.3), 0.35, 0.45),
        ("handbag", (0.2, 0.25), 0.3, 0.3),
        ("box", (0.25, 0.15), 0.5, 0.4),
        ("laptop", (0.22, 0.1), 0.35, 0.25),
        ("umbrella", (0.2, 0.4), 0.1, 0.8),
    ],
)
def test_what_a_hand_reaches_is_carried_in_it(what, at_m, wide_m, high_m):
    one = thing(what, at_m, wide_m, high_m)
    a = "an" if what == "umbrella" else "a"
    assert told(one) == (f"{a} {what} in the left hand", "")
    other = thing(what, (-at_m[0], at_m[1]), wide_m, high_m)
    assert told(other)[0].endswith("in the right hand")


def test_what_stands_beside_or_hangs_on_the_back_is_not_in_a_hand():
    assert told(thing("suitcase", (0.8, 0.5), 0.4, 0.7)) == ("", "")
    assert told(thing("backpack", (0.0, -0.3), 0.2, 0.4)) == ("", "")
    assert told() == ("", "")


def test_a_hand_that_is_not_seen_holds_what_hides_it_and_nothing_else():
    one, held = thing("handbag", LEFT, 0.3), "a handbag in the left hand"
    assert told(one, body=figure(unseen=[16]))[0] == held
    assert told(one, body=figure(unseen=[15]))[0] == held  # it is behind the bag
    assert told(one, body=figure(unseen=[13, 15])) == ("", "")  # of the arm nothing is seen
    beside = thing("handbag", (0.43, 0.1), 0.3)  # where a hand that is seen would reach it
    assert told(beside)[0] == held
    assert told(beside, body=figure(unseen=[15])) == ("", "")


def test_a_hand_that_is_not_seen_holds_nothing_small():
    bottles = thing("bottle", LEFT, 0.25), thing("bottle", RIGHT, 0.25)
    assert told(*bottles)[0]
    assert told(*bottles, body=figure(unseen=[15])) == ("", "")


def test_a_body_that_hardly_shows_says_nothing_at_all():
    hidden = figure(unseen=range(5, 33))
    assert handled(0.0, hidden, [thing("handbag", LEFT, 0.3)], SIZE_PX) is None


@pytest.mark.parametrize(
    ("what", "wide_m"), [("suitcase", 0.1), ("suitcase", 2.0), ("laptop", 0.05), ("box", 1.9)]
)
def test_what_is_too_small_or_too_large_for_its_word_is_none(what, wide_m):
    assert told(thing(what, LEFT, wide_m)) == ("", "")


def test_how_large_it_is_goes_by_the_body_not_by_the_picture():
    far = figure(metre_px=60.0)
    near_px, far_px = 0.35 * 200, 0.35 * 60
    assert told(thing("laptop", LEFT, near_px / 200))[0]
    at_m = (0.2 * 60 / 200, 0.08 * 60 / 200)
    assert told(thing("laptop", at_m, far_px / 200), body=far)[0]
    assert not told(thing("laptop", at_m, near_px / 40), body=far)[0]


def test_what_a_neighbour_s_hand_is_nearer_to_is_theirs():
    bag = thing("handbag", (0.38, 0.1), 0.24)
    beside = figure(hips_px=(320 + 0.6 * 200, 240))  # their right hand is where the bag is
    assert told(bag)[0] == "a handbag in the left hand"
    assert told(bag, others=[beside]) == ("", "")
    far_off = figure(hips_px=(320 + 1.6 * 200, 240))
    assert told(bag, others=[far_off])[0]


def test_one_small_thing_leaves_a_hand_free_and_two_do_not():
    cup, bottle = thing("cup", LEFT, 0.1), thing("bottle", RIGHT, 0.08, 0.25)
    assert told(cup) == ("", "")
    both = told(cup, bottle)[0]
    assert "a cup in the left hand" in both
    assert "a bottle in the right hand" in both
    assert told(cup, thing("box", RIGHT, 0.4))[0] == "a box in the right hand"


def test_of_two_words_for_one_thing_the_surer_counts():
    bag, box = thing("handbag", LEFT, 0.3, sure=0.8), thing("box", LEFT, 0.3, sure=0.5)
    for things in ((bag, box), (box, bag)):
        assert told(*things)[0] == "a handbag in the left hand"


def test_a_telephone_at_the_ear_is_a_call_and_nothing_carried():
    phone = thing("telephone", (0.12, -0.66), 0.08, 0.16)
    assert told(phone, body=figure(moved=UP)) == ("", "a telephone at the left ear")
    assert told(phone, body=figure(moved=UP, unseen=[15]))[1] == "a telephone at the left ear"
    other = thing("telephone", (-0.12, -0.66), 0.08, 0.16)
    assert told(other)[1] == "a telephone at the right ear"
    assert told(thing("telephone", (0.4, -0.66), 0.08, 0.16)) == ("", "")
    assert told(thing("telephone", (0.0, -0.2), 0.6, 0.9)) == ("", "")
    assert told(thing("cup", (0.12, -0.66), 0.1), body=figure(moved=UP)) == ("", "")


def test_a_telephone_in_the_hand_counts_where_it_is_looked_at_alone():
    phone = thing("telephone", (0.08, -0.28), 0.08, 0.14)
    body = figure(moved=BEFORE)
    assert told(phone, body=body) == ("", "")
    assert told(phone, body=body, head_pitch_rad=0.0) == ("", "")
    looked = told(phone, body=body, head_pitch_rad=-0.5)
    assert looked == ("", "a telephone in the left hand, looked at")
    lying = thing("telephone", (0.6, 0.3), 0.08, 0.14)
    assert told(lying, body=body, head_pitch_rad=-0.5) == ("", "")
