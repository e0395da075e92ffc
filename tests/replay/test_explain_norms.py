"""What norms did is explained from a recording alone, and the nearest ones are listed."""

from datetime import datetime

from agent.explaining.explain import explain
from agent.explaining.norms import nearest_norms
from agent.pages.panel import PageView
from agent.recording import Recorded
from behavior.encoders import Words
from behavior.norms.retrieval import NearNorms
from tests.fakes.encounters import Lobby, house_norms, seen

NIGHT = datetime(2026, 3, 2, 23, 0)


def recording(start=NIGHT):
    """Somebody stands there at night and is given a nod instead of words."""
    lobby = Lobby(start=start)
    lobby.page(0.0)
    lobby.sees("p1", 0.5)
    lobby.becomes("p1", 1.0, "attending")
    lobby.until(4.0)
    facts = [Recorded(0.5, seen("p1", 0.5)), *(Recorded(at, one) for at, one in lobby.sent)]
    return sorted(facts, key=lambda one: one.seen_at)


def reason_of(name):
    return next(norm.reason for norm in house_norms() if norm.id == name)


def test_a_refusal_is_explained_with_the_plain_reason_of_its_norm():
    text = explain(recording(), 3.9)
    assert "refused by norm:quiet_hours" in text
    assert reason_of("quiet_hours") in text


def test_the_panel_shows_the_plain_reason_of_the_norm_that_refused():
    view = PageView(help_text="")
    for one in recording():
        view.see(one.message)
    shown = view.panel(4.0, {}).acts
    (refused,) = [act for act in shown if act.refused_by == "norm:quiet_hours"]
    assert reason_of("quiet_hours") in refused.because
    assert refused.norms == ["quiet_hours"]


def test_the_nearest_norms_are_listed_with_their_reasons():
    lines = list(nearest_norms(recording(), 3.0, NearNorms(house_norms(), Words())))
    assert lines[0].startswith("The moment in plain words: ")
    assert "spelling only" in lines[1]
    assert len(lines) == 7
    known = {norm.id: norm.reason for norm in house_norms()}
    assert all(known[line.split()[0]] in line for line in lines[2:])
