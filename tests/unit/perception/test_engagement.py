"""Every state meets every event; the rest are encounters as they happen."""

import numpy as np
import pytest

from agent.core.messages import Engagement, SpeechStarted, TurnEnded, TurnId
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementComponent, EngagementCore
from tests.fakes.people import approach, leave, lost, pass_by, seen, stand

CONFIG = EngagementConfig()
E = Engagement


def voice(at):
    return SpeechStarted(at=at, turn=TurnId(1))


def words(at, text="hello", *, typed=False, person=None):
    return TurnEnded(at=at, turn=TurnId(1), revision=0, text=text, typed=typed, person=person)


def changes(*events, config=CONFIG):
    core = EngagementCore(config)
    found = [core.take(event) for event in sorted(flat(events), key=lambda event: event.at)]
    return [change for change in found if change is not None]


def flat(events):
    for event in events:
        yield from event if isinstance(event, list) else [event]


def states(*events, person="p1"):
    return [change.state for change in changes(*events) if change.person == person]


def until(state):
    """Events that lead into `state`, and the moment of the last of them."""
    ways = {
        E.PRESENT: [seen(0.0, 2.0)],
        E.PASSING: pass_by(distance_m=2.0)[:20],
        E.APPROACHING: approach(start_m=5, end_m=3.5, gaze_deg=None),
        E.ATTENDING: stand(x_m=2.0, seconds=1.5, gaze_deg=5),
        E.ENGAGED: stand(x_m=1.2, seconds=2.5, gaze_deg=5),
        E.DISENGAGING: stand(x_m=1.2, seconds=2.5, gaze_deg=5) + leave(at=2.5)[:9],
    }
    return ways[state], ways[state][-1].at


@pytest.mark.parametrize("state", [s for s in E if s is not E.LEFT])
def test_each_state_is_reached(state):
    events, _ = until(state)
    assert states(events)[-1] is state


AFTER = {
    "gone": lambda at: lost(at),
    "a voice": lambda at: voice(at + 0.05),
    "words": lambda at: words(at + 0.05),
    "looks and stands near": lambda at: stand(at=at + 0.1, x_m=1.2, seconds=3.5, gaze_deg=5),
    "looks and stands at 2 m": lambda at: stand(at=at + 0.1, x_m=2.0, seconds=2.5, gaze_deg=5),
    "walks off": lambda at: leave(at=at + 0.1, start_m=2.0, end_m=6.0),
    "crosses": lambda at: pass_by(at=at + 0.1, distance_m=2.4)[10:40],
}
EXPECTED = {
    # state: gone, a voice, words, looks near, looks at 2 m, walks off, crosses
    E.PRESENT: (E.LEFT, E.PRESENT, E.ENGAGED, E.ENGAGED, E.ATTENDING, E.PASSING, E.PASSING),
    E.PASSING: (E.LEFT, E.PASSING, E.ENGAGED, E.ENGAGED, E.ATTENDING, E.PASSING, E.PASSING),
    E.APPROACHING: (E.LEFT, E.APPROACHING, None, E.ENGAGED, E.ATTENDING, E.PASSING, E.PASSING),
    E.ATTENDING: (E.LEFT, E.ENGAGED, E.ENGAGED, E.ENGAGED, E.ATTENDING, E.PASSING, None),
    E.ENGAGED: (E.LEFT, E.ENGAGED, E.ENGAGED, E.ENGAGED, E.ENGAGED, E.PASSING, None),
    E.DISENGAGING: (E.LEFT, None, None, E.ENGAGED, None, E.PASSING, None),
}


@pytest.mark.parametrize(
    ("state", "event", "then"),
    [
        (state, event, then)
        for state, row in EXPECTED.items()
        for event, then in zip(AFTER, row, strict=True)
        if then is not None
    ],
)
def test_every_state_meets_every_event(state, event, then):
    events, at = until(state)
    assert states(events, AFTER[event](at))[-1] is then


def test_a_visitor_comes_attends_engages_leaves():
    visit = approach(), stand(at=3.3, seconds=4, gaze_deg=8), leave(at=7.3), lost(11.0)
    assert states(*visit) == [
        E.PRESENT,
        E.APPROACHING,
        E.ATTENDING,
        E.ENGAGED,
        E.DISENGAGING,
        E.PASSING,
        E.LEFT,
    ]


def test_a_passer_by_is_only_ever_passing():
    assert states(pass_by(gaze_deg=None), lost(9)) == [E.PRESENT, E.PASSING, E.LEFT]


def test_a_passer_by_who_looks_while_walking_is_still_passing():
    assert E.ATTENDING not in states(pass_by(gaze_deg=5.0, distance_m=1.5))


def test_a_glance_is_not_attending():
    glance = stand(x_m=2.0, seconds=2, gaze_deg=60) + stand(at=2, x_m=2.0, seconds=0.4, gaze_deg=3)
    assert states(glance, stand(at=2.4, x_m=2.0, seconds=3, gaze_deg=60)) == [E.PRESENT]


def test_the_first_moments_of_a_look_say_nothing_yet():
    assert states(stand(x_m=2.0, seconds=0.5, gaze_deg=3)) == [E.PRESENT]


def test_one_who_never_looks_is_attended_to_for_standing_here():
    assert states(stand(x_m=1.2, seconds=4, gaze_deg=70)) == [E.PRESENT, E.ATTENDING]


def test_one_whose_gaze_cannot_be_seen_is_served_all_the_same():
    assert states(stand(x_m=1.2, seconds=4), words(4.1)) == [E.PRESENT, E.ATTENDING, E.ENGAGED]


def test_one_who_stands_with_the_back_to_us_does_not_attend():
    assert states(stand(x_m=1.2, seconds=6, facing_deg=150)) == [E.PRESENT]


def test_a_gaze_that_goes_missing_ends_nothing():
    events = stand(x_m=1.2, seconds=3, gaze_deg=5) + stand(at=3, x_m=1.2, seconds=20)
    assert states(events)[-1] is E.ENGAGED


def test_a_short_look_away_ends_nothing():
    events = stand(x_m=1.2, seconds=3, gaze_deg=5) + stand(at=3, x_m=1.2, seconds=2, gaze_deg=60)
    assert states(events)[-1] is E.ENGAGED


def test_a_long_look_away_disengages_and_a_look_back_engages_again():
    away = stand(at=3, x_m=1.2, seconds=5, gaze_deg=60)
    back = stand(at=8, x_m=1.2, seconds=2, gaze_deg=5)
    assert states(stand(x_m=1.2, seconds=3, gaze_deg=5), away, back)[-2:] == [
        E.DISENGAGING,
        E.ENGAGED,
    ]


def test_one_who_speaks_may_look_elsewhere_meanwhile():
    away = stand(at=3, x_m=1.2, seconds=5, gaze_deg=60)
    said = [words(at) for at in (3.0, 5.0, 7.0)]
    assert states(stand(x_m=1.2, seconds=3, gaze_deg=5), away, said)[-1] is E.ENGAGED


def test_typing_engages_though_the_eyes_are_on_the_keys():
    typed = words(1.0, "where is room 2", typed=True)
    assert states(stand(x_m=0.7, seconds=2, gaze_deg=50), typed)[-1] is E.ENGAGED


def test_a_noise_without_words_engages_nobody_who_does_not_attend():
    assert states(stand(x_m=2.0, seconds=2, gaze_deg=60), voice(1.0), words(1.5, "")) == [E.PRESENT]


def test_a_voice_belongs_to_the_one_who_attends():
    attends = stand(x_m=1.8, y_m=0.5, seconds=3, gaze_deg=5, person="p2")
    nearer = stand(x_m=1.4, y_m=-0.5, seconds=3, gaze_deg=80, person="p1")
    assert states(attends, nearer, words(2.0), person="p2")[-1] is E.ENGAGED
    assert E.ENGAGED not in states(attends, nearer, words(2.0), person="p1")


def test_a_voice_belongs_to_nobody_far_away():
    assert states(stand(x_m=4.0, seconds=3, gaze_deg=5), words(2.0)) == [E.PRESENT]


def test_it_is_easier_to_stay_than_to_enter():
    steady = stand(x_m=1.2, seconds=3, gaze_deg=28)
    assert states(steady)[:2] == [E.PRESENT]
    after = stand(x_m=1.2, seconds=3, gaze_deg=5) + stand(at=3, x_m=1.2, seconds=6, gaze_deg=28)
    assert states(after)[-1] is E.ENGAGED


def test_one_who_hovers_at_the_limit_does_not_flicker():
    events = stand(x_m=2.4, seconds=2, gaze_deg=5)
    for i in range(10):
        events += stand(at=2 + i, x_m=2.4 + 0.3 * (i % 2), seconds=1, gaze_deg=5)
    assert states(events) == [E.PRESENT, E.ATTENDING]


def test_changes_say_why_and_link_up():
    found = changes(approach(), stand(at=3.3, seconds=4, gaze_deg=8), leave(at=7.3), lost(11.0))
    assert found[0].previous is None
    assert all(b.previous is a.state for a, b in zip(found, found[1:], strict=False))
    assert all(change.cues for change in found)
    assert found[-1].at == 11.0


def test_whoever_was_never_seen_leaves_silently():
    assert changes(lost(1.0), words(2.0)) == []


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_the_rules_hold(seed):
    """Random walks of three people and random voices: no jump, no far encounter, no echo."""
    rng = np.random.default_rng(seed)
    core, at, known = EngagementCore(CONFIG), 0.0, {}
    place = {name: rng.uniform((0.6, -2), (6, 2)) for name in ("p1", "p2", "p3")}
    for _ in range(1500):
        at += 0.05
        name = str(rng.choice(list(place)))
        step = rng.normal(0, 0.06, 2)
        place[name] = np.clip(place[name] + step, (0.5, -3), (8, 3))
        gaze = None if rng.random() < 0.3 else abs(rng.normal(0, 40))
        event = seen(at, *place[name], person=name, vx=step[0] * 5, vy=step[1] * 5, gaze_deg=gaze)
        if rng.random() < 0.02:
            event = words(at) if rng.random() < 0.5 else voice(at)
        elif rng.random() < 0.01:
            event = lost(at, name)
        change = core.take(event)
        if change is None:
            continue
        assert change.previous is known.get(change.person)
        assert change.state is not change.previous
        assert change.at == at
        if change.state in (E.ATTENDING, E.ENGAGED):
            assert change.distance_m <= CONFIG.attend_keep_m
        if change.state is E.DISENGAGING:
            assert change.previous is E.ENGAGED
        known[change.person] = change.state
        if change.state is E.LEFT:
            del known[change.person]


async def test_the_component_publishes_what_changes():
    async def events():
        for event in stand(x_m=1.2, seconds=2.5, gaze_deg=5):
            yield event

    published = []
    await EngagementComponent(events=events(), publish=published.append, config=CONFIG).run()
    assert [change.state for change in published] == [E.PRESENT, E.ATTENDING, E.ENGAGED]
