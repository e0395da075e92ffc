"""A robot from a file in real MuJoCo that is handed gestures, and what is measured of it."""

import os

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="needs: pip install 'foyer[humanoid]'")

from actuation.embodiments.humanoid_model import EXAMPLES, load_robot  # noqa: E402
from actuation.embodiments.humanoid_motion import STEP_S, HumanoidMotion  # noqa: E402
from tests.fakes.gesturing import REST, chunk, gesture  # noqa: E402

ROBOT = load_robot(None, None)
ONE_ARM = (EXAMPLES / "one_arm.urdf", EXAMPLES / "one_arm.yaml")
WHOLE = "FOYER_WHOLE" in os.environ
"""All gestures, directions and places, as for the README; else a share of them."""


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
