"""Whatever is asked of an axis, it stays within position, speed, acceleration and jerk."""

import numpy as np
import pytest

from actuation.joints.axis_limits import DELAY_S, AxisFollower, AxisLimits

STEP_S = 0.01


def limits(n=6, speed=4.0, acceleration=40.0, jerk=800.0):
    return AxisLimits(
        low=np.linspace(-2.0, -0.3, n), high=np.linspace(0.2, 2.5, n), speed=np.full(n, speed),
        acceleration=np.full(n, acceleration), jerk=np.full(n, jerk),
    )  # fmt: skip


def run(asked, allowed=None, brakes=()):
    allowed = allowed or limits(asked.shape[1])
    axes = AxisFollower(allowed, np.zeros(asked.shape[1]), STEP_S)
    at, speed, push = [axes.at], [axes.speed], [axes.push]
    for k, row in enumerate(asked):
        axes.brake() if k in brakes else axes.step(row)
        at.append(axes.at)
        speed.append(axes.speed)
        push.append(axes.push)
    return axes, np.array(at), np.array(speed), np.array(push)


def assert_within(allowed, at, speed, push):
    assert np.isfinite(at).all()
    assert (at >= allowed.low).all()
    assert (at <= allowed.high).all()
    assert np.abs(speed).max() <= allowed.speed[0] + 1e-9
    assert np.abs(push).max() <= allowed.acceleration[0] + 1e-6
    assert np.abs(np.diff(push, axis=0)).max() / STEP_S <= allowed.jerk[0] * (1 + 1e-6)
    # What is told of speed is what the positions do.
    assert np.abs(np.diff(at, axis=0)).max() / STEP_S <= allowed.speed[0] * (1 + 1e-6)


def hostile(kind, seed, n=6, steps=1500):
    rng = np.random.default_rng(seed)
    match kind:
        case "noise":
            return rng.normal(0, 3, (steps, n))
        case "jumps":
            return np.repeat(rng.uniform(-9, 9, (steps // 30, n)), 30, axis=0)
        case "slams":
            return np.where(np.arange(steps)[:, None] // rng.integers(3, 60, n) % 2, 1e6, -1e6)
        case "no numbers":
            asked = rng.normal(0, 2, (steps, n))
            asked[rng.random((steps, n)) < 0.5] = np.nan
            asked[rng.random((steps, n)) < 0.2] = np.inf
            asked[rng.random((steps, n)) < 0.2] = -np.inf
            return asked
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["noise", "jumps", "slams", "no numbers"])
@pytest.mark.parametrize("seed", range(2))
def test_no_limit_is_exceeded_whatever_is_asked(kind, seed):
    for allowed in (limits(), limits(jerk=120.0), limits(acceleration=200.0, jerk=1500.0)):
        _, at, speed, push = run(hostile(kind, seed), allowed)
        assert_within(allowed, at, speed, push)


def test_no_limit_is_exceeded_when_it_brakes_at_any_moment():
    allowed = limits()
    brakes = set(np.random.default_rng(5).integers(0, 1500, 500).tolist())
    _, at, speed, push = run(hostile("slams", 2), allowed, brakes)
    assert_within(allowed, at, speed, push)


def test_a_step_that_is_taken_back_counts_once():
    allowed, asked = limits(), hostile("jumps", 3)
    axes = AxisFollower(allowed, np.zeros(6), STEP_S)
    at, speed, push = [axes.at], [axes.speed], [axes.push]
    for k, row in enumerate(asked):
        axes.step(row)
        if k % 7 < 3:
            axes.brake_instead()
        at.append(axes.at)
        speed.append(axes.speed)
        push.append(axes.push)
    assert_within(allowed, np.array(at), np.array(speed), np.array(push))


def test_what_is_no_number_keeps_what_was_asked_before():
    asked = np.full((300, 2), 0.15)
    asked[100:] = np.nan
    axes, at, *_ = run(asked)
    assert at[-1] == pytest.approx(0.15, abs=1e-3)
    assert axes.refused == 400


def test_a_jump_is_reached_without_going_past_it():
    asked = np.tile([0.18, 1.2], (300, 1))
    allowed = limits(2)
    _, at, *_ = run(asked, allowed)
    assert at[-1] == pytest.approx([0.18, 1.2], abs=1e-3)
    assert (at.max(axis=0) < [0.19, 1.23]).all()
    assert np.argmax(at[:, 1] > 1.1) < 75


def test_braking_stops_within_what_the_limits_allow():
    axes = AxisFollower(limits(1), np.array([-1.9]), STEP_S)
    for _ in range(30):
        axes.step(np.array([0.2]))
    assert abs(axes.speed[0]) > 2.0
    steps = 0
    while abs(axes.speed[0]) > 1e-9:
        axes.brake()
        steps += 1
    assert steps * STEP_S < 0.2
    held = axes.at.copy()
    axes.brake()
    assert axes.at == held


def test_a_gesture_comes_through_at_its_size_and_with_the_stated_delay():
    t = np.arange(600) * STEP_S
    for hz, share in ((0.7, 0.95), (2.0, 0.8)):
        asked = 0.15 * np.sin(2 * np.pi * hz * t)[:, None]
        wide = AxisLimits(
            low=np.array([-2.0]), high=np.array([2.0]), speed=np.array([6.0]),
            acceleration=np.array([60.0]), jerk=np.array([2000.0]),
        )  # fmt: skip
        _, at, *_ = run(asked, wide)
        shown = at[1:, 0]
        assert np.abs(shown[200:]).max() > share * 0.15
        delays = range(25)
        errors = [np.abs(shown[200 + d :] - asked[200 : 600 - d, 0]).mean() for d in delays]
        assert np.argmin(errors) * STEP_S == pytest.approx(DELAY_S, abs=0.025)


def test_a_share_of_the_speed_is_kept():
    axes = AxisFollower(limits(1), np.array([-1.9]), STEP_S)
    fastest = max(abs(axes.step(np.array([0.2]), share=0.25) and axes.speed[0]) for _ in range(200))
    assert fastest <= 1.0


def test_a_start_outside_the_limits_is_brought_inside():
    axes = AxisFollower(limits(2), np.array([9.0, np.nan]), STEP_S)
    assert axes.at == pytest.approx([0.2, 0.0])
