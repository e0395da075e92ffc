"""The network of the learned body with its weights, on one device, for any number of characters.

`step` moves all that are due one step on, in one batch; each gets what it would get alone. Whoever
wants a knob turned (guidance) brings a row of his own for each such knob: what the network says
without it (classifier-free guidance, Ho and Salimans 2022, arXiv 2207.12598).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actuation.generators.flow_condition import AUDIO, EMOTION, KNOBS, SLOT, TEXT, TIMED, WHOLE
from actuation.generators.flow_network import AHEAD, FRAMES, FlowNetwork, stepped
from actuation.generators.flow_parts import PARTS, WIDTH, Scale
from actuation.generators.flow_weights import FILE, BodyCard, read
from agent.core.errors import BadInputError

Floats = NDArray[np.float32]
GRAPHED: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
"""Sizes of batches that have a CUDA graph of their own; others are filled up to the next."""


@dataclass(slots=True)
class Due:
    """One step of one character."""

    now: Floats
    """(window, WIDTH), normalised."""
    level: Floats
    """(times, parts), 1 is clean."""
    stride: Floats
    timed: Floats
    """(window + AHEAD, TIMED)"""
    whole: Floats
    slots: Floats
    poses: Floats
    guidance: Mapping[str, float] = field(default_factory=dict)
    """How much each of `KNOBS` counts; 1, or not named: as it was learned."""
    made: Floats | None = None
    """(window, WIDTH) a step on."""


class BodyModel:
    """The network on one device."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float32]],
        scale: Scale,
        card: BodyCard,
        device: str = "cpu",
        where: str = "these weights",
    ) -> None:
        self.card, self.scale = card, scale
        self.device = torch.device(device)
        if self.device.type == "cpu":
            # A step is small: more threads would only wait for each other, and burn whole cores.
            torch.set_num_threads(1)
        self.network = FlowNetwork(card.shape)
        try:
            self.network.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
        except RuntimeError as fault:
            raise BadInputError(
                f"{where}: a network of another shape than today's "
                f"({str(fault).splitlines()[-1].strip()}); `foyer train gesture` makes new ones"
            ) from None
        self.network.to(self.device).eval()
        self._graphs: dict[int, _Graph] = {}

    @classmethod
    def load(cls, path: Path = FILE, device: str = "cpu") -> "BodyModel":
        """From a file of weights, or raise `BadInputError`."""
        weights, scale, card = read(path)
        return cls(weights, scale, card, device, str(path))

    @torch.inference_mode()
    def step(self, due: Sequence[Due]) -> None:
        """Move all one step on and put what came of it into `made`."""
        rows = [_Row(i, None) for i in range(len(due))]
        rows += [
            _Row(i, knob)
            for i, each in enumerate(due)
            for knob, name in enumerate(KNOBS)
            if each.guidance.get(name, 1.0) != 1.0
        ]
        inputs = [
            self._put(np.stack([column(due[row.of], row.without) for row in rows]))
            for column in _COLUMNS
        ]
        clean = self.clean(inputs)
        wished = clean[: len(due)].clone()
        for row, said in zip(rows[len(due) :], clean[len(due) :], strict=True):
            assert row.without is not None
            more = due[row.of].guidance[KNOBS[row.without]] - 1.0
            wished[row.of] += more * (clean[row.of] - said)
        now, level, stride = (x[: len(due)] for x in inputs[:3])
        made = stepped(now, wished, level, stride).float().cpu().numpy()
        for each, own in zip(due, made, strict=True):
            each.made = own

    def clean(self, inputs: Sequence[Tensor]) -> Tensor:
        """The network's answer, (n, window, WIDTH); on CUDA by a graph of kernels."""
        if self.device.type != "cuda":
            answer: Tensor = self.network(*inputs)
            return answer
        count = len(inputs[0])
        size = next((s for s in GRAPHED if s >= count), None)
        if size is None:
            half = count // 2
            return torch.cat(
                [self.clean([x[:half] for x in inputs]), self.clean([x[half:] for x in inputs])]
            )
        if size not in self._graphs:
            self._graphs[size] = _Graph(self.network, size, self.device)
        return self._graphs[size].run(inputs)

    def _put(self, values: Floats) -> Tensor:
        return torch.from_numpy(np.asarray(values, np.float32)).to(self.device)


@dataclass(frozen=True, slots=True)
class _Row:
    of: int
    without: int | None


def _timed(due: Due, without: int | None) -> Floats:
    if without not in (0, 1):
        return due.timed
    left = due.timed.copy()
    left[:, slice(0, AUDIO) if without == 0 else slice(AUDIO, AUDIO + TEXT)] = 0.0
    return left


def _whole(due: Due, without: int | None) -> Floats:
    if without not in (2, 3):
        return due.whole
    left = due.whole.copy()
    left[slice(0, EMOTION) if without == 2 else slice(EMOTION, None)] = 0.0
    return left


_COLUMNS: Final = (
    lambda due, _: due.now, lambda due, _: due.level, lambda due, _: due.stride, _timed, _whole,
    lambda due, _: due.slots, lambda due, _: due.poses,
)  # fmt: skip
"""In the order of `FlowNetwork.forward`."""


class _Graph:
    """All kernels of one size of batch, recorded once and launched as one."""

    def __init__(self, network: FlowNetwork, size: int, device: torch.device) -> None:
        window = network.shape.window
        tokens = (size, window // FRAMES, len(PARTS))
        shapes = (
            (size, window, WIDTH), tokens, tokens, (size, window + AHEAD, TIMED), (size, WHOLE),
            (size, window, len(PARTS), SLOT), (size, window, WIDTH),
        )  # fmt: skip
        self._inputs = [torch.zeros(shape, device=device) for shape in shapes]
        # torch declares no types for what makes a stream.
        beside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(beside):
            for _ in range(3):
                network(*self._inputs)
        torch.cuda.current_stream(device).wait_stream(beside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._made: Tensor = network(*self._inputs)

    def run(self, inputs: Sequence[Tensor]) -> Tensor:
        """(n, window, WIDTH), n at most its size. Valid until the next run."""
        count = len(inputs[0])
        for kept, given in zip(self._inputs, inputs, strict=True):
            kept[:count].copy_(given)
        self._graph.replay()
        return self._made[:count]
