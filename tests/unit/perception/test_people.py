import asyncio
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import ComponentHealth, PersonId, PersonLost, PersonSeen
from perception.eyes.gaze import GazeConfig, GazeZero
from perception.eyes.people import People, PeopleComponent, PeopleConfig, random_id
from perception.eyes.picture_check import PictureConfig
from perception.eyes.sightings import Cue, Look, Range
from perception.senses import Picture
from tests.fakes.people import FakeCamera, FakeDetector, Inline, body_at, face_at, picture


async def watch(scene, *, seconds=3.0, hz=15, pictures=None, clock=None, told=None, **config):
    """What the component publishes while `scene(at)` is before the camera."""
    published, numbers = [], itertools.count(1)
    component = PeopleComponent(
        camera=FakeCamera(pictures or [picture(i / hz) for i in range(round(seconds * hz))], clock),
        open_detector=lambda: FakeDetector(scene),
        off_loop=Inline(),
        publish=told or published.append,
        config=PeopleConfig(**config),
        clock=clock,
        new_id=lambda: PersonId(f"p{next(numbers)}"),
    )
    await component.run()
    return published


def one(kind, messages):
    return [message for message in messages if isinstance(message, kind)]


async def test_a_person_is_seen_with_the_moment_of_the_picture():
    sightings = one(PersonSeen, await watch(lambda at: [body_at(2.0, 0.5)]))
    assert sightings[-1].place.x_m == pytest.approx(2.0, abs=0.05)
    assert sightings[-1].place.y_m == pytest.approx(0.5, abs=0.05)
    assert (sightings[-1].at * 15) % 1 == pytest.approx(0, abs=1e-6)


async def test_an_empty_room_says_nothing():
    assert await watch(lambda at: []) == []


async def test_three_people_are_seen_apart():
    seen = await watch(lambda at: [body_at(2, -1), body_at(3, 0), body_at(2.5, 1.2)])
    assert {message.person for message in one(PersonSeen, seen)} == {"p1", "p2", "p3"}


async def test_one_who_walks_up_closes_in():
    seen = one(PersonSeen, await watch(lambda at: [body_at(5 - at)], seconds=3.5))
    distances = [message.place.distance_m for message in seen]
    assert distances == sorted(distances, reverse=True)
    assert seen[-1].approach_m_s == pytest.approx(1.0, abs=0.2)


async def test_one_who_is_gone_is_lost_with_the_moment_of_the_last_sighting():
    seen = await watch(lambda at: [body_at(2)] if at < 1 else [], seconds=4)
    (gone,) = one(PersonLost, seen)
    assert gone.at == one(PersonSeen, seen)[-1].at < 1.0


async def test_what_cannot_be_seen_is_unknown():
    (*_, seen) = one(PersonSeen, await watch(lambda at: [body_at(3, front_rad=None)]))
    assert seen.gaze_off_rad is None
    assert seen.head_yaw_rad is None
    assert seen.facing_rad is None
    assert seen.hand_raised is None
    assert seen.mouth_open is None


async def test_facing_is_measured_from_the_line_to_the_agent():
    to_agent = math.atan2(-1.0, -2.0)
    (*_, seen) = one(PersonSeen, await watch(lambda at: [body_at(2, 1, front_rad=to_agent + 0.5)]))
    assert seen.facing_rad == pytest.approx(0.5, abs=0.05)


async def test_gaze_comes_from_the_face_and_a_steady_offset_wears_off():
    aside = math.radians(18)
    seen = one(
        PersonSeen,
        await watch(lambda at: Look(faces=(face_at(1.2, yaw_rad=aside),)), seconds=20),
    )
    assert math.degrees(seen[0].gaze_off_rad) == pytest.approx(18, abs=1)
    assert math.degrees(seen[-1].gaze_off_rad) < 5


async def test_confidence_grows_with_the_sightings():
    seen = one(PersonSeen, await watch(lambda at: [body_at(2)]))
    assert 0 < seen[0].confidence < seen[-1].confidence <= 1


async def test_when_the_pictures_stop_people_are_lost_without_waiting_for_the_next():
    clock = LoopClock(asyncio.get_running_loop())
    pictures = [picture(i / 15) for i in range(20)] + [picture(10.0)]
    told = []
    await watch(
        lambda at: [body_at(2)],
        pictures=pictures,
        clock=clock,
        told=lambda message: told.append((clock.now(), message)),
    )
    ((when, gone),) = [(now, m) for now, m in told if isinstance(m, PersonLost)]
    assert gone.at < 1.3
    assert 2.5 < when < 4.5


async def test_what_is_no_picture_is_passed_over():
    bad = [
        Picture(at=0.0, pixels=np.zeros((1, 1, 3), np.uint8)),
        Picture(at=0.1, pixels=np.zeros((64, 64), np.uint8)),
        Picture(at=0.2, pixels=np.zeros((64, 64, 3), np.float32)),
    ]
    good = [picture(1 + i / 15) for i in range(30)]
    assert one(PersonSeen, await watch(lambda at: [body_at(2)], pictures=bad + good))


async def test_a_covered_lens_is_reported_and_so_is_its_end():
    dark = [picture(i / 15, fill=0) for i in range(150)]
    light = [picture(10 + i / 15) for i in range(10)]
    reports = one(ComponentHealth, await watch(lambda at: [], pictures=dark + light))
    assert [(r.health, "black" in r.detail) for r in reports] == [
        ("degraded", True),
        ("running", False),
    ]


@pytest.mark.parametrize(("level", "what"), [(253, "only white"), (120, "one even grey")])
async def test_a_wrong_exposure_is_reported_with_its_cure(level, what):
    rng = np.random.default_rng(1)
    blinded = [
        Picture(at=i / 5, pixels=(level + rng.integers(0, 2, (96, 128, 3))).astype(np.uint8))
        for i in range(40)
    ]
    (report,) = one(ComponentHealth, await watch(lambda at: [], pictures=blinded))
    assert what in report.detail
    assert "exposure" in report.detail
    assert 5 < report.at < 6


async def test_somebody_in_the_dusk_is_still_looked_for():
    rng = np.random.default_rng(1)
    dusk = [
        Picture(at=i / 15, pixels=rng.integers(5, 30, (96, 128, 3)).astype(np.uint8))
        for i in range(120)
    ]
    seen = await watch(lambda at: [body_at(2)], pictures=dusk)
    assert one(ComponentHealth, seen) == []
    assert one(PersonSeen, seen)


async def test_at_one_picture_a_second_somebody_is_seen_and_lost():
    slow = [picture(float(i)) for i in range(20)]
    seen = await watch(lambda at: [body_at(2)] if at < 10 else [], pictures=slow)
    assert one(PersonSeen, seen)[0].at <= 3
    assert len({s.person for s in one(PersonSeen, seen)}) == 1
    (gone,) = one(PersonLost, seen)
    assert gone.at == pytest.approx(9)


async def test_a_body_told_by_the_second_half_of_a_look_is_told_at_once():
    people = People(PeopleConfig(), lambda: PersonId("p1"), GazeZero(GazeConfig()))
    half = Look(faces=(face_at(1.0),))
    for i in range(2):
        people.see(i / 15, half)
    assert people.see(0.2, half) == []
    assert [m.person for m in people.see_bodies(0.2, Look(bodies=(body_at(1.0),)))] == ["p1"]


async def test_a_frozen_picture_is_reported_and_later_shows_nobody():
    frozen = [picture(i / 5, fill=99) for i in range(200)]
    seen = await watch(lambda at: [body_at(2)], pictures=frozen)
    assert "stands still" in one(ComponentHealth, seen)[0].detail
    assert one(PersonLost, seen)
    assert one(PersonSeen, seen)[-1].at <= PictureConfig().disbelieved_s + 0.2


async def test_a_hand_that_one_look_shows_lowered_is_still_up_and_two_are_believed():
    looks = itertools.chain([True] * 4, [False], [True] * 3, itertools.repeat(False))
    told = {}

    def scene(at):
        if at not in told:
            told[at] = next(looks)
        return [body_at(2.0, raised=told[at])]

    raised = [m.hand_raised for m in one(PersonSeen, await watch(scene, seconds=3.0))]
    first_down = raised.index(False)
    assert all(raised[:first_down])
    assert first_down >= 6
    assert not any(raised[first_down:])


async def test_a_body_that_seems_where_another_stands_belongs_to_whom_its_face_does():
    near, behind = face_at(1.18, 0.2), face_at(1.43, 0.1)
    misread = body_at(1.66, 0.28)

    def scene(at):
        if at < 2.0:
            return Look(faces=(near, behind))
        return Look(faces=(near,), bodies=(misread,))

    sightings = one(PersonSeen, await watch(scene, seconds=2.6))
    (name,) = {m.person for m in sightings if m.at < 2.0 and m.place.x_m > 1.3}
    (other,) = {m.person for m in sightings} - {name}
    assert all(m.place.y_m < 0.13 for m in sightings if m.person == name)
    assert {m.person for m in sightings if m.at > 2.1} == {other}


async def test_the_eyes_of_a_small_one_are_as_high_as_where_the_feet_stand_says():
    def reading(cue, metres, trust):
        return Range(cue=cue, distance_m=metres, trust=trust, noise=0.03)

    small = replace(
        body_at(2.0),
        eyes_height_m=0.75,
        ranges=(reading(Cue.BODY, 3.0, 8.0), reading(Cue.FEET, 2.0, 90.0)),
    )
    sightings = one(PersonSeen, await watch(lambda at: [small]))
    assert sightings[-1].face_height_m == pytest.approx(1.0, abs=0.06)
    tall = one(PersonSeen, await watch(lambda at: [body_at(2.0)]))
    assert tall[-1].face_height_m == pytest.approx(1.6, abs=0.02)


def test_random_names_say_nothing_and_differ():
    assert len({random_id() for _ in range(1000)}) == 1000
