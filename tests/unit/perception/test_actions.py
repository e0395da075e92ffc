"""Sentences about body parts, asked of made visitors."""

import dataclasses

import numpy as np
import pytest

from agent.core.errors import BackendUnavailableError, BadInputError
from agent.lessons.action_lessons import lessons
from agent.lessons.action_people import REST_S, made
from agent.lessons.action_school import learn
from perception.actions.cues import CUES
from perception.actions.figure import Figure, Sight
from perception.actions.judge import FILE, likely, load, own_weights
from perception.actions.phrases import PHRASES
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


def some_figure(name, seed=1700, until_s=REST_S + 2.0):
    figure = Figure()
    for sight in made(name, seed):
        if sight.at <= until_s:
            figure.take(sight)
    return figure


def test_a_hand_whose_fingers_move_is_not_still():
    beckons, offers = (
        [PHRASES["still"].measure(some_figure(name, seed), 0) for seed in (2, 3)]
        + [PHRASES["still"].measure(some_figure(name, seed), 1) for seed in (2, 3)]
        for name in ("beckon", "hand over")
    )

    assert min(beckons) < 0.3
    assert min(offers) > 0.5


def test_an_arm_hangs_however_short_it_is():
    arms = np.full((33, 3), np.nan)
    for shoulder, elbow, wrist, side in ((11, 13, 15, 1.0), (12, 14, 16, -1.0)):
        arms[shoulder], arms[elbow] = (side * 0.22, 0, 0), (side * 0.24, 0.2, 0)
        arms[wrist] = side * 0.24, 0.4, 0
    figure, out = Figure(), Figure()
    for k in range(10):
        figure.take(Sight(at=k / 10, body=arms))
        raised = arms.copy()
        raised[[13, 15], 1] = 0.0, 0.0
        raised[[13, 15], 0] = 0.42, 0.62
        out.take(Sight(at=k / 10, body=raised))

    assert PHRASES["hangs"].measure(figure, 0) > 0.9
    assert PHRASES["hangs"].measure(out, 0) < 0.1


def test_nothing_is_told_by_half_of_what_a_sentence_says():
    no_hands = told("hand over", {"beckon": own_actions()["beckon"]}, change=lambda s: Sight(
        at=s.at, body=s.body, visible=s.visible
    ))  # fmt: skip

    assert no_hands == []


def test_a_wave_is_seen_without_a_hand_model():
    blind = told("wave", change=lambda s: Sight(at=s.at, body=s.body, visible=s.visible))

    assert "wave" in [one.action for one in blind]


def test_hands_alone_are_enough_for_a_thumb():
    seen = told("thumb up", seed=9, change=lambda s: Sight(at=s.at, hands=s.hands))

    assert {one.action for one in seen} <= {"thumb up"}


def test_words_that_cannot_be_measured_are_refused_with_what_can():
    with pytest.raises(BadInputError, match=r"cannot measure 'the soul is light'.*say for"):
        read("the soul is light", "own.yaml: mood")


def test_reaches_and_reach_are_one_word():
    one, both = read("a hand reaches forward"), read("both hands reach forward")

    assert one.clauses[0].phrase == both.clauses[0].phrase == "reaches forward"


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


def without_body(sight):
    return dataclasses.replace(sight, body=None, visible=None)


def test_hands_beside_a_face_say_what_a_body_out_of_view_does():
    """Measured alone nothing of it can be told; judged by the rest some of it can."""
    names, seeds = ("wave", "raise hand", "thumb up"), (600, 601, 602)
    told_by = {}
    for judge in (None, own_weights()):
        told_by[judge is not None] = sum(
            name in first(ActionRecogniser(own_actions(), judge), name, seed)
            for name in names
            for seed in seeds
        )
    assert told_by[True] >= told_by[False] + 2


def first(recogniser, name, seed):
    found = [recogniser.take(without_body(sight)) for sight in made(name, seed)]
    return [one.action for one in found if one is not None][:1]


def test_where_all_is_seen_nothing_is_judged_that_can_be_measured():
    blind = dataclasses.replace(own_weights(), second_bias=np.full(len(PHRASES), 9.0))
    seen, measured = [], []
    for weights, kept in ((blind, seen), (None, measured)):
        recogniser = ActionRecogniser(own_actions(), weights)
        whole = (s for s in made("wave", 7) if all(h is not None for h in s.hands))
        kept += [recogniser.take(sight) for sight in whole]
    assert [one.action for one in seen if one] == [one.action for one in measured if one]


def test_a_judge_says_how_often_a_phrase_is_true_where_nothing_was_seen():
    weights = own_weights()
    nothing = likely(weights, np.full(CUES, np.nan))
    rare = [nothing[list(PHRASES).index(name)] for name in ("at the ear", "thumb up", "curling")]
    assert max(rare) < 0.35


def test_damaged_weights_of_the_judge_say_how_to_make_them_again(tmp_path):
    file = tmp_path / "weights.npz"
    file.write_bytes(FILE.read_bytes()[:4000])
    with pytest.raises(BackendUnavailableError, match="foyer train actions"):
        load(file)


def test_what_teaches_the_judge_is_no_action_and_hides_parts():
    given = lessons(4, seed=3)
    assert given.cues.shape[1] == CUES
    assert given.true.shape[1] == len(PHRASES)
    assert np.isnan(given.cues).any()
    weights = learn(given)
    assert likely(weights, given.cues).shape == given.true.shape


def test_not_turns_a_clause_round():
    figure = Figure()
    for sight in made("raise hand", 7):
        figure.take(sight)
    truths = Truths(figure, frozenset({"body", "hands", "head"}))

    assert ask(read("a hand is above the head"), truths).fits > 0.7
    assert ask(read("both hands are not above the head"), truths).fits > 0.7
    assert ask(read("a hand is above the head, the hand is not above the head"), truths).fits < 0.4
