"""How many learned faces one device moves in real time, and what they take of it.

One step is a thirtieth of a second of all faces in one batch; it is in time when 99 of 100 steps
are done before the next. The memory is what the device's own allocator had at its most.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from actuation.generators.learned_model import FaceModel
from actuation.generators.learned_stream import FaceStream

STEP_S = 1 / 30
_WARM, _STEPS = 20, 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """One number of faces."""

    faces: int
    p50_ms: float
    p99_ms: float
    """Of a step, networks and what puts the faces together."""
    networks_p99_ms: float
    """Of a step, networks alone: what the device does."""
    memory_mb: float
    """Of the device; NaN on the processor."""

    @property
    def in_time(self) -> bool:
        """Whether that many faces are moved in real time."""
        return self.p99_ms <= 1e3 * STEP_S


def capacity(
    model: FaceModel, samples: NDArray[np.float32], rate_hz: int, faces: int, steps: int = _STEPS
) -> Capacity:
    """Move `faces` characters by the same sound, each from another place in it."""
    cuda = model.device.type == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats(model.device)
    streams = [FaceStream(model.begin(), model.card, rate_hz=rate_hz, seed=i) for i in range(faces)]
    size = rate_hz // 30
    whole, networks = [], []
    for step in range(_WARM + steps):
        for i, stream in enumerate(streams):
            first = ((step + 7 * i) * size) % (len(samples) - size)
            stream.hear(samples[first : first + size])
        began = time.perf_counter()
        due = [d for stream in streams if (d := stream.due(most=1)) is not None]
        if due:
            model.step(due)
        stepped = time.perf_counter()
        for stream, one in zip(streams, due, strict=False):
            stream.wear(one)
        ended = time.perf_counter()
        if step >= _WARM and len(due) == faces:
            whole.append(1e3 * (ended - began))
            networks.append(1e3 * (stepped - began))
    memory = torch.cuda.max_memory_allocated(model.device) / 2**20 if cuda else float("nan")
    return Capacity(
        faces=faces,
        p50_ms=float(np.median(whole)),
        p99_ms=float(np.quantile(whole, 0.99)),
        networks_p99_ms=float(np.quantile(networks, 0.99)),
        memory_mb=memory,
    )


def device_name(device: str) -> str:
    """What the device calls itself."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
