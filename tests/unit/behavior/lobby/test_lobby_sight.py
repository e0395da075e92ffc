"""What perception is told of bodies: exact without noise, as wrong as measured with it."""

import math
from collections import defaultdict
from statistics import mean, median, pstdev

import pytest

from agent.core.messages import PersonLost, PersonSeen
from behavior.lobby.library import detector_noise, open_lobby
from behavior.lobby.noise import DetectorNoise
from tests.unit.behavior.lobby.agents import LIBRARY, lobby_of

NOISE = {name: detector_noise(name, LIBRARY) for name in ("none", "measured", "harsh", "faceless")}


def noise_of(**parts):
    return DetectorNoise.model_validate({"name": "made", **parts})


def watch(lobby, seconds):
    """(sighting, what is true) of everybody seen, each step."""
    found, at = [], 0.0
    while at < seconds:
        at = max(at + 0.1, lobby.next_event_at())
        messages = lobby.advance(at)
        there = {name: one for one in lobby.view().people for name in one.ids}
        found += [
            (one, there[one.person])
            for one in messages
            if isinstance(one, PersonSeen) and one.person in there
        ]
    return found


def near_by(seen, true):
    return true.doing == "stands before the agent" and seen.gaze_off_rad is not None


def turned(angle):
    return math.remainder(angle, math.tau)


def test_without_noise_places_speeds_and_facing_are_the_truth():
    lobby = lobby_of("visit", "passing", per_hour=60)
    agent = lobby.plan.agent
    pairs = watch(lobby, 600)
    assert len(pairs) > 400
    for seen, true in pairs:
        assert math.dist(
            (seen.place.x_m, seen.place.y_m), (true.place.x_m, true.place.y_m)
        ) == pytest.approx(0, abs=1e-6)
        to_agent = math.atan2(agent.y_m - true.y_m, agent.x_m - true.x_m)
        assert seen.facing_rad == pytest.approx(abs(turned(true.heading_rad - to_agent)), abs=1e-6)
        assert seen.head_yaw_rad == pytest.approx(turned(true.gaze_rad - to_agent), abs=1e-6)
        assert seen.face_height_m == pytest.approx(true.eye_height_m)


def test_the_closing_speed_is_positive_towards_the_agent():
    tracks = defaultdict(list)
    for seen, _ in watch(lobby_of("hurry", per_hour=40), 500):
        tracks[seen.person].append(seen)
    steps = [pair for track in tracks.values() for pair in zip(track, track[1:], strict=False)]
    closing = [
        (new.approach_m_s, (old.place.distance_m - new.place.distance_m) / 0.1)
        for old, new in steps
    ]
    fast = [(told, true) for told, true in closing if abs(true) > 0.8]
    assert len(fast) > 50
    assert any(true > 0 for _, true in fast)
    assert any(true < 0 for _, true in fast)
    assert all(told == pytest.approx(true, abs=0.5) for told, true in fast)


def test_gaze_and_face_are_unknown_beyond_the_cameras_reach_and_from_behind():
    lobby = lobby_of("visit", "passing", per_hour=60)
    camera, pairs = lobby.plan.camera, watch(lobby, 900)
    far = [seen for seen, _ in pairs if seen.place.distance_m > camera.gaze_m]
    backs = [seen for seen, _ in pairs if abs(seen.head_yaw_rad or 0) > 1.3]
    assert len(far) > 100
    assert len(backs) > 20
    assert all(seen.gaze_off_rad is None for seen in (*far, *backs))
    near = [seen for seen, _ in pairs if seen.place.distance_m < 2 and abs(seen.head_yaw_rad) < 1.1]
    assert all(seen.gaze_off_rad is not None for seen in near)


def test_somebody_who_looks_at_the_agent_has_next_to_no_gaze_off():
    pairs = watch(lobby_of("visit", per_hour=30), 900)
    near = [seen for seen, true in pairs if near_by(seen, true)]
    looks = sum(seen.gaze_off_rad < 0.15 for seen in near) / len(near)
    assert 0.5 < looks < 0.95  # most of the time, as people do who wait for a sign


def test_someone_averse_to_gaze_hardly_looks_and_stands_there_all_the_same():
    pairs = watch(lobby_of("averse", per_hour=30), 900)
    near = [seen.gaze_off_rad for seen, true in pairs if near_by(seen, true)]
    assert len(near) > 100
    assert sum(off < 0.3 for off in near) < 0.25 * len(near)


def test_eyes_in_a_wheelchair_and_of_children_are_low():
    for kind, low, high in (("wheelchair", 1.05, 1.25), ("child_alone", 0.9, 1.35)):
        heights = [true.eye_height_m for _, true in watch(lobby_of(kind, per_hour=30), 500)]
        assert all(low <= one <= high for one in heights), kind


def test_a_person_behind_the_agent_is_not_seen():
    lobby = open_lobby(plan="gallery", noise="none", seed=2, library=LIBRARY)
    half = math.radians(lobby.plan.camera.field_of_view_deg / 2)
    for seen, _ in watch(lobby, 900):
        assert abs(math.atan2(seen.place.y_m, seen.place.x_m)) < half + 0.05
        assert seen.place.distance_m < lobby.plan.camera.body_m + 0.1


def test_everyone_who_was_seen_is_lost_in_the_end_and_under_no_id_twice():
    lobby = open_lobby(noise="harsh", day="quiet", seed=3, library=LIBRARY)
    messages = lobby.advance(1200)
    lobby_end = lobby.advance(lobby.ends_at + 3600)
    everything = [*messages, *lobby_end]
    seen, lost = set(), []
    for one in everything:
        if isinstance(one, PersonSeen):
            assert one.person not in lost
            seen.add(one.person)
        elif isinstance(one, PersonLost):
            lost.append(one.person)
    assert len(lost) == len(set(lost))
    assert set(lost) == seen


def test_a_long_drop_out_ends_the_id_and_a_short_one_does_not():
    def names(drop_s):
        loss = {"drops_per_min": 20, "drop_s": drop_s}
        lobby = lobby_of("visit", noise=noise_of(loss=loss), per_hour=20)
        lobby.advance(900)
        numbers = {one.person: len(one.ids) for one in lobby.truth}
        return mean(numbers.values())

    assert names(0.05) < 1.3
    assert names(3.0) > 2.0


def test_no_sighting_comes_late_by_more_than_the_noise_says():
    def first_sighting_s(late_s):
        lobby = lobby_of("passing", noise=noise_of(loss={"late_s": late_s}))
        return next(seen.at for seen, _ in watch(lobby, 700))

    assert 0.3 < first_sighting_s(1.0) - first_sighting_s(0.0) < 1.6


def test_ghosts_are_nobody():
    lobby = lobby_of("passing", noise=noise_of(loss={"ghosts_per_hour": 60}), per_hour=0)
    people = {one.person for one in lobby.advance(3600) if isinstance(one, PersonSeen)}
    assert 30 < len(people) < 100
    assert lobby.truth == []
    assert all(lobby.number_of(one) is None for one in people)


def test_somebody_behind_another_is_hidden():
    def share(hidden_rad):
        lobby = lobby_of("group", noise=noise_of(loss={"hidden_rad": hidden_rad}), per_hour=20)
        return len(watch(lobby, 900))

    assert share(0.2) < 0.8 * share(0.0)


@pytest.mark.parametrize("name", ["measured", "harsh"])
def test_the_stream_is_as_wrong_as_its_file_says(name):
    noise = NOISE[name]
    lobby = lobby_of("visit", "asks", noise=noise, per_hour=60, seed=3)
    pairs = watch(lobby, 1500)
    by_track = defaultdict(list)
    for seen, true in pairs:
        by_track[seen.person].append((seen, true))
    jitter, missing, rates = [], [], []
    for track in by_track.values():
        still = [(s, t) for s, t in track if t.place.distance_m < 1.7]
        if len(still) < 40:
            continue
        ratios = [s.place.distance_m / t.place.distance_m for s, t in still]
        jitter.append(pstdev(ratios) / mean(ratios))
        fronts = [s for s, t in still if abs(s.head_yaw_rad or 0) < 0.7]
        missing.append(mean(s.gaze_off_rad is None for s in fronts))
        rates.append(len(still) / (still[-1][0].at - still[0][0].at))
    assert len(jitter) >= 5
    assert median(jitter) == pytest.approx(noise.place.range_jitter, rel=0.5)
    assert median(missing) == pytest.approx(noise.turn.gaze_missing * 0.36, abs=0.15)
    assert 0.5 * noise.loss.sightings_hz < median(rates) <= noise.loss.sightings_hz + 0.5


def test_a_detector_without_faces_tells_no_gaze():
    pairs = watch(lobby_of("visit", noise=NOISE["faceless"], per_hour=30), 600)
    assert len(pairs) > 200
    assert all(seen.gaze_off_rad is None for seen, _ in pairs)
    assert all(seen.mouth_open is None for seen, _ in pairs)
