"""The ear of the learned face: another microphone is evened out, and nothing else is changed."""

import numpy as np
import pytest

from actuation.generators.learned_ear import Ear, usual_of
from actuation.generators.learned_sound import BANDS, FLOOR, GROUP, logarithm

SILENCE = logarithm(np.zeros((1, BANDS), np.float32))[0]


@pytest.fixture(scope="module")
def voice():
    """Eight seconds of something that is loud and soft in turn, a third of it silent."""
    rng = np.random.default_rng(5)
    colour = np.linspace(0.6, -0.9, BANDS)
    looks = colour + 0.25 * rng.standard_normal((240, 1, BANDS)).repeat(GROUP, 1)
    looks[::3] = SILENCE
    return looks.reshape(-1, BANDS).astype(np.float32)


def through(looks, gain):
    """The same by a microphone that changes each band by `gain`, looks."""
    power = np.exp(5 * (looks - 1.6)) - FLOOR
    return logarithm(np.maximum(power, 0) * np.exp(5 * gain).astype(np.float32))


def apart(one, other):
    loud = other.mean(axis=1) > SILENCE.mean() + 0.5
    return float(np.abs(one - other)[loud].mean())


def test_a_microphone_of_another_colour_is_evened_out_after_some_seconds(voice):
    colour = 0.3 * np.sin(np.linspace(0, 5, BANDS))
    heard = through(voice, colour)
    half = len(voice) // 2
    evened = Ear(usual_of([voice])).even(heard)
    assert apart(evened[half:], voice[half:]) < 0.3 * apart(heard[half:], voice[half:])


def test_a_usual_voice_is_left_as_it_is(voice):
    assert apart(Ear(usual_of([voice])).even(voice), voice) < 0.05


def test_nothing_is_changed_before_anything_was_heard_and_silence_stays_silence(voice):
    ear = Ear(usual_of([voice]))
    still = np.repeat(SILENCE[None], 40, axis=0)
    np.testing.assert_allclose(ear.even(still), still, atol=1e-5)
    ear.even(through(voice, np.full(BANDS, -0.3)))
    np.testing.assert_allclose(ear.even(still), still, atol=1e-5)


def test_no_band_is_changed_by_more_than_thirteen_decibels(voice):
    far = through(voice, np.linspace(-1.2, 1.2, BANDS))
    changed = Ear(usual_of([voice])).even(far) - far
    assert np.abs(changed).max() < 0.6 + 1e-4
    assert np.abs(changed).max() > 0.4


def test_stretches_of_any_length_give_what_the_whole_gives(voice):
    heard = through(voice, np.linspace(0.3, -0.3, BANDS))
    usual = usual_of([voice])
    whole, ear, made, at = Ear(usual).even(heard), Ear(usual), [], 0
    for groups in (1, 7, 2, 30, 1, 500):
        made.append(ear.even(heard[at : at + groups * GROUP]))
        at += groups * GROUP
    np.testing.assert_array_equal(np.concatenate(made), whole)


def test_an_old_voice_is_forgotten(voice):
    usual = usual_of([voice])
    ear = Ear(usual)
    for _ in range(3):
        ear.even(through(voice, np.full(BANDS, 0.4)))
    for _ in range(6):
        last = ear.even(voice)
    assert apart(last, voice) < 0.05


def test_weights_that_know_no_usual_voice_hear_everything_as_it_is(voice):
    assert Ear(()).even(voice) is voice
