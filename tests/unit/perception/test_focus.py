import itertools

from agent.core.messages import PersonId
from perception.eyes.camera import WHOLE
from perception.eyes.focus import CROP, KNOWN_S, TILES, FocusConfig, FocusPolicy
from perception.eyes.pairing import pair_up
from perception.eyes.sightings import Look
from perception.eyes.tracks import TrackConfig, Tracker
from tests.fakes.people import body_at, face_at


def looks(policy, tracks, *, seconds, camera_hz=30):
    """The (at, focus) pairs that `policy` chooses while these tracks are in view."""
    times = [i / camera_hz for i in range(round(seconds * camera_hz))]
    chosen = [(at, policy.choose(at, tracks)) for at in times]
    return [(at, focus) for at, focus in chosen if focus is not None]


def tracked(*bodies, faces=(), at=0.0):
    numbers = itertools.count(1)
    tracker = Tracker(TrackConfig(), lambda: PersonId(f"p{next(numbers)}"))
    tracker.update(at, pair_up(Look(bodies=bodies, faces=faces)))
    return tracker.tracks


def test_an_empty_room_costs_a_few_looks_a_second():
    chosen = looks(FocusPolicy(FocusConfig(idle_hz=4)), [], seconds=10)
    assert 35 <= len(chosen) <= 45


def test_an_empty_room_is_searched_everywhere_within_two_seconds():
    chosen = looks(FocusPolicy(FocusConfig(idle_hz=4)), [], seconds=2)
    assert {tile for _, focus in chosen for tile in focus.faces} == set(TILES)


def test_near_people_are_looked_at_at_the_full_rate_and_far_ones_at_less():
    near = looks(FocusPolicy(FocusConfig(busy_hz=15, far_hz=8)), tracked(body_at(2)), seconds=5)
    far = looks(FocusPolicy(FocusConfig(busy_hz=15, far_hz=8)), tracked(body_at(9)), seconds=5)
    assert 70 <= len(near) <= 80
    assert 36 <= len(far) <= 45


def test_a_look_measures_one_body_at_most():
    people = tracked(body_at(2, -0.8), body_at(3), body_at(2.5, 1))
    for _, focus in looks(FocusPolicy(FocusConfig()), people, seconds=5):
        assert (focus.scan is not None) + len(focus.bodies) <= 1


def test_nobody_is_starved_by_one_who_cannot_be_found():
    people = tracked(body_at(2, -0.8), body_at(8, 2))
    regions = [f.bodies for _, f in looks(FocusPolicy(FocusConfig()), people, seconds=6)]
    assert len({region for regions_of in regions for region in regions_of}) == 2


def test_time_goes_to_those_who_can_be_found():
    hidden, found = people = tracked(body_at(8, -2), body_at(8, 2))
    policy, sought = FocusPolicy(FocusConfig()), {hidden.person: 0, found.person: 0}
    for i in range(300):
        before = {track.person: track.body_seeks for track in people}
        policy.choose(i / 30, people)
        found.body_misses = 0
        for track in people:
            sought[track.person] += track.body_seeks - before[track.person]
    assert sought[found.person] > 2 * sought[hidden.person] > 0


def test_others_are_searched_for_while_somebody_is_here():
    scans = [f.scan for _, f in looks(FocusPolicy(FocusConfig()), tracked(body_at(2)), seconds=3)]
    assert scans.count(WHOLE) >= 2


def test_heads_of_near_people_are_looked_at_in_every_look():
    people = tracked(body_at(2), faces=[face_at(2)])
    assert all(len(f.heads) == 1 for _, f in looks(FocusPolicy(FocusConfig()), people, seconds=2))


def test_more_heads_than_fit_take_turns():
    people = tracked(*(body_at(2.5, -1.2 + 0.6 * i) for i in range(5)))
    chosen = looks(FocusPolicy(FocusConfig(heads=2)), people, seconds=2)
    assert all(len(focus.heads) == 2 for _, focus in chosen)
    assert len({head for _, focus in chosen for head in focus.heads}) == 5


def test_a_crop_gives_the_body_room():
    body = body_at(6, height=0.2)
    chosen = looks(FocusPolicy(FocusConfig()), tracked(body), seconds=2)
    (region, *_) = (f.bodies[0] for _, f in chosen if f.bodies)
    assert region.height >= (CROP - 0.5) * body.box.height


def known_tracks(*bodies, at=0.0):
    """Found again and again, so that they count as people."""
    numbers = itertools.count(1)
    tracker = Tracker(TrackConfig(), lambda: PersonId(f"p{next(numbers)}"))
    for step in range(20):
        tracker.update(at + 0.1 * (step - 19), pair_up(Look(bodies=bodies)))
    assert all(track.confirmed for track in tracker.tracks)
    return tracker.tracks


def middles(known):
    return [round(float(one.outline[:, 0].mean()), 2) for one in known]


def test_a_search_is_without_those_who_are_known_the_farthest_painted_out_first():
    people = known_tracks(body_at(2, -0.5), body_at(3, 0.5))
    chosen = looks(FocusPolicy(FocusConfig()), people, seconds=0.9)
    scans = [focus for _, focus in chosen if focus.scan and focus.known]
    assert scans
    assert all(middles(f.known) == middles(reversed_by_distance(people)) for f in scans)
    assert not any(one.spared for f in scans for one in f.known)


def reversed_by_distance(people):
    from_far = sorted(people, key=lambda track: -track.place.distance_m)
    return [track.body for track in from_far]


def test_each_part_is_searched_as_it_is_and_without_those_who_are_known_in_turn():
    people = known_tracks(body_at(2, -0.5), body_at(3, 0.5))
    policy, of_part = FocusPolicy(FocusConfig(scan_s=0.2)), {}
    for i in range(150):
        for track in people:
            track.body_at = track.seen_at = i / 30
        focus = policy.choose(i / 30, people)
        if focus is not None and focus.scan:
            of_part.setdefault(focus.scan, []).append(bool(focus.known))
    assert len(of_part) == 4
    for painted in of_part.values():
        assert painted[:4] in ([True, False, True, False], [False, True, False, True])


def test_who_was_not_measured_for_long_or_may_be_nobody_is_not_painted_out():
    people = known_tracks(body_at(2, -0.5), at=-KNOWN_S - 0.2)
    unsure = tracked(body_at(2, 0.5))
    chosen = looks(FocusPolicy(FocusConfig()), people + unsure, seconds=1)
    assert {len(focus.known) for _, focus in chosen if focus.scan} == {0}


def body_looks(*people, misses):
    policy = FocusPolicy(FocusConfig(scan_s=10, body_s=0.1))
    policy.choose(-1.0, people)
    people[0].body_misses, people[0].body_sought_at = misses, -9.0
    return next(f for _, f in looks(policy, people, seconds=0.5) if f.bodies)


def test_who_was_looked_for_in_vain_or_is_in_doubt_is_sought_without_those_who_overlap():
    near, behind, aside = known_tracks(body_at(2), body_at(2.6, 0.1), body_at(2.2, 2.5))
    assert body_looks(near, behind, aside, misses=0).known == ()
    again = body_looks(near, behind, aside, misses=1)
    assert middles(again.known) == middles([behind.body, near.body])
    assert [one.spared for one in again.known] == [False, True]
    (doubted,) = tracked(body_at(2.1, -0.1))
    assert len(body_looks(doubted, near, misses=0).known) == 2
    alone = body_looks(*known_tracks(body_at(2), body_at(2.2, 2.5)), misses=1)
    assert alone.known == ()


def test_who_is_looked_for_in_a_painted_picture_is_only_who_is_not_painted_out():
    known, other = known_tracks(body_at(2, -0.5), body_at(3, 0.3))
    (unsure,) = tracked(body_at(2, 0.9))
    people, policy = [known, other, unsure], FocusPolicy(FocusConfig())
    for i in range(90):
        known.body_at = other.body_at = i / 30
        for track in people:
            track.seen_at = i / 30
        before = [track.body_seeks for track in people]
        focus = policy.choose(i / 30, people)
        if focus is not None and focus.scan is WHOLE and focus.known:
            break
    assert focus is not None
    assert focus.known
    assert [track.body_seeks for track in people] == [before[0], before[1], before[2] + 1]


def test_who_was_found_only_without_the_others_is_looked_for_so_again():
    near, behind = known_tracks(body_at(2), body_at(2.6, 0.1))
    policy = FocusPolicy(FocusConfig(scan_s=10, body_s=0.1))
    policy.choose(-1.0, [near, behind])
    behind.body_misses = 1
    asked = []
    for i in range(12):
        behind.body_sought_at, near.body_sought_at = -9.0, i / 10
        focus = policy.choose(i / 10, [near, behind])
        if focus is not None and focus.bodies:
            asked.append(bool(focus.known))
            behind.body_misses, behind.body_at, near.body_at = 0, i / 10, i / 10
    assert len(asked) >= 4
    assert all(asked)


def test_one_alone_is_not_painted_out():
    chosen = looks(FocusPolicy(FocusConfig()), known_tracks(body_at(2)), seconds=0.9)
    assert not any(focus.known for _, focus in chosen)


def test_no_search_is_without_anybody_while_somebody_walks_has_just_come_or_waits():
    stands, other = *known_tracks(body_at(2, -0.5)), *known_tracks(body_at(2.5, 0.8))

    def painted():
        policy, found = FocusPolicy(FocusConfig()), False
        for i in range(30):
            stands.seen_at = i / 30
            other.seen_at = i / 30 - away_s
            focus = policy.choose(i / 30, [stands, other])
            found = found or bool(focus and focus.scan and focus.known)
        return found

    away_s = 0.0
    assert painted()
    other.state[2:] = (0.0, 1.2)
    assert not painted()
    other.state[2:], away_s = 0.0, 0.8
    assert not painted()
    away_s, other.first_at = 0.0, 0.0
    assert not painted()
