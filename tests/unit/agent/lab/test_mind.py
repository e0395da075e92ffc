"""The lab's half of the agent knows whom it answers, as the agent itself does."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from agent.core.messages import (
    Act,
    FormationChanged,
    PageChanged,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from agent.lab.mind import Mind
from agent.settings import read_settings
from tests.fakes.desk import demo_desk
from tests.fakes.people import seen
from tests.unit.behavior.test_who_speaks import A, B, talks

ROOT = Path(__file__).parents[4]


@cache
def settings():
    return read_settings(ROOT / "configs" / "demo.yaml")


def made():
    """The mind, and all that it takes in and does."""
    told, start = [], datetime(2026, 3, 2, 10, tzinfo=UTC)
    desk, tell = demo_desk("words"), lambda _, message: told.append(message)
    return Mind(settings(), desk, start=start, tell=tell), told


def test_who_stands_together_is_known_as_it_is_at_the_desk():
    mind, told = made()
    for k in range(20):
        for who, y_m, front_deg in (("a", -0.5, 90), ("b", 0.5, -90)):
            one = seen(k / 8, 2.5, y_m, person=who)
            mind.take(replace(one, front_rad=math.radians(front_deg)), one.at)
    assert [one.arrangement for one in told if isinstance(one, FormationChanged)] == ["facing"]
    assert [one.arrangement for one in mind.planner.situation.formations] == ["facing"]


@pytest.mark.parametrize("asks", [A, B])
def test_the_answer_goes_to_whose_lips_were_seen_to_move(asks):
    mind, told = made()
    mind.take(PageChanged(at=0.0, connected=True, camera=True, microphone=True), 0.0)
    lips = {who: [(12.0, 14.0)] if who == asks else [] for who in (A, B)}
    voice, words = TurnId(1), "where is the lift"
    facts = [
        *talks(A, seconds=16.0, lips=lips[A]),
        *talks(B, at=5.0, seconds=11.0, x_m=2.2, y_m=0.8, lips=lips[B]),
        SpeechStarted(at=12.0, turn=voice, revision=0),
        TurnPaused(at=14.0, turn=voice, revision=0, text=words),
        TurnEnded(at=14.3, turn=voice, revision=0, text=words),
    ]
    for fact in sorted(facts, key=lambda one: one.at):
        while mind.next_at < fact.at:
            mind.advance(mind.next_at)
        mind.take(fact, fact.at)
    mind.advance(15.0)
    answers = [one for one in told if isinstance(one, Act) and one.in_reply_to == voice]
    assert [one.to for one in answers if one.clauses] == [asks]
