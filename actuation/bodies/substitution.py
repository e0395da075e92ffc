"""What a body does instead of what it has no limbs for. Pure.

Without arms, pointing becomes a turn of head and eyes towards the place, any other gesture of the
hands a small nod on its stroke. Without a mouth, the head moves a little with the loudness of the
voice, so that it is seen who speaks. What was really done is told, once for each kind of gesture.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import minimum_jerk, multiply, turned
from actuation.motion import (
    JOINT_INDEX,
    BodyDescription,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    StageItem,
    VoiceChunk,
)

Floats = NDArray[np.float64]
_EYES_M: Final = (0.0, 1.54, 0.08)
"""Of the character: left, up, forward."""
_MOST_YAW_RAD: Final = 0.75
_MOST_PITCH_RAD: Final = 0.35
_HEAD_SHARE: Final = 0.75
"""Of a look at a place; the eyes do the rest."""
_NOD_RAD: Final = 0.11
_NOD_S: Final = 0.22
_SPEECH_NOD_RAD: Final = 0.045
_ENVELOPE_S: Final = 0.02
_LOUD_RMS: Final = 0.1
_KEPT_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Instead:
    """What was asked of a body, and what it did."""

    asked: str
    done: str


class Substitution:
    """Turns the frames of a whole body into those of one that lacks arms or a mouth."""

    def __init__(self, body: BodyDescription) -> None:
        shows = bool(body.joints)
        self._arms = body.has_arms or not shows
        self._mouth = body.has_mouth or not shows
        self._gestures: deque[GestureLaid] = deque(maxlen=64)
        self._loudness: deque[tuple[float, float]] = deque(maxlen=1024)
        """Stage time and head pitch, 0..1, every 20 ms of voice."""
        self._level = 0.0
        self._told: set[str] = set()

    @property
    def needed(self) -> bool:
        """Whether anything has to be done otherwise at all."""
        return not (self._arms and self._mouth)

    def take(self, item: StageItem) -> StageItem:
        """Return `item` as this body can show it."""
        match item:
            case FrameChunk() if item.frames:
                return self._shown(item)
            case GestureLaid() if item.hands and not self._arms:
                self._gestures.append(item)
            case VoiceChunk() if not self._mouth:
                self._loudness.extend(self._envelope(item))
            case Cut():
                self._gestures = deque((g for g in self._gestures if g.at <= item.at), maxlen=64)
                self._loudness = deque((p for p in self._loudness if p[0] <= item.at), maxlen=1024)
        return item

    def instead(self, item: StageItem) -> Instead | None:
        """What is done in place of `item`, the first time it happens."""
        if isinstance(item, GestureLaid) and item.hands and not self._arms:
            done = "turned the head there" if item.aim is not None else "nodded"
            return self._once(item.lexeme, f"gesture {item.lexeme}", done)
        if isinstance(item, VoiceChunk) and not self._mouth:
            return self._once("speech", "lips", "moved the head with the voice")
        return None

    def _once(self, key: str, asked: str, done: str) -> Instead | None:
        if key in self._told:
            return None
        self._told.add(key)
        return Instead(asked, done)

    def _shown(self, chunk: FrameChunk) -> FrameChunk:
        times = np.array([frame.at for frame in chunk.frames])
        oldest = times[0] - _KEPT_S
        while self._gestures and self._gestures[0].end_at < oldest:
            self._gestures.popleft()
        while self._loudness and self._loudness[0][0] < oldest:
            self._loudness.popleft()
        yaw, pitch = np.zeros(len(times)), self._speech_nod(times)
        for gesture in self._gestures:
            more_yaw, more_pitch = _look(gesture, times) if gesture.aim else _nod(gesture, times)
            yaw, pitch = yaw + more_yaw, pitch + more_pitch
        if not (np.any(yaw) or np.any(pitch)):
            return chunk
        frames = (
            _with_head(frame, float(y), float(p))
            for frame, y, p in zip(chunk.frames, yaw, pitch, strict=True)
        )
        return replace(chunk, frames=tuple(frames))

    def _speech_nod(self, times: Floats) -> Floats:
        if not self._loudness:
            return np.zeros(len(times))
        at, level = np.array(self._loudness).T
        order = np.argsort(at, kind="stable")
        nod = np.interp(times, at[order], level[order], left=0.0, right=0.0)
        return np.asarray(-_SPEECH_NOD_RAD * nod)

    def _envelope(self, chunk: VoiceChunk) -> Iterator[tuple[float, float]]:
        """Loudness, 0..1, smoothed over some tenths of a second as a head would follow it."""
        step = max(1, round(_ENVELOPE_S * chunk.rate_hz))
        for first in range(0, len(chunk.samples), step):
            part = chunk.samples[first : first + step]
            loud = min(1.0, float(np.sqrt(np.mean(np.square(part, dtype=np.float64)))) / _LOUD_RMS)
            self._level += 0.12 * (loud - self._level)
            yield chunk.at + first / chunk.rate_hz, self._level


def _look(gesture: GestureLaid, times: Floats) -> tuple[Floats, Floats]:
    """A turn to the place, held as long as the hand would be."""
    left, up, forward = gesture.aim or (0.0, 0.0, 1.0)
    if gesture.place is not None:
        left, up, forward = (p - e for p, e in zip(gesture.place, _EYES_M, strict=True))
    yaw = float(np.clip(np.arctan2(left, forward), -_MOST_YAW_RAD, _MOST_YAW_RAD))
    pitch = float(
        np.clip(np.arctan2(up, np.hypot(left, forward)), -_MOST_PITCH_RAD, _MOST_PITCH_RAD)
    )
    back_s = min(0.5, gesture.end_at - gesture.apex_at)
    rise = minimum_jerk((times - gesture.at) / max(gesture.apex_at - gesture.at, 0.2))
    fall = minimum_jerk((times - gesture.end_at + back_s) / max(back_s, 0.2))
    share = rise * (1.0 - fall)
    return yaw * share, pitch * share


def _nod(gesture: GestureLaid, times: Floats) -> tuple[Floats, Floats]:
    down = minimum_jerk((times - gesture.apex_at + _NOD_S) / _NOD_S)
    up = minimum_jerk((times - gesture.apex_at) / (1.6 * _NOD_S))
    return np.zeros(len(times)), -_NOD_RAD * down * (1.0 - up)


def _with_head(frame: Frame, yaw_rad: float, pitch_rad: float) -> Frame:
    joints = np.array(frame.joints, dtype=np.float64)
    for name, share in (("neck", 0.4), ("head", 0.6)):
        turn = turned(share * _HEAD_SHARE * yaw_rad, share * pitch_rad)
        joints[JOINT_INDEX[name]] = multiply(joints[JOINT_INDEX[name]], turn)
    return replace(
        frame,
        joints=joints.astype(np.float32),
        gaze_yaw_rad=frame.gaze_yaw_rad + (1 - _HEAD_SHARE) * yaw_rad,
    )
