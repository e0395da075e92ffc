"""Recordings for tests that need real sound or pictures; they lie beside the checkout."""

from pathlib import Path

import pytest

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"


def media(name):
    """Path of a recording such as `video/lobby_approach.mp4`; skips the test without it."""
    path = MEDIA / name
    if not path.exists():
        pytest.skip(f"needs the recording {name} in ../shared/media")
    return path
