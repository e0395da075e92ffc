"""Teaching the learned face: the corpus is what it says, and a little of it already helps."""

import random

import numpy as np
import pytest
import yaml

from actuation.generators.learned_alignment import EXPECTED, SOUNDS, Following
from actuation.generators.learned_network import BEHIND, FRAMES, NetworkShape
from actuation.generators.rules_face import COLUMN
from actuation.generators.sounds_of_speech import CLASS_OF, CLASSES, SILENCE
from actuation.generators.training import corpus as corpora
from actuation.generators.training import judging, lessons
from actuation.generators.training.course import UNHEARD, Course
from actuation.generators.training.listening import Heard, sentence, stretch
from actuation.generators.training.sentences import sentences
from tests.fakes.voices import speech

SHAPE = NetworkShape(width=48, inner=64, dilations=(1, 2, 4), text_width=16, text_dilations=(1,))
WORDS = (["m", "aa", "p", "iy"], ["b", "uw", "f", "ae", "m"], ["s", "ih", "v", "ow", "p"])
EVEN = np.full(SOUNDS, 1 / SOUNDS)


def buzzed(phones, seed):
    """A clause whose phones can be told by ear: each class hums with bands of its own."""
    spoken = speech(phones, phone_s=0.1)
    made = np.zeros(len(spoken.samples), np.float32)
    for phone in spoken.phones:
        rng = np.random.default_rng(CLASS_OF[phone.name])
        hz = rng.uniform(200, 5_000, 3)
        first, last = round(phone.start_s * 16_000), round(phone.end_s * 16_000)
        t = np.arange(last - first) / 16_000
        loud = 0.02 if phone.name in "pbm" else 0.2
        made[first:last] = loud * np.sin(2 * np.pi * hz[:, None] * t + seed).sum(0)
    clear = type(spoken)(
        text=spoken.text, voice="buzz", rate_hz=16_000, samples=made, phones=spoken.phones,
        words=spoken.words,
    )  # fmt: skip
    return corpora.taught(clear, clear, random.Random(seed))


def test_every_sentence_is_another_and_none_is_one_of_those_that_judge():
    made = sentences("en", 2_000, 1)
    assert len(set(made)) == 2_000
    assert sentences("en", 50, 1) == made[:50]
    assert sentences("en", 50, 2) != made[:50]
    unheard = yaml.safe_load(UNHEARD.read_text(encoding="utf-8"))
    assert not set(unheard) & set(made)
    assert len(unheard) >= 40


def test_who_is_held_out_says_nothing_in_the_corpus(tmp_path):
    def heard(hold_out):
        course = Course(out=tmp_path / "w.npz", work=tmp_path, hold_out=hold_out)
        made = corpora.orders(course.engines, 400, 1, voices=course.voices)
        return {o.engine for o in made}, {o.speaker for o in made if o.engine == "flite"}

    assert heard("flite:slt") == ({"espeak", "flite"}, {"rms", "awb", "kal"})
    assert heard("flite") == ({"espeak"}, set())
    assert heard("espeak") == ({"flite"}, {"rms", "awb", "kal", "slt"})


def test_the_teachers_mouth_lies_on_the_sound_it_belongs_to():
    one = buzzed(WORDS[0], 1)
    heard = sentence(one, (), np.random.default_rng(0), spoil=False)
    closed = heard.mouth[:, COLUMN["close"]] > 0.99
    frame = FRAMES * BEHIND + np.arange(len(closed) - FRAMES * BEHIND)
    at = (frame[closed[FRAMES * BEHIND :]] - FRAMES * BEHIND) / 60
    lips = [(a, b) for c, a, b in one.phones.tolist() if CLASSES[int(c)] in ("p b", "m")]
    assert all(any(a <= t <= b for a, b in lips) for t in at.tolist())
    assert {i for t in at.tolist() for i, (a, b) in enumerate(lips) if a <= t <= b} == {0, 1}


def test_spoiled_sound_is_spoiled_the_same_way_for_the_same_seed():
    some = [buzzed(w, i) for i, w in enumerate(WORDS)]
    one, same, other = (stretch(some, np.random.default_rng(seed), 40).looks for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1


def test_with_a_text_both_mistakes_of_lips_get_rarer_and_by_the_same_factor(monkeypatch):
    """40 closures and 80 vowels; odds are drawn, those with the text lie further apart."""
    rng = np.random.default_rng(1)
    phones = [("m", "aa", "aa")] * 40
    sounds = np.repeat([CLASS_OF[n] for three in phones for n in (three[0], "aa", "ae")], 4)
    heard = Heard(np.zeros(0), np.zeros(0), np.concatenate([[0] * 4, sounds]), np.zeros(0))
    closes = sounds[::4] == CLASS_OF["m"]
    apart = {read: rng.normal(0, 1.0, len(closes)) for read in (False, True)}

    def raw(_, looks, expected):
        by = 3.0 if len(expected) else 1.5
        odds = 1 / (1 + np.exp(-(apart[len(expected) > 0] + by * (closes - 0.6))))
        return np.repeat(np.stack([np.zeros(len(odds)), odds, odds], 1), 4, axis=0)

    monkeypatch.setattr(judging, "raw_mouth", raw)
    monkeypatch.setattr(judging, "sentence", lambda *_: heard)
    met = judging.thresholds(None, [buzzed(WORDS[0], 1)])

    def mistakes(high, read):
        odds = raw(None, None, (1,) if read else ())[::4, 1]
        return np.sum(odds[closes] < high), np.sum(odds[~closes] > 0.8 * high)

    alone, read = mistakes(met.closes[1], False), mistakes(met.closes_read[1], True)
    factors = [(r + 0.5) / (a + 0.5) for a, r in zip(alone, read, strict=True)]
    assert max(factors) < 0.8
    assert 0.6 < factors[0] / factors[1] < 1.7
    prices = [2 * m + c for m, c in (mistakes(h, False) for h in np.linspace(0.1, 0.9, 81))]
    assert 2 * alone[0] + alone[1] == min(prices)


def test_a_corpus_comes_back_from_its_file(tmp_path):
    some = [buzzed(w, i) for i, w in enumerate(WORDS)]
    corpora.write(tmp_path / "c.npz", some)
    for one, back in zip(some, corpora.read(tmp_path / "c.npz"), strict=True):
        np.testing.assert_array_equal(one.samples, back.samples)
        np.testing.assert_array_equal(one.mouth, back.mouth)
        assert (one.text, one.speaker) == (back.text, back.speaker)


@pytest.fixture(scope="module")
def lesson():
    return lessons.Lesson(steps=24, batch=4, length=30, rate=4e-3, threads=1)


def test_a_few_seconds_of_training_bring_the_mouth_nearer_on_sentences_not_learned_from(lesson):
    import torch

    taught = [buzzed(random.Random(i).choice(WORDS)[::-1], i) for i in range(12)]
    unheard = [buzzed(w, 50 + i) for i, w in enumerate(WORDS)]
    batch = [sentence(one, (), np.random.default_rng(0), spoil=False) for one in unheard]
    shortest = min(len(b.looks) for b in batch)
    batch = [
        type(b)(b.looks[:shortest], b.mouth[: 2 * shortest], b.sounds[: 2 * shortest],
                b.accents[: 2 * shortest])
        for b in batch
    ]  # fmt: skip

    def held_out(network):
        with torch.inference_mode():
            return float(lessons.loss_of(network, batch, torch.device("cpu")))

    torch.manual_seed(lesson.seed)
    before = held_out(lessons.Listener(SHAPE))
    after = held_out(lessons.train(taught, SHAPE, lesson, lambda _: None))
    assert after < 0.5 * before


class Interrupted(list):
    """A corpus that is taken away after so many looks at it."""

    looks = 12

    def __getitem__(self, i):
        self.looks -= 1
        if self.looks < 0:
            raise InterruptedError
        return super().__getitem__(i)


def test_training_that_was_interrupted_goes_on_to_the_same_weights(tmp_path):
    taught = [buzzed(w, i) for i, w in enumerate(WORDS)]
    lesson = lessons.Lesson(steps=8, batch=2, length=12, threads=1, kept_every=2)
    small = NetworkShape(width=16, inner=16, dilations=(1,), text_width=8, text_dilations=(1,))
    whole = lessons.train(taught, small, lesson, lambda _: None)
    part = tmp_path / "l.part"
    with pytest.raises(InterruptedError):
        lessons.train(Interrupted(taught), small, lesson, lambda _: None, part)
    assert part.is_file()
    again = lessons.train(taught, small, lesson, lambda _: None, part)
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        np.testing.assert_allclose(one.detach(), other.detach(), atol=1e-6)


# Following a text.


def heard_as(phones, frames_each=6, sure=0.7):
    """Probabilities by frame of phones said one after the other, somewhat blurred."""
    rows = []
    for name in phones:
        row = np.full(SOUNDS, (1 - sure) / (SOUNDS - 1))
        row[CLASS_OF[name]] = sure
        rows += [row] * frames_each
    return np.array(rows)


def now(made):
    return made[:, SOUNDS : 2 * SOUNDS].argmax(axis=1)


def test_a_text_is_followed_phone_by_phone_through_its_sound():
    said = ["pau", "m", "aa", "p", "s", "iy", "pau"]
    expected = [CLASS_OF[p] for p in said if p != "pau"]
    made = Following(expected, EVEN).push(heard_as(said))
    assert made.shape == (42, EXPECTED)
    middles = now(made)[3::6].tolist()
    assert middles == [CLASS_OF[p] for p in said]
    following = made[3::6, 2 * SOUNDS : 3 * SOUNDS].argmax(axis=1).tolist()
    assert following[1:5] == [CLASS_OF[p] for p in ["aa", "p", "s", "iy"]]


def test_what_is_heard_badly_is_known_from_the_text():
    said = ["m", "aa", "p", "s", "iy"]
    heard = heard_as(said)
    heard[12:18] = 1 / SOUNDS
    made = Following([CLASS_OF[p] for p in said], EVEN).push(heard)
    assert CLASS_OF["p"] in now(made)[12:18]


def test_pauses_and_phones_that_were_left_out_do_not_lose_the_place():
    text = [CLASS_OF[p] for p in ["m", "aa", "t", "p", "iy", "s", "uw"]]
    said = ["m", "aa", "p", "iy", "pau", "pau", "pau", "s", "uw"]
    following = Following(text, EVEN)
    made = following.push(heard_as(said))
    assert now(made)[-1] == CLASS_OF["uw"]
    assert now(made)[33] == SILENCE
    assert following.place > 0.8


def test_another_text_than_the_one_that_is_said_is_noticed():
    said = ["m", "aa", "p", "iy"] * 4
    right = Following([CLASS_OF[p] for p in said], EVEN).push(heard_as(said))
    wrong = Following([CLASS_OF[p] for p in ["s", "uw", "k", "ow"] * 4], EVEN).push(heard_as(said))
    assert right[-1, -1] > 0.5
    assert wrong[-1, -1] < 0
    assert right[0, -3] == wrong[0, -3] == 1


def test_stretches_of_a_text_are_followed_as_the_whole():
    said = ["m", "aa", "p", "s", "iy"] * 3
    text = [CLASS_OF[p] for p in said]
    whole = Following(text, EVEN).push(heard_as(said))
    following = Following(text, EVEN)
    parts = [following.push(heard_as(said)[a : a + 7]) for a in range(0, 90, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
