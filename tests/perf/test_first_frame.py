"""From a clause's sound to its first frames, in this process's own time."""

import time

import numpy as np

from actuation.gestures import HeadGestures
from actuation.motion import FrameChunk
from actuation.stage import PerformerConfig, Stage
from agent.core.messages import Act, ActId, Clause, Expression, Reason
from tests.fakes.voices import speech, spelled

MOST_S = 0.020
TEXT = "Would you mind waiting for a moment by the window?"


def test_the_first_frames_of_a_clause_take_at_most_twenty_milliseconds_of_ours():
    sent, wanted, took = [], [], []
    stage = Stage(
        config=PerformerConfig(), gestures=HeadGestures(), lead_s=0.25, start=0.0,
        publish=lambda _: None, send=sent.append, want=lambda a, i, _: wanted.append((a, i)),
    )  # fmt: skip
    now = 0.0
    for k in range(9):
        act = Act(
            at=now, act=ActId(k + 1), clauses=(Clause(text=TEXT),), expression=Expression.FRIENDLY,
            reason=Reason(policy="test", because="time is measured"), manner="warm, eyebrows up",
        )  # fmt: skip
        stage.act(act, now)
        said = speech(spelled(TEXT), TEXT)
        on_stage, index = wanted.pop()
        sent.clear()
        before = time.process_time()
        stage.have_sound(on_stage, index, said, now)
        took.append(time.process_time() - before)
        assert any(isinstance(item, FrameChunk) for item in sent)
        for _ in range(round(10 * said.duration_s) + 20):
            now += 0.1
            stage.advance(now)
    assert np.median(took) < MOST_S
