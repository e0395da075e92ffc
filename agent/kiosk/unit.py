"""The systemd unit that keeps a kiosk running: as the person who logs in, without more rights.

A user unit, because screen, sound and camera belong to whoever is logged in. It starts with the
graphical session, so the machine must log that person in by itself.
"""

import os
from collections.abc import Sequence
from pathlib import Path

NAME = "foyer-kiosk.service"
_TEXT = """\
[Unit]
Description=Foyer receptionist, full screen
PartOf=graphical-session.target
After=graphical-session.target
# It is never given up on: a kiosk has nobody beside it.
StartLimitIntervalSec=0

[Service]
Type=notify
# The agent says three times within this that its loop turns and its essential parts run. One that
# hangs is killed and started again.
WatchdogSec=30
TimeoutStartSec=180
WorkingDirectory={folder}
ExecStart={command}
Environment=PYTHONUNBUFFERED=1
Restart=on-failure
RestartSec=5
# The agent ends its browser itself; what is left after that is killed with it.
KillMode=mixed
TimeoutStopSec=20

# What follows needs no rights of its own. Restrictions that would close Chromium's own sandbox
# (RestrictNamespaces, MemoryDenyWriteExecute, SystemCallFilter) are left out on purpose.
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0077
OOMPolicy=stop
LimitCORE=0

[Install]
WantedBy=graphical-session.target
"""


def unit_folder() -> Path:
    """Where a person's own units are kept."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base else Path.home() / ".config") / "systemd" / "user"


def unit_text(command: Sequence[str], folder: Path) -> str:
    """The unit that runs `command` in `folder`, both absolute."""
    return _TEXT.format(
        command=" ".join(map(_quoted, command)), folder=str(folder).replace("%", "%%")
    )


def install_lines() -> list[str]:
    """The commands that make it start, now and after each boot."""
    return [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {NAME}",
    ]


def uninstall_lines() -> list[str]:
    """The commands that stop what still runs of it."""
    return [f"systemctl --user stop {NAME}", "systemctl --user daemon-reload"]


def remove(path: Path) -> None:
    """Remove the unit, and the link by which it is enabled. Raises `OSError`."""
    (path.parent / "graphical-session.target.wants" / NAME).unlink(missing_ok=True)
    path.unlink()


def _quoted(word: str) -> str:
    """A word as systemd reads it: specifiers and variables taken literally, blanks kept."""
    word = word.replace("%", "%%").replace("$", "$$")
    if word and not any(c in word for c in " \t\"'\\;"):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
