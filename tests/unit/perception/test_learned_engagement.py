"""What the learned judgement of engagement must do, whatever its weights are fitted to."""

import itertools
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from perception.engagement.cues import Cue, PersonCues
from perception.engagement.fading import FadingMean
from perception.engagement.judge import Judge, JudgeConfig, chance
from perception.engagement.model import Curve, Weights, own_weights, read_weights
from perception.engagement.resting import RestingDirection
from perception.engagement.verdict import verdicts
from tests.fakes.people import seen

FALLING = (Cue.GAZE_OFF, Cue.GAZE_LONG, Cue.UNSTEADY, Cue.REST_OFF, Cue.SPEED, Cue.DISTANCE)
FALLING = (*FALLING, Cue.COURSE)


def person(seconds, *, start=0.0, name="p1", hz=15, off_deg=5.0, y_m=0.0, x_m=1.1, facing=None):
    """Somebody who stands and looks; `off_deg` is a number, None, or a function of time."""
    found = []
    for i in range(int(seconds * hz)):
        at = start + i / hz
        off = off_deg(at) if callable(off_deg) else off_deg
        one = seen(at, x_m, y_m, person=name, gaze_deg=off, facing_deg=facing)
        if off is not None:
            one = replace(one, head_yaw_rad=math.radians(off), head_pitch_rad=0.0)
        found.append(one)
    return found


def held(*people, heard=()):
    """What is held of p1 at each of their sightings."""
    judge, found = Judge(own_weights(), JudgeConfig()), []
    voices = list(heard)
    for one in sorted(itertools.chain(*people), key=lambda s: s.at):
        while voices and voices[0] <= one.at:
            judge.hear(voices.pop(0), PersonId("p1"))
        state = judge.see(one)
        if one.person == "p1":
            found.append((one.at, state))
    return found


def final(*people, **kwargs):
    return held(*people, **kwargs)[-1][1]


# Means


def test_a_mean_is_the_same_at_any_rate():
    values = []
    for hz in (5, 15, 60):
        mean = FadingMean(2.0)
        for i in range(4 * hz):
            mean.take(1 / hz, 0.0 if i < 2 * hz else 1.0)
        values.append(mean.value)
    assert np.ptp(values) < 1e-9
    assert 0.5 < values[0] < 1.0


def test_what_is_not_seen_is_forgotten_and_not_taken_for_nothing():
    mean = FadingMean(1.0)
    for _ in range(10):
        mean.take(0.1, 5.0)
    mean.take(1.0, None)
    assert mean.value == pytest.approx(5.0)
    mean.take(5.0, None)
    assert mean.value is None


# Where the head rests


def rest_of(looks):
    rest = RestingDirection()
    for yaw_deg in looks:
        rest.take(1 / 15, None if yaw_deg is None else (math.radians(yaw_deg), 0.0))
    return rest


def test_a_head_held_steadily_aside_rests_there():
    rest = rest_of([20.0] * 45)
    assert math.degrees(rest.off_rad) == pytest.approx(20, abs=0.5)
    assert rest.share == pytest.approx(1.0)


def test_a_wandering_head_comes_by_its_direction_of_rest_and_does_not_stay():
    rest = rest_of(([60.0] * 12 + [-50.0] * 12 + [10.0] * 4 + [35.0] * 12) * 4)
    assert rest.share < 0.6


def test_the_direction_of_rest_follows_somebody_who_shifts():
    drifting = rest_of([15 + i / 15 for i in range(150)])
    assert drifting.share > 0.9


def test_a_head_that_is_never_seen_rests_nowhere():
    rest = rest_of([None] * 30)
    assert rest.off_rad is None
    assert rest.share is None


# The model


def test_an_unknown_cue_adds_nothing():
    weights = own_weights()
    assert weights.log_odds(dict.fromkeys(Cue)) == weights.constant
    assert weights.shares({Cue.GAZE_OFF: None}) == {}


def test_no_curve_turns_back():
    for cue, curve in own_weights().curves.items():
        steps = np.diff(curve.adds) * (-1 if cue in (*FALLING, Cue.FACING) else 1)
        assert (steps >= -1e-9).all(), cue


def test_a_curve_is_straight_between_its_knots_and_level_beyond():
    curve = Curve(knots=(0, 10, 20), adds=(1, 0, -2))
    assert [curve.at(v) for v in (-5, 0, 5, 10, 15, 20, 99)] == [1, 1, 0.5, 0, -1, -2, -2]


@pytest.mark.parametrize(
    "content",
    ["{}", "no", '{"constant": 0, "curves": {"smell": {"knots": [0, 1], "adds": [0, 1]}}}']
    + ['{"constant": 0, "curves": {"wave": {"knots": [1, 0], "adds": [0, 1]}}}']
    + ['{"constant": 0, "curves": {"wave": {"knots": [0, 1], "adds": [0]}}}'],
)
def test_weights_that_cannot_be_right_are_refused_with_their_file(tmp_path, content):
    path = tmp_path / "w.json"
    path.write_text(content)
    with pytest.raises(BadInputError, match=r"w\.json: not the engagement model"):
        read_weights(path)


def test_weights_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "w.json"
    path.write_text(json.dumps(own_weights().model_dump(mode="json")))
    assert read_weights(path) == own_weights()


def test_the_shipped_card_says_what_it_is_for_and_how_it_was_made():
    card = own_weights().card
    assert card.command.startswith("foyer train engagement")
    assert "never who somebody is" in card.intended
    assert card.measured


# The judgement


@pytest.mark.parametrize("off_deg", [0, 10, 20])
def test_who_stands_and_looks_steadily_up_to_20_degrees_aside_is_engaged_soon(off_deg):
    states = held(person(3, off_deg=off_deg))
    assert states[-1][1] is True
    assert next(at for at, state in states if state) < 1.5


@pytest.mark.parametrize("off_deg", [40, 60, 90])
def test_who_looks_elsewhere_all_the_time_is_not(off_deg):
    assert final(person(4, off_deg=off_deg)) is False


def test_a_glance_aside_ends_nothing_and_a_glance_here_begins_nothing():
    aside = held(person(8, off_deg=lambda at: 60 if 5 < at < 5.7 else 8))
    here = held(person(8, off_deg=lambda at: 5 if 5 < at < 5.7 else 60))
    assert all(state for at, state in aside if at > 2)
    assert not any(state for _, state in here)


def test_a_look_over_the_shoulder_weighs_no_more_than_one_to_the_side():
    def glancing(to_deg):
        cues = PersonCues()
        for one in person(12, off_deg=lambda t: to_deg if t % 4 > 3.2 else 15.0):
            cues.take(one)
        return [cues.known()[cue] for cue in (Cue.GAZE_OFF, Cue.GAZE_LONG)]

    assert glancing(130.0) == pytest.approx(glancing(50.0))
    assert glancing(130.0) > glancing(30.0)


def test_who_turns_to_something_else_for_good_disengages_in_seconds():
    states = held(person(14, off_deg=lambda at: 60 if at > 5 else 8))
    assert next(at for at, state in states if at > 5 and state is False) < 10


def test_a_gaze_that_goes_missing_does_not_disengage():
    states = held(person(12, off_deg=lambda at: None if at > 4 else 8))
    assert all(state for at, state in states if at > 4)


def test_nobody_is_held_to_be_elsewhere_only_because_no_gaze_is_seen():
    assert final(person(6, off_deg=None)) is not False
    assert final(person(6, off_deg=None, facing=10)) is not False


def test_words_speak_for_who_cannot_be_seen_to_look():
    silent = Judge(own_weights(), JudgeConfig())
    heard = Judge(own_weights(), JudgeConfig())
    for one in person(3, off_deg=None, facing=70):
        silent.see(one)
        heard.see(one)
        heard.hear(one.at, PersonId("p1"))
    assert heard.level_of(PersonId("p1")) > silent.level_of(PersonId("p1")) + 1


def test_an_unnamed_voice_is_that_of_the_most_engaged_who_is_near():
    judge = Judge(own_weights(), JudgeConfig())
    for one, other in zip(
        person(2, off_deg=60, y_m=2.0), person(2, name="p2", off_deg=5), strict=True
    ):
        judge.see(one)
        judge.see(other)
    judge.hear(2.0)
    assert judge.cues_of(PersonId("p2"))[Cue.SPEECH] is not None
    assert judge.cues_of(PersonId("p1"))[Cue.SPEECH] is None


def test_whoever_stands_beside_somebody_engaged_is_more_likely_in_it():
    alone, beside = Judge(own_weights(), JudgeConfig()), Judge(own_weights(), JudgeConfig())
    friend = person(4, name="p2", off_deg=5, y_m=0.7)
    for one, other in zip(person(4, off_deg=28), friend, strict=True):
        alone.see(one)
        beside.see(other)
        beside.see(one)
    assert beside.level_of(PersonId("p1")) > alone.level_of(PersonId("p1"))


def test_two_who_look_elsewhere_do_not_hold_each_other_up():
    assert final(person(5, off_deg=55), person(5, name="p2", off_deg=-55 % 360, y_m=0.7)) is False


def test_company_counts_by_what_it_does_itself_and_not_by_whom_it_stands_with():
    pair, single = Judge(own_weights(), JudgeConfig()), Judge(own_weights(), JudgeConfig())
    ones, others = (
        person(3, off_deg=27, x_m=1.6),
        person(3, name="p2", off_deg=27, y_m=0.7, x_m=1.6),
    )
    for one, other in zip(ones, others, strict=True):
        single.see(other)
        pair.see(other)
        pair.see(one)
    alone = chance(single.level_of(PersonId("p2")))
    assert pair.cues_of(PersonId("p1"))[Cue.COMPANY] == pytest.approx(alone)


@pytest.mark.parametrize("hz", [5, 10, 30, 60])
def test_the_camera_s_rate_makes_no_difference(hz):
    engaged = held(person(4, hz=hz, off_deg=18))
    assert engaged[-1][1] is True
    assert next(at for at, state in engaged if state) < 1.5
    assert final(person(4, hz=hz, off_deg=50)) is False


def test_cues_of_a_person_who_was_away_are_those_of_before_only_for_a_while():
    cues = PersonCues()
    for one in person(2, off_deg=5):
        cues.take(one)
    cues.take(seen(30.0, 1.1))
    assert cues.known()[Cue.GAZE_OFF] is None


def course(*people):
    cues = PersonCues()
    for one in itertools.chain(*people):
        cues.take(one)
    return cues.known()[Cue.COURSE]


def on_a_way(start, toward, *, speed_m_s, seconds=2.0, gaze_deg=5.0):
    """Somebody who walks straight from a place toward another, in metres."""
    length = math.dist(start, toward)
    vx, vy = (speed_m_s * (b - a) / length for a, b in zip(start, toward, strict=True))
    return [
        seen(t, start[0] + vx * t, start[1] + vy * t, vx=vx, vy=vy, gaze_deg=gaze_deg)
        for t in (i / 15 for i in range(int(15 * seconds)))
    ]


def test_a_way_is_told_by_how_near_the_agent_it_leads():
    assert course(on_a_way((5, 0), (0, 0), speed_m_s=1.0)) == pytest.approx(0.0, abs=0.05)
    assert course(on_a_way((1.5, 4), (1.5, -4), speed_m_s=1.0)) == pytest.approx(1.5, abs=0.3)
    assert course(on_a_way((1, 0), (4, 0), speed_m_s=1.0)) > 2


def test_who_stands_or_shifts_is_on_no_way():
    assert course(person(3)) is None
    assert course(on_a_way((1.5, 0), (1.5, 2), speed_m_s=0.35)) is None


@pytest.mark.parametrize(("pace", "depth_m"), [(0.8, 1.2), (1.0, 1.0), (1.3, 2.0), (1.5, 3.0)])
def test_who_walks_past_with_the_eyes_on_the_agent_is_never_taken_for_engaged(pace, depth_m):
    way = on_a_way((depth_m, 4), (depth_m, -4), speed_m_s=pace, seconds=8 / pace)
    assert not any(state for _, state in held(way))


def test_who_strolls_past_close_by_with_the_eyes_on_the_agent_is_let_go_when_past():
    states = held(on_a_way((1, 4), (1, -4), speed_m_s=0.7, seconds=8 / 0.7))
    assert states[-1][1] is False


def test_who_walks_up_with_the_eyes_on_the_agent_is_engaged_when_they_stand():
    way = on_a_way((4.5, 0.5), (1.1, 0.1), speed_m_s=1.0, seconds=3.4)
    states = held(way, person(3, start=3.4))
    assert states[-1][1] is True
    assert next(at for at, state in states if state) < 4.9


# Whole recordings


def test_a_verdict_says_since_when_and_by_which_cues():
    (one,) = verdicts(person(6, off_deg=lambda at: 60 if at < 3 else 5), own_weights())
    assert one.engaged
    assert one.decided
    assert 3 < one.at < 6
    assert 0.5 < one.probability <= 1
    assert all(re.fullmatch(r"[a-z_]+ -?[\d.e-]+: [+-]\d\.\d\d", one) for one in one.reasons)
    assert any(reason.startswith("gaze_off_deg") for reason in one.reasons)


def test_too_little_seen_is_said_to_be_so():
    (one,) = verdicts(person(0.07), own_weights())
    assert not one.decided


def test_of_whom_no_gaze_was_ever_seen_it_is_said_that_this_is_a_guess():
    unseen = [
        replace(one, gaze_off_rad=None, head_yaw_rad=None, head_pitch_rad=None) for one in person(6)
    ]
    (one,) = verdicts(unseen, own_weights())
    assert not one.decided
    (other,) = verdicts([*person(1), *(replace(o, at=o.at + 1) for o in unseen)], own_weights())
    assert other.decided


def test_everybody_gets_one_verdict_however_often_they_come():
    back = [*person(3), *person(3, start=100), *person(2, name="p2", start=50, y_m=3)]
    found = list(verdicts(sorted(back, key=lambda s: s.at), own_weights()))
    assert [one.person for one in found] == ["p1", "p2"]
    assert found[0].at > 100


def test_a_model_that_holds_nothing_decides_nothing():
    blank = Weights(constant=0.0, curves={})
    (one,) = verdicts(person(5), blank)
    assert not one.decided
    assert one.reasons == ()


def test_a_judgement_is_given_up_only_where_the_level_is_clearly_on_the_other_side():
    gaze = Curve(knots=(0, 45), adds=(2, -2))
    config = JudgeConfig()
    judge = Judge(Weights(constant=0.0, curves={Cue.GAZE_OFF: gaze}), config)
    levels = []
    for one in person(12, off_deg=lambda at: 5 if at < 3 else 85):
        levels.append((judge.see(one), judge.level_of(PersonId("p1"))))
    given_up = next(i for i, (state, _) in enumerate(levels) if state is False)
    assert levels[given_up][1] <= -config.change
    assert any(state and level < -config.first for state, level in levels[:given_up])


def test_however_sure_the_model_is_of_whom_no_gaze_is_seen_it_is_a_guess():
    sure = Weights(constant=3.0, curves={})
    (unseen,) = verdicts(person(6, off_deg=None), sure)
    (looks,) = verdicts(person(6), sure)
    assert (unseen.engaged, unseen.decided) == (True, False)
    assert (looks.engaged, looks.decided) == (True, True)
