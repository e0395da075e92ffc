"""What faces may express is worked out only where an operator lawfully asks for it."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from pydantic import ValidationError

from agent.core.codec import encode
from agent.core.errors import BadInputError
from agent.core.messages import FaceMoved, FaceUnit, PersonId, PersonLost
from agent.interpreting import interpretations
from agent.pages.panel import PageView
from perception.affect.config import NOTICE, TOLD, AffectConfig
from perception.affect.reading import CATEGORIES, Interpreter, Shown
from perception.closer import CloserConfig
from perception.seeing import SeeingConfig
from tests.fakes.desk import demo_site

ON = AffectConfig(enabled=True, legal_notice_acknowledged=True, watches="visitors")
ASKED = SeeingConfig(closer=CloserConfig(faces=True), affect=ON)
P1 = PersonId("p1")
NAMES = re.compile("|".join(c.name for c in CATEGORIES[1:]))


def shown(*numbers, sure=0.9):
    return [Shown(number=n, name=f"unit {n}", confidence=sure, by=("lips",)) for n in numbers]


@pytest.fixture(scope="module")
def interpreter():
    return Interpreter()


def units(*numbers):
    return tuple(
        FaceUnit(number=n, name=f"part {n}", confidence=0.9, intensity=0.7, asymmetry=0.0, by=())
        for n in numbers
    )


def staff_desk():
    site = demo_site()
    key = site.places[0].key
    places = tuple(
        p.model_copy(update={"public": p.key != key, "directions": ""}) for p in site.places
    )
    floors = site.floor_map
    points = tuple(
        p.model_copy(update={"place": key}) if p.key == floors.desk else p for p in floors.points
    )
    floors = floors.model_copy(update={"points": points})
    return site.model_copy(update={"places": places, "floor_map": floors})


def test_it_is_off_and_then_not_even_loaded():
    """Half a second: a fresh Python imports all that an agent and the page are made of."""
    assert not SeeingConfig().affect.enabled
    assert interpretations(SeeingConfig(), demo_site()) is None
    code = (
        "import sys, agent.app, agent.commands.perceive;"
        "from agent.interpreting import interpretations;"
        "from perception.seeing import SeeingConfig;"
        "assert interpretations(SeeingConfig(), None) is None;"
        "sys.exit('perception.affect.reading' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"legal_notice_acknowledged": False}, r"article 5\(1\)\(f\).*article 50\(3\)"),
        ({"watches": "staff"}, "staff are not interpreted"),
        ({"watches": "pupils"}, "pupils are not interpreted"),
        ({"watches": "unknown"}, "watches: visitors"),
    ],
)
def test_it_is_refused_unless_the_operator_says_all_that_the_law_asks(change, because):
    with pytest.raises(ValidationError, match=because):
        AffectConfig(**(ON.model_dump() | change))


def test_without_faces_there_is_nothing_to_interpret():
    with pytest.raises(ValidationError, match=r"closer: \{faces: true\}"):
        SeeingConfig(affect=ON)


def test_it_is_refused_where_the_desk_is_not_public():
    assert interpretations(ASKED, demo_site()) is not None
    with pytest.raises(BadInputError, match="not public.*5"):
        interpretations(ASKED, staff_desk())


def test_a_reading_is_a_chain_from_what_was_seen_to_what_it_may_be(interpreter):
    reading = interpreter.read(shown(6, 12))
    lines = reading.lines()
    assert reading.category == "enjoyment"
    assert lines[0] == "observed: unit 6 (unit 6, 0.90, by lips)"
    assert any("also" in line or "comes with" in line for line in lines)
    assert re.search(r"concluded: may express enjoyment.*an interpretation", lines[-1])


def test_little_or_contradicting_evidence_concludes_nothing(interpreter):
    for some in ((), (45,), (26,), (12, 15), (18, 22, 26)):
        reading = interpreter.read(shown(*some))
        assert reading.category == "", some
        assert "nothing can be concluded" in reading.concluded
    assert interpreter.read(shown(6, 12, sure=0.06)).category == ""


def test_units_bear_on_each_other(interpreter):
    """What raises corners makes raised cheeks likelier; antagonists take from each other."""
    alone, together = interpreter.read(shown(15)), interpreter.read(shown(15, 17))
    against = interpreter.read(shown(15, 17, 12))
    assert together.likely > alone.likely
    assert against.likely < together.likely
    unseen = " ".join(interpreter.read(shown(12)).interpreted)
    going = float(re.search(r"unit 6 was not told; .* would be ([\d.]+)", unseen)[1])
    assert going > 0.75


@pytest.mark.parametrize("category", CATEGORIES[1:])
def test_category_valence_and_arousal_cannot_contradict_each_other(interpreter, category):
    reading = interpreter.read(shown(*category.units, sure=0.99))
    if reading.category == category.name:
        assert reading.valence * category.valence > 0
        assert abs(reading.arousal - category.arousal) < 0.5
    for one in (reading.valence, reading.arousal):
        assert -1 <= one <= 1


def console(asked):
    """The panel and the words of a page after somebody smiled."""
    view = PageView(help_text="", interpretations=interpretations(asked, demo_site()))
    moved = FaceMoved(at=1.0, person=P1, units=units(6, 12))
    words = [*view.see(moved), *view.for_newcomer()]
    return view, str(words), view.panel(1.1, {}), moved


def test_by_default_no_word_for_a_feeling_is_in_a_message_a_page_or_the_panel():
    view, words, panel, moved = console(SeeingConfig(closer=CloserConfig(faces=True)))
    assert not NAMES.search(words + panel.model_dump_json() + str(encode(moved)))
    assert TOLD not in words
    assert panel.transcript == view.panel(9.0, {}).transcript


def test_where_it_is_on_the_console_sees_it_visitors_are_told_of_it_and_it_goes_with_them():
    view, words, panel, moved = console(ASKED)
    assert any("concluded: may express enjoyment" in line for line in panel.transcript)
    # An open panel is sent the rest of it: see `PageServer._tell_panel`.
    rest = panel.model_copy(update={"transcript": []})
    assert not NAMES.search(words + rest.model_dump_json() + str(encode(moved)))
    assert TOLD in words
    assert "concluded" not in view._transcript.text()
    view.see(replace(moved, at=2.0, units=()))
    assert not NAMES.search(view.panel(2.1, {}).model_dump_json())
    view.see(moved)
    view.see(PersonLost(at=3.0, person=P1))
    assert not NAMES.search(view.panel(3.1, {}).model_dump_json())


def test_the_notice_names_the_law():
    assert "5(1)(f)" in NOTICE
    assert "50(3)" in NOTICE
