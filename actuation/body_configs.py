"""What an operator says of each further body: its kind, its address, its limits.

The page's avatar is always there; these come beside it, played from the same score.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from actuation.ros_config import RosConfig
from actuation.zmq_config import ZmqConfig


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", max_length=40, description="How it is called in logs; empty: its kind.")


class ReachyConfig(_Body):
    """A Reachy Mini, through its own daemon."""

    kind: Literal["reachy"] = "reachy"
    address: str = Field("http://127.0.0.1:8000", description="The daemon's HTTP address.")
    sound: bool = Field(False, description="Its loudspeaker plays the voice.")


class HumanoidConfig(_Body):
    """Any arm or humanoid described by a file, moved in MuJoCo."""

    kind: Literal["humanoid"] = "humanoid"
    model: Path | None = Field(
        None, description="URDF or MJCF file; empty: the example that comes with this program."
    )
    mapping: Path | None = Field(None, description="Which of its axes is which; empty: likewise.")


class MqttConfig(_Body):
    """Acts, state, health and commands over MQTT 5."""

    kind: Literal["mqtt"] = "mqtt"
    host: str = Field("127.0.0.1", description="The broker.")
    port: int = Field(1883, ge=1, le=65535, description="Its port; 8883 is usual with TLS.")


class VmcConfig(_Body):
    """A puppet in VSeeFace, Warudo and others, by the VMC protocol over OSC."""

    kind: Literal["vmc"] = "vmc"
    host: str = Field("127.0.0.1", description="Where the program that shows it runs.")
    port: int = Field(39539, ge=1, le=65535, description="Its VMC port.")


class LiveLinkConfig(_Body):
    """A MetaHuman's face in Unreal, by Live Link Face over UDP."""

    kind: Literal["livelink"] = "livelink"
    host: str = Field("127.0.0.1", description="Where Unreal runs.")
    port: int = Field(11111, ge=1, le=65535, description="Its Live Link Face port.")


BodyConfig = Annotated[
    ReachyConfig | HumanoidConfig | ZmqConfig | MqttConfig | VmcConfig | LiveLinkConfig | RosConfig,
    Field(discriminator="kind"),
]
