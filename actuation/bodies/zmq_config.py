"""What an operator says of the ZeroMQ stream: where, who may listen, who may stop."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from actuation.bodies.config import NamedBody

_ADDRESS: Final = re.compile(
    r"tcp://(?P<host>\*|[0-9.]+|\[[0-9a-fA-F:.]+\]):(?:\d{1,5}|\*)|ipc://\S+"
)


class ZmqConfig(NamedBody):
    """Frames and acts for anyone who subscribes by ZeroMQ; stop and release from outside."""

    kind: Literal["zmq"] = "zmq"
    address: str = Field(
        "tcp://127.0.0.1:5571",
        max_length=200,
        description="Where frames, acts, states and health are published (a PUB socket listens).",
    )
    commands: str = Field(
        "tcp://127.0.0.1:5572",
        max_length=200,
        description="Where emergency stops are taken (a ROUTER socket listens); empty: nowhere.",
    )
    rate_hz: float = Field(60, ge=1, le=120, description="Frames published a second.")
    voice: bool = Field(False, description="The sound of the voice is published, too.")
    words: bool = Field(True, description="Acts carry what is said; false: they come without.")
    high_water: int = Field(
        120, ge=2, le=10_000, description="Messages kept for a slow subscriber; more are dropped."
    )
    server_key: Path | None = Field(
        None,
        description="Secret CURVE key of this side, readable by its owner alone; empty: anyone on"
        " this machine may subscribe and stop.",
    )
    client_keys: Path | None = Field(
        None, description="Folder of the public keys (NAME.key) that may connect."
    )
    may_release: tuple[str, ...] = Field(
        (), description="Names of the keys in `client_keys` that may end an emergency."
    )
    most_command_bytes: int = Field(
        1024, ge=64, le=16_384, description="Longest command taken; longer ones are refused."
    )
    commands_per_s: float = Field(
        5, ge=0.1, le=100, description="Releases taken a second from one client; a stop always is."
    )

    @model_validator(mode="after")
    def _kept_to_itself_or_locked(self) -> "ZmqConfig":
        if (self.server_key is None) != (self.client_keys is None):
            raise ValueError("server_key and client_keys belong together: give both or neither")
        if self.may_release and self.client_keys is None:
            raise ValueError("may_release names keys: give server_key and client_keys, too")
        for field, address in (("address", self.address), ("commands", self.commands)):
            if field == "commands" and not address:
                continue
            if _ADDRESS.fullmatch(address) is None:
                raise ValueError(
                    f"{field} must be tcp://IP:PORT, tcp://*:PORT or ipc://PATH, and is {address!r}"
                )
            if self.server_key is None and not _on_this_machine(address):
                raise ValueError(
                    f"{field} {address} can be reached from other machines, and no key guards it:"
                    " give server_key and client_keys (make them with `python -m"
                    " actuation.embodiments.zmq_keys FOLDER NAME`), or listen on 127.0.0.1"
                )
        return self


def _on_this_machine(address: str) -> bool:
    """Whether only programs of this machine can connect. A file (ipc) has its own rights."""
    match = _ADDRESS.fullmatch(address)
    host = match["host"] if match else None
    if host is None:
        return address.startswith("ipc://")
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:  # `*`, or no address at all
        return False
