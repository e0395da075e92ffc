"""The bodies there are, by kind. The class is imported when a configuration asks for it."""

import importlib
from collections.abc import AsyncIterable, Callable
from typing import Protocol

from actuation.bodies.configs import BodyConfig, HumanoidConfig
from actuation.bodies.robot_mapping import load_mapping
from actuation.motion import BodyDescription, Embodiment, StageItem
from agent.core.backend import Row, Table, pick
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import Health, Message

BODIES: Table = {
    "reachy": Row(
        path="actuation.embodiments.reachy:ReachyBody",
        about="a Reachy Mini, through its own daemon",
    ),
    "humanoid": Row(
        path="actuation.embodiments.humanoid:HumanoidBody",
        about="any arm or humanoid from URDF or MJCF, in MuJoCo",
        packages=("mujoco",),
        cure="pip install 'foyer[humanoid]'",
    ),
    "zmq": Row(
        path="actuation.embodiments.zmq_:ZmqBody",
        about="frames and acts for subscribers, by ZeroMQ",
        packages=("zmq", "msgpack"),
    ),
    "mqtt": Row(
        path="actuation.embodiments.mqtt:MqttBody",
        about="acts, state, health and commands, by MQTT 5",
        packages=("aiomqtt",),
    ),
    "vmc": Row(
        path="actuation.embodiments.vmc:VmcBody",
        about="VSeeFace, Warudo and other puppets, by VMC over OSC",
    ),
    "livelink": Row(
        path="actuation.embodiments.livelink:LiveLinkBody",
        about="a MetaHuman in Unreal, by Live Link Face",
    ),
    "ros": Row(
        path="actuation.embodiments.ros:RosBody",
        about="a robot in ROS 2, by rosbridge",
        packages=("aiohttp",),
    ),
    "speaker": Row(
        path="actuation.embodiments.speaker:SpeakerBody",
        about="a loudspeaker of this machine, through PortAudio",
        packages=("sounddevice",),
        cure="pip install 'foyer[local]' (on Debian also apt install libportaudio2)",
    ),
}


def check_files(config: BodyConfig) -> None:
    """Read the files that a body names, as it would when it starts; nothing is opened or moved.

    Raises `BadInputError` with what is wrong. Without its package only what is known of them
    without it is looked at.
    """
    if not isinstance(config, HumanoidConfig):
        return
    if (config.model is None) != (config.mapping is None):
        raise BadInputError("a robot needs both: model and mapping; only one of them is given")
    if not BODIES[config.kind].missing():
        module = importlib.import_module("actuation.embodiments.humanoid_model")
        module.load_robot(config.model, config.mapping)
    elif config.mapping is not None and config.model is not None:
        load_mapping(config.mapping)
        if not config.model.is_file():
            raise BadInputError(f"{config.model}: cannot be read: there is no such file")


class RunningBody(Embodiment, Protocol):
    """A body with a loop of its own: the runtime keeps it alive."""

    name: str

    async def run(self) -> None:
        """Serve the body until cancelled; fail when it is gone, to be started again."""
        ...


def build_body(
    config: BodyConfig,
    *,
    clock: Clock,
    publish: Callable[[Message], None],
    traffic: AsyncIterable[Message],
) -> RunningBody:
    """Make the body `config` names. Opens nothing yet.

    `publish`: what it played, refused and was commanded. `traffic`: every message of the agent,
    for bodies that pass acts and states on. Where its packages are not installed, an `AbsentBody`
    stands in its place, which says what cures it: the others play on.
    """
    try:
        kind = pick("body", BODIES, config.kind)
    except BackendUnavailableError as fault:
        return AbsentBody(config.name or config.kind, str(fault))
    made: RunningBody = kind(config=config, clock=clock, publish=publish, traffic=traffic)
    return made


class AbsentBody:
    """In the place of a body that cannot be had on this machine: shows nothing, and says why."""

    def __init__(self, called: str, why: str) -> None:
        self.name = f"actuation.body.{called}"
        self._called = called
        self._why = why

    def describe(self) -> BodyDescription:
        """It shows nothing."""
        return BodyDescription(name=self._called, lead_s=0.01, watches=True, cannot=(self._why,))

    async def connect(self) -> None:
        """Nothing to wait for."""

    def apply(self, item: StageItem) -> None:
        """Not shown."""

    async def rest(self) -> None:
        """Nothing to let go of."""

    def health(self) -> Health:
        """Not there."""
        return Health.DEGRADED

    async def run(self) -> None:
        """Raises `BackendUnavailableError` with the cure."""
        raise BackendUnavailableError(f"{self._why}; then start again")
