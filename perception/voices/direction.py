"""Where the voices come from, followed over time: frames of an array in, directions out.

Directions are told ten times a second while a voice lasts, and once when it has ended. While the
agent speaks none is: its own loudspeaker would be pointed at.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from agent.core.messages import Message, SoundDirection
from perception.audio import FRAME, FRAME_S
from perception.senses import SoundChunk
from perception.voices.array import ArrayConfig, mirrored
from perception.voices.srp_phat import Map, Peak, SteeredResponse, wrapped

_VOICE, _NO_VOICE = 0.5, 0.2
_REMEMBERS_S: Final = 0.25
_TELLS_EVERY_S: Final = 0.1
_ENDS_AFTER_S: Final = 0.3
_RECENT_S: Final = 1.0
_FEWEST: Final = 6
"""Frames of a second's voice before a second talker is believed."""
_SECOND_SHARE: Final = 0.22
_BESIDE_RAD: Final = 0.26
_DOUBT: Final = 2.0
"""As many frames that point elsewhere are taken for granted."""


class DirectionJudge:
    """One array. Knows nothing of people or turns."""

    def __init__(self, config: ArrayConfig) -> None:
        """`config` names two microphones or more."""
        self._config = config
        self._row = mirrored(config.places)
        self._response = SteeredResponse(config.places)
        self._heights: Map | None = None
        self._weight = 0.0
        self._recent: deque[tuple[float, Peak]] = deque(maxlen=round(_RECENT_S / FRAME_S))
        self._told_at = self._voiced_at = -math.inf
        self._speech = False

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> Sequence[Message]:
        """Directions that this frame settles; none for sound of one channel."""
        if frame.channels is None or frame.channels.shape != (len(self._config.channels), FRAME):
            return ()
        if agent_speaks:
            self._forget()
            return self._ended(frame.at)
        at = frame.at + FRAME_S
        if probability < _VOICE:
            if probability < _NO_VOICE:
                self._response.look(frame.channels, voice=False)
            return self._ended(at) if at - self._voiced_at > _ENDS_AFTER_S else ()
        heights = self._response.look(frame.channels, voice=True)
        self._voiced_at = at
        if heights is None:
            return ()
        self._follow(at, heights)
        return self._told(at)

    def now(self) -> tuple[Peak, float] | None:
        """The direction of the last quarter of a second of voice, and how sure it is."""
        if self._heights is None or self._weight <= 0:
            return None
        peak = self._response.peak(self._heights / np.float32(self._weight))
        return peak, self._sure(peak)

    def _follow(self, at: float, heights: Map) -> None:
        keep = math.exp(-FRAME_S / _REMEMBERS_S)
        old = self._heights if self._heights is not None else np.zeros_like(heights)
        self._heights, self._weight = keep * old + heights, keep * self._weight + 1.0
        self._recent.append((at, self._response.peak(heights)))

    def _told(self, at: float) -> Sequence[Message]:
        found = self.now()
        if found is None or at - self._told_at < _TELLS_EVERY_S - FRAME_S / 2:
            return ()
        peak, sure = found
        if sure < self._config.sure_at:
            return ()
        self._told_at, self._speech = at, True
        return [
            SoundDirection(
                at=at,
                azimuth_rad=peak.azimuth_rad,
                speech=True,
                confidence=round(sure, 2),
                others_rad=self._others(at, peak.azimuth_rad),
            )
        ]

    def _ended(self, at: float) -> Sequence[Message]:
        if not self._speech:
            return ()
        found = self.now()
        self._speech = False
        azimuth_rad = found[0].azimuth_rad if found is not None else 0.0
        self._forget()
        return [SoundDirection(at=at, azimuth_rad=azimuth_rad, speech=False, confidence=0.0)]

    def _forget(self) -> None:
        self._heights, self._weight = None, 0.0
        self._recent.clear()

    def _sure(self, peak: Peak) -> float:
        """0..1: how many of the last second's frames point there by themselves; few prove little.

        In made rooms it is right within ten degrees at least as often as this says.
        """
        there = sum(
            abs(wrapped(one.azimuth_rad - peak.azimuth_rad)) <= _BESIDE_RAD
            for _, one in self._recent
        )
        return there / (len(self._recent) + _DOUBT) if self._recent else 0.0

    def _others(self, at: float, azimuth_rad: float) -> tuple[float, ...]:
        """Where else a voice came from in the last second, apart from the loudest."""
        peaks = [peak for when, peak in self._recent if at - when <= _RECENT_S]
        away = [
            p for p in peaks
            if abs(wrapped(p.azimuth_rad - azimuth_rad)) >= self._config.apart_rad
        ]  # fmt: skip
        if len(peaks) < _FEWEST or len(away) < _SECOND_SHARE * len(peaks):
            return ()
        best = max(away, key=lambda p: _beside(p, away))
        together = [
            p for p in away if abs(wrapped(p.azimuth_rad - best.azimuth_rad)) <= _BESIDE_RAD
        ]
        if len(together) < _SECOND_SHARE * len(peaks):
            return ()
        x = sum(math.cos(p.azimuth_rad) for p in together)
        y = sum(math.sin(p.azimuth_rad) for p in together)
        return (math.atan2(y, x),)


def _beside(peak: Peak, others: Sequence[Peak]) -> float:
    return sum(
        one.height
        for one in others
        if abs(wrapped(one.azimuth_rad - peak.azimuth_rad)) <= _BESIDE_RAD
    )
