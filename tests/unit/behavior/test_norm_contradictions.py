"""Norms that shut a policy out, never come to anything, or set nothing aside are found."""

from behavior.norms.contradictions import contradictions
from behavior.norms.norm import Norm, Norms
from tests.fakes.encounters import house_norms


def norm(name, when, verdict="veto", **more):
    return Norm.model_validate(
        {
            "id": name,
            "kind": "safety",
            "when": when,
            "verdict": verdict,
            "reason": "Because it is an example.",
            "examples": {"fires": [{"act": {}}], "silent": [{"act": {}}]},
            **more,
        }
    )


def found(*norms):
    return [(one.id, field, what) for one, field, what in contradictions(Norms(norms))]


def test_the_norms_of_the_house_do_not_contradict_each_other():
    assert found(*house_norms()) == []


def test_a_norm_that_lets_no_greeting_pass_is_named_with_a_cure():
    told = found(*house_norms(), norm("no_hello", {"act.greets": True}))
    assert ("no_hello", "when") in {(name, field) for name, field, _ in told}
    words, model = [what for name, _, what in told if name == "no_hello"]
    assert words.startswith("it always vetoes greeting.words: ")
    assert model.startswith("it always vetoes proactive.greet: ")
    assert "narrow `when`" in words


def test_a_norm_that_silences_a_policy_at_every_hour_is_named_once_for_each_of_its_acts():
    always = norm("hush", {"act.policy": "waiting"}, "soften", how="silent_sign")
    told = [what for name, _, what in found(always) if name == "hush"]
    assert [what.split(":")[0] for what in told] == [
        "it always silences waiting.offer",
        "it always silences waiting.reassure",
        "it always silences waiting.queue",
    ]


def test_a_norm_that_leaves_one_hour_of_the_day_shuts_nothing_out():
    when = {"act.greets": True, "room.hour": {"from_hour": 10, "until_hour": 9}}
    assert found(norm("late", when)) == []


def test_what_one_requires_and_another_always_vetoes_is_a_contradiction():
    veto = norm("never", {"act.speaks": True, "room.alarm": True})
    when = {"act.speaks": True, "room.alarm": True, "act.unasked": True}
    wants = norm("always", when, "require", how="look")
    assert [(name, field) for name, field, _ in found(veto, wants)] == [("always", "when")]
    (told,) = found(veto, wants)
    assert "it requires what is vetoed by never" in told[2]


def test_a_veto_with_an_exception_leaves_room_for_what_another_requires():
    veto = norm("never", {"act.speaks": True, "room.alarm": True}).model_copy(
        update={"unless": norm("x", {"act.policy": "reply"}).when}
    )
    when = {"act.speaks": True, "room.alarm": True, "act.policy": "reply"}
    assert found(veto, norm("always", when, "require", how="look")) == []


def test_the_second_of_two_vetoes_that_only_narrows_the_first_is_never_reached():
    first = norm("wide", {"room.people": {"above": 2}})
    second = norm("narrow", {"room.people": {"above": 5}})
    assert [name for name, _, _ in found(first, second)] == ["narrow"]
    assert found(second, first) == []


def test_words_required_of_what_is_always_made_silent_are_a_contradiction():
    nod = norm("nod", {"room.hour": {"from_hour": 21, "until_hour": 6}, "act.unasked": True},
               "soften", how="silent_sign")  # fmt: skip
    when = {"room.hour": {"from_hour": 22, "until_hour": 23}, "act.unasked": True}
    shows = norm("shows", when, "require", how="on_screen")
    assert [name for name, _, _ in found(nod, shows)] == ["shows"]


def test_a_norm_behind_a_veto_that_may_be_set_aside_is_reachable():
    veto = norm("never", {"act.speaks": True, "room.alarm": True})
    spare = norm("spare", {"act.speaks": True, "act.policy": "reply"}, "allow", over=["never"])
    wants = norm("always", {"act.speaks": True, "room.alarm": True}, "require", how="look")
    assert found(veto, spare, wants) == []


def test_an_exception_to_what_never_holds_with_it_is_pointless():
    silent = norm("silent", {"act.speaks": True})
    spare = norm("spare", {"act.speaks": False}, "allow", over=["silent"])
    told = [(name, field) for name, field, _ in found(silent, spare) if name == "spare"]
    assert told == [("spare", "over")]
