"""Where what was fetched lies, for whoever opens it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def models_folder() -> Path:
    """Where models lie: `FOYER_MODELS`, else `models/` at the top of the checkout."""
    return Path(os.environ.get("FOYER_MODELS") or ROOT / "models").expanduser()
