"""The stage without picture and sound tells what the real one tells, in the same order."""

from dataclasses import replace

import pytest

from actuation.stage.config import PerformerConfig
from actuation.stage.telling import TellingConfig
from agent.core.messages import (
    ActFinished,
    ActStarted,
    ClauseSpoken,
    GestureCue,
    Meeting,
    Priority,
    StageState,
)
from agent.lab.pace import timed
from agent.lab.stage import SOUND_AFTER_S, TimedStage, gesture_s
from tests.fakes.stages import HandMoved, act, duck, stop

LONG = "Good morning, and welcome to the house."
SHORT = "How can I help you?"


class Timed:
    """A `TimedStage` moved through all moments at which it wants to be."""

    def __init__(self, start=100.0):
        self.now = start
        self.told = []
        self.stage = TimedStage(publish=self.told.append)

    def act(self, an_act):
        self.stage.act(an_act, self.now)

    def run(self, seconds):
        until = self.now + seconds
        while self.stage.next_at <= until:
            self.now = max(self.now, self.stage.next_at)
            self.stage.advance(self.now)
        self.now = until
        self.stage.advance(self.now)

    def of(self, kind):
        return [m for m in self.told if isinstance(m, kind)]


class Real(HandMoved):
    """The real stage, with sounds of the same lengths, and bodies that are believed at once."""

    def __init__(self):
        telling = TellingConfig(report_grace_s=0.0)
        super().__init__(config=PerformerConfig(telling=telling))

    def give_sound(self, count=None):
        while self.wanted:
            on_stage, index, text = self.wanted.pop(0)
            self.stage.have_sound(on_stage, index, timed(text), self.now)
            self.stage.advance(self.now)

    def run(self, seconds, step=0.1):
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.give_sound()
            super().run(min(step, until - self.now), step)


def plain(on):
    on.act(act(LONG, SHORT))
    on.run(8)


def one_after_the_other(on):
    on.act(act(LONG))
    on.run(0.5)
    on.act(act(SHORT))
    on.run(8)


def replaced(on):
    on.act(act(LONG, SHORT))
    on.run(1.2)
    on.act(act(SHORT, speech_meets=Meeting.REPLACE))
    on.run(8)


def skipped(on):
    on.act(act(LONG))
    on.run(0.5)
    on.act(act(SHORT, speech_meets=Meeting.SKIP))
    on.run(8)


def overridden(on):
    on.act(act(LONG))
    on.run(1.3)
    on.act(act(SHORT, speech_meets=Meeting.OVERRIDE))
    on.run(12)


def stopped(on):
    on.act(act(LONG, SHORT))
    on.run(1.5)
    on.stage.stop(stop(on.now), on.now)
    on.run(3)


def stopped_but_for_the_strong(on):
    on.act(act(SHORT))
    on.run(0.3)
    on.act(act(LONG, priority=Priority.SAFETY))
    on.run(0.3)
    on.stage.stop(stop(on.now, except_priority=Priority.SAFETY), on.now)
    on.run(8)


def held_and_resumed(on):
    on.act(act(LONG, SHORT))
    on.run(1.2)
    on.stage.duck(duck(0.0, on.now), on.now)
    on.run(1.0)
    on.stage.duck(duck(1.0, on.now), on.now)
    on.run(8)


def held_for_good(on):
    on.act(act(LONG))
    on.run(1.0)
    on.stage.duck(duck(0.0, on.now), on.now)
    on.run(10)


def silent(on):
    on.act(act(gestures=(GestureCue(lexeme="nod"),)))
    on.run(3)


def more_follows(on):
    on.act(act(SHORT, more_follows=True))
    on.run(8)


def said_otherwise(on, wait_s, *instead):
    old, behind = act(LONG, "Ms Bell expects you.", SHORT), act("Do sit down.")
    on.act(old)
    on.act(behind)
    on.run(wait_s)
    on.act(replace(act(*instead), revises=old.act))
    on.run(14)


def reworded_before_it_began(on):
    said_otherwise(on, 0.0, LONG, "Your host expects you.", SHORT)


def reworded_behind_what_is_heard(on):
    said_otherwise(on, 1.2, LONG, "Your host expects you.", SHORT)


def reworded_in_the_middle(on):
    said_otherwise(on, 3.2, "Your host expects you.", SHORT)


def reworded_to_nothing(on):
    said_otherwise(on, 1.2, LONG, "", "")


def reworded_too_late(on):
    said_otherwise(on, 9.0, LONG, "Your host expects you.", SHORT)


SCENES = (
    plain,
    reworded_before_it_began,
    reworded_behind_what_is_heard,
    reworded_in_the_middle,
    reworded_to_nothing,
    reworded_too_late,
    one_after_the_other,
    replaced,
    skipped,
    overridden,
    stopped,
    stopped_but_for_the_strong,
    held_and_resumed,
    held_for_good,
    silent,
    more_follows,
)


def story(on):
    """What was told of acts, without numbers that differ from stage to stage."""
    ids = {}

    def name(number):
        return ids.setdefault(number, len(ids))

    lines = []
    for message in on.told:
        match message:
            case ActStarted():
                lines.append(("started", name(message.act), message.text))
            case ClauseSpoken():
                lines.append(("spoken", name(message.act), message.index))
            case ActFinished():
                words = len(message.heard.split())
                lines.append(("finished", name(message.act), message.interrupted, words))
    return lines


def spoken_s(on):
    """How long the stage had the floor, seconds."""
    total, since = 0.0, None
    for state in on.of(StageState):
        if state.speaking and since is None:
            since = state.at
        elif not state.speaking and since is not None:
            total, since = total + state.at - since, None
    return total


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_it_tells_what_the_real_stage_tells(scene):
    real, ours = Real(), Timed()
    scene(real)
    scene(ours)
    told, expected = story(ours), story(real)
    assert [line[:3] for line in told] == [line[:3] for line in expected]
    for line, other in zip(told, expected, strict=True):
        if line[0] == "finished":  # where a cut falls differs by the time to the first sound
            assert abs(line[3] - other[3]) <= 1
    assert spoken_s(ours) == pytest.approx(spoken_s(real), abs=0.35)


def test_the_first_sound_comes_when_a_page_would_play_it():
    on = Timed()
    on.act(act(SHORT))
    on.run(5)
    assert on.of(ActStarted)[0].at == pytest.approx(100.0 + SOUND_AFTER_S)


def test_a_clause_takes_the_time_of_its_words():
    on = Timed()
    on.act(act(LONG))
    on.run(10)
    length_s = on.of(ClauseSpoken)[0].at - on.of(ActStarted)[0].at
    assert length_s == pytest.approx(timed(LONG).duration_s)
    assert 2.0 < length_s < 3.5


def test_gestures_take_the_time_of_the_lexicon():
    assert 1.0 < gesture_s(GestureCue(lexeme="wave")) < 3.0
    on = Timed()
    on.act(act(gestures=(GestureCue(lexeme="wave"),)))
    on.run(5)
    assert on.of(ActFinished)[0].at == pytest.approx(100.0 + gesture_s(GestureCue(lexeme="wave")))


def test_words_are_sounding_only_inside_clauses():
    on = Timed()
    said = act(SHORT)
    on.act(said)
    assert on.stage.sounding(on.now) is None
    on.run(0.6)
    assert on.stage.sounding(on.now) is said
    on.stage.duck(duck(0.0, on.now), on.now)
    assert on.stage.sounding(on.now) is None
    on.stage.duck(duck(1.0, on.now), on.now)
    on.run(6)
    assert on.stage.sounding(on.now) is None


def test_nothing_is_due_on_an_empty_stage():
    on = Timed()
    assert on.stage.next_at == float("inf")
    on.act(act(SHORT))
    assert on.stage.next_at < float("inf")
    on.run(10)
    assert on.stage.next_at == float("inf")
