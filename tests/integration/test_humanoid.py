"""Robots from files in real MuJoCo: they do what the avatar does, within their limits."""

import asyncio

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="needs: pip install 'foyer[humanoid]'")

from actuation.bodies.configs import HumanoidConfig  # noqa: E402
from actuation.bodies.substitution import Substitution  # noqa: E402
from actuation.embodiments.catalogue import build_body  # noqa: E402
from actuation.embodiments.humanoid_clearance import SelfClearance  # noqa: E402
from actuation.embodiments.humanoid_ik import InverseKinematics  # noqa: E402
from actuation.embodiments.humanoid_model import load_robot  # noqa: E402
from actuation.embodiments.humanoid_motion import STEP_S  # noqa: E402
from actuation.gestures.lexemes import standard_lexicon  # noqa: E402
from actuation.joints.rotations import about  # noqa: E402
from actuation.motion import JOINT_INDEX, Cut, Halt, Release  # noqa: E402
from agent.core.clock import LoopClock  # noqa: E402
from agent.core.messages import Health  # noqa: E402
from tests.fakes.gesturing import REST, chunk, direction, gesture  # noqa: E402
from tests.fakes.humanoids import (  # noqa: E402
    ONE_ARM,
    ROBOT,
    WHOLE,
    Stand,
    assert_within_limits,
)


@pytest.mark.long
def test_all_gestures_stay_within_limits_touch_nothing_and_look_as_planned(capsys):
    stand = Stand()
    stand.warm_up()
    first = len(stand.moments)
    for lexeme in tuple(standard_lexicon())[:: 1 if WHOLE else 5]:
        stand.show(lexeme.name)
    planned, performed = (stand.series(name)[first:] for name in ("asked", "performed"))
    delays = range(21)
    errors = [
        float(np.sqrt(np.mean((performed[d:] - planned[: len(planned) - d]) ** 2))) for d in delays
    ]
    behind = int(np.argmin(errors)) * STEP_S
    late_s = behind - stand.motion.ahead_s
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] {len(planned) * STEP_S:.0f} s of all gestures: error rms "
            f"{np.degrees(min(errors)):.2f} deg, {1000 * late_s:+.0f} ms late, collisions "
            f"{stand.motion.collisions}, held off {stand.motion.held_off}"
        )
    assert stand.motion.collisions == 0
    assert min(errors) < 0.03
    assert abs(late_s) <= 0.03
    assert_within_limits(stand)
    limits = ROBOT.limits
    real = stand.series("performed")
    assert (real >= limits.low - 0.03).all()
    assert (real <= limits.high + 0.03).all()


def into_the_chest():
    """Both forearms folded to where the trunk is."""
    joints = REST.copy()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        for part, angle_rad in (("UpperArm", 0.75), ("LowerArm", 2.6)):
            joints[JOINT_INDEX[f"{side}{part}"]] = about("y", sign * angle_rad)
    return joints


def test_hands_that_are_asked_into_the_trunk_stop_before_it():
    stand = Stand()
    stand.warm_up()
    stand.motion.take(chunk([into_the_chest()] * 150, stand.now, 1), stand.now)
    nearest = []
    clearance = SelfClearance(ROBOT, 0.015)
    stand.run(
        stand.now + 2.2,
        lambda: nearest.append(min(n.free_m for n in clearance.near(stand.motion.performed))),
    )
    assert stand.motion.collisions == 0
    assert min(nearest) > -0.012
    assert_within_limits(stand)


def test_without_the_check_the_same_hands_would_touch(monkeypatch):
    monkeypatch.setattr(SelfClearance, "near", lambda self, at: [])
    monkeypatch.setattr(SelfClearance, "hinders", lambda self, now, then: False)
    stand = Stand()
    stand.warm_up()
    stand.motion.take(chunk([into_the_chest()] * 150, stand.now, 1), stand.now)
    stand.run(stand.now + 2.2)
    assert stand.motion.collisions > 0


def test_arms_beside_the_trunk_are_seen_as_near():
    pairs = {each.pair for each in SelfClearance(ROBOT, 0.015).near(ROBOT.rest)}
    assert ("left_upper_arm", "torso") in pairs


@pytest.mark.parametrize("seed", range(3))
def test_frames_of_noise_move_it_within_limits_and_without_touching(seed):
    rng = np.random.default_rng(seed)
    stand = Stand()
    stand.warm_up()
    noise = np.repeat(rng.normal(size=(20, 44, 4)), 12, axis=0)
    noise[rng.random(len(noise)) < 0.1] = np.nan
    stand.motion.take(chunk(noise, stand.now, 1), stand.now)
    stand.run(stand.now + (4.0 if WHOLE else 2.0))
    assert np.isfinite(stand.series("performed")).all()
    assert stand.motion.collisions == 0
    assert_within_limits(stand)


def test_an_emergency_stops_it_within_a_tenth_of_a_second_until_released():
    stand = Stand()
    stand.warm_up()
    laid, frames, _ = gesture("wave", start_at=stand.now)
    stand.motion.take(frames, stand.now)
    stand.run(stand.now + 0.35)
    assert np.abs(stand.motion._axes.speed).max() > 0.3
    stand.motion.take(Halt(at=stand.now, because="test"), stand.now)
    stand.run(stand.now + 0.1)
    still = stand.moments[-1].commanded
    stand.run(stand.now + 2.0)
    assert np.abs(stand.moments[-1].commanded - still).max() < 1e-9
    assert np.abs(stand.moments[-1].performed - still).max() < 0.02
    stand.motion.take(Cut(generation=3, at=stand.now), stand.now)
    stand.motion.take(Release(at=stand.now), stand.now)
    laid, frames, _ = gesture("wave", start_at=stand.now, generation=3)
    stand.motion.take(frames, stand.now)
    first = len(stand.moments)
    stand.run(stand.now + 0.8)
    assert np.ptp(stand.series("performed")[first:], axis=0).max() > 0.2
    assert_within_limits(stand)


def test_without_frames_it_holds_then_rests():
    stand = Stand()
    stand.motion.take(chunk([REST] * 60, 0.0), 0.0)
    stand.run(1.15)
    stand.run(1.35)
    held = stand.moments[-1].commanded
    stand.run(1.9)
    assert np.abs(stand.moments[-1].commanded - held).max() < 1e-6
    stand.run(5.0)
    assert stand.moments[-1].performed == pytest.approx(ROBOT.rest, abs=0.03)


def test_one_frame_is_solved_in_under_two_milliseconds():
    from time import process_time

    from actuation.joints.retarget import Retargeting
    from tests.fakes.gesturing import SKELETON

    _, frames, _ = gesture("welcome_arms")
    body, solver = Retargeting(SKELETON, ROBOT.arms), InverseKinematics(ROBOT)
    targets = [body.of(f, body.pose(f)) for f in frames.frames]
    at, took = ROBOT.rest, []
    for target in targets:
        begun = process_time()
        at = solver.solve(target, at)
        took.append(process_time() - begun)
    assert np.median(took) < 2e-3


def test_an_arm_from_urdf_points_with_what_it_has():
    stand = Stand(load_robot(*ONE_ARM))
    stand.warm_up()
    errors = []
    for yaw in (-90, -45, -10):
        aim, held = direction(yaw, 5), []

        def look(stroke, aim=aim, held=held):
            # Its axes are slower than those of the humanoid: it is there a little later.
            if stroke.apex_s + 0.45 <= stand.now <= stroke.end_of_hold_s:
                held.append(stand.beside_deg("right", aim=aim))

        stand.show("point", look, side="right", aim=aim)
        errors.append(max(held))
    stand.show("wave")
    assert max(errors) < 5.0
    assert stand.motion.collisions == 0
    assert_within_limits(stand)


# The body on the agent's clock.


def humanoid(published, **kw):
    async def none():
        return
        yield

    return build_body(
        HumanoidConfig(**kw),
        clock=LoopClock(asyncio.get_running_loop()),
        publish=published.append,
        traffic=none(),
    )


async def test_it_describes_its_own_axes_and_what_it_cannot_do():
    described = humanoid([]).describe()
    assert described.has_arms
    assert not described.has_mouth
    assert described.limits_rad["left_elbow"] == pytest.approx((0.02, 2.5))
    assert any("voice" in each for each in described.cannot)
    one = humanoid([], model=ONE_ARM[0], mapping=ONE_ARM[1]).describe()
    assert "rightUpperArm" in one.joints
    assert "leftUpperArm" not in one.joints
    assert any("left arm" in each for each in one.cannot)


@pytest.mark.real_time
async def test_on_the_real_clock_it_waves_halts_and_rests():
    published = []
    body = humanoid(published)
    substitution = Substitution(body.describe())
    loop = asyncio.get_running_loop()
    assert body.health() is Health.STARTING
    async with asyncio.TaskGroup() as group:
        running = group.create_task(body.run())
        await asyncio.sleep(0.2)
        laid, frames, _ = gesture("wave", start_at=loop.time() + 0.1)
        for item in (laid, frames):
            body.apply(substitution.take(item))
        await asyncio.sleep(0.9)
        assert body.health() is Health.RUNNING
        at = np.array([moment.at for moment in body.recent()])
        assert len(at) > 60
        raised = np.abs(body.recent()[-1].performed - ROBOT.rest).max()
        assert raised > 0.5
        body.apply(Halt(at=loop.time(), because="test"))
        await asyncio.sleep(0.25)
        still = body.recent()[-1].commanded
        await asyncio.sleep(0.2)
        assert np.abs(body.recent()[-1].commanded - still).max() < 1e-9
        body.apply(Release(at=loop.time()))
        await body.rest()
        assert body.recent()[-1].performed == pytest.approx(ROBOT.rest, abs=0.05)
        running.cancel()
