"""What an operator says of each further body: its kind, its address, its limits.

The page's avatar is always there; these come beside it, played from the same score.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from actuation.bodies.loudness import LoudnessConfig
from actuation.bodies.puppet_configs import LiveLinkConfig, VmcConfig
from actuation.bodies.ros_config import RosConfig
from actuation.bodies.zmq_config import ZmqConfig


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", max_length=40, description="How it is called in logs; empty: its kind.")


class ReachyConfig(_Body):
    """A Reachy Mini, through its own daemon."""

    kind: Literal["reachy"] = "reachy"
    address: str = Field(
        "http://127.0.0.1:8000", pattern=r"^https?://", description="The daemon's HTTP address."
    )
    rate_hz: float = Field(50, ge=20, le=100, description="How often it is told where to be.")
    delay_s: float = Field(
        0.1,
        ge=0,
        le=0.4,
        description="How long its motors take to follow; it is told so much earlier.",
    )
    eyes_share: float = Field(
        0.9,
        ge=0,
        le=1,
        description="Its eyes do not move: this part of a look of the eyes is made by the head.",
    )
    eyes_settle_s: float = Field(
        0.4,
        ge=0,
        le=2,
        description="How slowly the head takes over darts of the eyes, and what they raise and"
        " lower: nods stay nods.",
    )
    sway_rad: float = Field(
        0.05,
        ge=0,
        le=0.12,
        description="How far the head dips with a loud voice, beside the nods of every body"
        " without a mouth.",
    )
    antennas: float = Field(
        1.0, ge=0, le=1, description="How much the antennas show of mood; 0 keeps them still."
    )
    speed_rad_s: float = Field(
        2.5, ge=0.2, le=4, description="The head turns no faster; the body 0.8, antennas 2 times."
    )
    acceleration_rad_s2: float = Field(
        25, ge=2, le=40, description="The head starts and stops no harder; others as with speed."
    )
    jerk_rad_s3: float = Field(
        500, ge=50, le=1000, description="Acceleration changes no faster; others as with speed."
    )
    wakes: bool = Field(
        True, description="Wake it when there is something to show and its motors are off."
    )
    sleeps: bool = Field(True, description="Lay it to sleep when the program ends.")
    voice: bool = Field(
        False,
        description="Its loudspeaker says what is said, over WebRTC; the page is silent then.",
    )
    voice_delay_s: float = Field(
        0.4,
        ge=0.1,
        le=1.5,
        description="From leaving this machine to being heard: its daemon keeps 0.3 s, and the"
        " loudspeaker takes its time.",
    )
    media_port: int = Field(
        8443,
        ge=1,
        le=65535,
        description="Where its daemon agrees on sound and pictures (WebRTC signalling).",
    )
    release_devices: bool = Field(
        False,
        description="Its daemon lets go of its camera, microphone and loudspeaker, so that this"
        " program can use them as devices of this machine (a robot attached by USB).",
    )


class HumanoidConfig(_Body):
    """Any arm or humanoid described by a file, moved in MuJoCo."""

    kind: Literal["humanoid"] = "humanoid"
    model: Path | None = Field(
        None,
        description="URDF or MJCF file, from where the program is started; empty: the example "
        "that comes with it.",
    )
    mapping: Path | None = Field(None, description="Which of its axes is which; empty: likewise.")
    speed_share: float = Field(
        1.0, ge=0.1, le=1.0, description="How much of the speed of its axes may be used."
    )
    clear_m: float = Field(
        0.015, ge=0.005, le=0.1, description="Its parts stay so far from each other, metres."
    )


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
    outbox_file: Path | None = Field(
        None,
        description="Where events wait, too, so that a restart of the agent loses none: an SQLite"
        " file, from where the program is started. Empty: in memory only.",
    )
    unsure_s: float = Field(
        15,
        ge=0,
        le=600,
        description="After a break events of so many seconds before it are sent again, marked: a"
        " broker that crashes takes along what it had confirmed and not yet passed on.",
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


class SpeakerConfig(_Body):
    """A loudspeaker of this machine. While it is configured the page is silent."""

    kind: Literal["speaker"] = "speaker"
    device: Annotated[int, Field(ge=0, le=256)] | Annotated[str, Field(max_length=80)] = Field(
        "", description="Its number, or a part of its name; empty: the system's own choice."
    )
    latency_s: float = Field(
        0.02,
        ge=0.003,
        le=0.2,
        description="Delay asked of the device, seconds. More stutters less and stops later.",
    )
    lead_s: float = Field(
        0.25, ge=0.05, le=2, description="How far ahead it is given the voice, seconds."
    )
    loudness: LoudnessConfig = Field(
        default_factory=LoudnessConfig, description="How loud the voice is, and when."
    )


BodyConfig = Annotated[
    ReachyConfig
    | HumanoidConfig
    | ZmqConfig
    | MqttConfig
    | VmcConfig
    | LiveLinkConfig
    | RosConfig
    | SpeakerConfig,
    Field(discriminator="kind"),
]
