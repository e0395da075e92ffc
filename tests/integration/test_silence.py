"""Visitors who say nothing are waited for, helped once, left in peace; each in their language."""

import re
from pathlib import Path

import pytest

from agent.core.messages import ButtonPressed, PageChanged
from tests.fakes.company import meet, person, says
from tests.fakes.played import state
from tests.made_yaml import read_yaml

HERE = Path(__file__).parent
SILENCES, LANGUAGES = (
    read_yaml(HERE / name) for name in ("silences.yaml", "lines_in_languages.yaml")
)


def scripts(one):
    for who, life in one["people"].items():
        life, away = dict(life), life.get("turns_away")
        life.pop("turns_away", None)
        yield person(who, **life)
        if away:
            yield [state(away, who, "present", "engaged", x=1.4)]
    for turn, (at, words) in enumerate(one["says"], 1):
        yield says(at, words, turn)
    for at, button in one.get("presses", ()):
        yield [(at, ButtonPressed(at=at, button=button))]
    if not one.get("page", True):
        yield [(0.6, PageChanged(at=0.6, connected=False, camera=True, microphone=True))]


@pytest.mark.parametrize("one", SILENCES, ids=lambda one: one["name"])
async def test_a_visitor_who_says_nothing(one, tmp_path):
    check(one, await meet(tmp_path, *scripts(one), until=one["until"]))


@pytest.mark.parametrize("one", LANGUAGES, ids=lambda one: one["name"])
async def test_what_policies_say_follows_the_language_of_the_person(one, tmp_path):
    met = await meet(tmp_path, *scripts(one), until=one["until"])
    check(one, met)
    for _, act in met.acts():
        assert len({clause.language for clause in act.clauses}) == 1, act.clauses


def check(one, met):
    for branch, wanted in one.get("heard", {}).items():
        said = met.said(policy=branch)
        assert len(said) == len(wanted), said
        for words, expression in zip(said, wanted, strict=True):
            assert re.search(expression, words), words
    for branch in one.get("never", ()):
        assert met.said(policy=branch) == []
    for branch, (least, most) in one.get("after", {}).items():
        ((at, _),) = met.acts(policy=branch)
        answered, _ = met.acts(policy="reply.answer")[-1]
        assert least <= at - answered <= most
