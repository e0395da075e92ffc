import numpy as np
import pytest

from actuation.speech.sound import dress
from actuation.speech.text import readable

RATE = 16_000


def made(gain=0.05, lead=0.3, length=1.0, phones=None):
    t = np.arange(round((lead + length + 0.4) * RATE)) / RATE
    voiced = (t >= lead) & (t < lead + length)
    samples = (gain * np.sin(2 * np.pi * 200 * t) * voiced).astype(np.float32)
    phones = phones or [
        ("pau", 0.0, lead, 0, -1),
        ("m", lead, lead + 0.1, 0, 0),
        ("aa", lead + 0.1, lead + length, 1, 1),
        ("pau", lead + length, lead + length + 0.4, 0, -1),
    ]
    return dress(
        text="Ma ma",
        voice="fake",
        words=readable("Ma ma"),
        rate_hz=RATE,
        samples=samples,
        phones=phones,
        level_db=-20.0,
    )


@pytest.mark.parametrize("gain", [0.003, 0.05, 0.9])
def test_every_voice_is_equally_loud(gain):
    samples = made(gain).samples
    level = 20 * np.log10(np.sqrt(np.mean(samples[800:-1600] ** 2)))
    assert -21 < level < -19
    assert np.abs(samples).max() < 1.0


def test_the_first_sound_comes_early_and_silence_at_the_end_is_cut():
    speech = made(lead=0.4)
    sounding = [p for p in speech.phones if p.name != "pau"]
    assert 0 <= sounding[0].start_s < 0.03
    assert speech.duration_s - sounding[-1].end_s < 0.06


def test_phones_keep_their_place_in_the_sound():
    speech = made(lead=0.4)
    m = next(p for p in speech.phones if p.name == "m")
    before = speech.samples[: round((m.start_s - 0.002) * RATE)]
    after = speech.samples[round((m.start_s + 0.01) * RATE) :]
    assert np.abs(before).max(initial=0.0) < 0.01
    assert np.abs(after[:200]).max() > 0.05


def test_the_ends_do_not_click():
    samples = made().samples
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3


def test_words_get_the_times_of_their_phones():
    words = made().words
    assert [w.text for w in words] == ["Ma", "ma"]
    assert words[0].end_s == pytest.approx(words[1].start_s)
    assert words[1].end_s > words[1].start_s


@pytest.mark.parametrize(
    "phones",
    [
        [("qq", 0.0, 0.1, 0, 0)],
        [("aa", 0.5, 0.2, 0, 0)],
        [("aa", 0.0, 99.0, 0, 0)],
        [("pau", 0.0, 0.5, 0, -1)],
        [("aa", 0.0, 0.1, 0, 1000)],
        [("aa", 0.3, 0.4, 0, 0), ("m", 0.1, 0.2, 0, 0)],
    ],
)
def test_phones_that_do_not_fit_the_sound_are_refused(phones):
    with pytest.raises(ValueError, match=r"phone|word"):
        made(phones=phones)
