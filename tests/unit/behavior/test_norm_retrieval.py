"""The norms nearest to a moment are found, by meaning where the encoder is there."""

import asyncio
from types import SimpleNamespace

import pytest

from behavior.encoders import Words
from behavior.norms.cases import Case
from behavior.norms.moment import moment
from behavior.norms.norm import Norms
from behavior.norms.retrieval import NearNorms, NormAdvice, best_encoder, words_of
from behavior.norms.scenes import Scene
from tests.fakes.encounters import house_norms

NORMS = house_norms()


@pytest.fixture(scope="module")
def by_meaning():
    return NearNorms(NORMS, best_encoder("minilm"))


@pytest.fixture(scope="module")
def by_spelling():
    return NearNorms(NORMS, Words())


LINES = [
    ("someone is holding a phone to the ear", "do_not_break_into_phone_calls"),
    ("may I photograph the visitor", "no_photographs"),
    ("the building is on fire, which way out", "no_lift_in_an_alarm"),
    ("a little kid stands at the desk alone", "children_are_not_asked_who_they_are"),
    ("the woman stutters and needs long to find her words", "longer_turns_for_slow_speakers"),
]


@pytest.mark.parametrize(("line", "norm"), LINES)
def test_a_norm_is_found_by_what_it_means(by_meaning, line, norm):
    assert norm in [near.norm.id for near in by_meaning.nearest(line, 5)]


def test_most_examples_find_their_own_norm_again_by_other_words(by_meaning):
    """The example's moment without the words that the index knows it by."""
    scenes = [(norm, norm.examples.fires[0]) for norm in NORMS]
    found = [
        norm.id in [near.norm.id for near in by_meaning.nearest(words_of(scene), 4)]
        for norm, scene in scenes
    ]
    assert sum(found) / len(found) > 0.9


def test_without_the_encoder_they_are_found_by_spelling(by_spelling):
    near = by_spelling.nearest("pictures of visitors are taken and kept", 3)
    assert "no_photographs" in [one.norm.id for one in near]
    assert not by_spelling.by_meaning


def test_a_moment_is_described_without_the_words_of_anyone_unless_asked():
    scene = Scene.model_validate(
        {
            "people": [{"distance_m": 1.2}, {"engagement": "present", "distance_m": 2.0}],
            "act": {"say": "Ms Bell expects you.", "priority": "reply"},
            "visitor": {"says": "i am here for ms bell"},
        }
    )
    told = moment(scene.situation(), scene.wish())
    assert "A stranger can hear us." in told
    assert "Bell" not in told
    assert "Ms Bell expects you." in moment(scene.situation(), scene.wish(), aloud=True)


def advice(cases=(), encoder="words"):
    situation = Scene.model_validate({"people": [{}], "act": {}}).situation()
    house = SimpleNamespace(situation=situation, norms=Norms(NORMS), cases=cases)
    return house, NormAdvice(house, encoder=encoder)


def about(given, words):
    return asyncio.run(given.about(words))


def test_the_prompt_is_told_rules_and_how_they_were_found():
    _, given = advice()
    told = about(given, "will you keep pictures of visitors")
    assert told.count("- house rule (found by spelling only): ") == 5
    assert "Pictures of visitors are neither taken nor kept." in told
    given.close()


def test_a_past_case_like_this_one_is_told_and_no_other():
    like = Case(
        at=1.0,
        moment="The visitor stands before us and attends. They were not greeted yet.",
        norms=("quiet_hours",),
        refused=True,
    )
    other = Case(at=2.0, moment="Zebras graze.", norms=("nod_once",), refused=False)
    _, given = advice((like, other))
    told = about(given, "hello")
    assert f"- earlier today: {like.told}" in told
    assert "Zebras" not in told
    given.close()


def test_norms_that_were_reloaded_are_the_ones_told():
    house, given = advice()
    about(given, "hello")
    house.norms = Norms([norm for norm in NORMS if norm.id == "no_photographs"])
    told = about(given, "hello")
    assert told.count("- house rule") == 1
    given.close()
