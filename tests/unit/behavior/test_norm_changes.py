"""What each change makes of a wish, exactly."""

from dataclasses import replace

import pytest

from actuation.faces.words import read_face
from agent.core.messages import (
    Act,
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    PersonId,
    Place,
)
from behavior.norms.changes import Change, Found, changed
from behavior.norms.norm import Norm, Norms
from behavior.norms.scenes import Scene
from behavior.situation.people import Mark
from behavior.wishes import UNNUMBERED, Wish, because

P1 = PersonId("p1")
SITUATION = Scene.model_validate({"people": [{}], "act": {}}).situation()


def wish(*clauses, **act):
    made = Act(
        at=1.0,
        act=UNNUMBERED,
        reason=because("reply.answer", "an example"),
        to=P1,
        clauses=tuple(Clause(text=one) if isinstance(one, str) else one for one in clauses),
        **act,
    )
    return Wish(act=made)


def after(how, given, say="", words=(), situation=SITUATION):
    return changed(how, given, Found(situation, say, words))


def texts(made):
    return [clause.text for clause in made.act.clauses]


def test_a_silent_sign_is_a_nod_with_a_look_and_marks_no_greeting():
    given = replace(wish("Hello."), marks=((P1, Mark.GREETED),), discloses=True)
    made = after(Change.SILENT_SIGN, given)
    assert made.act.clauses == ()
    assert [cue.lexeme for cue in made.act.gestures] == ["nod"]
    assert made.act.gaze == Gaze(target=GazeTarget.PERSON, person=P1)
    assert Mark.GREETED not in [mark for _, mark in made.marks]
    assert not made.discloses


def test_to_wait_leaves_nothing_for_now():
    assert after(Change.WAIT, wish("Hello.")) is None


def test_milder_is_weaker_in_act_and_clauses_and_never_stronger():
    made = after(Change.MILDER, wish(Clause(text="Hello.", intensity=0.9), intensity=0.1))
    assert made.act.intensity == 0.1
    assert made.act.clauses[0].intensity == 0.3


def test_sober_takes_smiles_and_leaves_other_faces():
    happy = Clause(text="a", expression=Expression.HAPPY)
    sorry = Clause(text="b", expression=Expression.APOLOGETIC)
    made = after(Change.SOBER, wish(happy, sorry, expression=Expression.FRIENDLY))
    assert made.act.expression is Expression.ATTENTIVE
    faces = [clause.expression for clause in made.act.clauses]
    assert faces == [Expression.ATTENTIVE, Expression.APOLOGETIC]


def test_sober_takes_smiles_that_are_asked_for_in_words():
    grin = Clause(text="a", manner="big grin, eyes bright")
    made = after(Change.SOBER, wish(grin, Clause(text="b"), manner="a warm smile"))
    assert [c.manner for c in made.act.clauses] == ["big grin, eyes bright, serious, no smile", ""]
    for manner in (made.act.manner, made.act.clauses[0].manner):
        read = read_face(manner)
        assert dict(read.details)["smile"] == 0.0
        assert "serious" in dict(read.faces)
        assert read.unknown == ()


def test_an_open_hand_shows_to_the_same_place_as_the_finger_would():
    there = Place(x_m=3.0, y_m=1.0)
    cues = (GestureCue(lexeme="point", toward=there), GestureCue(lexeme="nod"))
    made = after(Change.OPEN_HAND, wish(Clause(text="There.", gestures=cues)))
    kept = made.act.clauses[0].gestures
    assert kept == (GestureCue(lexeme="offer_palm", toward=there), GestureCue(lexeme="nod"))


def test_look_away_rests_the_eyes():
    assert after(Change.LOOK_AWAY, wish()).act.gaze == Gaze(target=GazeTarget.AWAY)


def test_names_are_neither_said_nor_shown():
    named = Clause(
        text="Thank you, Robin.", discreet="Thank you.", screen="Robin → Ms Bell",
        gestures=(GestureCue(lexeme="nod", word=2),),
    )  # fmt: skip
    other = Clause(text="Please take a seat.", screen="Waiting area")
    made = after(Change.DROP_NAMES, wish(named, other))
    assert texts(made) == ["Thank you.", "Please take a seat."]
    assert [clause.screen for clause in made.act.clauses] == [None, "Waiting area"]


def test_a_clause_that_is_nothing_but_a_name_is_left_out():
    made = after(Change.DROP_NAMES, wish(Clause(text="Robin.", discreet=""), "Welcome."))
    assert texts(made) == ["Welcome."]


def test_only_the_clauses_with_the_words_are_dropped():
    given = wish("You look tired.", "The lift is there.")
    made = after(Change.DROP_CLAUSES, given, say="Hm.", words=("you look tired",))
    assert texts(made) == ["The lift is there."]


def test_words_that_run_over_two_clauses_take_both():
    given = wish("You look", "tired today.")
    made = after(Change.DROP_CLAUSES, given, say="How can I help?", words=("you look tired",))
    assert texts(made) == ["How can I help?"]


@pytest.mark.parametrize(
    ("clauses", "made"),
    [
        (("Certainly.", "Your name?", "Thank you."), ["Certainly.", "Hm.", "Thank you."]),
        (("Your name?", "And your name, please?"), ["Hm."]),
        (("And your", "name?"), ["Hm."]),
    ],
    ids=["one clause", "several", "over two"],
)
def test_other_words_stand_in_place_of_those_that_were_found(clauses, made):
    assert texts(after(Change.INSTEAD, wish(*clauses), say="Hm.", words=("your name",))) == made


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("As I said, it is on the left.", "It is on the left."),
        ("It is on the left, as I said.", "It is on the left."),
        ("It is, as I said, on the left.", "It is, on the left."),
        ("The lift is on the left.", "The lift is on the left."),
        ("As I said.", "As I said."),
    ],
)
def test_dropped_words_leave_a_sentence(said, left):
    assert texts(after(Change.DROP_WORDS, wish(said), words=("as i said",))) == [left]


def test_a_gesture_whose_word_is_dropped_moves_to_the_most_stressed_one():
    cue = GestureCue(lexeme="nod", word=4)
    made = after(
        Change.DROP_WORDS,
        wish(Clause(text="As I said, of course.", gestures=(cue,))),
        words=("as i said",),
    )
    assert made.act.clauses[0].gestures == (GestureCue(lexeme="nod"),)


def test_an_apology_is_said_the_first_time_only():
    given = wish("I am sorry.", "Sorry, once more?")
    made = after(Change.ONCE, given, words=("sorry", "i am sorry"))
    assert texts(made) == ["I am sorry.", "Once more?"]


def test_an_apology_said_a_moment_ago_is_not_said_again():
    before = Scene.model_validate(
        {"people": [{}], "act": {}, "agent_said": ["I am sorry, I did not catch that."]}
    ).situation()
    made = after(Change.ONCE, wish("Sorry, once more?"), words=("sorry",), situation=before)
    assert texts(made) == ["Once more?"]


def test_shorter_keeps_two_clauses_and_the_question_and_shows_the_rest():
    made = after(Change.SHORTER, wish("One.", "Two.", "Three.", "Four.", "And you?"))
    assert texts(made) == ["One.", "Two.", "And you?"]
    assert made.act.clauses[1].screen == "Three. Four."


def test_shorter_leaves_alone_what_is_short():
    given = wish("One.", "Two.", "And you?")
    assert after(Change.SHORTER, given) is given


def test_pauses_come_between_the_clauses_and_not_after_the_last():
    made = after(Change.PAUSES, wish(Clause(text="a", pause_after_s=2.0), "b", "c"))
    assert [clause.pause_after_s for clause in made.act.clauses] == [2.0, 0.7, 0.0]


def test_what_is_added_comes_before_the_last_question():
    assert texts(after(Change.ADD, wish("A.", "B?"), say="Type.")) == ["A.", "Type.", "B?"]
    assert texts(after(Change.ADD, wish("A."), say="Type.")) == ["A.", "Type."]


def test_nothing_is_added_before_the_last_part_of_an_answer():
    given = wish("A.", more_follows=True)
    assert after(Change.ADD, given, say="Type.") is given


def test_what_is_said_first_comes_first():
    assert texts(after(Change.SAY_FIRST, wish("A."), say="Well.")) == ["Well.", "A."]


def test_what_is_on_the_screen_already_stays():
    made = after(Change.ON_SCREEN, wish(Clause(text="Room two.", screen="Room 2"), "Left."))
    assert [clause.screen for clause in made.act.clauses] == ["Room 2", "Left."]


def norm(name, verdict, how, **more):
    return Norm.model_validate(
        {
            "id": name,
            "kind": "safety",
            "when": {"act.speaks": True},
            "verdict": verdict,
            "how": how,
            "reason": "Because it is an example.",
            "examples": {"fires": [{"act": {}}], "silent": [{"act": {}}]},
            **more,
        }
    )


def test_words_are_not_put_back_into_what_was_made_silent():
    """The order of the files does not matter: softening comes before requiring."""
    adds = norm("adds", "require", "add", say="And this.")
    hush = norm("hush", "soften", "silent_sign")
    judged = Norms([adds, hush]).judge(SITUATION, wish("Hello."))
    assert not judged.wish.speaks
    assert judged.fired == ("hush",)
    assert judged.wish.act.reason.norms == ("hush",)


def test_a_norm_that_changes_nothing_is_not_named_as_a_reason():
    short = norm("short", "soften", "shorter")
    judged = Norms([short]).judge(SITUATION, wish("Hello."))
    assert judged.wish.act.reason.norms == ()


def test_a_wish_that_has_to_wait_says_when_it_may_be_had():
    later = norm("later", "soften", "wait")
    judged = Norms([later]).judge(SITUATION, wish("Hello."))
    assert judged.wish is None
    assert judged.again_at > SITUATION.now
    assert judged.refused.by == "norm:later"
    veto = Norms([norm("never", "veto", None)]).judge(SITUATION, wish("Hello."))
    assert veto.again_at is None


def test_reasons_add_up_in_plain_words():
    two = Norms(
        [norm("calm", "soften", "milder"), norm("first", "require", "say_first", say="Ah.")]
    )
    because_ = two.judge(SITUATION, wish("Hello.")).wish.act.reason
    assert because_.norms == ("calm", "first")
    assert because_.because == (
        "an example; calm: Because it is an example; first: Because it is an example."
    )
