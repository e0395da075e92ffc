"""Somebody's face and hands move the agent's: from pictures to what is on stage."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_idle import rest_pose
from actuation.generators.rules_neck import neck_and_head
from actuation.motion import FACE_INDEX, JOINT_INDEX, Frame
from agent.core.face_shapes import ARKIT_NAMES
from agent.puppet_hands import with_hands
from perception.actions.live_hands import HandInPicture, HandMoved, LiveHands
from perception.faces.distances import PuppetFrame
from perception.faces.puppet import LivePuppet
from perception.off_loop import OffLoop
from perception.senses import Camera, Picture

Find = Callable[[NDArray[np.uint8]], NDArray[np.float64] | None]
"""The points of the largest face in a picture, or None."""
FindHands = Callable[[NDArray[np.uint8]], tuple[HandInPicture | None, HandInPicture | None]]
"""The left and the right hand in a picture."""

HEAD_LIMITS_RAD = np.array([0.9, 0.45, 0.35])
EYE_LIMITS_RAD = np.array([0.6, 0.4])
LOOK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one picture made of the puppet."""

    picture: Picture
    frame: Frame | None
    """None: no face in it; the puppet keeps its pose."""
    seen: PuppetFrame | None = None
    """What the frame was made of."""
    hands: int = 0
    """How many hands it follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Puppet:
    """What of somebody is looked for, and what remembers them."""

    face: LivePuppet
    find: Find
    find_hands: FindHands | None = None
    hands: LiveHands = field(default_factory=LiveHands)


async def puppeteer(camera: Camera, puppet: Puppet, off_loop: OffLoop) -> AsyncIterator[Moved]:
    """Each picture with the frame that it makes, until the pictures end."""
    last: PuppetFrame | None = None
    async for picture in camera.pictures():
        points = await off_loop.call(partial(puppet.find, picture.pixels), LOOK_TIMEOUT_S)
        seen = puppet.face.take(picture.at, points) if points is not None else None
        hands: tuple[HandMoved | None, HandMoved | None] = (None, None)
        if puppet.find_hands is not None:
            look = partial(puppet.find_hands, picture.pixels)
            hands = puppet.hands.take(picture.at, points, await off_loop.call(look, LOOK_TIMEOUT_S))
        last = seen or last
        # A hand before the face hides it: the face keeps still, the hands go on.
        shown = seen or (last if any(hands) else None)
        yield Moved(
            picture=picture,
            frame=on_stage(shown, picture.at, hands) if shown else None,
            seen=seen,
            hands=sum(hand is not None for hand in hands),
        )


def on_stage(
    seen: PuppetFrame,
    at: float,
    hands: tuple[HandMoved | None, HandMoved | None] = (None, None),
) -> Frame:
    """The agent with this head, these eyes, this face and these hands; the rest at rest."""
    yaw, pitch, roll = np.clip(seen.head, -HEAD_LIMITS_RAD, HEAD_LIMITS_RAD)
    eye_yaw, eye_pitch = np.clip(seen.eyes, -EYE_LIMITS_RAD, EYE_LIMITS_RAD)
    joints = rest_pose().copy()
    neck, head = neck_and_head(*(np.array([v]) for v in (yaw, pitch, roll, 0.0)))
    joints[JOINT_INDEX["neck"]], joints[JOINT_INDEX["head"]] = neck[0], head[0]
    joints = with_hands(joints, hands)
    face = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, value in seen.shapes.items():
        face[FACE_INDEX[name]] = value
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
        face=np.clip(face, 0, 1), gaze_yaw_rad=float(eye_yaw), gaze_pitch_rad=float(eye_pitch),
    )  # fmt: skip
