"""Turns end by words, sound and silence together, and by how long a person's own pauses are."""

import numpy as np
import pytest

from agent.core.messages import SpeechStarted, TurnEnded
from perception.audio import FRAME_S
from perception.turns.completeness import Completeness, completeness
from perception.turns.pace import Pace
from perception.turns.patience import PatienceConfig
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded
from perception.turns.voice_activity import VoiceConfig
from tests.fakes.sounds import script

RULE = PatienceConfig(judge="rule")
CONFIG = TurnsConfig(voice=VoiceConfig(trails_s=0.0), patience=RULE)
WHOLE, HALF = "where is the restroom", "i have an appointment with"


def take(turns, *parts, start=0.0, sounds=None, words=WHOLE, person=None):
    """When what came, for (seconds, probability) parts; words and judgement come a frame later."""
    out, due, at = [], [], start
    for p in script(*parts):
        outcomes = turns.hear(at, p)
        at += FRAME_S
        for wish in due:
            if isinstance(wish, SettleWords):
                heard = Heard(turn=wish.turn, revision=wish.revision, text=words, confidence=0.9)
                outcomes += turns.read(heard)
            elif sounds is not None:
                judged = Sounded(turn=wish.turn, revision=wish.revision, finished=sounds)
                outcomes += turns.sounded(judged)
        due = [o for o in outcomes if isinstance(o, SettleWords | JudgeEnd)]
        out += [(at, o) for o in outcomes]
        if person is not None and any(isinstance(o, TurnEnded) for o in outcomes):
            turns.spoken_by(person)
    return out


def silence(outcomes):
    """Silence before the only end."""
    ((now, end),) = [(now, o) for now, o in outcomes if isinstance(o, TurnEnded)]
    return now - end.at


@pytest.mark.parametrize(
    ("words", "sounds", "least", "most"),
    [
        (WHOLE, 0.9, 0.14, 0.2),
        (WHOLE, 0.3, 0.46, 0.53),
        (WHOLE, 0.02, 0.7, 0.8),
        (WHOLE, None, 0.35, 0.42),
        (HALF, 0.99, 1.55, 1.65),
        (HALF, 0.02, 2.0, 2.15),
        ("tuesday", 0.99, 0.7, 0.8),
        ("tuesday", 0.02, 1.25, 1.35),
        ("thank you", 0.02, 0.35, 0.42),
        ("my number is five five one", 0.9, 1.25, 1.35),
    ],
)
def test_only_what_is_whole_by_words_and_sound_is_answered_at_once(words, sounds, least, most):
    out = take(TurnTaker(CONFIG), (1.0, 0.9), (4.0, 0.0), words=words, sounds=sounds)
    assert least <= silence(out) <= most


def test_a_judgement_of_a_pause_that_is_over_changes_nothing():
    turns = TurnTaker(CONFIG)
    parts = ((1.0, 0.9), (0.16, 0.0), (0.5, 0.9))
    out, after = take(turns, *parts, words=HALF), len(script(*parts)) * FRAME_S
    (question,) = [o for _, o in out if isinstance(o, JudgeEnd)]
    late = Sounded(turn=question.turn, revision=question.revision, finished=0.99)
    assert turns.sounded(late) == []
    out = take(turns, (4.0, 0.0), start=after, words=WHOLE)
    assert silence(out) > 0.33


def test_the_sound_is_asked_about_at_every_pause_from_the_start_of_the_turn():
    out = take(TurnTaker(CONFIG), (0.5, 0.0), (1.0, 0.9), (0.3, 0.0), (1.0, 0.9), (3.0, 0.0),
               words=HALF)  # fmt: skip
    start = next(o.at for _, o in out if isinstance(o, SpeechStarted))
    asked = [o for _, o in out if isinstance(o, JudgeEnd)]
    assert [one.revision for one in asked] == [0, 1]
    assert {one.since for one in asked} == {start - CONFIG.pre_roll_s}


def talk(turns, pause_s, *, turn_count=4, start=0.0, person=None):
    """Turns with one pause each, whose words look whole; how many ends came too early."""
    early, at = 0, start
    for _ in range(turn_count):
        parts = ((1.0, 0.9), (pause_s, 0.0), (1.0, 0.9), (4.0, 0.0))
        out = take(turns, *parts, start=at, words=WHOLE, sounds=0.3, person=person)
        early += len([o for _, o in out if isinstance(o, TurnEnded)]) - 1
        at += 6.0 + pause_s
    return early, at


def test_who_is_cut_off_is_waited_for_longer_the_next_time():
    early, _ = talk(TurnTaker(CONFIG), 0.7, turn_count=6)
    fixed = CONFIG.model_copy(update={"patience": PatienceConfig(judge="rule", adapts=False)})
    assert early <= 2
    assert talk(TurnTaker(fixed), 0.7, turn_count=6)[0] == 6


def test_what_was_learned_of_one_person_is_not_held_against_the_next():
    turns = TurnTaker(CONFIG)
    _, at = talk(turns, 0.7, person="slow")
    slow = silence(take(turns, (1.0, 0.9), (4.0, 0.0), start=at, sounds=0.9, person="slow"))
    take(turns, (1.0, 0.9), (4.0, 0.0), start=at + 60, sounds=0.9, person="quick")
    quick = silence(take(turns, (1.0, 0.9), (4.0, 0.0), start=at + 66, sounds=0.9))
    assert slow > 1.3 * quick
    assert quick == pytest.approx(CONFIG.patience.finished_s, abs=FRAME_S)


def test_a_stranger_after_a_while_is_met_without_prejudice():
    turns = TurnTaker(CONFIG)
    _, at = talk(turns, 0.7)
    assert silence(take(turns, (1.0, 0.9), (4.0, 0.0), start=at + 30, sounds=0.9)) < 0.27


def test_a_known_slow_speaker_is_remembered_when_they_come_back():
    pace = Pace()
    for at in range(0, 40, 4):
        pace.began(at)
        pace.went_on(2.0, at + 2.0)
        pace.ended(at + 3.0, last_voiced_at=at + 2.5, said=True)
        pace.was("slow")
    pace.began(200.0)
    assert pace.factor == 1.0
    pace.was("slow")
    assert pace.factor > 1.5


def test_waits_never_shrink_and_never_grow_beyond_bounds():
    chance = np.random.default_rng(5)
    pace, at = Pace(), 0.0
    for _ in range(3000):
        at += float(chance.exponential(2.0))
        match int(chance.integers(4)):
            case 0:
                pace.began(at)
            case 1:
                pace.went_on(float(chance.exponential(1.0)), at)
            case 2:
                pace.ended(at, last_voiced_at=at - 0.3, said=bool(chance.integers(2)))
            case _:
                pace.was(str(chance.integers(100)))
        assert 1.0 <= pace.factor <= 3.0
    assert len(pace._habits) <= 17


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("five five", Completeness.COUNTING),
        ("seven", Completeness.COUNTING),
        ("it is spelled k e", Completeness.COUNTING),
        ("my number is five", Completeness.COUNTING),
        ("my code is", Completeness.DANGLING),
        ("i have an appointment at three", Completeness.CLOSED),
        ("hold on", Completeness.DANGLING),
        ("um let me see", Completeness.DANGLING),
        ("yes i do", Completeness.CLOSED),
        ("what floor is the dentist on", Completeness.OPEN),
        ("my boss told me", Completeness.DANGLING),
        ("could you open", Completeness.DANGLING),
        ("it is building five", Completeness.COUNTING),
        ("i will be back at five", Completeness.CLOSED),
        ("good morning", Completeness.OPEN),
        ("could you tell me", Completeness.DANGLING),
        ("please tell mister brown", Completeness.DANGLING),
    ],
)
def test_spelling_and_thinking_aloud_ask_for_time(text, look):
    assert completeness(text) is look
