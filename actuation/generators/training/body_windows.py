"""What the body's network is shown: takes as numbers, and windows of them with gestures given.

Sound, words, feeling and style are each left out now and then, so that each can be turned up alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actuation.generators.flow_condition import (
    AUDIO,
    EMOTION,
    TEXT,
    Slot,
    audio_table,
    slot_tables,
    state_table,
    text_table,
)
from actuation.generators.flow_network import AHEAD, BLOCK, CONTEXT, FRAMES, FlowShape
from actuation.generators.flow_parts import PARTS, RATE_HZ, Scale, scale_of, to_six
from actuation.generators.training.body_corpus import Take

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Schooled:
    """A take as the network sees it."""

    seen: Floats
    """(n, WIDTH)"""
    timed: Floats
    """(n + AHEAD, TIMED)"""
    whole: Floats
    take: Take


def schooled(takes: Sequence[Take], scale: Scale) -> list[Schooled]:
    """All takes that are long enough, with `CONTEXT` still frames before each."""
    ready = []
    for take in takes:
        n = len(take.motion)
        if n < 4 * BLOCK:
            continue
        seen = scale.apply(to_six(take.motion.astype(np.float64)))
        states = np.pad(take.states, (CONTEXT, AHEAD), mode="edge")
        count = len(states)
        timed = np.concatenate(
            [
                audio_table(take.said, -CONTEXT, count),
                text_table(take.said, -CONTEXT, count),
                state_table(states),
            ],
            axis=1,
        )
        seen = np.concatenate([np.repeat(seen[:1], CONTEXT, axis=0), seen])
        ready.append(Schooled(seen, timed, np.concatenate([take.feeling, take.style]), take))
    return ready


def usual(takes: Sequence[Take]) -> Scale:
    """The scale of a corpus."""
    return scale_of(np.concatenate([to_six(t.motion[::3].astype(np.float64)) for t in takes]))


@dataclass(slots=True)
class Windows:
    """A batch."""

    clean: Tensor
    timed: Tensor
    whole: Tensor
    slots: Tensor
    poses: Tensor
    known: Tensor
    """(n, times, parts), bool: clean from the beginning."""

    def part(self, rows: slice) -> "Windows":
        """Some of them."""
        return Windows(*(getattr(self, f.name)[rows] for f in fields(self)))

    def to(self, where: torch.device) -> "Windows":
        """The same elsewhere."""
        return Windows(*(getattr(self, f.name).to(where) for f in fields(self)))


def draw(
    ready: Sequence[Schooled],
    count: int,
    rng: np.random.Generator,
    shape: FlowShape,
    scale: Scale,
    left_out: float = 0.0,
) -> Windows:
    """Windows at chance places, with slots where gestures are."""
    lengths = np.array([len(r.seen) for r in ready], np.float64)
    rows: list[tuple[Floats, ...]] = []
    for _ in range(count):
        one = ready[int(rng.choice(len(ready), p=lengths / lengths.sum()))]
        first = int(rng.integers(0, len(one.seen) - shape.window + 1))
        chosen = _slots(one, first, rng, shape)
        slots, poses = slot_tables(chosen, first - CONTEXT, shape.window, scale)
        timed = one.timed[first : first + shape.window + AHEAD].copy()
        whole = one.whole.copy()
        for knob in np.flatnonzero(rng.random(4) < left_out):
            leave_out(timed, whole, int(knob))
        known = slots[:, :, -1].reshape(-1, FRAMES, len(PARTS)).min(axis=1)
        known[: CONTEXT // FRAMES] = 1.0
        rows.append((one.seen[first : first + shape.window], timed, whole, slots, poses, known))
    clean, timed_, whole_, slots_, poses_, known_ = (
        torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)
    )
    return Windows(clean, timed_, whole_, slots_, poses_, known_ > 0.5)


def leave_out(timed: Floats | Tensor, whole: Floats | Tensor, knob: int) -> None:
    """Take one of `KNOBS` away, in place: zeros, the column that says it is known among them."""
    if knob == 0:
        timed[..., :AUDIO] = 0.0
    elif knob == 1:
        timed[..., AUDIO : AUDIO + TEXT] = 0.0
    elif knob == 2:
        whole[..., :EMOTION] = 0.0
    else:
        whole[..., EMOTION:] = 0.0


def _slots(one: Schooled, first: int, rng: np.random.Generator, shape: FlowShape) -> list[Slot]:
    """Gestures that are given: most with a meaning, few beats, now and then any stretch."""
    begin, end = (first - CONTEXT) / RATE_HZ, (first - CONTEXT + shape.window) / RATE_HZ
    motion, chosen = one.take.motion, []
    for slot, beat in zip(one.take.slots, one.take.beats, strict=True):
        near = slot.start_s < end and slot.end_s > begin
        if near and rng.random() < (0.15 if beat else 0.75):
            chosen.append(_filled(slot, motion))
    if rng.random() < 0.15:
        at = begin + rng.uniform(CONTEXT, shape.window) / RATE_HZ
        length, lead = rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.7)
        parts = ((1, 3), (2, 4), (1, 2, 3, 4), (0,))[int(rng.integers(4))]
        any_stretch = Slot(parts, at - lead, at, at + 0.5 * length, at + length, at + length + lead)
        chosen.append(_filled(any_stretch, motion))
    return chosen


def _filled(slot: Slot, motion: NDArray[np.float16]) -> Slot:
    first = int(np.ceil(slot.first_s * RATE_HZ - 1e-6))
    last = max(first + 1, int(np.floor(slot.last_s * RATE_HZ + 1e-6)) + 1)
    rows = np.clip(np.arange(first, last), 0, len(motion) - 1)
    return replace(slot, joints=motion[rows].astype(np.float64))
