"""The bench of murmurs and interruptions: what it calls stopped, and that its judges count."""

from dataclasses import replace

import pytest

from agent.bench.hearing_interruptions import LONGEST_HUSH_S, Verdict, _stopped, interrupted
from perception.words.recognition import Reading
from tests.fakes.sounds import script


class Voice:
    """A short voice, read and judged as told."""

    begins_at = 0.5

    def __init__(self, words, trust, murmur):
        self.probabilities = script((0.5, 0.0), (0.5, 0.95), (2.0, 0.0))
        self._words = Reading(text=words, confidence=trust)
        self._murmur = murmur

    def reading(self, since, until):
        return self._words

    def words_so_far(self, since, until):
        return self._words.text

    def murmur(self, since, until, voice_s):
        return self._murmur

    def forget(self):
        pass


@pytest.mark.parametrize(("murmur", "stops"), [(0.97, False), (0.1, True)])
def test_a_misheard_murmur_is_told_by_its_sound(murmur, stops):
    voice = Voice("could", 0.9, murmur)
    assert _stopped(interrupted(voice)) is stops
    assert _stopped(interrupted(voice, by_ear=False))


def test_it_is_silent_soon_and_goes_on_after_a_murmur():
    verdict = interrupted(Voice("okay", 0.9, 0.9))
    assert verdict.ducked_s == verdict.silent_s <= 0.1  # held as soon as it is noticed
    assert verdict.goes_on
    assert 0.4 < verdict.hush_s < 1.1


def test_a_long_hush_is_a_stop_though_the_floor_was_kept():
    kept = Verdict(noticed=True, stopped_s=None, ducked_s=0.05, silent_s=0.1, goes_on=True)
    assert not _stopped(kept)
    assert not _stopped(replace(kept, hush_s=LONGEST_HUSH_S))
    assert _stopped(replace(kept, hush_s=LONGEST_HUSH_S + 0.1))
    assert _stopped(replace(kept, stopped_s=0.8))
