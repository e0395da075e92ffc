"""Robots from files in real MuJoCo: they do what the avatar does, within their limits."""

import asyncio
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="needs: pip install 'foyer[humanoid]'")

from actuation.bodies.configs import HumanoidConfig  # noqa: E402
from actuation.bodies.substitution import Substitution  # noqa: E402
from actuation.embodiments.catalogue import build_body  # noqa: E402
from actuation.embodiments.humanoid_clearance import SelfClearance  # noqa: E402
from actuation.embodiments.humanoid_ik import InverseKinematics  # noqa: E402
from actuation.embodiments.humanoid_model import EXAMPLES, load_robot  # noqa: E402
from actuation.embodiments.humanoid_motion import STEP_S, HumanoidMotion  # noqa: E402
from actuation.embodiments.humanoids.build import humanoid_xml  # noqa: E402
from actuation.gestures.gesticulation import Gesticulation  # noqa: E402
from actuation.gestures.lexemes import standard_lexicon  # noqa: E402
from actuation.gestures.strokes import lay_over  # noqa: E402
from actuation.joints.rotations import about  # noqa: E402
from actuation.motion import JOINT_INDEX, Cut, GestureLaid, Halt, Release  # noqa: E402
from actuation.stage.stage import PerformerConfig, Stage  # noqa: E402
from agent.core.clock import LoopClock  # noqa: E402
from agent.core.errors import BadInputError  # noqa: E402
from agent.core.messages import GestureCue, Health, Place  # noqa: E402
from tests.fakes.gesturing import REST, chunk, direction, gesture  # noqa: E402
from tests.fakes.stages import act  # noqa: E402

OUTPUT = Path(__file__).parents[1] / "output" / "humanoid"
ROBOT = load_robot(None, None)
ONE_ARM = (EXAMPLES / "one_arm.urdf", EXAMPLES / "one_arm.yaml")


class Stand:
    """A robot that is handed gestures one after the other."""

    def __init__(self, robot=ROBOT, clear_m=0.015):
        self.robot = robot
        self.told = []
        self.motion = HumanoidMotion(
            robot, clear_m=clear_m, speed_share=1.0, otherwise=lambda *told: self.told.append(told)
        )
        self.now = 0.0
        self.moments = []

    def run(self, until, each=lambda: None):
        while self.now < until:
            self.moments.append(self.motion.step(self.now))
            self.now += STEP_S
            each()

    def show(self, name, each=lambda stroke: None, **kw):
        laid, frames, stroke = gesture(name, start_at=self.now, **kw)
        self.motion.take(laid, self.now)
        self.motion.take(frames, self.now)
        self.run(frames.frames[-1].at - self.motion.ahead_s, lambda: each(stroke))
        return stroke

    def warm_up(self):
        self.motion.take(chunk([REST] * 90, self.now), self.now)
        self.run(self.now + 1.4)

    def series(self, name):
        return np.array([getattr(moment, name) for moment in self.moments])

    def beside_deg(self, side, place=None, aim=None):
        """From the wrist: forearm and fingers against the true place; the worse of the two.

        By a forward kinematics of the test's own. `place`, `aim`: left, up, forward.
        """
        data = mujoco.MjData(self.robot.model)
        data.qpos[:] = self.motion._data.qpos
        mujoco.mj_kinematics(self.robot.model, data)
        arm = self.robot.mapping.arms[side]
        shoulder, elbow, wrist = (data.body(n).xpos for n in (arm.shoulder, arm.elbow, arm.hand))
        spot = shoulder + 100 * in_room(aim) if place is None else in_room(place)
        fingers = data.body(arm.hand).xmat.reshape(3, 3) @ np.array(arm.fingers, float)
        return max(degrees_between(w, spot - wrist) for w in (wrist - elbow, fingers))


def in_room(vector):
    left, up, forward = vector
    return np.array([forward, left, up])


def degrees_between(a, b):
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def assert_within_limits(stand):
    limits = stand.robot.limits
    commanded = stand.series("commanded")
    assert (commanded >= limits.low - 1e-9).all()
    assert (commanded <= limits.high + 1e-9).all()
    speed = np.diff(commanded, axis=0) / STEP_S
    push = np.diff(speed, axis=0) / STEP_S
    jerk = np.diff(push, axis=0) / STEP_S
    assert (np.abs(speed) <= limits.speed * (1 + 1e-6)).all()
    assert (np.abs(push) <= limits.acceleration * (1 + 1e-6)).all()
    # Differences of positions see the jerk of three steps at once.
    assert (np.abs(jerk) <= limits.jerk * (1 + 1e-6)).all()


WHOLE = "FOYER_WHOLE" in os.environ
"""All gestures, directions and places, as for the README; else a share of them."""


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


def test_pointing_holds_the_true_direction_within_five_degrees(capsys):
    stand = Stand()
    stand.warm_up()
    errors = []
    for yaw in (-110, -60, -20, 0, 40, 85):
        for pitch in (-25, 0, 12, 30)[:: 1 if WHOLE else 3]:
            aim = direction(yaw, pitch)
            side = "left" if aim[0] > 0.05 else "right"
            held = []

            def look(stroke, aim=aim, side=side, held=held):
                if stroke.apex_s + 0.2 <= stand.now <= stroke.end_of_hold_s:
                    held.append(stand.beside_deg(side, aim=aim))

            stand.show("point", look, side=side, aim=aim)
            errors.append(max(held))
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] pointing, {len(errors)} directions, worst of each hold: p50 "
            f"{np.median(errors):.2f}, p95 {np.percentile(errors, 95):.2f}, max "
            f"{max(errors):.2f} deg"
        )
    assert max(errors) < 5.0
    assert stand.motion.collisions == 0


DISTANCES_M = (0.6, 0.8, 1.2, 2.5, 10.0)
HEIGHTS_M = (0.9, 1.2, 1.6)
YAWS_DEG = (-120, -90, -60, -30, -5, 15, 45, 75, 105)


def far_enough(distance, height, yaw):
    """Others are nearer than a hand is long, in the trunk's shadow."""
    return distance > 0.8 or (abs(yaw) <= 90 and (distance > 0.6 or height > 1.0))


def pointed_at(stand, place, side):
    """Degrees beside the place through the hold, and what was told."""
    held = []

    def look(stroke):
        if stroke.apex_s + 0.25 <= stand.now <= stroke.end_of_hold_s:
            held.append(stand.beside_deg(side, place))

    stand.show("point", look, side=side, place=place)
    return held


def test_places_near_and_far_high_and_low_are_pointed_at_within_five_degrees(capsys):
    stand = Stand()
    stand.warm_up()
    errors = {}
    grid = list(itertools.product(enumerate(DISTANCES_M), enumerate(YAWS_DEG)))
    for (i, distance), (k, yaw) in grid[:: 1 if WHOLE else 4]:
        height = HEIGHTS_M[(i + k) % 3]
        if far_enough(distance, height, yaw):
            left, forward = distance * np.sin(np.radians(yaw)), distance * np.cos(np.radians(yaw))
            side = "left" if yaw > 0 else "right"
            held = pointed_at(stand, (float(left), height, float(forward)), side)
            errors[distance, height, yaw] = max(held)
    worst = np.array(list(errors.values()))
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] pointing at {len(worst)} places 0.6 to 10 m away, worst of each hold: "
            f"p50 {np.median(worst):.2f}, p95 {np.percentile(worst, 95):.2f}, max "
            f"{worst.max():.2f} deg"
        )
    assert {k: round(v, 1) for k, v in errors.items() if v >= 5.0} == {}
    assert stand.motion.collisions == 0
    assert stand.told == []
    assert_within_limits(stand)


def test_a_near_place_behind_it_is_missed_and_told_by_how_much():
    stand = Stand()
    stand.warm_up()
    held = pointed_at(stand, (0.3, 1.2, -0.5), "left")
    (told,) = stand.told
    assert told[0] == "gesture point"
    degrees = int(told[1].split()[1])
    assert degrees > 5
    assert degrees == pytest.approx(held[-1], abs=6)
    assert stand.motion.collisions == 0


def test_a_low_aim_that_is_given_up_goes_back_as_quickly_as_any_other():
    """Low and straight ahead is where hands rest: frames alone do not show that it is over."""
    from actuation.gestures.contract import RETRACT_S

    def way_left(interrupt):
        stand = Stand()
        stand.warm_up()
        resting = stand.motion.performed
        aim = direction(-5, -22)
        laid, frames, stroke = gesture("point_behind", start_at=stand.now, side="right", aim=aim)
        stand.motion.take(laid, stand.now)
        stand.motion.take(frames, stand.now)
        stand.run(stroke.apex_s + 0.2)
        there = stand.motion.performed
        if interrupt:
            at = stand.now
            given_up = stroke.interrupt(at)
            stand.motion.take(Cut(generation=1, at=at, gestures_end=True), at)
            times = np.arange(at, at + 1.2, 1 / 60)
            idle = np.repeat(REST[None], len(times), axis=0)
            stand.motion.take(chunk(lay_over(idle, [given_up], times), at, 1), at)
        stand.run(stroke.apex_s + 0.2 + RETRACT_S + 0.2)
        home = resting - there
        return float((stand.motion.performed - there) @ home / (home @ home))

    assert way_left(interrupt=False) < 0.5
    assert way_left(interrupt=True) > 0.9


PLACES = ((0.7, 0.4), (0.6, -0.35), (1.2, -1.0), (1.0, 4.0), (-0.5, 3.5), (9.0, -3.0))
POINTED_HEIGHT_M = 1.2


def test_an_act_that_points_at_a_place_points_there_from_the_robots_own_shoulder(capsys):
    errors = []
    for place in PLACES:
        stand, laid = Stand(), []

        def send(item, stand=stand, laid=laid):
            stand.motion.take(item, stand.now)
            laid += [item] if isinstance(item, GestureLaid) else []

        stage = Stage(
            config=PerformerConfig(), gestures=Gesticulation(), lead_s=0.25, start=0.0,
            publish=lambda _: None, send=send, want=lambda *_: None,
        )  # fmt: skip
        stand.run(1.0, lambda stage=stage, stand=stand: stage.advance(stand.now))
        cue = GestureCue(lexeme="point", toward=Place(x_m=place[0], y_m=place[1]))
        stage.act(act(gestures=(cue,), at=stand.now), stand.now)
        held = []

        def go_on(stage=stage, stand=stand, laid=laid, held=held, place=place):
            stage.advance(stand.now)
            if laid and laid[0].apex_at + 0.25 <= stand.now <= laid[0].end_at - 0.6:
                spot = (place[1], POINTED_HEIGHT_M, place[0])
                held.append(stand.beside_deg("left" if place[1] > 0 else "right", spot))

        stand.run(4.5, go_on)
        errors.append(max(held))
        assert stand.motion.collisions == 0
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] acts that point at places 0.7 to 9.5 m away, worst of each hold: "
            f"{', '.join(f'{e:.1f}' for e in errors)} deg"
        )
    assert max(errors) < 5.0


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
    stand.run(stand.now + 4.0)
    assert np.isfinite(stand.series("performed")).all()
    assert stand.motion.collisions == 0
    assert_within_limits(stand)


def test_a_place_that_joint_limits_keep_it_from_is_told_once_and_others_are_not():
    stand = Stand(load_robot(*ONE_ARM))
    stand.warm_up()
    stand.show("point", side="right", aim=direction(-45, 5))
    assert stand.told == []
    stand.show("point_behind", side="right", aim=direction(-178, 0))
    assert len(stand.told) == 1
    asked, done = stand.told[0]
    assert asked == "gesture point_behind"
    assert "degrees beside the place" in done


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


# Other robots, and files that are wrong.


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


def test_the_example_is_what_its_script_makes():
    assert (EXAMPLES / "humanoid.xml").read_text(encoding="utf-8") == humanoid_xml()


MAPPING = (EXAMPLES / "humanoid.yaml").read_text(encoding="utf-8")
MODEL = EXAMPLES / "humanoid.xml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("left_elbow,", "left_elbo,", "arms.left.axes.3: humanoid.xml has no joint 'left_elbo'; "
         "did you mean 'left_elbow'?"),
        ("hand: right_hand", "hand: right_hnd", "arms.right.hand: humanoid.xml has no body"),
        ("yaw: neck_yaw", "yaw: nck_yaw", "head.yaw: humanoid.xml has no joint 'nck_yaw'"),
        ("left_elbow: 0.5", "left_elbow: 3.0", "rest.left_elbow: 3 is not within"),
        ("axis: right_grip", "axis: left_grip", "axis 'left_grip' is named twice"),
        ("elbow: left_forearm", "elbow: left_upper_arm", "arms.left.elbow: lies on the joint"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit_is_told_with_file_and_field(tmp_path, old, new, told):
    path = tmp_path / "robot.yaml"
    assert old in MAPPING
    path.write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInputError) as fault:
        load_robot(MODEL, path)
    assert str(path) in str(fault.value)
    assert told in str(fault.value)


def test_a_rest_pose_in_itself_is_told(tmp_path):
    path = tmp_path / "robot.yaml"
    rest = "left_shoulder_swing: 0.9, left_shoulder_lift: 0.7, left_elbow: 0.5"
    path.write_text(MAPPING.replace("left_elbow: 0.5", rest).replace(
        ", left_shoulder_lift: 0.0", ""), encoding="utf-8")  # fmt: skip
    with pytest.raises(BadInputError, match="in each other"):
        load_robot(MODEL, path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.urdf", "<robot name='a'><link name='b'>", "a.urdf"),
        ("a.urdf", "no xml at all", "a.urdf"),
        ("a.urdf", "<robot name='a'><link name='b'/></robot>", "a.urdf"),
        ("a.xml", "<mujoco><worldbody><joint axis='1 0 0'/></worldbody></mujoco>", "a.xml"),
        ("a.xml", "<mujoco><worldbody><geom mesh='none' type='mesh'/></worldbody></mujoco>",
         "a.xml"),
        ("a.txt", "", "neither .urdf nor .xml"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_used_is_told_with_its_file(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    empty = tmp_path / "robot.yaml"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(BadInputError) as fault:
        load_robot(path, empty)
    assert told in str(fault.value)


def test_a_model_without_its_mapping_is_told():
    with pytest.raises(BadInputError, match="both"):
        load_robot(MODEL, None)


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


# Pictures. The library chooses its way to draw when it is imported, and leaves broken objects
# behind: each way is tried in a process of its own.

NOTHING_TO_DRAW_WITH = 77


def drawn(renderer, stand, name):
    import cv2

    picture = stand.motion.drawn_with(renderer, "visitor")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(OUTPUT / f"{name}.png"), picture[..., ::-1])
    return picture.astype(float)


def pictures():
    """Draw rest, pointing, waving and explaining; called in a child process."""
    try:
        renderer = mujoco.Renderer(ROBOT.model, 480, 640)
    except Exception as fault:  # noqa: BLE001 - whatever the graphics library raises
        print(fault)  # noqa: T201
        raise SystemExit(NOTHING_TO_DRAW_WITH) from None
    shown = {"rest": drawn(renderer, Stand(), "rest")}
    for name, lexeme, kw in (
        ("point_left", "point", {"side": "left", "place": (0.9, 1.2, 0.5)}),
        ("wave", "wave", {}),
        ("explain", "container", {}),
    ):
        stand = Stand()
        stand.warm_up()
        laid, frames, stroke = gesture(lexeme, start_at=stand.now, **kw)
        stand.motion.take(laid, stand.now)
        stand.motion.take(frames, stand.now)
        stand.run(stroke.apex_s + 0.3)
        shown[name] = drawn(renderer, stand, name)
    renderer.close()
    for name, picture in shown.items():
        assert picture.std() > 15
        if name != "rest":
            assert np.abs(picture - shown["rest"]).mean() > 0.5


CHILD = """
try:
    import mujoco
except Exception as fault:
    print(fault)
    raise SystemExit(77)
from tests.integration.test_humanoid import pictures
pictures()
"""


def test_pictures_show_rest_pointing_waving_and_explaining():
    told = {}
    for way in ("egl", "osmesa"):
        done = subprocess.run(
            [sys.executable, "-c", CHILD], env={**os.environ, "MUJOCO_GL": way},
            cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        if done.returncode == 0:
            assert {p.stem for p in OUTPUT.glob("*.png")} >= {"rest", "point_left", "wave"}
            return
        assert done.returncode == NOTHING_TO_DRAW_WITH, done.stderr
        told[way] = done.stdout.strip()
    pytest.skip(f"no off-screen drawing here: {told}")
