"""How loud the voice is: over the noise, softer at night."""

from datetime import time

import pytest

from actuation.bodies.loudness import LoudnessConfig, RoomNoise, gain_db, quiet_now

NOON, NIGHT = time(12), time(23, 30)
CONFIG = LoudnessConfig(
    usual_db=-10, quiet_room_db=-55, per_db=0.5, softest_db=-20, loudest_db=-2,
    quiet_from=time(20), quiet_until=time(7), quiet_hours_db=-6, quiet_hours_loudest_db=-9,
)  # fmt: skip


def test_in_a_quiet_room_or_without_a_microphone_it_is_as_loud_as_usual():
    assert gain_db(-55, NOON, CONFIG) == -10
    assert gain_db(None, NOON, CONFIG) == -10


def test_noise_raises_it_by_half_a_decibel_for_each_of_its_own():
    assert gain_db(-45, NOON, CONFIG) == -5


@pytest.mark.parametrize(("noise_db", "gain"), [(0, -2), (-120, -20)])
def test_it_stays_within_its_bounds_whatever_the_microphone_says(noise_db, gain):
    assert gain_db(noise_db, NOON, CONFIG) == gain


def test_at_quiet_hours_it_is_softer_and_no_noise_makes_it_loud():
    assert gain_db(-55, NIGHT, CONFIG) == -16
    assert gain_db(0, NIGHT, CONFIG) == -9


def test_quiet_hours_may_reach_over_midnight():
    assert [quiet_now(time(h), CONFIG) for h in (19, 20, 23, 0, 6, 7, 12)] == [
        False, True, True, True, True, False, False,
    ]  # fmt: skip
    siesta = CONFIG.model_copy(update={"quiet_from": time(13), "quiet_until": time(15)})
    assert [quiet_now(time(h), siesta) for h in (12, 13, 14, 15)] == [False, True, True, False]


def test_without_a_beginning_there_are_no_quiet_hours():
    assert not quiet_now(NIGHT, LoudnessConfig())
    assert not quiet_now(NIGHT, LoudnessConfig(quiet_from=time(7), quiet_until=time(7)))


def hear(noise, level_db, seconds, *, at, speech=0.0):
    for k in range(round(seconds * 10)):
        noise.hear(at + k / 10, level_db, speech)
    return at + seconds


def test_the_noise_of_a_room_is_what_is_there_when_nobody_speaks():
    noise = RoomNoise()
    assert noise.noise_db is None
    at = hear(noise, -50, 20, at=0.0)
    at = hear(noise, -20, 5, at=at, speech=0.9)
    assert noise.noise_db == -50
    noise.agent_speaks(at, True)
    at = hear(noise, -15, 5, at=at)
    noise.agent_speaks(at, False)
    at = hear(noise, -15, 0.5, at=at)
    assert noise.noise_db == -50


def test_a_slammed_door_is_no_noise_and_a_coffee_machine_is():
    noise = RoomNoise()
    at = hear(noise, -50, 5, at=0.0)
    at = hear(noise, -10, 0.3, at=at)
    assert noise.noise_db < -47
    at = hear(noise, -30, 30, at=at)
    assert noise.noise_db == pytest.approx(-30, abs=1)
    hear(noise, -50, 8, at=at)
    assert noise.noise_db == pytest.approx(-50, abs=1)
