"""The norms let the house's own words pass: only what is wrong is changed."""

from functools import cache

import pytest
import yaml

from agent.core.messages import Act, Clause, Priority
from behavior.dialogue.wording import load_wording, sentences
from behavior.house.knowledge import read_knowledge
from behavior.norms.norm import Norms
from behavior.norms.scenes import Scene
from behavior.wishes import UNNUMBERED, Wish, because
from tests.fakes.desk import KNOWLEDGE, demo_site
from tests.fakes.encounters import CONFIGS, house_norms

SHOWN = {"emergency_numbers_are_shown", "web_addresses_are_shown"}
"""These add a line on the screen to what is right."""


@cache
def norms():
    return Norms(house_norms())


class Blank(dict):
    """A name for whatever a wording has filled in."""

    def __missing__(self, slot):
        return "Robin"


def wordings():
    blank = dict.fromkeys(
        ("host", "hosts", "visitor", "staff", "staff_capital", "department", "place", "where",
         "signed", "directions", "question", "until", "hours", "time", "date", "text", "number",
         "ago", "ago_low", "words", "count", "length", "gap", "gone", "deeds",
         "gesture", "distance",
         "status", "steps", "room", "when", "things", "service", "ahead", "wait",
         "people", "side", "loud", "languages", "language"),
        "Robin",
    )  # fmt: skip
    blank = Blank(blank)
    for key, lines in load_wording().lines.items():
        for line in lines:
            yield pytest.param(line.format_map(blank).replace(" | ", " "), id=key)


def knowledge():
    for entry in read_knowledge(KNOWLEDGE, demo_site()):
        yield pytest.param(entry.answer, id=entry.key)


def policies():
    """Every line that a policy file has people hear."""
    for path in sorted(CONFIGS.glob("*.yaml")):
        for line in _lines(yaml.safe_load(path.read_text()) or {}):
            if len(line.split()) > 2:
                yield pytest.param(line, id=f"{path.stem}: {line[:20]}")


def _lines(value):
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if _list(value) else ():
        yield from _lines(one)


def _list(value):
    return isinstance(value, list)


@pytest.mark.parametrize("text", [*wordings(), *knowledge(), *policies()])
def test_what_the_house_says_by_itself_passes_as_it_is(text):
    scene = Scene.model_validate({"people": [{}], "act": {}})
    act = Act(
        at=1000.0,
        act=UNNUMBERED,
        reason=because("reply.answer", "an example"),
        to=next(iter(scene.situation().people)),
        clauses=sentences(text) or (Clause(text=text),),
        priority=Priority.REPLY,
    )
    said = norms().judge(scene.situation(), Wish(act=act))
    assert set(said.fired) <= SHOWN
    assert said.wish.text == " ".join(clause.text for clause in act.clauses)
