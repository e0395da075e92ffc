"""How many learned bodies one device moves in real time, and what they take of it.

A round is one block of eight frames of all bodies, 267 ms of motion; bodies are in real time when
99 of 100 rounds are done before the next is due. The memory is what the device's own allocator had
at its most. The roofline is the time that the arithmetic or the bytes alone would need at the
device's best published rates, whichever is more (Williams et al. 2009, 10.1145/1498765.1498785).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from actuation.generators.flow_condition import SLOT, TIMED, WHOLE
from actuation.generators.flow_crowd import Crowd
from actuation.generators.flow_model import BodyModel
from actuation.generators.flow_network import AHEAD, BLOCK, FRAMES, FlowNetwork, FlowShape
from actuation.generators.flow_parts import PARTS, RATE_HZ, WIDTH
from actuation.generators.flow_stream import Script
from actuation.generators.rules_idle import rest_pose

ROUND_S: Final = BLOCK / RATE_HZ
_WARM: Final = 4
_BEST: Final = {
    # operations a second with 32-bit numbers cut to 19 bits (TF32, dense), bytes a second
    "H200": (494e12, 4.8e12), "H100": (494e12, 3.35e12), "A100": (156e12, 2.0e12),
}  # fmt: skip
"""By part of a device's name, as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyCapacity:
    """One number of bodies."""

    bodies: int
    p50_ms: float
    p99_ms: float
    """Of a round."""
    memory_mb: float
    """Of the device; NaN on the processor."""
    kernel_share: float
    """Of a round, in which the device computes; NaN on the processor."""
    of_roofline: float
    """The least time a round could take over what it takes; NaN where that is not known."""

    @property
    def in_time(self) -> bool:
        """Whether that many bodies are moved in real time."""
        return self.p99_ms <= 1e3 * ROUND_S


def capacity(
    model: BodyModel, scripts: Sequence[Script], bodies: int, *, rounds: int = 60
) -> BodyCapacity:
    """Move `bodies` characters; the scripts are shared out among them."""
    cuda = model.device.type == "cuda"
    if cuda:
        torch.set_float32_matmul_precision("high")
        torch.cuda.reset_peak_memory_stats(model.device)
    nan = float("nan")
    used = scripts[:bodies]
    frames = (rounds + _WARM + 8 + model.card.shape.rungs + 2) * BLOCK
    crowd = Crowd(model, used, rest_pose(), frames=frames, copies=-(-bodies // len(used)))
    took = [_round_ms(crowd) for _ in range(_WARM + rounds)][_WARM:]
    busy = _kernels_ms(crowd) if cuda else nan
    p50 = float(np.median(took))
    return BodyCapacity(
        bodies=len(crowd),
        p50_ms=p50,
        p99_ms=float(np.quantile(took, 0.99)),
        memory_mb=torch.cuda.max_memory_allocated(model.device) / 2**20 if cuda else nan,
        kernel_share=busy / p50,
        of_roofline=roofline_ms(model, len(crowd)) / p50 if cuda else nan,
    )


def _round_ms(crowd: Crowd) -> float:
    began = time.perf_counter()
    made = crowd.step()
    if made is not None:
        # To the processor, as whoever shows them needs it; that also waits for the device.
        made.cpu()
    return 1e3 * (time.perf_counter() - began)


def _kernels_ms(crowd: Crowd, rounds: int = 5) -> float:
    """Time of a round in which the device computes."""
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        for _ in range(rounds):
            _round_ms(crowd)
    total = sum(float(event.self_device_time_total) for event in seen.key_averages())
    return total / 1e3 / rounds


def operations(shape: FlowShape) -> int:
    """Floating-point operations of one step of one body."""
    window = shape.window
    tokens = (1, window // FRAMES, len(PARTS))
    shapes = (
        (1, window, WIDTH), tokens, tokens, (1, window + AHEAD, TIMED), (1, WHOLE),
        (1, window, len(PARTS), SLOT), (1, window, WIDTH),
    )  # fmt: skip
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        FlowNetwork(shape)(*(torch.zeros(s) for s in shapes))
    return int(counted.get_total_flops())


def roofline_ms(model: BodyModel, bodies: int) -> float:
    """The least time of a round at the device's best; NaN where that is not known."""
    name = device_name(model)
    best = next((rates for part, rates in _BEST.items() if part in name), None)
    if best is None:
        return float("nan")
    shape = model.card.shape
    weights = sum(p.numel() for p in model.network.parameters())
    # Each body's window, its tables and its answer, read or written once.
    window = shape.window * (4 * WIDTH + len(PARTS) * SLOT) + (shape.window + AHEAD) * TIMED
    moved = 4 * (weights + bodies * window)
    return 1e3 * max(bodies * operations(shape) / best[0], moved / best[1])


def device_name(model: BodyModel) -> str:
    """What the device calls itself."""
    if model.device.type == "cuda":
        return str(torch.cuda.get_device_name(model.device))
    return model.device.type
