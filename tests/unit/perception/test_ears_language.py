import math
import re

import pytest

from perception.audio import SOUND_RATE_HZ
from perception.words.arpa import arpa
from perception.words.pronunciation import pronunciations
from perception.words.recognition import (
    MOONSHINE_FILES,
    RecognitionConfig,
    WhisperConfig,
    candidates,
    whisper_model,
)
from perception.words.site_language import SiteLanguage, sentences, site_words, spoken

SITE = SiteLanguage(names=("Jürgen Müßig", "Anna Keller"), rooms=("Room 2.14",), phrases=("WiFi?",))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Jürgen Müßig", "jurgen mussig"),
        ("O'Brien & Sons", "o'brien and sons"),
        ("Room 2.14", "room two fourteen"),
        ("B12", "b twelve"),
        ("10:30", "ten thirty"),
        ("room 105, floor 3", "room one oh five floor three"),
        ("2000", "two thousand"),
        ("007", "zero zero seven"),
        ("Łukasz Øst", "lukasz ost"),
        ("?!", ""),
    ],
)
def test_what_is_written_becomes_what_is_said(written, said):
    assert spoken(written) == said


def test_every_name_and_room_of_the_site_is_expected_and_no_slot_is_left_open():
    text = " | ".join(sentence for sentence, _ in sentences(SITE))

    for wanted in ("jurgen mussig", "keller", "room two fourteen", "wifi"):
        assert wanted in text
    assert not re.search(r"[{}\[\]]", text)
    assert site_words(SITE) >= {"jurgen", "mussig", "anna", "keller", "fourteen"}


def test_a_site_that_names_nobody_still_has_a_language():
    assert len(sentences(SiteLanguage())) > 1000


def test_the_same_site_gives_the_same_sentences():
    assert sentences(SITE) == sentences(SITE)


def model(text):
    """Log probabilities and back-offs of an ARPA text, by word tuple."""
    grams = {}
    for line in text.splitlines():
        parts = line.split()
        if len(parts) > 1 and re.match(r"-?\d", parts[0]):
            last = re.match(r"-?\d+\.\d+$", parts[-1]) is not None
            words = tuple(parts[1:-1] if last else parts[1:])
            grams[words] = (float(parts[0]), float(parts[-1]) if last else 0.0)
    return grams


def probability(grams, word, history):
    if (*history, word) in grams:
        return 10 ** grams[(*history, word)][0]
    if not history:
        return 0.0
    return 10 ** grams.get(history, (0.0, 0.0))[1] * probability(grams, word, history[1:])


def test_after_any_history_the_probabilities_of_all_words_sum_to_one():
    grams = model(
        arpa([("a b c", 1), ("a b", 2), ("c a", 1)], {"d": 3, "a": 1}, background_share=0.2)
    )
    words = [w for (*h, w) in grams if not h and w != "<s>"]

    assert "d" in words
    for history in ((), ("a",), ("a", "b"), ("d",), ("<s>",), ("<s>", "a"), ("c", "d")):
        total = sum(probability(grams, word, history) for word in words)
        assert total == pytest.approx(1.0, abs=0.01), history


def test_what_was_said_often_is_likelier_than_what_was_never_said():
    grams = model(arpa([("where is it", 5), ("where are they", 1)], {}, background_share=0.1))
    after = ("<s>", "where")

    assert probability(grams, "is", after) > probability(grams, "are", after)
    assert probability(grams, "are", after) > probability(grams, "they", after) > 0
    assert math.isfinite(probability(grams, "it", after))


PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V "
    "W Y Z ZH"
)


@pytest.mark.parametrize(
    "name",
    ["okafor", "lindqvist", "szymanski", "nguyen", "wojciech", "schwarzenbach", "o'brien", "xu",
     "ng", "ng'ang'a", "aaaa", "zzz", "e", "y", "strč", "jean-luc"],
)  # fmt: skip
def test_any_surname_can_be_said(name):
    readings = pronunciations(name)

    assert 1 <= len(readings) <= 4
    assert all(phone in PHONES.split() for reading in readings for phone in reading.split())


def test_a_word_without_letters_has_no_sound():
    assert pronunciations("123") == ()


@pytest.fixture
def moonshine_files(tmp_path, monkeypatch):
    """A folder of models with those of Moonshine, empty ones."""
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path / "models"))
    folder = tmp_path / "models" / "moonshine-tiny-en"
    folder.mkdir(parents=True)
    for name in MOONSHINE_FILES:
        (folder / name).touch()
    return folder


def test_moonshine_is_at_work_where_its_files_are_and_whisper_was_not_asked_for(moonshine_files):
    (first, second, third) = candidates(RecognitionConfig())
    assert (first.row, first.fallback) == ("moonshine", False)
    assert (second.row, third.row) == ("pocketsphinx", "none")


@pytest.mark.parametrize("missing", MOONSHINE_FILES)
def test_without_one_of_its_files_the_search_alone_is_at_work_and_the_cure_is_told(
    moonshine_files, missing
):
    (moonshine_files / missing).unlink()
    (first, *_) = candidates(RecognitionConfig())
    assert (first.row, first.fallback) == ("pocketsphinx", True)
    assert "foyer models pull" in first.detail


def test_who_fetches_whisper_is_told_who_is_at_work_until_then(moonshine_files):
    config = RecognitionConfig(whisper=WhisperConfig(model="tiny.en", download=True))
    (first, *_) = candidates(config)
    assert (first.row, first.fallback) == ("moonshine", True)
    assert "tiny.en" in first.detail


def test_the_embedded_recogniser_is_at_work_until_the_model_is_on_the_disk(
    tmp_path, moonshine_files
):
    whisper = WhisperConfig(model="tiny.en", folder=str(tmp_path))
    config = RecognitionConfig(whisper=whisper)
    (first, *_) = candidates(config)
    assert (first.row, first.fallback) == ("moonshine", False)

    (tmp_path / "tiny.en").mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / "tiny.en" / name).touch()
    (first, *_) = candidates(config)
    assert (first.row, first.fallback) == ("faster_whisper", False)


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json"])
def test_a_half_downloaded_model_is_not_taken_for_one(tmp_path, missing):
    (tmp_path / "tiny.en").mkdir()
    for name in {"model.bin", "config.json", "tokenizer.json"} - {missing}:
        (tmp_path / "tiny.en" / name).touch()
    config = RecognitionConfig(whisper=WhisperConfig(model="tiny.en", folder=str(tmp_path)))
    assert candidates(config)[0].row != "faster_whisper"


def test_another_model_of_a_similar_name_is_not_taken_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    for repository, wanted in (
        ("models--a--faster-distil-whisper-large-v3", "distil-whisper-large-v3"),
        ("models--a--faster-whisper-base.en", "base.en"),
    ):
        snapshot = tmp_path / "hub" / repository / "snapshots" / "1"
        snapshot.mkdir(parents=True)
        for name in ("model.bin", "config.json", "tokenizer.json"):
            (snapshot / name).touch()
        assert whisper_model(WhisperConfig(model=wanted, folder="absent")) == snapshot
    for other in ("large-v3", "en", "base"):
        assert whisper_model(WhisperConfig(model=other, folder="absent")) is None


@pytest.mark.parametrize("backend", ["auto", "faster_whisper", "moonshine", "pocketsphinx", "none"])
def test_the_last_candidate_always_needs_nothing(backend):
    assert candidates(RecognitionConfig(backend=backend))[-1].row == "none"
    assert SOUND_RATE_HZ == 16_000
