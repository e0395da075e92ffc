import numpy as np
import pytest

from perception.audio import (
    FRAME,
    FRAME_S,
    Framer,
    LevelFilter,
    RecentSound,
    Resampler,
    clean,
    clipped_share,
    level_db,
    resample,
)
from perception.senses import SOUND_RATE_HZ, SoundChunk


def tone(hz, seconds, rate=SOUND_RATE_HZ, gain=0.5):
    t = np.arange(round(seconds * rate)) / rate
    return (gain * np.sin(2 * np.pi * hz * t)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_a_tone_keeps_its_pitch_length_and_loudness_at_any_rate(rate):
    out = resample(tone(440, 1.0, rate), rate)

    assert out.size == pytest.approx(SOUND_RATE_HZ, abs=1)
    spectrum = np.abs(np.fft.rfft(out[:SOUND_RATE_HZ]))
    assert np.argmax(spectrum) == 440
    assert level_db(out) == pytest.approx(level_db(tone(440, 1.0)), abs=0.3)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_a_stream_resampled_chunk_by_chunk_has_no_seams(rate):
    sound = tone(700, 0.5, rate)
    resampler = Resampler(rate)
    parts = [resampler.push(sound[i : i + 333]) for i in range(0, sound.size, 333)]
    joined, whole = np.concatenate(parts), resample(sound, rate)

    assert joined.size == pytest.approx(whole.size, abs=0.01 * SOUND_RATE_HZ)
    assert np.abs(joined - whole[: joined.size]).max() < 1e-3
    assert resampler.held_s == pytest.approx(0.5 - joined.size / SOUND_RATE_HZ, abs=1e-3)


def test_levels_are_decibels_of_full_scale():
    assert level_db(np.ones(100, np.float32)) == pytest.approx(0.0)
    assert level_db(np.full(100, 0.1, np.float32)) == pytest.approx(-20.0, abs=0.01)
    assert level_db(np.zeros(100, np.float32)) == level_db(np.zeros(0, np.float32)) == -120.0


@pytest.mark.parametrize(
    "given",
    [
        np.array([np.nan, np.inf, -np.inf, 0.2]),
        np.array([5.0, -7.0]),
        np.array([[1, 2], [3, 4], [5, 6]], np.int16),
        np.array(3.0),
        np.array([], np.float64),
        np.array(["no", "sound"]),
        np.zeros((2, 3, 4)),
    ],
)
def test_whatever_comes_becomes_mono_finite_and_within_range(given):
    sound = clean(given)

    assert sound.dtype == np.float32
    assert sound.ndim == 1
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0.0) <= 1.0


def test_whole_numbers_are_scaled_by_their_type_and_channels_averaged():
    assert clean(np.array([32767, -32767], np.int16)) == pytest.approx([1.0, -1.0])
    assert clean(np.array([0, 128, 255], np.uint8)) == pytest.approx([-1.0, 0.0, 1.0], abs=0.01)
    stereo = np.stack([np.full(50, 0.2), np.full(50, 0.4)])
    assert clean(stereo) == pytest.approx(np.full(50, 0.3))
    assert clean(stereo.T) == pytest.approx(np.full(50, 0.3))


def test_clipping_is_counted():
    assert clipped_share(np.array([1.0, -1.0, 0.0, 0.5], np.float32)) == 0.5


def test_a_constant_offset_goes_and_the_voice_stays():
    level_filter = LevelFilter()
    sound = tone(200, 4.0, gain=0.2) + 0.3
    out = np.concatenate(
        [level_filter.push(sound[i : i + 320]) for i in range(0, sound.size, 320)]
    )[-SOUND_RATE_HZ:]

    assert abs(out.mean()) < 0.01
    assert level_db(out) == pytest.approx(level_db(tone(200, 1.0, gain=0.2)), abs=0.2)


def frames_of(*chunks):
    framer = Framer()
    return [f for at, size in chunks for f in framer.push(
        SoundChunk(at=at, samples=np.arange(size, dtype=np.float32)))]  # fmt: skip


def test_frames_keep_exact_times_whatever_the_size_of_chunks():
    sizes = [320, 100, 1000, 1, 700, 512, 2000]
    starts = np.cumsum([0, *sizes[:-1]]) / SOUND_RATE_HZ + 7.0
    frames = frames_of(*zip(starts, sizes, strict=True))

    assert len(frames) == sum(sizes) // FRAME
    assert [f.at for f in frames] == pytest.approx([7.0 + i * FRAME_S for i in range(len(frames))])
    assert all(f.samples.size == FRAME for f in frames)


def test_after_a_gap_time_starts_anew_and_half_a_frame_is_dropped():
    assert [f.at for f in frames_of((1.0, 300), (9.0, 600))] == [9.0]


def test_sound_before_the_voice_is_remembered_for_as_long_as_promised():
    recent = RecentSound(0.2)
    for i in range(40):
        recent.add(SoundChunk(at=i * FRAME_S, samples=np.full(FRAME, i, np.float32)))
    since = 40 * FRAME_S - 0.1

    assert recent.since(since).size == pytest.approx(0.1 * SOUND_RATE_HZ, abs=1)
    assert recent.since(since)[-1] == 39
    assert recent.since(-1.0).size <= (0.2 + FRAME_S) * SOUND_RATE_HZ + 1
    assert recent.since(99.0).size == 0
