import numpy as np
import pytest
import soundfile

from perception.audio import FRAME, FRAME_S
from perception.backends.energy import EnergyDetector
from perception.backends.silero import SileroDetector
from perception.turns.voice_activity import VoiceConfig, VoiceEvent, VoiceSegmenter
from tests.fakes.sounds import script
from tests.media import media


def events(*parts, speaking=False, config=None):
    segmenter = VoiceSegmenter(config or VoiceConfig())
    segmenter.agent_speaks = speaking
    frames = enumerate(script(*parts))
    return [
        (round((i + 1) * FRAME_S, 3), e) for i, p in frames if (e := segmenter.hear(i * FRAME_S, p))
    ]


def kinds(*parts, **more):
    return [e.event for _, e in events(*parts, **more)]


def test_a_voice_is_announced_within_a_tenth_of_a_second_and_dated_to_its_beginning():
    told_at, start = events((1.024, 0.02), (1.0, 0.95))[0]

    assert start.event is VoiceEvent.STARTED
    assert start.at == pytest.approx(1.024)
    assert told_at - start.at <= 0.1


def test_a_click_is_no_voice():
    assert kinds((0.5, 0.0), (FRAME_S, 0.99), (1.0, 0.0)) == []


def test_a_weak_frame_inside_a_beginning_does_not_spoil_it():
    parts = ((0.32, 0.0), (FRAME_S, 0.9), (FRAME_S, 0.4), (FRAME_S, 0.9), (0.2, 0.9))
    assert events(*parts)[0][1].at == pytest.approx(0.32)


def test_it_is_easier_to_go_on_than_to_begin():
    assert kinds((0.5, 0.4)) == []
    assert VoiceEvent.PAUSED not in kinds((0.3, 0.9), (1.0, 0.4))


def test_a_silence_is_dated_to_the_last_voiced_sample_and_told_once_after_the_pause():
    told_at, pause = events((0.96, 0.9), (2.0, 0.0))[-1]

    assert pause.event is VoiceEvent.PAUSED
    assert pause.at == pytest.approx(0.96 - VoiceConfig().trails_s)
    assert told_at - pause.at == pytest.approx(VoiceConfig().pause_s, abs=FRAME_S)
    assert kinds((0.96, 0.9), (2.0, 0.0)).count(VoiceEvent.PAUSED) == 1


def test_a_breath_shorter_than_the_pause_is_not_told():
    assert VoiceEvent.PAUSED not in kinds((0.5, 0.9), (0.04, 0.0), (0.5, 0.9))


def test_a_voice_that_goes_on_is_reported_ten_times_a_second_with_its_length():
    told = [e for _, e in events((2.0, 0.9)) if e.event is VoiceEvent.CONTINUES]

    assert 17 <= len(told) <= 22
    assert told[-1].voiced_s == pytest.approx(2.0, abs=0.1)


def test_while_the_agent_speaks_an_echo_does_not_begin_a_voice_but_a_voice_does():
    assert kinds((0.5, 0.6), speaking=True) == []
    told_at, start = events((0.5, 0.95), speaking=True)[0]
    assert told_at - start.at <= 0.13


def frames(sound):
    return [sound[i : i + FRAME] for i in range(0, len(sound) - FRAME + 1, FRAME)]


@pytest.mark.parametrize("make", [SileroDetector, EnergyDetector])
def test_every_detector_tells_labelled_speech_from_silence(make):
    sound, _ = soundfile.read(media("audio/vad/train.wav"), dtype="float32")
    detector = make()
    voiced = [detector.probability(f) > 0.5 for f in frames(sound)]
    said = [(0.52, 0.85), (1.32, 1.83), (2.35, 3.70)]
    truth = [
        any(a <= (i + 0.5) * FRAME_S <= b for a, b in said) for i in range(round(3.9 / FRAME_S))
    ]
    agree = np.mean([v == t for v, t in zip(voiced, truth, strict=False)])

    assert agree > 0.85


@pytest.mark.parametrize("kind", ["white", "hum", "silence"])
def test_silero_takes_no_noise_for_a_voice(kind):
    t = np.arange(48_000) / 16_000
    sound = {
        "white": np.random.default_rng(3).standard_normal(48_000) * 0.1,
        "hum": 0.3 * np.sin(2 * np.pi * 50 * t),
        "silence": np.zeros(48_000),
    }[kind].astype(np.float32)
    detector = SileroDetector()

    assert max(detector.probability(f) for f in frames(sound)) < 0.5


def test_the_energy_fallback_learns_a_fan_and_still_hears_a_voice_over_it():
    noise = np.random.default_rng(4).standard_normal(16_000 * 12).astype(np.float32) * 0.01
    detector = EnergyDetector()
    steady = [detector.probability(f) for f in frames(noise)][-60:]
    loud = [detector.probability(f) for f in frames(noise[:16_000] * 12)]

    assert max(steady) < 0.5
    assert min(loud[:10]) > 0.5


def test_a_reset_detector_starts_as_new():
    sound = np.random.default_rng(5).standard_normal(FRAME * 20).astype(np.float32) * 0.1
    for detector in (SileroDetector(), EnergyDetector()):
        first = [detector.probability(f) for f in frames(sound)]
        detector.reset()
        assert [detector.probability(f) for f in frames(sound)] == pytest.approx(first)


@pytest.mark.parametrize(("speaks", "silent_s"), [(False, 0.125), (True, 0.2)])
def test_over_the_agents_own_voice_a_gap_within_a_word_is_no_pause(speaks, silent_s):
    voice = VoiceSegmenter(VoiceConfig(trails_s=0.0))
    voice.agent_speaks = speaks
    for i in range(20):
        voice.hear(i * FRAME_S, 0.95)
    paused = next(i for i in range(20, 40) if voice.hear(i * FRAME_S, 0.0) is not None)
    assert (paused - 19) * FRAME_S == pytest.approx(silent_s, abs=FRAME_S / 2)


def test_a_voice_over_the_agents_own_is_believed_with_its_first_frame():
    def frames_until_started(probability):
        voice = VoiceSegmenter(VoiceConfig())
        voice.agent_speaks = True
        return next(i for i in range(9) if voice.hear(i * FRAME_S, probability) is not None)

    assert frames_until_started(0.95) == 0
    assert frames_until_started(0.8) == 0
