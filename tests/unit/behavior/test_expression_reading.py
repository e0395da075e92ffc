"""Faces are read only where a site asks for it, carefully, and never where only staff go."""

import re
from dataclasses import replace

import pytest

from agent.core.messages import ToolFinished, ToolOutcome, TurnId
from agent.pages.panel import PageView
from behavior.transcript.config import TranscriptConfig, for_site
from behavior.transcript.encounter import Transcript
from behavior.transcript.expression_reading import NOTICE, readings
from behavior.transcript.watching import Glance
from tests.fakes.desk import demo_site
from tests.fakes.people import stand
from tests.unit.behavior.test_transcript import says

OPEN = Glance(mouth_open=0.4, usual_mouth=0.05, lips=0.01, sightings=40)
ALL = [
    OPEN,
    replace(OPEN, lips=0.2),
    Glance(head_down_rad=0.4, usual_head_down_rad=0.0, sightings=40),
    Glance(nods=2, sightings=40),
    Glance(looks_more=-0.5, nearer_m=-0.6, sightings=40),
]
FEELINGS = re.compile(r"\b(?:angry|happy|sad|anger|fear|afraid|nervous|emotion|mood|bored)\b")


def watch(expressions):
    """Somebody stands for half a minute, then opens the mouth without a word."""
    transcript = Transcript(TranscriptConfig(expressions=expressions))
    for one in stand(at=0.0, seconds=36.0, person="p1", gaze_deg=0.0):
        transcript.take(replace(one, mouth_open=0.4 if one.at > 30 else 0.05))
    return transcript


@pytest.mark.parametrize("glance", ALL)
def test_a_reading_is_observation_then_may_then_could(glance):
    (one,) = readings(glance, spoke=False)
    assert re.fullmatch(r"observed: .+; may: .+; so: could .+", one.text())
    assert not FEELINGS.search(one.text())


def test_nothing_is_read_from_what_is_usual_unknown_or_spoken():
    assert readings(replace(OPEN, usual_mouth=None), spoke=False) == ()
    assert readings(replace(OPEN, mouth_open=None), spoke=False) == ()
    assert readings(replace(OPEN, mouth_open=0.1), spoke=False) == ()
    assert readings(OPEN, spoke=True) == ()


def test_it_stands_in_the_transcript_where_it_is_on_and_nowhere_where_it_is_off():
    on, off = watch(True), watch(False)
    assert "observed: mouth open without a word, usually closed; may: " in on.text()
    assert "observed" in on.memory("p1", 37.0).text(400)  # what a language model is told
    assert not re.search(r"observed|may:|could", off.text())
    kept = [one.deed for one in on.lines() if "observed" not in one.deed]
    assert kept == [one.deed for one in off.lines()]
    assert not TranscriptConfig().expressions


def test_the_page_says_so_where_it_is_on():
    def told(expressions):
        view = PageView(help_text="", transcript=TranscriptConfig(expressions=expressions))
        return [getattr(one, "text", "") for one in view.for_newcomer()]

    assert NOTICE in told(True)
    assert NOTICE not in told(False)


def test_never_where_only_staff_go():
    site, on = demo_site(), TranscriptConfig(expressions=True)
    assert for_site(on, site) == (on, "")
    key = site.places[0].key
    places = tuple(
        p.model_copy(update={"public": p.key != key, "directions": ""}) for p in site.places
    )
    desk = next(p for p in site.floor_map.points if p.key == site.floor_map.desk)
    points = tuple(
        p.model_copy(update={"place": key}) if p is desk else p for p in site.floor_map.points
    )
    floors = site.floor_map.model_copy(update={"points": points})
    config, because = for_site(on, site.model_copy(update={"places": places, "floor_map": floors}))
    assert not config.expressions
    assert "not public" in because


def test_a_tool_that_was_used_is_a_line_for_who_asked():
    transcript = Transcript()
    asks = says(1.0, 3.0, "who is behind me", person="p1")
    for one in (*asks, *says(3.2, 3.8, "me", turn=2, person="p2")):  # talked with by now
        transcript.take(one)
    used = ToolFinished(at=4.0, tool="look", turn=TurnId(1), revision=0, outcome=ToolOutcome.DONE,
                        took_s=0.5, found="2 people, the nearest at 1.4 m")  # fmt: skip
    for outcome, at in ((ToolOutcome.DONE, 4.0), (ToolOutcome.LATE, 5.0), (ToolOutcome.DROPPED, 6)):
        transcript.take(replace(used, at=at, outcome=outcome))
    text = transcript.text()
    line = "agent used the tool look (2 people, the nearest at 1.4 m) for p1"
    assert f"[3.5-4.0] {line}" in text
    assert "waited in vain for the tool look" in text
    assert "-6.0]" not in text
    assert line in transcript.memory("p1", 7.0).text(200)
