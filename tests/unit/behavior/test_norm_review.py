"""Norms that nothing can trigger are found, and no others."""

import pytest

from behavior.norms.norm import Examples, Norm, Norms
from behavior.norms.review import failing_examples, untriggerable, why_never
from behavior.norms.scenes import Scene
from tests.fakes.encounters import house_norms


def norm(when, unless=None):
    return Norm.model_validate(
        {
            "id": "example",
            "kind": "safety",
            "when": when,
            "unless": unless or {},
            "verdict": "veto",
            "reason": "Because it is an example.",
            "examples": {"fires": [{"act": {}}], "silent": [{"act": {}}]},
        }
    )


@pytest.mark.parametrize(
    ("when", "unless", "why"),
    [
        ({"act.policy": "greting"}, {}, "did you mean greeting"),
        ({"addressee.engagement": {"one_of": ["left"]}}, {}, "never left"),
        ({"room.people": {"above": 3, "below": 3}}, {}, "no value of room.people"),
        ({"room.people": {"above": 0, "below": 1}}, {}, "no value of room.people"),
        ({"addressee.distance_m": {"below": 0}}, {}, "no value of addressee.distance_m"),
        ({"room.hour": {"from_hour": 7, "until_hour": 7}}, {}, "no value of room.hour"),
        ({"act.speaks": True}, {"act.speaks": True}, "takes away every act.speaks"),
        (
            {"addressee.distance_m": {"above": 2}},
            {"addressee.distance_m": {"above": 1}},
            "takes away every addressee.distance_m",
        ),
        ({"addressee.seen": False, "addressee.greeted": False}, {}, "while addressee.seen"),
        ({"act.speaks": False, "act.text": {"mentions": ["hello"]}}, {}, "while act.speaks"),
        ({"act.speaks": False, "act.greets": True}, {}, "while act.speaks"),
    ],
)
def test_a_norm_that_nothing_can_trigger_is_found(when, unless, why):
    assert why in why_never(norm(when, unless))


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ({"act.policy": {"one_of": ["greting", "reply"]}}, {}),
        ({"room.people": {"above": 0, "below": 2}}, {}),
        ({"room.hour": {"from_hour": 22, "until_hour": 6}}, {}),
        ({"addressee.distance_m": {"above": 1}}, {"addressee.distance_m": {"above": 2}}),
        ({"act.speaks": False, "act.greets": False}, {}),
        ({"addressee.seen": False, "room.alarm": True}, {}),
        ({"act.text": {"mentions": ["police"]}}, {"act.text": {"mentions": ["fire"]}}),
    ],
)
def test_a_norm_that_something_can_trigger_is_left_alone(when, unless):
    assert why_never(norm(when, unless)) == ""


def test_the_norms_of_the_house_can_all_be_triggered_and_their_examples_hold():
    assert list(untriggerable(house_norms())) == []
    assert list(failing_examples(Norms(house_norms()))) == []


def test_an_example_that_fires_where_another_norm_speaks_up_names_it():
    hello = Scene.model_validate({"act": {"say": "Hello."}})
    said = {"examples": Examples(fires=(hello,), silent=(hello,))}
    never = norm({"act.speaks": False}).model_copy(update=said | {"id": "never"})
    always = norm({"act.speaks": True}).model_copy(update=said | {"id": "always"})
    both = Norms([never, always])
    told = [(one.id, which, how) for one, which, how in failing_examples(both)]
    assert told == [
        ("never", "examples.fires.0", "it does not fire here; what fires: always"),
        ("always", "examples.silent.0", "it fires here"),
    ]
