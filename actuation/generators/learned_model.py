"""The networks of the learned face with their weights, and what one sound's stream remembers.

`step` moves any number of streams on at once; each gets what it would get alone. Streams remember
everything in themselves, so one model serves all characters.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from actuation.generators.learned_alignment import EXPECTED, Following
from actuation.generators.learned_manner import Manner
from actuation.generators.learned_network import (
    FRAMES,
    LOOKS,
    Listener,
    Reader,
    State,
    halve,
)
from actuation.generators.learned_sound import WINDOW, bands
from actuation.generators.learned_weights import FILE, FaceCard, read
from actuation.generators.learned_wish import STIRS
from agent.core.errors import BadInputError

Floats = NDArray[np.float32]
_SETTLED_STEPS = 130
"""The listener remembers no more steps than these."""


@dataclass(slots=True)
class Memory:
    """What the networks remember of one stream."""

    listener: State
    reader: State
    manner: State
    following: Following | None = None
    heard_steps: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What came of some steps of one stream, by frame, FRAMES a step."""

    mouth: Floats
    """(frames, MOUTH); the last two are odds, 0..1."""
    manner: Floats
    """(frames, MANNER), as they come, not yet smoothed."""


@dataclass(slots=True)
class Steps:
    """Some steps of one stream that are due. As many steps for all that go together."""

    memory: Memory
    looks: Floats
    """(steps, LOOKS * BANDS)"""
    condition: Floats
    """(CONDITION,)"""
    chance: Floats
    """(steps, CHANCE)"""
    amplitude: float = 1.0
    """Of brows and head about where they rest."""
    said: Said | None = field(default=None)


class FaceModel:
    """All networks on one device."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float32]],
        card: FaceCard,
        device: str = "cpu",
        where: str = "these weights",
    ) -> None:
        self.card = card
        self.device = torch.device(device)
        if self.device.type == "cpu":
            # A step is small: more threads would only wait for each other, and burn whole cores.
            torch.set_num_threads(1)
        self.listener = Listener(card.shape)
        self.reader = Reader(card.shape)
        self.manner = Manner(card.shape)
        self._priors = np.array(card.priors, np.float64)
        for name, network in self.networks().items():
            own = {
                key.removeprefix(f"{name}."): torch.from_numpy(value)
                for key, value in weights.items()
                if key.startswith(f"{name}.")
            }
            try:
                network.load_state_dict(own)
            except RuntimeError as fault:
                raise BadInputError(
                    f"{where}: {name} of another shape than today's "
                    f"({str(fault).splitlines()[-1].strip()}); `foyer train face` makes new ones"
                ) from None
            network.to(self.device).eval()
        if self.device.type == "cpu" and _quicker_halved():
            halve(self.listener)
        for stack in (self.listener.stack, self.reader.stack, self.manner.stack):
            stack.lay_out()
        self._in_silence = self._after_silence()

    @classmethod
    def load(cls, path: Path = FILE, device: str = "cpu") -> "FaceModel":
        """From a file of weights, or raise `BadInputError`."""
        weights, card = read(path)
        return cls(weights, card, device, str(path))

    def networks(self) -> dict[str, nn.Module]:
        """By the name their weights have in the file."""
        return {"listener": self.listener, "reader": self.reader, "manner": self.manner}

    def begin(self, expected: Sequence[int] | NDArray[np.uint8] = ()) -> Memory:
        """A stream at its start. `expected`: classes of phones of its text, if that is known."""
        return Memory(
            [part.clone() for part in self._in_silence],
            self.reader.stack.begin(1),
            self.manner.stack.begin(1),
            Following(expected, self._priors) if len(expected) else None,
        )

    @torch.inference_mode()
    def _after_silence(self) -> State:
        """What is remembered before a sound begins: that it was silent, for seconds."""
        silence = np.tile(bands(np.zeros((1, WINDOW), np.float32)), (1, _SETTLED_STEPS, LOOKS))
        _, _, _, state = self.listener(self._put(silence), self.listener.stack.begin(1))
        return list(state)

    @torch.inference_mode()
    def step(self, due: Sequence[Steps]) -> None:
        """Move streams on, all by as many steps, and put what they say into `said`."""
        looks = self._put(np.stack([each.looks for each in due]))
        state = _joined([each.memory.listener for each in due])
        hidden, mouth, sounds, state = self.listener(looks, state)
        _apart(state, [each.memory.listener for each in due])
        self._read(due, hidden, mouth, sounds)
        conditions = self._put(np.stack([each.condition for each in due]))
        chances = self._put(np.stack([each.chance for each in due]))
        state = _joined([each.memory.manner for each in due])
        manner, state = self.manner(hidden, conditions, chances, state)
        _apart(state, [each.memory.manner for each in due])
        rest = self.manner.resting(conditions)[:, None]
        more = self._put(np.stack([np.where(STIRS, each.amplitude, 1.0) for each in due]))
        manner = rest + (manner - rest) * more[:, None].float()
        odds = torch.cat([mouth[..., :-2], torch.sigmoid(mouth[..., -2:])], -1).cpu().numpy()
        manners = manner.float().cpu().numpy()
        for i, each in enumerate(due):
            each.memory.heard_steps += len(each.looks)
            each.said = Said(odds[i].astype(np.float32), manners[i])

    def _read(self, due: Sequence[Steps], hidden: Tensor, mouth: Tensor, sounds: Tensor) -> None:
        """Correct the mouths of streams whose text is known."""
        rows = [i for i, each in enumerate(due) if each.memory.following is not None]
        if not rows:
            return
        likely = torch.softmax(sounds[rows].float(), -1).cpu().numpy().astype(np.float64)
        expected = np.zeros((len(rows), likely.shape[1], EXPECTED), np.float32)
        for row, i, heard in zip(expected, rows, likely, strict=True):
            memory = due[i].memory
            assert memory.following is not None
            # The first steps are before the sound.
            before = max(0, FRAMES * (2 - memory.heard_steps))
            row[before:] = memory.following.push(heard[before:])
        memories = [due[i].memory.reader for i in rows]
        read_mouth, state = self.reader(
            hidden[rows], mouth[rows], self._put(expected), _joined(memories)
        )
        _apart(state, memories)
        mouth[rows] = read_mouth

    def _put(self, values: Floats) -> Tensor:
        return torch.from_numpy(values).to(self.device)


@cache
def _quicker_halved() -> bool:
    """Whether this processor multiplies by 16-bit matrices faster than by 32-bit ones."""
    moment, whole = torch.zeros(1, 864), torch.zeros(512, 864)
    took = []
    with torch.inference_mode():
        for x, matrices in (
            (moment, [whole.clone() for _ in range(8)]),
            (moment.half(), [whole.half() for _ in range(8)]),
        ):
            times = []
            for _ in range(6):
                began = time.perf_counter()
                for matrix in matrices:
                    torch.nn.functional.linear(x, matrix)
                times.append(time.perf_counter() - began)
            took.append(min(times))
    return took[1] < 0.8 * took[0]


def _joined(states: Sequence[State]) -> State:
    if len(states) == 1:
        return states[0]
    return [torch.cat(parts, 0) for parts in zip(*states, strict=True)]


def _apart(state: State, states: Sequence[State]) -> None:
    if len(states) == 1:
        states[0][:] = state
        return
    for layer, whole in enumerate(state):
        for row, each in enumerate(states):
            each[layer] = whole[row : row + 1]
