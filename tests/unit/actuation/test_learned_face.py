"""The learned face: the same in stretches as whole, still in silence, clear about bad sound."""

import sys

import numpy as np
import pytest

from actuation.generators import learned_face, learned_text
from actuation.generators.learned_face import LearnedFace, LearnedMouth
from actuation.generators.learned_model import FaceModel
from actuation.generators.learned_sound import RATE_HZ, Hearing
from actuation.generators.learned_weights import FILE, FaceCard
from actuation.generators.learned_wish import Wish
from actuation.generators.rules_face import COLUMNS
from agent.core.errors import BadInputError
from tests.fakes.small_face import SHAPE, small_face, voice, weights

SMALL = small_face()


@pytest.fixture(scope="module")
def shipped():
    return LearnedFace.load()


def in_stretches(face, samples, rate_hz, **how):
    rng = np.random.default_rng(3)
    stream = face.stream(rate_hz, **how)
    made, at = [], 0
    while at < len(samples):
        size = int(rng.choice([0, 1, 7, 320, 1000, 5000]))
        made.append(stream.push(samples[at : at + size]))
        at += size
    return np.concatenate([*made, stream.finish().face])


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_stretches_give_the_same_frames_as_the_whole(rate_hz):
    samples = voice(1.3, rate_hz)
    whole = SMALL.faces(samples, rate_hz, seed=3)
    assert whole.shape == (78, 52)
    np.testing.assert_allclose(in_stretches(SMALL, samples, rate_hz, seed=3), whole, atol=1e-5)


def test_stretches_give_the_same_frames_with_a_text(monkeypatch):
    monkeypatch.setattr("actuation.generators.learned_face.expected_sounds", lambda *_: (5, 18, 2))
    samples = voice(1.0)
    whole = SMALL.faces(samples, 16_000, text="any")
    np.testing.assert_allclose(in_stretches(SMALL, samples, 16_000, text="any"), whole, atol=1e-5)
    assert np.abs(whole - SMALL.faces(samples, 16_000)).max() > 1e-3


def test_frames_come_while_the_sound_comes_at_most_80_ms_behind():
    stream = SMALL.stream(48_000)
    samples = voice(2.0, 48_000)
    made = 0
    for at in range(0, len(samples), 480):
        made += len(stream.push(samples[at : at + 480]))
        heard_s = (at + 480) / 48_000
        # Frame k is due at k / 60 s; steps are two frames, so one more may be outstanding.
        assert heard_s - made / 60 <= 0.080 + 1e-9


def test_nothing_later_than_80_ms_reaches_a_frame():
    samples = voice(2.0)
    other = samples.copy()
    other[16_000:] = voice(1.0, seed=5)[: len(other) - 16_000]
    one, two = (SMALL.parts(x, RATE_HZ).mouth for x in (samples, other))
    apart = np.abs(one - two).max(axis=1)
    assert apart[: int((1.0 - 0.080) * 60)].max() == 0
    assert apart[60:].max() > 1e-3


@pytest.mark.parametrize("count", [0, 1, 100])
def test_hardly_any_sound_gives_hardly_any_frames(count):
    faces = SMALL.faces(np.zeros(count, np.float32), 16_000)
    assert faces.shape == (-(-count * 60 // 16_000), 52)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "told"),
    [
        ([0.0, np.nan], 16_000, "nan at sample 1"),
        ([np.inf] * 3, 16_000, "3 such in all"),
        (np.zeros((2, 100)), 16_000, "one channel"),
        (np.full(100, 20_000.0), 16_000, "divide 16-bit samples by 32768"),
        (np.zeros(100), 4_000, "4000 Hz"),
        (np.zeros(100), 96_000, "resample"),
        (["a"], 16_000, "no numbers"),
    ],
)
def test_bad_sound_is_refused_with_what_where_and_the_cure(samples, rate_hz, told):
    with pytest.raises(BadInputError, match=told):
        SMALL.faces(samples, rate_hz)


def test_a_stream_refuses_bad_sound_and_goes_on_after_it():
    stream = SMALL.stream(16_000)
    stream.push(voice(0.5))
    with pytest.raises(BadInputError):
        stream.push([np.nan])
    assert len(stream.push(voice(0.5)))
    stream.finish()
    with pytest.raises(BadInputError, match="finished"):
        stream.push(voice(0.1))


def test_wishes_and_seeds_move_the_face_and_leave_the_lips():
    samples = voice(1.0)
    plain = SMALL.parts(samples, 16_000, wish=Wish(emotions={"neutral": 1.0}))
    for wish, seed in (
        (Wish(emotions={"sad": 1.0}), 0),
        (Wish(valence=-0.5, arousal=0.7), 0),
        (Wish(emotions={"neutral": 1.0}, liveliness=1.0), 0),
        (Wish(emotions={"neutral": 1.0}, identity=(1, 1, 1, 1)), 0),
        (Wish(emotions={"neutral": 1.0}), 9),
    ):
        other = SMALL.parts(samples, 16_000, wish=wish, seed=seed)
        assert np.abs(other.head - plain.head).max() > 1e-4
        np.testing.assert_array_equal(other.mouth, plain.mouth)


@pytest.mark.parametrize(
    "wish",
    [
        {"emotions": {"furious": 1.0}},
        {"intensity": float("nan")},
        {"identity": (0.0, 1.0)},
        {"valence": float("inf")},
    ],
)
def test_a_wish_that_cannot_be_is_refused(wish):
    with pytest.raises(BadInputError, match="wish:"):
        Wish(**wish)


def test_a_wish_out_of_range_is_taken_into_it():
    far = Wish(emotions={"happy": 7.0}, intensity=4.0, valence=None).condition()
    np.testing.assert_array_equal(far, Wish(emotions={"happy": 1.0}, intensity=1.0).condition())


def test_a_lively_style_moves_brows_and_head_further_about_where_they_rest():
    samples = voice(2.0)
    parts = [
        SMALL.parts(samples, 16_000, seed=2, wish=Wish(liveliness=liveliness))
        for liveliness in (0.0, 0.5, 1.0)
    ]
    still, usual, lively = (np.hstack([p.head, p.gaze, p.mouth]) for p in parts)
    head = slice(0, 3)
    np.testing.assert_allclose(
        (usual - still)[:, head], (lively - usual)[:, head], atol=1e-5, rtol=1e-3
    )
    turned = [np.abs(np.diff(p[:, head], axis=0)).sum() for p in (still, usual, lively)]
    assert turned[0] / turned[1] == pytest.approx(0.3, rel=0.01)
    assert turned[2] / turned[1] == pytest.approx(1.7, rel=0.01)
    np.testing.assert_array_equal(still[:, 3:], lively[:, 3:])


def test_articulation_leaves_closures_as_they_are():
    samples = voice(1.0)
    usual, more = (
        SMALL.parts(samples, 16_000, wish=Wish(articulation=a)).mouth for a in (1.0, 1.4)
    )
    np.testing.assert_array_equal(usual[:, -2:], more[:, -2:])
    np.testing.assert_allclose(more[:, :-2], np.clip(1.4 * usual[:, :-2], 0, 1))


def test_with_a_text_lips_meet_from_odds_of_their_own(monkeypatch):
    monkeypatch.setattr(learned_face, "expected_sounds", lambda text, language: (1, 2, 3))
    card = FaceCard(
        shape=SHAPE, closes_from=(0.0, 1e-6), meets_from=(0.0, 1e-6),
        closes_from_read=(0.9999, 1.0), meets_from_read=(0.9999, 1.0),
    )  # fmt: skip
    face = LearnedFace(FaceModel(weights(), card))
    by_sound, by_text = (face.parts(voice(0.5), 16_000, text=text).mouth for text in (None, "Up."))
    assert by_sound[5:, -2:].min() == 1.0
    assert by_text[:, -2:].max() < 0.1
    none = card.model_copy(update={"closes_from_read": None, "meets_from_read": None})
    assert none.odds(read=True) == none.odds(read=False)


def test_a_mouth_is_at_rest_long_before_and_after_its_sound():
    mouth = SMALL.mouth(voice(0.8), 16_000)
    away = mouth.evaluate(np.array([-5.0, -1.0, 2.0, 60.0]))
    assert away.shape == (4, len(COLUMNS))
    assert away.max() == 0
    inside = mouth.evaluate(np.linspace(0, 0.8, 97))
    assert inside.max() <= 1
    assert inside.min() >= 0


def test_a_mouth_between_two_frames_is_between_them():
    table = np.zeros((6, len(COLUMNS)))
    table[3] = 1.0
    mouth = LearnedMouth(table, 0.0)
    at = mouth.evaluate(np.arange(0, 5, 0.25) / 60)[:, 0]
    assert at[12] == 1.0
    assert at.max() == 1.0
    assert at.min() == 0.0
    assert np.all(np.diff(at[8:13]) >= 0)


def test_looks_are_the_same_in_stretches_as_whole():
    samples = voice(0.7, 44_100)
    whole = Hearing(44_100).push(samples)
    hearing = Hearing(44_100)
    parts = [hearing.push(samples[a : a + 777]) for a in range(0, len(samples), 777)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)


def test_a_text_is_read_as_the_phones_it_lets_expect():
    read = learned_text.expected_sounds("Bob may fly. Pam met him!")
    names = [learned_text.CLASS_OF[p] for p in ("b", "m", "f", "p", "m")]
    lips = [c for c in read if c in names]
    assert lips == [learned_text.CLASS_OF[p] for p in ("b", "b", "m", "f", "p", "m", "m", "m")]
    assert learned_text.expected_sounds("…") == ()
    assert learned_text.expected_sounds("Moi", "fi") == ()


@pytest.mark.parametrize(
    "program", ["print('no json', flush=True)", "import time; time.sleep(60)", "raise SystemExit"]
)
def test_a_reader_that_fails_or_hangs_leaves_the_sound_alone_and_is_tried_again(
    monkeypatch, program
):
    broken = learned_text._Reader((sys.executable, "-c", program), deadline_s=0.3)
    sound = learned_text._READER
    monkeypatch.setattr(learned_text, "_READER", broken)
    text = f"Pam met Bob, {len(program)}."
    assert learned_text.expected_sounds(text) == ()
    monkeypatch.setattr(learned_text, "_READER", sound)
    assert learned_text.expected_sounds(text)


def test_weights_that_are_not_there_are_told_with_the_cure(tmp_path):
    with pytest.raises(BadInputError, match="foyer train face"):
        LearnedFace.load(tmp_path / "none.npz")


# With the weights that ship.


def test_the_shipped_weights_are_small_and_say_what_they_are_no_evidence_of(shipped):
    assert FILE.stat().st_size <= 16e6
    card = shipped.model.card
    assert "rule teacher" in card.is_no_evidence_of
    assert card.command.startswith("foyer train face")
    count = sum(p.numel() for n in shipped.model.networks().values() for p in n.parameters())
    assert 3e6 <= count <= 8e6


@pytest.mark.parametrize("rate_hz", [16_000, 22_050])
def test_stretches_give_the_same_frames_as_the_whole_with_the_shipped_weights(shipped, rate_hz):
    # Its matrices are read as 16-bit numbers: one bit of another sum would be rounded apart.
    samples = voice(2.0, rate_hz)
    whole = shipped.faces(samples, rate_hz, text="Bob may move the map.")
    made = in_stretches(shipped, samples, rate_hz, text="Bob may move the map.")
    np.testing.assert_allclose(made, whole, atol=1e-5)


@pytest.mark.parametrize("kind", ["silence", "offset", "hiss"])
def test_lips_are_still_where_nobody_speaks(shipped, kind):
    count = 16_000 * 4
    samples = {
        "silence": np.zeros(count),
        "offset": np.full(count, 0.3),
        "hiss": 0.0005 * np.random.default_rng(0).standard_normal(count),
    }[kind]
    mouth = shipped.parts(samples.astype(np.float32), 16_000).mouth
    # A sound that begins at an offset begins with a click.
    assert mouth[20:].max() <= 0.02
    if kind != "offset":
        assert mouth.max() <= 0.02


def test_clipped_and_loud_sound_moves_lips_within_their_range(shipped):
    loud = np.clip(voice(2.0) * 40, -1.5, 1.5)
    faces = shipped.faces(loud, 16_000)
    assert np.isfinite(faces).all()
    assert faces.min() >= 0
    assert faces.max() <= 1


def test_what_was_heard_minutes_ago_leaves_no_trace(shipped):
    round_ = np.concatenate([voice(2.0), np.zeros(16_000, np.float32)])
    before = np.concatenate([5 * np.diff(voice(5.0), append=0.0), np.zeros(16_000)])
    rounds = np.tile(round_, 14).astype(np.float32)
    alone = shipped.parts(rounds, 16_000).mouth
    later = shipped.parts(np.concatenate([before.astype(np.float32), rounds]), 16_000).mouth
    # At first the ear is still used to the other voice.
    assert np.abs(later[360:480] - alone[:120]).max() > 1e-3
    np.testing.assert_allclose(later[-180:], alone[-180:], atol=1e-4)


def test_lips_part_no_faster_than_lips_can_though_the_network_doubts_for_a_frame():
    stream = SMALL.stream(16_000)._stream
    doubtful = np.array([[0, 0], [1, 1], [0, 0], [0, 0], [0, 0], [0, 0.2]], float)
    eased = np.concatenate([stream._eased(doubtful[:2].copy()), stream._eased(doubtful[2:].copy())])
    np.testing.assert_allclose(eased[:, 0], [0, 1, 0.6, 0.2, 0, 0], atol=1e-9)
    np.testing.assert_allclose(eased[:, 1], [0, 0.5, 0.16, 0, 0, 0.2], atol=1e-9)
