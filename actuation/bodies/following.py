"""How the other bodies keep with the voice when it is heard later than planned. Pure.

The mouthpiece owns the playout. Sound that comes too late, or a loudspeaker that is starved, moves
its words on the stage, and it says so (`Played`). The others are then given their frames for so
much later, those already sent included, and blend over to them. After the words they come back
slowly, as the page does; what follows a cut begins on the stage's own time.
"""

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from actuation.motion import (
    FRAME_RATE_HZ,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    MoodLaid,
    StageItem,
    VoiceChunk,
)

MOST_S: Final = 2.0
_NOTICED_S: Final = 0.004
"""Smaller changes are the noise of clocks."""
_BACK: Final = 0.1
"""Seconds a second by which silence brings stage time and the others together again."""
_BLEND_S: Final = 0.05
_KEPT: Final = round((MOST_S + 1) * FRAME_RATE_HZ)


class Following:
    """By how much the others are later than the stage."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        self._generation = 0
        self._sent: deque[Frame] = deque(maxlen=_KEPT)
        """By stage time, as they came."""

    def take(self, item: StageItem) -> StageItem:
        """`item` as the others get it."""
        match item:
            case Cut():
                self.lag_s = 0.0
                self._sent.clear()
            case FrameChunk() if item.frames:
                self._generation = item.generation
                self._sent.extend(item.frames)
                if item.frames[-1].utterance is None:
                    self.lag_s = max(0.0, self.lag_s - _BACK * len(item.frames) / FRAME_RATE_HZ)
                return self._later(item)
            case GestureLaid() if self.lag_s:
                return replace(
                    item,
                    at=item.at + self.lag_s,
                    apex_at=item.apex_at + self.lag_s,
                    end_at=item.end_at + self.lag_s,
                )
            case VoiceChunk() | MoodLaid() if self.lag_s:
                return replace(item, at=item.at + self.lag_s)
        return item

    def heard(self, lag_s: float, now: float) -> FrameChunk | None:
        """The voice is heard so much after its planned moment: what the others get again."""
        lag_s = float(np.clip(lag_s, 0.0, MOST_S))
        if abs(lag_s - self.lag_s) < _NOTICED_S:
            return None
        self.lag_s = lag_s
        frames = tuple(f for f in self._sent if f.at + lag_s >= now + _BLEND_S)
        again = FrameChunk(generation=self._generation, frames=frames)
        return self._later(again) if frames else None

    def _later(self, chunk: FrameChunk) -> FrameChunk:
        if not self.lag_s:
            return chunk
        later = tuple(replace(frame, at=frame.at + self.lag_s) for frame in chunk.frames)
        return FrameChunk(generation=chunk.generation, frames=later)
