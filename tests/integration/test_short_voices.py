"""Whether a short voice fits what listeners say better than words that want the floor."""

import numpy as np
import pytest

from agent.lessons.murmur_sounds import SOUNDS
from agent.models import models_folder
from perception.backends.pocketsphinx import dictionary as words_known
from perception.backends.pocketsphinx_listeners import ShortVoice
from perception.backends.smart_turn import SmartTurn
from perception.turns.turn_end import MODEL
from perception.words.listeners import CLAIMS, LISTENS, words
from tests.fakes.sounds import quiet, visitor_says


@pytest.fixture(scope="module")
def dictionary():
    return words_known()


@pytest.fixture(scope="module")
def short(dictionary):
    return ShortVoice(dictionary)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")

    def sound(text):
        return np.concatenate([quiet(0.3), visitor_says(text, folder), quiet(0.15)])

    return sound


def fits(short, sound, step=512):
    short.start()
    for i in range(0, sound.size, step):
        short.feed((sound[i : i + step] * 32767).astype(np.int16).tobytes())
    return short.listens()


def test_what_listeners_say_fits_them_and_what_claims_the_floor_does_not(short, said):
    assert all(fits(short, said(text)) > 0.2 for text in ("okay good", "yeah sure", "wonderful"))
    assert all(fits(short, said(text)) < -0.2 for text in ("stop", "sorry", "excuse me"))


def test_the_ear_tells_murmurs_from_claims(said):
    model = models_folder() / MODEL
    if not model.is_file():
        pytest.skip("needs the packaged models: foyer models pull")
    judge = SmartTurn(model)

    def murmur(text):
        sound = said(text)
        return judge.heard(sound, (sound.size / 16_000 - 0.3, 0.15))[1]

    assert min(map(murmur, ("okay good", "yeah sure", "that's wonderful", "oh i see"))) > 0.6
    assert max(map(murmur, ("stop", "wait a moment", "where is that", "can you help me"))) < 0.3


@pytest.mark.parametrize("name", ["hum", "laugh"])
def test_a_sound_without_words_is_a_murmur_by_how_it_sounds(name):
    model = models_folder() / MODEL
    if not model.is_file():
        pytest.skip("needs the packaged models: foyer models pull")
    judge, told = SmartTurn(model), []
    for seed in range(8):
        sound = np.concatenate([quiet(0.3), SOUNDS[name](np.random.default_rng(seed)), quiet(0.15)])
        told.append(judge.heard(sound, (sound.size / 16_000 - 0.3, 0.15))[1])
    assert np.median(told) > 0.8


def test_it_is_asked_again_when_the_voice_has_gone_on(short, said):
    whole = said("okay"), said("stop")[4800:]
    alone = fits(short, whole[0])
    for i in range(0, whole[1].size, 512):
        short.feed((whole[1][i : i + 512] * 32767).astype(np.int16).tobytes())
    after = short.listens()
    assert after < alone - 0.2
    assert after == pytest.approx(fits(short, np.concatenate(whole)), abs=0.15)
    assert fits(short, whole[0]) == pytest.approx(alone, abs=0.1)


def test_a_long_voice_and_none_are_not_told(short, said):
    long = np.concatenate([said("okay good"), said("where is the meeting room please")])
    assert long.size > 2.4 * 16_000
    assert fits(short, long) is None
    short.start()
    assert short.listens() is None


def test_every_word_of_both_can_be_said(dictionary):
    unknown = [w for w in words((*LISTENS, *CLAIMS)) if w not in dictionary]
    assert set(unknown) <= {"gotcha"}
