"""A rosbridge server with a robot behind it, written from the protocol's description alone.

It takes nothing that is not a valid operation. The robot goes straight from point to point, as a
joint trajectory controller does, and notes where each joint was.
"""

import asyncio
import contextlib
import json

import jsonschema
import numpy as np
from aiohttp import WSMsgType, web

from actuation.bodies.ros_config import RosConfig
from actuation.embodiments.ros import RosBody
from agent.core.clock import LoopClock
from agent.core.messages import ComponentHealth
from tests.fakes.zmq_subscribers import Traffic

TOPIC = {"type": "string", "pattern": "^(/[A-Za-z][A-Za-z0-9_]*)+$"}
TYPE = {"type": "string", "pattern": "^[a-z_]+/msg/[A-Za-z0-9]+$"}
TIME = {
    "type": "object",
    "properties": {
        "sec": {"type": "integer", "minimum": 0},
        "nanosec": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    },
    "required": ["sec", "nanosec"],
    "additionalProperties": False,
}
NUMBERS = {"type": "array", "items": {"type": "number"}}


def exactly(**fields):
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


OPS = {
    "advertise": exactly(op={}, topic=TOPIC, type=TYPE),
    "subscribe": exactly(
        op={}, topic=TOPIC, type=TYPE, throttle_rate={"type": "integer", "minimum": 0},
        queue_length={"type": "integer", "minimum": 0},
    ),
    "publish": exactly(op={}, topic=TOPIC, msg={"type": "object"}),
}  # fmt: skip
MESSAGES = {
    "trajectory_msgs/msg/JointTrajectory": exactly(
        header=exactly(stamp=TIME, frame_id={"type": "string"}),
        joint_names={"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        points={
            "type": "array",
            "items": exactly(
                positions=NUMBERS, velocities=NUMBERS, accelerations=NUMBERS, effort=NUMBERS,
                time_from_start=TIME,
            ),
        },
    ),
    "std_msgs/msg/Float32MultiArray": exactly(
        layout=exactly(
            dim={
                "type": "array",
                "items": exactly(
                    label={"type": "string"},
                    size={"type": "integer", "minimum": 0},
                    stride={"type": "integer", "minimum": 0},
                ),
            },
            data_offset={"type": "integer", "minimum": 0},
        ),
        data=NUMBERS,
    ),
    "std_msgs/msg/String": exactly(data={"type": "string"}),
}  # fmt: skip

CHECKED = {
    name: jsonschema.Draft202012Validator(schema) for name, schema in (OPS | MESSAGES).items()
}
"""Made once: making them takes longer than checking."""


class Robot:
    """Joints that go straight from point to point."""

    def __init__(self, now, **at):
        self._now = now
        self.joints = dict(at)
        self.stuck = False
        """Somebody holds it: it goes nowhere."""
        self.path = []
        """(when, {joint: angle})."""
        self._plan = []
        self._from = (now(), dict(at))

    def take(self, trajectory):
        now = self._now()
        if self.stuck:
            return
        names = trajectory["joint_names"]
        assert set(names) <= set(self.joints), names
        times = [p["time_from_start"] for p in trajectory["points"]]
        seconds = [t["sec"] + t["nanosec"] / 1e9 for t in times]
        assert seconds == sorted(set(seconds)), "times rise"
        assert all(len(p["positions"]) == len(names) for p in trajectory["points"])
        if any(v for p in trajectory["points"][-1:] for v in p["velocities"]):
            raise AssertionError("it does not end standing")
        self._from = (now, self.at(now))
        self._plan = [
            (now + s, dict(zip(names, p["positions"], strict=True)))
            for s, p in zip(seconds, trajectory["points"], strict=True)
        ]

    def move_by_hand(self, **joints):
        self._from, self._plan = (self._now(), joints), []

    def at(self, now):
        times = [self._from[0], *(t for t, _ in self._plan)]
        return {
            name: float(
                np.interp(now, times, [self._from[1][name], *(p[name] for _, p in self._plan)])
            )
            for name in self.joints
        }

    def live(self):
        now = self._now()
        self.joints = self.at(now)
        self.path.append((now, dict(self.joints)))

    def angles(self, name):
        return np.array([at[name] for _, at in self.path])


class Bridge:
    """The server."""

    def __init__(self, **joints):
        now = asyncio.get_running_loop().time
        self.robot = Robot(now, **joints)
        self.ops = []
        """(when, operation), in order."""
        self.links = []
        self.ears = []
        """Links on which somebody asked for the emergency topic."""
        self.states = True
        """It says where its joints are."""
        self.deaf = False
        """It lets nobody read the emergency topic."""
        self.hangs = None
        """The link that is not read any more."""
        self.faults = []
        self._now = now
        self._types = {}
        self._runner = self._site = None
        self.port = 0

    @property
    def address(self):
        return f"ws://127.0.0.1:{self.port}"

    async def start(self):
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._site._server.sockets[0].getsockname()[1]

    async def stop(self):
        for link in [*self.links, *self.ears]:
            await link.close()
        self.links.clear()
        self.ears.clear()
        await self._runner.cleanup()

    def published(self, topic):
        return [(w, op["msg"]) for w, op in self.ops if op["op"] == "publish" == op["op"]
                and op["topic"] == topic]  # fmt: skip

    async def say(self, topic, message):
        text = json.dumps({"op": "publish", "topic": topic, "msg": message})
        for link in list(self.ears if topic == "/emergency_stop" else self.links):
            await link.send_str(text)

    async def raw(self, text):
        for link in list(self.links):
            await link.send_str(text)

    async def live(self):
        """Move the robot, and say where it is."""
        while True:
            self.robot.live()
            if self.states:
                with contextlib.suppress(ConnectionError):
                    names, angles = zip(*self.robot.joints.items(), strict=True)
                    await self.say(
                        "/joint_states",
                        {"header": {}, "name": [*names, "wheel"], "position": [*angles, 3.0],
                         "velocity": [], "effort": [None]},
                    )  # fmt: skip
            await asyncio.sleep(0.01)

    async def _serve(self, request):
        link = web.WebSocketResponse()
        await link.prepare(request)
        self.links.append(link)
        try:
            async for said in link:
                while self.hangs is link:  # noqa: ASYNC110 - reads nothing, answers no ping
                    await asyncio.sleep(0.02)
                if said.type is WSMsgType.TEXT:
                    self._take(said.data, link)
        except ConnectionError:
            pass  # the other side left
        except Exception as fault:  # shown when the block ends
            self.faults.append(fault)
        finally:
            for links in (self.links, self.ears):
                if link in links:
                    links.remove(link)
        return link

    def _take(self, text, link):
        op = json.loads(text, parse_constant=lambda name: self.faults.append(name))
        CHECKED[op["op"]].validate(op)
        self.ops.append((self._now(), op))
        if op["op"] == "subscribe" and op["topic"] == "/emergency_stop":
            if self.deaf:
                raise ConnectionError
            self.links.remove(link)
            self.ears.append(link)
        elif op["op"] == "advertise":
            self._types[op["topic"]] = op["type"]
        elif op["op"] == "publish":
            kind = self._types[op["topic"]]
            CHECKED[kind].validate(op["msg"])
            if kind.endswith("JointTrajectory"):
                self.robot.take(op["msg"])


class Linked:
    """A body, the bridge it is linked to, and what it told."""

    def __init__(self, body, bridge, clock, told, traffic):
        self.body, self.bridge, self.clock, self.told, self.traffic = (
            body, bridge, clock, told, traffic,
        )  # fmt: skip

    def of(self, kind):
        return [m for m in self.told if isinstance(m, kind)]

    def healths(self):
        return [(str(m.health), m.detail) for m in self.of(ComponentHealth)]

    async def until(self, condition, within_s=5.0):
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def linked(*, robot=None, started=True, settled=True, **config):
    """A `Linked` that lives until the block ends. `robot`: where its joints are."""
    clock, told, traffic = LoopClock(asyncio.get_running_loop()), [], Traffic()
    bridge = Bridge(**robot or {"head_pan_joint": 0.0, "head_tilt_joint": 0.0})
    await bridge.start()
    if not started:
        await bridge.stop()
    body = RosBody(
        config=RosConfig(address=bridge.address, **config), clock=clock, publish=told.append,
        traffic=traffic,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(body.run()), loop.create_task(bridge.live())]
    world = Linked(body, bridge, clock, told, traffic)
    world.running = tasks[0]
    try:
        if started and settled:
            await world.until(lambda: body.health() == "running")
        yield world
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await bridge.stop()
        assert not bridge.faults, bridge.faults
