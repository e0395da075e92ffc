"""Real clips: when somebody came and went, against what the pictures show."""

from pathlib import Path

from agent.bench.figure import Figure


def clip_figures(folder: Path) -> list[Figure]:
    """Nothing yet."""
    return []
