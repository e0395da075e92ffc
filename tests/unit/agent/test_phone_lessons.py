"""Lessons for the ear for phones: made anew, in range, and learned from."""

import shutil

import numpy as np
import pytest

from agent.commands.training.phones import errors
from agent.lessons.phones import Lesson, School, readings
from perception.backends.phones_training import learned
from perception.turns.phones import PHONES, PhoneEar

DICTIONARY = {
    "where": ["W EH R", "HH W EH R"],
    "is": ["IH Z"],
    "it": ["IH T"],
    "stop": ["S T AA P"],
}


class Level:
    """Tells how loud each 20 ms are."""

    def layers(self, sound):
        last = np.zeros(128_000, np.float32)
        last[128_000 - sound.size :] = sound
        return np.abs(last).reshape(400, 320).mean(axis=1, keepdims=True)


def school(seed):
    return School(Level(), DICTIONARY, ["is", "it"], seed)


def test_words_become_columns_of_the_odds():
    assert readings(DICTIONARY)["stop"] == [[PHONES.index(p) + 1 for p in ("S", "T", "AA", "P")]]
    assert len(readings(DICTIONARY)["where"]) == 2


@pytest.mark.skipif(not (shutil.which("flite") and shutil.which("espeak-ng")), reason="no voices")
def test_a_lesson_is_what_was_said_and_the_same_seed_says_it_again():
    first, again, other = (next(iter(school(seed).lessons(1))) for seed in (4, 4, 5))
    assert first.phones.tolist() == again.phones.tolist() != other.phones.tolist()
    assert first.rows == pytest.approx(again.rows, rel=0.02)
    spoken = {p for ways in readings(DICTIONARY).values() for way in ways for p in way}
    assert set(first.phones) <= spoken
    assert 20 < len(first.rows) <= 400
    assert first.rows.max() > 5 * first.rows[:3].mean()  # it begins with quiet


def test_without_voices_it_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(Exception, match="apt install (flite|espeak-ng)"):
        next(iter(school(1).lessons(1)))


def lessons(count, seed):
    """Each phone of three is one direction of the rows, for some frames."""
    chance, made = np.random.default_rng(seed), []
    for _ in range(count):
        phones = chance.integers(1, 4, chance.integers(2, 5))
        frames = [row for p in phones for row in (*[p] * chance.integers(2, 5), 0, 0)]
        rows = np.eye(4)[frames] + 0.1 * chance.standard_normal((len(frames), 4))
        made.append(Lesson(rows=rows.astype(np.float16), phones=phones))
    return made


def test_what_is_said_is_learned_and_wrong_without_learning():
    judging, told = lessons(20, 2), []
    stretches = [(one.rows, one.phones) for one in lessons(320, 1)]
    arrays = learned(stretches, 6, 1, lambda number, ear: told.append(errors(ear, judging)))
    assert errors(PhoneEar(arrays), judging) == told[-1] < 0.1
    assert len(told) == 6
    assert errors(PhoneEar(arrays), [
        Lesson(rows=one.rows, phones=one.phones % 3 + 1) for one in judging
    ]) > 0.5  # fmt: skip
    with pytest.raises(ValueError, match="15 stretches are too few"):
        learned(stretches[:15], 1, 1, lambda number, ear: None)
