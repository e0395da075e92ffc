"""A MetaHuman's face in Unreal, as the Live Link Face application sends it over UDP.

One datagram a pose:

    u32 little-endian   6, the version
    37 bytes            '$' and the sender's UUID as text
    i32                 length of the subject's name, then the name in UTF-8
    u32 u32             frame number, part of a frame
    u32 u32             frames a second: numerator, denominator
    u8                  61, then as many f32

All but the version is big-endian. The values: ARKit's 52 shapes, then yaw, pitch and roll of the
head, the left eye and the right eye.
"""

import math
import struct
from collections.abc import AsyncIterable, Callable
from functools import reduce
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.puppet_configs import LiveLinkConfig
from actuation.embodiments.datagrams import DatagramBody, with_looks
from actuation.motion import JOINT_INDEX, BodyDescription, Frame
from agent.core.clock import Clock
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Message

_VERSION: Final = 6
_VALUES: Final = 61
_REST_OF_IT: Final = struct.Struct(f"!IIIIB{_VALUES}f")
_TRUNK: Final = [
    JOINT_INDEX[name] for name in ("hips", "spine", "chest", "upperChest", "neck", "head")
]


def head_angles(joints: NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw (left), pitch (up) and roll (to the character's right) of the head, radians.

    Against the floor, so that the head looks where the whole body's would, whose trunk sways.
    `joints`: (44, 4) as in a frame.
    """
    x, y, z, w = reduce(_then, joints[_TRUNK].tolist())
    pitch = math.asin(min(max(2 * (y * z - w * x), -1.0), 1.0))
    yaw = math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
    roll = math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z))
    return yaw, pitch, roll


def _then(a: list[float], b: list[float]) -> list[float]:
    """`rotations.multiply` of two: for so few, plain numbers are ten times as fast."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ]


class LiveLinkBody(DatagramBody):
    """A face and a head that turns."""

    def __init__(
        self,
        *,
        config: LiveLinkConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        super().__init__(
            config=config,
            cure="start Unreal with its Live Link and Apple ARKit plugins",
            clock=clock,
            publish=publish,
        )
        self._link = config
        name = config.subject.encode()
        sender = f"${uuid5(NAMESPACE_URL, f'foyer:{self._called}:{config.subject}')}".encode()
        self._begin = struct.pack("<I", _VERSION) + sender + struct.pack("!i", len(name)) + name

    def describe(self) -> BodyDescription:
        """Say what this body is."""
        return BodyDescription(
            name=self._called,
            joints=("neck", "head"),
            blendshapes=ARKIT_NAMES,
            cannot=(
                "It has no arms and no trunk: where it should point, it looks.",
                "It has no voice: the sound comes from the page or another body.",
                "Nothing tells what it really shows.",
            ),
        )

    def datagrams(self, frame: Frame, at: float) -> tuple[bytes]:
        """The datagram of one pose."""
        link, rate_hz = self._link, self._link.rate_hz
        face = with_looks(frame, link.full_look_yaw_rad, link.full_look_pitch_rad)
        head = head_angles(frame.joints)
        left, right = ((yaw, frame.gaze_pitch_rad, 0.0) for yaw in frame.eyes_yaw_rad)
        number = int(at * rate_hz + 0.01) & 0x7FFFFFFF  # ticks lie on whole numbers, or nearly so
        return (
            self._begin
            + _REST_OF_IT.pack(
                number, 0, rate_hz, 1, _VALUES,
                *face.tolist(), *map(float.__mul__, head, link.head_factors), *left, *right,
            ),
        )  # fmt: skip
