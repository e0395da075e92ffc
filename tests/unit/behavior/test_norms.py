"""Every norm's own examples are run here, and each has to die with its norm."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from behavior.norms.norm import Norm, NormKind, Norms, Verdict
from behavior.wishes import because
from tests.fakes.encounters import house_norms

NORMS = house_norms()
FIRES = [
    pytest.param(norm, scene, id=f"{norm.id}-{i}")
    for norm in NORMS
    for i, scene in enumerate(norm.examples.fires)
]
SILENT = [
    pytest.param(norm, scene, id=f"{norm.id}-{i}")
    for norm in NORMS
    for i, scene in enumerate(norm.examples.silent)
]


def judge(norms, scene):
    return Norms(norms).judge(scene.situation(), scene.wish())


def without(norm):
    """All norms but this one, and no mention of it."""
    rest = [one for one in NORMS if one is not norm]
    return [
        one.model_copy(update={"over": tuple(o for o in one.over if o != norm.id)})
        if norm.id in one.over
        else one
        for one in rest
    ]


@pytest.mark.parametrize(("norm", "scene"), FIRES)
def test_a_norm_fires_where_its_example_says(norm, scene):
    assert norm.id in judge(NORMS, scene).fired


def outcome(judgement):
    """What is done or who refused it, whatever was given as the reason."""
    if judgement.wish is None:
        return judgement.refused.by
    return replace(judgement.wish, act=replace(judgement.wish.act, reason=because("", "")))


@pytest.mark.parametrize(("norm", "scene"), FIRES)
def test_without_the_norm_its_example_ends_otherwise(norm, scene):
    kept, lost = judge(NORMS, scene), judge(without(norm), scene)
    assert norm.id not in lost.fired
    assert outcome(kept) != outcome(lost)


@pytest.mark.parametrize(("norm", "scene"), SILENT)
def test_a_norm_is_silent_where_its_example_says(norm, scene):
    assert norm.id not in judge(NORMS, scene).fired


@pytest.mark.parametrize(("norm", "scene"), FIRES)
def test_what_a_norm_does_is_told(norm, scene):
    judgement = judge(NORMS, scene)
    if norm.verdict is Verdict.VETO:
        assert judgement.wish is None
        assert judgement.refused.by == f"norm:{norm.id}"
        assert judgement.refused.facts["why"] == norm.reason
    else:
        told = judgement.wish.act.reason if judgement.wish else judgement.refused.reason
        assert norm.id in told.norms


def test_there_are_sixty_norms_and_more_and_six_and_more_of_each_kind():
    kinds = [norm.kind for norm in NORMS]
    assert len(NORMS) >= 60
    assert all(kinds.count(kind) >= 6 for kind in NormKind)


def scene_of(norm):
    return next(one for one in NORMS if one.id == norm).examples.fires[0]


def test_a_softened_greeting_is_a_nod_and_no_greeting():
    wish = judge(NORMS, scene_of("quiet_hours")).wish
    assert wish.act.clauses == ()
    assert wish.act.gestures[0].lexeme == "nod"
    assert not wish.greets


def test_who_has_had_the_nod_does_not_get_it_again_and_again():
    scene = scene_of("quiet_hours")
    nodded = scene.people[0].model_copy(update={"has": ("signed",)})
    judgement = judge(NORMS, scene.model_copy(update={"people": (nodded,)}))
    assert judgement.wish is None
    assert judgement.refused.by == "norm:quiet_hours"


def test_a_name_is_left_out_when_a_stranger_can_hear_it():
    wish = judge(NORMS, scene_of("names_are_not_for_strangers")).wish
    assert wish.text == "Your host expects you."


def test_a_remark_about_looks_is_replaced():
    wish = judge(NORMS, scene_of("no_remarks_about_people")).wish
    assert wish.text == "How can I help you?"


def test_an_alarm_is_called_out_even_to_someone_far_away_who_walks_by():
    scene = scene_of("alarm_comes_first").model_copy(update={"visitor_speaks": True, "hour": 23.0})
    assert judge(NORMS, scene).wish is not None


def test_an_exception_that_had_nothing_to_set_aside_is_not_given_as_a_reason():
    scene = scene_of("looking_away_is_fine")
    alone = scene.model_copy(update={"people": scene.people[:1]})
    judgement = judge(NORMS, alone)
    assert "looking_away_is_fine" not in judgement.fired
    assert judgement.wish.act.reason.norms == ()


def test_what_is_called_out_in_an_alarm_is_shown_and_looked_at_as_well():
    """The exception sets aside what objects, and nothing that is asked for besides."""
    scene = scene_of("alarm_comes_first")
    judgement = judge(NORMS, scene)
    assert judgement.fired == ("alarm_comes_first", "shown_as_well_in_an_alarm")
    assert judgement.wish.act.clauses[0].screen == "Help is coming."


def test_an_emergency_number_is_shown():
    wish = judge(NORMS, scene_of("emergency_numbers_are_shown")).wish
    assert wish.act.clauses[0].screen == "Please call 112 now."


BASE = {
    "id": "example",
    "kind": "safety",
    "when": {"act.speaks": True},
    "verdict": "veto",
    "reason": "Because it is an example.",
    "examples": {
        "fires": [{"act": {"say": "Hello."}}],
        "silent": [{"act": {}}],
    },
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"when": {"act.speeks": True}}, "did you mean act.speaks"),
        ({"when": {"act.speaks": {"above": 3}}}, "act.speaks is a flag"),
        ({"when": {"room.people": "many"}}, "room.people is a number"),
        ({"when": {"room.people": {}}}, "says nothing"),
        ({"when": {"room.hour": {"from_hour": 3}}}, "go together"),
        ({"verdict": "soften"}, "`how` goes with soften"),
        ({"verdict": "require", "how": "disclose"}, "disclose needs `say`"),
        ({"over": ["example"]}, "`over` goes with allow"),
        ({"examples": {"fires": [], "silent": [{"act": {}}]}}, "at least 1 item"),
        ({"kind": "taste"}, "Input should be 'safety'"),
        ({"reson": "typo"}, "Extra inputs"),
    ],
)
def test_a_norm_that_makes_no_sense_is_refused_with_a_hint(change, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Norm.model_validate({**BASE, **change})


def test_two_norms_of_one_name_are_refused():
    norm = Norm.model_validate(BASE)
    with pytest.raises(ValueError, match="twice: example"):
        Norms([norm, norm])


def test_an_exception_to_a_norm_that_is_not_there_is_refused():
    norm = Norm.model_validate({**BASE, "verdict": "allow", "over": ["nothing"]})
    with pytest.raises(ValueError, match="names no norm: nothing"):
        Norms([norm])


def test_no_condition_holds_of_what_is_unknown():
    unseen = {**BASE, "when": {"addressee.looks_away": False}}
    norm = Norm.model_validate(unseen)
    scene = norm.examples.fires[0]
    assert not norm.fires(scene.situation(), scene.wish())
