"""Whose voice a turn was: the mouth that goes with the sound, and the place it comes from."""

import math

import numpy as np
import pytest

from agent.core.messages import (
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from perception.audio import FRAME, FRAME_S
from perception.senses import SoundChunk
from perception.voices.active_speaker import ActiveSpeaker

ANNA, BEN = PersonId("anna"), PersonId("ben")
BEGAN, ENDED = 1.0, 4.0


def syllables(at, seed):
    """How loud a made voice is, 0..1."""
    if not BEGAN <= at <= ENDED:
        return 0.0
    rng = np.random.default_rng([seed, int(at / 0.22)])
    return float(rng.uniform(0, 1) * math.sin(math.pi * (at / 0.22 % 1)) ** 0.5)


def watched(mouths, *, voice=1, places=None, directions=()):
    """One who saw these mouths: the seed of the voice each goes with, None: it is still."""
    judge = ActiveSpeaker()
    rng = np.random.default_rng(9)
    for k in range(round(4.6 / FRAME_S)):
        at = k * FRAME_S
        level = 1e-4 + 0.1 * syllables(at, voice)
        sound = (level * rng.standard_normal(FRAME)).astype(np.float32)
        judge.hear(SoundChunk(at=at, samples=sound), 0.9, agent_speaks=False)
    for k in range(46):
        at = 0.1 * k
        for who, seed in mouths.items():
            shape = 0.0 if seed is None else 0.25 * syllables(at - 0.08, seed)
            x_m, y_m = (places or {}).get(who, (1.2, 0.0))
            judge.see(
                PersonSeen(
                    at=at, person=who, place=Place(x_m=x_m, y_m=y_m), approach_m_s=0.0,
                    speed_m_s=0.0, mouth_open=0.05 + shape + 0.01 * rng.standard_normal(),
                )
            )  # fmt: skip
    for at, azimuth, confidence in directions:
        judge.see(SoundDirection(at=at, azimuth_rad=azimuth, speech=True, confidence=confidence))
    judge.complete(SpeechStarted(at=BEGAN, turn=TurnId(1)))
    return judge


def told(judge, **more):
    end = TurnEnded(at=ENDED, turn=TurnId(1), revision=0, text="a", voiced_s=3.0, **more)
    return judge.complete(end)


def test_whose_lips_go_with_the_sound_is_the_one_who_spoke():
    end = told(watched({ANNA: 1, BEN: None}))
    assert end.person == ANNA
    assert end.person_confidence > 0.75
    assert told(watched({ANNA: None, BEN: 1})).person == BEN


def test_of_two_moving_mouths_the_one_in_step_with_the_sound_is_taken():
    shares = watched({ANNA: 2, BEN: 1}).shares(BEGAN, ENDED)
    assert shares[BEN] > 3 * shares[ANNA]


def test_when_all_lips_are_still_nobody_in_view_has_spoken():
    judge = watched({ANNA: None, BEN: None})
    assert told(judge).person is None
    assert sum(judge.shares(BEGAN, ENDED).values()) < 0.2


PLACES = {ANNA: (1.5, 0.8), BEN: (1.5, -0.8)}


@pytest.mark.parametrize(("azimuth", "who"), [(0.49, ANNA), (-0.49, BEN)])
def test_a_direction_decides_between_mouths_that_are_not_seen_well(azimuth, who):
    heard = [(at, azimuth, 0.8) for at in np.arange(1, 4, 0.1)]
    judge = watched({ANNA: 2, BEN: 3}, places=PLACES, directions=heard)
    shares = judge.shares(BEGAN, ENDED)
    assert max(shares, key=shares.get) == who


def test_an_unsure_direction_weighs_less_than_a_sure_one():
    heard = [(at, -0.49, 0.2) for at in np.arange(1, 2.5, 0.1)]
    heard += [(at, 0.49, 0.9) for at in np.arange(2.5, 4, 0.1)]
    judge = watched({ANNA: None, BEN: None}, places=PLACES, directions=heard)
    shares = judge.shares(BEGAN, ENDED)
    assert shares[ANNA] > 5 * shares[BEN]


def test_a_typed_line_and_one_whose_speaker_is_known_are_left_alone():
    judge = watched({ANNA: 1})
    assert told(judge, typed=True).person is None
    assert told(judge, person=BEN).person == BEN


def test_who_has_left_has_not_spoken():
    judge = watched({ANNA: 1})
    judge.see(PersonLost(at=4.0, person=ANNA))
    assert told(judge).person is None
