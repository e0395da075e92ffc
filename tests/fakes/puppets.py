"""What stands at the far side of a puppet's line, and frames to send there."""

import asyncio
import socket
from contextlib import asynccontextmanager

import numpy as np

from actuation.generators.rules_idle import rest_pose
from actuation.motion import JOINT_INDEX, Frame, FrameChunk
from agent.core.face_shapes import ARKIT_NAMES

REST = rest_pose().astype(np.float32)


def t_pose(**turns):
    """All joints at rest as in a T-pose, but those named."""
    joints = np.tile(np.array([0, 0, 0, 1], np.float32), (44, 1))
    for name, rotation in turns.items():
        joints[JOINT_INDEX[name]] = rotation
    return joints


def frame(at=0.0, joints=REST, yaw=0.0, pitch=0.0, **shapes):
    face = np.zeros(52, np.float32)
    for name, value in shapes.items():
        face[ARKIT_NAMES.index(name)] = value
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints, face=face, gaze_yaw_rad=yaw,
        gaze_pitch_rad=pitch,
    )  # fmt: skip


def chunk(start, seconds, *, generation=0, **more):
    times = start + np.arange(round(seconds * 60)) / 60
    return FrameChunk(generation=generation, frames=tuple(frame(float(at), **more) for at in times))


class Listener:
    """A real UDP port of this host."""

    def __init__(self, port=0):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]

    def heard(self):
        """Datagrams since the last call."""
        datagrams = []
        while True:
            try:
                datagrams.append(self._socket.recv(65_536))
            except BlockingIOError:
                return datagrams

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@asynccontextmanager
async def running(body):
    task = asyncio.get_running_loop().create_task(body.run())  # noqa: TID251
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.wait([task])


async def silence():
    """The traffic of an agent that says nothing."""
    await asyncio.Event().wait()
    yield
