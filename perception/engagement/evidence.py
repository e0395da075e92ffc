"""What one person has done in the last seconds, as engagement needs to know it. Pure.

Each `..._s` says for how long something has held without a break, up to the newest sighting.
"""

import math
from collections import deque

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import PersonSeen


class EvidenceConfig(BaseModel):
    """What counts as looking, standing, coming and going."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    look_deg: float = Field(
        25.0, gt=0, le=90, description="A gaze within this of the agent is a look at it."
    )
    keep_look_deg: float = Field(
        30.0, gt=0, le=90, description="The same for one who is already attending."
    )
    look_window_s: float = Field(
        1.5, gt=0, le=10, description="The time over which looks are counted."
    )
    still_m_s: float = Field(0.3, gt=0, le=2, description="Slower than this is standing.")
    walking_m_s: float = Field(0.5, gt=0, le=3, description="Faster than this is walking.")
    closing_m_s: float = Field(
        0.25, gt=0, le=3, description="Nearing the agent faster than this is coming."
    )
    heading_deg: float = Field(
        30.0, gt=0, le=90, description="Coming means walking within this of straight at the agent."
    )
    leaving_m_s: float = Field(
        0.25, gt=0, le=3, description="Moving off faster than this is going away."
    )
    turned_deg: float = Field(
        100.0, ge=45, le=180, description="A body turned farther than this shows its back."
    )
    gap_s: float = Field(
        1.0, gt=0, le=10, description="After a longer gap in the sightings, nothing has held."
    )


AVERTED_SHARE = 0.3
"""Fewer looks than this are looking elsewhere."""
KNOWN_SHARE = 0.4
"""Part of the window in which the gaze must be known, or nothing is said about it."""
POSE_WEIGHT = 0.5
"""A head direction read from the body says half as much as a face."""


class Evidence:
    """Counts for one person."""

    def __init__(self, config: EvidenceConfig) -> None:
        self._config = config
        self._looks: deque[tuple[float, float, float]] = deque()
        """(at, weight, off_rad)"""
        self._since: dict[str, float] = {}
        self.seen: PersonSeen | None = None

    def take(self, seen: PersonSeen) -> None:
        """Take in the next sighting."""
        if self.seen is not None and seen.at - self.seen.at > self._config.gap_s:
            self._since.clear()
            self._looks.clear()
        self.seen = seen
        if seen.gaze_off_rad is not None:
            self._looks.append((seen.at, 1.0, seen.gaze_off_rad))
        elif seen.head_yaw_rad is not None:
            self._looks.append((seen.at, POSE_WEIGHT, abs(seen.head_yaw_rad)))
        while self._looks and seen.at - self._looks[0][0] > self._config.look_window_s:
            self._looks.popleft()
        for name, holds in self._now(seen).items():
            if not holds:
                self._since.pop(name, None)
            else:
                self._since.setdefault(name, seen.at)

    def _now(self, seen: PersonSeen) -> dict[str, bool]:
        config, closing = self._config, seen.approach_m_s
        straight = closing >= seen.speed_m_s * math.cos(math.radians(config.heading_deg))
        turned = seen.facing_rad is not None and seen.facing_rad > math.radians(config.turned_deg)
        share = self.looking(keep=True)
        return {
            "in view": True,
            "still": seen.speed_m_s <= config.still_m_s,
            "walking": seen.speed_m_s >= config.walking_m_s,
            "coming": closing >= config.closing_m_s and straight,
            "leaving": closing <= -config.leaving_m_s,
            "turned": turned,
            "averted": share is not None and share < AVERTED_SHARE,
        }

    def holds_s(self, name: str) -> float:
        """For how long it has held: `in view`, `still`, `walking`, `coming`, `averted` ..."""
        since = self._since.get(name)
        return 0.0 if since is None or self.seen is None else self.seen.at - since

    def holds(self, name: str) -> bool:
        """Whether it holds at the newest sighting."""
        return name in self._since

    def looking(self, *, keep: bool = False) -> float | None:
        """Part of the last window spent looking at the agent; None: unknown, not "no"."""
        if self.seen is None or not self._looks:
            return None
        known_s = self._looks[-1][0] - self._looks[0][0]
        if known_s < KNOWN_SHARE * self._config.look_window_s:
            return None
        limit = math.radians(self._config.keep_look_deg if keep else self._config.look_deg)
        total = sum(weight for _, weight, _ in self._looks)
        return sum(weight for _, weight, off in self._looks if off <= limit) / total

    def looked_s(self) -> float:
        """How much of the window the looks span, seconds."""
        return self._looks[-1][0] - self._looks[0][0] if self._looks else 0.0
