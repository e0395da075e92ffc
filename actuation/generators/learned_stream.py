"""One sound becoming one face, stretch by stretch, the same whatever the stretches are.

A stream hears, says which steps are due, and wears what the networks said. Who runs the networks
(the caller, or the worker for several characters at once) makes no difference.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.faces.face import FaceConfig, compose
from actuation.generators.learned_ear import Ear
from actuation.generators.learned_model import Memory, Said, Steps
from actuation.generators.learned_network import BEHIND, FRAMES, LOOKS
from actuation.generators.learned_sound import BANDS, Hearing, checked
from actuation.generators.learned_weights import FaceCard
from actuation.generators.learned_wish import PARTS, Wish, chance
from actuation.generators.rules_blink import Blinks
from actuation.generators.rules_face import COLUMNS
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]

FRAME_RATE_HZ: Final = 60
MOST_STEPS: Final = 60
"""At a time; more are done in several goes."""
_PARTS_BY: Final = np.array([0.4, 0.34])
_MEETS_BY: Final = np.array([1.0, 0.5])
"""Of closure and contact, a frame: lips are apart again after 40 and 50 ms (the rules: at most 55).
"""
_QUIET: Final = 0.06
"""Lip motion smaller than this is none: silence is still."""
_SMOOTH_S: Final = 0.05
_LIPS: Final = np.array([name.startswith(("mouth", "jaw", "tongue")) for name in ARKIT_NAMES])
"""An expression moves of these only what the wished face has: lips are the mouth's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Frames of a face with the parts that they were put together from."""

    face: NDArray[np.float32]
    """(n, 52) in 0..1."""
    mouth: Floats
    """(n, len(COLUMNS)) in 0..1."""
    expression: Floats
    """(n, 52) in 0..1, without mouth and blinks."""
    head: Floats
    """(n, 3) yaw, pitch, roll in radians, as `face_heads` has them."""
    gaze: Floats
    """(n, 2) yaw and pitch of the line of sight in radians."""


class FaceStream:
    """One sound's face. Not for two threads at once."""

    def __init__(
        self,
        memory: Memory,
        card: FaceCard,
        *,
        rate_hz: int,
        wish: Wish | None = None,
        seed: int = 0,
        config: FaceConfig | None = None,
    ) -> None:
        checked((), rate_hz)
        self.memory = memory
        self._card = card
        self._rate_hz = rate_hz
        self._wish = wish or Wish()
        self._condition = self._wish.condition()
        self._foreign = _LIPS & (self._wish.bearing().shapes <= 0.0)
        self._seed = seed
        self._config = config or FaceConfig()
        self._hearing = Hearing(rate_hz)
        self._ear = Ear(card.usual)
        self._looks = np.zeros((0, BANDS), np.float32)
        self._heard = 0
        self._tail = np.zeros(0, np.float32)
        """The last 20 ms."""
        self._ended = False
        self._step = 0
        self._frame = 0
        self._smooth: Floats | None = None
        self._met: Floats = np.zeros(2)
        """How far closure and contact were shown last."""
        self._blinks = Blinks(seed=seed, per_minute=self._config.blinks_per_minute, start=0.0)

    @property
    def frames_made(self) -> int:
        """How many frames have come out."""
        return self._frame

    @property
    def complete(self) -> bool:
        """It was finished, and all of its frames have come out."""
        return self._ended and self._frame >= self._last_frame()

    def hear(self, samples: object) -> None:
        """Take in the next stretch of sound, (n,). Raises `BadInputError`."""
        if self._ended:
            raise BadInputError("sound: this stream was finished; begin another")
        sound = checked(samples, self._rate_hz)
        self._heard += len(sound)
        self._tail = np.concatenate([self._tail, sound])[-round(0.02 * self._rate_hz) :]
        self._more(self._hearing.push(sound))

    def finish(self) -> None:
        """Nothing follows: what is still held back comes out, as if silence did."""
        if self._ended:
            return
        self._ended = True
        # Silence at the level at which the sound ended: a step to zero would be a click.
        level = self._tail.mean() if self._heard else 0.0
        rest = np.full(round(0.15 * self._rate_hz), level, np.float32)
        self._more(self._hearing.push(rest))

    def due(self, most: int = MOST_STEPS) -> Steps | None:
        """Steps that can be made now, at most so many; None when there are none."""
        count = min(len(self._looks) // LOOKS, most)
        if self._ended:
            left = -(-self._last_frame() // FRAMES) + BEHIND - self._step
            count = min(count, left)
        if count <= 0:
            return None
        looks = self._looks[: count * LOOKS].reshape(count, LOOKS * BANDS)
        times = (np.arange(self._step, self._step + count) - BEHIND) / 30
        moved = chance(self._seed, times)
        return Steps(self.memory, looks, self._condition, moved, self._wish.amplitude)

    def wear(self, steps: Steps) -> Parts:
        """Frames from steps that were due and are made."""
        assert steps.said is not None
        count = len(steps.looks)
        self._looks = self._looks[count * LOOKS :]
        before = max(0, BEHIND - self._step) * FRAMES
        self._step += count
        said = Said(steps.said.mouth[before:], steps.said.manner[before:])
        if self._ended:
            left = self._last_frame() - self._frame
            said = Said(said.mouth[:left], said.manner[:left])
        return self._put_together(said)

    def _last_frame(self) -> int:
        """Frames there are of all the sound."""
        return -(-self._heard * FRAME_RATE_HZ // self._rate_hz)

    def _more(self, looks: NDArray[np.float32]) -> None:
        self._looks = np.concatenate([self._looks, self._ear.even(looks)])

    def _put_together(self, said: Said) -> Parts:
        times = np.arange(self._frame, self._frame + len(said.mouth)) / FRAME_RATE_HZ
        self._frame += len(times)
        if not len(times):
            return nothing()
        read = self.memory.following is not None
        mouth = worn(said.mouth.astype(np.float64), self._card, self._wish.articulation, read=read)
        mouth[:, -2:] = self._eased(mouth[:, -2:])
        manner = self._smoothed(said.manner.astype(np.float64))
        expression = np.clip(manner[:, PARTS["expression"]], 0.0, 1.0)
        expression[:, self._foreign] = 0.0
        head, gaze = manner[:, PARTS["head"]], manner[:, PARTS["gaze"]]
        face = compose(
            mouth=mouth,
            expression=expression,
            blink=self._blinks.evaluate(times, speaking=True),
            speech=np.clip(manner[:, PARTS["speaks"]][:, 0], 0.0, 1.0),
            eye_pitch=gaze[:, 1] - head[:, 1],
            config=self._config,
        )
        return Parts(face=face, mouth=mouth, expression=expression, head=head, gaze=gaze)

    def _eased(self, meetings: Floats) -> Floats:
        """Lips meet and part as lips can: what is likely for one frame alone does not twitch.

        A closure comes at once, for it may be short; it goes, and contacts come and go, slower.
        """
        last = self._met
        for i, wanted in enumerate(meetings):
            last = np.clip(wanted, last - _PARTS_BY, last + _MEETS_BY)
            meetings[i] = last
        self._met = last
        return meetings

    def _smoothed(self, manner: Floats) -> Floats:
        """Two low-passes of a twentieth of a second one after the other: brows do not twitch."""
        keep = float(np.exp(-1 / (FRAME_RATE_HZ * _SMOOTH_S)))
        if self._smooth is None:
            self._smooth = np.stack([manner[0], manner[0]])
        made = np.empty_like(manner)
        first, second = self._smooth
        for i, row in enumerate(manner):
            first = keep * first + (1 - keep) * row
            second = keep * second + (1 - keep) * first
            made[i] = second
        self._smooth = np.stack([first, second])
        return made


def worn(mouth: Floats, card: FaceCard, articulation: float = 1.0, *, read: bool = False) -> Floats:
    """(n, len(COLUMNS)) in 0..1 from what the networks said: small is still, likely is closed.

    `read`: they had the text, and are surer of what they say.
    """
    made = np.clip(mouth, 0.0, 1.0)
    poses = made[:, :-2]
    poses *= np.clip(poses / _QUIET, 0.0, 1.0) * float(np.clip(articulation, 0.5, 1.5))
    for column, (low, high) in zip((-2, -1), card.odds(read=read), strict=True):
        part = np.clip((made[:, column] - low) / (high - low), 0.0, 1.0)
        made[:, column] = part * part * (3 - 2 * part)
    return np.asarray(np.clip(made, 0.0, 1.0))


def nothing() -> Parts:
    """No frames."""
    none = np.zeros
    return Parts(
        face=none((0, 52), np.float32), mouth=none((0, len(COLUMNS))), expression=none((0, 52)),
        head=none((0, 3)), gaze=none((0, 2)),
    )  # fmt: skip


def joined(parts: list[Parts]) -> Parts:
    """Stretches one after the other."""
    if not parts:
        return nothing()
    return Parts(
        face=np.concatenate([p.face for p in parts]),
        mouth=np.concatenate([p.mouth for p in parts]),
        expression=np.concatenate([p.expression for p in parts]),
        head=np.concatenate([p.head for p in parts]),
        gaze=np.concatenate([p.gaze for p in parts]),
    )
