"""The settings of the page server, as an operator writes them in YAML."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ServerConfig(BaseModel):
    """Where the pages are served and who may see what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Anything but 127.0.0.1 lets other machines connect.",
    )
    port: int = Field(8710, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    names: tuple[str, ...] = Field(
        (), description="Host names under which browsers reach the server, besides localhost."
    )
    origins: tuple[str, ...] = Field(
        (), description="Other sites whose pages may open a socket here, like https://kiosk.site."
    )
    certificate: Path | None = Field(
        None, description="TLS certificate (PEM); browsers want https for a camera elsewhere."
    )
    certificate_key: Path | None = Field(None, description="TLS key (PEM).")
    token_file: Path = Field(
        Path("var/token"), description="Where the operator's token is kept; made at first start."
    )
    panel: Literal["token", "open"] = Field(
        "token",
        description="Who sees facts about people on the kiosk page: operators, or anyone (demo).",
    )
    agent_name: str = Field("Foyer", max_length=60, description="The name the page shows.")
    language: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="Page language.")
    help_text: str = Field(
        "A person has been called. Someone will be with you shortly.",
        max_length=200,
        description="What the page says when help was called.",
    )
    avatar: Path = Field(
        Path("actuation/embodiments/avatar/receptionist.vrm"),
        description="The character: any VRM 1.0 file; ARKit blendshapes give it a full face.",
    )
    desk: Path = Field(
        Path("actuation/embodiments/avatar/desk.glb"), description="The desk in front of it."
    )
    pages_at_once: int = Field(8, ge=1, le=64, description="Sockets open at the same time.")
    pictures_hz: float = Field(
        12.0, ge=1, le=20, description="Pictures a second wanted while somebody is there."
    )
    idle_pictures_hz: float = Field(
        6.0, ge=1, le=20, description="Pictures a second wanted while nobody is."
    )
