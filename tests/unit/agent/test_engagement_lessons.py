"""How the engagement model is taught: what it can learn, and what no data can teach it."""

import itertools
import json
import math

import numpy as np
import pytest

from agent.core.errors import BadInputError
from agent.lessons.engagement_examination import Examined, auc, examined_people, interval
from agent.lessons.engagement_lessons import (
    SHAPES,
    Lesson,
    blank,
    learn,
    lessons_of_recording,
    lessons_of_scenes,
)
from agent.lessons.engagement_manners import passes_watching
from agent.lessons.engagement_people import scenes
from perception.engagement.cues import Cue
from perception.engagement.head_tracks import read_recording


def lesson(engaged, source="made", **cues):
    known = dict.fromkeys(Cue) | {Cue[name.upper()]: value for name, value in cues.items()}
    return Lesson(source, (known,) * 5, (engaged,) * 5)


@pytest.fixture(scope="module")
def made():
    return list(scenes(48, 3))


def test_made_people_are_the_same_for_the_same_seed(made):
    again = list(scenes(8, 3))
    assert made[7].moments[5] == again[7].moments[5]
    assert made[7].moments[5] != list(scenes(8, 4))[7].moments[5]


def test_made_people_are_of_every_kind_seen_at_many_rates(made):
    assert len({scene.name for scene in made}) == 14
    rates = [len(scene.moments) / scene.moments[-1].seen.at for scene in made]
    assert min(rates) < 8
    assert max(rates) > 25
    assert any(m.seen.gaze_off_rad is None for scene in made for m in scene.moments)


def test_whoever_passes_waits_turned_away_or_looks_down_is_not_engaged_and_who_listens_is(made):
    named = {scene.name: scene for scene in scenes(21, 3, untaught=True)}
    for name in ("passes_watching", "looks_at_hands", "telephones", "back_turned"):
        assert not any(moment.engaged for moment in named[name].moments), name
    for name in ("listens", "fidgets"):
        assert all(moment.engaged for moment in named[name].moments), name
    assert {"listens", "back_turned"}.isdisjoint(scene.name for scene in made)


def test_who_passes_with_the_eyes_on_the_agent_looks_at_it_and_does_not_stop():
    rng = np.random.default_rng(5)
    for _ in range(40):
        (life,) = passes_watching(rng, 10.0)
        states = [life(t / 2) for t in range(20)]
        ways = [math.hypot(b.x - a.x, b.y - a.y) for a, b in itertools.pairwise(states)]
        assert min(ways) > 0.2
        looks = [s for s in states if math.hypot(s.yaw, s.pitch) < math.radians(45)]
        assert len(looks) >= 1
        assert not any(state.engaged for state in states)


def test_what_tells_them_apart_is_learned_and_what_does_not_is_left():
    rng = np.random.default_rng(2)
    lessons = [
        lesson(bool(yes), gaze_off=5.0 if yes else 60.0, speed=float(rng.uniform(0.1, 1)))
        for yes in rng.integers(0, 2, 200)
    ]
    weights = learn(lessons)
    gaze, speed = weights.curves[Cue.GAZE_OFF], weights.curves[Cue.SPEED]
    assert gaze.at(5) - gaze.at(60) > 3
    assert abs(speed.at(0.1) - speed.at(1)) < 0.5


def test_no_data_can_teach_that_looking_away_is_better_than_looking_here():
    lessons = [lesson(yes, gaze_off=60.0 if yes else 5.0) for yes in (True, False) * 20]
    adds = learn(lessons).curves[Cue.GAZE_OFF].adds
    assert list(adds) == sorted(adds, reverse=True)


def test_how_long_somebody_was_watched_does_not_count():
    short = [lesson(True, gaze_off=5.0), lesson(True, gaze_off=60.0), lesson(False, gaze_off=25.0)]
    long = [short[0], Lesson("made", short[1].cues * 40, short[1].engaged * 40), short[2]]
    brief, lasting = (learn(one).curves[Cue.GAZE_OFF].adds for one in (short, long))
    assert brief == pytest.approx(lasting, abs=0.01)


def test_a_model_of_made_people_judges_others_of_them(made):
    weights = learn(list(lessons_of_scenes(made, blank())))
    found = examined_people(scenes(22, 99), weights)
    assert auc(found.ours, found.truth) > 0.88
    assert set(weights.curves) == set(SHAPES)


def test_a_recording_without_its_truth_teaches_nothing_and_says_so(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps({"t": 0, "person": "a", "head_m": [1, 0, 0]}) + "\n")
    with pytest.raises(BadInputError, match=r"r\.jsonl:1: people_engaged"):
        list(lessons_of_recording(read_recording(path), blank()))


def test_ranking_by_chance_is_one_half_and_ties_count_half():
    truth = np.array([True, False] * 50)
    assert auc(np.zeros(100), truth) == 0.5
    assert auc(truth.astype(float), truth) == 1.0
    assert np.isnan(auc(np.zeros(3), np.array([True] * 3)))


def test_the_interval_of_few_tracks_is_wide():
    low, high = interval(9, 10)
    assert low < 0.65
    assert high > 0.97
    assert interval(900, 1000)[0] > 0.87


def test_of_nobody_nothing_is_examined():
    assert len(Examined().truth) == 0


def test_that_no_gaze_is_seen_is_not_learned_as_an_answer():
    """More who are busy turn away from the camera; a gaze that is not seen stays unknown."""
    seen_ones = [lesson(yes, gaze_off=5.0 if yes else 60.0) for yes in (True, False) * 30]
    unseen = [lesson(yes, distance=1.2) for yes in (True, *(False,) * 9) * 6]
    weights = learn(seen_ones + unseen)
    unknown = dict.fromkeys(Cue) | {Cue.DISTANCE: 1.2}
    assert abs(weights.log_odds(unknown)) < 0.3
