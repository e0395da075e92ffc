"""Phones of a short voice, and how well rows of phrases fit them."""

import numpy as np
import pytest

from perception.backends.phones_training import arrays_of, network_of
from perception.turns.murmur import Lists, packed, phones_of_voice, unpacked, with_phrases
from perception.turns.phones import NAMES, NONE, PHONES, PhoneEar, greedy, read_ear
from perception.turns.phrases import ENTERS, Phrases

A, B, C = 1, 2, 3
SURE, ELSE = np.log(0.9), np.log(0.1 / len(PHONES))


def said(*columns):
    """(frames, 40): one frame each, sure of it."""
    odds = np.full((len(columns), len(PHONES) + 1), ELSE, np.float32)
    odds[np.arange(len(columns)), columns] = SURE
    return odds


def test_numpy_hears_what_torch_learned():
    import torch

    chance = np.random.default_rng(3)
    rows = chance.standard_normal((30, 7)).astype(np.float32)
    torch.manual_seed(2)
    network = network_of(rows).eval()
    with torch.no_grad():
        wanted = network(torch.tensor(rows)[None])[0].numpy()
    told = PhoneEar(arrays_of(network)).log_odds(rows)
    assert told == pytest.approx(wanted, abs=1e-4)
    assert np.exp(told).sum(axis=1) == pytest.approx(np.ones(30), abs=1e-4)
    turned = PhoneEar(arrays_of(network)).log_odds(rows[::-1])
    assert np.abs(told - turned[::-1]).max() > 0.01


def test_weights_of_others_are_refused(tmp_path):
    with pytest.raises(ValueError, match="rows of 5, but the weights are for 1152"):
        read_ear().log_odds(np.zeros((4, 5), np.float32))
    np.savez(tmp_path / "a.npz", mean=np.zeros(3))
    with pytest.raises(ValueError, match="lacks back_in, .*foyer train phones"):
        read_ear(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", **dict.fromkeys(NAMES, np.zeros((3, 3))))
    with pytest.raises(ValueError, match="other phones"):
        read_ear(tmp_path / "b.npz")


def test_a_phone_that_lasts_is_one_and_twice_with_none_between_is_two():
    assert greedy(said(NONE, A, A, B, B, NONE, B)) == [PHONES[0], PHONES[1], PHONES[1]]


def fit(readings, columns, **more):
    return Phrases.of(readings).fit(said(*columns), **more)


def test_a_phrase_that_was_said_costs_its_entry_and_another_each_frame_that_differs():
    lost = SURE - ELSE
    assert fit([[A, B]], [A, A, NONE, B, NONE]) == pytest.approx(ENTERS)
    assert fit([[A, C]], [A, A, NONE, B, NONE]) == pytest.approx(ENTERS - lost, abs=1e-4)
    assert fit([[C], [A, B]], [A, B]) == pytest.approx(ENTERS)
    assert fit([[A, B, C]], [A, B]) < 2 * ENTERS - lost


def test_phrases_follow_each_other_and_nothing_else_comes_between():
    assert fit([[A], [B]], [A, NONE, B, A]) == pytest.approx(3 * ENTERS)
    assert fit([[A, B]], [A, B, A, B]) == pytest.approx(2 * ENTERS)
    assert fit([[A]], [A, C, A]) < 2 * ENTERS - 1


def test_a_doubled_phone_needs_a_gap():
    assert fit([[A, A]], [A, NONE, A]) == pytest.approx(ENTERS)
    assert fit([[A, A]], [A, A, A]) < ENTERS - 1


def test_behind_a_claim_anything_may_follow_at_a_price():
    heard = [A, B, C, C, NONE]
    assert fit([[A]], heard, more_costs=0.5) == pytest.approx(ENTERS - 1.5, abs=1e-4)
    assert fit([[A]], heard) < fit([[A]], heard, more_costs=0.5)
    # Nothing may come before it.
    assert fit([[A]], [B, A, C], more_costs=0.5) < ENTERS - 2
    assert fit([[A]], [A, NONE, NONE], more_costs=0.5) == pytest.approx(ENTERS)


@pytest.mark.parametrize("readings", [[], [[A], []]])
def test_phrases_without_phones_are_refused(readings):
    with pytest.raises(ValueError, match="at least one phone"):
        Phrases.of(readings)


def test_lists_are_held_against_each_other_within_limits():
    lists = Lists(Phrases.of([[A, B]]), Phrases.of([[C]]))
    murmur, claim, longer = said(A, B), said(C, A), said(*[C, NONE] * 9)
    assert lists.fit(murmur) > 2 > -2 > lists.fit(claim)
    assert lists.fit(longer) == -16.0


def test_phrases_are_packed_and_unpacked():
    readings = [[A], [B, C, A], [39]]
    assert unpacked(packed(readings)) == readings


def test_both_witnesses_count_and_neither_is_certain():
    assert with_phrases(0.5, 4.0) > with_phrases(0.5, 0.0) > with_phrases(0.5, -4.0)
    assert with_phrases(0.9, 0.0) > with_phrases(0.1, 0.0)
    assert 0.0 < with_phrases(0.0, -16.0) < with_phrases(1.0, 16.0) < 1.0


class Echo:
    """Tells each row's own number."""

    def log_odds(self, rows):
        return rows[:, :1]


def test_phones_are_those_of_the_voice_and_a_little_around_it():
    rows = np.arange(400, dtype=np.float32)[:, None]
    assert phones_of_voice(rows, 1.0, 0.5, Echo())[[0, -1], 0].tolist() == [342, 378]
    assert phones_of_voice(rows, 20.0, 7.9, Echo())[0, 0] == 0
    assert phones_of_voice(rows, 0.02, 0.0, Echo())[-1, 0] == 399
