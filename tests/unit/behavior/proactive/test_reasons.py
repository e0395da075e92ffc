"""Reasons: what drove the model, said in words that the window bears out."""

from dataclasses import replace

import numpy as np

from behavior.proactive.cues import COLUMNS, CUES
from behavior.proactive.reasons import drivers, told
from tests.fakes.frames import frames_of, model, window
from tests.fakes.people import approach, stand

STILL = {"looking", "pace", "place"}


def seen_by(messages):
    _, windows = frames_of(messages)
    return windows.window()


def test_coming_and_looking_are_told_as_they_were_seen():
    given = seen_by(approach(gaze_deg=5.0))
    assert told(given, 0, ["coming", "looking"]) == "has come 1.7 m nearer and looks here"


def test_someone_who_stands_is_not_said_to_have_come():
    given = seen_by(stand(seconds=3.0, gaze_deg=90.0))
    assert told(given, 0, ["coming", "pace", "looking"]) == "stands still and looks elsewhere"


def test_of_a_gaze_that_was_never_seen_nothing_is_said():
    assert told(seen_by(stand(seconds=3.0)), 0, ["looking", "place"]) == "is 1.2 m away"


def test_where_nothing_can_be_said_it_is_in_view():
    assert told(seen_by(stand(seconds=3.0)), 0, ["trust"]) == "is in view"


def test_the_cue_that_the_model_rests_on_is_named_first():
    made = model()
    weights = {name: np.zeros_like(value) for name, value in made.weights.items()}
    for name, value in made.weights.items():
        if name.startswith("blocks") and "before" in name or "after" in name or "last" in name:
            weights[name] = value
    # One number alone counts: whether the person looks here.
    looks = COLUMNS["looking"][[CUES[i].name for i in COLUMNS["looking"]].index("looks")]
    weights["person.weight"][0, looks] = 5.0
    weights["whom.weight"][0, 0] = 2.0
    made.weights.update(weights)
    given = window(2, absent=0.0)
    tokens = given.tokens.copy()
    tokens[:, :, looks] = 1.0
    found = drivers(made, replace(given, tokens=tokens), 1)
    assert [group for group, _ in found] == ["looking"]
