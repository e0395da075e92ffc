"""Small rules of understanding: tidying, corrections, spelling, finer pieces, yes with a rest."""

import pytest

from behavior.dialogue.conversation import Asked, Conversation, Heard, Meeting
from behavior.dialogue.replies import respond
from behavior.dialogue.yes_and import parted
from behavior.languages.sounds_like import plain, spelled
from behavior.languages.tongue import tongue
from behavior.understanding.corrections import denied, merged_name, put_right
from behavior.understanding.finer_pieces import finer
from behavior.understanding.lines import bare_name, own_name
from behavior.understanding.tidying import tidy
from tests.fakes.desk import demo_desk
from tests.integration.visitor import NOON

WORDS = tongue("en")
MET = Conversation(visitor="Marina Stone", meeting=Meeting(host="Anna Keller", notified=True))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("where where is the lift", "where is the lift"),
        ("where is the where is the lift", "where is the lift"),
        ("well okay yes please", "yes please"),
        ("so where is the lift thank you", "where is the lift"),
        ("Well, where is the lift, please?", "where is the lift"),
        ("who's in marketing", "who is in marketing"),
        ("know thanks", "no thanks"),
        ("well done", "well done"),
        ("so long", "so long"),
        ("okay", "okay"),
        ("thank you", "thank you"),
        ("no thanks", "no thanks"),
        ("bye bye", "bye bye"),
        ("help help", "help help"),
        ("a n n a", "a n n a"),
        ("heeey wheeere is the lift pleeease", "hey where is the lift"),
        ("i'm sooo loooost", "i'm so lost"),
        ("can i seee it", "can i see it"),
        ("hmmm", "hmmm"),
        ("mmm", "mmm"),
    ],
)
def test_what_speaking_adds_to_a_line_is_left_out(line, meant):
    assert tidy(line, WORDS) == meant


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("no i said claire dubois", "claire dubois"),
        ("not anna keller anna novak", "anna novak"),
        ("sorry i meant novak not keller", "novak"),
        ("it's martina not marina", "it's martina"),
        ("not marina martina", "martina"),
        ("wait no it's claire dubois", "claire dubois"),
        ("that's wrong i am here for claire dubois", "i am here for claire dubois"),
        ("no sorry it is at two o'clock", "at two o'clock"),
        ("where is the lift", None),
        ("i am not feeling well", None),
        ("no thanks", None),
        ("yes", None),
    ],
)
def test_a_correction_says_what_is_right(line, right):
    assert put_right(line, MET.names, WORDS) == right


def test_a_given_name_put_right_keeps_the_surname():
    assert merged_name("Marina Stone", "Martina") == "Martina Stone"
    assert merged_name("Marina Stone", "Tom") == "Tom"
    assert merged_name("Marina", "Martina") == "Martina"
    assert merged_name("Marina Stone", "Tom Baker") == "Tom Baker"


def test_who_is_denied_is_not_meant():
    names = ("Anna Keller", "Anna Novak")
    assert denied("not novak the other one", names, WORDS) == {"Anna Novak"}
    assert denied("the other one not anna keller", names, WORDS) >= {"Anna Keller"}
    assert denied("anna novak please", names, WORDS) == frozenset()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("k e double l e r", "keller"),
        ("it's smythe that is s m y t h e", "smythe"),
        ("o for oscar k as in kilo a like apple", "oka"),
        ("kilo echo lima lima echo romeo", "keller"),
        ("capital s m i t h", "smith"),
        ("where are you", None),
        ("tom baker", None),
        ("i want to see mike", None),
        ("see you", None),
    ],
)
def test_a_name_is_spelled_in_many_ways(line, name):
    assert spelled(line) == name


@pytest.mark.parametrize(
    "line",
    [
        "i'm running late",
        "i'm delighted",
        "i am just looking",
        "i'm need signature",
        "i am have it",
    ],
)
def test_what_one_does_or_is_like_is_no_name(line):
    assert own_name(plain(line), line)[0] == ""


def test_words_of_every_day_are_no_bare_name():
    assert bare_name("please tell her") == ""
    assert bare_name("tom baker and ann lee") == "Tom Baker And Ann Lee"
    assert bare_name("tom baker") == "Tom Baker"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("did she answer", ""),
        ("tell him i'm here", ""),
        ("we're late", ""),
        ("he knows me well", ""),
        ("twenty minutes", ""),
        ("I'm twenty minutes early", ""),
        ("He Ping", "He Ping"),
        ("My Nguyen", "My Nguyen"),
        ("Sean O'Brien", "Sean O'Brien"),
    ],
)
def test_a_sentence_is_no_name_and_a_short_name_is_one(line, name):
    assert bare_name(line) == name


def test_a_new_wish_begins_at_a_question_word_where_no_and_was_heard():
    pieces = finer(["where is the toilet in what is the wifi password"], WORDS)
    assert pieces == ["where is the toilet", "what is the wifi password"]
    assert finer(["the lift"], WORDS) == ["the lift"]


def test_a_yes_and_a_wish_are_told_apart():
    assert parted("yes and where is the toilet", WORDS) == (True, "where is the toilet")
    assert parted("no thanks but where is it", WORDS) == (False, "where is it")
    assert parted("yes please", WORDS) is None
    assert parted("no i said novak", WORDS) is None


def talk(*lines):
    desk, state, parts = demo_desk("words"), Conversation(), []
    for line in lines:
        part = respond(state, Heard(text=line, local_time=NOON), desk)
        state = part.conversation
        parts.append(part)
    return parts


def said(part):
    return " ".join(clause.text for clause in (*part.clauses, *part.question))


def test_yes_and_a_wish_does_both():
    _, part = talk("where is the swimming pool", "yes and where is the toilet")
    assert "corridor" in said(part)
    assert "colleague" in said(part).lower()
    assert [type(e).__name__ for e in part.effects] == ["CallHelp", "RecordVisit"]


def test_no_and_a_wish_does_the_wish_alone():
    _, part = talk("where is the swimming pool", "no but where is the toilet")
    assert "corridor" in said(part)
    assert part.effects == ()


def test_a_question_stays_open_while_its_answer_is_not_understood():
    _, lost, part = talk("where is the swimming pool", "flim flam", "yes")
    assert lost.conversation.asked is Asked.STAFF
    assert [type(e).__name__ for e in part.effects] == ["CallHelp", "RecordVisit"]


def test_it_is_the_place_last_spoken_of():
    _, part = talk("can i get a coffee", "when does it open")
    assert "nine" in said(part)


def test_a_swearword_hides_no_wish_and_alone_offers_a_person():
    assert "corridor" in said(talk("where is the fucking toilet")[0])
    assert "colleague" in said(talk("you stupid machine")[0]).lower()


def test_who_hears_badly_is_told_again_and_that_it_is_on_the_screen():
    _, part = talk("where is the lift", "i can't hear you")
    assert "glass doors" in said(part)
    assert "screen" in said(part)


def test_go_on_says_only_what_was_not_heard():
    (first,) = talk("what are your opening hours")
    state = first.conversation
    (clause,) = first.clauses
    history = (("agent", " ".join(clause.text.split()[:3])),)
    part = respond(state, Heard(text="go on", history=history), demo_desk("words"))
    assert said(part) == clause.text
    whole = (("agent", clause.text),)
    part = respond(state, Heard(text="go on", history=whole), demo_desk("words"))
    assert clause.text not in said(part)


def test_a_delivery_for_another_is_taken_back():
    _, part = talk("i have a parcel for james whitfield", "no sorry it's for wei chen")
    told = [(e.host, e.purpose) for e in part.effects if hasattr(e, "purpose")]
    assert told == [("James Whitfield", "withdrawn"), ("Wei Chen", "delivery")]


def test_the_time_is_put_right_before_and_after_the_message():
    *_, part = talk("i have a meeting with priya nair at three", "no at two o'clock", "tom baker")
    assert [e.time for e in part.effects if hasattr(e, "time")] == ["two o'clock"]
    *_, part = talk(
        "my name is tom baker i have a meeting with priya nair at three", "sorry i meant at two"
    )
    told = [(e.purpose, e.time) for e in part.effects if hasattr(e, "time")]
    assert told == [("correction", "two")]


def test_a_missing_child_calls_a_person():
    (part,) = talk("i can't find my mum")
    assert [type(e).__name__ for e in part.effects] == ["CallHelp"]
    assert "name" not in said(part)


def test_doors_are_not_promised():
    (part,) = talk("let me in please")
    assert "cannot open" in said(part)
    assert part.conversation.asked is Asked.STAFF
