"""Windows: what the model is told of the last second, and what it is not."""

import math

import numpy as np
import pytest

from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Engagement,
    EngagementChanged,
    Gaze,
    GazeTarget,
    GestureCue,
    Reason,
    SpeechContinues,
    SpeechStarted,
    TurnId,
)
from behavior.proactive.cues import CUES, WIDTH
from behavior.proactive.windows import WindowConfig
from tests.fakes.frames import frames_of
from tests.fakes.people import approach, lost, seen, stand

PLACE = {cue.name: i for i, cue in enumerate(CUES)}


def value(token, name):
    """A cue's value, or None where the token says that it is not known."""
    i = PLACE[name]
    return float(token[i]) if token[len(CUES) + i] else None


def act(at, person="p1", *, words="", gesture="", gaze=True):
    return Act(
        at=at,
        act=ActId(1),
        reason=Reason(policy="x.y", because="test"),
        to=person,
        clauses=(Clause(text=words),) if words else (),
        gestures=(GestureCue(lexeme=gesture),) if gesture else (),
        gaze=Gaze(target=GazeTarget.PERSON, person=person) if gaze else None,
    )


def newest(messages):
    closed, _ = frames_of(messages)
    return closed[-1].tokens[0]


def test_a_gaze_that_cannot_be_seen_is_unknown_and_not_straight_ahead():
    blind = newest(stand(seconds=1.0))
    straight = newest(stand(seconds=1.0, gaze_deg=0.0))
    assert value(blind, "gaze") is None
    assert value(blind, "looks") is None
    assert value(straight, "gaze") == 0.0
    assert value(straight, "looks") == 1.0
    assert not np.array_equal(blind, straight)


def test_a_raised_hand_that_cannot_be_seen_is_unknown_and_not_lowered():
    assert value(newest(stand(seconds=1.0)), "hand") is None


def test_frames_come_at_a_steady_pace_whatever_the_cameras_rate():
    for hz in (7, 10, 15, 30):
        closed, _ = frames_of(stand(seconds=3.0, hz=hz))
        steps = np.diff([frame.at for frame in closed])
        assert len(steps) > 25
        assert np.allclose(steps, 0.1)


def test_the_window_has_one_token_a_person_and_frame():
    messages = sorted(
        stand(seconds=2.0, person="p1") + stand(seconds=1.0, person="p2", x_m=2.0),
        key=lambda message: message.at,
    )
    _, windows = frames_of(messages)
    made = windows.window()
    assert made.people == ("p1", "p2")
    assert made.tokens.shape == (15, 2, WIDTH)
    assert made.seen[-1].tolist() == [True, False]  # p2 was last seen a second ago
    assert made.seen[:5, 1].any()


def test_who_has_no_token_in_a_frame_has_no_number_there_either():
    _, windows = frames_of(stand(seconds=0.5) + [lost(0.6)] + stand(at=0.7, seconds=0.5, x_m=3))
    made = windows.window()
    assert not made.tokens[~made.seen].any()


def test_the_nearest_are_kept_when_there_are_too_many():
    crowd = [m for i in range(9) for m in stand(seconds=1.0, person=f"p{i}", x_m=1.0 + i)]
    closed, _ = frames_of(sorted(crowd, key=lambda message: message.at), WindowConfig(people=4))
    assert closed[-1].people == ("p0", "p1", "p2", "p3")


def test_coming_nearer_is_in_the_tokens():
    closed, _ = frames_of(approach())
    metres = [value(one.tokens[0], "distance") * 5 for one in closed]
    assert metres[0] > 4.5
    assert metres[-1] < 1.5
    assert value(closed[5].tokens[0], "approach") == pytest.approx(1.2, abs=0.05)
    assert value(closed[5].tokens[0], "heading") == pytest.approx(1.0, abs=0.01)


def test_the_heading_of_someone_who_stands_is_unknown():
    assert value(newest(stand(seconds=1.0)), "heading") is None


@pytest.mark.parametrize(
    ("done", "known"),
    [
        ({"words": "Hello."}, {"was_greeted", "was_signed", "was_noticed"}),
        ({"gesture": "nod"}, {"was_signed", "was_noticed"}),
        ({}, {"was_noticed"}),
    ],
)
def test_what_the_agent_did_to_someone_is_history(done, known):
    messages = [*stand(seconds=1.0), act(1.0, **done), *stand(at=1.05, seconds=0.5)]
    token = newest(messages)
    names = {c.name for c in CUES if c.name.startswith("was_") and value(token, c.name)}
    assert names == known


def test_history_fades_and_is_not_forgotten():
    greeted = [*stand(seconds=1.0), act(1.0, words="Hello.")]
    soon = value(newest(greeted + stand(at=1.1, seconds=0.5)), "was_greeted")
    late = value(newest(greeted + stand(at=1.1, seconds=60.0)), "was_greeted")
    assert soon > late > 0.5


def test_one_who_was_greeted_leaves_another_ungreeted():
    two = stand(seconds=1.0) + stand(seconds=1.0, person="p2", x_m=2.5)
    after = stand(at=1.1, seconds=0.5) + stand(at=1.1, seconds=0.5, person="p2", x_m=2.5)
    messages = sorted(two, key=lambda m: m.at) + [act(1.0, words="Hello.")]
    closed, _ = frames_of(messages + sorted(after, key=lambda m: m.at))
    first, second = closed[-1].tokens
    assert value(first, "was_greeted") > 0
    assert value(second, "was_greeted") == 0.0


def test_engagement_and_company_are_read_from_what_perception_says():
    messages = [
        *stand(seconds=0.5),
        EngagementChanged(
            at=0.5,
            person="p1",
            state=Engagement.ATTENDING,
            previous=Engagement.PRESENT,
            distance_m=1.2,
        ),
        seen(0.55, 1.2, 1.0, person="p2"),
        seen(0.65, 1.2),
        seen(0.75, 1.2),
    ]
    token = newest(messages)
    assert value(token, "is_attending") == 1.0
    assert value(token, "is_present") == 0.0
    assert value(token, "company") == 0.25
    assert value(token, "nearest") == pytest.approx(math.exp(-1.0), abs=0.01)


def test_a_voice_is_given_to_the_nearest():
    messages = [
        *stand(seconds=0.5),
        SpeechStarted(at=0.5, turn=TurnId(1)),
        SpeechContinues(at=0.6, turn=TurnId(1), revision=0, voiced_s=0.1),
        *stand(at=0.6, seconds=0.5),
    ]
    assert value(newest(messages), "speaks") == 1.0
    assert value(newest(stand(seconds=1.0)), "speaks") == 0.0


def test_the_hour_is_the_one_it_is_told():
    early, _ = frames_of(stand(seconds=1.0), hour=lambda at: 6.0)
    late, _ = frames_of(stand(seconds=1.0), hour=lambda at: 18.0)
    assert not np.allclose(early[-1].room, late[-1].room)


def test_after_a_long_silence_a_window_begins_anew():
    _, windows = frames_of(stand(seconds=2.0) + stand(at=60.0, seconds=0.5, person="p9"))
    made = windows.window()
    assert made.people == ("p9",)
    assert made.lived.sum() <= 5


def test_a_detectors_crop_has_its_own_place_and_bit():
    config = WindowConfig(crop_dim=3)
    given, _ = frames_of(stand(seconds=1.0), config, crops=lambda who: np.array([1, 2, 3.0]))
    missing, _ = frames_of(stand(seconds=1.0), config, crops=lambda who: None)
    assert given[-1].tokens[0, WIDTH:].tolist() == [1.0, 2.0, 3.0, 1.0]
    assert missing[-1].tokens[0, WIDTH:].tolist() == [0.0, 0.0, 0.0, 0.0]
