"""A listener leans along with a visitor: slowly, a little, and not with everybody."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import Context, ContextChanged, PersonId
from tests.fakes.encounters import Lobby, acts_of, seen


def leans(lobby, first, last, *, forward_deg=0.0, left_deg=0.0, x=1.5, **more):
    """Seen ten times a second, leant so."""
    lean = {
        "lean_forward_rad": math.radians(forward_deg),
        "lean_left_rad": math.radians(left_deg),
    }
    for k in range(round((last - first) * 10)):
        lobby.tell(replace(seen("p1", first + k / 10, x=x), **lean, **more))


def served(**changes):
    """A visitor who was greeted; the agent has said what it had to say."""
    lobby = Lobby(**changes)
    lobby.attends("p1", 1.0)
    lobby.until(4.0)
    for act in [one for one in acts_of(one for _, one in lobby.sent) if one.clauses]:
        lobby.finishes(act, 6.0)
    return lobby


def degrees(act):
    return math.degrees(act.lean.forward_rad), math.degrees(act.lean.left_rad)


def test_it_leans_to_the_same_side_as_in_a_mirror_by_a_part_and_back_again():
    lobby = served()
    leans(lobby, 7.0, 13.0, left_deg=9.0)
    first, last = acts = lobby.acts("mirroring.lean")
    assert all(not act.clauses and act.gaze is None and act.posture is None for act in acts)
    assert degrees(first) == pytest.approx((0, -1.5), abs=0.2)
    assert degrees(last) == pytest.approx((0, -2.5), abs=0.2)
    leans(lobby, 13.0, 20.0)
    assert degrees(lobby.acts("mirroring.lean")[-1]) == (0, 0)
    times = [at for at, one in lobby.sent if one in lobby.acts("mirroring.lean")]
    assert min(b - a for a, b in zip(times, times[1:], strict=False)) > 2.99
    assert len(times) < 5


def test_it_stands_upright_while_it_speaks():
    lobby = served()
    leans(lobby, 7.0, 18.0, left_deg=9.0)
    (offer,) = [at for at, one in lobby.sent if one in lobby.acts("waiting.offer")]
    after = [one for at, one in lobby.sent if at >= offer and one in lobby.acts("mirroring.lean")]
    assert [degrees(act) for act in after] == [(0, 0)]


def test_it_never_leans_far():
    lobby = served()
    leans(lobby, 7.0, 13.0, forward_deg=30.0)
    assert degrees(lobby.acts("mirroring.lean")[-1]) == pytest.approx((3.0, 0), abs=0.01)


@pytest.mark.parametrize("context", [Context.CHILD, Context.WHEELCHAIR])
def test_children_and_whoever_is_in_a_wheelchair_are_not_mirrored(context):
    lobby = served()
    lobby.tell(
        ContextChanged(at=7.0, person=PersonId("p1"), context=context, holds=True, confidence=0.9)
    )
    leans(lobby, 7.1, 15.0, left_deg=12.0)
    assert lobby.acts("mirroring.lean") == []


@pytest.mark.parametrize(
    ("lean_deg", "more", "changes"),
    [
        (12.0, {"x": 3.0}, {}),
        (12.0, {"face_height_m": 1.15}, {}),
        (4.0, {}, {}),
        (12.0, {}, {"mirroring": {"enabled": False}}),
    ],
    ids=["far", "eyes low", "hardly a lean", "switched off"],
)
def test_it_stays_upright_with(lean_deg, more, changes):
    lobby = served(**changes)
    leans(lobby, 7.0, 9.0, **more)
    leans(lobby, 9.0, 13.0, left_deg=lean_deg, **more)
    assert lobby.acts("mirroring.lean") == []


def test_a_fidget_and_a_lean_that_was_not_seen_are_nothing_to_go_along_with():
    lobby = served()
    leans(lobby, 7.0, 9.0)
    leans(lobby, 9.0, 9.4, left_deg=14.0)
    leans(lobby, 9.4, 14.0)
    lobby.until(20.0)
    assert lobby.acts("mirroring.lean") == []


def test_it_straightens_when_the_visitor_has_gone():
    lobby = served()
    leans(lobby, 7.0, 13.0, left_deg=12.0)
    assert degrees(lobby.acts("mirroring.lean")[-1])[1] < -2
    lobby.loses("p1", 13.1)
    lobby.until(20.0)
    assert degrees(lobby.acts("mirroring.lean")[-1]) == (0, 0)
