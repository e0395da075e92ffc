"""The page's lip bench can tell: what it reads off a sound is what was put into it."""

import asyncio

import numpy as np
import pytest

from actuation.motion import FrameChunk, VoiceChunk
from agent.bench.browser import Output
from agent.bench.lips_page import _judged, _minutes, _slope_ms
from agent.bench.stand_in import StandInPerformer, chirp, heard_score, lip_errors, mouth, running
from agent.core.clock import LoopClock
from agent.core.errors import BadInputError

RATE_HZ = 48_000
SOUND = np.concatenate([np.zeros(RATE_HZ, np.float32), chirp(np.arange(18 * RATE_HZ) / RATE_HZ)])
"""A second of silence, then the chirp."""


def moment(due_s, score_s):
    return {
        "utterance": 1,
        "dueS": due_s,
        "perfS": due_s,
        "scoreShownS": score_s,
        "jawOpen": mouth(score_s),
    }


def test_a_moment_of_the_chirp_is_read_to_a_tenth_of_a_millisecond():
    for score_s in np.linspace(0.05, 17.9, 60):
        heard = heard_score(SOUND, RATE_HZ, round((1 + score_s) * RATE_HZ))
        assert heard == pytest.approx(score_s, abs=1e-4)


def test_silence_and_the_ends_of_a_sound_tell_nothing():
    for at_s in (-1.0, 0.0, 0.5, 1.0, 1.01, 18.995, 19.0, 30.0):
        assert heard_score(SOUND, RATE_HZ, round(at_s * RATE_HZ)) is None


def test_a_mouth_ahead_of_its_sound_is_positive_and_silence_is_no_number():
    pictures = [moment(103.0, 2.05), moment(100.5, 0.0)]
    ahead, silent = lip_errors(SOUND, RATE_HZ, 100.0, pictures, "dueS")
    assert ahead == pytest.approx(0.05, abs=1e-4)
    assert np.isnan(silent)
    later, _ = lip_errors(SOUND, RATE_HZ, 100.0, pictures, "dueS", later_s=0.2)
    assert later == pytest.approx(0.05 - 0.2, abs=1e-4)


def test_the_clock_is_read_by_the_bench_not_believed():
    """The page believes its sound began at 100.03 s; the readings of its clocks say 100 s."""
    output = Output(
        samples=SOUND, rate_hz=RATE_HZ, start_s=100.03, clock_s=7.0, clocks_s=np.zeros((0, 2))
    )
    taken = {
        "moments": [moment(101.0 + s, s) for s in (1.0, 2.0, 3.0)],
        "arrivals": [{"utterance": 1, "arrivedS": 101.1 + 0.1 * n} for n in range(5)],
        "clocks": [[90.0 + n, -3.0 + n] for n in range(20)],
    }
    chirped = _judged(output, taken, 1, 90.0)
    assert np.abs(chirped.due).max() < 1e-4
    assert chirped.shifted == pytest.approx([-0.2] * 3, abs=1e-4)
    assert chirped.on_arrival == pytest.approx([-0.1] * 5, abs=1e-4)
    assert chirped.wrong_clock == pytest.approx([-0.0012, -0.0013, -0.0014], abs=1e-4)
    assert np.abs(chirped.jaw).max() == 0


def test_a_loudspeaker_that_stood_still_is_followed():
    """Half a second of nothing was put out at the page's 105 s; the audio clock stood, too."""
    output = Output(
        samples=SOUND, rate_hz=RATE_HZ, start_s=100.0, clock_s=7.0, clocks_s=np.zeros((0, 2))
    )
    read_s = np.arange(100, 121, 0.1)
    taken = {
        "moments": [moment(103.0, 2.0), moment(110.0, 8.5), moment(110.0, 9.0)],
        "arrivals": [],
        "clocks": [[at, at - 93.0 - 0.5 * (at >= 105.0)] for at in read_s],
    }
    errors = _judged(output, taken, 1, 90.0).due
    assert errors == pytest.approx([0.0, 0.0, 0.5], abs=1e-4)


def test_drift_is_per_ten_minutes_and_a_chirp_without_sound_does_not_count():
    chirps = []
    for number in range(30):
        at_s = 20.0 * number + np.arange(18.0)
        chirps.append((at_s, 0.003 + 1e-5 * at_s))
    chirps[7] = (chirps[7][0], np.full(18, np.nan))
    slope, spread = _slope_ms(chirps)
    assert slope == pytest.approx(6.0)
    assert spread == pytest.approx(0.0, abs=1e-6)


def test_minutes_that_are_no_number_are_refused(monkeypatch):
    for text in ("soon", "0", "nan", "-3"):
        monkeypatch.setenv("FOYER_BENCH_MINUTES", text)
        with pytest.raises(BadInputError, match="FOYER_BENCH_MINUTES"):
            _minutes()


async def test_the_stand_in_says_its_chirp_once_and_moves_on():
    clock, sent = LoopClock(asyncio.get_running_loop()), []
    performer = StandInPerformer(clock=clock, apply=sent.append)
    async with running(performer):
        performer.say(1.0)
        await asyncio.sleep(3.0)
    voice = [item for item in sent if isinstance(item, VoiceChunk)]
    assert sum(len(chunk.samples) for chunk in voice) == 22_050
    assert [chunk.last for chunk in voice] == [False] * (len(voice) - 1) + [True]
    frames = [f for item in sent if isinstance(item, FrameChunk) for f in item.frames]
    assert len([f for f in frames if f.utterance == 1]) == pytest.approx(60, abs=1)
    assert np.diff([f.at for f in frames]) == pytest.approx(1 / 60)
