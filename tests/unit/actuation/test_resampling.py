"""A voice at another rate: the same tones, no others, no seams."""

import numpy as np
import pytest

from actuation.speech.resampling import VoiceResampler


def tone(hz, rate_hz, seconds=1.0):
    return np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz).astype(np.float32)


@pytest.mark.parametrize(("a", "b"), [(22_050, 48_000), (24_000, 44_100), (48_000, 16_000)])
def test_a_tone_stays_the_same_tone_in_its_place(a, b):
    out = VoiceResampler(a, b).push(tone(440, a), last=True)
    assert len(out) == b
    assert out[200:-200] == pytest.approx(tone(440, b)[200:-200], abs=1e-3)


@pytest.mark.parametrize(("a", "b"), [(22_050, 48_000), (24_000, 44_100), (48_000, 16_000)])
def test_stretches_of_any_length_joined_equal_the_whole(a, b):
    sound = np.random.default_rng(0).standard_normal(a).astype(np.float32)
    whole = VoiceResampler(a, b).push(sound, last=True)
    stream, parts, at = VoiceResampler(a, b), [], 0
    for length in np.random.default_rng(1).integers(1, 3000, 200):
        end = min(at + int(length), len(sound))
        parts.append(stream.push(sound[at:end], last=end == len(sound)))
        at = end
        if at == len(sound):
            break
    assert at == len(sound)
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-5)


def test_what_the_new_rate_cannot_hold_does_not_come_back_as_another_tone():
    out = VoiceResampler(48_000, 16_000).push(tone(11_000, 48_000), last=True)
    assert np.abs(out[300:-300]).max() < 1e-3


def test_the_same_rate_is_left_alone():
    sound = tone(300, 16_000)
    assert VoiceResampler(16_000, 16_000).push(sound) is sound
