import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from agent.core.messages import PersonId
from perception.eyes.pairing import pair_up
from perception.eyes.sightings import Look
from perception.eyes.tracks import TrackConfig, Tracker
from tests.fakes.people import body_at, face_at


def tracker(**config):
    numbers = itertools.count(1)
    return Tracker(TrackConfig(**config), lambda: PersonId(f"p{next(numbers)}"))


def sightings(bodies=(), faces=()):
    return pair_up(Look(bodies=tuple(bodies), faces=tuple(faces)))


def follow(one, path, *, hz=10, start=0.0, see=body_at):
    """Feed (x, y) places, None for out of sight; returns the confirmed people at each moment."""
    shown = []
    for i, place in enumerate(path):
        at = start + i / hz
        found = one.update(at, sightings([see(*place)] if place else []))
        one.lost(at)
        shown.append([(t.person, t.place.x_m, t.place.y_m) for t in found])
    return shown


def test_one_flash_is_nobody():
    assert follow(tracker(), [(3, 0), None, None, None, None]) == [[]] * 5


def test_somebody_seen_a_few_times_is_a_person_at_their_place():
    (person, x_m, y_m) = follow(tracker(), [(3, 1)] * 5)[-1][0]
    assert person == "p1"
    assert (x_m, y_m) == pytest.approx((3, 1), abs=0.05)


def test_a_pattern_found_in_one_look_of_three_is_nobody():
    one = tracker(doubt_s=5.0)
    for i in range(30):
        for track in one.tracks:
            track.body_seeks += 1
        one.update(i / 10, sightings([body_at(3)] if i % 3 == 0 else []))
    assert not any(track.confirmed for track in one.tracks)


def test_a_face_found_in_one_look_of_three_is_nobody():
    one = tracker(doubt_s=5.0)
    for i in range(40):
        for track in one.tracks:
            track.face_seeks += 1
        one.update(i / 10, sightings(faces=[face_at(1)] if i % 3 == 0 else []))
    assert not any(track.confirmed for track in one.tracks)


def test_a_known_person_is_not_robbed_of_a_sighting_by_a_passing_doubt():
    one = tracker()
    follow(one, [(2.5, 0.0)] * 6)
    one.update(0.6, sightings([body_at(2.5, 0.0), body_at(2.0, 0.25)]))
    (found,) = one.update(0.7, sightings([body_at(2.1, 0.2)]))
    assert found.person == "p1"


def test_one_who_stopped_while_hidden_keeps_the_name():
    walk = [(3, -1.5 + 0.15 * i) for i in range(12)]
    shown = follow(tracker(bridge_s=3.0, agility_m_s2=0.1), walk + [None] * 12 + [(3, 0.2)] * 6)
    assert {person for now in shown for person, *_ in now} == {"p1"}


def test_a_walker_keeps_the_name_and_shows_the_right_speed():
    one = tracker()
    shown = follow(one, [(5 - 0.12 * i, 0) for i in range(25)])
    assert {person for now in shown for person, *_ in now} == {"p1"}
    assert one.tracks[0].approach_m_s == pytest.approx(1.2, abs=0.2)
    assert one.tracks[0].speed_m_s == pytest.approx(1.2, abs=0.2)


def test_one_who_stands_has_hardly_any_speed_in_spite_of_noise():
    one, noise = tracker(), np.random.default_rng(3).normal(0, 0.03, 60)
    follow(one, [(1.5 * (1 + e), 0) for e in noise])
    assert one.tracks[0].speed_m_s < 0.25


def test_a_short_occlusion_does_not_change_the_name():
    path = [(3, -1 + 0.1 * i) for i in range(10)] + [None] * 8
    path += [(3, 0.8 + 0.1 * i) for i in range(10)]
    shown = follow(tracker(bridge_s=1.5), path)
    assert shown[-1][0][0] == "p1"


def test_one_who_is_gone_for_long_is_lost_once_and_comes_back_as_another():
    one = tracker(bridge_s=1.0)
    follow(one, [(3, 0)] * 5)
    assert [t.person for t in one.lost(2.0)] == ["p1"]
    assert one.lost(3.0) == []
    assert follow(one, [(3, 0)] * 5, start=4.0)[-1][0][0] != "p1"


def test_three_people_are_three_people():
    one = tracker()
    for i in range(10):
        one.update(i / 10, sightings([body_at(2, -1), body_at(3, 0), body_at(2.5, 1)]))
    assert len({t.person for t in one.tracks if t.confirmed}) == 3


def test_two_who_pass_each_other_at_different_depths_keep_their_names():
    one = tracker()
    for i in range(40):
        one.update(i / 10, sightings([body_at(2, -2 + 0.1 * i), body_at(4, 2 - 0.1 * i)]))
    ends = {t.person: round(t.place.y_m) for t in one.tracks}
    assert ends == {"p1": 2, "p2": -2}


def test_nobody_jumps_when_the_face_comes_and_the_body_goes():
    """The body says 3.0 m, the face 2.5 m: the place goes from one to the other slowly."""
    one = tracker()
    places = []
    for i in range(60):
        bodies = [body_at(3.0)] if i < 30 else []
        faces = [face_at(2.5)] if i >= 20 else []
        (found,) = one.update(i / 10, sightings(bodies, faces)) or [None]
        places.append(found.place.x_m if found else None)
    known = [x for x in places if x is not None]
    steps = np.abs(np.diff(known))
    assert max(steps) < 0.06
    assert known[-1] < 2.75


def test_a_face_alone_needs_more_hits_than_a_body():
    one = tracker(hits_to_confirm=3, face_hits_to_confirm=5)
    shown = [bool(one.update(i / 10, sightings(faces=[face_at(1.0)]))) for i in range(6)]
    assert shown == [False, False, False, False, True, True]


def test_a_face_and_a_body_of_one_person_are_one_sighting():
    (only,) = sightings([body_at(1.5)], [face_at(1.5)])
    assert only.face is not None
    assert only.body is not None


@pytest.mark.parametrize(("neck_deg", "people"), [(100, 1), (120, 2), (180, 2)])
def test_nobody_shows_a_face_over_their_own_back(neck_deg, people):
    back = body_at(1.5, front_rad=math.pi - math.radians(neck_deg))
    look = sightings([back], [face_at(1.5)])
    assert len(look) == people
    assert sightings([replace(back, front_rad=None)], [face_at(1.5)])[0].body is not None


def test_a_back_before_a_face_is_the_body_of_somebody_else():
    one = tracker()
    for i in range(6):
        one.update(i / 10, sightings(faces=[face_at(2.3)]))
    one.update(0.5, sightings(bodies=[body_at(2.3, front_rad=0.0)]))
    owner, behind = one.tracks
    assert (owner.body_hits, behind.body_hits) == (0, 1)


@pytest.mark.parametrize(("ago_s", "people"), [(0.3, 2), (0.8, 1)])
def test_nobody_turns_round_as_soon_as_their_face_was_seen(ago_s, people):
    one = tracker()
    for i in range(6):
        one.update(i / 10, sightings([body_at(2.3)], [face_at(2.3)]))
    one.update(0.5 + ago_s, sightings([body_at(2.3, front_rad=0.0)]))
    assert len(one.tracks) == people


def test_a_body_drawn_through_two_people_is_not_a_third():
    look = sightings([body_at(1.5, 0.0, height=0.7)], [face_at(1.5, 0.12), face_at(1.5, -0.12)])
    assert len(look) == 2


def test_names_come_from_outside_and_are_not_used_twice():
    one = tracker(bridge_s=0.5)
    for visit in range(4):
        follow(one, [(3, 0)] * 4 + [None] * 20, start=visit * 10.0)
    follow(one, [(3, 0)] * 4, start=50.0)
    assert int(one.tracks[0].person[1:]) >= 5


def test_bearing_is_kept_sharp_though_distance_is_not():
    one = tracker()
    follow(one, [(4, 1.5)] * 5)
    spread = one.tracks[0].spread[:2, :2]
    along = np.array([4, 1.5]) / math.hypot(4, 1.5)
    across = np.array([-along[1], along[0]])
    assert across @ spread @ across < along @ spread @ along


def test_a_small_face_read_a_third_too_near_for_one_picture_moves_nobody():
    def small(x_m, y_m):
        return sightings(faces=[replace(face_at(x_m, y_m), width_px=30.0)])

    one = tracker()
    for i in range(12):
        one.update(i / 10, small(2.3, 0.1 * i - 1))
    (before,) = one.tracks
    was_m = before.place.distance_m
    (told,) = one.update(1.2, small(1.5, 0.12))
    assert told.place.distance_m == pytest.approx(was_m, abs=0.25)


def test_who_really_comes_a_metre_nearer_is_soon_there():
    one = tracker()
    shown = follow(one, [(3, 0)] * 10 + [(3 - 0.25 * i, 0) for i in range(1, 5)] + [(2, 0)] * 5)
    assert shown[-1][0][1] == pytest.approx(2, abs=0.15)


def test_a_body_beside_a_face_of_the_same_picture_is_another_person():
    one = tracker()
    for i in range(6):
        one.update(i / 10, sightings(faces=[face_at(2.3)], bodies=[body_at(2.3)]))
    one.update(0.6, sightings(faces=[face_at(2.3)]))
    one.update(0.6, sightings(bodies=[body_at(2.5, 0.2)]))
    assert len(one.tracks) == 2
    assert one.tracks[0].body_at == 0.5
    one.update(0.6, sightings(bodies=[body_at(2.3)]))
    assert one.tracks[0].body_at == 0.6


@pytest.mark.parametrize(("ago_s", "people"), [(0.1, 2), (0.9, 1)])
def test_whose_head_was_elsewhere_a_moment_ago_is_another_person(ago_s, people):
    one = tracker()
    for i in range(6):
        one.update(i / 10, sightings([body_at(1.2, 0.0)]))
    one.update(0.5 + ago_s, sightings([body_at(1.2, 0.35)]))
    assert len(one.tracks) == people
