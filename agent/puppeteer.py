"""Somebody's face moves the agent's: from pictures to what is on stage, picture by picture."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_idle import rest_pose
from actuation.generators.rules_neck import neck_and_head
from actuation.motion import ARKIT_NAMES, FACE_INDEX, JOINT_INDEX, Frame
from perception.faces.distances import PuppetFrame
from perception.faces.puppet import LivePuppet
from perception.off_loop import OffLoop
from perception.senses import Camera, Picture

Find = Callable[[NDArray[np.uint8]], NDArray[np.float64] | None]
"""The points of the largest face in a picture, or None."""

HEAD_LIMITS_RAD = np.array([0.9, 0.45, 0.35])
EYE_LIMITS_RAD = np.array([0.6, 0.4])
LOOK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one picture made of the puppet."""

    picture: Picture
    frame: Frame | None
    """None: no face in it; the puppet keeps its pose."""


async def puppeteer(
    camera: Camera, find: Find, puppet: LivePuppet, off_loop: OffLoop
) -> AsyncIterator[Moved]:
    """Each picture with the frame that it makes, until the pictures end."""
    async for picture in camera.pictures():
        points = await off_loop.call(partial(find, picture.pixels), LOOK_TIMEOUT_S)
        seen = puppet.take(picture.at, points) if points is not None else None
        yield Moved(picture=picture, frame=on_stage(seen, picture.at) if seen else None)


def on_stage(seen: PuppetFrame, at: float) -> Frame:
    """The agent with this head, these eyes and this face; arms at rest."""
    yaw, pitch, roll = np.clip(seen.head, -HEAD_LIMITS_RAD, HEAD_LIMITS_RAD)
    eye_yaw, eye_pitch = np.clip(seen.eyes, -EYE_LIMITS_RAD, EYE_LIMITS_RAD)
    joints = rest_pose().copy()
    neck, head = neck_and_head(*(np.array([v]) for v in (yaw, pitch, roll, 0.0)))
    joints[JOINT_INDEX["neck"]], joints[JOINT_INDEX["head"]] = neck[0], head[0]
    face = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, value in seen.shapes.items():
        face[FACE_INDEX[name]] = value
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
        face=np.clip(face, 0, 1), gaze_yaw_rad=float(eye_yaw), gaze_pitch_rad=float(eye_pitch),
    )  # fmt: skip
