"""A whole session with everything written down: no word for a feeling, and nobody known again.

Affect is off, as it is unless an operator asks. Two visits of one who looks the same; faces and
gestures are told as they are where `closer` is on. Logs are at their widest, personal fields too,
all that passes is recorded, and the console and the transcript are kept as they were shown.
"""

import asyncio
import contextlib
import io
import json
import logging
import re

import pytest

from agent.core.codec import encode
from agent.core.messages import (
    Act,
    ClauseSpoken,
    FaceMoved,
    FaceUnit,
    PersonSeen,
    ReplyReady,
    VisitorActed,
)
from agent.log import setup
from agent.pages.panel import PageView
from agent.recording import Recording
from agent.virtual_time import VirtualTimeLoop
from perception.eyes.sightings import Look
from perception.faces.units import UNITS
from tests.fakes.agents import house, visitor, whole_agent

FEELINGS = re.compile(
    r"\b(happ(y|i\w+)|sad(ness|ly)?|ang(ry|er)|afraid|fear\w*|disgust\w*|surpris\w+|contempt\w*"
    r"|joy\w*|enjoy\w*|excit(ed|ement)|bor(ed|edom)|nervous\w*|anx\w+|upset|frustrat\w+|annoy\w*"
    r"|confus(ed|ion)|stress(ed)?|impatien\w+|friendl\w+|hostil\w+|interested|worr(y|ied)"
    r"|emotion\w*|feelings?|mood\w*|valence|arousal|affect(ive)?|sentiment\w*|temper(ament)?)\b",
    re.IGNORECASE,
)
TRAITS = re.compile(
    r"\b(gender|male|female|m[ae]n|wom[ae]n|elderly|teenage\w*|ethnic\w*|race|skin|biometric\w*"
    r"|embedding|face_?id|face_?print|descriptor|signature)\b",
    re.IGNORECASE,
)
LONG = re.compile(r"\b(?=\w*\d)\w{6,}\b")
"""What a name given to somebody would look like."""
OWN_FACE = re.compile(r'"expression": ?"\w*"|\w+ face\b')
"""What the agent's own face is to show."""
MOST_NUMBERS = 16
"""More in a row describe a face or a voice rather than where somebody is."""
FIRST, SECOND, ENDS = (0.5, 9.0), (13.0, 20.0), 23.0
SHOWN = (12, 4, 15, 1, 2, 26)


def scene(at):
    for begins, ends in (FIRST, SECOND):
        if begins <= at < ends:
            return visitor(begins)(at)
    return Look()


@contextlib.contextmanager
def everything_logged():
    root, stream = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level
    own = {n: logging.getLogger(n).level for n in ("agent", "perception", "behavior", "actuation")}
    setup("debug", personal=True, json_lines=True, stream=stream)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.handlers[:], root.level = kept
        for name, level in own.items():
            logging.getLogger(name).setLevel(level)


def moves_and_acts(whole, person):
    """What the face and the hands of somebody near do, as perception tells it."""
    units = tuple(
        FaceUnit(
            number=unit.number, name=unit.name, confidence=0.9, intensity=0.7, asymmetry=0.1, by=()
        )
        for unit in UNITS
        if unit.number in SHOWN
    )
    at = whole.clock.now()
    whole.bus.publish(FaceMoved(at=at, person=person, units=units))
    whole.bus.publish(FaceMoved(at=at, person=person, units=None, movement="nod"))
    whole.bus.publish(
        VisitorActed(
            at=at,
            person=person,
            action="shrug",
            fits=0.9,
            hand="left",
            because=("the shoulders are raised: 0.9",),
        )
    )


async def lives(folder):
    """One session; what was written anywhere in it, by place."""
    settings = house(folder, recorder={"enabled": True, "folder": folder / "recordings"})
    console, transcript = [], []
    with everything_logged() as log:
        async with whole_agent(folder, scene=scene, settings=settings) as whole:
            view, done = PageView(help_text="..."), 0
            while whole.clock.now() < ENDS:
                await asyncio.sleep(1.0)
                new, done = whole.passed[done:], len(whole.passed)
                for at, message in new:
                    console += [one.model_dump_json() for one in view.see(message)]
                    view.tick(at)
                console.append(view.panel(whole.clock.now(), {}).model_dump_json())
                transcript += view.panel(whole.clock.now(), {}).transcript
                seen = [m.person for _, m in new if isinstance(m, PersonSeen)]
                if seen:
                    moves_and_acts(whole, seen[-1])
                if int(whole.clock.now()) in (5, 17):
                    whole.types("where is the restroom")
                whole.camera.dead = whole.clock.now() > SECOND[1]  # a fault: it is logged in full
    recorded = [
        r.message for f in sorted((folder / "recordings").glob("*.mcap")) for r in Recording(f)
    ]
    return whole, {
        "log": log.getvalue().splitlines(),
        "console": console,
        "transcript": transcript,
        "recording": [json.dumps(encode(message)) for message in recorded],
        "bus": [json.dumps(encode(message)) for _, message in whole.passed],
    }


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(lives(tmp_path_factory.mktemp("session")))


def spoken(whole):
    """The agent's own sentences: it may be sorry, or happy to help."""
    texts = {clause.text for act in whole.of(Act) for clause in act.clauses}
    texts |= {m.text for m in whole.of(ClauseSpoken)}
    return texts | {c.text for reply in whole.of(ReplyReady) for c in reply.clauses}


def test_everything_was_written_down(session):
    whole, written = session
    assert all(len(lines) > 10 for place, lines in written.items() if place != "log")
    assert any("unplugged" in line for line in written["log"])
    for place in ("console", "recording"):
        assert "corners of the mouth" in " ".join(written[place])
    assert "restroom" in " ".join(written["transcript"])


@pytest.mark.parametrize("place", ["log", "console", "transcript", "recording", "bus"])
def test_no_word_for_a_feeling_or_a_trait_is_written_anywhere(session, place):
    whole, written = session
    found = set()
    for line in written[place]:
        for text in spoken(whole):
            line = line.replace(text, "").replace(json.dumps(text)[1:-1], "")
        line = OWN_FACE.sub("", line)
        found |= {m.group() for kind in (FEELINGS, TRAITS) for m in kind.finditer(line)}
    assert found == set()


def of_visit(whole, visit):
    """Ids of those who were seen while a visit lasted."""
    begins, ends = visit
    return {m.person for m in whole.of(PersonSeen) if begins <= m.at < ends}


def test_who_comes_again_is_nobody_who_was_here_before(session):
    whole, written = session
    (first,), (second,) = of_visit(whole, FIRST), of_visit(whole, SECOND)
    assert first != second
    again = [json.dumps(encode(m)) for at, m in whole.passed if at >= SECOND[0]]
    assert not [line for line in again if first in line]
    later = [line for line in written["console"] if f'"{second}"' in line]
    assert later
    assert not [line for line in later if f'"{first}"' in line]


def names_in(whole, visit):
    """Long words with digits in all that passed while somebody was in view."""
    begins, ends = visit
    told = [m for at, m in whole.passed if begins <= at < ends and hasattr(m, "person")]
    return {w for m in told for text in texts_of(encode(m)) for w in LONG.findall(text)}


def texts_of(told):
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for part in told.values():
            yield from texts_of(part)
    elif isinstance(told, list | tuple):
        for part in told:
            yield from texts_of(part)


def numbers_in(told):
    """Lengths of all rows of numbers."""
    if isinstance(told, dict):
        for part in told.values():
            yield from numbers_in(part)
    elif isinstance(told, list | tuple):
        yield sum(isinstance(one, float | int) for one in told)
        for part in told:
            yield from numbers_in(part)


def test_what_is_told_of_two_visits_has_no_long_name_in_common(session):
    whole, _ = session
    once, again = names_in(whole, FIRST), names_in(whole, SECOND)
    assert of_visit(whole, FIRST) <= once
    assert of_visit(whole, SECOND) <= again
    assert once & again == set()


def test_nothing_told_of_a_person_is_a_row_of_numbers_as_long_as_a_face(session):
    whole, _ = session
    about = [encode(m) for _, m in whole.passed if hasattr(m, "person")]
    assert len(about) > 100
    assert max((n for one in about for n in numbers_in(one)), default=0) <= MOST_NUMBERS


def test_the_search_finds_what_it_looks_for():
    assert FEELINGS.search("seems frustrated")
    assert TRAITS.search('"gender": "x"')
    assert LONG.findall("p3 12.5 p9f2c41ab lip corners") == ["p9f2c41ab"]
    assert max(numbers_in({"points": [0.1] * 478})) == 478
