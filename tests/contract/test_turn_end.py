"""Every row that hears whether somebody has finished, on real sound."""

import numpy as np
import pytest

from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError
from agent.models import models_folder
from agent.packaged_models import PACKAGED, is_there
from perception.backends.recorded_sound import read_sound
from perception.backends.smart_turn import features
from perception.turns.phones import greedy, read_ear
from perception.turns.turn_end import END_JUDGES, MODEL
from tests.media import media

RATE_HZ = 16_000


@pytest.fixture(params=END_JUDGES)
def judge(request):
    if not all(is_there(model, models_folder()) for model in PACKAGED):
        pytest.skip("needs the packaged models: foyer models pull")
    return pick("end of turn", END_JUDGES, request.param)(models_folder() / MODEL)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 20.0])
def test_any_sound_gives_a_probability(judge, seconds):
    loud = np.random.default_rng(1).standard_normal(round(seconds * RATE_HZ)).astype(np.float32)
    for sound in (loud, 0 * loud, np.ones_like(loud)):
        assert 0.0 <= judge.finished(sound) <= 1.0


def test_a_whole_command_sounds_finished_and_half_a_sentence_does_not(judge):
    quiet = np.zeros(RATE_HZ // 5, np.float32)
    whole = read_sound(media("audio/003.wav"))
    half = read_sound(media("audio/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"))
    assert judge.finished(np.concatenate([whole, quiet])) > 0.9
    assert judge.finished(np.concatenate([half[: half.size * 45 // 100], quiet])) < 0.1


def test_words_of_a_person_are_no_murmur_and_their_phones_are_heard(judge):
    quiet = np.zeros(RATE_HZ // 5, np.float32)
    sound = read_sound(media("audio/003.wav"))
    lasts_s = sound.size / RATE_HZ
    finished, murmur = judge.heard(np.concatenate([sound, quiet]), (lasts_s + 0.2, 0.2))
    assert finished > 0.9
    assert murmur < 0.2
    assert judge.heard(sound)[1] is None
    rows = judge.layers(np.concatenate([sound, quiet]))[-round(50 * (lasts_s + 0.2)) :]
    told = " ".join(greedy(read_ear().log_odds(rows)))
    assert told.startswith("S EH V")
    assert " K L " in told


def test_only_the_last_eight_seconds_count(judge):
    sound = np.random.default_rng(2).standard_normal(12 * RATE_HZ).astype(np.float32) * 0.1
    assert judge.finished(sound) == judge.finished(sound[-8 * RATE_HZ :])


def test_a_missing_or_damaged_model_is_an_error_with_the_cure(tmp_path):
    kind = pick("end of turn", END_JUDGES, "smart_turn")
    (tmp_path / "damaged.onnx").write_bytes(b"not a network")
    for name in ("missing.onnx", "damaged.onnx"):
        with pytest.raises(BackendUnavailableError, match="foyer models pull"):
            kind(tmp_path / name)


def test_a_tone_is_seen_in_its_own_band():
    at = np.arange(8 * RATE_HZ) / RATE_HZ
    seen = features(np.sin(2 * np.pi * 1000.0 * at).astype(np.float32))
    assert seen.shape == (80, 800)
    assert np.argmax(seen[:, 400]) == pytest.approx(15.0 * 80 / 45.2, abs=1.5)  # 1 kHz is mel 15
