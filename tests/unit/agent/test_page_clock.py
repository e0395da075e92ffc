import random

import pytest

from agent.pages.clock import PageClock


def converse(clock, *, start, seconds, offset_s, drift=0.0, trip=lambda: (0.001, 0.001)):
    """Ping once a second; `offset_s` is agent minus page at the start. The errors that result."""
    errors = []
    for second in range(seconds):
        at = start + second
        there, back = trip()
        moment = at + there
        client = (moment - start) * (1 + drift) + start - offset_s
        clock.pong(sent_at=at, received_at=at + there + back, client_s=client)
        errors.append(abs(clock.at(client) - moment))
    return errors


def test_nothing_is_known_before_the_first_echo():
    clock = PageClock()
    assert (clock.at(1.0), clock.offset_s, clock.round_trip_s) == (None, None, None)


def test_one_quick_echo_is_enough():
    clock = PageClock()
    assert converse(clock, start=100.0, seconds=1, offset_s=37.0)[-1] < 0.002
    assert clock.offset_s == pytest.approx(37.0, abs=0.002)


def test_slow_round_trips_do_not_disturb_the_estimate():
    lots = random.Random(5)
    clock = PageClock()
    converse(clock, start=0.0, seconds=3, offset_s=5.0)
    crowded = converse(
        clock, start=3.0, seconds=30, offset_s=5.0, trip=lambda: (lots.uniform(0, 0.4), 0.001)
    )
    assert max(crowded) < 0.006


def test_drift_is_followed():
    clock = PageClock()
    errors = converse(clock, start=0.0, seconds=1800, offset_s=5.0, drift=60e-6)
    assert max(errors) < 0.0005


def test_a_clock_that_jumped_is_believed_anew():
    clock = PageClock()
    converse(clock, start=0.0, seconds=20, offset_s=5.0)
    assert converse(clock, start=20.0, seconds=1, offset_s=900.0)[-1] < 0.002
