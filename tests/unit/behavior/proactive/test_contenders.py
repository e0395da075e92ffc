"""The rules to compare with are the published ones."""

import math

import pytest

from agent.core.messages import PersonId
from behavior.proactive.contenders import Always, MutualGaze, Rules, Zones, mutual_gaze
from behavior.situation.state import Situation
from tests.fakes.encounters import Lobby
from tests.fakes.frames import frames_of
from tests.fakes.people import seen, stand

P1 = PersonId("p1")


def frame_with(*sightings):
    by_id = {one.person: one for one in sightings}
    closed, _ = frames_of([*sightings, *(seen(0.2, 5.0, person="last"),)])
    return closed[-1], by_id


def zone(policy, *metres):
    return [
        policy.judge(*(lambda f, s: (f, Situation(), s))(*frame_with(seen(0.0, m)))).fires
        for m in metres
    ]


def test_zones_are_entered_at_one_metre_and_left_at_one_and_a_half():
    assert zone(Zones(), 1.6, 1.2, 0.9, 1.2, 1.45, 1.6, 1.2) == [
        False,
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_always_is_always_where_anybody_is():
    frame, by_id = frame_with(seen(0.0, 4.0))
    assert Always().judge(frame, Situation(), by_id).fires


def test_mutual_gaze_falls_below_a_half_beyond_2_76_m_even_when_perfect():
    near = seen(0.0, 2.7, gaze_deg=0.0)
    far = seen(0.0, 2.8, gaze_deg=0.0)
    height = {"face_height_m": 1.45}
    from dataclasses import replace

    assert mutual_gaze(replace(near, **height)) > 0.5
    assert mutual_gaze(replace(far, **height)) < 0.5


@pytest.mark.parametrize(
    ("degrees", "share"), [(0.0, 1.0), (30.0, 2 / 3), (60.0, 0.0), (120.0, 0.0)]
)
def test_gaze_fades_to_nothing_at_sixty_degrees(degrees, share):
    from dataclasses import replace

    one = replace(seen(0.0, 1.0, gaze_deg=degrees), face_height_m=1.45)
    assert mutual_gaze(one) == pytest.approx(share * math.log(4) / math.log(5), abs=1e-6)


def test_an_unknown_gaze_is_no_sample():
    assert mutual_gaze(seen(0.0, 1.0)) is None


def test_mutual_gaze_needs_half_its_buffer_and_then_its_thresholds():
    policy = MutualGaze(window_s=2.0)
    closed, _ = frames_of(stand(seconds=3.0, x_m=1.0, gaze_deg=5.0))
    fires = [
        policy.judge(frame, Situation(), {P1: seen(frame.at, 1.0, gaze_deg=5.0)}).fires
        for frame in closed
    ]
    assert fires.index(True) == 10  # one second for half a buffer, one step to be engaging
    assert all(fires[10:])


def test_the_rules_are_the_houses_own_greeting():
    lobby = Lobby(stage=False)
    lobby.attends("p1", 1.0, x=1.5)
    lobby.until(3.0)
    situation = lobby.situation
    frame, by_id = frame_with(seen(0.0, 1.5))
    fresh = situation.__class__(
        now=situation.now,
        people={
            who: person.__class__(
                id=person.id,
                place=person.place,
                first_seen_at=person.first_seen_at,
                seen_at=person.seen_at,
                engagement=person.engagement,
                attending_since=person.attending_since,
            )
            for who, person in situation.people.items()
        },
    )
    verdict = Rules().judge(frame, fresh, by_id)
    assert (verdict.now, verdict.whom, verdict.fires) == (1.0, 0, True)
    assert not Rules().judge(frame, Situation(now=3.0), by_id).fires
