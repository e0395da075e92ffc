"""One robot in MuJoCo, moved by stage items: retarget, solve, keep clear, limit, step, read back.

No thread and no clock in here: `take` and `step` are called by one owner with the time. What is
asked of the drives has always passed the limits last; nothing that comes in can go round them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue
from actuation.embodiments.humanoid_clearance import SelfClearance
from actuation.embodiments.humanoid_ik import InverseKinematics
from actuation.embodiments.humanoid_model import Robot, touching
from actuation.gestures.deictic import Pointing
from actuation.joints.axis_limits import DELAY_S, AxisFollower
from actuation.joints.retarget import Retargeting, Targets
from actuation.joints.skeleton import load_skeleton
from actuation.motion import Cut, Frame, FrameChunk, GestureLaid, Halt, Release, StageItem

Floats = NDArray[np.float64]

STEP_S: Final = 0.01
DRIVE_DELAY_S: Final = 0.005
"""How far the drives of the simulation are behind what is asked of them, about."""
_REST_SHARE: Final = 0.25
"""Of the highest speed, on the way to rest."""
_KEPT: Final = 1000
_OUT_M: Final = 0.02
_BESIDE_RAD: Final = float(np.radians(5))


@dataclass(frozen=True, slots=True)
class Moment:
    """What was planned and what was done, at one step."""

    at: float
    """Stage time."""
    asked: Floats
    """(n,) by inverse kinematics, for the frame due now and a little later (`ahead_s`)."""
    commanded: Floats
    """(n,) within the limits."""
    performed: Floats
    """(n,) read back from the simulation."""
    pace: Pace


class HumanoidMotion:
    """The body's whole state, owned by one thread."""

    def __init__(
        self,
        robot: Robot,
        *,
        clear_m: float,
        speed_share: float,
        otherwise: Callable[[str, str], None],
    ) -> None:
        """`otherwise`: told what was asked and what was done instead."""
        skeleton = load_skeleton()
        self.robot = robot
        self.moments: deque[Moment] = deque(maxlen=_KEPT)
        self.deadline = Deadline()
        self.collisions = 0
        """Steps of the simulation in which parts touched."""
        self.held_off = 0
        """Steps in which everything was stopped because parts came too near."""
        self._queue = FrameQueue()
        self._pointing = Pointing(tuple(robot.arms))
        self._retarget = Retargeting(
            skeleton,
            robot.arms,
            facing_rad=float(np.radians(robot.mapping.facing_deg)),
            gaze_share=robot.mapping.head.gaze_share,
        )
        self._ik = InverseKinematics(robot)
        self._clearance = SelfClearance(robot, clear_m)
        self._axes = AxisFollower(robot.limits, robot.rest, STEP_S)
        self._near = self._clearance.near(robot.rest)
        self._share = speed_share
        self._otherwise = otherwise
        self._told: dict[str, float] = {}
        self._held: tuple[GestureLaid, float] | None = None
        """The gesture that points now, and by how much it misses the place, radians."""
        self._solved = robot.rest
        self._data = mujoco.MjData(robot.model)
        self._data.qpos[:] = robot.qpos(robot.rest)
        self._data.ctrl[:] = robot.rest
        mujoco.mj_forward(robot.model, self._data)
        drives = robot.model
        self._lead_s: Floats = -drives.actuator_biasprm[:, 2] / drives.actuator_gainprm[:, 0]
        self._substeps = max(1, round(STEP_S / robot.model.opt.timestep))

    @property
    def ahead_s(self) -> float:
        """Frames are looked up so much ahead, so that they are seen on time."""
        return DELAY_S + DRIVE_DELAY_S

    @property
    def performed(self) -> Floats:
        """(n,) where the axes are, read back."""
        return np.array(self._data.qpos[self.robot.places])

    def take(self, item: StageItem, now: float) -> None:
        """Take one stage item."""
        match item:
            case Halt():
                self.deadline.halted = True
            case Release():
                self.deadline.halted = False
            case FrameChunk():
                if self._queue.push(item) and item.frames:
                    self.deadline.frame(item.frames[-1].at)
            case Cut():
                if item.generation >= self._queue.generation:
                    self._queue.cut(item, now)
                    self.deadline.cut(max(item.at, now))
                    self._pointing.cut(item)
            case GestureLaid():
                self._pointing.laid(item)
            case _:
                pass  # no voice, no face

    def let_go(self, now: float) -> None:
        """Forget what is queued and go to rest at once."""
        self._queue.cut(Cut(generation=self._queue.generation, at=now), now)
        self.deadline.cut(now - 2 * self.deadline.rest_after_s)

    def step(self, now: float) -> Moment:
        """Move on by `STEP_S`."""
        pace = self.deadline.pace(now)
        frame = self._queue.at(now + self.ahead_s) if pace is Pace.FOLLOW else None
        if frame is not None:
            self._follow(frame, now)
        elif pace is Pace.REST:
            self._solved = self.robot.rest
            self._axes.step(self._eased(self.robot.rest), share=_REST_SHARE * self._share)
        else:
            self._axes.brake()
        self._keep_off()
        # A drive damps against standing still: told the speed, it does not lag behind by it.
        ctrl = self._axes.at + self._lead_s * self._axes.speed
        self._data.ctrl[:] = np.clip(ctrl, self.robot.limits.low, self.robot.limits.high)
        self._simulate()
        moment = Moment(now, self._solved, self._axes.at.copy(), self.performed, pace)
        self.moments.append(moment)
        if self.robot.arms:
            self._tell_missed(now)
        return moment

    def _follow(self, frame: Frame, now: float) -> None:
        pose = self._retarget.pose(frame)
        aim = self._pointing.at(now + self.ahead_s, pose)
        targets = self._retarget.of(frame, pose, {aim.side: aim.at} if aim is not None else None)
        self._solved = self._ik.solve(targets, self._solved)
        self._axes.step(self._eased(self._solved), share=self._share)
        self._tell(targets, now)

    def _eased(self, asked: Floats) -> Floats:
        return self._clearance.eased(self._axes.at, asked, self._near)

    def _keep_off(self) -> None:
        """The last word: a step after which a stop would come too late is not taken."""
        if self._clearance.hinders(self._axes.at, self._axes.stopped_at()):
            self.held_off += 1
            self._axes.brake_instead()
        self._near = self._clearance.near(self._axes.at)

    def _simulate(self) -> None:
        for _ in range(self._substeps):
            mujoco.mj_step(self.robot.model, self._data)
        if self._data.ncon and np.any(self._data.contact.dist < 0):
            self.collisions += 1

    def touching(self) -> list[tuple[str, str]]:
        """Names of the parts that touch each other now."""
        return [touching(self.robot, *c.geom) for c in self._data.contact if c.dist < 0]

    def drawn_with(self, renderer: mujoco.Renderer, camera: str) -> NDArray[np.uint8]:
        """(height, width, 3) RGB of how it stands now. `renderer`: made for `robot.model`."""
        renderer.update_scene(self._data, camera=camera)
        picture: NDArray[np.uint8] = renderer.render()
        return picture

    def _tell(self, targets: Targets, now: float) -> None:
        """Say what is out of reach, not more than once in a while."""
        for side, arm in targets.arms.items():
            if arm.pulled_in_m > _OUT_M:
                self._say(
                    f"{side} reach", f"{side} hand at {arm.pulled_in_m:.2f} m out of reach",
                    "pulled in to where it reaches", now,
                )  # fmt: skip

    def _tell_missed(self, now: float) -> None:
        """At the end of a hold, say by how much the place was missed, as performed."""
        held = self._pointing.held(now)
        if self._held is not None and (held is None or held[0] is not self._held[0]):
            gesture, beside = self._held
            self._held = None
            if beside > _BESIDE_RAD:
                self._say(
                    f"aim {gesture.apex_at}", f"gesture {gesture.lexeme}",
                    f"pointed {np.degrees(beside):.0f} degrees beside the place: its joints and "
                    "its own body do not let it nearer", now,
                )  # fmt: skip
        if held is not None:
            gesture, pointed = held
            beside = min(
                self._ik.beside_rad(side, self.performed, self._retarget.way_to(side, pointed))
                for side in self.robot.arms
            )
            self._held = (gesture, beside)

    def _say(self, key: str, asked: str, done: str, now: float) -> None:
        self._told = {k: at for k, at in self._told.items() if now - at < 5.0}
        if key not in self._told:
            self._told[key] = now
            self._otherwise(asked, done)
