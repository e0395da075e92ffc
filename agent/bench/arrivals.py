"""Pictures of what arrives at other programs: a sentence performed, received, decoded and drawn.

`python -m agent.bench.arrivals FOLDER` writes zmq.jpg, ros.jpg and livelink.jpg. What is drawn is
what came out of the sockets, decoded here by the published layouts, on this project's character.
"""

import asyncio
import importlib
import json
import struct
import sys
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Final

import numpy as np
from aiohttp import WSMsgType, web
from numpy.typing import NDArray

from actuation.bodies.puppet_configs import LiveLinkConfig
from actuation.bodies.ros_config import RosConfig, RosJoint
from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.lexicon_sheet import VISITOR
from actuation.embodiments.preview import FACE_CAMERA, Preview
from actuation.embodiments.vrm_file import read_character
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import IDENTITY, multiply, turned
from actuation.motion import FACE_INDEX, JOINT_INDEX, Frame
from agent.bench.bodies_network import built, free_port
from agent.bench.bodies_stage import Performance, perform

Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]
VRM: Final = Path(__file__).parents[2] / "actuation/embodiments/avatar/receptionist.vrm"
SIZE_PX: Final = 300
WORDS: Final = ("jawOpen", "mouthPucker", "mouthPressLeft", "mouthStretchLeft")
"""What the face is drawn at."""
QUALITY: Final = 82
_TRAJECTORY: Final = "/arms/joint_trajectory"
_FACE: Final = "/foyer/blendshapes"
_ARMS: Final = [f"{side}{part}" for side in ("left", "right") for part in ("UpperArm", "LowerArm")]
_CHAINS: Final[dict[tuple[str, ...], str]] = {("neck", "head"): "yxz"} | {
    (bone,): "zxy" for bone in (*_ARMS, "leftHand", "rightHand")
}
"""Which of the made-up robot's joints turn which bones, about which axes in which order: one in
which no gesture comes near the pole at which two axes are one."""


class Arrivals:
    """Poses as they were received, in order."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def note(self, joints: Floats, face: Sequence[float], gaze: tuple[float, float]) -> None:
        """One pose: (44, 4), (52,), yaw and pitch of the eyes."""
        frame = Frame(
            at=asyncio.get_running_loop().time(),
            utterance=None,
            score_s=0.0,
            joints=np.asarray(joints, np.float32),
            face=np.asarray(face, np.float32),
            gaze_yaw_rad=gaze[0],
            gaze_pitch_rad=gaze[1],
        )
        self.frames.append(frame)


async def zmq_arrivals(address: str, seen: Arrivals) -> None:
    """Subscribe to frames until cancelled."""
    zmq, sockets, msgpack = map(importlib.import_module, ("zmq", "zmq.asyncio", "msgpack"))
    socket = sockets.Context.instance().socket(zmq.SUB)
    socket.connect(address)
    socket.subscribe(b"frame")
    while True:
        told = msgpack.unpackb((await socket.recv_multipart())[-1])
        gaze = (told["gaze_yaw_rad"], told["gaze_pitch_rad"])
        seen.note(np.array(told["joints"]), told["face"], gaze)


class LiveLink(asyncio.DatagramProtocol):
    """Unreal's side: the 61 values that end a datagram."""

    def __init__(self, seen: Arrivals) -> None:
        self._seen = seen

    def datagram_received(self, data: bytes, addr: object) -> None:
        """A face, and a head that is turned on a body that stands still."""
        values = struct.unpack("!61f", data[-61 * 4 :])
        yaw, pitch, roll = values[52:55]
        joints = rest_pose()
        lean = np.array([0.0, 0.0, np.sin(roll / 2), np.cos(roll / 2)])
        joints[JOINT_INDEX["head"]] = multiply(turned(yaw, pitch), lean)
        self._seen.note(joints, values[:52], (values[55], values[56]))


class Robot:
    """A rosbridge server and, behind it, a robot that is at once where it is told to be next."""

    def __init__(self, seen: Arrivals) -> None:
        self._seen = seen
        self._angles: dict[str, float] = {}

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One link."""
        link = web.WebSocketResponse()
        await link.prepare(request)
        async for said in link:
            op = json.loads(said.data) if said.type is WSMsgType.TEXT else {}
            if op.get("topic") == _TRAJECTORY and op["op"] == "publish" and op["msg"]["points"]:
                angles = op["msg"]["points"][0]["positions"]
                self._angles = dict(zip(op["msg"]["joint_names"], angles, strict=True))
            elif op.get("topic") == _FACE and op["op"] == "publish" and self._angles:
                self._seen.note(self._joints(), op["msg"]["data"], (0.0, 0.0))
        return link

    def _joints(self) -> Floats:
        joints = np.asarray(rest_pose(), np.float64)
        for bones, axes in _CHAINS.items():
            turns = [_about(axis, self._angles[f"{bones[-1]}_{axis}"]) for axis in axes]
            joints[JOINT_INDEX[bones[-1]]] = reduce(multiply, turns, IDENTITY)
        joints[JOINT_INDEX["neck"]] = IDENTITY
        return joints


def _about(axis: str, angle_rad: float) -> Floats:
    turn = np.zeros(4)
    turn["xyz".index(axis)], turn[3] = np.sin(angle_rad / 2), np.cos(angle_rad / 2)
    return turn


def _robot(port: int) -> RosConfig:
    """Head and both arms; it tells nobody where it is, so its first move is a slow one."""
    joints = tuple(
        RosJoint(
            name=f"{bones[-1]}_{axis}", bones=bones, axis=axis,
            lowest_rad=-3.1, highest_rad=3.1, fastest_rad_s=20,
        )
        for bones, axes in _CHAINS.items()
        for axis in axes
    )  # fmt: skip
    return RosConfig(
        address=f"ws://127.0.0.1:{port}/", trajectory_topic=_TRAJECTORY, face_topic=_FACE,
        state_topic="", joints=joints,
    )  # fmt: skip


async def received() -> tuple[dict[str, Arrivals], Performance]:
    """Perform, and return what arrived over each protocol."""
    seen = {name: Arrivals() for name in ("zmq", "ros", "livelink")}
    loop, address = asyncio.get_running_loop(), f"tcp://127.0.0.1:{free_port()}"
    transport, _ = await loop.create_datagram_endpoint(
        lambda: LiveLink(seen["livelink"]), local_addr=("127.0.0.1", 0)
    )
    app = web.Application()
    app.router.add_get("/", Robot(seen["ros"]).serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bodies = [
        built(ZmqConfig(address=address)),
        built(_robot(runner.addresses[0][1])),
        built(LiveLinkConfig(port=transport.get_extra_info("sockname")[1])),
    ]

    async def subscribe() -> None:
        await zmq_arrivals(address, seen["zmq"])

    shown = await perform(bodies, jobs=[subscribe])
    transport.close()
    await runner.cleanup()
    return seen, shown


def moved(frame: Frame) -> float:
    """How far the upper arms are from where they rest."""
    arms = [JOINT_INDEX["leftUpperArm"], JOINT_INDEX["rightUpperArm"]]
    rest = rest_pose()[arms]
    return float(np.max(1 - np.abs(np.sum(frame.joints[arms] * rest, axis=1))))


def shape(name: str) -> Callable[[Frame], float]:
    """How much of a blendshape a frame has."""
    return lambda frame: float(frame.face[FACE_INDEX[name]])


def moments(frames: Sequence[Frame], of: Sequence[Callable[[Frame], float]]) -> list[float]:
    """Of each of as many stretches of time the moment that has most of something."""
    parts = np.array_split(np.arange(len(frames)), len(of))
    return [
        frames[max(part.tolist(), key=lambda i, most=most: most(frames[i]))].at  # type: ignore[misc]
        for part, most in zip(parts, of, strict=True)
    ]


def strip(frames: Sequence[Frame], at: Sequence[float], preview: Preview) -> Picture:
    """What had arrived at these moments, in a row."""
    shown = [max((f for f in frames if f.at <= when), key=lambda f: f.at) for when in at]
    return np.concatenate([preview.draw(frame) for frame in shown], axis=1)


def write(folder: Path) -> None:
    """Perform, receive and draw."""
    cv2 = importlib.import_module("cv2")
    seen, shown = asyncio.run(received())
    character = read_character(VRM)
    body = Preview(character, size=SIZE_PX, camera=VISITOR)
    face = Preview(character, size=SIZE_PX, camera=FACE_CAMERA)
    spoken = [frame for frame in seen["zmq"].frames if frame.at > shown.began_at]
    gestures, words = moments(spoken, [moved] * 4), moments(spoken, list(map(shape, WORDS)))
    cameras = {"zmq": (body, gestures), "ros": (body, gestures), "livelink": (face, words)}
    for name, (preview, at) in cameras.items():
        picture = strip(seen[name].frames, at, preview)[..., ::-1]
        path = folder / f"{name}.jpg"
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        print(f"{path}: {len(seen[name].frames)} poses arrived, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
