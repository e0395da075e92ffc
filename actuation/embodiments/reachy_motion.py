"""From the score's frames to a Reachy Mini's head, body and antennas, within what they can. Pure.

The robot's face cannot move its eyes, so a look that lasts turns the head; a look far to the side
turns the body, too. Frames are known ahead of time: what is made smooth need not be late.

Pose: (9,) in the order of `AXES`; metres and radians in the room's sense: roll towards its own
right, pitch up, yaw left, antennas outward. The daemon's frame is x forward, y left, z up, its
pitch positive down, its antennas positive to the robot's left.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.configs import ReachyConfig
from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue
from actuation.embodiments.reachy_antennas import UPRIGHT_RAD, Antennas
from actuation.embodiments.reachy_follow import Follow, OneGaze, Reading
from actuation.embodiments.reachy_limits import JerkLimiter
from actuation.embodiments.reachy_sway import Sway
from actuation.joints.rotations import multiply, normalised, turned
from actuation.motion import (
    JOINT_INDEX,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    Halt,
    MoodLaid,
    Release,
    StageItem,
    VoiceChunk,
)

Floats = NDArray[np.float64]

AXES: Final = (
    "x_m", "y_m", "z_m", "roll", "pitch", "yaw", "body_yaw", "right_antenna", "left_antenna",
)  # fmt: skip
LOW: Final = np.array([-0.005, -0.005, -0.005, -0.3, -0.33, -2.9, -2.5, -0.5, -0.5])
HIGH: Final = np.array([0.005, 0.005, 0.005, 0.3, 0.33, 2.9, 2.5, 2.6, 2.6])
"""What its six legs reach together at any yaw within `TWIST_RAD`, tried with its kinematics."""
TWIST_RAD: Final = 0.5
"""The most that the head turns against the body."""
AHEAD: Final = np.array([0, 0, 0, 0, 0, 0, 0, UPRIGHT_RAD, UPRIGHT_RAD], np.float64)
"""Awake, looking straight ahead."""
_YAW, _BODY = AXES.index("yaw"), AXES.index("body_yaw")
_TWIST_EASE_RAD: Final = 0.06
_BODY_FROM_RAD: Final = 0.35
"""The body turns for what is further aside."""
_SCALE: Final = np.array([0.04, 0.04, 0.04, 1.0, 1.0, 1.0, 0.8, 2.0, 2.0])
"""Limits of each axis against those of the head's rotations; metres for the first three."""
_CALM: Final = 0.3
"""Share of the speed with which it goes to rest."""
_LEAN_M: Final = 0.03
_TORSO: Final = [JOINT_INDEX[j] for j in ("hips", "spine", "chest", "upperChest")]
_NECK: Final = [JOINT_INDEX[j] for j in ("neck", "head")]
_FOLLOWS: Final = slice(0, 7)
"""Head and body; the antennas are moved smoothly by themselves."""


class ReachyMotion:
    """Where the robot is to be, tick by tick."""

    def __init__(self, config: ReachyConfig) -> None:
        self._config = config
        self._queue = FrameQueue()
        self._antennas = Antennas(config.antennas)
        self._sway = Sway(config.sway_rad)
        self._deadline = Deadline()
        self._stepped_at = float("-inf")
        most = {
            "speed": _SCALE * config.speed_rad_s,
            "acceleration": _SCALE * config.acceleration_rad_s2,
            "jerk": _SCALE * config.jerk_rad_s3,
        }
        self._limiter = JerkLimiter(low=LOW, high=HIGH, **most)
        self._limiter.reset(AHEAD)
        self._period_s = 1.0 / config.rate_hz
        self._follow = Follow(
            period_s=self._period_s, **{name: each[_FOLLOWS] for name, each in most.items()}
        )
        self._gaze = OneGaze(share=config.eyes_share, settle_s=config.eyes_settle_s)
        self._reading = Reading(self._follow, self._gaze, self._period_s)

    @property
    def pose(self) -> Floats:
        """Where it was last told to be, (9,)."""
        return self._limiter.position

    @property
    def halted(self) -> bool:
        """An emergency stop holds."""
        return self._deadline.halted

    @property
    def dropped(self) -> int:
        """Frames that were never shown."""
        return self._queue.dropped

    def take(self, item: StageItem, now: float) -> None:
        """Take one item of the score."""
        match item:
            case FrameChunk():
                if self._queue.push(item):
                    self._deadline.frame(self._queue.newest_at)
            case Cut() if item.generation >= self._queue.generation:
                self._queue.cut(item, now)
                self._deadline.cut(item.at)
                self._antennas.cut(item)
                self._sway.cut(item)
            case VoiceChunk() if item.generation >= self._queue.generation:
                self._sway.voice(item)
            case GestureLaid() if item.generation >= self._queue.generation:
                self._antennas.gesture(item)
            case MoodLaid() if item.generation >= self._queue.generation:
                self._antennas.mood(item)
            case Halt():
                self._deadline.halted = True
                self._limiter.freeze()
            case Release():
                self._deadline.halted = False

    def start_from(self, pose: Floats) -> None:
        """The robot stands at `pose`: go on from there. Shape (9,)."""
        self._limiter.reset(np.nan_to_num(pose))
        self._reading.stop()
        self._stepped_at = float("inf")  # the next step is a short one

    @property
    def ahead_s(self) -> float:
        """How far ahead of now it reads the score."""
        return self._config.delay_s + self._follow.ahead_s

    def step(self, now: float) -> Floats:
        """Where to be told to be at `now`: one tick further. (9,)."""
        step_s = float(np.clip(now - self._stepped_at, 0.5 * self._period_s, 2 * self._period_s))
        self._stepped_at = now
        pace = self._deadline.pace(now)
        if pace is not Pace.FOLLOW:
            self._reading.stop()
        match pace:
            case Pace.FOLLOW:
                target = self._within_reach(self._planned(now + self._config.delay_s))
                return self._twisted(self._limiter.follow(target, step_s))
            case Pace.HOLD:
                return self._limiter.brake(step_s)
        return self._limiter.follow(AHEAD, step_s, share=_CALM)

    def _planned(self, at: float) -> Floats:
        """What it shows at stage time `at`, of what the score asks for. (9,)."""
        read_to = at + self._follow.ahead_s
        body = self._reading.to(read_to, self._wanted, self.pose[_FOLLOWS])
        pose = np.concatenate([body, self._antennas.at(at)])
        pose[3:5] += self._sway.at(at)
        return pose

    def _wanted(self, at: float) -> Floats:
        """Head and body as the score asks for them at stage time `at`, however fast. (7,)."""
        frame = self._queue.at(at)
        if frame is None:
            return AHEAD[_FOLLOWS].copy()
        head, look = head_and_look(frame)
        pose = np.zeros(7)
        pose[:6] = head
        pose[3:5] = _tilt_within_reach(pose[3:5])
        pose[4:6] = self._gaze.step(pose[4:6], look, self._period_s)
        turn = pose[_YAW]
        pose[_BODY] = np.sign(turn) * max(0.0, abs(turn) - _BODY_FROM_RAD)
        return np.clip(pose, LOW[_FOLLOWS], HIGH[_FOLLOWS])

    def _within_reach(self, pose: Floats) -> Floats:
        """Tilted no further than roll and pitch go together, turned no further than the body."""
        pose[3:5] = _tilt_within_reach(pose[3:5])
        body, ease = self.pose[_BODY], TWIST_RAD - _TWIST_EASE_RAD
        pose[_YAW] = np.clip(pose[_YAW], body - ease, body + ease)
        return pose

    def _twisted(self, pose: Floats) -> Floats:
        body = pose[_BODY]
        if abs(pose[_YAW] - body) > TWIST_RAD:
            pose = pose.copy()
            pose[_YAW] = np.clip(pose[_YAW], body - TWIST_RAD, body + TWIST_RAD)
        return pose


def head_and_look(frame: Frame) -> tuple[Floats, Floats]:
    """(6,) head: x y z metres, roll pitch yaw radians; (2,) the eyes against it: pitch, yaw."""
    joints = normalised(frame.joints.astype(np.float64))
    torso = joints[_TORSO[0]]
    for i in _TORSO[1:]:
        torso = multiply(torso, joints[i])
    head = torso
    for i in _NECK:
        head = multiply(head, joints[i])
    gaze = turned(np.array(frame.gaze_yaw_rad), np.array(frame.gaze_pitch_rad))
    roll, pitch, yaw = _angles(head)
    _, look_pitch, look_yaw = _angles(multiply(head, gaze))
    aside = (look_yaw - yaw + np.pi) % (2 * np.pi) - np.pi
    up = _axis(torso, 1)
    pose = np.array([_LEAN_M * up[2], _LEAN_M * up[0], 0.0, roll, pitch, yaw])
    return pose, np.array([look_pitch - pitch, aside])


def to_daemon(pose: Floats) -> dict[str, object]:
    """A pose as the daemon's `FullBodyTarget`."""
    x, y, z, roll, pitch, yaw, body, right, left = (round(float(v), 5) for v in pose)
    return {
        "target_head_pose": {"x": x, "y": y, "z": z, "roll": roll, "pitch": -pitch, "yaw": yaw},
        "target_antennas": [-right, left],
        "target_body_yaw": body,
    }


def _tilt_within_reach(tilt: Floats) -> Floats:
    """Roll and pitch no further than they go together."""
    over = float(np.hypot(tilt[0] / HIGH[3], tilt[1] / HIGH[4]))
    return tilt / max(over, 1.0)


def _angles(q: Floats) -> tuple[float, float, float]:
    """Roll, pitch, yaw of a rotation made as `turned` makes it."""
    forward, side = _axis(q, 2), _axis(q, 0)
    yaw = np.arctan2(forward[0], forward[2])
    pitch = np.arcsin(np.clip(forward[1], -1.0, 1.0))
    level = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
    roll = np.arctan2(np.dot(side, np.cross(forward, level)), np.dot(side, level))
    return float(roll), float(pitch), float(yaw)


def _axis(q: Floats, index: int) -> Floats:
    """Where unit vector `index` of x y z points after a rotation."""
    vector = np.zeros(4)
    vector[index] = 1.0
    turned_back = q * np.array([-1.0, -1.0, -1.0, 1.0])
    return multiply(multiply(q, np.broadcast_to(vector, q.shape)), turned_back)[..., :3]
