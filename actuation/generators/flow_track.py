"""Frames of one character as they are made: written by whoever makes them, read by whoever shows.

Safe between two threads. Frames are numbered at 30 a second, read at any time.
"""

import threading

import numpy as np
from numpy.typing import NDArray

from actuation.generators.flow_parts import RATE_HZ, at_times
from actuation.generators.flow_stream import REACH, smoothed

Floats = NDArray[np.float64]


class BodyTrack:
    """A growing stretch of motion."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first = 0
        self._six: Floats = np.zeros((0, 0))
        self._joints: Floats = np.zeros((0, 44, 4))
        """Smoothed, from frame `_first + REACH` on."""

    def begin(self, first: int, shown: Floats) -> None:
        """`shown`: (k, WIDTH), k > REACH, the frames before `first`.

        What was made from `first` on is thrown away; what was made before stays.
        """
        with self._lock:
            kept = first - self._first
            if not REACH < kept <= len(self._six):
                self._first, self._six = first - len(shown), shown
                self._joints = np.zeros((0, 44, 4))
            else:
                self._six = self._six[:kept]
                self._joints = self._joints[: max(0, kept - 2 * REACH)]
            self._smooth()

    def add(self, six: Floats) -> None:
        """(n, WIDTH): the next frames."""
        with self._lock:
            self._six = np.concatenate([self._six, six])
            self._smooth()

    def _smooth(self) -> None:
        done = len(self._joints)
        if len(self._six) > done + 2 * REACH:
            self._joints = np.concatenate([self._joints, smoothed(self._six[done:])])

    @property
    def made_s(self) -> float:
        """It can be read up to here."""
        with self._lock:
            return (self._first + REACH + len(self._joints) - 1) / RATE_HZ

    def shown_before(self, frame: int, count: int) -> Floats:
        """(count, 44, 4) before `frame`, as far as they are there; the ends are held."""
        with self._lock:
            at = np.arange(frame - count, frame) - self._first - REACH
            return self._joints[np.clip(at, 0, len(self._joints) - 1)]

    def read(self, times_s: Floats) -> Floats:
        """(n, 44, 4); the ends are held. There must be a frame."""
        with self._lock:
            first, joints = self._first + REACH, self._joints
        return at_times(joints, times_s * RATE_HZ - first)
