"""One person's state at its edges: what just suffices, what does not, and what ends it."""

import pytest

from agent.core.messages import Engagement, PersonId
from perception.engagement.relation import EngagementConfig, EngagementTracker
from tests.fakes.people import approach, leave, pass_by, seen, stand

E = Engagement
P1 = PersonId("p1")
HERE, AWAY = 5, 70


class Opinion:
    """A judge that holds what it is told to hold."""

    def __init__(self, held=None, *, leans=False):
        self.held, self.leaning, self.heard = held, leans, []

    def see(self, seen):
        return self.held

    def hear(self, at, person):
        self.heard.append((at, person))

    def leans(self, person):
        return self.leaning


def told(*parts, one=None):
    """The changes that these sightings, one after the other, bring."""
    one = one or EngagementTracker(P1, EngagementConfig())
    return [change for part in parts for sight in part if (change := one.see(sight))]


def states(*parts, one=None):
    return [change.state for change in told(*parts, one=one)]


def fresh(judge=None):
    return EngagementTracker(P1, EngagementConfig(), judge)


def glances(share_of_five, *, at=0.0, seconds=3.0, x_m=2.0):
    """Stands and looks here in so many of five sightings, the last of each five."""
    return [
        seen(at + k / 10, x_m, gaze_deg=HERE if k % 5 >= 5 - share_of_five else AWAY)
        for k in range(round(seconds * 10))
    ]


def attending(**judge):
    """Attends at two metres since it looked here for one and a half seconds."""
    one = fresh(**judge)
    assert states(stand(x_m=2.0, seconds=1.5, gaze_deg=HERE), one=one)[-1] is E.ATTENDING
    return one


def engaged(**judge):
    """Engaged at 1.2 m by looks, two seconds after coming into view."""
    one = fresh(**judge)
    assert states(stand(seconds=2.0, gaze_deg=HERE), one=one)[-1] is E.ENGAGED
    return one


# How somebody moves


def test_a_way_of_moving_is_told_when_it_has_held_for_a_moment():
    (_, passes) = told(pass_by(distance_m=3.0)[:20])
    assert passes.at == pytest.approx(0.5, abs=0.15)
    (_, passes) = told(stand(x_m=3.0, seconds=2.0), pass_by(at=2.0, distance_m=3.0)[:20])
    assert passes.at == pytest.approx(2.4, abs=0.15)


def test_who_attended_meanwhile_has_to_come_nearer_for_a_moment_again():
    one = fresh()
    came = approach(start_m=4.0, end_m=2.2), stand(at=1.5, x_m=2.2, seconds=1.5, gaze_deg=HERE)
    assert states(*came, one=one) == [E.PRESENT, E.APPROACHING, E.ATTENDING]
    away = iter(stand(at=3.0, x_m=2.2, seconds=9.0, gaze_deg=AWAY))
    while one.state is E.ATTENDING:
        one.see(next(away))
    at = one.evidence.seen.at + 0.1
    comes = approach(at=at, start_m=2.2, end_m=1.6, gaze_deg=AWAY, speed_m_s=0.6)
    (again,) = told(comes, one=one)
    assert again.state is E.APPROACHING
    assert again.at - at > 0.3


def test_who_walks_now_this_way_and_now_that_is_told_to_do_neither():
    ways = ({"vx": -1.2}, {"vy": 1.2})
    assert states([seen(k / 10, 3.5, **ways[k // 3 % 2]) for k in range(40)]) == [E.PRESENT]


def test_who_sways_and_has_not_walked_is_only_present():
    assert states([seen(k / 10, 3.0, vy=0.4) for k in range(20)]) == [E.PRESENT]


def test_a_change_says_what_was_seen_of_gaze_and_pace():
    (_, attends) = told(stand(x_m=2.0, seconds=1.0, gaze_deg=HERE, hz=8))
    assert attends.cues == ("2.0 m", "gaze 1.0 of 0.6 s")
    (_, comes) = told(approach(start_m=5.0, end_m=4.0, gaze_deg=None))
    assert comes.cues == (f"{comes.distance_m:.1f} m", "speed 1.2 m/s", "closing 1.2 m/s")


def test_who_slows_down_still_passes_and_who_stops_does_not():
    one = fresh()
    told(pass_by(distance_m=3.0)[:20], one=one)
    slow = [seen(2.0 + k / 10, 3.0, -0.6 + k / 25, vy=0.4) for k in range(10)]
    assert states(slow, one=one) == []
    assert states(stand(at=3.0, x_m=3.0, seconds=1.0), one=one) == [E.PRESENT]


# Attending


@pytest.mark.parametrize(("speed_m_s", "attends"), [(0.6, True), (1.0, False)])
def test_who_strolls_and_looks_attends_and_who_walks_does_not(speed_m_s, attends):
    walks = pass_by(distance_m=2.0, gaze_deg=HERE, speed_m_s=speed_m_s)
    assert (E.ATTENDING in states(walks)) is attends


@pytest.mark.parametrize(("of_five", "attends"), [(2, False), (4, True)])
def test_more_than_half_of_the_looks_begin_it(of_five, attends):
    assert (E.ATTENDING in states(glances(of_five))) is attends


@pytest.mark.parametrize(("of_five", "stays"), [(1, False), (2, True)])
def test_fewer_looks_keep_it_than_begin_it(of_five, stays):
    one = attending()
    assert (states(glances(of_five, at=1.5), one=one) == []) is stays


def test_eyes_a_little_aside_or_unseen_end_no_attending():
    for gaze_deg in (28, None):
        assert states(stand(at=1.5, x_m=2.0, seconds=3, gaze_deg=gaze_deg), one=attending()) == []


def test_who_looks_here_while_shifting_aside_attends_still():
    aside = [seen(1.5 + k / 10, 2.0, k * 0.06, vy=0.6, gaze_deg=HERE) for k in range(10)]
    assert states(aside, one=attending()) == []


def test_who_attends_and_stands_far_off_or_backs_away_attends_no_longer():
    (far,) = told(stand(at=1.5, x_m=3.5, seconds=0.5, gaze_deg=HERE), one=attending())
    assert far.state is E.PRESENT
    away = leave(at=1.5, start_m=2.0, gaze_deg=HERE, speed_m_s=0.3)
    (gone,) = told(away, one=attending())
    assert gone.state is E.PRESENT
    assert gone.distance_m < 2.4
    step = leave(at=1.5, start_m=2.0, gaze_deg=HERE, speed_m_s=0.6)[:4]
    assert states(step, stand(at=1.9, x_m=2.2, seconds=1, gaze_deg=HERE), one=attending()) == []


def test_who_attends_by_standing_does_so_until_they_walk():
    one = attending()
    assert states(stand(at=1.5, x_m=2.0, seconds=1.5, gaze_deg=AWAY), one=one) == [E.PRESENT]
    near = iter(stand(at=3.0, x_m=1.2, seconds=9.0, gaze_deg=AWAY))
    while one.state is not E.ATTENDING:
        one.see(next(near))
    at = one.evidence.seen.at
    assert states(stand(at=at + 0.1, x_m=1.7, seconds=1.0, gaze_deg=AWAY), one=one) == []
    sways = [seen(at + 1.1 + k / 10, 1.7, vy=0.4, gaze_deg=AWAY) for k in range(10)]
    assert states(sways, one=one) == []
    walks = [seen(at + 2.1 + k / 10, 1.7, k * 0.06, vy=0.6, gaze_deg=AWAY) for k in range(10)]
    assert states(walks, one=one) == [E.PASSING]


def test_whose_looks_end_while_they_stand_near_attends_by_standing_from_then_on():
    one = attending()
    few = glances(2, at=1.5, seconds=2), glances(2, at=3.5, x_m=1.3, seconds=1.5)
    assert states(*few, stand(at=5.0, x_m=1.3, seconds=3, gaze_deg=AWAY), one=one) == []
    assert states(stand(at=8.0, x_m=1.7, seconds=2, gaze_deg=AWAY), one=one) == []


# Engaging


def test_who_looks_engages_a_second_after_they_have_come_to_stand():
    stands = told(stand(seconds=3.0, gaze_deg=HERE))
    assert stands[-1].state is E.ENGAGED
    assert stands[-1].at == pytest.approx(1.0, abs=0.2)
    comes = approach(start_m=1.9, end_m=0.9, gaze_deg=HERE, speed_m_s=0.6)
    at = comes[-1].at + 0.1
    (*_, last) = told(comes, stand(at=at, x_m=0.9, seconds=2.0, gaze_deg=HERE))
    assert last.state is E.ENGAGED
    assert last.at == pytest.approx(at + 1.0, abs=0.2)


def test_a_voice_calls_back_whoever_was_turning_to_something_else():
    one = engaged()
    assert states(stand(at=2.0, seconds=4.0, gaze_deg=AWAY), one=one) == [E.DISENGAGING]
    assert one.hear(6.0, words=False).state is E.ENGAGED


# Disengaging


def test_eyes_elsewhere_disengage_after_some_seconds():
    (change,) = told(stand(at=2.0, seconds=5.0, gaze_deg=AWAY), one=engaged())
    assert change.at == pytest.approx(5.6, abs=0.4)


def test_a_back_that_is_turned_disengages_after_a_second():
    (change,) = told(stand(at=2.0, seconds=3.0, facing_deg=150), one=engaged())
    assert change.state is E.DISENGAGING
    assert change.at == pytest.approx(3.0, abs=0.3)


def test_whoever_spoke_may_look_away_for_five_seconds_whichever_word_is_told_last():
    one = engaged()
    one.hear(2.0, words=True)
    one.hear(0.5, words=True)
    (change,) = told(stand(at=2.0, seconds=9.0, gaze_deg=AWAY), one=one)
    assert change.state is E.DISENGAGING
    assert change.at == pytest.approx(7.1, abs=0.4)


def test_who_is_engaged_and_speaks_with_a_telephone_up_may_look_away_as_well():
    one = engaged()
    one.calls = True
    one.hear(2.0, words=True)
    assert states(stand(at=2.0, seconds=4.5, gaze_deg=AWAY), one=one) == []


def test_who_stands_too_far_off_disengages_unless_they_have_just_spoken():
    off = stand(at=2.0, x_m=2.6, seconds=6.5, gaze_deg=HERE)
    first, then = told(off, one=engaged())
    assert (first.state, then.state) == (E.DISENGAGING, E.PRESENT)
    assert first.at == pytest.approx(2.0, abs=0.2)
    one = engaged()
    one.hear(2.0, words=True)
    (late,) = told(off, one=one)
    assert late.at == pytest.approx(7.1, abs=0.3)


def test_whose_eyes_were_never_here_is_not_left_for_looking_away():
    one = fresh()
    told(stand(x_m=0.9, seconds=1.0, gaze_deg=AWAY), one=one)
    assert one.hear(1.0, words=True).state is E.ENGAGED
    assert states(stand(at=1.0, x_m=0.9, seconds=12, gaze_deg=AWAY), one=one) == []


def test_who_began_with_words_and_then_looked_here_ends_by_looking_away():
    one = fresh()
    told(stand(x_m=0.9, seconds=1.0, gaze_deg=AWAY), one=one)
    one.hear(1.0, words=True)
    told(stand(at=1.0, x_m=0.9, seconds=3.0, gaze_deg=HERE), one=one)
    away = stand(at=4.0, x_m=0.9, seconds=4.0, gaze_deg=AWAY)
    assert states(away, one=one) == [E.DISENGAGING]


# Parting, or coming back


def test_who_does_not_come_back_has_parted_after_four_seconds_and_stands_here_anew():
    away = stand(at=2.0, seconds=14.0, gaze_deg=AWAY)
    turns, parts, stays = told(away, one=engaged())
    assert (turns.state, parts.state) == (E.DISENGAGING, E.PRESENT)
    assert parts.at - turns.at == pytest.approx(4.0, abs=0.3)
    assert stays.state is E.ATTENDING
    assert stays.at - parts.at == pytest.approx(3.0, abs=0.3)


def backs_off(speed_m_s, seconds):
    away = leave(at=2.0, start_m=1.2, gaze_deg=HERE, speed_m_s=speed_m_s)
    return away[: round(seconds * 10)]


def test_who_stops_and_looks_back_is_met_again_after_a_moment():
    one = engaged()
    (left,) = told(backs_off(0.6, 0.9), one=one)
    (back,) = told(stand(at=2.9, x_m=1.75, seconds=3, gaze_deg=HERE), one=one)
    assert (left.state, back.state) == (E.DISENGAGING, E.ENGAGED)
    assert back.at - left.at == pytest.approx(1.5, abs=0.2)


def test_who_goes_on_leaving_is_not_met_again_though_they_look_here():
    assert states(backs_off(0.28, 3.4), one=engaged()) == [E.DISENGAGING]


def test_who_telephones_by_now_is_not_met_again_by_looks():
    one = engaged()
    told(backs_off(0.6, 0.9), one=one)
    one.calls = True
    here = stand(at=2.9, x_m=1.75, seconds=3, gaze_deg=HERE)
    assert states(here, one=one) == []
    one.calls = False
    assert states(stand(at=5.9, x_m=1.75, seconds=0.2, gaze_deg=HERE), one=one) == [E.ENGAGED]


# By the learned judgement


def test_the_judge_is_believed_of_who_has_been_watched_for_a_moment():
    (_, attends) = told(stand(x_m=2.0, seconds=2.0), one=fresh(Opinion(True)))
    assert attends.state is E.ATTENDING
    assert attends.at == pytest.approx(0.6, abs=0.2)
    assert states(stand(x_m=2.0, seconds=2.0), one=fresh(Opinion(False))) == [E.PRESENT]


@pytest.mark.parametrize(
    ("leans", "gaze_deg", "attends"),
    [(True, HERE, True), (False, HERE, False), (True, AWAY, False)],
)
def test_while_it_is_undecided_looks_count_if_it_leans_that_way(leans, gaze_deg, attends):
    one = fresh(Opinion(None, leans=leans))
    here = stand(x_m=2.0, seconds=2.0, gaze_deg=gaze_deg)
    assert (E.ATTENDING in states(here, one=one)) is attends


@pytest.mark.parametrize(
    ("held", "leans", "gaze_deg", "stays"),
    [
        (False, False, AWAY, False),
        (False, True, HERE, True),
        (None, False, AWAY, True),
    ],
)
def test_attending_ends_when_it_is_held_otherwise_and_no_looks_speak_against(
    held, leans, gaze_deg, stays
):
    judge = Opinion(True)
    one = attending(judge=judge)
    judge.held, judge.leaning = held, leans
    later = stand(at=1.5, x_m=2.0, seconds=1.0, gaze_deg=gaze_deg)
    assert states(later, one=one) == ([] if stays else [E.PRESENT])


def test_who_is_held_to_have_turned_away_disengages_sooner_unless_they_look_here():
    judge = Opinion(True)
    one = engaged(judge=judge)
    judge.held = False
    assert states(stand(at=2.0, seconds=2.0, gaze_deg=HERE), one=one) == []
    (change,) = told(stand(at=4.0, seconds=3.0, gaze_deg=AWAY), one=one)
    assert change.at < 5.5


def test_who_speaks_and_whose_gaze_is_never_seen_is_not_left_by_the_judgement():
    judge = Opinion(True)
    one = fresh(judge)
    one.see(seen(0.0, 1.2))
    one.hear(0.0, words=True)
    assert judge.heard == [(0.0, P1)]
    told(stand(at=0.1, seconds=2.0), one=one)
    judge.held = False
    assert states(stand(at=2.1, seconds=9.0), one=one) == []


def test_the_judgement_brings_back_whose_gaze_is_not_seen():
    one = engaged(judge=Opinion(True))
    told(backs_off(0.6, 0.9), one=one)
    assert states(stand(at=2.9, x_m=1.75, seconds=5), one=one) == [E.ENGAGED]


def test_looks_bring_back_whoever_the_judgement_has_not_caught_up_with():
    judge = Opinion(True)
    one = engaged(judge=judge)
    told(backs_off(0.6, 0.9), one=one)
    judge.held = None
    here = stand(at=2.9, x_m=1.75, seconds=3, gaze_deg=HERE)
    assert states(here, one=one) == [E.ENGAGED]
