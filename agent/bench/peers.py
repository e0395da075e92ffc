"""Environments for the peers that a bench compares with, made on demand and kept."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]


class PeerMissingError(Exception):
    """The peer could not be installed or did not answer; the bench goes on without a baseline."""


def environment(name: str, *requirements: str) -> Path:
    """The Python of a virtual environment that has these requirements. Shows its progress.

    Raises `PeerMissingError`.
    """
    home = _cache() / f"peer-{name}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = home / "requirements.txt"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    say(f"making an environment for {name} in {home}: {', '.join(requirements)}")
    try:
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, *requirements], check=True, timeout=1200, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        raise PeerMissingError(f"{name} could not be installed: {error}") from None
    stamp.write_text(wanted)
    return python


def ask(python: Path, script: Path, *arguments: str, timeout_s: float = 120.0) -> Any:  # noqa: ANN401
    """Run a script in a peer's environment; return the JSON it prints last.

    Raises `PeerMissingError`.
    """
    command = [str(python), str(script), *arguments]
    try:
        done = subprocess.run(
            command, check=True, timeout=timeout_s, capture_output=True, text=True
        )
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        said = getattr(error, "stderr", "") or ""
        detail = str(said).strip().splitlines()[-1:] or [str(error)]
        raise PeerMissingError(f"{script.name} {' '.join(arguments)}: {detail[0]}") from None


def say(text: str) -> None:
    """Progress, apart from the results."""
    print(text, file=sys.stderr, flush=True)


def _cache() -> Path:
    """`.cache` of the checkout where that can be written, else the user's."""
    if (_ROOT / "pyproject.toml").exists() and os.access(_ROOT, os.W_OK):
        return _ROOT / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "foyer"
