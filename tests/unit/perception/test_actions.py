"""Sentences about body parts, asked of made visitors."""

import numpy as np
import pytest

from agent.core.errors import BadInputError
from agent.lessons.action_people import REST_S, made
from perception.actions.figure import Figure, Sight
from perception.actions.recogniser import ActionRecogniser, own_actions, read_actions
from perception.actions.sentences import Truths, ask, read


def told(name, actions=None, seed=7, change=lambda sight: sight):
    recogniser = ActionRecogniser(actions or own_actions())
    found = [recogniser.take(change(sight)) for sight in made(name, seed)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("name", ["wave", "raise hand", "phone to the ear", "sit"])
def test_what_a_visitor_does_is_told_once_with_its_reasons(name):
    seen = told(name)

    assert [one.action for one in seen] == [name]
    assert seen[0].at >= REST_S - 0.2
    assert seen[0].because


def test_who_stands_does_nothing():
    assert told("stand") == []


def test_a_new_action_is_a_sentence(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text("hides the mouth: a hand is at the mouth, the hand is still\n")

    assert [one.action for one in told("cover the mouth", read_actions(file))] == [
        "hides the mouth"
    ]


def test_a_wave_is_seen_without_a_hand_model():
    blind = told("wave", change=lambda s: Sight(at=s.at, body=s.body, visible=s.visible))

    assert "wave" in [one.action for one in blind]


def test_hands_alone_are_enough_for_a_thumb():
    seen = told("thumb up", seed=9, change=lambda s: Sight(at=s.at, hands=s.hands))

    assert {one.action for one in seen} <= {"thumb up"}


def test_words_that_cannot_be_measured_are_refused_with_what_can():
    with pytest.raises(BadInputError, match=r"cannot measure 'the soul is light'.*say for"):
        read("the soul is light", "own.yaml: mood")


def test_wordings_that_differ_mean_the_same():
    ours = read("both arms cross the body; the wrist goes from side to side")

    assert [(c.phrase, c.whose) for c in ours.clauses] == [
        ("across", "both"), ("side to side", "same"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[1, 2]", "wave: 3", "", "wave: [", "\x00"])
def test_a_file_that_is_no_list_of_sentences_says_so(tmp_path, text):
    file = tmp_path / "own.yaml"
    file.write_text(text)

    with pytest.raises(BadInputError, match=r"own\.yaml"):
        read_actions(file)


def test_sights_out_of_order_without_a_body_or_full_of_holes_tell_nothing():
    recogniser = ActionRecogniser(own_actions())
    holes = np.full((33, 3), np.nan)

    for at in (1.0, 0.5, 1.0, 90.0, 91.0):
        assert recogniser.take(Sight(at=at, body=holes, hands=(holes[:21], None))) is None
        assert recogniser.take(Sight(at=at + 0.01, body=np.zeros((4, 3)))) is None
    figure = Figure()
    figure.take(Sight(at=1.0))
    assert figure.now[0].at == pytest.approx(1.0)


def test_not_turns_a_clause_round():
    figure = Figure()
    for sight in made("raise hand", 7):
        figure.take(sight)
    truths = Truths(figure, frozenset({"body", "hands", "head"}))

    assert ask(read("a hand is above the head"), truths).fits > 0.7
    assert ask(read("both hands are not above the head"), truths).fits > 0.7
    assert ask(read("a hand is above the head, the hand is not above the head"), truths).fits < 0.4
