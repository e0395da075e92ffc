"""One character's learned body over time: what it has to do, and the window that rolls over it.

Frames come in blocks of eight. The block in front becomes clean and is given out while those behind
it are still half noise; so each step gives a block, and what is to come can still change. Frames
are numbered at 30 a second on the character's own axis, frame k at k / 30 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from actuation.generators.flow_condition import (
    EMOTION,
    STATES,
    STYLE,
    Said,
    Slot,
    audio_table,
    slot_tables,
    state_table,
    text_table,
)
from actuation.generators.flow_model import Due
from actuation.generators.flow_network import AHEAD, BLOCK, CONTEXT, FRAMES
from actuation.generators.flow_parts import (
    COLUMNS_OF,
    PARTS,
    RATE_HZ,
    WIDTH,
    Scale,
    from_six,
    to_six,
)
from actuation.joints.rotations import IDENTITY
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float32]
_EARLY_S, _LATE_S = 0.6, 0.4
"""Somebody is about to speak, and has just spoken, for so long."""
_KERNEL = np.exp(-0.5 * (np.arange(-4, 5) / 1.6) ** 2)
_KERNEL /= _KERNEL.sum()
REACH = len(_KERNEL) // 2
"""Frames on both sides that a frame is smoothed over: a Gaussian of 53 ms."""
_HEAD = (JOINT_INDEX["neck"], JOINT_INDEX["head"])


@dataclass(frozen=True, slots=True)
class Script:
    """All that is known of what a character does."""

    said: tuple[Said, ...] = ()
    slots: tuple[Slot, ...] = ()
    feeling: Floats = field(default_factory=lambda: np.zeros(EMOTION, np.float32))
    style: Floats = field(default_factory=lambda: np.zeros(STYLE, np.float32))
    resting: str = "idle"
    """What it does when it does not speak: one of `STATES`."""
    guidance: Mapping[str, float] = field(default_factory=dict)

    def timed(self, first: int, count: int) -> Floats:
        """(count, TIMED) from frame `first` on."""
        times = (first + np.arange(count)) / RATE_HZ
        states = np.full(count, STATES.index(self.resting))
        for one in self.said:
            inside = (times >= one.start_s - _EARLY_S) & (times <= one.end_s + _LATE_S)
            states[inside] = STATES.index("speak")
        return np.concatenate(
            [
                audio_table(self.said, first, count),
                text_table(self.said, first, count),
                state_table(states),
            ],
            axis=1,
        )


class BodyStream:
    """The rolling window of one character. No network in it: `due` says what is to be stepped."""

    def __init__(
        self,
        script: Script,
        scale: Scale,
        *,
        rungs: int,
        first: int,
        anchor: NDArray[np.float64],
        seed: int = 0,
        moves_trunk: bool = False,
    ) -> None:
        """`anchor`: (k, 44, 4), k > 0, frames shown before frame `first`, at 30 Hz."""
        self.script = script
        self._scale = scale
        self._rungs = rungs
        self._seed = seed
        self._moves_trunk = moves_trunk
        self._starts = 0
        self._begin(first, anchor)

    def _begin(self, first: int, anchor: NDArray[np.float64]) -> None:
        shown = np.array(anchor[-CONTEXT:], np.float64)
        if not self._moves_trunk:
            shown[:, _HEAD] = IDENTITY
        shown = np.concatenate([np.repeat(shown[:1], CONTEXT - len(shown), axis=0), shown])
        self._next = first
        self._rows = self._scale.apply(to_six(shown))
        """The last `CONTEXT` frames given out, normalised."""
        self._random = np.random.default_rng((abs(self._seed), self._starts, 0xB0D7))
        self._starts += 1
        self._coming = self._noise(self._rungs)
        self._levels = [0.0] * self._rungs

    def begin_again(self, first: int, shown: NDArray[np.float64]) -> None:
        """Go on from other frames: those shown last before frame `first`, (k, 44, 4)."""
        self._begin(first, shown)

    @property
    def next(self) -> int:
        """The number of the frame that comes next."""
        return self._next

    @property
    def context(self) -> NDArray[np.float64]:
        """(CONTEXT, WIDTH) given out last, six numbers a joint."""
        return self._scale.undo(self._rows)

    def due(self) -> Due:
        """The next step."""
        first, window = self._next - CONTEXT, CONTEXT + self._rungs * BLOCK
        slots, poses = slot_tables(self.script.slots, first, window, self._scale)
        known = slots[:, :, -1].reshape(-1, FRAMES, len(PARTS)).min(axis=1) > 0.5
        known[: CONTEXT // FRAMES] = True
        per_block = BLOCK // FRAMES
        level = np.ones((window // FRAMES, len(PARTS)), np.float32)
        stride = np.zeros_like(level)
        for block, (at, steps) in enumerate(zip(self._levels, self._strides(), strict=True)):
            rows = slice(CONTEXT // FRAMES + block * per_block, None)
            level[rows], stride[rows] = at, steps
        level[known], stride[known] = 1.0, 0.0
        now = np.concatenate([self._rows, self._coming])
        given = _by_column(known)
        given[:CONTEXT] = False
        now = np.where(given, poses, now)
        whole = np.concatenate([self.script.feeling, self.script.style])
        return Due(
            now, level, stride, self.script.timed(first, window + AHEAD), whole, slots, poses,
            self.script.guidance,
        )  # fmt: skip

    def take(self, due: Due) -> NDArray[np.float64] | None:
        """Go on by what a step made; (BLOCK, WIDTH) six numbers a joint when a block is done."""
        assert due.made is not None
        self._coming = due.made[CONTEXT:]
        self._levels = [a + b for a, b in zip(self._levels, self._strides(), strict=True)]
        if self._levels[0] < 1 - 1e-6:
            return None
        block = self._coming[:BLOCK]
        self._rows = np.concatenate([self._rows, block])[-CONTEXT:]
        self._coming = np.concatenate([self._coming[BLOCK:], self._noise(1)])
        self._levels = [*self._levels[1:], 0.0]
        self._next += BLOCK
        return self._scale.undo(block)

    def _strides(self) -> list[float]:
        """A block steps when the one before it is a rung ahead."""
        rung = 1.0 / self._rungs
        ahead = [2.0, *self._levels[:-1]]
        return [
            rung if before - own >= rung - 1e-6 else 0.0
            for before, own in zip(ahead, self._levels, strict=True)
        ]

    def _noise(self, blocks: int) -> Floats:
        return self._random.standard_normal((blocks * BLOCK, WIDTH)).astype(np.float32)


def _by_column(tokens: NDArray[np.bool_]) -> NDArray[np.bool_]:
    widths = [COLUMNS_OF[p].stop - COLUMNS_OF[p].start for p in PARTS]
    return np.repeat(np.repeat(tokens, widths, axis=1), FRAMES, axis=0)


def smoothed(six: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 44, 4) of (n + 2 REACH, WIDTH) frames: each over its neighbours."""
    count = len(six) - 2 * REACH
    made = sum(w * six[i : i + count] for i, w in enumerate(_KERNEL))
    return from_six(np.asarray(made))
