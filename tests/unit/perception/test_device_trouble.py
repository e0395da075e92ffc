"""A microphone in trouble is heard, and told with the cure; a quiet or a loud hall is not."""

import tracemalloc

import numpy as np
import pytest
from scipy.signal import resample_poly

from agent.core.messages import Health, StreamQuiet
from perception.audio import FRAME, FRAME_S
from perception.backends.recorded_sound import read_sound
from perception.microphone.trouble import DeviceTrouble, TroubleConfig
from perception.senses import SOUND_RATE_HZ, SoundChunk
from tests.media import media

CHUNK = 1600
RNG = np.random.default_rng(3)


def hiss(seconds, level=1e-3):
    return (level * RNG.standard_normal(round(seconds * SOUND_RATE_HZ))).astype(np.float32)


def told(sound, *, trouble=None, start=0.0, pace=1.0, voice=None, chunk=CHUNK):
    """What is said of `sound`; `voice`: how surely its frames are one; None: not asked."""
    trouble = trouble or DeviceTrouble(TroubleConfig())
    said = []
    for k in range(0, len(sound), chunk):
        part = sound[k : k + chunk]
        said += trouble.take(SoundChunk(at=start + k / SOUND_RATE_HZ / pace, samples=part))
    for k in range(len(sound) // FRAME if voice is not None else 0):
        frame = SoundChunk(at=start + k * FRAME_S, samples=sound[FRAME * k : FRAME * (k + 1)])
        said += trouble.hear(frame, voice, agent_speaks=False)
    return said, trouble


def voice(seconds=8.0):
    """A real reader, over and over."""
    sound = read_sound(media("audio/LJ050-0131.wav"))
    return np.resize(sound, round(seconds * SOUND_RATE_HZ))


def test_zeros_are_a_dead_microphone_and_a_quiet_hall_is_not():
    (said, quiet), trouble = told(np.zeros(25 * SOUND_RATE_HZ, np.float32))
    assert said.health is Health.DEGRADED
    assert isinstance(quiet, StreamQuiet)
    assert (quiet.quiet_s, quiet.recovered) == (pytest.approx(20, abs=0.2), False)
    assert "nothing but zeros" in said.detail
    assert "switch it on" in said.detail
    assert said.at == pytest.approx(20, abs=0.2)
    (well, flows), _ = told(hiss(1), trouble=trouble, start=25.0)
    assert (well.health, well.detail) == (Health.RUNNING, "")
    assert flows.recovered
    assert told(hiss(60, 2e-4))[0] == []  # 74 dB below full scale


def test_one_value_for_ever_is_a_hanging_driver():
    (said, _), _ = told(np.full(25 * SOUND_RATE_HZ, 0.25, np.float32))
    assert "same value for ever" in said.detail


def test_a_microphone_that_is_turned_down_is_told_after_five_minutes():
    said, _ = told(np.tile(hiss(10, 2e-5), 31))
    assert ["turn its gain up" in one.detail for one in said] == [True]
    assert "-94 dB" in said[0].detail


def test_a_hall_in_which_somebody_speaks_now_and_then_is_not_turned_down():
    still = np.tile(hiss(10, 2e-5), 20)
    said, trouble = told(still)
    said += told(hiss(1, 0.01), trouble=trouble, start=200.0)[0]
    said += told(still, trouble=trouble, start=201.0)[0]
    assert said == []


def test_values_that_are_no_numbers_are_told_and_forgotten_once_they_stay_away():
    sound = hiss(10)
    sound[100] = np.nan
    sound[2000] = np.inf
    said, _ = told(sound)
    assert [one.health for one in said] == [Health.DEGRADED, Health.RUNNING]
    assert "no numbers" in said[0].detail


def test_an_offset_is_told_and_a_passing_thump_is_not():
    (said,), _ = told(hiss(12) + np.float32(0.1))
    assert "0.10 of full scale" in said.detail
    thump = hiss(12)
    thump[16_000:24_000] += np.float32(0.3)
    assert told(thump)[0] == []


@pytest.mark.parametrize(("pace", "says"), [(0.92, "0.92 times"), (1.09, "1.09 times"), (1, "")])
def test_sound_that_comes_faster_or_slower_than_time_has_the_wrong_rate(pace, says):
    said, _ = told(hiss(45), pace=pace)
    assert [says in one.detail for one in said] == ([True] if says else [])


def test_a_gap_in_the_sound_is_no_wrong_rate():
    said, trouble = told(hiss(8))
    for k in range(1, 8):
        said += told(hiss(8), trouble=trouble, start=12.0 * k)[0]
    assert said == []


def test_a_voice_that_is_cut_off_is_told_and_a_loud_one_is_not():
    (said,), _ = told(np.clip(voice() * 8, -1, 1), voice=0.9)
    assert "turn the microphone's gain down" in said.detail
    assert told(voice() / np.abs(voice()).max() * 0.98, voice=0.9)[0] == []


def test_a_shout_into_a_quiet_minute_is_no_trouble():
    sound = hiss(30)
    sound[160_000:170_000] = np.clip(voice(2)[:10_000] * 20, -1, 1)
    said, trouble = told(sound)
    frame = SoundChunk(at=10.0, samples=sound[160_000 : 160_000 + FRAME])
    said += trouble.hear(frame, 0.9, agent_speaks=False)
    assert said == []


def test_voices_that_are_too_quiet_are_told_and_silence_is_not_a_quiet_voice():
    (said,), _ = told(voice() * np.float32(0.01), voice=0.9)
    assert "too quiet" in said.detail
    assert told(voice() * np.float32(0.01), voice=0.1)[0] == []


def test_a_voice_at_8_khz_is_a_telephone_and_at_48_khz_it_is_not():
    narrow = resample_poly(resample_poly(voice(), 1, 2), 2, 1).astype(np.float32)
    (said,), _ = told(narrow, voice=0.9)
    assert "nothing above 4 kHz" in said.detail
    wide = resample_poly(resample_poly(voice(), 3, 1), 1, 3).astype(np.float32)
    assert told(wide, voice=0.9)[0] == []


ROAR = hiss(FRAME_S, 0.05)


def speaks(trouble, *parts):
    """(seconds, does the agent speak, how surely a voice is heard), one after another."""
    said, at = [], 0.0
    for seconds, own, heard in parts:
        for _ in range(round(seconds / FRAME_S)):
            frame = SoundChunk(at=at, samples=ROAR)
            said += trouble.hear(frame, heard, agent_speaks=own)
            at += FRAME_S
    return said


ECHO = ((2.0, False, 0.0), (3.0, True, 0.9), (0.2, False, 0.9))


def test_a_voice_that_comes_and_goes_with_the_agents_own_three_times_is_an_echo():
    trouble = DeviceTrouble(TroubleConfig())
    assert speaks(trouble, *ECHO, *ECHO, (2.0, False, 0.0)) == []
    (said,) = speaks(trouble, *ECHO, (2.0, False, 0.0))
    assert "the agent hears itself" in said.detail
    assert "echo.canceller" in said.detail
    clean = ((2.0, False, 0.0), (3.0, True, 0.0), (1.0, False, 0.0))
    (well,) = speaks(trouble, *clean)
    assert well.health is Health.RUNNING


@pytest.mark.parametrize(
    "visitor",
    [
        ((2.0, False, 0.0), (1.0, True, 0.9), (2.0, False, 0.9)),  # interrupts: the agent stops
        ((2.0, False, 0.0), (3.0, True, 0.9), (2.0, False, 0.9)),  # talks on after it
        ((2.0, False, 0.9), (3.0, True, 0.9), (1.0, False, 0.0)),  # talked before it
        ((2.0, False, 0.0), (3.0, True, 0.0), (2.0, False, 0.9)),  # answers
    ],
)
def test_a_visitor_who_speaks_is_no_echo(visitor):
    assert speaks(DeviceTrouble(TroubleConfig()), *visitor * 6) == []


def test_an_hour_of_quiet_takes_no_memory_and_says_nothing():
    minute = hiss(60, 5e-4)
    trouble = DeviceTrouble(TroubleConfig())
    told(minute, trouble=trouble, chunk=SOUND_RATE_HZ)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    said = []
    for k in range(1, 60):
        said += told(minute, trouble=trouble, start=60.0 * k, chunk=SOUND_RATE_HZ)[0]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert said == []
    assert grown < 100_000
