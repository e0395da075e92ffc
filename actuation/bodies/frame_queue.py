"""Frames sent ahead, looked up by stage time: what every body without a page of its own needs.

The rule all bodies share: an item of an older generation is dropped, a cut drops what is unplayed,
a chunk takes the place of queued frames from its first frame on. Pure.
"""

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.motion import Cut, Frame, FrameChunk

Joints = NDArray[np.float32]

_KEPT: Final = 240
_APART_S: Final = 0.25
"""Frames further apart than this are not blended: something was lost between them."""


class FrameQueue:
    """The frames of one body."""

    def __init__(self) -> None:
        self.generation = 0
        self.dropped = 0
        """Frames that came too late for their generation."""
        self._frames: list[Frame] = []
        self._times: list[float] = []

    @property
    def newest_at(self) -> float:
        """Stage time of the last frame; minus infinity when there is none."""
        return self._times[-1] if self._times else float("-inf")

    def push(self, chunk: FrameChunk) -> bool:
        """Take frames; False when they are of an older generation and were dropped."""
        if chunk.generation < self.generation:
            self.dropped += len(chunk.frames)
            return False
        self.generation = chunk.generation
        if not chunk.frames:
            return True
        keep = bisect_right(self._times, chunk.frames[0].at - 1e-9)
        self._frames[keep:] = chunk.frames
        self._times[keep:] = [frame.at for frame in chunk.frames]
        over = len(self._frames) - _KEPT
        if over > 0:
            del self._frames[:over], self._times[:over]
        return True

    def cut(self, item: Cut, now: float) -> None:
        """Drop what is not shown yet; the frame shown now stays, to go on from."""
        if item.generation < self.generation:
            return
        self.generation = item.generation
        keep = bisect_right(self._times, now)
        self.dropped += len(self._frames) - keep
        del self._frames[keep:], self._times[keep:]

    def at(self, stage_at: float) -> Frame | None:
        """The frame to be seen at `stage_at`, blended from its neighbours; None before the first.

        After the last frame it stays as it was.
        """
        after = bisect_right(self._times, stage_at)
        if after == 0:
            return None
        frame = self._frames[after - 1]
        if after == len(self._frames):
            return frame
        following = self._frames[after]
        apart_s = following.at - frame.at
        if not 0 < apart_s < _APART_S:
            return frame
        return blend(frame, following, (stage_at - frame.at) / apart_s, stage_at)


def blend(a: Frame, b: Frame, share: float, at: float) -> Frame:
    """A frame for `at` between `a` (share 0) and `b` (share 1)."""
    same = a.utterance == b.utterance
    return Frame(
        at=at,
        utterance=a.utterance,
        score_s=a.score_s + share * (b.score_s - a.score_s) if same else a.score_s,
        joints=_between(a.joints, b.joints, share),
        face=a.face + np.float32(share) * (b.face - a.face),
        gaze_yaw_rad=a.gaze_yaw_rad + share * (b.gaze_yaw_rad - a.gaze_yaw_rad),
        gaze_pitch_rad=a.gaze_pitch_rad + share * (b.gaze_pitch_rad - a.gaze_pitch_rad),
        vergence_rad=a.vergence_rad + share * (b.vergence_rad - a.vergence_rad),
    )


def _between(a: Joints, b: Joints, share: float) -> Joints:
    """As `rotations.between`, in few and single-precision steps: each body does it every tick."""
    weights = np.where(np.einsum("ij,ij->i", a, b) < 0, -share, share).astype(np.float32)
    mixed = a * np.float32(1 - share) + b * weights[:, None]
    lengths = np.sqrt(np.einsum("ij,ij->i", mixed, mixed))
    return np.asarray(mixed / np.maximum(lengths, 1e-9)[:, None], np.float32)
