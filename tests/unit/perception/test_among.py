"""Facts about people among each other come of each picture, from what others tell and bodies."""

import numpy as np
import pytest

from agent.core.messages import (
    Context,
    ContextChanged,
    Engagement,
    EngagementChanged,
    FaceMoved,
    FaceUnit,
    PersonId,
    PersonLost,
    VisitorActed,
)
from perception.engagement.among import Among, AmongConfig
from perception.engagement.context import ContextConfig
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore
from perception.eyes.camera import CameraConfig
from perception.eyes.track import Sighting, Track
from tests.fakes.people import body_at, seen

P1 = PersonId("p1")
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
        yield VisitorActed(at=0.0, person=P1, action="wave", fits=0.8, hand="", because=())

    assert whats(watched(each=does)[1]) >= {"smiles", "wave"}
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


@pytest.mark.parametrize("calls", [True, False])
def test_looks_of_who_telephones_are_not_for_the_agent(calls):
    core, states = EngagementCore(EngagementConfig()), []
    for k in range(60):
        if k == 2:
            core.take(phone(calls))
        change = core.take(seen(k / 8, 1.2, 0.0, gaze_deg=3))
        states += [change.state] if change else []
    assert (Engagement.ENGAGED in states) is not calls
    core.take(phone(False))
    for k in range(60, 100):
        change = core.take(seen(k / 8, 1.2, 0.0, gaze_deg=3))
        states += [change.state] if change else []
    assert Engagement.ENGAGED in states


def phone(holds):
    return ContextChanged(at=0.3, person=P1, context=Context.PHONE, holds=holds, confidence=0.9)
