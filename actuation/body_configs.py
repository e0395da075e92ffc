"""What an operator says of each further body: its kind, its address, its limits.

The page's avatar is always there; these come beside it, played from the same score.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from actuation.puppet_configs import LiveLinkConfig, VmcConfig
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


_FROM = r"^$|^env:[A-Za-z_][A-Za-z0-9_]*$|^file:.+$"


class MqttTls(BaseModel):
    """How the link to the broker is kept private."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca_file: Path | None = Field(
        None, description="Whose signature the broker's certificate must bear; empty: the system's."
    )
    certificate: Path | None = Field(None, description="This client's own certificate (PEM).")
    certificate_key: Path | None = Field(None, description="Its key (PEM).")


class MqttConfig(_Body):
    """Acts, state, health and commands over MQTT 5."""

    kind: Literal["mqtt"] = "mqtt"
    host: str = Field("127.0.0.1", min_length=1, description="The broker.")
    port: int = Field(1883, ge=1, le=65535, description="Its port; 8883 is usual with TLS.")
    prefix: str = Field(
        "foyer", pattern=r"^[^/+#\s$][^+#\s]*$", description="What every topic begins with."
    )
    agent: str = Field(
        "reception",
        pattern=r"^[^/+#\s]+$",
        max_length=40,
        description="This agent among those of one broker; topics are <prefix>/<agent>/...",
    )
    tls: MqttTls | None = Field(None, description="Empty: the link is not encrypted.")
    username_from: str = Field(
        "", pattern=_FROM, description="Where the user name is: env:NAME or file:PATH; empty: none."
    )
    password_from: str = Field(
        "", pattern=_FROM, description="Where the password is, likewise. It never stands in here."
    )
    secret_from: str = Field(
        "",
        pattern=_FROM,
        description="Where the secret is with which commands must be signed; empty: unsigned ones"
        " are obeyed from anyone whom the broker lets write there.",
    )
    unsigned_stop: bool = Field(
        False, description="An emergency stop is obeyed without a signature even so."
    )
    words: bool = Field(
        False,
        description="Publish what is said, and reasons that may quote a visitor. Personal data.",
    )
    host_names: bool = Field(
        False, description="Publish sentences that name a host, too (needs words). Personal data."
    )
    pose_hz: float = Field(
        0.0, ge=0, le=10, description="How often the pose is published, a second; 0: never."
    )
    outbox: int = Field(
        2000,
        ge=10,
        le=100_000,
        description="Events kept while the broker is away; then the oldest are given up, counted.",
    )
    session_expiry_s: int = Field(
        3600, ge=0, le=604_800, description="How long the broker keeps commands while we are away."
    )
    keepalive_s: int = Field(
        10, ge=2, le=600, description="Silence after which broker and agent give each other up."
    )
    answer_within_s: float = Field(
        5.0, ge=0.5, le=60, description="A broker that takes longer to confirm is called again."
    )
    first_delay_s: float = Field(
        0.5, ge=0.05, le=60, description="Pause before the broker is called again; it doubles."
    )
    longest_delay_s: float = Field(15, ge=0.1, le=600, description="The pause grows no longer.")
    command_bytes: int = Field(
        4096, ge=256, le=65_536, description="Commands longer than this are refused."
    )
    command_max_age_s: float = Field(
        10, ge=1, le=600, description="A release that was sent longer ago than this is refused."
    )
    commands_per_s: float = Field(
        5, gt=0, le=100, description="Commands taken a second; more are refused."
    )


BodyConfig = Annotated[
    ReachyConfig | HumanoidConfig | ZmqConfig | MqttConfig | VmcConfig | LiveLinkConfig | RosConfig,
    Field(discriminator="kind"),
]
