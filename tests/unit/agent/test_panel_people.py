"""People on the panel: where they look, who stands together, what their faces and hands do."""

import math

import pytest

from agent.core.messages import (
    Arrangement,
    Channel,
    Context,
    ContextChanged,
    FaceMoved,
    FaceUnit,
    FormationChanged,
    Interaction,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    VisitorActed,
)
from agent.pages.panel_people import DOES_S, UNSEEN_S, PanelPeople

P1, P2 = PersonId("p1"), PersonId("p2")


def seen(person=P1, at=1.0, **more):
    place = Place(x_m=2.0, y_m=0.0 if person == P1 else 0.8)
    return PersonSeen(
        at=at, person=person, place=place, approach_m_s=0.0, speed_m_s=0.0, **more
    )  # fmt: skip


def view(*messages):
    people = PanelPeople()
    for message in messages:
        people.see(message)
    return people


def together(value):
    return FormationChanged(
        at=1.0, people=(P1, P2), arrangement=Arrangement.FACING, together=value,
        center=Place(x_m=2.0, y_m=0.4),
    )  # fmt: skip


def test_a_look_is_drawn_from_the_line_to_the_agent_and_unknown_where_it_was_not_seen():
    straight = view(seen(head_yaw_rad=0.0, gaze_off_rad=0.1)).people(1.0)[0]
    left = view(seen(head_yaw_rad=0.5, gaze_off_rad=0.5)).people(1.0)[0]
    nothing = view(seen()).people(1.0)[0]
    # Toward the agent is backwards along x; a head turned to its own left looks to the right there.
    assert abs(straight.look_rad) == pytest.approx(math.pi, abs=0.01)
    assert math.sin(left.look_rad) < -0.4
    assert (straight.looks_here, left.looks_here) == (True, False)
    assert (nothing.look_rad, nothing.looks_here) == (None, None)


def test_who_stands_together_is_told_while_they_do_and_are_in_view():
    both = seen(), seen(P2)
    assert [g.people for g in view(*both, together(True)).groups()] == [[P1, P2]]
    assert view(*both, together(True), together(False)).groups() == []
    assert view(*both, together(True), PersonLost(at=1.5, person=P2)).groups() == []


def test_context_and_what_passes_between_people_stand_among_the_cues_until_they_end():
    looks = Interaction(group=(P2,), channel=Channel.GAZE, what="looks at")

    def told(*, holds):
        yield ContextChanged(at=1.0, person=P1, context=Context.PHONE, holds=holds, confidence=0.83)
        yield ContextChanged(at=1.0, person=P1, interaction=looks, holds=holds, confidence=1.0)

    here = seen(), seen(P2)
    shown = {one.person: one.cues for one in view(*here, *told(holds=True)).people(1.0)}
    assert shown == {P1: ["on the phone (0.8)", "looks at p2"], P2: []}
    over = view(*here, *told(holds=True), *told(holds=False)).people(1.0)
    assert [one.cues for one in over] == [[], []]
    gone = view(*told(holds=True), PersonLost(at=1.1, person=P1), *here).people(1.0)
    assert [one.cues for one in gone] == [[], []]


def test_units_stay_until_they_change_and_say_by_which_part_they_were_told():
    unit = FaceUnit(
        number=12, name="corners of the mouth drawn up", confidence=0.912, intensity=0.5,
        asymmetry=-0.4, by=("lips",),
    )  # fmt: skip
    people = view(seen(), FaceMoved(at=1.0, person=P1, units=(unit,)))
    people.see(FaceMoved(at=1.1, person=P1, units=None, movement="blink"))
    shown = people.people(1.2)[0]
    told = shown.units[0]
    assert (told.what, told.hand, told.sure, told.by) == (
        "12 corners of the mouth drawn up", "right", 0.91, ["lips"],
    )  # fmt: skip
    assert shown.did.what == "blink"
    people.see(FaceMoved(at=1.3, person=P1, units=()))
    assert people.people(1.4)[0].units == []


def test_an_action_is_shown_for_a_while_with_its_clauses():
    act = VisitorActed(
        at=1.0, person=P1, action="wave", fits=0.8, hand="right", because=("side to side 0.9",)
    )
    people = view(seen(), act)
    assert people.people(1.5)[0].did.by == ["side to side 0.9"]
    assert people.people(1.1 + DOES_S)[0].did is None


def test_nothing_of_somebody_unseen_is_kept():
    unit = FaceUnit(number=12, name="n", confidence=0.9, intensity=0.5, asymmetry=0.0)
    people = view(seen(), FaceMoved(at=1.0, person=P1, units=(unit,)))
    people.tick(1.1 + UNSEEN_S)
    assert not people
    people.see(seen(at=9.0))
    assert people.people(9.0)[0].units == []


def test_a_context_says_by_what_it_was_told():
    told = ContextChanged(
        at=1.0, person=P1, context=Context.CARRYING, holds=True, confidence=0.95,
        because="a suitcase in the left hand in 4 of 4 looks",
    )  # fmt: skip
    (one,) = view(seen(), told).people(1.0)
    assert one.cues == ["carrying (0.9): a suitcase in the left hand in 4 of 4 looks"]
