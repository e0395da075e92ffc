"""A puppet in VSeeFace, Warudo and others: the VMC protocol, performer to marionette.

Each pose is OK, T, Root/Pos, a Bone/Pos for every bone, a Blend/Val for every shape and
Blend/Apply, in this order, in bundles that fit a datagram. Bones have Unity's names, rotations and
positions are local and in Unity's axes: left-handed, +Y up, the character faces +Z, its left is -X.
So against the stage only x runs the other way.
"""

import math
from collections.abc import AsyncIterable, Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.puppet_configs import VmcConfig
from actuation.embodiments.datagrams import DatagramBody, with_looks
from actuation.embodiments.osc import Argument, Sheet
from actuation.joints.skeleton import SIDES, load_skeleton
from actuation.motion import FACE_INDEX, JOINT_NAMES, BodyDescription, Frame
from agent.core.clock import Clock
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Message

_EYES: Final = ("leftEye", "rightEye")
_LEGS: Final = tuple(
    f"{side}{part}" for side in SIDES for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")
)
BONES: Final = (*JOINT_NAMES, *_EYES, *_LEGS)
"""In the order in which they are sent. The legs stand still, but a puppet must hear of them."""
_THUMB: Final = {"Metacarpal": "Proximal", "Proximal": "Intermediate", "Distal": "Distal"}
"""VRM 1.0 counts a thumb's bones from the palm, Unity as it does those of a finger."""
_FLIPPED: Final = np.array([1.0, -1.0, -1.0, 1.0], np.float32)
"""x y z w of a rotation when the x axis runs the other way."""
_FLIPPED_AT: Final = np.array([-1.0, 1.0, 1.0], np.float32)

PRESETS: Final[Mapping[str, Mapping[str, float]]] = {
    "aa": {"jawOpen": 1.6, "mouthFunnel": -1.2, "mouthPucker": -1.0, "mouthClose": -1.6},
    "ih": {"mouthStretchLeft": 1.0, "mouthStretchRight": 1.0},
    "ou": {"mouthPucker": 1.1},
    "ee": {"mouthLowerDownLeft": 0.8, "mouthLowerDownRight": 0.8, "jawOpen": -1.0},
    "oh": {"mouthFunnel": 1.3},
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "happy": {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
    "angry": {"browDownLeft": 0.6, "browDownRight": 0.6, "browInnerUp": -1.0},
    "sad": {"mouthFrownLeft": 0.7, "mouthFrownRight": 0.7, "browDownLeft": -0.5,
            "browDownRight": -0.5},
    "surprised": {"eyeWideLeft": 0.7, "eyeWideRight": 0.7},
}  # fmt: skip
"""VRM's presets out of ARKit's shapes, for characters that have no others. A rough likeness."""
_VRM0: Final = {
    "aa": "A", "ih": "I", "ou": "U", "ee": "E", "oh": "O", "blinkLeft": "Blink_L",
    "blinkRight": "Blink_R", "happy": "Joy", "angry": "Angry", "sad": "Sorrow",
    "surprised": "Surprised",
}  # fmt: skip


def unity_name(bone: str) -> str:
    """Unity's name of a VRM bone: `leftThumbMetacarpal` is `LeftThumbProximal`."""
    finger, thumb, part = bone.partition("Thumb")
    name = finger + thumb + _THUMB[part] if thumb else bone
    return name[0].upper() + name[1:]


def bone_positions(hips_height_m: float) -> NDArray[np.float32]:
    """(54, 3) of `BONES` against their parents in Unity's axes, metres.

    Those of the project's own character, scaled to the height of the hips.
    """
    skeleton = load_skeleton()
    offsets = [
        skeleton.offset(bone) if bone in skeleton.positions else np.zeros(3) for bone in BONES
    ]
    scale = hips_height_m / offsets[0][1]
    return np.asarray(np.array(offsets) * scale * _FLIPPED_AT, np.float32)


class VmcBody(DatagramBody):
    """The whole figure: body, hands, eyes and face."""

    def __init__(
        self,
        *,
        config: VmcConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        super().__init__(
            config=config,
            cure=f"start VSeeFace or Warudo with VMC receiving on port {config.port}",
            clock=clock,
            publish=publish,
        )
        self._vmc = config
        self._started_at = clock.now()
        names, self._mix = _shapes(config.shapes)
        self._sheet = Sheet(_messages(names))
        self._values = self._sheet.values
        first, past = 8, 8 + 7 * len(BONES)
        bones = self._values[first:past].reshape(-1, 7)
        bones[:, :3] = bone_positions(config.hips_height_m)
        self._joints = bones[: len(JOINT_NAMES), 3:]
        self._eyes = bones[len(JOINT_NAMES) : len(JOINT_NAMES) + 2, 3:]
        self._face = self._values[past:]

    def describe(self) -> BodyDescription:
        """Say what this body is."""
        shown = np.ones(len(ARKIT_NAMES)) if self._mix is None else np.abs(self._mix).sum(axis=0)
        cannot = ["It has no voice: the sound comes from the page or another body."]
        if self._mix is not None:
            cannot.append("Its face has a few presets only: lips and brows are shown roughly.")
        return BodyDescription(
            name=self._called,
            joints=JOINT_NAMES,
            blendshapes=tuple(n for n, s in zip(ARKIT_NAMES, shown, strict=True) if s > 0),
            cannot=(*cannot, "It stands where it is, and nothing tells what it really shows."),
        )

    def datagrams(self, frame: Frame, at: float) -> tuple[memoryview, ...]:
        """The bundles of one pose."""
        face = frame.face
        self._values[0] = at - self._started_at
        np.multiply(frame.joints, _FLIPPED, out=self._joints)
        if self._vmc.gaze == "bones":
            for eye, yaw_rad in zip(self._eyes, frame.eyes_yaw_rad, strict=True):
                eye[:] = _looking(yaw_rad, frame.gaze_pitch_rad)
        else:
            face = with_looks(frame, self._vmc.full_look_yaw_rad, self._vmc.full_look_pitch_rad)
        self._face[:] = face if self._mix is None else np.clip(self._mix @ face, 0.0, 1.0)
        return self._sheet.filled(self._values)


def _looking(yaw_rad: float, pitch_rad: float) -> tuple[float, float, float, float]:
    """x y z w in Unity's axes of eyes turned to the left and up: `rotations.turned`, flipped.

    Written out for one pair of angles, which is asked for with every pose.
    """
    yaw_sin, yaw_cos = math.sin(yaw_rad / 2), math.cos(yaw_rad / 2)
    up_sin, up_cos = math.sin(pitch_rad / 2), math.cos(pitch_rad / 2)
    return -yaw_cos * up_sin, -yaw_sin * up_cos, -yaw_sin * up_sin, yaw_cos * up_cos


def _shapes(kind: str) -> tuple[tuple[str, ...], NDArray[np.float32] | None]:
    """Names as they are sent, and (names, 52) of what each is made of; None: one to one."""
    if kind == "arkit":
        return ARKIT_NAMES, None
    if kind == "perfect_sync":
        return tuple(name[0].upper() + name[1:] for name in ARKIT_NAMES), None
    mix = np.zeros((len(PRESETS), len(ARKIT_NAMES)), np.float32)
    for row, shapes in zip(mix, PRESETS.values(), strict=True):
        for name, share in shapes.items():
            row[FACE_INDEX[name]] = share
    return tuple(PRESETS) if kind == "vrm1" else tuple(_VRM0[name] for name in PRESETS), mix


def _messages(shapes: tuple[str, ...]) -> list[tuple[str, *tuple[Argument, ...]]]:
    still = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    return [
        ("/VMC/Ext/OK", 1),
        ("/VMC/Ext/T", 0.0),
        ("/VMC/Ext/Root/Pos", "root", *still),
        *(("/VMC/Ext/Bone/Pos", unity_name(bone), *still) for bone in BONES),
        *(("/VMC/Ext/Blend/Val", shape, 0.0) for shape in shapes),
        ("/VMC/Ext/Blend/Apply",),
    ]
