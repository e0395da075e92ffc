import itertools

from agent.core.messages import PersonId
from perception.eyes.camera import WHOLE
from perception.eyes.focus import CROP, TILES, FocusConfig, FocusPolicy
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
