"""What a text means, in gestures: words, image schemas, likeness, and lists on the fingers."""

import numpy as np
import pytest

from actuation.gestures.calls import calls_of
from actuation.gestures.image_schemas import load_schemas, standard_schemas, stem
from actuation.gestures.lexemes import Lexeme, Lexicon, standard_lexicon
from actuation.gestures.meaning import GestureMeaning, standard_meaning
from agent.core.errors import BadInputError

LEXICON, MEANING = standard_lexicon(), standard_meaning()


def schemas_in(text):
    return {name for found in standard_schemas().found_in(text) for name in found.shows}


def called(text, **more):
    return [call.lexeme.name for call in calls_of(text, LEXICON, MEANING, **more)]


# Image schemas.


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        ("The rents kept growing.", "rise"),
        ("Fewer and fewer came.", "fall"),
        ("They split the hall into smaller rooms.", "split"),
        ("She built a whole business.", "assemble"),
        ("It depends on the weather.", "chain"),
        ("Either this door or that.", "balance"),
        ("From the gate it is a walk to the tower.", "from_to"),
        ("The plan was rejected.", "push_away"),
        ("We could not figure out the answer.", "grasp"),
    ],
)
def test_constructions_speak_of_schemas_in_any_inflection(text, gesture):
    assert gesture in schemas_in(text)


def test_a_construction_does_not_reach_across_a_long_sentence():
    near = "Take it from the shelf to the desk."
    far = "From my window one sees the river and the boats on it, and to me that is enough."
    assert "from_to" in schemas_in(near)
    assert "from_to" not in schemas_in(far)


def test_the_words_that_speak_are_told():
    (found,) = [f for f in standard_schemas().found_in("We divide it.") if f.shows == ("split",)]
    assert (found.first_word, found.after_words) == (1, 2)


@pytest.mark.parametrize(
    "words",
    ["divide divides divided dividing", "stop stops stopped stopping", "carry carries carried"],
)
def test_inflections_have_one_basic_form(words):
    assert len({stem(word) for word in words.split()}) == 1


def test_a_faulty_row_is_named(tmp_path):
    file = tmp_path / "schemas.yaml"
    file.write_text("- {schema: path, shows: [path], says: [to]}\n- {schema: spiral, says: [x]}\n")
    with pytest.raises(BadInputError, match=r"schemas\.yaml: row 2"):
        load_schemas(file)


# Ranking.


def test_reasons_that_agree_count_together():
    (best, *_) = MEANING.rank("Our sales keep rising.")
    alone = MEANING.rank("Our sales keep soaring.")
    assert best.lexeme == "rise"
    assert best.score > next(m.score for m in alone if m.lexeme == "rise")


def test_what_was_asked_decides_where_the_answer_leaves_it_open():
    with_context = {
        m.lexeme for m in MEANING.rank("It is.", asked="Does the ferry cross the lake?")
    }
    assert "waves" in with_context
    assert "waves" not in {m.lexeme for m in MEANING.rank("It is.")}


def test_a_text_that_says_nothing_calls_for_nothing():
    assert MEANING.rank("") == []
    assert called("Mm.") == []
    assert called("?!") == []


def test_ten_minutes_of_text_are_ranked_all_the_same():
    assert MEANING.rank("We go up, and then we go down again, step by step. " * 120)


class Alike:
    """Two lines are alike when they share their first letter."""

    def encode(self, lines):
        vectors = np.zeros((len(lines), 128), np.float32)
        for row, line in zip(vectors, lines, strict=True):
            row[min(ord(line[0]), 127)] = 1.0
        return vectors


def small_lexicon():
    pose = {"t": 0.0, "hand": [0.3, -0.3, 0.5], "palm": [0, 0, 1], "fingers": [0, 1, 0]}
    rows = {"zebra": "Zebras", "apple": "Apples"}
    return Lexicon({
        name: Lexeme.model_validate(
            {"name": name, "kind": "iconic", "meaning": about, "hands": "one", "keys": [pose]}
        )
        for name, about in rows.items()
    })  # fmt: skip


def test_embeddings_are_weighed_in_where_they_are_given():
    lexicon = small_lexicon()
    assert GestureMeaning(lexicon).rank("Zoo.") == []
    (meant,) = GestureMeaning(lexicon, encoder=Alike()).rank("Zoo.")
    assert (meant.lexeme, meant.because) == ("zebra", "likeness")


def test_schemas_show_nothing_that_the_lexicon_does_not_have():
    assert GestureMeaning(small_lexicon()).rank("Prices rise and rise.") == []


# Lists on the fingers.


def test_steps_are_counted_on_the_fingers():
    names = called("First you sign in, second you wait, and finally somebody comes.")
    assert {"item_first", "item_second", "item_last"} <= set(names)


@pytest.mark.parametrize(
    "text",
    [
        "It is on the first floor.",
        "Your second name, please.",
        "The third door.",
        "At first I slept.",
    ],
)
def test_an_ordinal_that_names_a_thing_counts_nothing(text):
    assert not [name for name in called(text) if name.startswith("item_")]


def test_what_follows_a_colon_is_counted_when_it_is_a_list():
    names = called("You need this: a badge, a pen and your passport.")
    assert {"item_first", "item_second", "item_third"} <= set(names)
    assert not [n for n in called("One thing: please wait.") if n.startswith("item_")]


@pytest.mark.parametrize(("text", "gesture"), [("There are seven rooms.", "seven"),
                                               ("Two of them are free.", "two")])  # fmt: skip
def test_how_many_there_are_is_shown(text, gesture):
    assert gesture in called(text)


@pytest.mark.parametrize("text", ["It takes five minutes.", "It costs four euros.", "Room two."])
def test_measures_and_names_are_not_counted(text):
    assert not set(called(text)) & {"two", "four", "five"}


# Other languages.


@pytest.mark.parametrize(
    "text", ["Sie hat also im Fall der Reise Zeit.", "Le bus est plus tard.", "El hotel es bad."]
)
def test_words_of_other_languages_are_not_taken_for_english_ones(text):
    assert MEANING.rank(text)
    assert called(text) == []


# Of two that want the same words.


def test_no_two_gestures_are_on_the_same_words():
    calls = calls_of("The lift is out of order, take the stairs up.", LEXICON, MEANING)
    spans = [(c.first_word, c.after_words) for c in calls if c.first_word is not None]
    words = [word for a, b in spans for word in range(a, b)]
    assert len(words) == len(set(words))


def test_what_fits_only_a_little_is_not_made():
    assert all(call.score >= 0.75 for call in calls_of("The site of it.", LEXICON, MEANING))


@pytest.mark.parametrize(
    "text",
    [
        "Please do not open that door.",
        "Careful, don't touch the glass.",
        "You must not park in front of the gate.",
        "Take the lift, but do not use the stairs.",
        "Never leave a bag alone in the hall.",
    ],
)
def test_who_forbids_holds_up_a_hand_and_shows_nothing_of_it(text):
    calls = calls_of(text, LEXICON, MEANING)
    (stop,) = (call for call in calls if call.lexeme.name == "halt")
    forbidden = range(stop.first_word, stop.after_words)
    assert calls[0] is stop
    assert all(call.first_word not in forbidden for call in calls[1:])


@pytest.mark.parametrize(
    "text",
    [
        "Do not hesitate to open any door.",
        "I do not open on Sundays.",
        "If you do not open it, it stays shut.",
        "Never mind the noise.",
    ],
)
def test_not_doing_something_is_not_forbidding_it(text):
    assert "halt" not in called(text)
