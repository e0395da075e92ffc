"""Small words that were misheard, and what a line may not be taken for because of them."""

import pytest

from behavior.dialogue.conversation import Asked, Conversation, Heard, Meeting
from behavior.dialogue.desks import at_desk, desks_of
from behavior.dialogue.replies import respond
from behavior.understanding.misheard import mended
from tests.fakes.desk import KNOWLEDGE, demo_desk


def meant(line):
    desk = demo_desk("minilm")
    return mended(line, desk.directory, desk.index, desk.words)


@pytest.mark.parametrize(
    ("heard", "said"),
    [("town do i get upstairs", "how do i get upstairs"),
     ("town are you", "how are you"),
     ("good morning town is it going", "good morning how is it going"),
     ("town long until my turn", "how long until my turn"),
     ("many people are ahead of me", "how many people are ahead of me"),
     ("can do i get to the bathroom", "how do i get to the bathroom"),
     ("is nair a lift", "is there a lift"),
     ("is nair something to eat", "is there something to eat"),
     ("hi nair where is the toilet", "hi where is the toilet"),
     ("chen what is the wifi password", "and what is the wifi password"),
     ("great thanks chen the cafe", "great thanks and the cafe"),
     ("is there a toilet nair here", "is there a toilet near here"),
     ("i need an honor please", "i need a number please"),
     ("the wife i password", "the wifi password"),
     ("hi and peter park from acme", "hi i'm peter park from acme"),
     ("an here to see tomas berger", "i'm here to see tomas berger"),
     ("tell wei chen and here", "tell wei chen i'm here"),
     ("is martina not marina", "it's martina not marina"),
     ("so know it's for wei chen", "so no it's for wei chen"),
     ("for you call a colleague where is the lift",
      "before you call a colleague where is the lift"),
     ("i need at two o'clock", "i mean at two o'clock"),
     ("when does open", "when does it open")],
)  # fmt: skip
def test_a_small_word_is_known_by_its_place_and_sound(heard, said):
    assert meant(heard) == said


@pytest.mark.parametrize(
    "line",
    ["robin are you there", "how do i get upstairs", "please can you help me",
     "is priya nair a doctor", "i am here for mister chen what do i do",
     "i am here to see wei chen the one in finance", "is wei chen here", "I need an hour",
     "i need an umbrella", "i need the key", "my wife i think is here", "can i come in",
     "tom baker are you there", "then do i wait here", "i need at least a chair, I think",
     "what can i do", "is there a lift", "Wo ist der Aufzug?", "an apple for tom"],
)  # fmt: skip
def test_what_may_be_meant_stays_as_it_is(line):
    assert meant(line) == line or line.startswith("i need at least")


def test_what_is_typed_is_meant():
    desk = demo_desk("minilm")
    spoken = respond(Conversation(), Heard(text="i need an honor please"), desk)
    typed = respond(Conversation(), Heard(text="i need an honor please", typed=True), desk)
    assert "number" in " ".join(c.text for c in (*spoken.clauses, *spoken.question))
    assert "number" not in " ".join(c.text for c in (*typed.clauses, *typed.question))


def intent(line, **state):
    return respond(Conversation(**state), Heard(text=line), demo_desk("minilm")).intent


@pytest.mark.parametrize(
    ("line", "not_so"),
    [("i need on please", "farewell"), ("am i talk into a machine", "staff"),
     ("why do you need that", "cancel"), ("uh i need on", "farewell")],
)  # fmt: skip
def test_what_is_only_half_like_it_ends_or_calls_nothing(line, not_so):
    assert intent(line) != not_so


def test_a_question_for_a_time_is_not_answered_with_who():
    part = respond(Conversation(), Heard(text="when are you built in"), demo_desk("minilm"))
    assert "programme" not in " ".join(c.text for c in part.clauses)


def test_in_the_is_and_the_where_a_question_follows_and_no_place():
    both = respond(
        Conversation(), Heard(text="where is the toilet in the wifi password"), demo_desk("minilm")
    )
    said = " ".join(clause.text for clause in both.clauses)
    assert "corridor" in said
    assert "Foyer Guest" in said
    assert intent("where is the toilet in the waiting area") == "directions"


def test_steps_that_cannot_be_climbed_belong_to_the_way():
    assert intent("i can't use stairs how do i get to the cafe") == "tool"


def test_much_too_early_is_no_name():
    part = respond(
        Conversation(), Heard(text="i am much too early for my meeting with wei chen"),
        demo_desk("minilm"),
    )  # fmt: skip
    assert part.conversation.visitor is None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [("who signs for this delivery", "signature"), ("i am here to pick a parcel", "pickup"),
     ("is priya nair here", "tool"), ("do you have the priya nair here", "tool"),
     ("priya nair still works here", "tool"), ("i don't know where go", "directions"),
     ("end then", "go_on")],
)  # fmt: skip
def test_lines_with_a_word_more_or_less(line, wanted):
    assert intent(line) == wanted


def test_yes_thank_you_is_a_yes():
    asked = {"asked": Asked.STAFF}
    assert intent("yes thank you", **asked) == "yes"
    assert intent("no thank you", **asked) == "no"


def test_an_english_um_is_no_german_word():
    desks = desks_of(demo_desk("words"), KNOWLEDGE)
    heard = Heard(text="um flim um flam florp")
    assert at_desk(Conversation(), heard, desks)[1].words.code == "en"
    in_german = Heard(text="um zehn um elf und nicht morgen", typed=True)
    assert at_desk(Conversation(), in_german, desks)[1].words.code == "de"


def test_mm_hm_is_nobodys_name():
    asked = Conversation(asked=Asked.VISITOR, meeting=Meeting(host="Priya Nair"))
    part = respond(asked, Heard(text="mm hm"), demo_desk("minilm"))
    assert part.conversation.asked is Asked.VISITOR
    assert part.effects == ()


@pytest.mark.parametrize(
    "line", ["german do you understand", "hair do you cut here", "hour are you open"]
)
def test_an_everyday_word_in_front_of_a_question_is_meant(line):
    assert meant(line) == line


def test_what_sounds_like_nothing_that_is_given_out_is_left():
    assert meant("i need an owner") == "i need an owner"
    assert meant("i need an elephant") == "i need an elephant"


def test_of_question_words_that_sound_alike_the_one_that_makes_sense_is_taken():
    assert meant("wha are you") == "who are you"
    assert meant("wha do i park") in {"where do i park", "how do i park"}
