"""A stretch of motion, and one that goes with speech: what every file format is read into.

Rotations are those of the stage: the rest pose is the VRM 1.0 T-pose (identity), the character
faces +Z, +Y is up, +X its own left.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import about, multiply, normalised
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

LONGEST_FRAMES: Final = 2_000_000
"""Nine hours at 60 frames a second: beyond that a file is surely broken."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotionClip:
    """Joint rotations at an even rate.

    Raises `BadInputError` for other shapes, no frames, a rate that is not a positive number, and
    numbers that are not finite. Quaternions are brought to length 1.
    """

    joints: NDArray[np.float32]
    """(frames, 44, 4) unit quaternions x y z w in the parent's frame, order `JOINT_NAMES`."""
    rate_hz: float
    """Frames a second."""
    hips_m: NDArray[np.float32] | None = None
    """(frames, 3) where the hips are, metres on stage, y from the floor; None where not known."""

    def __post_init__(self) -> None:
        shape = np.shape(self.joints)
        if len(shape) != 3 or shape[1:] != (len(JOINT_NAMES), 4):
            raise BadInputError(
                f"motion: joints of shape {shape}; needed is (frames, {len(JOINT_NAMES)}, 4)"
            )
        if not 1 <= shape[0] <= LONGEST_FRAMES:
            raise BadInputError(f"motion: {shape[0]} frames; needed are 1 to {LONGEST_FRAMES}")
        if not (np.isfinite(self.rate_hz) and 0 < self.rate_hz <= 100_000):
            raise BadInputError(
                f"motion: {self.rate_hz} frames a second; needed is a positive number"
            )
        self._check_finite(np.asarray(self.joints), "joint rotations")
        joints = normalised(np.asarray(self.joints, np.float64)).astype(np.float32)
        object.__setattr__(self, "joints", joints)
        if self.hips_m is not None:
            if np.shape(self.hips_m) != (shape[0], 3):
                raise BadInputError(
                    f"motion: hips of shape {np.shape(self.hips_m)}; needed is ({shape[0]}, 3)"
                )
            self._check_finite(np.asarray(self.hips_m), "hips")
            object.__setattr__(self, "hips_m", np.asarray(self.hips_m, np.float32))

    def _check_finite(self, numbers: NDArray[np.floating], what: str) -> None:
        whole = np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1)
        if not whole.all():
            raise BadInputError(
                f"motion: {what} of frame {int(np.argmin(whole))} are not all finite numbers;"
                " mend that frame or cut it out"
            )

    @property
    def frames(self) -> int:
        """How many."""
        return len(self.joints)

    @property
    def length_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return self.frames / self.rate_hz

    def at_rate(self, rate_hz: float) -> "MotionClip":
        """The same motion at another rate: between two frames along the shortest arc."""
        if rate_hz == self.rate_hz:
            return self
        if not (np.isfinite(rate_hz) and rate_hz > 0):
            raise BadInputError(f"motion: cannot be shown at {rate_hz} frames a second")
        count = max(1, round(self.frames * rate_hz / self.rate_hz))
        at = np.minimum(np.arange(count) * (self.rate_hz / rate_hz), self.frames - 1)
        first = np.minimum(at.astype(int), max(self.frames - 2, 0))
        after = np.minimum(first + 1, self.frames - 1)
        share = at - first
        joints = along_arc(
            self.joints[first].astype(np.float64), self.joints[after], share[:, None]
        )
        hips = self.hips_m
        if hips is not None:
            part = share[:, None].astype(np.float32)
            hips = hips[first] * (1 - part) + hips[after] * part
        return MotionClip(joints=joints.astype(np.float32), rate_hz=rate_hz, hips_m=hips)

    def between(self, begin_s: float, end_s: float) -> "MotionClip":
        """The stretch from `begin_s` to `end_s`, at least one frame of it."""
        first = min(max(0, round(begin_s * self.rate_hz)), self.frames - 1)
        last = min(max(first + 1, round(end_s * self.rate_hz)), self.frames)
        hips = None if self.hips_m is None else self.hips_m[first:last]
        return replace(self, joints=self.joints[first:last], hips_m=hips)

    def facing_forward(self) -> "MotionClip":
        """Turned as a whole so that, on average, it faces +Z from over the origin."""
        hips = self.joints[:, JOINT_INDEX["hips"]].astype(np.float64)
        x, y, z, w = hips.T
        ahead = np.array([2 * (x * z + y * w), 1 - 2 * (x * x + y * y)]).mean(axis=1)
        back = about("y", -float(np.arctan2(ahead[0], ahead[1])))
        joints = self.joints.copy()
        joints[:, JOINT_INDEX["hips"]] = multiply(back, hips)
        place = self.hips_m
        if place is not None:
            middle = place.mean(axis=0, keepdims=True) * np.array([1.0, 0.0, 1.0])
            place = turned_by(back, place - middle).astype(np.float32)
        return replace(self, joints=joints, hips_m=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWord:
    """A word and when it sounds, seconds from the start of the sound."""

    text: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpokenClip:
    """Motion with what was said meanwhile, as far as it is known. All begin together."""

    name: str
    motion: MotionClip
    part_of: str
    """The file that the motion came from."""
    sound: NDArray[np.float32] | None = None
    """(samples,) mono in [-1, 1]."""
    sound_rate_hz: int = 0
    """0 without sound."""
    words: tuple[TimedWord, ...] = ()
    speaker: str | None = None
    emotion: str | None = None
    lacks: tuple[str, ...] = ()
    """What was looked for and not found, one plain sentence each."""


def along_arc(a: Floats, b: NDArray[np.floating], share: Floats | float) -> Floats:
    """From `a` (share 0) to `b` (share 1) at even speed, the short way round. Last axis 4."""
    b = np.asarray(b, np.float64)
    cosine = np.sum(a * b, axis=-1)
    half = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(half)
    near = sine < 1e-7
    sine = np.where(near, 1.0, sine)
    part = np.broadcast_to(np.asarray(share, np.float64), half.shape)
    from_a = np.where(near, 1.0 - part, np.sin((1.0 - part) * half) / sine)
    from_b = np.where(near, part, np.sin(part * half) / sine) * np.where(cosine < 0, -1.0, 1.0)
    return normalised(a * from_a[..., None] + b * from_b[..., None])


def turned_by(q: Floats, vectors: NDArray[np.floating]) -> Floats:
    """Vectors (..., 3) turned by unit quaternions (..., 4); shapes broadcast."""
    v = np.asarray(vectors, np.float64)
    across = 2 * np.cross(q[..., :3], v)
    return np.asarray(v + q[..., 3:] * across + np.cross(q[..., :3], across))
