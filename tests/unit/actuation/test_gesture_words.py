"""Which gestures words call for: the right ones, and not those of words that only look alike."""

import pytest

from tests.fakes.gestured import called_for

# Words that only look alike.


@pytest.mark.parametrize(
    ("text", "not_this"),
    [
        ("It is the second door.", {"two", "halt", "check_time", "stairs_up"}),
        ("It takes a second.", {"two"}),
        ("Wait a second, please.", {"two", "stairs_up"}),
        ("That is right.", {"show_way", "stairs_up"}),
        ("All right, right away.", {"show_way"}),
        ("The tool is called Foyer.", {"phone_call"}),
        ("Let us call it a day.", {"phone_call"}),
        ("You are welcome.", {"welcome_arms", "wave"}),
        ("Say hello to Bob.", {"wave"}),
        ("Make sure that it is closed.", {"nod"}),
        ("I am not sure.", {"nod"}),
        ("The first aid kit is red.", {"path", "one", "stairs_up"}),
        ("It is next to the door.", {"path"}),
        ("What is your first name?", {"path", "one", "self_indicate"}),
        ("I am afraid so.", {"self_indicate"}),
        ("It is half past nine.", {"show_way"}),
        ("I look forward to it.", {"straight_on"}),
        ("This is no big deal.", {"big"}),
        ("Apart from that, yes.", {"split"}),
        ("The bus stop is near.", {"halt"}),
        ("Please follow the signs.", {"writing"}),
        ("Do not use the lift in a fire.", {"stairs_up"}),
        ("If you are not sure, ask.", {"shrug"}),
        ("The meeting room is free.", {"link"}),
        ("Room two is free.", {"two"}),
        ("Good afternoon.", {"later"}),
        ("The box office is open.", {"parcel"}),
        ("Somebody will be with you.", {"none"}),
        ("He is a great deal better.", {"thumb_up"}),
        ("Tea or water?", {"balance"}),
        ("The paper cup is empty.", {"document"}),
        ("They ring a bell.", {"phone_call"}),
        ("A platform and a note.", {"writing"}),
    ],
)
def test_words_that_only_look_alike_call_for_nothing(text, not_this):
    assert not called_for(text) & not_this


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        ("One second, please.", "halt"),
        ("It is on the second floor.", "stairs_up"),
        ("Turn right at the plant.", "show_way"),
        ("I will call a colleague.", "phone_call"),
        ("I\u2019m afraid not.", "shake_head"),
        ("Welcome to the house.", "welcome_arms"),
        ("Sure, gladly.", "nod"),
        ("The room is right behind you.", "point_behind"),
        ("Please sign in here.", "writing"),
        ("It is straight ahead.", "straight_on"),
        ("Parking is free of charge.", "none"),
        ("It is down in the basement.", "stairs_down"),
        ("It is around the corner.", "around"),
        ("There are three ways to go.", "three"),
        ("I am sending them a message.", "send"),
        ("It opens again tomorrow.", "later"),
        ("Do you have a passport?", "document"),
        ("I do not know.", "shrug"),
    ],
)
def test_words_call_for_the_gesture_that_says_the_same(text, gesture):
    assert gesture in called_for(text)
