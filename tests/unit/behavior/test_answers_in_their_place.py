"""A line is read by what came before it: an alarm, a question that was asked, a place or person."""

import pytest

from behavior.dialogue.conversation import Asked, CallHelp, Conversation, Heard, NotifyHost
from behavior.dialogue.draft import Draft, set_up_desk
from behavior.dialogue.replies import respond
from behavior.dialogue.whereabouts import how_far, side_of
from behavior.encoders import Words
from behavior.understanding.intents import Intent, Request
from tests.fakes.desk import KNOWLEDGE, demo_site

COLLAPSED = "my colleague has collapsed"


@pytest.fixture(scope="module")
def desk():
    return set_up_desk(demo_site(), KNOWLEDGE, Words())


def talk(desk, *lines):
    """What is said last, the last part, and the effects of each line."""
    conversation, effects = Conversation(), []
    for line in lines:
        part = respond(conversation, Heard(text=line), desk)
        conversation = part.conversation
        effects.append(part.effects)
    return " ".join(clause.text for clause in part.clauses), part, effects


# An alarm


def test_a_question_whether_somebody_is_better_is_no_good_news(desk):
    said, part, _ = talk(desk, COLLAPSED, "is she awake now")
    assert part.intent == "emergency"
    assert "good to hear" not in said


def test_who_is_awake_and_bleeds_is_not_better(desk):
    said, _, effects = talk(desk, COLLAPSED, "she is bleeding but awake now")
    assert "good to hear" not in said
    assert CallHelp(urgent=True, because="a visitor reports an emergency") in effects[-1]


def test_good_news_is_passed_on_and_calls_nobody_off(desk):
    said, _, effects = talk(desk, COLLAPSED, "she is awake again")
    assert "still coming" in said
    assert [call.urgent for call in effects[-1] if isinstance(call, CallHelp)] == [False]


def test_a_way_is_told_while_help_is_on_its_way(desk):
    said, _, _ = talk(desk, COLLAPSED, "where is the first aid room")
    assert "green cross" in said


def test_somebody_left_in_a_burning_house_is_passed_on_each_time(desk):
    _, _, effects = talk(desk, "there is smoke in the hall", "my child is still inside")
    (call,) = (one for one in effects[-1] if isinstance(one, CallHelp))
    assert call.urgent
    assert "still be in the building" in call.because


# Meant otherwise


def test_a_yes_in_a_language_that_nobody_here_speaks_is_one(desk):
    _, part, effects = talk(desk, "buongiorno dove sono i bagni per favore grazie", "sì grazie")
    assert part.intent == "staff"
    assert any(isinstance(one, CallHelp) for one in effects[-1])


def test_the_other_one_is_told_and_the_wrong_one_told_so(desk):
    lines = ("i have an appointment with anna keller", "lena brandt", "no i meant the other one")
    _, _, effects = talk(desk, *lines)
    told = [(one.host, one.purpose) for one in effects[-1] if isinstance(one, NotifyHost)]
    assert told == [("Anna Keller", "withdrawn"), ("Anna Novak", "appointment")]


def test_of_two_people_the_other_one_is_no_place(desk):
    places = ("where is the lift", "where are the toilets")
    said, _, _ = talk(desk, *places, "i have an appointment with anna", "the other one please")
    assert "glass doors" not in said


def test_three_words_that_only_look_like_a_question_are_asked_for_again_as_a_name(desk):
    _, part, _ = talk(desk, "i am here for anna keller", "do minh")
    assert part.intent == "name"


def test_who_was_heard_badly_is_not_she(desk):
    _, part, _ = talk(desk, "can you tell any nova i'm here")
    assert part.conversation.asked is Asked.CONFIRM_HOST
    assert part.conversation.person_spoken_of == ""


# Where a place is


@pytest.mark.parametrize(
    ("place", "side"),
    [
        ("lift", "left"),
        ("toilets", "right"),
        ("cafe", "behind"),
        ("exit", "behind"),
        ("lecture_hall", "behind_right"),
        ("car_park", "right"),
    ],
)
def test_a_side_is_the_visitors_own(place, side):
    assert side_of(demo_site().place(place)) == side


def test_how_far_it_is_to_where_visitors_do_not_go_is_not_reckoned(desk):
    draft = Draft(Conversation(spoken_of="second_floor"), Heard(text="how far is it"), desk)
    how_far(draft, Request(intent=Intent.HOW_FAR, text="how far is it"))
    assert draft.asked is Asked.STAFF
    assert draft.clauses == []


# What was asked


def test_that_person_is_the_one_who_was_named(desk):
    _, part, _ = talk(desk, "what is priya nair's mobile number", "exactly that person")
    assert part.conversation.meeting.host == "Priya Nair"


def test_of_two_the_one_who_is_not_denied_is_meant(desk):
    said, _, _ = talk(desk, "i have an appointment with anna", "not novak")
    assert "Anna Keller" in said


def test_of_two_the_department_tells(desk):
    _, part, _ = talk(desk, "i have an appointment with anna", "the one in sales")
    assert part.conversation.meeting.host == "Anna Novak"


def test_whoever_names_another_host_instead_of_a_name_is_heard(desk):
    lines = ("i am here for anna keller", "i would like to see priya nair about money")
    _, part, _ = talk(desk, *lines)
    assert part.conversation.meeting.host == "Priya Nair"


def test_a_time_instead_of_a_name_is_kept_and_the_name_asked_for(desk):
    said, part, _ = talk(desk, "i am here for anna keller", "at three o'clock")
    assert part.conversation.meeting.time == "three o'clock"
    assert part.conversation.asked is Asked.VISITOR
    assert "orry" not in said


def test_a_parcel_is_announced_to_nobody_whose_name_was_hardly_heard(desk):
    _, _, effects = talk(desk, "i have a parcel", "for linquest")
    assert not any(isinstance(one, NotifyHost) for one in effects[-1])


def test_a_no_with_something_behind_it_is_a_no(desk):
    said, part, _ = talk(desk, "can you tell any nova i'm here", "no flibber blorp")
    assert part.conversation.asked is Asked.HOST
    assert "directory" not in said
    assert "nobody of that name" not in said
