"""A lobby lived through with or without the agent: frames, labels, acts and what they change."""

from dataclasses import replace

import pytest

from agent.bench.proactive import live_and_judge, measure
from agent.core.errors import BadInputError
from agent.core.messages import Act, PersonSeen
from agent.lessons.practice import live, people_of, rehearsal_of, stretches
from behavior.lobby.library import day_profile, detector_noise, floor_plan, intentions
from behavior.proactive.labels import YES
from behavior.proactive.model import Model
from behavior.proactive.windows import WindowConfig

WINDOW = WindowConfig()


@pytest.fixture(scope="module")
def one():
    """A quarter of an hour in which visitors come."""
    chosen = stretches(1, 5, judging=False)[0]
    return replace(chosen, plan="entrance_hall", day="normal", noise="measured", hour=9, busier=1.0)


@pytest.fixture(scope="module")
def silent(one):
    return live(replace(one, acts=False), WINDOW, judging=False)


def test_frames_follow_each_other_and_some_are_moments_to_act(silent):
    times = [each.frame.at for each in silent]
    assert times == sorted(times)
    assert any(each.label.act_now == YES for each in silent)
    assert any(each.frame.people and each.label.act_now != YES for each in silent)


def test_a_moment_to_act_names_whom_and_what(silent):
    for each in silent:
        if each.label.act_now == YES:
            column = each.label.whom.tolist().index(YES)
            assert each.label.suited[column]
            assert each.numbers[column] > 0


def test_the_same_stretch_is_lived_the_same_twice(one, silent):
    again = live(replace(one, acts=False), WINDOW, judging=False)
    assert [each.frame.at for each in again] == [each.frame.at for each in silent]
    assert all(
        (a.frame.tokens == b.frame.tokens).all() and a.label.suited == b.label.suited
        for a, b in zip(again, silent, strict=True)
    )


def test_where_the_rules_act_there_is_less_left_to_do(one, silent):
    rehearsal = rehearsal_of(replace(one, acts=True), WINDOW, judging=False)
    acted = list(rehearsal.frames(one.seconds))
    assert any(act.reason.policy == "greeting.words" for act in rehearsal.acts)
    share = [
        sum(each.label.act_now == YES for each in frames) / len(frames)
        for frames in (silent, acted)
    ]
    assert share[1] < share[0] / 2


def test_what_the_agent_does_is_watched_and_heard_in_the_lobby(one):
    passed = []
    rehearsal = rehearsal_of(replace(one, acts=True), WINDOW, judging=False, watch=passed.append)
    for _ in rehearsal.frames(one.seconds):
        pass
    assert {Act, PersonSeen} <= {type(message) for message in passed}
    told = {type(each).__name__ for each in rehearsal.known.lobby.truth}
    assert {"FirstSign", "FirstWord"} <= told


def test_judging_and_training_share_neither_plan_nor_held_out_people():
    taught, judged = (stretches(40, 1, judging=judging) for judging in (False, True))
    assert {each.plan for each in taught}.isdisjoint(each.plan for each in judged)
    for each in taught:
        assert not floor_plan(each.plan).held_out
        assert not day_profile(each.day).held_out
        assert not detector_noise(each.noise).held_out
    assert any(detector_noise(each.noise).held_out for each in judged)
    assert any(day_profile(each.day).held_out for each in judged)
    strange = {name for name, who in intentions().items() if who.held_out}
    assert strange <= set(people_of(judging=True))
    assert strange.isdisjoint(people_of(judging=False))


def test_the_bench_judges_every_contender_on_the_same_frames(one):
    day = live_and_judge(replace(one, seconds=240.0, plan="gallery"), Model.read())
    assert set(day.verdicts) == {"rules", "zones", "gaze 10 s", "gaze 2 s", "always"}
    assert all(len(told) == len(day.frames) for told in day.verdicts.values())
    assert all(
        verdict.fires == bool(each.frame.people)
        for verdict, each in zip(day.verdicts["always"], day.frames, strict=True)
    )


def test_the_bench_tells_every_measure_with_its_baseline_and_control():
    figures = {each.name: each for each in measure(episodes=2, minutes=3.0, seed=3)}
    assert {"AP, tolerance 0", "AP, tolerance 1", "AP, tolerance 2", "AUC"} <= set(figures)
    assert {"whom", "act top-1", "act MRR", "false acts an hour", "median lead"} <= set(figures)
    for name in ("AP, tolerance 0", "AUC"):
        assert figures[name].baseline_of == "rules"
        assert figures[name].control_of == "untrained"
        assert "always" in figures[name].note


def test_a_bench_of_one_stretch_has_no_interval_and_is_refused():
    with pytest.raises(BadInputError, match="at least 2"):
        measure(episodes=1)
