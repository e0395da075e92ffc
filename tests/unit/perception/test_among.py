"""Facts about people among each other come of each picture, from what others tell and bodies."""

from dataclasses import replace

import numpy as np
import pytest

from agent.core.messages import (
    Arrangement,
    Context,
    ContextChanged,
    Engagement,
    EngagementChanged,
    FaceMoved,
    FaceUnit,
    FormationChanged,
    PersonId,
    PersonLost,
    Place,
    TurnEnded,
    TurnId,
    VisitorActed,
)
from perception.engagement.among import Among, AmongConfig
from perception.engagement.context import ContextConfig
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore
from perception.eyes.camera import CameraConfig
from perception.eyes.track import Sighting, Track
from tests.fakes.people import body_at, seen
from tests.unit.perception.test_context import standing

P1, P2 = PersonId("p1"), PersonId("p2")
SIZE_PX = (640, 480)


def track(at):
    """What the eyes follow P1 by."""
    sight = Sighting(face=None, body=body_at(1.5), bearing_rad=0.0, ranges=())
    still = np.array([1.5, 0.0, 0.0, 0.0])
    one = Track(
        person=P1, state=still, spread=np.eye(4), at=at, first_at=0.0, seen_at=at, sighting=sight
    )
    one.confirmed = True
    return one


def watched(config=None, *, seconds=2.0, each=None, hz=8):
    """All that is told of one who stands before the agent and looks at it."""
    among, out = Among(config or AmongConfig(), CameraConfig()), []
    for k in range(round(seconds * hz)):
        at = k / hz
        among.tell(seen(at, 1.5, 0.0, gaze_deg=3))
        for message in each(at) if each else ():
            among.tell(message)
        out += among.look(at, SIZE_PX, [track(at)])
    return among, out


def smiles(at, *units):
    """A face that shows these units, by number, surely."""
    shown = [FaceUnit(number=n, name="", confidence=0.9, intensity=0.5, asymmetry=0) for n in units]
    return FaceMoved(at=at, person=P1, units=tuple(shown))


def whats(out):
    return {one.interaction.what for one in out if one.interaction is not None and one.holds}


def test_a_look_at_the_agent_is_told_once_and_its_end_when_it_is_over():
    among, out = watched()
    assert [one.interaction.what for one in out].count("looks at") == 1
    among.tell(PersonLost(at=2.0, person=P1))
    assert not any(one.holds for one in among.look(4.0, SIZE_PX, []))


def test_smiles_nods_and_gestures_are_the_closer_looks():
    def does(at):
        smile = FaceUnit(number=12, name="", confidence=0.9, intensity=0.5, asymmetry=0.0)
        yield FaceMoved(at=at, person=P1, units=(smile,))
        if at < 1.5:
            return
        yield VisitorActed(at=0.0, person=P1, action="wave", fits=0.8, hand="", because=())

    assert whats(watched(each=does, seconds=3)[1]) >= {"smiles", "wave"}
    assert "smiles" not in whats(watched()[1])


def test_what_is_not_asked_for_is_not_told():
    assert watched(AmongConfig(interactions=False))[1] == []
    config = AmongConfig(context=ContextConfig(waiting_s=1))
    assert Context.WAITING in {one.context for one in watched(config)[1]}
    off = config.model_copy(update={"contexts": False})
    assert {one.context for one in watched(off)[1]} == {None}


def test_who_is_served_does_not_wait():
    def served(at):
        state = Engagement.ENGAGED
        yield EngagementChanged(at=at, person=P1, state=state, previous=None, distance_m=1.5)

    config = AmongConfig(context=ContextConfig(waiting_s=1))
    assert {one.context for one in watched(config, each=served)[1]} == {None}


def ends_of(out, what):
    return [one.holds for one in out if one.interaction and one.interaction.what == what]


@pytest.mark.parametrize("rest", [(6,), ()])
def test_a_smile_is_the_mouth_s_corners_alone_and_over_when_they_are_down(rest):
    def does(at):
        yield smiles(at, *rest, *(12,) if at < 1.5 else ())

    assert ends_of(watched(each=does, seconds=3)[1], "smiles") == [True, False]


def test_a_nod_is_told_as_less_than_certain_and_ends_no_smile():
    def does(at):
        yield from [smiles(at, 12)] if at == 0 else []
        yield FaceMoved(at=at, person=P1, units=None, movement="nod")

    out = watched(each=does, seconds=3)[1]
    assert ends_of(out, "smiles") == [True]
    (nod,) = [one for one in out if one.interaction and one.interaction.what == "nod"]
    assert nod.confidence == pytest.approx(0.7)


def test_who_stand_together_are_in_company_and_face_each_other():
    def does(at):
        if at == 0:
            yield FormationChanged(
                at=at, people=(P1, P2), arrangement=Arrangement.FACING, together=True,
                center=Place(x_m=2, y_m=0),
            )  # fmt: skip

    out = watched(each=does)[1]
    assert "faces" in whats(out)
    assert Context.COMPANY in {one.context for one in out}


def test_of_who_is_lost_nothing_is_kept_and_who_comes_again_comes_anew():
    config = AmongConfig(context=ContextConfig(waiting_s=1))
    among, out = watched(config)
    assert [one.context for one in out if one.context] == [Context.WAITING]
    among.tell(PersonLost(at=1.875, person=P1))
    assert not among._newest
    ends = [one for k in range(16, 40) for one in among.look(k / 8, SIZE_PX, [track(k / 8)])]
    assert ends
    assert all(one.at == pytest.approx(1.875) and not one.holds for one in ends)
    waits = []
    for k in range(40, 52):
        among.tell(seen(k / 8, 1.5, 0.0, gaze_deg=3))
        waits += [one.at for one in among.look(k / 8, SIZE_PX, [track(k / 8)]) if one.context]
    assert waits == [pytest.approx(6.0)]


def calling():
    """The points of one who holds the left hand at the ear."""
    points = standing()
    points[13], points[15] = (0.3, -0.4, -0.1), (0.16, -0.62, -0.1)
    return points


def measured(at, points, y_m=0.0, who=P1, *, body_at_s=None):
    """What the eyes follow somebody by whose body was measured in a picture."""
    body = replace(body_at(1.5, y_m), world=points, visible=np.ones(33))
    one = replace(track(at), person=who)
    one.body, one.body_at = body, at if body_at_s is None else body_at_s
    return one


@pytest.mark.parametrize(
    ("seen_now", "measured_now", "told"),
    [(True, True, {Context.PHONE}), (True, False, set()), (False, True, set())],
)
def test_a_body_is_read_in_the_picture_in_which_it_and_its_owner_were_seen(
    seen_now, measured_now, told
):
    among, out = Among(AmongConfig(interactions=False), CameraConfig()), []
    among.tell(seen(0.0, 1.5))
    for k in range(24):
        if seen_now:
            among.tell(seen(k / 8, 1.5))
        body_at_s = None if measured_now else 0.0
        out += among.look(k / 8, SIZE_PX, [measured(k / 8, calling(), body_at_s=body_at_s)])
    assert {one.context for one in out if one.context} == told


def test_a_hand_on_somebody_s_shoulder_is_told_from_the_bodies():
    among, out = Among(AmongConfig(), CameraConfig()), []
    reaching = standing()
    reaching[16] = (-0.6, -0.45, 0)
    for at in (k / 8 for k in range(16)):
        among.tell(seen(at, 1.5, -0.3))
        among.tell(seen(at, 1.5, 0.3, person=P2))
        both = measured(at, reaching, -0.3), measured(at, standing(), 0.3, P2)
        out += among.look(at, SIZE_PX, both)
    (touch,) = [one for one in out if one.interaction]
    assert (touch.person, touch.interaction.what) == (P1, "touches")
    assert touch.interaction.group == (P2,)


def states_of(*, calls_from=None, words_at=None, seconds=6.0):
    """The states of one who stands near and looks here; the telephone comes up and stays."""
    core, states = EngagementCore(EngagementConfig()), []
    for k in range(round(seconds * 8)):
        at = k / 8
        events = [seen(at, 1.2, 0.0, gaze_deg=3)]
        if calls_from is not None and at == calls_from:
            events.append(phone(True))
        if at == words_at:
            events.append(TurnEnded(at=at, turn=TurnId(1), revision=1, text="yes I see", person=P1))
        states += [change.state for event in events if (change := core.take(event))]
    return core, states


def test_looks_of_who_telephones_are_not_for_the_agent_until_the_call_ends():
    assert Engagement.ENGAGED in states_of()[1]
    core, states = states_of(calls_from=0.25)
    assert states == [Engagement.PRESENT]
    core.take(phone(False))
    later = [core.take(seen(6 + k / 8, 1.2, 0.0, gaze_deg=3)) for k in range(40)]
    assert Engagement.ENGAGED in {change.state for change in later if change}


def test_words_into_a_telephone_are_not_for_the_agent():
    assert Engagement.ENGAGED in states_of(words_at=0.5, seconds=0.75)[1]
    assert states_of(calls_from=0.25, words_at=0.5)[1] == [Engagement.PRESENT]


def test_who_attends_and_takes_a_call_attends_no_longer_and_who_is_engaged_still_is():
    attended = states_of(calls_from=0.875)[1]
    assert attended == [Engagement.PRESENT, Engagement.ATTENDING, Engagement.PRESENT]
    assert states_of(calls_from=4.0)[1][-1] is Engagement.ENGAGED


def phone(holds):
    return ContextChanged(at=0.3, person=P1, context=Context.PHONE, holds=holds, confidence=0.9)
