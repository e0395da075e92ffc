"""Where a voice comes from, told by several microphones at known places."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from agent.bench.sound_rooms import Room, with_noise
from perception.audio import FRAME, FRAME_S, Framer
from perception.backends.recorded_sound import RecordedSound, read_channels
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.voices.array import ArrayConfig
from perception.voices.direction import DirectionJudge
from perception.voices.srp_phat import wrapped
from tests.fakes.rooms import babble
from tests.media import media

SQUARE = ((0.05, 0.05), (0.05, -0.05), (-0.05, 0.05), (-0.05, -0.05))
ROW = ((0.0, 0.05), (0.0, -0.05))
RECORDED = ((-0.05, -0.05), (-0.05, 0.05), (0.05, -0.05), (0.05, 0.05))


def array(places, **more):
    return ArrayConfig(microphones=[{"x_m": x, "y_m": y} for x, y in places], **more)


def heard_from(azimuth_rad, places, *, sound=None, away_m=1.5, silent_after_s=0.2, noise_db=20):
    """(microphones, n) in a room: half a second of its quiet, then the voice."""
    sound = babble(2, 7) if sound is None else sound
    centre = np.array([3.0, 2.5, 1.2])
    ears = centre + np.array([(x, y, 0.0) for x, y in places])
    turn = np.array([math.cos(azimuth_rad), math.sin(azimuth_rad), 0.0])
    room = Room(silent_after_s=silent_after_s)
    heard = room.hears(sound, centre + away_m * turn, ears)
    lead = np.zeros((len(places), SOUND_RATE_HZ // 2), np.float32)
    return with_noise(np.concatenate([lead, heard], axis=1), noise_db)


def judged(channels, config, *, agent_speaks=False, lead_s=0.5):
    """All that is told; the voice begins at `lead_s`."""
    judge, told = DirectionJudge(config), []
    for k in range(channels.shape[1] // FRAME):
        part = channels[:, FRAME * k : FRAME * (k + 1)].astype(np.float32)
        frame = SoundChunk(at=k * FRAME_S, samples=part[0], channels=part)
        probability = 0.9 if k * FRAME_S >= lead_s else 0.0
        told += judge.hear(frame, probability, agent_speaks=agent_speaks)
    return told


def errors_rad(told, azimuth_rad):
    return [abs(wrapped(m.azimuth_rad - azimuth_rad)) for m in told if m.speech]


@pytest.mark.parametrize("azimuth_rad", [0.0, 0.8, -2.1, 3.0])
def test_a_voice_is_where_it_is_all_around_a_square(azimuth_rad):
    told = judged(heard_from(azimuth_rad, SQUARE), array(SQUARE))
    assert len(told) > 8
    assert np.median(errors_rad(told, azimuth_rad)) < math.radians(4)
    assert np.median([m.confidence for m in told]) > 0.5


def test_a_loud_tone_from_elsewhere_does_not_draw_the_direction_away():
    t = np.arange(2 * SOUND_RATE_HZ) / SOUND_RATE_HZ
    tone = (0.3 * np.sin(2 * np.pi * 1500 * t)).astype(np.float32)
    both = heard_from(2.2, SQUARE) + heard_from(-1.0, SQUARE, sound=tone)
    assert np.median(errors_rad(judged(both, array(SQUARE)), 2.2)) < math.radians(4)


def test_with_microphones_in_other_places_than_written_the_direction_is_wrong():
    written = (SQUARE[2], SQUARE[0], SQUARE[3], SQUARE[1])
    told = judged(heard_from(0.8, SQUARE), array(written))
    assert np.median(errors_rad(told, 0.8)) > math.radians(40)


def test_a_row_tells_the_direction_in_front_also_of_what_is_behind():
    told = judged(heard_from(math.pi - 0.5, ROW), array(ROW, sure_at=0))
    assert np.median(errors_rad(told, 0.5)) < math.radians(8)
    assert all(abs(m.azimuth_rad) <= math.pi / 2 + 1e-6 for m in told)


def test_two_talkers_are_told_apart_and_one_is_not_taken_for_two():
    one, other = heard_from(0.9, SQUARE), heard_from(-0.9, SQUARE, sound=babble(2, 40))
    both = judged(one + other, array(SQUARE, sure_at=0.2))
    second = [m for m in both if m.others_rad]
    assert len(second) > len(both) / 2
    apart = [abs(wrapped(m.azimuth_rad - m.others_rad[0])) for m in second]
    assert np.median(apart) == pytest.approx(1.8, abs=0.25)
    alone = judged(one, array(SQUARE))
    assert sum(bool(m.others_rad) for m in alone) <= len(alone) / 10


def test_nothing_is_told_while_the_agent_speaks_nor_of_one_channel():
    channels = heard_from(0.8, SQUARE)
    assert judged(channels, array(SQUARE), agent_speaks=True) == []
    assert judged(channels[:1], array(SQUARE)) == []


def test_the_end_of_a_voice_is_told_once():
    channels = heard_from(0.8, SQUARE)
    judge, told = DirectionJudge(array(SQUARE)), []
    for k in range(channels.shape[1] // FRAME):
        part = channels[:, FRAME * k : FRAME * (k + 1)].astype(np.float32)
        frame = SoundChunk(at=k * FRAME_S, samples=part[0], channels=part)
        told += judge.hear(frame, 0.9 if 0.5 < k * FRAME_S < 1.5 else 0.0, agent_speaks=False)
    assert [m.speech for m in told].count(False) == 1
    assert not told[-1].speech
    assert told[-1].at < 2.0


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (((0, 0),), "one microphone tells no direction"),
        (((0, 0), (0, 0)), "at the same place"),
        (((0, 0), (0, 50)), "places are in metres"),
        (((-0.1, 0), (0.1, 0)), "cannot tell left from right"),
    ],
)
def test_an_array_that_cannot_work_is_refused_with_the_cure(places, says):
    with pytest.raises(ValidationError, match=says):
        array(places)


def test_frames_keep_the_channels_beside_the_sound_they_belong_to():
    framer, frames = Framer(), []
    sound = np.arange(3000, dtype=np.float32)
    for start in range(0, 3000, 200):
        part = sound[start : start + 200]
        both = np.stack([part, -part])
        frames += framer.push(SoundChunk(at=start / 16_000, samples=part, channels=both))
    assert len(frames) == 5
    for frame in frames:
        assert frame.channels is not None
        assert frame.channels[0] == pytest.approx(frame.samples)
        assert frame.channels[1] == pytest.approx(-frame.samples)


async def test_a_recording_of_an_array_tells_where_its_voice_was():
    path = media("audio/mic_array/speech_-0.98894_0_0.14834.flac")
    judge, framer, told = DirectionJudge(array(RECORDED)), Framer(), []
    channels = read_channels(path, (0, 1, 2, 3))
    loud = np.abs(channels[0]).max() / 10
    async for chunk in RecordedSound(path, channels=(0, 1, 2, 3)).sound():
        for frame in framer.push(chunk):
            voice = 0.9 if np.abs(frame.samples).max() > loud else 0.0
            told += judge.hear(frame, voice, agent_speaks=False)
    assert len(told) > 10
    assert np.median(errors_rad(told, math.pi)) < math.radians(2)
