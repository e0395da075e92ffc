"""Whether the agent hears itself: a voice that comes and goes with its own, again and again. Pure.

A visitor who interrupts makes the agent stop; an echo lasts as long as what it echoes. So only
stretches that were spoken to their end count, with quiet before them.
"""

from collections import deque
from typing import Final

from perception.audio import FRAME_S

_LASTS_S: Final = 1.5
_AFTER_S: Final = 0.4
_BEFORE_S: Final = 1.0
_MOST: Final = 0.6
_FEW: Final = 0.25


class VoiceLoop:
    """Counts stretches of the agent's speech that came back, running."""

    def __init__(self, times: int) -> None:
        """`times`: so many running are a loop."""
        self._times = times
        self._before: deque[bool] = deque(maxlen=round(_BEFORE_S / FRAME_S))
        self._own = self._heard = self._settling = 0
        self._quiet_before = False
        self._running = 0
        self._told = False

    def hear(self, *, voice: bool, agent_speaks: bool) -> bool | None:
        """One frame. True: it hears itself from here on; False: not any more; None: as before."""
        if agent_speaks:
            if self._own == 0:
                self._quiet_before = sum(self._before) <= _FEW * len(self._before)
                self._heard = 0
            self._own += 1
            self._heard += voice
            self._before.clear()
            return None
        self._before.append(voice)
        if self._own == 0:
            return None
        self._settling += 1
        if self._settling * FRAME_S < _AFTER_S:
            return None
        own, self._own, self._settling = self._own, 0, 0
        return self._judge(own)

    def _judge(self, own: int) -> bool | None:
        """One stretch is over: did it come back?"""
        if own * FRAME_S < _LASTS_S:
            return None
        still_speaks = sum(self._before) > 0.7 * len(self._before)
        came_back = self._heard >= _MOST * own and self._quiet_before and not still_speaks
        self._running = self._running + 1 if came_back else 0
        there = self._running >= self._times
        changed, self._told = there != self._told, there
        return there if changed else None
