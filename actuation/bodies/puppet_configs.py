"""What an operator says of figures that another program draws: by VMC, by Live Link Face."""

from typing import Literal

from pydantic import Field

from actuation.bodies.config import NamedBody


class PuppetConfig(NamedBody):
    """A figure that another program draws, posed by datagrams."""

    kind: str
    host: str = Field(
        "127.0.0.1", min_length=1, description="Where the program that shows it runs."
    )
    port: int = Field(ge=1, le=65535, description="The UDP port it listens at.")
    rate_hz: int = Field(60, ge=10, le=120, description="Poses a second.")
    ahead_s: float = Field(
        0.0,
        ge=0,
        le=0.2,
        description="Poses are sent this much early, to make up for a program that draws late.",
    )
    settle_s: float = Field(
        1.0,
        ge=0.2,
        le=10,
        description="Time to reach the resting pose when nothing comes.",
    )


class VmcConfig(PuppetConfig):
    """A puppet in VSeeFace, Warudo and others, by the VMC protocol over OSC."""

    kind: Literal["vmc"] = "vmc"
    port: int = Field(39539, ge=1, le=65535, description="The UDP port it listens at.")
    shapes: Literal["perfect_sync", "arkit", "vrm0", "vrm1"] = Field(
        "perfect_sync",
        description="Names of the face's shapes: the 52 of perfect sync (EyeBlinkLeft), the same as"
        " ARKit writes them (eyeBlinkLeft), or the few presets of VRM 0 (A, Blink_L) or VRM 1 (aa,"
        " blinkLeft), which show the face roughly.",
    )
    gaze: Literal["bones", "shapes"] = Field(
        "bones",
        description="What turns the eyes. Shapes are for characters without eye bones; both at once"
        " would turn them twice. Presets have no shapes for it.",
    )
    full_look_yaw_rad: float = Field(
        0.6, ge=0.1, le=1.5, description="Eyes turned this far sideways: their shape is fully on."
    )
    full_look_pitch_rad: float = Field(0.5, ge=0.1, le=1.5, description="Likewise up and down.")
    hips_height_m: float = Field(
        0.93,
        ge=0.1,
        le=3,
        description="Height of the shown character's hips. Programs that take over positions of"
        " bones lift or sink it when this is wrong.",
    )


class LiveLinkConfig(PuppetConfig):
    """A MetaHuman's face in Unreal, by Live Link Face over UDP."""

    kind: Literal["livelink"] = "livelink"
    port: int = Field(11111, ge=1, le=65535, description="The UDP port it listens at.")
    subject: str = Field(
        "Foyer",
        min_length=1,
        max_length=60,
        description="The name under which Unreal lists it in its Live Link window.",
    )
    head_factors: tuple[float, float, float] = Field(
        (1.0, 1.0, 1.0),
        description="Factors on the head's yaw (left), pitch (up) and roll (to its own right), sent"
        " in radians. -1 turns one round, 0.318 sends half turns; 0 leaves the head to the body.",
    )
    full_look_yaw_rad: float = Field(
        0.7, ge=0.1, le=1.5, description="Eyes turned this far sideways: their shape is fully on."
    )
    full_look_pitch_rad: float = Field(0.6, ge=0.1, le=1.5, description="Likewise up and down.")
