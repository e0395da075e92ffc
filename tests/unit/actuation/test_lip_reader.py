"""The reader of lips: what its camera sees, how words are found, and that it is a judge."""

import json

import numpy as np
import pytest

from actuation.embodiments.vrm_file import read_character
from actuation.generators.lip_reader import FILE, LipReader, best_word
from actuation.generators.lip_reader_camera import CHARACTER, SIZE, MouthCamera, View
from actuation.generators.lip_reader_corpus import (
    HELD_OUT_EXPRESSION,
    HELD_OUT_VOICE,
    VOICE,
    bare_words,
    texts,
)
from actuation.generators.lip_reader_verdict import SaidWord, Verdict, closed_set, judged, words_of
from actuation.generators.metrics.lips import TimedPhone
from actuation.generators.metrics.visemes import VISEME_INDEX, VISEMES
from actuation.motion import FACE_INDEX
from agent.__main__ import main
from agent.bench.face_reading import LipTest
from agent.bench.face_takes import MORE_SENTENCES, SENTENCES, by_loudness, by_rule
from agent.core.errors import BadInputError
from tests.fakes.voices import speech


def face(**shapes):
    made = np.zeros(52)
    for name, value in shapes.items():
        for each in (name, f"{name}Left", f"{name}Right"):
            if each in FACE_INDEX:
                made[FACE_INDEX[each]] = value
    return made


@pytest.fixture(scope="module")
def camera():
    return MouthCamera(read_character(CHARACTER))


# The camera


def test_pictures_are_of_the_mouth_and_an_open_one_is_darker_in_the_middle(camera):
    shut, wide = camera.pictures(np.stack([face(), face(jawOpen=0.7, mouthLowerDown=0.3)]))
    assert shut.shape == (SIZE, SIZE)
    rows, columns = slice(22, 36), slice(18, 30)
    assert wide[rows, columns].min() < 45 < shut[rows, columns].min()


def test_a_picture_does_not_depend_on_those_drawn_with_it(camera):
    faces = np.stack([face(jawOpen=i / 80, mouthPucker=0.5 - i / 160) for i in range(70)])
    together = camera.pictures(faces)
    assert np.array_equal(together[66], camera.pictures(faces[66:67])[0])


@pytest.mark.parametrize(
    "view",
    [View(yaw_rad=0.3), View(pitch_rad=-0.15), View(light=(-1.0, 0.2, 0.3)), View(closer=1.2)],
)
def test_another_view_is_another_picture_of_the_same_mouth(camera, view):
    faces = np.stack([face(), face(jawOpen=0.6)])
    straight, other = camera.pictures(faces), camera.pictures(faces, view)
    assert np.abs(straight[0].astype(int) - other[0]).mean() > 2
    assert np.abs(other[0].astype(int) - other[1]).mean() > 2


def test_lids_and_brows_do_not_show_at_the_lips(camera):
    shut, open_ = camera.pictures(np.stack([face(eyeBlink=1.0, browInnerUp=1.0), face()]))
    assert np.array_equal(shut[16:], open_[16:])


# Words


PP, AA, FF = (VISEME_INDEX[n] for n in ("PP", "aa", "FF"))


def seen(*names):
    """Pictures that show these visemes for certain, one each."""
    evidence = np.full((len(names), len(VISEMES)), -6.0)
    for i, name in enumerate(names):
        evidence[i, VISEME_INDEX[name]] = -0.1
    return evidence


EVEN = (1 / len(VISEMES),) * len(VISEMES)


def test_the_word_whose_visemes_come_in_order_is_read():
    words = {"pam": (PP, AA, PP), "fap": (FF, AA, PP), "paf": (PP, AA, FF)}
    assert best_word(seen("PP", "PP", "aa", "aa", "PP"), words, EVEN) == "pam"
    assert best_word(seen("PP", "aa", "aa", "aa", "FF"), words, EVEN) == "paf"
    assert best_word(seen("FF", "aa", "PP"), words, EVEN) == "fap"


def test_a_word_with_too_few_pictures_is_still_read_by_those_there_are():
    words = {"pam": (PP, AA, PP), "fap": (FF, AA, PP)}
    assert best_word(seen("FF", "aa"), words, EVEN) == "fap"


def test_frequent_visemes_are_not_preferred_for_being_frequent():
    often = list(EVEN)
    often[PP], often[FF] = 0.4, 0.01
    unsure = np.full((3, len(VISEMES)), -3.0)
    unsure[0, PP], unsure[0, FF] = -1.0, -1.2
    assert best_word(unsure, {"p": (PP,), "f": (FF,)}, often) == "f"


def test_words_that_look_the_same_are_one_word_of_the_closed_set():
    words = [
        SaidWord(text=t, start_s=0, end_s=1, visemes=v)
        for t, v in (("pat", (PP, AA, 4)), ("bad", (PP, AA, 4)), ("fat", (FF, AA, 4)))
    ]
    assert closed_set(words) == {"bad": (PP, AA, 4), "fat": (FF, AA, 4)}


def test_words_come_from_the_phones_really_said_and_short_ones_are_left_out():
    said = speech(["p", "ae", "t", "pau", "ay"], "Pat, I")
    words = words_of(
        type(said)(**{n: getattr(said, n) for n in said.__dataclass_fields__}
                   | {"phones": tuple(_with_word(p, i) for i, p in enumerate(said.phones))}),
        0.3,
    )  # fmt: skip
    (pat,) = words
    assert pat.text == "pat"
    assert [VISEMES[v] for v in pat.visemes] == ["PP", "E", "DD"]
    assert (pat.start_s, pat.end_s) == pytest.approx((0.3, 0.54))


def _with_word(phone, i):
    index = {0: 0, 1: 0, 2: 0, 3: -1, 4: 1}[i]
    fields = {n: getattr(phone, n) for n in phone.__dataclass_fields__}
    return type(phone)(**fields | {"word": index})


# The verdict


def test_a_viseme_is_right_when_it_is_the_likeliest_over_its_own_pictures():
    phones = [
        TimedPhone(name="p", start_s=0.0, end_s=0.2),
        TimedPhone(name="aa", start_s=0.2, end_s=0.4),
        TimedPhone(name="pau", start_s=0.4, end_s=0.6),
    ]
    times = np.array([0.05, 0.15, 0.25, 0.35, 0.5])
    right = judged(seen("PP", "PP", "FF", "aa", "PP"), times, phones)
    assert (right.visemes, right.visemes_right) == (2, 1)  # aa and FF tie; silence does not count
    assert right.likely == pytest.approx(-0.1 + (-6.0 - 0.1) / 2)
    assert (right + right).viseme_accuracy == pytest.approx(0.5)
    assert np.isnan(Verdict().word_accuracy)


def test_a_phone_between_two_pictures_is_judged_by_the_nearest():
    phones = [TimedPhone(name="f", start_s=0.11, end_s=0.12)]
    found = judged(seen("PP", "FF", "aa"), np.array([0.0, 0.1, 0.2]), phones)
    assert found.visemes_right == 1


# What it learned from, and how well it reads


def test_what_it_is_judged_on_it_has_not_learned():
    rows = texts(400, 1, without=SENTENCES + MORE_SENTENCES)
    taught = {word for row in rows for word in bare_words(row)}
    tested = {word for text in SENTENCES + MORE_SENTENCES for word in bare_words(text)}
    assert len(taught) > 250
    assert not taught & tested
    card = LipReader.load().card
    assert VOICE != HELD_OUT_VOICE
    assert HELD_OUT_VOICE in card.held_out_data
    assert HELD_OUT_EXPRESSION.value in card.data
    assert card.held_out["words"] > 5 * card.held_out["words_by_chance"]


def test_weights_are_small_and_come_with_their_card():
    assert FILE.stat().st_size < 3_000_000
    card = json.loads(FILE.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["command"].startswith("foyer train lipreader")
    assert card["licence"]


def test_missing_weights_and_wrong_pictures_are_said_plainly(tmp_path):
    with pytest.raises(BadInputError, match="foyer train lipreader"):
        LipReader.load(tmp_path / "none.npz")
    with pytest.raises(BadInputError, match="48"):
        LipReader.load().read(np.zeros((3, 20, 20), np.uint8))


def test_training_says_what_it_wants_before_it_draws_anything(tmp_path, capsys):
    assert main(["train", "lipreader", "--episodes", "3"]) == 2
    assert "at least 16" in capsys.readouterr().err
    assert main(["train", "lipreader", "--out", str(tmp_path / "weights.bin")]) == 2
    assert ".npz" in capsys.readouterr().err


PHRASES = (
    ["w", "eh", "l", "k", "ax", "m", "pau", "f", "ao", "l", "ow", "m", "iy", "pau"],
    ["m", "ey", "ay", "pau", "hh", "ae", "v", "y", "ao", "r", "b", "ae", "jh", "pau"],
    ["dh", "ax", "r", "uw", "m", "pau", "b", "ih", "f", "ao", "r", "f", "ay", "v", "pau"],
    ["s", "ah", "m", "b", "aa", "d", "iy", "pau", "w", "ih", "l", "sh", "ow", "y", "uw", "pau"],
)


@pytest.fixture(scope="module")
def test_of_lips():
    takes = [
        by_rule(speech(["pau", *phones], " ".join(["word"] * 6), phone_s=0.09))
        for phones in PHRASES
    ]
    return LipTest(LipReader.load(), takes)


def test_it_reads_the_lips_of_the_rules_and_not_those_of_others(test_of_lips):
    """A regression check: who changes the mouth and fails here has made the lips unreadable."""
    test = test_of_lips
    right = test.verdict(test.seen).viseme_accuracy
    assert right > 0.5
    assert test.viseme_chance < 0.25
    assert test.verdict(test.seen, later_s=0.2).viseme_accuracy < 0.5 * right
    assert test.verdict(test.of_another()).viseme_accuracy < 0.5 * right
    assert test.verdict(test.frozen()).viseme_accuracy < 0.5 * right
    jaw = [test.look(by_loudness(take)) for take in test.takes]
    assert test.verdict(jaw).viseme_accuracy < 0.5 * right


def test_lips_are_read_worse_the_later_they_are(test_of_lips):
    likely = [
        test_of_lips.verdict(test_of_lips.seen, later_s=late).mean_likely
        for late in (0.0, 0.05, 0.1, 0.2)
    ]
    assert likely == sorted(likely, reverse=True)
