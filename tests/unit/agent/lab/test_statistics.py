"""Intervals hold what they say they hold."""

import math

import numpy as np
import pytest

from agent.lab.statistics import median, paired, quantile, share


def test_a_share_has_wilsons_interval():
    found = share(10, 100, 100)
    assert found.value == pytest.approx(10.0)
    assert found.low == pytest.approx(5.52, abs=0.01)  # from Wilson's formula by hand
    assert found.high == pytest.approx(17.44, abs=0.01)


def test_none_of_few_is_not_none_of_many():
    assert share(0, 10, 100).high > 20
    assert share(0, 1000, 100).high < 0.5
    assert share(0, 10, 100).low == 0.0


def test_nothing_counted_is_not_known():
    assert math.isnan(share(0, 0).value)
    assert math.isnan(median([]).value)


def test_the_interval_of_a_median_holds_the_true_one_nineteen_times_in_twenty():
    random = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        found = median(list(random.exponential(2.0, 60)))
        held += found.low <= 2.0 * math.log(2) <= found.high
    assert 88 <= held <= 100


def test_who_never_got_a_sign_keeps_a_place_in_the_order():
    assert median([-math.inf, 1.0, 2.0]).value == 1.0
    assert median([-math.inf, -math.inf, 2.0]).value == -math.inf


def test_a_quantile_is_a_value_that_came():
    assert quantile([1.0, 2.0, 3.0, 4.0, 50.0], 0.9).value == 50.0


def blocks(shift, n=40, each=30):
    random = np.random.default_rng(3)
    pairs = []
    for _ in range(n):
        old = random.normal(5.0, 1.0, each)
        pairs.append((old, old + shift + random.normal(0.0, 0.1, each)))
    return pairs


def test_a_true_difference_is_found_and_an_imagined_one_is_not():
    def middle(values):
        return float(np.median(values))

    real, imagined = paired(blocks(0.5), middle), paired(blocks(0.0), middle)
    assert real.low > 0.3
    assert imagined.low < 0 < imagined.high


def test_pairing_is_surer_than_two_runs_apart():
    def middle(values):
        return float(np.mean(values))

    together = blocks(0.2)
    apart = [(old, new) for (old, _), (_, new) in zip(together, together[7:], strict=False)]
    assert paired(together, middle).high - paired(together, middle).low < 0.1
    assert paired(apart, middle).value == pytest.approx(0.2, abs=0.1)


def test_what_a_few_stretches_say_with_one_voice_is_not_sure_yet():
    few = [(np.array([1.0, 1.1]), np.array([2.0, 2.1]))] * 6
    assert paired(few, np.mean).low == pytest.approx(1.0)
    assert np.isnan(paired(few[:5], np.mean).low)
    assert paired(few[:1], np.mean).value == pytest.approx(1.0)
