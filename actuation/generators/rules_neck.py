"""Neck and head as joints of one anatomy, and what the eyes have to do about it.

The lower neck carries most of slow bowing and of tilting, the joints below the skull half of a
turn and nearly all of a quick nod (White & Panjabi, Clinical Biomechanics of the Spine: half of
the axial turn is at C1-C2, nodding begins at C0-C1, side bending is below). Whatever the shares,
the two together give exactly the head that was asked for. Eyes keep their aim under all of it: the
vestibulo-ocular reflex turns them against the head as it really stands.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import inverse, multiply, turned
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

NECK_SHARE: Final = {"yaw": 0.45, "pitch": 0.6, "quick": 0.2, "roll": 0.65}
"""Of each motion; the rest is the head's."""
_CHAIN: Final = tuple(
    JOINT_INDEX[name] for name in ("hips", "spine", "chest", "upperChest", "neck", "head")
)


def neck_and_head(
    yaw: Floats, pitch: Floats, roll: Floats, quick_pitch: Floats
) -> tuple[Floats, Floats]:
    """Local rotations (n, 4) of neck and head that together turn the head as asked.

    All (n,) radians against the trunk. `quick_pitch`: the part of the pitch, beside `pitch`, that
    is nodding.
    """
    share = NECK_SHARE
    neck = turned(
        share["yaw"] * yaw, share["pitch"] * pitch + share["quick"] * quick_pitch,
        share["roll"] * roll,
    )  # fmt: skip
    return neck, multiply(inverse(neck), turned(yaw, pitch + quick_pitch, roll))


def eyes_in_head(joints: Floats, yaw: Floats, pitch: Floats) -> tuple[Floats, Floats]:
    """Yaw and pitch (n,) of eyes against the head, so that they look along a line of sight.

    `joints`: (n, 44, 4) as shown; `yaw`, `pitch`: the line of sight against the agent's own front.
    """
    stands = _stands(joints)
    level = np.cos(pitch)
    sight = np.stack(
        [level * np.sin(yaw), np.sin(pitch), level * np.cos(yaw), np.zeros(len(yaw))], axis=1
    )
    seen = multiply(multiply(inverse(stands), sight), stands)
    return (
        np.arctan2(seen[:, 0], seen[:, 2]),
        np.arcsin(np.clip(seen[:, 1], -1.0, 1.0)),
    )


def head_pose(joints: Floats) -> Floats:
    """(n, 3) yaw, pitch and roll of the head in the agent's own frame, of (n, 44, 4) joints."""
    x, y, z, w = np.moveaxis(_stands(joints), -1, 0)
    forward = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])
    yaw = np.arctan2(forward[0], forward[2])
    pitch = np.arcsin(np.clip(forward[1], -1.0, 1.0))
    level = multiply(inverse(turned(yaw, pitch)), _stands(joints))
    return np.stack([yaw, pitch, 2 * np.arctan2(level[:, 2], level[:, 3])], axis=1)


def _stands(joints: Floats) -> Floats:
    """(n, 4) how the head is turned against the agent's own front."""
    stands = joints[:, _CHAIN[0]]
    for joint in _CHAIN[1:]:
        stands = multiply(stands, joints[:, joint])
    return stands
