"""Moonshine's vocabulary, and the real network by itself: nothing makes it fail or go on."""

import math

import numpy as np
import pytest

from agent.bench.hearing import word_errors
from agent.core.errors import BackendUnavailableError
from perception.audio import SOUND_RATE_HZ
from perception.backends.moonshine_network import Moonshine, Vocabulary, _before_circle
from perception.backends.recorded_sound import read_sound
from perception.words.recognition import MOONSHINE_FILES, moonshine_folder
from perception.words.site_language import spoken
from tests.media import media

BYTES = [bytes([value]) for value in range(256)]
BLANK = "▁".encode()
LONG = [b"x" * size for size in (127, 128, 129, 255, 256, 300, 1000)]
"""Pieces on both sides of every bound of the packing."""
OTHER = "Where is the meeting room?"
ODD = (300, 5000, 17, 259)
"""Tokens that nobody says."""


def packed(pieces):
    """A vocabulary's file as its makers write it: seven bits, the rest in a second byte."""
    out = b""
    for piece in pieces:
        size = len(piece)
        out += bytes([size]) if size < 128 else bytes([128 + size % 128, size // 128])
        out += piece
    return out


def vocabulary(*pieces):
    return Vocabulary(packed([b"<unk>", b"<s>", b"</s>", *BYTES, *pieces]))


def test_pieces_of_every_length_are_unpacked():
    words = vocabulary(*LONG, b"end")

    assert len(words) == 259 + len(LONG) + 1
    for number, piece in enumerate(LONG, 259):
        assert words.text([number]) == piece.decode()
    assert words.text([259 + len(LONG)]) == "end"


@pytest.mark.parametrize("cut", [1, 2, 999, 1000, 1001])
def test_a_vocabulary_that_is_cut_off_is_no_vocabulary(cut):
    with pytest.raises((ValueError, IndexError)):
        Vocabulary(packed([*BYTES, LONG[-1]])[:-cut])


def test_the_pair_of_lowest_number_merges_first_and_of_two_alike_the_first():
    words = vocabulary(BLANK, b"a", b"b", b"c", b"bc", b"ab", b"aa")
    blank, a, c, bc, ab, aa = 259, 260, 262, 263, 264, 265

    assert words.numbers("abc") == [blank, a, bc]
    assert words.numbers("ab c") == [blank, ab, blank, c]
    assert words.numbers("aaa") == [blank, aa, a]


def test_merged_pairs_merge_again():
    words = vocabulary(BLANK, b"a", b"b", b"ab", b"abab", BLANK + b"abab")
    assert words.numbers("abab") == [264]
    assert words.numbers("ababab") == [264, 262]


def test_a_sign_that_no_piece_has_is_written_byte_by_byte():
    words = vocabulary(BLANK, b"a")
    e_acute = [3 + byte for byte in "é".encode()]

    assert words.numbers("aé") == [259, 260, *e_acute]
    assert words.text([259, 260, *e_acute]) == "aé"
    assert words.text(e_acute[:1]) == "\N{REPLACEMENT CHARACTER}"


def test_the_first_of_two_like_pieces_is_meant_and_single_bytes_give_way_to_pieces():
    words = vocabulary(BLANK, b"a", b"a")
    assert words.numbers("a") == [259, 260]
    assert words.text([3 + ord("a"), 261]) == "aa"


TEXTS = (
    "", "a", "Where is Dr. Tanaka?", "Café Müller", "naïve 😀 face", "a  b   c", "中文", "2.14",
    "tab\tin it", "new\nline", "nul\0byte", "Zażółć gęślą jaźń", "xXxXxX", "-" * 50,
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_what_becomes_tokens_becomes_the_same_text_again(text):
    words = vocabulary(BLANK, b"a", b"e", BLANK + b"a", b"\xc3\xa9")
    assert words.text(words.numbers(text)) == text


@pytest.fixture(scope="module")
def folder():
    found = moonshine_folder()
    if found is None:
        pytest.skip("needs the Moonshine model: foyer models pull")
    return found


@pytest.fixture(scope="module")
def network(folder):
    return Moonshine(folder)


def reading(number):
    """A sentence as somebody read it, and its words."""
    path = media(f"audio/librivox/sense_and_sensibility_01_austen_64kb-{number}.wav")
    return read_sound(path), " ".join(path.with_suffix(".txt").read_text().split())


@pytest.fixture(scope="module")
def heard(network):
    """What the encoder made of a sentence of 5.3 s, its seconds, and what was written of it."""
    sound, _ = reading("0890")
    seconds = sound.size / SOUND_RATE_HZ
    made = network.heard(sound)
    return made, seconds, network.write(made, seconds=seconds)


def write(network, sound, **more):
    return network.write(network.heard(sound), seconds=sound.size / SOUND_RATE_HZ, **more)


@pytest.mark.parametrize("text", TEXTS)
def test_the_real_vocabulary_gives_every_text_back(network, text):
    words = network.vocabulary
    assert words.text(words.numbers(text)) == text


def test_what_was_written_has_the_tokens_that_its_text_has(network, heard):
    written = heard[2]
    assert list(written.numbers) == network.vocabulary.numbers(written.text)
    assert len(written.numbers) < len(written.text) / 3


def test_a_person_is_written_down_with_capitals_and_stops(heard):
    said = reading("0890")[1]
    written = heard[2]

    assert word_errors(said, spoken(written.text))[0] <= 1
    assert written.text[0].isupper()
    assert written.text[-1] in ".,?!"


@pytest.mark.parametrize(
    "guess",
    [
        lambda right: (),
        lambda right: right,
        lambda right: right[:1],
        lambda right: right[:-1],
        lambda right: right + ODD,
        lambda right: right * 9,
        lambda right: (*right[:4], 5000, *right[5:]),
        lambda right: ODD,
        lambda right: ODD * 99,
    ],
    ids=["none", "right", "first", "less", "more", "longer", "one", "wrong", "all wrong"],
)
def test_a_guess_changes_nothing_but_the_time_it_takes(network, heard, guess):
    made, seconds, plain = heard
    written = network.write(made, seconds=seconds, guess=guess(plain.numbers))

    assert written.numbers == plain.numbers
    assert written.text == plain.text
    assert written.logs == pytest.approx(plain.logs, abs=0.3)


def test_a_right_guess_is_judged_in_one_call(network, heard, monkeypatch):
    made, seconds, plain = heard
    calls = []
    run = network._run
    monkeypatch.setattr(network, "_run", lambda *a, **k: calls.append(1) or run(*a, **k))

    network.write(made, seconds=seconds, guess=plain.numbers)
    assert len(calls) == 1
    network.write(made, seconds=seconds)
    assert len(calls) == 1 + len(plain.numbers) + 1


def test_there_is_a_logarithm_for_every_token_and_the_end(network, heard):
    written = heard[2]
    assert len(written.logs) == len(written.numbers) + 1
    assert all(log <= 0.0 for log in written.logs)
    assert sum(written.logs) > -10.0


def test_likelihoods_are_those_that_writing_tells_and_lower_for_what_was_not_said(network, heard):
    made, _, written = heard
    wrong = written.text.replace("selfish", "jealous")
    assert wrong != written.text
    same, one_word, other, none = network.likelihood(made, [written.text, wrong, OTHER, ""])

    assert same == pytest.approx(written.logs, abs=0.4)
    assert sum(same) - 3.0 > sum(one_word) > sum(other)
    assert len(other) == len(network.vocabulary.numbers(OTHER)) + 1
    assert all(log <= 0.0 and math.isfinite(log) for log in (*same, *one_word, *other, *none))


def test_a_text_is_judged_alike_alone_and_among_others(network, heard):
    made, _, written = heard
    alone = network.likelihood(made, [OTHER])[0]
    among = network.likelihood(made, [written.text, OTHER, "Yes."])[1]

    assert among == pytest.approx(alone, abs=1.0)
    assert network.likelihood(made, []) == []


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        *((kind, s) for kind in ("silence", "noise", "tone") for s in (0.0, 0.01, 0.3, 2.0, 9.3)),
        *(("silence", 30.0), ("noise", 30.0)),
    ],
)
def test_what_is_no_speech_comes_to_an_end(network, kind, seconds):
    size = round(seconds * SOUND_RATE_HZ)
    sound = {
        "silence": np.zeros(size, np.float32),
        "noise": 0.3 * np.random.default_rng(0).standard_normal(size),
        "tone": 0.1 * np.sin(0.1 * np.arange(size)),
    }[kind].astype(np.float32)
    written = write(network, sound)

    assert len(written.numbers) <= 6.5 * seconds + 5
    assert len(written.logs) == len(written.numbers) + 1


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        ([], 0),
        ([5], 0),
        ([5] * 15, 0),
        ([5] * 16, 1),
        ([7] + [5] * 16, 2),
        ([5] * 16 + [7], 0),
        ([5, 6] * 7, 0),
        ([5, 6] * 8, 2),
        ([5, 6, 7] * 5, 0),
        ([8, 9] + [5, 6, 7] * 6, 5),
        (list(range(5)) * 3, 0),
        (list(range(5)) * 4, 5),
        (list(range(9)) * 3, 0),
        (list(range(9)) * 4, 9),
        ([7, *list(range(9)) * 4], 10),
        ([*list(range(9)) * 3, *range(8), 9], 0),
    ],
)
def test_a_circle_has_four_rounds_and_sixteen_tokens(numbers, kept):
    assert _before_circle(numbers) == kept


def test_of_a_circle_one_round_is_kept_and_its_end_is_unlikely(network):
    hum = (0.1 * np.sin(0.1 * np.arange(10 * SOUND_RATE_HZ))).astype(np.float32)
    made = network.heard(hum)
    written = network.write(made, seconds=10.0)

    assert 0 < len(written.numbers) < 16
    assert written.logs[-1] < -3.0
    assert written.logs == pytest.approx(network.likelihood(made, [written.text])[0], abs=0.6)
    again = network.write(made, seconds=10.0, guess=written.numbers)
    assert 0 < len(again.numbers) < 16  # a hum is nearly as well another circle: rounding tells


@pytest.mark.parametrize(("seconds", "most"), [(0.0, 4), (0.3, 4), (0.32, 5), (1.0, 9)])
def test_no_more_is_written_than_can_be_said_in_the_time(network, heard, seconds, most):
    made, _, plain = heard
    written = network.write(made, seconds=seconds)

    assert written.numbers == plain.numbers[:most]
    assert network.write(made, seconds=seconds, guess=plain.numbers).numbers == written.numbers
    assert len(written.logs) == most + 1
    assert written.logs[:-1] == pytest.approx(plain.logs[:most], abs=0.3)
    assert written.logs[-1] < -3.0  # the sentence goes on there


@pytest.mark.long
def test_a_turn_of_half_a_minute_is_read_to_its_end(network):
    told = [reading(number) for number in ("0870", "0890", "0920", "0930")]
    said = " ".join(words for _, words in told)
    sound = np.concatenate([sound for sound, _ in told])
    made = network.heard(sound)
    written = network.write(made, seconds=sound.size / SOUND_RATE_HZ)
    wrong, words = word_errors(said, spoken(written.text))

    assert sound.size > 20 * SOUND_RATE_HZ
    assert wrong <= 0.1 * words
    same, other = network.likelihood(made, [written.text, OTHER])
    assert sum(same) > sum(other)


@pytest.fixture
def damaged(folder, tmp_path):
    """A copy of the model, to be damaged."""
    for name in MOONSHINE_FILES:
        (tmp_path / name).symlink_to(folder / name)

    def replaced(name, data):
        (tmp_path / name).unlink()
        if data is not None:
            (tmp_path / name).write_bytes(data)
        return tmp_path

    return replaced


@pytest.mark.parametrize("name", MOONSHINE_FILES)
@pytest.mark.parametrize("what", ["missing", "half", "another"])
def test_a_damaged_model_is_an_error_with_the_cure(folder, damaged, name, what):
    whole = (folder / name).read_bytes()
    data = {"missing": None, "half": whole[: len(whole) // 2], "another": b"\1a" * 99}
    place = damaged(name, data[what])

    with pytest.raises(BackendUnavailableError, match="foyer models pull") as told:
        Moonshine(place)
    assert str(place) in str(told.value)


def test_no_folder_at_all_is_an_error_with_the_cure(tmp_path):
    with pytest.raises(BackendUnavailableError, match="foyer models pull"):
        Moonshine(tmp_path / "nowhere")
