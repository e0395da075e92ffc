"""Facts about people among each other come of each picture, from what others tell and bodies."""

import numpy as np

from agent.core.messages import (
    Context,
    ContextChanged,
    Engagement,
    EngagementChanged,
    FaceMoved,
    FaceUnit,
    PersonId,
    PersonLost,
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
