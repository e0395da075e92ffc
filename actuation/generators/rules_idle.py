"""The body between gestures: it breathes, sways a little, holds its head, rests its hands.

A VRM body stands in T-pose when all its rotations are zero, so the arms are brought down here.
Sway is a sum of slow sines with unrelated periods and seeded phases: it never repeats within a
day, and is the same for the same seed.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_body_life import BodyLife
from actuation.generators.rules_neck import neck_and_head
from actuation.gestures.bearing import BODY_BEARING_SIZE, BREATH, CHEST, FORWARD, SPINE, SWAY, UP
from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import IDENTITY, about, inverse, multiply, turned
from actuation.joints.skeleton import SIDES, Skeleton, load_skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.messages import Lean, Posture

Floats = NDArray[np.float64]
JOINTS: Final = len(JOINT_NAMES)

_BREATH_HZ = 0.23
_BREATH_RAD = 0.012
_SHOULDER_RAD = 0.016
_PERIODS_S = (5.3, 8.9, 13.7)
_SWAY_RAD = {"hips": 0.006, "spine": 0.006, "chest": 0.005, "neck": 0.008, "head": 0.009}
_SWAY_HZ = 2 * np.pi / np.array(_PERIODS_S[::-1])
_SWAY_SHARE = 1 / np.arange(1, len(_PERIODS_S) + 1)
_HANDS = Reach(
    hand=(0.345, -0.528, 0.61),
    palm=(-0.30, -0.95, 0.05),
    fingers=(-0.42, 0.14, 0.90),
    elbow=(0.15, -1.0, -0.35),
)
"""On the desk before the body, fingers a little inwards."""
_HANDS_HELD = Reach(
    hand=(0.28, -0.40, 0.48),
    palm=(-0.80, -0.45, -0.25),
    fingers=(-0.40, 0.25, 0.80),
    elbow=(0.5, -1.0, -0.35),
)
"""Held before the belly."""


def rest_pose(skeleton: Skeleton | None = None, height: float = 0.0) -> Floats:
    """(44, 4): upright, hands before the body. The pose every gesture starts and ends in.

    `height`: 0, hands on the desk, to 1, held before the belly.
    """
    skeleton = skeleton or load_skeleton()
    hands = _between(_HANDS, _HANDS_HELD, height) if height > 0 else _HANDS
    pose = np.tile(IDENTITY, (JOINTS, 1))
    for side in SIDES:
        turned_joints = solve_arm(skeleton, side, hands) | solve_hand(side, SHAPES["resting"])
        for name, rotation in turned_joints.items():
            pose[JOINT_INDEX[name]] = rotation.quat
    return pose


def _between(low: Reach, high: Reach, share: float) -> Reach:
    def mixed(name: str) -> tuple[float, float, float]:
        a, b = np.array(getattr(low, name)), np.array(getattr(high, name))
        out, up, forward = (a + (b - a) * share).tolist()
        return out, up, forward

    return Reach(
        hand=mixed("hand"), palm=mixed("palm"), fingers=mixed("fingers"), elbow=mixed("elbow")
    )


LEANS: Final[Mapping[Posture, Mapping[str, tuple[float, float]]]] = {
    Posture.REST: {},
    Posture.ATTENTIVE: {"spine": (-0.03, 0.0), "chest": (0.01, 0.0)},
    Posture.LISTENING: {"spine": (-0.05, 0.0), "chest": (-0.02, 0.0), "head": (0.01, 0.07)},
    Posture.THINKING: {"chest": (0.02, 0.0), "head": (0.03, -0.08)},
}
"""Pitch (up positive) and roll of each joint, radians."""
LEAN_JOINTS: Final = ("spine", "chest", "head")


def lean_vector(posture: Posture) -> Floats:
    """(6,): pitch and roll of `LEAN_JOINTS`."""
    lean = LEANS[posture]
    return np.array([value for joint in LEAN_JOINTS for value in lean.get(joint, (0.0, 0.0))])


MOST_ALONG_RAD: Final = 0.06
"""3.4 degrees: seen as going along, not as leaning."""
_ALONG: Final = np.array([0.6, 0.4, -0.8])
"""Shares of `LEAN_JOINTS`: the head stays nearly upright over a trunk that leans."""


def lean_along_vector(lean: Lean) -> Floats:
    """(6,) as `lean_vector`, for a lean of the trunk in radians, at most `MOST_ALONG_RAD`."""
    wished = np.array([-lean.forward_rad, -lean.left_rad])
    size = float(np.linalg.norm(wished))
    return np.outer(_ALONG, wished * min(1.0, MOST_ALONG_RAD / max(size, 1e-9))).ravel()


class IdleBody:
    """Breath, sway and posture over time, for the whole body."""

    def __init__(self, *, seed: int, rest_height: float = 0.0) -> None:
        """`rest_height`: as in `BodyStyle`."""
        random = np.random.default_rng((seed, 0x1D1E))
        self._phase = random.uniform(0, 2 * np.pi, (len(_SWAY_RAD), 3, len(_PERIODS_S)))
        self._rest = rest_pose(height=rest_height)
        self._life = BodyLife(seed=seed)

    def evaluate(
        self,
        times: Floats,
        *,
        lean: Floats,
        head_yaw: Floats,
        head_pitch: Floats,
        head_roll: Floats,
        nod: Floats | None = None,
        mood: Floats | None = None,
    ) -> Floats:
        """(n, 44, 4) at `times`. `lean`: (n, 6); head angles (n,) against the trunk.

        `nod`: the part of the head's pitch, beside `head_pitch`, that is quick. `mood`:
        (n, BODY_BEARING_SIZE), how the body is held; None: as usual.
        """
        joints = np.repeat(self._rest[None], len(times), axis=0)
        zero = np.zeros(len(times))
        if mood is None:
            mood = np.zeros((len(times), BODY_BEARING_SIZE))
        breath = 0.5 - 0.5 * np.cos(2 * np.pi * _BREATH_HZ * times)
        breath *= 1 + mood[:, BREATH]
        sway = {
            name: [(1 + mood[:, SWAY]) * wave for wave in self._sway(i, times)]
            for i, name in enumerate(_SWAY_RAD)
        }
        shift = self._life.shift(times)
        turned_away = shift[:, 0] + shift[:, 2]
        self._life.hands(joints, times)
        neck, head = neck_and_head(head_yaw, head_pitch, head_roll, zero if nod is None else nod)
        add = {
            "hips": (shift[:, 2], zero, zero),
            "spine": (
                0.5 * shift[:, 0],
                lean[:, 0] + mood[:, SPINE] + 0.4 * _BREATH_RAD * breath,
                lean[:, 1] + shift[:, 1],
            ),
            "chest": (
                0.5 * shift[:, 0],
                lean[:, 2] + mood[:, CHEST] + _BREATH_RAD * breath,
                lean[:, 3],
            ),
            "neck": (-0.4 * turned_away, -0.6 * _BREATH_RAD * breath, zero),
            "head": (
                -0.6 * turned_away,
                lean[:, 4] - 0.6 * _BREATH_RAD * breath,
                lean[:, 5] - shift[:, 1],
            ),
        }
        for name, (yaw, pitch, roll) in add.items():
            s = sway[name]
            joints[:, JOINT_INDEX[name]] = turned(yaw + s[0], pitch + s[1], roll + s[2])
        for name, held in (("neck", neck), ("head", head)):
            joints[:, JOINT_INDEX[name]] = multiply(held, joints[:, JOINT_INDEX[name]])
        lift = _SHOULDER_RAD * breath + mood[:, UP]
        trunk = multiply(joints[:, JOINT_INDEX["hips"]], joints[:, JOINT_INDEX["spine"]])
        upright = inverse(multiply(trunk, joints[:, JOINT_INDEX["chest"]]))
        for side, sign in (("left", 1.0), ("right", -1.0)):
            i, arm = JOINT_INDEX[f"{side}Shoulder"], JOINT_INDEX[f"{side}UpperArm"]
            # The hands lie on the desk: the trunk sways between them, they do not swing with it.
            girdle = multiply(about("y", -sign * mood[:, FORWARD]), about("z", sign * lift))
            shoulder = multiply(girdle, joints[:, i])
            against = multiply(multiply(inverse(shoulder), upright), joints[:, i])
            joints[:, arm] = multiply(against, joints[:, arm])
            joints[:, i] = shoulder
        return joints

    def _sway(self, i: int, times: Floats) -> tuple[Floats, Floats, Floats]:
        size = list(_SWAY_RAD.values())[i]
        waves = size * np.sum(
            np.sin(_SWAY_HZ * times[:, None, None] + self._phase[i]) * _SWAY_SHARE, axis=2
        )
        return waves[:, 0], 0.6 * waves[:, 1], waves[:, 2]
