"""Acts: composed of parts with sense, and new ones without training."""

import numpy as np
import pytest
from pydantic import ValidationError

from behavior.proactive import act_vectors
from behavior.proactive.acts import ActParts, Purpose, compose, read_parts, repertoire


def test_there_are_more_than_a_thousand_acts_and_no_two_of_one_name():
    patterns = repertoire().patterns
    assert len(patterns) > 1000
    assert len({pattern.name for pattern in patterns}) == len(patterns)


def test_what_does_not_go_together_is_not_composed():
    parts = read_parts()
    composed = compose(parts)
    for pair in parts.never:
        for pattern in composed:
            assert any(str(getattr(pattern, part)) != value for part, value in pair.items())
    assert len(compose(parts.model_copy(update={"never": ()}))) > len(composed)


def test_every_act_does_something():
    for pattern in repertoire().patterns:
        assert pattern.say or pattern.gesture != "none" or pattern.gaze == "person", pattern.name


def test_every_gesture_is_in_the_lexicon():
    from actuation.gestures.lexemes import load_lexicon

    known = {lexeme.name for lexeme in load_lexicon()} | {"none"}
    assert {pattern.gesture for pattern in repertoire().patterns} <= known


@pytest.mark.parametrize(
    ("hour", "part"), [(8.0, "morning"), (13.0, "afternoon"), (19.0, "evening")]
)
def test_slots_are_filled_by_the_hour(hour, part):
    act = repertoire().get("greet/1/wave/friendly/person/attentive")
    assert act.words(hour) == f"Good {part}, and welcome. How can I help you?"


def test_an_unknown_slot_is_refused_with_those_there_are():
    with pytest.raises(ValidationError, match=r"name.*good_day"):
        Purpose(about="greeting by name", say=("Hello {name}.",))
    with pytest.raises(ValidationError, match="good_day"):
        Purpose(about="an open brace", say=("Hello {.",))


def test_a_sites_own_acts_join_and_may_take_the_place_of_a_purpose():
    own = Purpose(about="welcoming guests of the open day", say=("Welcome to our open day.",))
    more = repertoire({"open_day": own, "farewell": own})
    assert "open_day/1/none/friendly/person/attentive" in more.number
    assert [p.say for p in more.patterns if p.purpose == "farewell"] == ["Welcome to our open day."]


def test_the_vectors_that_ship_are_those_of_todays_words():
    vectors, kept = act_vectors.act_vectors(repertoire().patterns, act_vectors.read_vectors())
    assert len(kept) == len(repertoire().patterns), "run `foyer train proactive`"
    assert vectors.shape[1] == act_vectors.WIDTH
    assert np.allclose(
        np.linalg.norm(vectors[:, : act_vectors.MEANING_WIDTH], axis=1), 1, atol=1e-2
    )


def test_words_without_a_vector_are_left_out_or_encoded():
    parts = ActParts(purposes={"x": Purpose(about="something quite new", say=("New words.",))})
    patterns = compose(parts)
    vectors, kept = act_vectors.act_vectors(patterns, {})
    assert (len(vectors), kept) == (0, ())

    def encode(lines):
        return np.full((len(lines), act_vectors.MEANING_WIDTH), 0.05, np.float32)

    vectors, kept = act_vectors.act_vectors(patterns, {}, encode)
    assert kept == patterns
    assert vectors[0, 0] == pytest.approx(0.05)


def test_how_an_act_looks_is_in_its_vector():
    patterns = [p for p in repertoire().patterns if p.name.startswith("greet/1/")]
    vectors, _ = act_vectors.act_vectors(patterns, act_vectors.read_vectors())
    assert len({tuple(row) for row in vectors}) == len(patterns)
