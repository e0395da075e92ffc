"""What a model may ask for, what becomes of it, and what is refused."""

import json

import jsonschema
import pytest

from agent.core.messages import (
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    PersonId,
    Place,
    Posture,
)
from behavior.dialogue.wording import read_clauses, sentences
from behavior.house.knowledge import read_knowledge
from behavior.model.act_grammar import (
    CLAUSES,
    Here,
    SpokenClause,
    from_clause,
    reply_schema,
    to_clause,
)
from behavior.model.act_reader import ClauseReader, NonsenseError
from behavior.model.face_words import nearest_face
from behavior.model.words import Deeds, check_words
from tests.fakes.desk import GESTURES, KNOWLEDGE, demo_desk, demo_site

LIFT, DOOR = Place(x_m=2.0, y_m=1.0), Place(x_m=-1.0, y_m=3.0)
ME, OTHER = PersonId("p1"), PersonId("p2")
PLACES = {"lift": LIFT, "door": DOOR}
HERE = Here(person=ME, others=(OTHER,), toward=DOOR, places=PLACES, gestures=GESTURES)
FULL = {
    "say": "Please take the lift over there.",
    "to": "p2",
    "gestures": [
        {"name": "point", "word": "lift", "toward": "lift"},
        {"name": "nod", "mark": "end"},
    ],
    "face": {"expression": "friendly", "intensity": 0.4, "instruction": "warm, eyes bright"},
    "gaze": "place",
    "posture": "attentive",
    "wait_s": 0.5,
}  # fmt: skip


def made(said, here=HERE):
    return to_clause(SpokenClause.model_validate(said), here)


def read(text, pieces=7):
    reader, found = ClauseReader(), []
    for i in range(0, len(text), pieces):
        found += reader.feed(text[i : i + pieces])
    return reader, found


def reply(*clauses, **more):
    return json.dumps({"clauses": list(clauses), **more})


def test_everything_a_clause_can_carry_can_be_said():
    clause = made(FULL)
    assert clause.text == "Please take the lift over there."
    assert clause.to == OTHER
    assert clause.gestures == (
        GestureCue(lexeme="point", word=3, toward=LIFT),
        GestureCue(lexeme="nod", word=5),
    )
    assert (clause.expression, clause.intensity) == (Expression.FRIENDLY, 0.4)
    assert clause.manner == "warm, eyes bright"
    assert clause.gaze == Gaze(target=GazeTarget.PLACE, place=LIFT)
    assert clause.posture is Posture.ATTENTIVE
    assert clause.pause_after_s == 0.5


def test_what_is_performed_is_what_the_schema_lists_and_nothing_else():
    reader = SpokenClause.model_json_schema()["properties"]
    schema = reply_schema(HERE)["properties"]["clauses"]["items"]["properties"]
    assert set(schema) == set(reader)
    jsonschema.Draft202012Validator.check_schema(reply_schema(HERE))
    jsonschema.validate({"clauses": [FULL]}, reply_schema(HERE))
    moon = {"gestures": [{"name": "point", "toward": "moon"}]}
    dance = {"gestures": [{"name": "dance"}]}
    for wrong in ({"shout": True}, {"to": "p9"}, moon, dance, {"wait_s": 9}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"clauses": [FULL | wrong]}, reply_schema(HERE))


def test_only_the_words_are_required_so_that_the_first_clause_comes_soon():
    jsonschema.validate({"clauses": [{"say": "Hello."}]}, reply_schema())
    assert made({"say": "Hello."}) == Clause(text="Hello.")


@pytest.mark.parametrize("say", ["Hello.", "The lift is on the left, please."])
def test_a_clause_told_to_a_model_comes_back_the_same(say):
    for said in (FULL, {"say": say, "gaze": "person", "face": {"expression": "happy"}}):
        clause = made(said)
        assert made(from_clause(clause, HERE)) == clause


def test_every_line_of_the_house_can_be_said_in_the_grammar_and_comes_back_the_same():
    here = Here(person=None, toward=LIFT, places={"lift": LIFT}, gestures=GESTURES)
    wordings = [w for lines in demo_desk().wording.lines.values() for w in lines]
    lines = [read_clauses(line, LIFT) for line in wordings]
    lines += [sentences(entry.answer) for entry in read_knowledge(KNOWLEDGE, demo_site())]
    clauses = [c for line in lines for c in line if "{" not in c.text and len(c.text) <= 200]
    assert len(clauses) > 150
    schema = jsonschema.Draft202012Validator(reply_schema(here))
    for clause in clauses:
        said = from_clause(clause, here)
        again = made(said, here)
        assert (again.text, again.expression, again.gaze) == (
            clause.text, clause.expression, clause.gaze,
        )  # fmt: skip
        assert [g.lexeme for g in again.gestures] == [g.lexeme for g in clause.gestures]
        assert [g.toward for g in again.gestures] == [g.toward for g in clause.gestures]
        schema.validate({"clauses": [said]})


@pytest.mark.parametrize(
    ("bound", "word"),
    [({"word": "lift"}, 3), ({"word": "Lift,"}, 3), ({"mark": "start"}, 0), ({"mark": "end"}, 5),
     ({"mark": "stress"}, None), ({"word": "nowhere"}, None), ({}, None)],
)  # fmt: skip
def test_a_gesture_has_its_stroke_on_its_word_or_mark(bound, word):
    clause = made(FULL | {"gestures": [{"name": "nod", **bound}]})
    assert clause.gestures[0].word == word


def test_a_body_without_gestures_is_asked_for_none():
    bare = Here(person=ME, others=(OTHER,), toward=DOOR, places=PLACES)
    said = reply_schema(bare)["properties"]["clauses"]["items"]["properties"]
    assert "gestures" not in said
    jsonschema.Draft202012Validator.check_schema(reply_schema(bare))
    assert made(FULL, bare).gestures == ()
    assert "gestures" not in from_clause(made(FULL), bare)


def test_it_points_only_at_true_places():
    nowhere = Here(person=ME, gestures=GESTURES)
    assert made(FULL, nowhere).gestures == (GestureCue(lexeme="nod", word=5),)
    assert made(FULL, nowhere).gaze is None
    plain_point = FULL | {"gestures": [{"name": "point", "toward": "moon"}]}
    assert made(plain_point).gestures[0].toward == DOOR  # where the desk points
    assert made(FULL | {"gestures": [{"name": "nod", "toward": "lift"}]}).gestures[0].toward is None


def test_nobody_is_addressed_who_is_not_there():
    assert made(FULL | {"to": "p9"}).to is None
    assert made(FULL | {"to": "visitor", "gaze": None}).gaze.person == ME
    assert made(FULL | {"to": "p2", "gaze": None}).gaze.person == OTHER
    everyone = made(FULL | {"to": "everyone", "gaze": None})
    assert (everyone.to, everyone.gaze) == (None, Gaze(target=GazeTarget.AMBIENT))


@pytest.mark.parametrize(
    ("instruction", "face"),
    [("apologetic, eyebrows up", Expression.APOLOGETIC), ("a warm smile", Expression.FRIENDLY),
     ("delighted", Expression.HAPPY), ("worried", Expression.CONCERNED),
     ("pondering, one brow raised", Expression.THINKING), ("raised eyebrows", Expression.SURPRISED),
     ("not sorry, but curious", Expression.ATTENTIVE), ("like a lamp", None)],
)  # fmt: skip
def test_an_instruction_to_the_face_gets_the_nearest_face_there_is(instruction, face):
    clause = made({"say": "Well.", "face": {"instruction": instruction}})
    assert clause.expression is face
    assert clause.manner == instruction
    named = made({"say": "Well.", "face": {"instruction": instruction, "expression": "neutral"}})
    assert named.expression is Expression.NEUTRAL


def test_slightly_and_very_make_a_face_weaker_and_stronger():
    slightly, usual, very = (
        nearest_face(f"{how}apologetic")[1] for how in ("slightly ", "", "very ")
    )
    assert slightly < usual < very
    asked = {"instruction": "very sorry", "intensity": 0.2}
    assert made({"say": "Oh.", "face": asked}).intensity == 0.2


def test_each_clause_is_out_with_its_closing_brace():
    text = reply(FULL, {"say": "Goodbye."})
    first = text.index("}, {" + '"say"') + 1
    reader = ClauseReader()
    assert [c.say for c in reader.feed(text[:first])] == [FULL["say"]]
    assert not reader.complete
    assert [c.say for c in reader.feed(text[first:])] == ["Goodbye."]
    assert reader.complete
    assert reader.closed


@pytest.mark.parametrize("pieces", [1, 2, 3, 50, 5000])
def test_it_does_not_matter_how_the_text_is_cut(pieces):
    said = {"say": 'He said "}] {" and \\ left.'}
    tool = {"name": "who", "arguments": {"host": "A ] } B"}}
    reader, found = read(reply(FULL, said, tool=tool), pieces)
    assert [c.say for c in found] == [FULL["say"], said["say"]]
    assert reader.tool == tool


def test_a_clause_is_out_before_a_later_one_breaks_the_schema():
    reader = ClauseReader()
    assert reader.feed('{"clauses": [{"say": "One."},')
    with pytest.raises(NonsenseError, match="schema"):
        reader.feed('{"sing": "two"}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Sure, I can help you with that!", "not the JSON"),
        ('{"answer": [{"say": "Hello."}]}  ', "not the JSON"),
        ('{"clauses": ["Hello."]}', "not the JSON"),
        ("{" + " " * 500, "blanks"),
        ('{"clauses": [{"say": "Hi."}' + "\n" * 500, "blanks"),
        ('{"clauses": [{"say": "' + "a" * 2000, "without an end"),
        ('{"clauses": [{"say": ' + "[" * 100, "nested"),
        (reply(*[{"say": "Hello."}] * (CLAUSES + 1)), "too many"),
        (reply({"say": ""}), "schema"),
        (reply({"say": "a" * 201}), "schema"),
        ('{"clauses": [{"say": "Hi.", "wait_s": NaN}]}', "schema"),
        ('{"clauses": [{"say": "Hi.", "face": {"intensity": Infinity}}]}', "schema"),
        ('{"clauses": [{"say": "Hi."}], "tool": "' + "a" * 9000, "too long"),
    ],
)
def test_whatever_is_not_of_the_grammar_is_nonsense(text, why):
    with pytest.raises(NonsenseError, match=why):
        read(text, 11)


def test_reading_takes_time_in_proportion_to_the_text():
    """Looking at each character once: a model that streams letter by letter must not hold the loop.

    Counted, not timed: how often the reader looks at a character.
    """

    class Counting(str):
        looked = 0

        def isspace(self):
            Counting.looked += 1
            return super().isspace()

    text = reply(*[{"say": "word " * 30}] * 6)
    reader = ClauseReader()
    for char in text:
        for one in [Counting(char)]:
            reader.feed(one)
    assert Counting.looked <= len(text)


def test_letters_that_cannot_be_seen_or_sent_are_taken_out():
    clause = made({"say": "Hel\u200blo \u202ethere, \ufeffyou."})
    assert clause.text == "Hello there, you."
    assert made({"say": "您好\u200b，请问？ ｙｅｓ"}).text == "您好，请问？yes"
    _, (control,) = read('{"clauses": [{"say": "Hel\x01lo\tthere."}]}')
    assert to_clause(control, HERE).text == "Hello there."
    with pytest.raises(NonsenseError, match="schema"):
        read('{"clauses": [{"say": "Hello \\ud800 there"}]}')


GOOD = {
    "en": "The meeting room is on the first floor, please take the lift.",
    "de": "Der Besprechungsraum ist im ersten Stock, bitte nehmen Sie den Aufzug.",
    "fr": "La salle de réunion est au premier étage, prenez l'ascenseur s'il vous plaît.",
    "es": "La sala de reuniones está en la primera planta, tome el ascensor por favor.",
    "zh": "会议室在二楼，请坐电梯。",
}


@pytest.mark.parametrize("language", sorted(GOOD))
def test_a_model_speaks_the_visitors_language_and_no_other(language):
    for spoken, text in GOOD.items():
        if spoken == language:
            check_words(text, before=(), rules="", language=language)
        else:
            with pytest.raises(NonsenseError, match="another language"):
                check_words(text, before=(), rules="", language=language)


def test_names_in_latin_letters_are_no_other_language_and_the_desks_own_words_never():
    check_words("您来见Priya Nair。", before=(), rules="", language="zh")
    with pytest.raises(NonsenseError, match="another language"):
        check_words("Please see Priya Nair 您好", before=(), rules="", language="zh")
    ours = "There is no public printer here."
    check_words(ours, before=(), rules="", language="zh", deeds=Deeds(own_words=(ours,)))


TOLD = Deeds(told=("Mara Lindqvist",))


@pytest.mark.parametrize(
    ("language", "claim", "true"),
    [
        ("en", "I have just called a colleague for you.", Deeds(called=True)),
        ("en", "I am calling Mara for you now.", TOLD),
        ("en", "I'm letting her know that you are here.", TOLD),
        ("de", "Ich habe eine Kollegin gerufen, bitte warten Sie hier.", Deeds(called=True)),
        ("de", "Ich habe Frau Lindqvist Bescheid gesagt, sie ist auf dem Weg.", TOLD),
        ("fr", "J'ai appelé une collègue pour vous.", Deeds(called=True)),
        ("es", "He avisado a la señora por usted.", TOLD),
        ("zh", "我已经通知了她。", TOLD),
    ],
)
def test_a_deed_is_claimed_only_when_it_is_done(language, claim, true):
    check_words(claim, before=(), rules="", deeds=true, language=language)
    with pytest.raises(NonsenseError, match="claims"):
        check_words(claim, before=(), rules="", language=language)


def test_one_deed_does_not_make_another_true():
    for claim in ("I have called the police for you.", "I have unlocked the door for you."):
        with pytest.raises(NonsenseError, match="claims"):
            check_words(claim, before=(), rules="", deeds=TOLD)
    with pytest.raises(NonsenseError, match="claims"):
        check_words("I opened the gate.", before=(), rules="", deeds=Deeds(called=True))
    for claim in ("I am calling the police.", "I have informed the fire brigade for you."):
        with pytest.raises(NonsenseError, match="claims"):
            check_words(claim, before=(), rules="", deeds=Deeds(told=("A B",), called=True))


def test_a_secret_is_not_said():
    with pytest.raises(NonsenseError, match="secret"):
        check_words("The key is s3cret, you see.", before=(), rules="",
                    secrets=("s3cret",))  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["Her number is 555 0134 77, just call.", "Write to daniel.okafor@house.example, please.",
     "It is room 21 and her line is (030) 1234-567.", "You can see it at www.house.example today."],
)  # fmt: skip
def test_numbers_and_addresses_come_from_what_it_was_told_or_not_at_all(said):
    with pytest.raises(NonsenseError, match="was not told"):
        check_words(said, before=(), rules="", told="The house opens at 8:00, room 21.")
    told = "call 555-0134-77 or 030 1234567, daniel.okafor@house.example, www.house.example"
    check_words(said, before=(), rules="", told=told)


def test_times_and_room_numbers_are_no_telephone_numbers():
    check_words("We are open from 8:00 to 18:00, in room 2140.", before=(), rules="", told="")
